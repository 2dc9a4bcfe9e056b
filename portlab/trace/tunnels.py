"""Packets inside packets: where the one that matters lies in one that only carries it.

IP in IP, of either version in either (RFC 2003, RFC 2473, RFC 4213 for IPv6 in IPv4), and GRE
(RFC 2784, with the key and the sequence number of RFC 2890) around IP or around Ethernet.
"""

from portlab.errors import PacketError
from portlab.packets import Packet
from portlab.trace.links import ETHERNET, RAW_IP, find_ip

_DEEPEST = 4
_IPV4, _IPV6, _GRE = 4, 41, 47
_CHECKSUM, _KEY, _SEQUENCE = 0x8000, 0x2000, 0x1000
_UNKNOWN = 0xFFFF & ~(_CHECKSUM | _KEY | _SEQUENCE)
_IP_IN_GRE = frozenset((0x0800, 0x86DD))
_ETHERNET_IN_GRE = 0x6558


def innermost(packet: Packet) -> tuple[int, int]:
    """Where in `packet.raw` the innermost packet that can be read begins and ends.

    That is all of it where it is no tunnel's. Raises PacketError for bytes that are no packet.

    >>> from portlab.packets import UdpDatagram
    >>> inside = Packet.build("fd00::1", "fd00::2", UdpDatagram(5000, 53))
    >>> innermost(Packet.build("10.0.0.1", "10.0.0.2", inside.raw, protocol=41))
    (20, 68)
    """
    start, end = 0, len(packet.raw)
    for _ in range(_DEEPEST):
        try:
            found = _inside(packet)
            if found is None:
                break
            packet = Packet.decode(packet.raw[found[0] : found[1]])
        except PacketError:
            break  # what cannot be read inside is the carrier's payload, and no mistake of it
        start, end = start + found[0], start + found[1]
    return start, end


def _inside(packet: Packet) -> tuple[int, int] | None:
    ip = packet.ip
    if ip.fragment_offset or ip.more_fragments:
        return None
    at, kind = ip.header_length, RAW_IP
    if ip.protocol == _GRE:
        found = _behind_gre(packet.raw, at)
        if found is None:
            return None
        at, kind = found
    elif ip.protocol not in (_IPV4, _IPV6):
        return None
    place = find_ip(kind, packet.raw[at : ip.packet_length])
    return None if isinstance(place, str) else (at + place[0], at + place[1])


def _behind_gre(raw: bytes, at: int) -> tuple[int, int] | None:
    """Where GRE's payload begins, and what kind of link it is like."""
    if len(raw) < at + 4:
        return None
    bits, kind = raw[at] << 8 | raw[at + 1], raw[at + 2] << 8 | raw[at + 3]
    if bits & _UNKNOWN:
        return None
    at += 4 + 4 * sum(bool(bits & bit) for bit in (_CHECKSUM, _KEY, _SEQUENCE))
    if kind in _IP_IN_GRE:
        return at, RAW_IP
    return (at, ETHERNET) if kind == _ETHERNET_IN_GRE else None
