"""The IPv6 header: bytes <-> `Ipv6`, with the field names of RFC 8200 section 3."""

import struct
from dataclasses import dataclass
from typing import ClassVar

from portlab.errors import PacketError
from portlab.packets.addresses import packed, unpacked
from portlab.packets.fields import refuse, refuse_optional
from portlab.packets.ipv6_extensions import (
    EXTENSIONS,
    FRAGMENT,
    ROUTING,
    Extension,
    ExtensionHeader,
    FragmentHeader,
    walk,
)

_HEADER = struct.Struct("!IHBB16s16s")
_HEADER_SIZE = 40
_NO_NEXT_HEADER = 59
_WIDTHS = {"next_header": 8, "traffic_class": 8, "flow_label": 20, "hop_limit": 8}


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
    extensions: tuple[Extension, ...] = ()

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
            if kind not in EXTENSIONS or not isinstance(header, wanted):
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
        return max((header.fragment_offset for header in self._fragments()), default=0)

    @property
    def more_fragments(self) -> bool:
        """Does more of the same datagram follow in other fragments?"""
        return any(header.more_fragments for header in self._fragments())

    def _fragments(self) -> list[FragmentHeader]:
        return [h for h in self.extensions if isinstance(h, FragmentHeader)]

    @property
    def header_length(self) -> int:
        """Bytes, extension headers included."""
        if not self.extensions:
            return _HEADER_SIZE
        return _HEADER_SIZE + sum([header.size for header in self.extensions])

    @property
    def packet_length(self) -> int | None:
        """Bytes of the whole packet as the header has it; None where it leaves that open.

        Payload length 0 does so, unless nothing follows at all: jumbograms (RFC 2675) have it, and
        packets that a network card is yet to cut up.
        """
        if self.payload_length or (
            self.payload_length == 0 and self.next_header == _NO_NEXT_HEADER
        ):
            return _HEADER_SIZE + self.payload_length
        return None

    @property
    def source_routed(self) -> bool:
        """Is `destination_address` only the next stop (RFC 8200 4.4, segments left)?"""
        kind = self.next_header
        for header in self.extensions:
            if kind == ROUTING and isinstance(header, ExtensionHeader) and header.data[1]:
                return True
            kind = header.next_header
        return False

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
        payload is what there is.
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
        extensions: tuple[Extension, ...] = ()
        if next_header in EXTENSIONS:
            end = _HEADER_SIZE + length if length else len(data)
            extensions = walk(data[:end], _HEADER_SIZE, next_header, truncated=end > len(data))
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
        return header, data[header.header_length : header.packet_length]

    def __str__(self) -> str:
        line = f"{self.source_address} > {self.destination_address} proto {self.protocol}"
        line += f" hop limit {self.hop_limit}"
        if self._fragments():
            line += f" fragment at {8 * self.fragment_offset}"
            line += ", more follow" if self.more_fragments else ", the last"
        return line


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
