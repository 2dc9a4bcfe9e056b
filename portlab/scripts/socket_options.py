"""Socket options on the model host: most are a field of its TCP's Config."""

import errno
from collections.abc import Callable
from dataclasses import dataclass

from portlab.network.clock import SECOND
from portlab.scripts.arguments import argument, expected_value, named, number
from portlab.scripts.lines import Call, Fields, Name
from portlab.scripts.model_datagrams import Datagrams
from portlab.scripts.model_sockets import Fails, Stream


@dataclass(frozen=True, slots=True)
class _Option:
    """An option's field, what may be set, and how its number becomes the field's and back."""

    field: str
    least: int
    most: int
    to_field: Callable[[int], int] = int
    from_field: Callable[[int], int] = int


def _flag(field: str, *, turned: bool = False) -> _Option:
    """On or off; `turned` if the field says the opposite of the option."""
    limit = 1 << 31
    return _Option(
        field,
        -limit,
        limit,
        lambda n: bool(n) is not turned,
        lambda on: int(bool(on) is not turned),
    )


def _seconds(field: str) -> _Option:
    return _Option(field, 1, 32_767, lambda n: n * SECOND, lambda n: n // SECOND)


# The ranges are Linux's.
_OPTIONS = {
    "SO_KEEPALIVE": _flag("keep_alive"),
    "SO_RCVBUF": _Option("receive_buffer", 1, 1 << 30),
    "TCP_NODELAY": _flag("nagle", turned=True),
    "TCP_QUICKACK": _flag("delayed_ack", turned=True),
    "TCP_MAXSEG": _Option("mss", 88, 32_767),
    "TCP_KEEPIDLE": _seconds("keep_alive_time"),
    "TCP_KEEPINTVL": _seconds("keep_alive_interval"),
    "TCP_KEEPCNT": _Option("keep_alive_probes", 1, 127),
}
_NO_MSS_YET = "536"  # RFC 9293 3.7.1, MUST-15


def set_option(held: Stream | Datagrams, call: Call) -> None:
    """Raises Fails for what Linux would not take."""
    name, value = named("", argument(call, 2)), argument(call, 3)
    if isinstance(held, Datagrams):
        return
    if name == "SO_LINGER" and isinstance(value, Fields):
        held.reset_on_close = value.get("onoff") == 1 and not value.get("linger")
    option = _OPTIONS.get(name)
    if option is None:
        return
    if not option.least <= number(value) <= option.most:
        raise Fails("EINVAL")
    held.configure(**{option.field: option.to_field(number(value))})


def compare_option(held: Stream | Datagrams, call: Call) -> str:
    """Look at an option, and say where it is not what the script expects; empty if it is."""
    name, expected = named("", argument(call, 2)), expected_value(call)
    seen = _seen(held, name)
    if name == "SO_ERROR" and isinstance(expected, int) and expected:
        expected = Name(errno.errorcode.get(expected, str(expected)))
    wanted = expected.text if isinstance(expected, Name) else repr(expected)
    return "" if expected is ... or wanted == seen else f"{name} is {seen} instead of {wanted}"


def _seen(held: Stream | Datagrams, name: str) -> str:
    if name == "SO_ERROR":
        return held.take_error() or "0"
    if name == "TCP_MAXSEG" and isinstance(held, Stream):
        if held.socket is not None:
            return str(held.socket.endpoint.snd.mss)
        if held.config.mss == held.stack.config.mss:
            return _NO_MSS_YET
    option = _OPTIONS.get(name)
    return str(option.from_field(getattr(held.config, option.field))) if option else "0"
