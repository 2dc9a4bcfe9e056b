"""Where the fields of a header stand in rows of 32 bits, as the RFCs draw them.

A field that does not end with its row goes on in the next: it is several pieces, and one of them,
the first of the widest, has its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from portlab.views.headers.shapes import Field, Part

ROW = 32
"""Bits in a row."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle of the grid: `rows` rows from `row` on, `width` bits from `column` on."""

    field: Field
    row: int
    column: int
    width: int
    rows: int
    named: bool

    @property
    def rest_label(self) -> str:
        """What is written on a piece that has not the name itself."""
        return f"... {self.field.short}"


def pieces(part: Part) -> list[Piece]:
    """All fields of a part as rectangles; rows count from the part's first byte.

    >>> from portlab.views.headers.reading import read
    >>> part = read(bytes.fromhex("4500001400000000400600000a0000010a000002")).parts[0]
    >>> [(p.field.short, p.row, p.column, p.width) for p in pieces(part)[:3]]
    [('Version', 0, 0, 4), ('IHL', 0, 4, 4), ('DSCP', 0, 8, 6)]
    """
    return [piece for field in part.fields for piece in _of_one(field, part.start * 8)]


def rows_of(part: Part) -> int:
    """How many rows a part takes up."""
    return -(-part.size * 8 // ROW)


def _of_one(field: Field, zero: int) -> list[Piece]:
    at, end = field.start - zero, field.end - zero
    found: list[tuple[int, int, int, int]] = []
    while at < end:
        row, column = divmod(at, ROW)
        whole = (end - at) // ROW if column == 0 else 0
        width = ROW if whole else min(end - at, ROW - column)
        found.append((row, column, width, whole or 1))
        at += width * (whole or 1)
    widest = max(range(len(found)), key=lambda place: (found[place][2], -place))
    return [Piece(field, *one, place == widest) for place, one in enumerate(found)]


def bytes_of_rows(part: Part, raw: bytes) -> Sequence[bytes]:
    """The bytes beside each row of a part."""
    return [raw[at : min(at + ROW // 8, part.end)] for at in range(part.start, part.end, ROW // 8)]
