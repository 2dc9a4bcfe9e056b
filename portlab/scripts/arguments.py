"""The arguments of system calls, by what they mean: names and the numbers Linux gives them."""

from types import EllipsisType

from portlab.apps.app import Address
from portlab.scripts.lines import Applied, Call, Either, Fields, Name, Value

PORT = 8080
"""What `...` means as a port, to bind as well as to connect."""

MOST_BYTES = 1 << 26
"""No call of a script reads or writes more at once."""

NAMED = {
    "shutdown": {0: "SHUT_RD", 1: "SHUT_WR", 2: "SHUT_RDWR"},
    "fcntl": {3: "F_GETFL", 4: "F_SETFL"},
}

CALLS = frozenset(
    {"socket", "bind", "listen", "accept", "connect", "shutdown", "close", "poll", "fcntl"}
    | {"read", "recv", "recvfrom", "write", "send", "sendto", "setsockopt", "getsockopt"}
)
"""Every system call of the language that is played here."""

LEVELS = frozenset({"SOL_SOCKET", "SOL_TCP", "IPPROTO_TCP"})
OPTIONS = frozenset(
    {"SO_REUSEADDR", "SO_REUSEPORT", "SO_LINGER", "SO_KEEPALIVE", "SO_RCVBUF", "SO_ERROR"}
    | {"TCP_NODELAY", "TCP_QUICKACK", "TCP_MAXSEG"}
    | {"TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"}
)
MESSAGE_FLAGS = frozenset({"0", "MSG_DONTWAIT", "MSG_NOSIGNAL"})
KINDS = frozenset({"SOCK_STREAM", "SOCK_DGRAM", "SOCK_NONBLOCK", "SOCK_CLOEXEC"})
PROTOCOLS = frozenset({"IPPROTO_TCP", "IPPROTO_UDP", "0"})

_BUFFERS = frozenset({"read", "recv", "recvfrom", "write", "send", "sendto"})
_FLAGS_AT = {"recv": 3, "recvfrom": 3, "send": 3, "sendto": 3}


def lacks(call: Call) -> str | None:
    """What of `call` is not played here, in words."""
    if call.name not in CALLS:
        return f"the system call {call.name}()"
    unknown: set[str] = set()
    if call.name == "socket":
        unknown |= names(argument(call, 1)) - KINDS
        unknown |= names(argument(call, 2)) - PROTOCOLS
    if call.name in ("setsockopt", "getsockopt"):
        known = OPTIONS | {"SO_SNDBUF"} if call.name == "setsockopt" else OPTIONS
        unknown |= names(argument(call, 1)) - LEVELS or names(argument(call, 2)) - known
    if call.name in _FLAGS_AT:
        unknown |= names(argument(call, _FLAGS_AT[call.name])) - MESSAGE_FLAGS
    if call.name in _BUFFERS and argument(call, 1) == Name("NULL"):
        return f"an address that is none in {call.name}()"
    if call.name in _BUFFERS and number(argument(call, 2)) > MOST_BYTES:
        return f"more than {MOST_BYTES} bytes in {call.name}()"
    if call.name == "fcntl":
        unknown |= {named("fcntl", argument(call, 1))} - set(NAMED["fcntl"].values())
    return f"{sorted(unknown)[0]} in {call.name}()" if unknown else None


def argument(call: Call, place: int) -> Value:
    """The argument at `place`; `...` where there is none."""
    return call.arguments[place] if place < len(call.arguments) else ...


def names(value: Value) -> set[str]:
    """The names and numbers that are joined in `value`.

    >>> sorted(names(Either((Name("O_RDWR"), Name("O_NONBLOCK")))))
    ['O_NONBLOCK', 'O_RDWR']
    """
    if isinstance(value, Either):
        return set().union(*(names(part) for part in value.parts))
    if isinstance(value, Name):
        return {value.text}
    return set() if isinstance(value, EllipsisType) else {str(value)}


def named(call: str, value: Value) -> str:
    """A constant by its name, also where the script wrote its number."""
    if isinstance(value, int):
        return NAMED.get(call, {}).get(value, str(value))
    return value.text if isinstance(value, Name) else str(value)


def number(value: Value, otherwise: int = 0) -> int:
    """A number, or the only one of a list; `otherwise` for everything else."""
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, int) else otherwise


def descriptor(call: Call) -> int:
    return number(argument(call, 0), -1)


def sockaddr(value: Value) -> Address | None:
    """`{sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr("1.2.3.4")}`."""
    if not isinstance(value, Fields):
        return None
    port, address = value.get("sin_port"), value.get("sin_addr")
    if isinstance(port, Applied):
        port = port.value
    if isinstance(address, Applied) and isinstance(address.value, bytes):
        return address.value.decode(), number(port or 0) & 0xFFFF
    return None


def expected_value(call: Call) -> Value:
    """What getsockopt must put out: the fourth argument, out of its brackets."""
    given = argument(call, 3)
    return given[0] if isinstance(given, tuple) and given else given


def payload(call: Call) -> bytes:
    """What a call writes: zeros for `...`, as packetdrill's packets carry."""
    given, size = argument(call, 1), number(argument(call, 2))
    return (given if isinstance(given, bytes) else b"")[:size].ljust(size, b"\0")


def unlike(call: Call, data: bytes) -> str:
    """Where a call read other bytes than its argument quotes."""
    given = argument(call, 1)
    if isinstance(given, bytes) and given[: len(data)] != data:
        return f"it read {data!r} instead of {given!r}"
    return ""
