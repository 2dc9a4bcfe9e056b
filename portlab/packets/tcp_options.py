"""TCP options: what the two ends tell each other beside the fixed header (RFC 9293 3.2).

Strict when built, lenient when read: whatever stands in an options area is kept, so that encoding
what was decoded gives the same bytes again. Padding is the encoder's business.
"""

import struct
from dataclasses import dataclass
from typing import ClassVar, get_args

from portlab.errors import PacketError
from portlab.packets.fields import refuse, refuse_not_bytes

OPTIONS_LIMIT = 40
"""Bytes of options at most: the data offset counts to 15 words, and 5 are the fixed header."""

_END, _NOP, _MSS, _SCALE, _SACK_PERMITTED, _SACK, _TIMESTAMPS = 0, 1, 2, 3, 4, 5, 8
_MSS_FORMAT = struct.Struct("!BBH")
_TIMESTAMPS_FORMAT = struct.Struct("!BBII")


@dataclass(frozen=True, slots=True)
class NoOperation:
    """Kind 1: one byte that fills, so that the next option starts on a word (RFC 9293 3.2)."""

    size: ClassVar[int] = 1

    def encode(self) -> bytes:
        return b"\x01"

    def __str__(self) -> str:
        return "nop"


@dataclass(frozen=True, slots=True)
class MaximumSegmentSize:
    """Kind 2: the most bytes of payload this end will take in one segment (RFC 9293 3.7.1)."""

    mss: int
    size: ClassVar[int] = 4

    def __post_init__(self) -> None:
        if not isinstance(self.mss, int) or self.mss >> 16:
            refuse(self, {"mss": 16})

    def encode(self) -> bytes:
        return _MSS_FORMAT.pack(_MSS, 4, self.mss)

    def __str__(self) -> str:
        return f"mss {self.mss}"


@dataclass(frozen=True, slots=True)
class WindowScale:
    """Kind 3: this end's windows are to be multiplied by 2 to the `shift` (RFC 7323 section 2).

    A shift over 14 may be carried, but the receiver must use 14 then (section 2.3).
    """

    shift: int
    size: ClassVar[int] = 3

    def __post_init__(self) -> None:
        if not isinstance(self.shift, int) or self.shift >> 8:
            refuse(self, {"shift": 8})

    def encode(self) -> bytes:
        return bytes((_SCALE, 3, self.shift))

    def __str__(self) -> str:
        return f"wscale {self.shift}"


@dataclass(frozen=True, slots=True)
class SackPermitted:
    """Kind 4: this end understands selective acknowledgments (RFC 2018 section 2)."""

    size: ClassVar[int] = 2

    def encode(self) -> bytes:
        return b"\x04\x02"

    def __str__(self) -> str:
        return "sackOK"


@dataclass(frozen=True, slots=True)
class Sack:
    """Kind 5: blocks that arrived beyond a gap (RFC 2018 section 3).

    Each block is the first sequence number it holds and the one just after its last. One to four
    blocks fit.
    """

    blocks: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        try:
            bad = not 1 <= len(self.blocks) <= 4 or any((a | b) >> 32 for a, b in self.blocks)
        except (TypeError, ValueError):
            bad = True
        if bad:
            raise PacketError(
                f"Sack cannot have blocks={self.blocks!r}: it carries one to four pairs of "
                "sequence numbers. Give them as in ((1000, 2000), (3000, 4000))."
            )

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return 2 + 8 * len(self.blocks)

    def encode(self) -> bytes:
        edges = [edge for block in self.blocks for edge in block]
        return struct.pack(f"!BB{len(edges)}I", _SACK, self.size, *edges)

    def __str__(self) -> str:
        return "sack " + ",".join(f"{left}-{right}" for left, right in self.blocks)


@dataclass(frozen=True, slots=True)
class Timestamps:
    """Kind 8: the sender's clock, and the last one heard from the peer (RFC 7323 section 3).

    `value` is TSval, `echo` is TSecr.
    """

    value: int
    echo: int
    size: ClassVar[int] = 10

    def __post_init__(self) -> None:
        try:
            bad = (self.value | self.echo) >> 32
        except TypeError:
            bad = 1
        if bad:
            refuse(self, {"value": 32, "echo": 32})

    def encode(self) -> bytes:
        return _TIMESTAMPS_FORMAT.pack(_TIMESTAMPS, 10, self.value, self.echo)

    def __str__(self) -> str:
        return f"ts {self.value}/{self.echo}"


_LENGTHS = {
    _MSS: {4},
    _SCALE: {3},
    _SACK_PERMITTED: {2},
    _SACK: {10, 18, 26, 34},
    _TIMESTAMPS: {10},
}


@dataclass(frozen=True, slots=True)
class UnknownOption:
    """An option of a kind, or of a length, that portlab has no class for; a host passes over it.

    `data` is what follows the bytes of kind and length.
    """

    kind: int
    data: bytes = b""

    def __post_init__(self) -> None:
        if not isinstance(self.kind, int) or self.kind >> 8:
            refuse(self, {"kind": 8})
        refuse_not_bytes(self, "data")
        if self.kind in (_END, _NOP):
            raise PacketError(
                f"UnknownOption cannot have kind={self.kind}: kinds 0 and 1 are single bytes "
                "without a length. Use NoOperation(); the end of the options needs no option, "
                "the encoder pads."
            )
        if self.size in _LENGTHS.get(self.kind, ()):
            raise PacketError(
                f"UnknownOption cannot have kind={self.kind} with {len(self.data)} bytes of data: "
                "that option is known. Use its own class, as in MaximumSegmentSize(1460)."
            )

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return 2 + len(self.data)

    def encode(self) -> bytes:
        return bytes((self.kind, self.size)) + self.data

    def __str__(self) -> str:
        return f"option {self.kind} {self.data.hex()}".rstrip()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The end of an options area that no rule can read, kept byte for byte; always the last.

    Either an option with an impossible length, or more than padding after the end of the list.
    """

    data: bytes

    def __post_init__(self) -> None:
        refuse_not_bytes(self, "data")

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return len(self.data)

    def encode(self) -> bytes:
        return self.data

    def __str__(self) -> str:
        return f"unreadable {self.data.hex()}"


Option = (
    NoOperation
    | MaximumSegmentSize
    | WindowScale
    | SackPermitted
    | Sack
    | Timestamps
    | UnknownOption
    | Unreadable
)


_CLASSES = frozenset(get_args(Option))


def check_options(options: tuple[Option, ...]) -> None:
    """Raise PacketError unless `options` are options that one segment can carry."""
    if not isinstance(options, tuple) or not _CLASSES.issuperset(map(type, options)):
        raise PacketError(
            f"Segment cannot have options={options!r}: they are a tuple of TCP options. "
            "Give them as in (MaximumSegmentSize(1460), SackPermitted())."
        )
    size = sum([option.size for option in options])
    if size > OPTIONS_LIMIT:
        raise PacketError(
            f"Segment cannot have options={options!r}: they take {size} bytes, and a TCP header "
            f"has room for {OPTIONS_LIMIT}. Leave some out, or give fewer SACK blocks."
        )
    if Unreadable in map(type, options[:-1]):
        raise PacketError(
            f"Segment cannot have options={options!r}: nothing can be read after Unreadable. "
            "Put it last."
        )


def encode_options(options: tuple[Option, ...]) -> bytes:
    """The options area: a multiple of 4 bytes, padded with zeros (RFC 9293 3.1)."""
    area = b"".join([option.encode() for option in options])
    return area + bytes(-len(area) % 4)


def decode_options(area: bytes) -> tuple[Option, ...]:
    """What stands in an options area. Never fails: what cannot be read is Unreadable.

    >>> decode_options(bytes.fromhex("020405b4 0402 0303 07 00 0000"))
    (MaximumSegmentSize(mss=1460), SackPermitted(), WindowScale(shift=7))
    """
    options: list[Option] = []
    at, end = 0, len(area)
    while at < end:
        kind = area[at]
        if kind == _NOP:
            options.append(NoOperation())
            at += 1
            continue
        size = area[at + 1] if at + 1 < end else 0
        if kind == _END or size < 2 or at + size > end:
            rest = area[at:]
            # Zeros that only fill the last word are padding, which the encoder will add again.
            if any(rest) or len(rest) > 3:
                options.append(Unreadable(rest))
            break
        options.append(_decode(kind, size, area[at : at + size]))
        at += size
    return tuple(options)


def _decode(kind: int, size: int, data: bytes) -> Option:
    if size not in _LENGTHS.get(kind, ()):
        return UnknownOption(kind, data[2:])
    if kind == _TIMESTAMPS:
        _, _, value, echo = _TIMESTAMPS_FORMAT.unpack(data)
        return Timestamps(value, echo)
    if kind == _SACK:
        edges = struct.unpack_from(f"!{(size - 2) // 4}I", data, 2)
        return Sack(tuple(zip(edges[::2], edges[1::2], strict=True)))
    if kind == _MSS:
        return MaximumSegmentSize(data[2] << 8 | data[3])
    return WindowScale(data[2]) if kind == _SCALE else SackPermitted()
