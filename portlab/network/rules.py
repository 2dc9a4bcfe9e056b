"""Rules: which packets pass, line by line, as an extended access list of Cisco IOS says it.

A list is read from the top, and the first line that matches decides; what no line matches is
denied, though nobody wrote that ("implicit deny"). A rule sees one packet and remembers none. It
reads the bytes where IP says that ports and flags are, as a filter on the way does: whether the
rest of the segment makes sense is for its receiver to find out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from portlab.errors import LabError
from portlab.packets import ACK, RST, Packet, packed, unpacked
from portlab.ports import check_port

Ports = int | tuple[int, int] | None
"""One port, the first and the last of several, or None: any, and none at all."""

_NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17}
_FLAGS_AT = 13
"""Where a TCP header has its flags (RFC 9293 section 3.1); the ports are in front."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an access list.

    `protocol` is `ip` (any), `icmp`, `tcp` or `udp`. `source` and `destination` are "any", an
    address, or a network such as "10.0.0.0/24". Ports are those of TCP and UDP. `established`
    matches TCP segments with ACK or RST: all of a conversation but the SYN that opens it. Raises
    LabError, AddressError or PortError for what is no rule.

    >>> print(Rule("permit", "tcp", "10.0.0.0/24", "192.0.2.7", destination_port=443))
    permit tcp 10.0.0.0 0.0.0.255 host 192.0.2.7 eq 443
    """

    action: Literal["permit", "deny"]
    protocol: Literal["ip", "icmp", "tcp", "udp"] = "ip"
    source: str = "any"
    destination: str = "any"
    source_port: Ports = field(default=None, kw_only=True)
    destination_port: Ports = field(default=None, kw_only=True)
    established: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.action not in ("permit", "deny"):
            raise LabError(f"A rule cannot {self.action!r} a packet: write 'permit' or 'deny'.")
        if self.protocol not in ("ip", *_NUMBERS):
            raise LabError(
                f"A rule about {self.protocol!r} is not known here: write 'ip' (any protocol), "
                "'icmp', 'tcp' or 'udp'."
            )
        _block(self.source)
        _block(self.destination)
        ports = [one for one in (self.source_port, self.destination_port) if one is not None]
        if ports and self.protocol not in ("tcp", "udp"):
            raise LabError(
                f"A rule about {self.protocol!r} cannot ask for ports: they belong to TCP and to "
                "UDP. Write 'tcp' or 'udp', and two rules where both are meant."
            )
        for one in ports:
            _first_and_last(one)
        if self.established and self.protocol != "tcp":
            raise LabError(
                f"A rule about {self.protocol!r} cannot ask for established: it looks at the flags "
                "of TCP. Write 'tcp', or leave it away."
            )

    def matches(self, packet: Packet) -> bool:
        """Whether this line decides about `packet`, if no earlier one did. Raises PacketError."""
        return not self.misses(packet)

    def misses(self, packet: Packet) -> tuple[str, ...]:
        """What in `packet` this line does not match, such as "source port"; nothing: it matches.

        Only the first fragment of a packet has ports and flags. For a later one a line that
        permits is content with protocol and addresses (without its first, nobody can put the packet
        together), and a line that denies must see all it asks for, as IOS has it. What is too short
        for its ports or flags matches no line that asks for them. Lists are about IPv4 alone: IPv6
        has lists of its own, and its packets match no line here.

        Raises PacketError for bytes that are no packet.
        """
        ip = packet.ip
        if ip.version != 4:
            return ("version",)
        missed = []
        rightful = self.protocol == "ip" or _NUMBERS[self.protocol] == ip.protocol
        if not rightful:
            missed.append("protocol")
        if not _holds(self.source, ip.source_address):
            missed.append("source")
        if not _holds(self.destination, ip.destination_address):
            missed.append("destination")
        later = ip.fragment_offset > 0
        if not rightful or (later and self.action == "permit"):
            return tuple(missed)
        carried = b"" if later else packet.raw[ip.header_length : ip.packet_length]
        if not _is_among(self.source_port, carried[:2]):
            missed.append("source port")
        if not _is_among(self.destination_port, carried[2:4]):
            missed.append("destination port")
        flags = carried[_FLAGS_AT : _FLAGS_AT + 1]
        if self.established and not (flags and flags[0] & (ACK | RST)):
            missed.append("established")
        return tuple(missed)

    def __str__(self) -> str:
        """The line as IOS has it; a wildcard mask has a 1 where a bit may be anything."""
        words = [
            self.action,
            self.protocol,
            written(self.source),
            _asked(self.source_port),
            written(self.destination),
            _asked(self.destination_port),
            "established" if self.established else "",
        ]
        return " ".join(filter(None, words))


def deciding(rules: Iterable[Rule], packet: Packet) -> Rule | None:
    """The first of `rules` that matches `packet`; None if none does, so that it is denied.

    >>> from portlab.packets import UdpDatagram
    >>> query = Packet.build("10.0.0.1", "192.0.2.53", UdpDatagram(5000, 53))
    >>> web, dns = (Rule("permit", "udp", destination_port=port) for port in (443, 53))
    >>> print(deciding([web, dns, Rule("deny")], query))
    permit udp any any eq 53
    """
    return next((rule for rule in rules if rule.matches(packet)), None)


def written(addresses: str) -> str:
    """Addresses of a rule as IOS writes them.

    >>> written("10.0.0.0/23"), written("10.0.0.1"), written("any")
    ('10.0.0.0 0.0.1.255', 'host 10.0.0.1', 'any')
    """
    first, last = _block(addresses)
    if first == last:
        return f"host {_address(first)}"
    if last - first == 0xFFFF_FFFF:
        return "any"
    return f"{_address(first)} {_address(last - first)}"


def bounds(addresses: str) -> tuple[str, str]:
    """The first and the last of the addresses of a rule.

    >>> bounds("10.0.0.64/26")
    ('10.0.0.64', '10.0.0.127')
    """
    first, last = _block(addresses)
    return _address(first), _address(last)


@lru_cache(maxsize=4096)
def _block(addresses: str) -> tuple[int, int]:
    """The first and the last address as numbers."""
    if addresses == "any":
        return 0, 0xFFFF_FFFF
    text, slash, length = str(addresses).partition("/")
    octets = packed(text)
    bits = int(length) if length.isascii() and length.isdecimal() else -1 if slash else 32
    if len(octets) != 4 or not 0 <= bits <= 32:
        raise LabError(
            f"{addresses!r} names no IPv4 addresses: write 'any', one address, or a network with "
            "the length of its prefix, as in '10.0.0.0/24'."
        )
    first, others = int.from_bytes(octets, "big"), (1 << 32 - bits) - 1
    if first & others:
        raise LabError(
            f"{addresses!r} is an address inside a network and not the network: write "
            f"'{_address(first & ~others)}/{bits}' for all of it, or leave /{bits} away."
        )
    return first, first | others


def _holds(addresses: str, address: str) -> bool:
    first, last = _block(addresses)
    return first <= int.from_bytes(packed(address), "big") <= last


def _is_among(ports: Ports, seen: bytes) -> bool:
    """Whether the two bytes `seen` are a port that is asked for; fewer are none."""
    if ports is None:
        return True
    first, last = _first_and_last(ports)
    return len(seen) == 2 and first <= int.from_bytes(seen, "big") <= last


def _first_and_last(ports: int | tuple[int, int]) -> tuple[int, int]:
    each = ports if isinstance(ports, tuple) else (ports, ports)
    checked = [check_port(port, zero=True, to_use=False) for port in each]
    if len(checked) != 2 or checked[0] > checked[1]:
        raise LabError(
            f"{ports!r} is no range of ports: write its lowest and its highest, as in (20, 21)."
        )
    return checked[0], checked[1]


def _asked(ports: Ports) -> str:
    if isinstance(ports, tuple):
        return f"range {ports[0]} {ports[1]}"
    return "" if ports is None else f"eq {ports}"


def _address(number: int) -> str:
    return unpacked(number.to_bytes(4, "big"))
