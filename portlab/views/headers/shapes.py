"""The layout of a packet's headers as plain data: what every renderer reads, and nothing else.

Places are bits from the start of the bytes shown, counted as the RFCs do: bit 0 is the leftmost
of the first byte. Every bit belongs to exactly one field.
"""

from dataclasses import dataclass
from typing import Literal

from portlab.wording import count

Kind = Literal["ip", "extension", "tcp", "udp", "icmp", "payload", "rest"]
"""What a part is, for its colour; `rest` is what cannot or need not be read."""

_RAW_SHOWN = 16


@dataclass(frozen=True, slots=True)
class Field:
    """`name` as in the RFC that `source` names, `short` where there is little room.

    `start` and `width` are bits. `value` is for learners, `brief` the same in one word. `group`
    names a field of the RFC, or an option, that this is a part of. `wrong` marks what contradicts
    the rest of the packet, such as a bad checksum; `cut` what ends before its last bit.
    """

    name: str
    short: str
    start: int
    width: int
    value: str
    brief: str
    meaning: str
    source: str
    group: str = ""
    wrong: bool = False
    cut: bool = False

    @property
    def end(self) -> int:
        """The first bit after it."""
        return self.start + self.width

    @property
    def first_byte(self) -> int:
        return self.start // 8

    @property
    def last_byte(self) -> int:
        """The byte that holds its last bit."""
        return (self.end - 1) // 8

    @property
    def where(self) -> str:
        """Its place in words, for who counts bytes: `bytes 4 to 7`, or `byte 12, bits 0 to 3`."""
        first, last = self.first_byte, self.last_byte
        if self.start % 8 == 0 and self.width % 8 == 0:
            return f"byte {first}" if first == last else f"bytes {first} to {last}"
        begin, end = self.start % 8, (self.end - 1) % 8
        if first != last:
            return f"byte {first}, bit {begin}, to byte {last}, bit {end}"
        bits = f"bit {begin}" if self.width == 1 else f"bits {begin} to {end}"
        return f"byte {first}, {bits}"


@dataclass(frozen=True, slots=True)
class Part:
    """One header, or the payload, or bytes that stay unread. It begins and ends on a byte.

    `name` as in `TCP header`. `depth` is 0 for the packet itself and 1 for what an ICMP error
    quotes.
    """

    name: str
    kind: Kind
    fields: tuple[Field, ...]
    depth: int = 0

    @property
    def start(self) -> int:
        """Its first byte."""
        return self.fields[0].start // 8

    @property
    def end(self) -> int:
        """The byte after its last."""
        return self.fields[-1].end // 8

    @property
    def size(self) -> int:
        """Bytes."""
        return self.end - self.start

    @property
    def is_header(self) -> bool:
        """Is it made of fields, and not just bytes?"""
        return self.kind not in ("payload", "rest")

    @property
    def title(self) -> str:
        """`TCP header, 20 bytes`."""
        return f"{self.name}, {count(self.size, 'byte')}"


@dataclass(frozen=True, slots=True)
class Headers:
    """All of a packet: its bytes, the parts they make, and in `stops` what could not be read."""

    title: str
    raw: bytes
    parts: tuple[Part, ...]
    stops: tuple[str, ...] = ()

    @property
    def sizes(self) -> str:
        """How many bytes each part has, and all of them: `20 + 8 + 5 = 33 bytes`, by name."""
        parts = [f"{part.name} {part.size:,}" for part in self.parts]
        whole = count(len(self.raw), "byte")
        return (
            f"{whole}: {' + '.join(parts)}" if len(parts) > 1 else f"{self.parts[0].name} {whole}"
        )

    def bits(self, field: Field) -> int:
        """What stands in a field, as an unsigned number."""
        whole = int.from_bytes(self.raw[field.first_byte : field.last_byte + 1], "big")
        return whole >> (-field.end % 8) & ((1 << field.width) - 1)

    def raw_text(self, field: Field) -> str:
        """What stands in a field as it is: binary for a few bits, else hexadecimal."""
        if field.width < 8:
            return f"{self.bits(field):0{field.width}b}"
        if field.width <= 32:
            return f"0x{self.bits(field):0{(field.width + 3) // 4}x}"
        data = self.raw[field.first_byte : field.last_byte + 1]
        more = " ..." if len(data) > _RAW_SHOWN else ""
        return data[:_RAW_SHOWN].hex(" ") + more


@dataclass(frozen=True, slots=True)
class Numbers:
    """What only a whole conversation tells about one of its segments; None is not known.

    `seq` and `ack` are counted from each side's SYN, `window` is in bytes: scaled, where that was
    agreed on.
    """

    seq: int | None = None
    ack: int | None = None
    window: int | None = None
