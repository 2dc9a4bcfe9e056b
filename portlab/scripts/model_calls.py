"""The system calls of a script on the model host: descriptors by the script's numbers."""

import errno as numbers
from collections.abc import Callable
from typing import TYPE_CHECKING

from portlab.apps.app import Address
from portlab.errors import AddressError, PortInUse
from portlab.network.clock import MILLISECOND, SECOND
from portlab.scripts.arguments import (
    argument,
    descriptor,
    named,
    names,
    number,
    payload,
    sockaddr,
    unlike,
)
from portlab.scripts.lines import Call, Fields, Name, Value
from portlab.scripts.model_sockets import Datagrams, Fails, Stream, WouldWait
from portlab.scripts.subject import Ends, Returned, Waiting
from portlab.tcp import Config

if TYPE_CHECKING:
    from portlab.network.stack import Stack

PORT = 8080
"""What `...` means as a port, to bind as well as to connect."""

_ALWAYS = {"POLLERR", "POLLHUP"}


class ModelCalls:
    """All descriptors of one host. `remote` is whom `...` calls."""

    def __init__(self, stack: "Stack", remote: str, config: Config) -> None:
        self._stack = stack
        self._remote = remote
        self._config = config
        self._open: dict[int, Stream | Datagrams] = {}
        self._do: dict[str, Callable[[Call], int | tuple[int, str]]] = {
            "socket": self._socket,
            "bind": self._bind,
            "listen": self._listen,
            "accept": self._accept,
            "connect": self._connect,
            "read": self._read,
            "recv": self._read,
            "recvfrom": self._read,
            "write": self._write,
            "send": self._write,
            "sendto": self._write,
            "shutdown": self._shutdown,
            "close": self._close,
            "setsockopt": self._setsockopt,
            "getsockopt": self._getsockopt,
            "fcntl": self._fcntl,
            "poll": self._poll,
        }

    def start(self, call: Call) -> Returned | Waiting:
        """Make the call; it waits if there is nothing to return yet and its descriptor may."""
        try:
            return self._returned(call, self._do[call.name])
        except WouldWait:
            return self._waiting(call)

    def ends(self, number: int) -> Ends | None:
        held = self._open.get(number)
        if held is None:
            return None
        if isinstance(held, Stream) and held.socket is not None:
            return Ends("tcp", held.socket.local, held.socket.remote)
        proto = "tcp" if isinstance(held, Stream) else "udp"
        peer = held.socket.peer if isinstance(held, Datagrams) and held.socket else None
        if held.bound is None:
            return Ends(proto, None, peer)
        local = held.bound[0] or self._stack.addresses[0]
        return Ends(proto, (local, held.bound[1]), peer)

    # ---- returning now, or later

    def _returned(self, call: Call, do: Callable[[Call], int | tuple[int, str]]) -> Returned:
        try:
            result = do(call)
        except Fails as fails:
            return Returned(-1, fails.errno)
        except PortInUse:
            return Returned(-1, "EADDRINUSE")
        except AddressError:
            return Returned(-1, "EADDRNOTAVAIL")
        value, wrong = result if isinstance(result, tuple) else (result, "")
        return Returned(value, None, wrong)

    def _waiting(self, call: Call) -> Returned | Waiting:
        if call.name == "poll":
            return self._waiting_poll(call)
        held = self._open[descriptor(call)]
        dont = "MSG_DONTWAIT" in names(argument(call, 3))
        if call.name == "connect" and isinstance(held, Stream):
            if not held.blocking:
                return Returned(-1, "EINPROGRESS")
            opening = held

            def finish(call: Call) -> int:
                opening.connected()
                return 0

            return Waiting(
                lambda: "POLLOUT" in opening.events(), lambda: self._returned(call, finish)
            )
        if not held.blocking or dont:
            return Returned(-1, "EAGAIN")
        event = "POLLOUT" if call.name in ("write", "send", "sendto") else "POLLIN"
        do = self._do[call.name]
        return Waiting(lambda: event in held.events(), lambda: self._returned(call, do))

    def _waiting_poll(self, call: Call) -> Waiting:
        timeout = number(argument(call, 2))
        now = self._stack.network.now
        end = None if timeout < 0 else now + timeout * MILLISECOND

        def over() -> bool:
            return end is not None and self._stack.network.now >= end

        def finish(call: Call) -> int | tuple[int, str]:
            return self._look(call)

        return Waiting(
            lambda: over() or self._look(call)[0] > 0, lambda: self._returned(call, finish)
        )

    # ---- the calls

    def _stream(self, call: Call) -> Stream:
        held = self._held(call)
        if not isinstance(held, Stream):
            raise Fails("EOPNOTSUPP")
        return held

    def _held(self, call: Call) -> Stream | Datagrams:
        held = self._open.get(descriptor(call))
        if held is None:
            raise Fails("EBADF")
        return held

    def _keep(self, call: Call, held: Stream | Datagrams) -> int:
        """Under the number that the script expects, or the lowest that is free."""
        wanted = call.result if isinstance(call.result, int) else -1
        if wanted < 0 or wanted in self._open:
            wanted = next(n for n in range(3, 4 + len(self._open)) if n not in self._open)
        self._open[wanted] = held
        return wanted

    def _socket(self, call: Call) -> int:
        kind, protocol = names(argument(call, 1)), names(argument(call, 2))
        stream = "SOCK_STREAM" in kind
        if protocol and protocol <= {"IPPROTO_UDP" if stream else "IPPROTO_TCP"}:
            raise Fails("EPROTONOSUPPORT")
        family = argument(call, 0)
        six = family == Name("AF_INET6") or (family is ... and ":" in self._remote)
        make = Stream if stream else Datagrams
        held = make(self._stack, six, self._config, blocking="SOCK_NONBLOCK" not in kind)
        return self._keep(call, held)

    def _bind(self, call: Call) -> int:
        held = self._held(call)
        if held.bound is not None:
            raise Fails("EINVAL")
        given = sockaddr(argument(call, 1))
        address, port = given or ("", PORT)
        own = None if address in ("", "0.0.0.0", "::") else self._stack.bindable(address)
        if isinstance(held, Datagrams):
            held.bind(own, port)
            return 0
        if any(other.port == port for other in self._stack.tcp.listening()):
            raise Fails("EADDRINUSE")
        held.bound = own, port
        return 0

    def _listen(self, call: Call) -> int:
        self._stream(call).listen(number(argument(call, 1)))
        return 0

    def _accept(self, call: Call) -> int:
        return self._keep(call, self._stream(call).accept())

    def _connect(self, call: Call) -> int:
        self._held(call).connect(self._peer(argument(call, 1)))
        return 0

    def _peer(self, value: Value) -> Address:
        return sockaddr(value) or (self._remote, PORT)

    def _read(self, call: Call) -> tuple[int, str]:
        data = self._held(call).read(number(argument(call, 2)))
        return len(data), unlike(call, data)

    def _write(self, call: Call) -> int:
        held, data = self._held(call), payload(call)
        if isinstance(held, Stream):
            return held.write(data)
        given = argument(call, 4)
        named_peer = call.name == "sendto" and given not in (0, Name("NULL"))
        fixed = held.socket is not None and held.socket.peer is not None and given is ...
        return held.write(data, self._peer(given) if named_peer and not fixed else None)

    def _shutdown(self, call: Call) -> int:
        how = named("shutdown", argument(call, 1))
        self._stream(call).shutdown(
            how in ("SHUT_RD", "SHUT_RDWR"), how in ("SHUT_WR", "SHUT_RDWR")
        )
        return 0

    def _close(self, call: Call) -> int:
        self._held(call).close()
        del self._open[descriptor(call)]
        return 0

    def _fcntl(self, call: Call) -> int:
        held = self._held(call)
        if named("fcntl", argument(call, 1)) == "F_GETFL":
            return 2 if held.blocking else 2 | 0o4000
        held.blocking = "O_NONBLOCK" not in names(argument(call, 2))
        return 0

    def _setsockopt(self, call: Call) -> int:
        held = self._held(call)
        option, value = named("", argument(call, 2)), number(argument(call, 3))
        if isinstance(held, Datagrams):
            return 0
        match option:
            case "SO_LINGER":
                lingering = argument(call, 3)
                if isinstance(lingering, Fields):
                    held.reset_on_close = lingering.get("onoff") == 1 and not lingering.get(
                        "linger"
                    )
            case "SO_KEEPALIVE":
                held.configure(keep_alive=bool(value))
            case "SO_RCVBUF":
                held.configure(receive_buffer=value)
            case "TCP_NODELAY":
                held.configure(nagle=not value)
            case "TCP_QUICKACK":
                held.configure(delayed_ack=not value)
            case "TCP_MAXSEG":
                held.configure(mss=value)
            case "TCP_KEEPIDLE":
                held.configure(keep_alive_time=value * SECOND)
            case "TCP_KEEPINTVL":
                held.configure(keep_alive_interval=value * SECOND)
            case "TCP_KEEPCNT":
                held.configure(keep_alive_probes=value)
        return 0

    def _getsockopt(self, call: Call) -> tuple[int, str]:
        held = self._held(call)
        option, given = named("", argument(call, 2)), argument(call, 3)
        expected = given[0] if isinstance(given, tuple) and given else given
        seen = self._option(held, option)
        if option == "SO_ERROR" and isinstance(expected, int):
            expected = Name(numbers.errorcode.get(expected, str(expected)) if expected else "0")
        wanted = expected.text if isinstance(expected, Name) else repr(expected)
        same = expected is ... or wanted == seen
        return 0, "" if same else f"{option} is {seen} instead of {wanted}"

    def _option(self, held: Stream | Datagrams, option: str) -> str:
        if option == "SO_ERROR":
            return held.take_error() or "0"
        config = held.config
        if option == "TCP_MAXSEG":
            if isinstance(held, Stream) and held.socket is not None:
                return str(held.socket.endpoint.snd.mss)
            return str(config.mss if config.mss != self._config.mss else 536)  # 3.7.1, MUST-15
        value = {
            "SO_KEEPALIVE": int(config.keep_alive),
            "SO_RCVBUF": config.receive_buffer,
            "TCP_NODELAY": int(not config.nagle),
            "TCP_QUICKACK": int(not config.delayed_ack),
            "TCP_KEEPIDLE": config.keep_alive_time // SECOND,
            "TCP_KEEPINTVL": config.keep_alive_interval // SECOND,
            "TCP_KEEPCNT": config.keep_alive_probes,
        }.get(option, 0)
        return str(value)

    def _poll(self, call: Call) -> int | tuple[int, str]:
        if self._look(call)[0] or not number(argument(call, 2)):
            return self._look(call)
        raise WouldWait

    def _look(self, call: Call) -> tuple[int, str]:
        """How many descriptors have something to tell, and where that is not what was expected."""
        given, wrong, ready = argument(call, 0), "", 0
        for one in given if isinstance(given, tuple) else ():
            if not isinstance(one, Fields):
                continue
            at = one.get("fd")
            held = self._open.get(at) if isinstance(at, int) else None
            asked = names(one.get("events") or 0) | _ALWAYS
            seen = {"POLLNVAL"} if held is None else held.events() & asked
            expected = names(one.get("revents") or 0) - {"0"}
            ready += bool(seen)
            if seen != expected:
                said = "|".join(sorted(seen)) or "nothing"
                wrong = f"for descriptor {named('', one.get('fd') or 0)} it saw {said}"
        return ready, wrong
