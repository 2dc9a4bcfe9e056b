"""Access lists of IOS read a second time: from their printed lines, by the standard library alone.

Nothing of portlab is imported here, so that what portlab decides can be held against it.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

_END = (
    r" (?:(?P<{0}_any>any)|host (?P<{0}_host>[\d.]+)|(?P<{0}_first>[\d.]+) (?P<{0}_wild>[\d.]+))"
    r"(?: eq (?P<{0}_eq>\d+)| range (?P<{0}_low>\d+) (?P<{0}_high>\d+))?"
)
_LINE = re.compile(
    r"(?P<action>permit|deny) (?P<protocol>ip|icmp|tcp|udp)"
    + _END.format("source")
    + _END.format("target")
    + r"(?P<established> established)?"
)
PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17}


@dataclass(frozen=True)
class Seen:
    """What a filter can see of a packet; None is what is not there."""

    protocol: int
    source: IPv4Address
    target: IPv4Address
    sport: int | None
    dport: int | None
    flags: int | None = None
    later_fragment: bool = False


@dataclass(frozen=True)
class Line:
    """One line: what it asks for. Ports are the lowest and the highest; None is any."""

    action: str
    protocol: str
    source: IPv4Network
    target: IPv4Network
    sport: tuple[int, int] | None
    dport: tuple[int, int] | None
    established: bool

    @classmethod
    def read(cls, text: str) -> "Line":
        found = _LINE.fullmatch(text)
        assert found is not None, text
        return cls(
            found["action"],
            found["protocol"],
            _network(found, "source"),
            _network(found, "target"),
            _ports(found, "source"),
            _ports(found, "target"),
            found["established"] is not None,
        )

    @property
    def looks_deeper(self) -> bool:
        """Does it ask for what is behind the IP header?"""
        return bool(self.sport or self.dport or self.established)

    def differs_in(self, seen: Seen) -> list[str]:
        """By what the packet is not what the line asks for."""
        alike = {
            "protocol": self.protocol == "ip" or PROTOCOLS[self.protocol] == seen.protocol,
            "source": seen.source in self.source,
            "destination": seen.target in self.target,
        }
        if alike["protocol"] and not (seen.later_fragment and self.action == "permit"):
            alike["source port"] = _within(seen.sport, self.sport)
            alike["destination port"] = _within(seen.dport, self.dport)
            alike["established"] = not self.established or bool((seen.flags or 0) & 0b0001_0100)
        return [name for name, good in alike.items() if not good]


def first_match(lines: Sequence[Line], seen: Seen) -> int:
    """The place of the line that decides; behind the last one, if none does."""
    matching = (place for place, line in enumerate(lines) if not line.differs_in(seen))
    return next(matching, len(lines))


def seen(raw: bytes) -> Seen:
    """What stands in the bytes of an IPv4 packet."""
    length, fragment = struct.unpack_from("!2xH2xH", raw)
    carried = raw[(raw[0] & 0x0F) * 4 : length]
    later = bool(fragment & 0x1FFF)
    there = b"" if later or raw[9] not in (6, 17) else carried
    return Seen(
        raw[9],
        IPv4Address(raw[12:16]),
        IPv4Address(raw[16:20]),
        struct.unpack_from("!H", there)[0] if len(there) >= 2 else None,
        struct.unpack_from("!2xH", there)[0] if len(there) >= 4 else None,
        there[13] if raw[9] == 6 and len(there) >= 14 else None,
        later,
    )


def _network(found: "re.Match[str]", end: str) -> IPv4Network:
    if found[f"{end}_any"]:
        return IPv4Network("0.0.0.0/0")
    if host := found[f"{end}_host"]:
        return IPv4Network(host)
    # The standard library knows masks both ways round, and refuses bits outside of them.
    return IPv4Network(f"{found[f'{end}_first']}/{found[f'{end}_wild']}")


def _ports(found: "re.Match[str]", end: str) -> tuple[int, int] | None:
    if eq := found[f"{end}_eq"]:
        return int(eq), int(eq)
    low, high = found[f"{end}_low"], found[f"{end}_high"]
    return (int(low), int(high)) if low else None


def _within(port: int | None, asked: tuple[int, int] | None) -> bool:
    return asked is None or (port is not None and asked[0] <= port <= asked[1])
