"""The IPv4 header: bytes <-> `Ipv4`, with the field names of RFC 791 section 3.1."""

import struct
from dataclasses import dataclass
from typing import ClassVar

from portlab.errors import PacketError
from portlab.packets.addresses import packed, unpacked
from portlab.packets.checksum import addresses_sum, word_sum
from portlab.packets.fields import refuse, refuse_not_bytes, refuse_optional

_HEADER = struct.Struct("!BBHHHBBH4s4s")
_HEADER_SIZE = 20
_WIDTHS = {
    "protocol": 8,
    "type_of_service": 8,
    "identification": 16,
    "flags": 3,
    "fragment_offset": 13,
    "time_to_live": 8,
}

_LOOSE_SOURCE_ROUTE, _STRICT_SOURCE_ROUTE = 131, 137

MORE_FRAGMENTS, DONT_FRAGMENT = 1, 2


@dataclass(frozen=True, slots=True)
class Ipv4:
    """One IPv4 header.

    `fragment_offset` counts units of 8 bytes, `flags` are DONT_FRAGMENT and MORE_FRAGMENTS,
    `options` are raw, padded to whole words of 4 bytes. `total_length` (bytes) and
    `header_checksum` None are computed when encoding; a decoded header has those of its bytes.
    Raises PacketError for fields that do not fit.

    >>> print(Ipv4("10.0.0.1", "10.0.0.2", 6))
    10.0.0.1 > 10.0.0.2 proto 6 ttl 64 id 0
    """

    source_address: str
    destination_address: str
    protocol: int
    type_of_service: int = 0
    total_length: int | None = None
    identification: int = 0
    flags: int = 0
    fragment_offset: int = 0
    time_to_live: int = 64
    header_checksum: int | None = None
    options: bytes = b""

    version: ClassVar[int] = 4

    def __post_init__(self) -> None:
        try:
            bad = (
                (self.protocol | self.type_of_service | self.time_to_live) >> 8
                or self.identification >> 16
                or self.flags >> 3
                or self.fragment_offset >> 13
            )
        except TypeError:
            bad = 1
        if bad:
            refuse(self, _WIDTHS)
        if self.total_length is not None:
            refuse_optional(self, "total_length", "it")
        if self.header_checksum is not None:
            refuse_optional(self, "header_checksum", "it")
        if self.options != b"":
            self._check_options()

    def _check_options(self) -> None:
        refuse_not_bytes(self, "options")
        if len(self.options) % 4 or len(self.options) > 40:
            raise PacketError(
                f"Ipv4 cannot have options of {len(self.options)} bytes: they fill whole words of "
                "4 bytes, at most 40 bytes in all. Pad them with zeros, or leave some out."
            )

    @property
    def more_fragments(self) -> bool:
        """Does more of the same datagram follow in other fragments?"""
        return self.flags & MORE_FRAGMENTS != 0

    @property
    def dont_fragment(self) -> bool:
        return self.flags & DONT_FRAGMENT != 0

    @property
    def header_length(self) -> int:
        """Bytes; the header itself counts words of 4 (IHL)."""
        return _HEADER_SIZE + len(self.options)

    @property
    def packet_length(self) -> int | None:
        """Bytes of the whole packet as the header has it; None where it leaves that open.

        Total length 0 does so: Linux writes it before a network card cuts a large packet up.
        """
        return self.total_length or None

    @property
    def source_routed(self) -> bool:
        """Is `destination_address` only the next stop (RFC 791 3.1, source route options)?"""
        options, at = self.options, 0
        while at < len(options) and options[at] != 0:
            if options[at] in (_LOOSE_SOURCE_ROUTE, _STRICT_SOURCE_ROUTE):
                return True
            size = options[at + 1] if options[at] != 1 and at + 1 < len(options) else 1
            at += max(size, 1)
        return False

    def encode(self, payload: bytes) -> bytes:
        """The whole packet: this header and the payload.

        Raises PacketError for more than 65,535 bytes, AddressError for what is no IPv4 address.
        """
        return encode_ipv4(
            self.source_address,
            self.destination_address,
            self.protocol,
            payload,
            self.time_to_live,
            self.identification,
            self.flags << 13 | self.fragment_offset,
            self.type_of_service,
            self.options,
            self.total_length,
            self.header_checksum,
        )

    @classmethod
    def decode(cls, data: bytes) -> tuple["Ipv4", bytes]:
        """The header and the payload of the packet in `data`. Raises PacketError.

        What follows the total length (Ethernet's padding) is left out; when there is less than
        the total length (a snap length), the payload is what there is.
        """
        if len(data) < _HEADER_SIZE:
            raise PacketError(
                f"No IPv4 packet: {len(data)} bytes, but the header alone is {_HEADER_SIZE} "
                "(RFC 791 3.1). Capture whole packets, without a snap length."
            )
        first, tos, total, identification, fragment, ttl, protocol, checksum, src, dst = (
            _HEADER.unpack_from(data)
        )
        size = _HEADER_SIZE
        options = b""
        if first != 0x45:
            size = _header_size(first, len(data))
            options = data[_HEADER_SIZE:size]
        if total < size and total:
            raise PacketError(
                f"No IPv4 packet: its total length says {total} bytes, less than the header's "
                f"{size} (RFC 791 3.1). The sender is broken, or these bytes are not IPv4."
            )
        header = cls(
            unpacked(src),
            unpacked(dst),
            protocol,
            tos,
            total,
            identification,
            fragment >> 13,
            fragment & 0x1FFF,
            ttl,
            checksum,
            options,
        )
        return header, data[size : header.packet_length]

    def __str__(self) -> str:
        line = f"{self.source_address} > {self.destination_address} proto {self.protocol}"
        line += f" ttl {self.time_to_live} id {self.identification}"
        if self.dont_fragment:
            line += " DF"
        if self.more_fragments or self.fragment_offset:
            line += f" fragment at {8 * self.fragment_offset}"
            line += ", more follow" if self.more_fragments else ", the last"
        return line


def _header_size(first: int, available: int) -> int:
    """The header's bytes by the first byte of a packet, which holds version and IHL."""
    size = (first & 0xF) * 4
    if first >> 4 != 4:
        raise PacketError(
            f"No IPv4 packet: its version is {first >> 4} (RFC 791 3.1). "
            "Use Packet.decode, which reads IPv6 too."
        )
    if not _HEADER_SIZE <= size <= available:
        raise PacketError(
            f"No IPv4 packet: its header length says {size} bytes, but a header is "
            f"{_HEADER_SIZE} to 60 and there are {available} (RFC 791 3.1). "
            "The sender is broken, or the capture is cut within the header."
        )
    return size


def encode_ipv4(
    src: str,
    dst: str,
    protocol: int,
    payload: bytes,
    time_to_live: int,
    identification: int = 0,
    fragment: int = DONT_FRAGMENT << 13,
    type_of_service: int = 0,
    options: bytes = b"",
    total_length: int | None = None,
    header_checksum: int | None = None,
) -> bytes:
    """An IPv4 packet from its fields, without an `Ipv4` in between; `fragment` has the flags too.

    The fast path of `Packet.build`. Fields are taken as they are: `Ipv4` checks them.
    """
    size = _HEADER_SIZE + len(options)
    length = size + len(payload) if total_length is None else total_length
    if length > 0xFFFF:
        raise PacketError(
            f"An IPv4 packet cannot carry a payload of {len(payload)} bytes: its total length is "
            f"16 bits wide, header included. Send at most {0xFFFF - size:,} bytes (UDP: 8 less)."
        )
    first = size >> 2 | 0x40
    if header_checksum is None:
        total = (
            addresses_sum(src, dst)
            + (first << 8 | type_of_service)
            + (length + identification + fragment)
            + (time_to_live << 8 | protocol)
        )
        if options:
            total += word_sum(options)
        header_checksum = -total % 0xFFFF
    source, destination = packed(src), packed(dst)
    if len(source) != 4 or len(destination) != 4:
        raise PacketError(
            f"An IPv4 packet cannot go from {src} to {dst}: both addresses must be IPv4. "
            "Give two addresses of one family."
        )
    header = _HEADER.pack(
        first,
        type_of_service,
        length,
        identification,
        fragment,
        time_to_live,
        protocol,
        header_checksum,
        source,
        destination,
    )
    return header + options + payload
