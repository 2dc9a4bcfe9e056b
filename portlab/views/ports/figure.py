"""The port map as a figure: 256 rows of 256, what is in which range, and whatever is laid on it.

Drawn with matplotlib's objects and without pyplot; the axes are inches. A cell is three pixels of
the png, so that none is wider than another. Colour is never the only sign: ranges have brackets,
sets have signs of their own, and the system ports are drawn once more, enlarged, with a letter on
what is for one transport only.
"""

from textwrap import wrap
from typing import TYPE_CHECKING, Any, cast

from portlab.ports import RANGES, SYSTEM
from portlab.views.canvas import FONT, GREY, INK, page, write
from portlab.views.labelling import Labeller, level
from portlab.views.ports.inks import COLORS, GROUNDS, LETTERS, MARKERS
from portlab.views.ports.shapes import KINDS, MEANINGS, SIDE, Laid, PortLayout, place
from portlab.views.ports.text import said_of, share
from portlab.views.printable import printable
from portlab.wording import listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 9.2
CELL = 0.02
LEFT, TOP = 0.72, 0.92
BOTTOM = TOP + CELL * SIDE
PANEL = LEFT + CELL * SIDE + 0.12
"""The map's left, top and bottom, and where the right side begins: brackets and what they mean."""

ENLARGED = BOTTOM + 0.62
BIG, PER_ROW = 0.12, 64
"""Where the enlarged system ports begin, how large a cell of them is, and how many are in a row."""

LISTED = ENLARGED + BIG * len(SYSTEM) / PER_ROW + 0.1
"""Where it is said what is laid on the map."""

SPOTS_NAMED = 24
"""Of one set; all of them are marked on the map."""

_LINE, _HEADING = 0.16, 0.12
_TICKS = (0, 1024, *range(8192, 65536, 8192))
_DASHES: Any = (0, (4, 2))


def draw(layout: PortLayout) -> "Figure":
    """The whole map on one figure, as high as what is laid on it needs."""
    lines = [_named(one) for one in layout.laid]
    height = LISTED + sum(_HEADING + _LINE * len(of) for of in lines) + 0.12
    # A whole number of cells, or the png's pixels would not be theirs.
    drawing = _Drawing(page(WIDTH, round(height / CELL) * CELL), layout)
    drawing.head()
    drawing.cells()
    drawing.ranges()
    drawing.clients()
    drawing.legend()
    drawing.enlarged()
    drawing.marks()
    top = LISTED
    for one, of in zip(layout.laid, lines, strict=True):
        top = drawing.listed(one, of, top)
    return cast("Figure", drawing.axes.figure)


class _Drawing:
    def __init__(self, axes: "Axes", layout: PortLayout) -> None:
        self.axes = axes
        self.of = layout
        self.label = Labeller(axes, FONT)

    def head(self) -> None:
        title = "All 65,536 ports: which are assigned, and in which range"
        write(self.axes, 0.12, 0.28, title, size=12, weight="bold")
        how = "A number is two bytes: its row is the high one, its column the low one."
        write(self.axes, 0.12, 0.5, how, size=8.5, color=GREY)
        for column in (*range(0, SIDE, 32), SIDE - 1):
            x = LEFT + (column + 0.5) * CELL
            self._line([x, x], [TOP - 0.05, TOP], color=GREY, lw=0.8)
            write(self.axes, x, TOP - 0.08, f"+{column}", size=7, color=GREY, ha="center")
        for first in _TICKS:
            y = TOP + first // SIDE * CELL
            self._line([LEFT - 0.05, LEFT], [y, y], color=GREY, lw=0.8)
            # 1024 is so near to 0 that each moves a little.
            aside = {0: 0.0, 1024: 0.1}.get(first, 0.035)
            write(self.axes, LEFT - 0.08, y + aside, str(first), size=7, color=GREY, ha="right")

    # ---- the map

    def cells(self) -> None:
        self._picture(LEFT, TOP, SIDE, SIDE, CELL)
        for one in RANGES[1:]:
            y = TOP + place(one.first)[0] * CELL
            self._line([LEFT, LEFT + SIDE * CELL], [y, y], lw=1.0)

    def _picture(self, left: float, top: float, rows: int, columns: int, cell: float) -> None:
        """The numbers from 0 on, each as one point of an image, in a frame."""
        from matplotlib.colors import to_rgba_array
        from matplotlib.patches import Rectangle
        from numpy import frombuffer, where

        # Kinds are places in KINDS, of which the last, free, is the first of the grounds.
        inks = to_rgba_array([*(COLORS[kind] for kind in KINDS[:-1]), *GROUNDS])
        which = frombuffer(self.of.kinds, "uint8", rows * columns).astype(int)
        free = which == KINDS.index("none")
        for one in RANGES[1:]:
            which[one.first :] += where(free[one.first :], 1, 0)
        colors = inks[which]
        width, height = columns * cell, rows * cell
        self.axes.imshow(
            colors.reshape(rows, columns, 4), extent=(left, left + width, top + height, top),
            interpolation="none", aspect="auto", zorder=1,
        )  # fmt: skip
        frame = Rectangle((left, top), width, height, fc="none", ec=INK, lw=1.0, zorder=3)
        self.axes.add_patch(frame)

    def ranges(self) -> None:
        """A bracket for each range at its rows, and beside it what it is."""
        tops = (TOP + 0.1, TOP + 0.84, TOP + place(RANGES[2].first)[0] * CELL + 0.15)
        for band, y in zip(self.of.bands, tops, strict=True):
            home = band.range
            first, last = (
                TOP + place(port)[0] * CELL for port in (home.first, home.last + 1 - SIDE)
            )
            last += CELL
            self._bracket(PANEL, first + 0.01, last - 0.01, "-")
            x = PANEL + 0.14
            lines = (
                f"{home.first} to {home.last}",
                f"also called {listed(home.also, 'or')}",
                share(band) if band.assigned else "never assigned: for any program",
            )
            write(self.axes, x, y, f"{home.name.capitalize()} ports", size=9.5, weight="bold")
            for number, line in enumerate(lines, start=1):
                write(self.axes, x, y + number * _LINE, line, size=8)

    def clients(self) -> None:
        """The numbers that Linux gives to clients: a dashed outline, which has two steps."""
        home = self.of.clients
        (top, left), (bottom, right) = place(home.first), place(home.last)
        corners = [(left, top), (SIDE, top), (SIDE, bottom), (right + 1, bottom),
                   (right + 1, bottom + 1), (0, bottom + 1), (0, top + (left > 0)),
                   (left, top + (left > 0)), (left, top)]  # fmt: skip
        xs = [LEFT + column * CELL for column, _ in corners]
        ys = [TOP + row * CELL for _, row in corners]
        self._line(xs, ys, lw=1.2, ls=_DASHES)
        x, y = PANEL + 0.14, TOP + top * CELL
        self._line([PANEL - 0.1, x - 0.02], [y, y], lw=1.2, ls=_DASHES)
        write(self.axes, x, y + 0.03, "Dashed: what Linux gives to clients,", size=8)
        write(self.axes, x, y + 0.03 + _LINE, f"{home.first} to {home.last}", size=8)

    def legend(self) -> None:
        y = TOP + 1.6
        for place_of, kind in enumerate(KINDS):
            x = PANEL + 0.14
            if kind == "none":
                for number, color in enumerate(GROUNDS):
                    self._swatch(x + number * 0.17, y, color)
                x += 0.34
            else:
                self._swatch(x, y, COLORS[kind], LETTERS.get(kind, ""))
            number = self.of.kinds.count(place_of)
            write(self.axes, x + 0.22, y, f"{MEANINGS[kind]}: {number:,}", size=8)
            y += 0.19

    def _swatch(self, x: float, y: float, color: str, letter: str = "") -> None:
        from matplotlib.patches import Rectangle

        side = 0.13
        self.axes.add_patch(
            Rectangle((x, y - 0.11), side, side, fc=color, ec=GREY, lw=0.5, zorder=3)
        )
        self._letter(x + side / 2, y - 0.045, letter)

    def _letter(self, x: float, y: float, letter: str) -> None:
        """In the middle of a cell, below whatever marks it."""
        self.axes.text(
            x, y, letter, size=6.5, weight="bold", ha="center", va="center", color=INK,
            family=FONT, zorder=3,
        )  # fmt: skip

    # ---- the system ports, enlarged

    def enlarged(self) -> None:
        title = f"The system ports once more, enlarged: {PER_ROW} in a row"
        write(self.axes, LEFT, ENLARGED - 0.24, title, size=9.5, weight="bold")
        rows = len(SYSTEM) // PER_ROW
        self._picture(LEFT, ENLARGED, rows, PER_ROW, BIG)
        for column in range(0, PER_ROW, 8):
            x = LEFT + (column + 0.5) * BIG
            self.label.here(x, ENLARGED - 0.085, f"+{column}", size=6.5, color=GREY)
        for row in range(rows):
            y = ENLARGED + (row + 0.5) * BIG + 0.035
            write(self.axes, LEFT - 0.06, y, str(row * PER_ROW), size=6.5, color=GREY, ha="right")
        for port in range(len(SYSTEM)):
            if letter := LETTERS.get(self.of.kind(port)):
                self._letter(*_big(port), letter)

    # ---- what is laid on it

    def marks(self) -> None:
        """A sign for each spot, side by side where sets share it; its number if there is room."""
        signs: dict[int, list[Laid]] = {}
        for laid in self.of.laid:
            for spot in laid.spots:
                signs.setdefault(spot.port, []).append(laid)
        drawn = []
        for port, here in signs.items():
            row, column = place(port)
            points = [(LEFT + (column + 0.5) * CELL, TOP + (row + 0.5) * CELL, 5.0)]
            if port in SYSTEM:
                points.append((*_big(port), 6.5))
            for x, y, size in points:
                step = size * 0.013
                for number, laid in enumerate(here):
                    self._mark(laid, x + (number - (len(here) - 1) / 2) * step, y, size)
                half = step * len(here) / 2 + 0.02
                self.label.taken.append(level((x, y), 2 * half, 2 * half))
                drawn.append((port, x, y, half))
        for port, x, y, half in drawn:
            few = any(len(laid.spots) <= SPOTS_NAMED for laid in signs[port])
            if few and (y > ENLARGED or port not in SYSTEM):
                self.label.beside(x, y, half, str(port), size=7.0, color=INK)

    def _mark(self, laid: Laid, x: float, y: float, size: float) -> None:
        shape, fill = MARKERS[laid.sign]
        halo: dict[str, Any] = {"ls": "", "marker": shape, "mfc": "white", "mec": "white"}
        self._line([x], [y], ms=size + 2.4, zorder=5, **halo)
        self._line([x], [y], ls="", marker=shape, ms=size, mfc=fill, mec=INK, mew=0.9, zorder=6)

    def listed(self, laid: Laid, lines: list[str], top: float) -> float:
        """The set's sign, its name and its spots; where that ends."""
        y = top + _HEADING + _LINE
        self._mark(laid, LEFT - 0.12, y - 0.045, 6.5)
        write(self.axes, LEFT, y, lines[0], size=9.5, weight="bold")
        for line in lines[1:]:
            y += _LINE
            write(self.axes, LEFT, y, line, size=8)
        return y

    # ---- strokes

    def _line(self, xs: list[float], ys: list[float], **style: Any) -> None:
        self.axes.plot(xs, ys, **{"color": INK, "zorder": 4, "solid_capstyle": "butt", **style})

    def _bracket(self, x: float, top: float, bottom: float, dashes: Any) -> None:
        self._line([x - 0.05, x, x, x - 0.05], [top, top, bottom, bottom], lw=1.2, ls=dashes)


def _big(port: int) -> tuple[float, float]:
    """The middle of an enlarged cell."""
    row, column = divmod(port, PER_ROW)
    return LEFT + (column + 0.5) * BIG, ENLARGED + (row + 0.5) * BIG


def _named(laid: Laid) -> list[str]:
    """What is written of a set: its name, and in lines its spots."""
    parts = [f"{spot.port}\xa0{said_of(spot.name)}" for spot in laid.spots[:SPOTS_NAMED]]
    if (more := len(laid.spots) - SPOTS_NAMED) > 0:
        parts.append(f"and {more:,} more")
    lines = wrap("; ".join(parts) + ".", 128)
    notes = wrap(printable(laid.note), 128)
    name = printable(laid.name)
    return [name if len(name) <= 80 else f"{name[:79]}…", *lines, *notes]
