"""The IPv6 header and its extension headers: bytes <-> `Ipv6` (RFC 8200 sections 3 and 4)."""

import struct
from dataclasses import dataclass
from typing import ClassVar

from portlab.errors import PacketError
from portlab.packets.addresses import packed, unpacked
from portlab.packets.fields import refuse, refuse_not_bytes, refuse_optional

HOP_BY_HOP, ROUTING, FRAGMENT, NO_NEXT_HEADER, DESTINATION_OPTIONS = 0, 43, 44, 59, 60

_HEADER = struct.Struct("!IHBB16s16s")
_HEADER_SIZE = 40
_FRAGMENT = struct.Struct("!BBHI")
_EXTENSIONS = frozenset((HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS))
_WIDTHS = {"next_header": 8, "traffic_class": 8, "flow_label": 20, "hop_limit": 8}


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

    def encode(self) -> bytes:
        return bytes((self.next_header, len(self.data) >> 3)) + self.data


@dataclass(frozen=True, slots=True)
class FragmentHeader:
    """The packet holds a part of a larger one (RFC 8200 4.5).

    `fragment_offset` counts units of 8 bytes; `reserved` are the byte and the two bits that are
    sent as zero. Raises PacketError for fields that do not fit.
    """

    next_header: int
    fragment_offset: int
    more_fragments: bool
    identification: int
    reserved: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        try:
            first, second = self.reserved
            bad = (
                (self.next_header | first) >> 8
                or self.fragment_offset >> 13
                or self.more_fragments >> 1
                or second >> 2
                or self.identification >> 32
            )
        except (TypeError, ValueError):
            bad = 1
        if bad:
            refuse_fragment(self)

    def encode(self) -> bytes:
        word = self.fragment_offset << 3 | self.reserved[1] << 1 | self.more_fragments
        return _FRAGMENT.pack(self.next_header, self.reserved[0], word, self.identification)


def refuse_fragment(header: FragmentHeader) -> None:
    """Raise the PacketError for whichever field of a fragment header does not fit."""
    reserved = header.reserved
    if not (isinstance(reserved, tuple) and len(reserved) == 2):
        raise PacketError(
            f"FragmentHeader cannot have reserved={reserved!r}: it is a pair of numbers, "
            "one of 8 bits and one of 2. Leave it out."
        )
    refuse(
        header,
        {"next_header": 8, "fragment_offset": 13, "more_fragments": 1, "identification": 32},
    )


@dataclass(frozen=True, slots=True)
class Ipv6:
    """One IPv6 header with the extension headers behind it.

    `next_header` is the field of the fixed header, so the first extension header's kind if there
    are any; `protocol` is what follows them all. `payload_length` (bytes, extension headers
    included) None is computed when encoding; a decoded header has the one of its bytes. Raises
    PacketError for fields that do not fit.

    >>> print(Ipv6("fd00::1", "fd00::2", 17))
    fd00::1 > fd00::2 proto 17 hop limit 64
    """

    source_address: str
    destination_address: str
    next_header: int
    traffic_class: int = 0
    flow_label: int = 0
    payload_length: int | None = None
    hop_limit: int = 64
    extensions: tuple[ExtensionHeader | FragmentHeader, ...] = ()

    version: ClassVar[int] = 6

    def __post_init__(self) -> None:
        try:
            bad = (
                self.next_header | self.traffic_class | self.hop_limit
            ) >> 8 or self.flow_label >> 20
        except TypeError:
            bad = 1
        if bad:
            refuse(self, _WIDTHS)
        if self.payload_length is not None:
            refuse_optional(self, "payload_length", "it")
        if self.extensions:
            self._check_extensions()

    def _check_extensions(self) -> None:
        """Each header's next_header must name what really follows."""
        kind = self.next_header
        for header in self.extensions:
            wanted = FragmentHeader if kind == FRAGMENT else ExtensionHeader
            if kind not in _EXTENSIONS or not isinstance(header, wanted):
                raise PacketError(
                    f"Ipv6 cannot have {header!r} after next_header={kind}: that number announces "
                    "something else. Use 0 (hop-by-hop), 43 (routing) or 60 (destination options) "
                    "before an ExtensionHeader, 44 before a FragmentHeader."
                )
            kind = header.next_header

    @property
    def protocol(self) -> int:
        """The number of what follows the last extension header."""
        return self.extensions[-1].next_header if self.extensions else self.next_header

    @property
    def fragment_offset(self) -> int:
        """In units of 8 bytes; 0 in a packet that is whole."""
        return next((h.fragment_offset for h in self._fragments()), 0)

    @property
    def more_fragments(self) -> bool:
        """Does more of the same datagram follow in other fragments?"""
        return any(header.more_fragments for header in self._fragments())

    def _fragments(self) -> list[FragmentHeader]:
        return [h for h in self.extensions if isinstance(h, FragmentHeader)]

    @property
    def header_length(self) -> int:
        """Bytes, extension headers included."""
        return _HEADER_SIZE + sum(
            8 if isinstance(header, FragmentHeader) else 2 + len(header.data)
            for header in self.extensions
        )

    def encode(self, payload: bytes) -> bytes:
        """The whole packet: this header, its extension headers and the payload.

        Raises PacketError for more than 65,535 bytes after the fixed header, AddressError for
        what is no address.
        """
        return encode_ipv6(
            self.source_address,
            self.destination_address,
            self.next_header,
            b"".join([header.encode() for header in self.extensions]) + payload,
            self.hop_limit,
            self.traffic_class << 20 | self.flow_label,
            self.payload_length,
        )

    @classmethod
    def decode(cls, data: bytes) -> tuple["Ipv6", bytes]:
        """The header and what follows its last extension header. Raises PacketError.

        What follows the payload length is left out; when there is less (a snap length), the
        payload is what there is. Payload length 0 takes all: jumbograms (RFC 2675), and packets
        that a network card is yet to cut up.
        """
        if len(data) < _HEADER_SIZE:
            raise PacketError(
                f"No IPv6 packet: {len(data)} bytes, but the header alone is {_HEADER_SIZE} "
                "(RFC 8200 3). Capture whole packets, without a snap length."
            )
        word, length, next_header, hop_limit, src, dst = _HEADER.unpack_from(data)
        if word >> 28 != 6:
            raise PacketError(
                f"No IPv6 packet: its version is {word >> 28} (RFC 8200 3). "
                "Use Packet.decode, which reads IPv4 too."
            )
        end = _HEADER_SIZE + length if length or next_header == NO_NEXT_HEADER else len(data)
        extensions: tuple[ExtensionHeader | FragmentHeader, ...] = ()
        at = _HEADER_SIZE
        if next_header in _EXTENSIONS:
            extensions, at = _walk(data[:end], next_header, truncated=end > len(data))
        header = cls(
            unpacked(src),
            unpacked(dst),
            next_header,
            word >> 20 & 0xFF,
            word & 0xFFFFF,
            length,
            hop_limit,
            extensions,
        )
        return header, data[at:end]

    def __str__(self) -> str:
        line = f"{self.source_address} > {self.destination_address} proto {self.protocol}"
        line += f" hop limit {self.hop_limit}"
        if self._fragments():
            line += f" fragment at {8 * self.fragment_offset}"
            line += ", more follow" if self.more_fragments else ", the last"
        return line


def _walk(
    data: bytes, kind: int, *, truncated: bool
) -> tuple[tuple[ExtensionHeader | FragmentHeader, ...], int]:
    """The extension headers of the packet `data`, and where they end.

    In a truncated capture the walk ends before a header that is not wholly there. It ends behind
    a fragment header with an offset too: what follows is the middle of something.
    """
    headers: list[ExtensionHeader | FragmentHeader] = []
    at = _HEADER_SIZE
    while kind in _EXTENSIONS:
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
                following, word >> 3, bool(word & 1), identification, (first, word >> 1 & 3)
            )
            headers.append(fragment)
            at += size
            if fragment.fragment_offset:
                break
        else:
            headers.append(ExtensionHeader(data[at], data[at + 2 : at + size]))
            at += size
        kind = headers[-1].next_header
    return tuple(headers), at


def encode_ipv6(
    src: str,
    dst: str,
    next_header: int,
    payload: bytes,
    hop_limit: int,
    class_and_label: int = 0,
    payload_length: int | None = None,
) -> bytes:
    """An IPv6 packet from its fields, without an `Ipv6` in between.

    The fast path of `Packet.build`; extension headers count as payload. Fields are taken as they
    are: `Ipv6` checks them.
    """
    length = len(payload) if payload_length is None else payload_length
    if length > 0xFFFF:
        raise PacketError(
            f"An IPv6 packet cannot carry a payload of {len(payload)} bytes: its payload length "
            "is 16 bits wide. Send at most 65,535 bytes (UDP data: 8 less)."
        )
    source, destination = packed(src), packed(dst)
    if len(source) != 16 or len(destination) != 16:
        raise PacketError(
            f"An IPv6 packet cannot go from {src} to {dst}: both addresses must be IPv6. "
            "Give two addresses of one family."
        )
    word = 6 << 28 | class_and_label
    return _HEADER.pack(word, length, next_header, hop_limit, source, destination) + payload
