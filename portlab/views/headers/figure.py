"""The headers as a figure: rows of 32 bits, each field as wide as its bits, its bytes beside it.

Drawn with matplotlib's objects and without pyplot; the axes are inches, so that a bit has the same
width and a byte the same area everywhere. What a header belongs to is said by its title; colours
(tints of Okabe and Ito's) only repeat that. One packet gets the whole width, two share it.
"""

from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from portlab.views.headers.grid import ROW, Piece, bytes_of_rows, pieces
from portlab.views.headers.shapes import Headers, Kind, Part
from portlab.views.labelling import Labeller

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 9.2
"""Inches; 100 points of a screen each, as for ladders."""

ROWS_SHOWN = 20
"""Of one part, 80 bytes: every header of TCP fits, a long payload is said to go on."""

PARTS_SHOWN = 12

_SCREEN = 100
_FONT, _MONO = "DejaVu Sans", "DejaVu Sans Mono"
_INK, _GREY, _LINE = "#1a1a1a", "#595959", "#8a939c"
_WRONG = "#b3261e"
# Fill and title: Okabe-Ito's green, blue, vermillion and purple, darkened for text.
_COLORS: dict[Kind, tuple[str, str]] = {
    "ip": ("#e9ecef", "#3d4852"),
    "extension": ("#f6ebf2", "#93467a"),
    "tcp": ("#c8ecdd", "#00694f"),
    "udp": ("#cce4f5", "#00588c"),
    "icmp": ("#fadcc9", "#a34700"),
    "payload": ("#ffffff", "#1a1a1a"),
    "rest": ("#ffffff", "#595959"),
}
_OPTION_FILL = "#f4fbf8"
_NAMED, _LOW, _TITLE, _GAP = 0.4, 0.21, 0.27, 0.13
_UPRIGHT = {1: _NAMED, 2: 0.48, 3: 0.62}
"""How high a row is for names of so many letters that stand upright."""

_LEFT, _HEX = 0.5, 1.15


def draw(headers: tuple[Headers, ...]) -> "Figure":
    """One packet's headers, or two beside each other at the same scale."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, 1.0), dpi=_SCREEN, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(1.0, 0)
    share = WIDTH / len(headers)
    height = max(
        _Column(axes, one, place * share, share, hexes=len(headers) == 1).draw()
        for place, one in enumerate(headers)
    )
    figure.set_size_inches(WIDTH, height + 0.12)
    axes.set_ylim(height + 0.12, 0)
    return figure


class _Column:
    """One packet, from `left` on, `width` inches wide; `hexes` with its bytes beside the rows."""

    def __init__(
        self, axes: "Axes", headers: Headers, left: float, width: float, *, hexes: bool
    ) -> None:
        self.axes = axes
        self.of = headers
        self.label = Labeller(axes, _FONT)
        self.left = left + _LEFT
        self.hexes = hexes
        self.bit = (width - _LEFT - (_HEX if hexes else 0.12)) / ROW
        self.size = 8.0 if hexes else 6.8
        self.chars = int((width - 0.3) * 100 / 6.3)

    def draw(self) -> float:
        """Draws it all; where it ends."""
        x = self.left - _LEFT + 0.12
        y = 0.3
        for line in wrap(self.of.title, int(self.chars * 0.72)):
            self._write(x, y, line, size=11, weight="bold")
            y += 0.2
        for line in wrap(self.of.sizes, self.chars):
            self._write(x, y, line, size=8.5, color=_GREY)
            y += 0.17
        y -= 0.04
        for part in self.of.parts[:PARTS_SHOWN]:
            y = self._part(part, y)
        notes = list(self.of.stops)
        if len(self.of.parts) > PARTS_SHOWN:
            notes.append(f"... and {len(self.of.parts) - PARTS_SHOWN} more parts.")
        for note in notes:
            for line in wrap(note, self.chars):
                self._write(x, y + 0.12, line, size=8.5, color=_WRONG, weight="bold")
                y += 0.17
        return y + 0.05

    def _part(self, part: Part, y: float) -> float:
        fill, color = _COLORS[part.kind]
        self._write(self.left, y + 0.19, part.title, size=9.5, weight="bold", color=color)
        source = part.fields[0].source
        if source and self.hexes:
            x = self.left + ROW * self.bit
            self._write(x, y + 0.19, source, size=8, color=_GREY, ha="right")
        y += _TITLE
        start = y
        rows = bytes_of_rows(part, self.of.raw)
        shown = [piece for piece in pieces(part) if piece.row < ROWS_SHOWN]
        tops = [y]
        for row in range(min(len(rows), ROWS_SHOWN)):
            tops.append(tops[-1] + self._height(part, shown, row))
        for piece in shown:
            last = min(piece.row + piece.rows, ROWS_SHOWN)
            self._box(part, piece, tops[piece.row], tops[last], fill)
        for row, (top, bottom) in enumerate(pairwise(tops)):
            self._beside(part.start + row * 4, rows[row], (top + bottom) / 2)
        y = tops[-1]
        if part.depth:
            x = self.left - 0.42
            self.axes.plot([x, x], [start - _TITLE + 0.06, y], color=color, lw=2.5, ls=(0, (3, 2)))
        more = part.size - ROWS_SHOWN * 4
        if more > 0:
            self._write(self.left, y + 0.16, f"... and {more:,} more bytes.", size=8)
            y += 0.2
        return y + _GAP

    def _height(self, part: Part, shown: list[Piece], row: int) -> float:
        if not part.is_header:
            return _LOW
        named = [p for p in shown if p.named and p.row == row and p.rows == 1]
        letters = [len(piece.field.short[:3]) for piece in named if piece.width == 1]
        return _UPRIGHT[max(letters, default=1)] if named else _LOW

    def _box(self, part: Part, piece: Piece, top: float, bottom: float, fill: str) -> None:
        from matplotlib.patches import Rectangle

        field = piece.field
        left, width = self.left + piece.column * self.bit, piece.width * self.bit
        if part.kind == "tcp" and field.group.endswith(" option"):
            fill = _OPTION_FILL
        edge, line, over = (_WRONG, 1.8, 4) if field.wrong else (_LINE, 0.7, 3)
        self.axes.add_patch(
            Rectangle((left, top), width, bottom - top, fc=fill, ec=edge, lw=line, zorder=over)
        )
        middle = left + width / 2
        if not piece.named:
            if part.is_header:
                text = self._fitting((piece.rest_label, ""), width, self.size)
                y = (top + bottom) / 2 + 0.04
                self._write(middle, y, text, size=self.size, ha="center", color=_GREY)
            return
        if piece.width == 1:
            self._upright(middle, top, bottom, field.short[:3], field.brief)
            return
        style: dict[str, Any] = {"color": _WRONG, "weight": "bold"} if field.wrong else {}
        if not part.is_header:
            text = self._fitting((field.value,), width - 0.1, self.size)
            self._write(left + 0.06, top + 0.135, text, size=self.size, ha="left")
            return
        centre = (top + bottom) / 2
        name = self._fitting((field.name, field.short), width, self.size)
        self._write(middle, centre - 0.035, name, size=self.size, ha="center", color=_GREY)
        short = f"{field.brief}!" if field.wrong else field.brief
        text = self._fitting((field.value, short), width, self.size)
        self._write(middle, centre + 0.125, text, size=self.size, ha="center", **style)

    def _upright(self, x: float, top: float, bottom: float, name: str, value: str) -> None:
        """A single bit: its name letter below letter, what it is at the bottom."""
        step = 0.115
        y = bottom - 0.085 - step * len(name)
        for letter in name:
            self._write(x, y, letter, size=6.5, ha="center", color=_GREY)
            y += step
        weight = "bold" if value == "1" else "normal"
        self._write(x, bottom - 0.06, value, size=7.5, ha="center", weight=weight)

    def _beside(self, number: int, data: bytes, y: float) -> None:
        self._write(self.left - 0.07, y + 0.04, str(number), size=7, ha="right", color=_GREY)
        if self.hexes:
            x = self.left + ROW * self.bit + 0.14
            self._write(x, y + 0.04, data.hex(" "), size=8, font=_MONO)

    def _fitting(self, texts: tuple[str, ...], width: float, size: float) -> str:
        """The first of `texts` that fits; else the last, cut."""
        for text in texts:
            if self.label.size(text, size)[0] <= width - 0.04:
                return text
        text = texts[-1]
        most = max(int(width / (size * 0.0088)), 1)
        return text if len(text) <= most else text[: max(most - 1, 1)] + "…"

    def _write(self, x: float, y: float, text: str, *, font: str = _FONT, **style: Any) -> None:
        style = {"color": _INK, "va": "baseline", **style}
        self.axes.text(x, y, text, family=font, parse_math=False, zorder=7, **style)
