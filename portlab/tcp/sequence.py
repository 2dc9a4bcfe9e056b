"""Sequence numbers: 32 bits that run in a circle (RFC 9293 3.4).

Which of two is the earlier cannot be told from their size, only from the way round the circle:
`a < b` when b lies at most half the circle ahead of a. Everything in tcp/ that is a place in the
stream is a Seq; everything that is a number of bytes is an int.
"""

_MASK = 0xFFFF_FFFF
_HALF = 0x8000_0000
_new = int.__new__


class Seq(int):
    """A place in one direction of the stream.

    Seq + int is a Seq; Seq - Seq is the signed number of bytes between them.

    >>> Seq(0xFFFFFFFF) + 2
    Seq(1)
    >>> Seq(0xFFFFFFFF) < Seq(1), Seq(1) - Seq(0xFFFFFFFF)
    (True, 2)
    """

    __slots__ = ()

    def __new__(cls, value: int) -> "Seq":
        return _new(cls, value & _MASK)

    def __add__(self, count: int) -> "Seq":
        return _new(Seq, int.__add__(self, count) & _MASK)

    def __sub__(self, other: int) -> int:
        distance = int.__sub__(self, other) & _MASK
        return distance - 0x1_0000_0000 if distance >= _HALF else distance

    def __lt__(self, other: int) -> bool:
        return int.__sub__(self, other) & _MASK >= _HALF

    def __le__(self, other: int) -> bool:
        return int.__sub__(other, self) & _MASK < _HALF

    def __gt__(self, other: int) -> bool:
        return int.__sub__(other, self) & _MASK >= _HALF

    def __ge__(self, other: int) -> bool:
        return int.__sub__(self, other) & _MASK < _HALF

    def within(self, first: "Seq", size: int) -> bool:
        """In the window of `size` bytes that starts at `first`?"""
        return int.__sub__(self, first) & _MASK < size

    def __repr__(self) -> str:
        return f"Seq({int(self)})"

    def __str__(self) -> str:
        return int.__repr__(self)
