"""Fragments put together again (RFC 791 section 3.2, RFC 8200 section 4.5).

Where pieces of an IPv4 packet overlap, the one that came later counts (RFC 791 3.2). Pieces of an
IPv6 packet must not overlap: if they do, the whole packet is given up (RFC 5722 section 4), but a
piece that comes twice does no harm (RFC 8200 4.5).
"""

from dataclasses import replace
from typing import NamedTuple

from portlab.packets.ipv4 import DONT_FRAGMENT, Ipv4
from portlab.packets.ipv6 import Ipv6
from portlab.packets.ipv6_extensions import Extension, FragmentHeader
from portlab.packets.packet import Packet

PATIENCE = 60_000_000
"""Microseconds from a packet's first piece until the rest is given up (RFC 8200 4.5)."""

_MOST = 256
_LARGEST = 0xFFFF

_Name = tuple[str, str, int, int]


class Reassembler:
    """Takes packets in the order they are seen, and says when one completes another.

    >>> from portlab.packets import UdpDatagram, fragments
    >>> large = Packet.build("10.0.0.1", "10.0.0.2", UdpDatagram(5000, 53, bytes(3000)),
    ...                      identification=7, dont_fragment=False)
    >>> pieces = Reassembler()
    >>> [pieces.add(piece, now=0) for piece in fragments(large, 1500)]
    [None, None, <Packet 10.0.0.1:5000 > 10.0.0.2:53 udp len 3000>]
    """

    def __init__(self) -> None:
        self._open: dict[_Name, _Collected] = {}

    def add(self, packet: Packet, now: int) -> Packet | None:
        """The whole packet, if this fragment, seen at `now` (microseconds), is the last missing.

        None for all else, packets that never were cut among it. Raises PacketError for bytes that
        are no packet.
        """
        ip = packet.ip
        if not (ip.fragment_offset or ip.more_fragments) or packet.truncated:
            return None
        piece = _piece(packet)
        collected = self._open.get(piece.name)
        if collected is None or now - collected.began > PATIENCE:
            self._open.pop(piece.name, None)
            if len(self._open) == _MOST:
                del self._open[next(iter(self._open))]
            collected = self._open[piece.name] = _Collected(now)
        whole = collected.add(packet, piece)
        if whole is not None:
            del self._open[piece.name]
        return whole


class _Piece(NamedTuple):
    """A fragment: which packet it is of, and where its data belong in it, in bytes."""

    name: _Name
    start: int
    data: bytes
    more: bool

    @property
    def end(self) -> int:
        return self.start + len(self.data)


def _piece(packet: Packet) -> _Piece:
    ip = packet.ip
    ends = ip.source_address, ip.destination_address
    if isinstance(ip, Ipv4):
        name = (*ends, ip.identification, ip.protocol)
        data = packet.raw[ip.header_length : ip.packet_length]
        return _Piece(name, 8 * ip.fragment_offset, data, ip.more_fragments)
    _, header, after = _taken_apart(ip)
    size = ip.header_length - sum(one.size for one in after)
    return _Piece(
        (*ends, header.identification, -1),  # RFC 8200 4.5: the protocol is no part of the name
        8 * header.fragment_offset,
        packet.raw[size : ip.packet_length],
        header.more_fragments,
    )


class _Collected:
    """What is there of one packet."""

    def __init__(self, began: int) -> None:
        self.began = began
        self._data = bytearray()
        self._there: list[tuple[int, int]] = []
        self._first: Packet | None = None
        self._end: int | None = None
        self._spoilt = False

    def add(self, packet: Packet, piece: _Piece) -> Packet | None:
        uneven = piece.more and len(piece.data) % 8 != 0
        if self._spoilt or uneven or not piece.data or piece.end > _LARGEST:
            return None
        if self._contradicts(piece):
            return None
        if isinstance(packet.ip, Ipv6) and self._overlaps(piece):
            self._spoilt = True
            return None
        self._put(piece)
        if not piece.start:
            self._first = packet
        if not piece.more:
            self._end = piece.end
        if self._first is None or self._end is None or self._there != [(0, self._end)]:
            return None
        return _whole(self._first.ip, bytes(self._data))

    def _contradicts(self, piece: _Piece) -> bool:
        """Does it disagree with the others about where the packet ends?"""
        if self._end is not None:
            return piece.end > self._end or (not piece.more and piece.end != self._end)
        return not piece.more and piece.end < len(self._data)

    def _overlaps(self, piece: _Piece) -> bool:
        """Does it cover what is there already, other than by being the same piece again?"""
        start, end = piece.start, piece.end
        if not any(first < end and start < last for first, last in self._there):
            return False
        inside = any(first <= start and end <= last for first, last in self._there)
        return not (inside and self._data[start:end] == piece.data)

    def _put(self, piece: _Piece) -> None:
        missing = piece.end - len(self._data)
        if missing > 0:
            self._data.extend(bytes(missing))
        self._data[piece.start : piece.end] = piece.data
        merged: list[tuple[int, int]] = []
        for first, last in sorted([*self._there, (piece.start, piece.end)]):
            if merged and first <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        self._there = merged


def _whole(ip: Ipv4 | Ipv6, data: bytes) -> Packet | None:
    """The first piece's header, without what said that it was a piece, and all of the data."""
    if isinstance(ip, Ipv4):
        if ip.header_length + len(data) > _LARGEST:
            return None
        header = replace(
            ip,
            total_length=None,
            header_checksum=None,
            fragment_offset=0,
            flags=ip.flags & DONT_FRAGMENT,
        )
        return Packet(header.encode(data))
    before, fragment, _ = _taken_apart(ip)
    # IPv6's length does not count the 40 bytes of its own header (RFC 8200 section 3).
    if sum(one.size for one in before) + len(data) > _LARGEST:
        return None
    kind = ip.next_header
    if before:
        before = (*before[:-1], replace(before[-1], next_header=fragment.next_header))
    else:
        kind = fragment.next_header
    whole = replace(ip, next_header=kind, payload_length=None, extensions=before)
    return Packet(whole.encode(data))


def _taken_apart(ip: Ipv6) -> tuple[tuple[Extension, ...], FragmentHeader, tuple[Extension, ...]]:
    """The extension headers before the first fragment header, that one, and those behind it."""
    kinds = [isinstance(header, FragmentHeader) for header in ip.extensions]
    at = kinds.index(True)
    header = ip.extensions[at]
    assert isinstance(header, FragmentHeader)
    return ip.extensions[:at], header, ip.extensions[at + 1 :]
