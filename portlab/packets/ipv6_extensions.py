"""IPv6 extension headers: what stands between the fixed header and the payload (RFC 8200 4).

Four kinds are walked through; any other number ends the walk, as the payload's protocol.
"""

import struct
from dataclasses import dataclass

from portlab.errors import PacketError
from portlab.packets.fields import refuse, refuse_not_bytes

HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS = 0, 43, 44, 60
EXTENSIONS = frozenset((HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS))

_FRAGMENT = struct.Struct("!BBHI")
_FRAGMENT_WIDTHS = {
    "next_header": 8,
    "fragment_offset": 13,
    "more_fragments": 1,
    "identification": 32,
    "reserved": 8,
    "res": 2,
}


@dataclass(frozen=True, slots=True)
class ExtensionHeader:
    """Hop-by-hop options, a routing header or destination options: the header before says which.

    `data` is what follows the bytes of next header and length: 6 bytes, or 8 more at a time. Raises
    PacketError for fields that do not fit.
    """

    next_header: int
    data: bytes

    def __post_init__(self) -> None:
        if not isinstance(self.next_header, int) or self.next_header >> 8:
            refuse(self, {"next_header": 8})
        refuse_not_bytes(self, "data")
        if len(self.data) % 8 != 6 or len(self.data) > 2046:
            raise PacketError(
                f"ExtensionHeader cannot have data of {len(self.data)} bytes: with the two bytes "
                "before it, it fills whole units of 8, up to 256 of them (RFC 8200 4.3). "
                "Pad it to 6, 14, 22 ... bytes."
            )

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return 2 + len(self.data)

    def encode(self) -> bytes:
        return bytes((self.next_header, len(self.data) >> 3)) + self.data


@dataclass(frozen=True, slots=True)
class FragmentHeader:
    """The packet holds a part of a larger one (RFC 8200 4.5).

    `fragment_offset` counts units of 8 bytes; `reserved` (8 bits) and `res` (2 bits) are sent as
    zero. Raises PacketError for fields that do not fit.
    """

    next_header: int
    fragment_offset: int
    more_fragments: bool
    identification: int
    reserved: int = 0
    res: int = 0

    def __post_init__(self) -> None:
        try:
            bad = (
                (self.next_header | self.reserved) >> 8
                or self.fragment_offset >> 13
                or self.more_fragments >> 1
                or self.res >> 2
                or self.identification >> 32
            )
        except TypeError:
            bad = 1
        if bad:
            refuse(self, _FRAGMENT_WIDTHS)

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return _FRAGMENT.size

    def encode(self) -> bytes:
        word = self.fragment_offset << 3 | self.res << 1 | self.more_fragments
        return _FRAGMENT.pack(self.next_header, self.reserved, word, self.identification)


Extension = ExtensionHeader | FragmentHeader


def walk(data: bytes, at: int, kind: int, *, truncated: bool) -> tuple[Extension, ...]:
    """The extension headers of the packet `data`: the first is at `at`, of this `kind`.

    In a truncated capture the walk ends before a header that is not wholly there. It ends behind
    a fragment header with an offset too: what follows is the middle of something.
    """
    headers: list[Extension] = []
    while kind in EXTENSIONS:
        size = 8 if kind == FRAGMENT or at + 2 > len(data) else (data[at + 1] + 1) * 8
        if at + size > len(data):
            if truncated:
                break
            raise PacketError(
                f"No IPv6 packet: extension header {kind} needs {size} bytes, but only "
                f"{len(data) - at} are left (RFC 8200 4). The sender is broken, or these bytes "
                "are not IPv6."
            )
        if kind == FRAGMENT:
            following, first, word, identification = _FRAGMENT.unpack_from(data, at)
            fragment = FragmentHeader(
                following, word >> 3, bool(word & 1), identification, first, word >> 1 & 3
            )
            headers.append(fragment)
            at += size
            if fragment.fragment_offset:
                break
        else:
            headers.append(ExtensionHeader(data[at], data[at + 2 : at + size]))
            at += size
        kind = headers[-1].next_header
    return tuple(headers)
