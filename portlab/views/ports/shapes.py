"""What the port map is made of, as plain data: every renderer reads this and nothing else.

A number's place is its two bytes, as a header has them: the row is the high byte, the column the
low one. So the ranges of RFC 6335 begin and end with a row: 1024 is row 4, 49152 is row 192.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from portlab.ports import PortRange, check_port

SIDE = 256
"""Rows, and columns in each."""

Kind = Literal["both", "tcp", "udp", "other", "none"]
KINDS: tuple[Kind, ...] = ("both", "tcp", "udp", "other", "none")
MEANINGS: dict[Kind, str] = {
    "both": "assigned for TCP and UDP",
    "tcp": "assigned for TCP only",
    "udp": "assigned for UDP only",
    "other": "assigned for SCTP or DCCP only",
    "none": "not assigned",
}

Sign = Literal["circle", "diamond", "triangle", "square", "plus", "cross"]
SIGNS: tuple[Sign, ...] = ("circle", "diamond", "triangle", "square", "plus", "cross")
"""One for each set that is laid on a map, in this order."""


def place(port: int) -> tuple[int, int]:
    """Row and column of a number. Raises PortError.

    >>> place(443), place(65535)
    ((1, 187), (255, 255))
    """
    row, column = divmod(check_port(port, zero=True), SIDE)
    return row, column


def port_at(row: int, column: int) -> int:
    """The number in that place.

    >>> port_at(1, 187)
    443
    """
    return row * SIDE + column


@dataclass(frozen=True, slots=True)
class PortSet:
    """Some ports under a name, to be laid on a map; `note` says where they are from."""

    name: str
    ports: frozenset[int]
    note: str = ""

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self.ports))

    def __len__(self) -> int:
        return len(self.ports)

    def __contains__(self, port: object) -> bool:
        return port in self.ports

    def __str__(self) -> str:
        shown = ", ".join(map(str, self)) or "none"
        return f"{self.name}: {shown}" + (f". {self.note}" if self.note else "")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Numbers `first` to `last` that are alike: all of them assigned, or none."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Band:
    """A range, and how many of its numbers are of each kind."""

    range: PortRange
    counts: Mapping[Kind, int]

    @property
    def assigned(self) -> int:
        return len(self.range) - self.counts["none"]

    @property
    def free(self) -> int:
        return self.counts["none"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A number that was laid on the map; `name` is empty where nothing is known of it."""

    port: int
    name: str
    range: PortRange
    given_to_clients: bool


@dataclass(frozen=True, slots=True)
class Laid:
    """A set on the map, and the sign that marks its spots."""

    name: str
    sign: Sign
    spots: tuple[Spot, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PortLayout:
    """The whole map.

    `kinds[port]` is the place in KINDS of what a number is assigned for. `clients` are the numbers
    that Linux gives to clients. `full` are the longest stretches of assigned numbers, `gaps` the
    longest of free ones below the dynamic ports. Of all assigned numbers, half are at or below
    `half`, and nine of ten at or below `most`.
    """

    kinds: bytes
    bands: tuple[Band, ...]
    clients: PortRange
    full: tuple[Stretch, ...]
    gaps: tuple[Stretch, ...]
    half: int
    most: int
    laid: tuple[Laid, ...] = ()

    def kind(self, port: int) -> Kind:
        return KINDS[self.kinds[port]]
