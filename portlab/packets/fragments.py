"""One packet cut into several that a narrow line can carry.

IPv4's are cut by whoever has a line too narrow for them (RFC 791 section 3.2), IPv6's by their
sender alone (RFC 8200 section 4.5).
"""

from dataclasses import replace

from portlab.errors import PacketError
from portlab.packets.fields import check_number
from portlab.packets.ipv4 import DONT_FRAGMENT, MORE_FRAGMENTS, Ipv4
from portlab.packets.ipv6 import Ipv6
from portlab.packets.ipv6_extensions import FRAGMENT, FragmentHeader
from portlab.packets.packet import Packet

SMALLEST_MTU = 68
"""Bytes that every IPv4 line must carry whole: the longest header and 8 of data (RFC 791 3.2)."""

SMALLEST_MTU_6 = 1280
"""The same of IPv6 (RFC 8200 section 5)."""

_COPIED = 0x80
_END, _NO_OPERATION = 0, 1


def fragments(packet: Packet, mtu: int) -> list[Packet]:
    """`packet` in pieces of at most `mtu` bytes, headers included; whole if it fits.

    Each piece has an IP header of its own, but what IP carries is only cut: TCP's or UDP's header,
    and with it the ports, is in the first piece alone. Raises PacketError for a packet that must
    not be cut or cannot be (IPv6: only a sender cuts, RFC 8200 4.5), and for an MTU under 68.

    >>> from portlab.packets import UdpDatagram
    >>> large = Packet.build("10.0.0.1", "10.0.0.2", UdpDatagram(5000, 53, bytes(3000)),
    ...                      identification=7, dont_fragment=False)
    >>> for piece in fragments(large, 1500):
    ...     print(len(piece), piece.sport, piece.dport, piece.ip)
    1500 5000 53 10.0.0.1 > 10.0.0.2 proto 17 ttl 64 id 7 fragment at 0, more follow
    1500 None None 10.0.0.1 > 10.0.0.2 proto 17 ttl 64 id 7 fragment at 1480, more follow
    68 None None 10.0.0.1 > 10.0.0.2 proto 17 ttl 64 id 7 fragment at 2960, the last
    """
    check_number("A line", "mtu", mtu, 16)
    ip = packet.ip
    if mtu < SMALLEST_MTU:
        raise PacketError(
            f"An MTU of {mtu} bytes is less than IPv4 allows: every line carries {SMALLEST_MTU} "
            "bytes in one piece (RFC 791 3.2). Give a larger one, such as Ethernet's 1500."
        )
    if not isinstance(ip, Ipv4):
        raise PacketError(
            "An IPv6 packet is not cut on its way (RFC 8200 4.5): a line that is too narrow "
            "answers with ICMPv6 'packet too big'. Cut an IPv4 packet instead."
        )
    if len(packet.raw) <= mtu:
        return [packet]
    if ip.dont_fragment:
        raise PacketError(
            f"This packet of {len(packet.raw)} bytes says DF, do not fragment, so a line for {mtu} "
            "would drop it and answer with ICMP 'fragmentation needed'. Build it with "
            "dont_fragment=False."
        )
    return _cut(packet, ip, mtu)


def fragments_of_sender(packet: Packet, mtu: int, identification: int) -> list[Packet]:
    """`packet` as its own sender puts it on a line for `mtu` bytes; whole if it fits.

    A sender that cuts an IPv4 packet does not say DF, and names its pieces by `identification`,
    which must be another one for each packet (RFC 6864 4.2, RFC 8200 4.5). Raises PacketError for
    an MTU under 68 (IPv4) or 1280 (IPv6), and for IPv6 with extension headers.

    >>> from portlab.packets import UdpDatagram
    >>> large = Packet.build("fd00::1", "fd00::2", UdpDatagram(5000, 53, bytes(3000)))
    >>> [len(piece) for piece in fragments_of_sender(large, 1500, 7)]
    [1496, 1496, 160]
    """
    ip = packet.ip
    if len(packet.raw) <= mtu:
        return [packet]
    if isinstance(ip, Ipv6):
        return _cut_6(packet, ip, mtu, identification)
    _, data = Ipv4.decode(packet.raw)
    header = replace(
        ip, identification=identification, flags=ip.flags & ~DONT_FRAGMENT, header_checksum=None
    )
    return fragments(Packet(header.encode(data), packet.reason), mtu)


def _cut_6(packet: Packet, ip: Ipv6, mtu: int, identification: int) -> list[Packet]:
    if ip.extensions:
        raise PacketError(
            "This IPv6 packet has extension headers, some of which must stand in every piece "
            "(RFC 8200 4.5), and no host here sends such. Cut it before they are added."
        )
    if mtu < SMALLEST_MTU_6:
        raise PacketError(
            f"An MTU of {mtu} bytes is less than IPv6 allows: every line carries {SMALLEST_MTU_6} "
            "bytes in one piece (RFC 8200 section 5). Give a larger one, such as 1500."
        )
    _, data = Ipv6.decode(packet.raw)
    room = (mtu - ip.header_length - 8) // 8 * 8  # 8 bytes of fragment header, units of 8 bytes
    pieces = []
    for at in range(0, len(data), room):
        fragment = FragmentHeader(ip.next_header, at // 8, at + room < len(data), identification)
        header = replace(ip, next_header=FRAGMENT, payload_length=None, extensions=(fragment,))
        pieces.append(Packet(header.encode(data[at : at + room]), packet.reason))
    return pieces


def _cut(packet: Packet, ip: Ipv4, mtu: int) -> list[Packet]:
    _, data = Ipv4.decode(packet.raw)
    pieces: list[Packet] = []
    header, at = ip, 0
    while at < len(data):
        room = (mtu - header.header_length) // 8 * 8  # offsets count units of 8 bytes
        last = at + room >= len(data)
        piece = replace(
            header,
            total_length=None,
            header_checksum=None,
            fragment_offset=ip.fragment_offset + at // 8,
            flags=ip.flags if last else ip.flags | MORE_FRAGMENTS,
        )
        pieces.append(Packet(piece.encode(data[at : at + room]), packet.reason))
        at += room
        header = replace(ip, options=_copied(ip.options))
    return pieces


def _copied(options: bytes) -> bytes:
    """The options that go into every piece (RFC 791 3.1, copied flag), padded to whole words."""
    kept, at = b"", 0
    while at < len(options) and options[at] != _END:
        size = 1 if options[at] == _NO_OPERATION else max(2, *options[at + 1 : at + 2])
        if options[at] & _COPIED:
            kept += options[at : at + size]
        at += size
    return kept + bytes(-len(kept) % 4)
