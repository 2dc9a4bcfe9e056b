"""What a script says, line by line: frozen values, as the reader makes them.

Numbers are those of the script: sequence numbers count from each side's SYN, times from the first
line. A script is packetdrill's; what its lines mean is in docs/scripts.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import EllipsisType
from typing import Literal

from portlab.packets import (
    MaximumSegmentSize,
    NoOperation,
    Sack,
    SackPermitted,
    UnknownOption,
    Unreadable,
    WindowScale,
)

SECOND = 1_000_000
"""Microseconds: the unit of all time inside portlab."""


@dataclass(frozen=True, slots=True)
class Time:
    """When a line is due, in microseconds: `start`, or from `start` to `end`.

    `relative` counts from the line before; `any_time` (written `*`) asks for nothing.
    """

    start: int = 0
    end: int | None = None
    relative: bool = False
    any_time: bool = False

    def __str__(self) -> str:
        if self.any_time:
            return "*"
        plus = "+" if self.relative else ""
        first = f"{plus}{seconds(self.start)}"
        return first if self.end is None else f"{first}~{plus}{seconds(self.end)}"


# ---- what stands in a segment ----


@dataclass(frozen=True, slots=True)
class Stamp:
    """A timestamps option as a script writes it; None (written `*`) is any value."""

    value: int | None
    echo: int | None

    def __str__(self) -> str:
        return f"TS val {_or_any(self.value)} ecr {_or_any(self.echo)}"


@dataclass(frozen=True, slots=True)
class EndOfList:
    """Kind 0: nothing follows (RFC 9293 3.2)."""

    def __str__(self) -> str:
        return "eol"


Padding = NoOperation | EndOfList
ScriptOption = (
    Padding
    | MaximumSegmentSize
    | WindowScale
    | SackPermitted
    | Sack
    | Stamp
    | UnknownOption
    | Unreadable
)
"""The last two are never written, only seen."""

Ports = tuple[int, int]
"""Source and destination."""


@dataclass(frozen=True, slots=True)
class TcpLine:
    """A TCP segment. `window` None is not compared; `options` None (written `<...>`) neither."""

    flags: int
    seq: int
    length: int
    ack: int = 0
    window: int | None = None
    urgent: int = 0
    options: tuple[ScriptOption, ...] | None = ()
    ports: Ports | None = None
    ttl: int | None = None


@dataclass(frozen=True, slots=True)
class UdpLine:
    """A UDP datagram with `length` bytes of data."""

    length: int
    ports: Ports | None = None
    ttl: int | None = None


@dataclass(frozen=True, slots=True)
class Quoted:
    """Of which packet an ICMP error speaks: `tcp` from `seq` with `length` bytes, or `udp`."""

    proto: Literal["tcp", "udp"]
    length: int
    seq: int = 0


@dataclass(frozen=True, slots=True)
class IcmpLine:
    """An ICMP message by the script's words; `raw` is the size of a message that quotes nothing."""

    type: str
    code: str | None = None
    mtu: int | None = None
    identifier: int | None = None
    quoted: Quoted | None = None
    raw: int | None = None
    ttl: int | None = None


PacketLine = TcpLine | UdpLine | IcmpLine

# ---- what stands in a system call ----


@dataclass(frozen=True, slots=True)
class Either:
    """Names joined by `|`, as in `O_RDWR|O_NONBLOCK`."""

    parts: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """What stands in braces: named fields (`fd=4`), and unnamed ones under an empty name."""

    items: tuple[tuple[str, "Value"], ...]

    def get(self, name: str) -> "Value | None":
        return next((value for known, value in self.items if known == name), None)


@dataclass(frozen=True, slots=True)
class Applied:
    """A function of a value, as in `htons(80)`."""

    name: str
    value: "Value"


@dataclass(frozen=True, slots=True)
class Name:
    """A word, as in `SOCK_STREAM`."""

    text: str


Value = int | bytes | Name | Either | Fields | Applied | EllipsisType | tuple["Value", ...]
"""Numbers, quoted text as bytes, names, lists as tuples; `...` is whatever it may be."""

# ---- the lines ----


@dataclass(frozen=True, slots=True)
class Injected:
    """`<`: this packet reaches the host under test."""

    line: int
    time: Time
    packet: PacketLine
    text: str


@dataclass(frozen=True, slots=True)
class Expected:
    """`>`: the host under test must send this."""

    line: int
    time: Time
    packet: PacketLine
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A system call on the host under test, and what it must return.

    `until` (microseconds, counted as `time` is) is when it must return, for a call that waits.
    """

    line: int
    time: Time
    name: str
    arguments: tuple[Value, ...]
    result: Value
    errno: str | None
    until: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A shell line or an assertion: read, counted, and never run."""

    line: int
    time: Time | None
    kind: Literal["shell line", "assertion"]
    text: str


Event = Injected | Expected | Call | Skipped


@dataclass(frozen=True, slots=True)
class Beyond:
    """Where a script leaves the part of the language that is read here, and with what."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line} uses {self.what}"


@dataclass(frozen=True, slots=True)
class Script:
    """A script: its `--name=value` lines, its events in order, and where it goes beyond us."""

    name: str
    options: tuple[tuple[str, str], ...]
    events: tuple[Event, ...]
    beyond: Beyond | None = None

    @property
    def calls(self) -> Iterator[Call]:
        return (event for event in self.events if isinstance(event, Call))

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        return tuple(event for event in self.events if isinstance(event, Skipped))


def seconds(time: int) -> str:
    """Microseconds as scripts write them.

    >>> seconds(1_500_000), seconds(0), seconds(10)
    ('1.5', '0', '0.00001')
    """
    whole, rest = divmod(abs(time), SECOND)
    sign = "-" if time < 0 else ""
    return f"{sign}{whole}.{rest:06d}".rstrip("0").rstrip(".")


def _or_any(number: int | None) -> str:
    return "*" if number is None else str(number)
