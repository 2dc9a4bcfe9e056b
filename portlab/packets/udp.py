"""UDP datagrams: two ports, a length and a checksum around the data (RFC 768)."""

import struct
from dataclasses import dataclass
from typing import ClassVar

from portlab.errors import PacketError
from portlab.packets.checksum import transport_checksum
from portlab.packets.fields import refuse, refuse_not_bytes, refuse_optional

_HEADER = struct.Struct("!HHHH")
_HEADER_SIZE = 8


@dataclass(frozen=True, slots=True)
class UdpDatagram:
    """One UDP datagram.

    `length` (header and payload, bytes) and `checksum` None are computed when encoding; a decoded
    datagram has those of its bytes. In the first fragment of a larger datagram, and in a capture
    cut short, `length` says more than `payload` holds. Checksum 0 means that none was made, which
    only IPv4 allows (RFC 768; RFC 8200 8.1). Raises PacketError for fields that do not fit.

    >>> print(UdpDatagram(5353, 53, b"hello"))
    5353 > 53 len 5
    """

    source_port: int
    destination_port: int
    payload: bytes = b""
    length: int | None = None
    checksum: int | None = None

    protocol: ClassVar[int] = 17

    def __post_init__(self) -> None:
        try:
            bad = (self.source_port | self.destination_port) >> 16
        except TypeError:
            bad = 1
        if bad:
            refuse(self, {"source_port": 16, "destination_port": 16})
        refuse_not_bytes(self, "payload")
        refuse_optional(self, "length", "it")
        refuse_optional(self, "checksum", "it")

    def encode(self, src: str, dst: str) -> bytes:
        """The bytes of the datagram between these addresses, which the checksum covers.

        Raises PacketError over 65,527 bytes of payload, AddressError for what is no address.
        """
        length = _HEADER_SIZE + len(self.payload) if self.length is None else self.length
        if length > 0xFFFF:
            raise PacketError(
                f"UdpDatagram cannot have a payload of {len(self.payload)} bytes: its length "
                "field is 16 bits wide. Send at most 65,507 bytes over IPv4 and 65,527 over IPv6."
            )
        checksum = self.checksum
        if checksum is None:
            bare = _HEADER.pack(self.source_port, self.destination_port, length, 0) + self.payload
            # Zero would say "no checksum", so it is sent as all ones, which sums the same.
            checksum = transport_checksum(src, dst, self.protocol, bare) or 0xFFFF
        header = _HEADER.pack(self.source_port, self.destination_port, length, checksum)
        return header + self.payload

    @classmethod
    def decode(cls, data: bytes) -> "UdpDatagram":
        """The datagram in `data`. Raises PacketError when there is none.

        Bytes after the length are left out. Length 0 takes all there is (jumbograms, RFC 2675
        section 4, and what a network card is yet to cut up).
        """
        if len(data) < _HEADER_SIZE:
            raise PacketError(
                f"No UDP datagram: {len(data)} bytes, but the header alone is {_HEADER_SIZE} "
                "(RFC 768). Capture whole packets, without a snap length."
            )
        source, destination, length, checksum = _HEADER.unpack_from(data)
        if 0 < length < _HEADER_SIZE:
            raise PacketError(
                f"No UDP datagram: its length field says {length} bytes, less than the header's "
                f"{_HEADER_SIZE} (RFC 768). The sender is broken, or these bytes are not UDP."
            )
        end = length or len(data)
        return cls(source, destination, data[_HEADER_SIZE:end], length, checksum)

    @property
    def summary(self) -> str:
        """The datagram in a few words, ports left out."""
        return f"len {len(self.payload)}"

    def __str__(self) -> str:
        return f"{self.source_port} > {self.destination_port} {self.summary}"
