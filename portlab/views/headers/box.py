"""A header drawn in characters: the picture of the RFCs, two columns to a bit.

Lines run only where two fields meet, so a field of several rows is one box. Below each name stands
what is in the field, as far as there is room.
"""

from textwrap import wrap

from portlab.views.headers.grid import ROW, Piece, bytes_of_rows, pieces, rows_of
from portlab.views.headers.shapes import Part

WIDTH = 2 * ROW + 1
_MARGIN = 6
# By the arms that meet: up 1, right 2, down 4, left 8.
_LINES = {
    0: " ", 3: "└", 5: "│", 6: "┌", 7: "├", 9: "┘", 10: "─", 11: "┴", 12: "┐", 13: "┤", 14: "┬",
    15: "┼",
}  # fmt: skip


def ruler() -> list[str]:
    """The two lines of bit numbers above a picture."""
    tens = "".join(f"{n // 10 if n % 10 == 0 else ' '} " for n in range(ROW))
    ones = "".join(f"{n % 10} " for n in range(ROW))
    return [(" " * (_MARGIN + 1) + line).rstrip() for line in (tens, ones)]


def draw(part: Part, raw: bytes, *, ascii: bool) -> list[str]:
    """The picture, with the first byte's number before each row and its bytes in hex behind."""
    shown = pieces(part)
    owner = _owners(part, shown)
    lines = []
    for row, data in enumerate(bytes_of_rows(part, raw)):
        border = _border(owner, row, ascii)
        if border.strip("│| "):  # within a box of several rows there is none
            lines.append(" " * _MARGIN + border)
        before = f"{part.start + row * 4:>{_MARGIN - 1}} "
        behind = f"   {data.hex(' ')}"
        for content in _contents(owner[row], [p for p in shown if p.row <= row < p.row + p.rows],
                                 row, "|" if ascii else "│"):  # fmt: skip
            lines.append(before + content + behind)
            before, behind = " " * _MARGIN, ""
    lines.append(" " * _MARGIN + _border(owner, rows_of(part), ascii))
    return [line.rstrip() for line in lines]


def _owners(part: Part, shown: list[Piece]) -> list[list[int]]:
    """Which field owns each bit of each row, by its start; -1 behind the end."""
    owner = [[-1] * ROW for _ in range(rows_of(part))]
    for piece in shown:
        for row in range(piece.row, piece.row + piece.rows):
            for bit in range(piece.column, piece.column + piece.width):
                owner[row][bit] = piece.field.start
    return owner


def _border(owner: list[list[int]], row: int, ascii: bool) -> str:
    """The line above a row; above the row after the last, the line that closes the picture."""
    outside = [-1] * ROW
    above = owner[row - 1] if row else outside
    below = owner[row] if row < len(owner) else outside

    def side(bits: list[int], at: int) -> bool:
        """Does a line stand before bit `at` of a row?"""
        left = bits[at - 1] if at else -1
        return left != (bits[at] if at < ROW else -1)

    line = ""
    for at in range(ROW + 1):
        left = at > 0 and above[at - 1] != below[at - 1]
        right = at < ROW and above[at] != below[at]
        arms = side(above, at) * 1 + right * 2 + side(below, at) * 4 + left * 8
        if ascii:
            line += {0: " ", 5: "|", 10: "-"}.get(arms, "+") + ("-" if right else " ")
        else:
            line += _LINES[arms] + ("─" if right else " ")
    return line[:WIDTH]


def _contents(bits: list[int], shown: list[Piece], row: int, bar: str) -> list[str]:
    """The lines of one row: names above, what stands in the fields below."""
    cells = [(piece, *_label(piece)) for piece in shown if piece.row == row]
    height = max((len(names) + len(value) for _, names, value in cells), default=1)
    lines = []
    for number in range(height):
        line = [" "] * WIDTH
        for at in range(ROW + 1):
            left = bits[at - 1] if at else -1
            if left != (bits[at] if at < ROW else -1):
                line[2 * at] = bar
        for piece, names, value in cells:
            column = [*names, *[""] * (height - len(names) - len(value)), *value]
            room = 2 * piece.width - 1
            start = 2 * piece.column + 1
            line[start : start + room] = column[number].center(room)
        lines.append("".join(line))
    return lines


def _label(piece: Piece) -> tuple[list[str], list[str]]:
    """A field's name and its value in lines that fit its box."""
    field, room = piece.field, 2 * piece.width - 1
    if not piece.named:
        return [piece.rest_label] if len(piece.rest_label) <= room else [], []
    if room == 1:
        return list(field.short[:3]), [field.brief]
    value = [field.brief] if len(field.brief) <= room else []
    for name in (field.name, field.short):
        lines = wrap(name, room, break_long_words=False)
        if len(lines) <= 2 and all(len(line) <= room for line in lines):
            return lines, value
    return [field.short[:room]], value
