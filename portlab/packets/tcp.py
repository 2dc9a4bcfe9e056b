"""TCP segments: bytes <-> `Segment`, with the field names of RFC 9293 section 3.1.

The only segment type there is: the TCP machine makes and takes it, the views show it. What a
segment *does* is no business of this room.
"""

import struct
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, TypeVar

from portlab.errors import PacketError
from portlab.packets.checksum import addresses_sum, word_sum
from portlab.packets.fields import refuse, refuse_not_bytes, refuse_optional
from portlab.packets.tcp_options import Option, check_options, decode_options, encode_options

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = 1, 2, 4, 8, 16, 32, 64, 128

_HEADER = struct.Struct("!HHIIHHHH")
_HEADER_SIZE = 20
_WIDTHS = {
    "source_port": 16,
    "destination_port": 16,
    "seq": 32,
    "ack": 32,
    "reserved": 4,
    "flags": 8,
    "window": 16,
    "urgent_pointer": 16,
}
_NAMES = {
    "SYN": SYN,
    "FIN": FIN,
    "RST": RST,
    "PSH": PSH,
    "ACK": ACK,
    "URG": URG,
    "ECE": ECE,
    "CWR": CWR,
}

_AnyOption = TypeVar("_AnyOption", bound=Option)


@cache
def flag_names(flags: int) -> str:
    """The control bits by name, those that move a connection first.

    >>> flag_names(SYN | ACK), flag_names(PSH | ACK), flag_names(0)
    ('SYN,ACK', 'PSH,ACK', '')
    """
    return ",".join(name for name, bit in _NAMES.items() if flags & bit)


@dataclass(frozen=True, slots=True)
class Segment:
    """One TCP segment.

    `seq` and `ack` are sequence numbers (32 bits), `window` is as it stands in the header, before
    any scaling. `checksum` None is computed when encoding; a decoded segment has the one of its
    bytes. The data offset follows from the options. Raises PacketError for fields that do not fit.

    >>> print(Segment(40000, 80, seq=100, flags=SYN, window=64240))
    40000 > 80 SYN seq 100 win 64240 len 0
    >>> Segment(70000, 80, seq=0)
    Traceback (most recent call last):
    portlab.errors.PacketError: Segment cannot have source_port=70000: the field is 16 bits wide...
    """

    source_port: int
    destination_port: int
    seq: int
    ack: int = 0
    flags: int = 0
    window: int = 0
    options: tuple[Option, ...] = ()
    payload: bytes = b""
    urgent_pointer: int = 0
    reserved: int = 0
    checksum: int | None = None

    protocol: ClassVar[int] = 6

    def __post_init__(self) -> None:
        try:
            bad = (
                (self.source_port | self.destination_port | self.window | self.urgent_pointer) >> 16
                or (self.seq | self.ack) >> 32
                or self.flags >> 8
                or self.reserved >> 4
            )
        except TypeError:
            bad = 1
        if bad:
            refuse(self, _WIDTHS)
        if not isinstance(self.payload, bytes):
            refuse_not_bytes(self, "payload")
        if self.checksum is not None:
            refuse_optional(self, "checksum", "it")
        if self.options != ():
            check_options(self.options)

    @property
    def has_syn(self) -> bool:
        return self.flags & SYN != 0

    @property
    def has_ack(self) -> bool:
        return self.flags & ACK != 0

    @property
    def has_fin(self) -> bool:
        return self.flags & FIN != 0

    @property
    def has_rst(self) -> bool:
        return self.flags & RST != 0

    @property
    def flag_names(self) -> str:
        """As `SYN,ACK`; empty when no bit is set."""
        return flag_names(self.flags)

    @property
    def sequence_length(self) -> int:
        """SEG.LEN: sequence numbers used, by payload, SYN and FIN (RFC 9293 3.4)."""
        flags = self.flags
        return len(self.payload) + (flags & FIN) + (flags >> 1 & 1)

    def option(self, kind: type[_AnyOption]) -> _AnyOption | None:
        """The first option of that class, or None."""
        for option in self.options:
            if isinstance(option, kind):
                return option
        return None

    def encode(self, src: str, dst: str) -> bytes:
        """The bytes of the segment between these addresses, which the checksum covers.

        Raises AddressError for what is no address.
        """
        options = encode_options(self.options) if self.options else b""
        payload = self.payload
        size = _HEADER_SIZE + len(options)
        word = size << 10 | self.reserved << 8 | self.flags
        checksum = self.checksum
        if checksum is None:
            # Modulo 65535 a field of 32 bits adds as much as its two halves (see checksum.py).
            total = (
                addresses_sum(src, dst)
                + (6 + size + len(payload))
                + (self.source_port + self.destination_port + self.seq + self.ack)
                + (word + self.window + self.urgent_pointer)
            )
            if options:
                total += word_sum(options)
            if payload:
                total += word_sum(payload)
            checksum = -total % 0xFFFF
        header = _HEADER.pack(
            self.source_port,
            self.destination_port,
            self.seq,
            self.ack,
            word,
            self.window,
            checksum,
            self.urgent_pointer,
        )
        return header + options + payload

    @classmethod
    def decode(cls, data: bytes, *, truncated: bool = False) -> "Segment":
        """The segment in `data`. Raises PacketError when there is none.

        `truncated` says that the end is known to be missing (a capture's snap length, an ICMP
        quotation): options cut in the middle are then no mistake of the sender's.
        """
        if len(data) < _HEADER_SIZE:
            raise PacketError(
                f"No TCP segment: {len(data)} bytes, but the header alone is {_HEADER_SIZE} "
                "(RFC 9293 3.1). Capture whole packets, without a snap length."
            )
        source, destination, seq, ack, word, window, checksum, urgent = _HEADER.unpack_from(data)
        size = word >> 12 << 2
        options: tuple[Option, ...] = ()
        if size != _HEADER_SIZE:
            if size < _HEADER_SIZE or (size > len(data) and not truncated):
                raise PacketError(
                    f"No TCP segment: its data offset says that the header is {size} bytes, but "
                    f"it is {_HEADER_SIZE} to 60 and the segment has {len(data)} (RFC 9293 3.1). "
                    "The sender is broken, or these bytes are not TCP."
                )
            options = decode_options(data[_HEADER_SIZE:size])
        return cls(
            source,
            destination,
            seq,
            ack,
            word & 0xFF,
            window,
            options,
            data[size:],
            urgent,
            word >> 8 & 0xF,
            checksum,
        )

    @property
    def summary(self) -> str:
        """The segment in a few words, ports left out."""
        parts = [self.flag_names or "no flags", f"seq {self.seq}"]
        if self.has_ack:
            parts.append(f"ack {self.ack}")
        parts.append(f"win {self.window}")
        if self.flags & URG:
            parts.append(f"urg {self.urgent_pointer}")
        parts.append(f"len {len(self.payload)}")
        if self.options:
            parts.append(f"<{', '.join(map(str, self.options))}>")
        return " ".join(parts)

    def __str__(self) -> str:
        return f"{self.source_port} > {self.destination_port} {self.summary}"
