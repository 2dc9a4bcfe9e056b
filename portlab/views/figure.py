"""The ladder as a figure: arrows slant with time, in print, in a notebook, in a README.

Drawn with matplotlib's objects and without pyplot, so nothing is left behind. The axes are inches,
so that an angle on paper is an angle in numbers. Colours are Okabe and Ito's, and never the only
sign: dashes, marks and the label say the same.
"""

from typing import TYPE_CHECKING, Any

from portlab.host import written
from portlab.views.folding import folded
from portlab.views.labelling import Labeller
from portlab.views.placing import LOST_AFTER, Placed, place_rows
from portlab.views.shapes import Arrow, Conversation, Fold, Kind, Lane, Layout, Mark
from portlab.views.times import Clock, brief

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 9.2
"""Inches; 100 points of a screen each, so a ladder is as wide as a notebook's page."""

ROWS_SHOWN = 48
"""Longer conversations are folded."""

ROWS_IN_ALL = 96
CONVERSATIONS_SHOWN = 6

LANES = (1.95, WIDTH - 1.95)
_TIMES = (0.9, WIDTH - 0.1)
_SCREEN = 100
_FONT = "DejaVu Sans"
_INK, _GREY, _PALE = "#1a1a1a", "#595959", "#eef1f4"
_BLUE, _GREEN, _VERMILLION, _PURPLE = "#0072b2", "#009e73", "#d55e00", "#cc79a7"

_STYLE: dict[Kind, tuple[str, Any, float, str]] = {
    "syn": (_BLUE, "-", 1.8, ""),
    "data": (_GREEN, "-", 1.8, ""),
    "ack": (_GREY, "-", 1.1, ""),
    "fin": (_PURPLE, (0, (9, 2)), 2.0, ""),
    "reset": (_VERMILLION, (0, (6, 2, 1, 2)), 2.0, "s"),
    "icmp": (_VERMILLION, (0, (1, 1.6)), 2.0, "D"),
    "udp": (_BLUE, "-", 1.8, ""),
    "other": (_INK, (0, (3, 2)), 1.4, ""),
}
"""Colour, dashes, width, and a mark at the sender's end."""

_AGAIN = (0, (4, 2.5))
_COPY = (0, (2, 1))


def as_drawn(layout: Layout) -> Layout:
    """What of a layout a figure shows: long ones are folded."""
    return folded(
        layout, conversations=CONVERSATIONS_SHOWN, rows=ROWS_SHOWN, rows_in_all=ROWS_IN_ALL
    )


def draw(layout: Layout) -> "Figure":
    """The whole ladder on one figure, as high as it needs to be."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    layout = as_drawn(layout)
    shown = layout.conversations
    placed = [place_rows(one.rows) for one in shown]
    notes = _notes(layout)
    title = 0.4 if layout.title else 0.1
    height = title + sum(one.height + 1.75 for one in placed) + 0.19 * len(notes) + 0.2
    figure = Figure(figsize=(WIDTH, height), dpi=_SCREEN, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(height, 0)
    axes.axis("off")
    if layout.title:
        _write(axes, 0.12, 0.28, layout.title, size=12, weight="bold")
    top = title
    for conversation, one in zip(shown, placed, strict=True):
        _Drawing(axes, conversation, one, top).draw()
        top += one.height + 1.75
    for note in notes:
        top += 0.19
        _write(axes, 0.12, top - 0.05, note, size=8, color=_GREY)
    return figure


class _Drawing:
    """One conversation, from `top` down."""

    def __init__(
        self, axes: "Axes", conversation: Conversation, placed: Placed, top: float
    ) -> None:
        self.axes = axes
        self.of = conversation
        self.placed = placed
        self.top = top
        self.zero = top + 1.35
        self.end = self.zero + placed.height + 0.2
        self.lanes = LANES if len(conversation.lanes) > 1 else LANES[:1]
        self.label = Labeller(axes, _FONT)
        self.clock = Clock([b.time for b in placed.beside if b.time is not None])

    def draw(self) -> None:
        self._heads()
        self._lanes()
        for one in self.placed.beside:
            if one.lane < len(self.lanes):
                self._beside(one.lane, self.zero + one.y, one.time, one.state)
        for wait in self.placed.breaks:
            self._break(self.zero + (wait.top + wait.bottom) / 2, wait.time)
        for row, start, _ in self.placed.rows:
            if isinstance(row, Fold):
                self._fold(row, self.zero + start)
            elif isinstance(row, Mark):
                self._mark(row, self.zero + start)
        arrows = [
            (row, *self._line(row, self.zero + start, self.zero + end))
            for row, start, end in self.placed.rows
            if isinstance(row, Arrow)
        ]
        for line in arrows:
            self._arrow(*line)
        self.label.arrows(arrows)

    def _heads(self) -> None:
        _write(self.axes, 0.12, self.top + 0.24, self.of.heading, size=9, color=_GREY)
        for x, lane, before in zip(self.lanes, self.of.lanes, self.of.before, strict=False):
            name, end = _name(lane)
            self._head(x, self.top + 0.62, name, size=11, weight="bold")
            self._head(x, self.top + 0.83, end, size=9, color=_GREY)
            if before:
                self._beside(self.of.lanes.index(lane), self.zero - 0.3, None, before)

    def _head(self, x: float, y: float, text: str, *, size: float, **style: Any) -> None:
        """Over its lane, or where it still is on the page; smaller, if that does not help."""
        width = self.label.size(text, size)[0] * (1.2 if "weight" in style else 1.0)
        most = WIDTH / 2 - 0.2
        size, width = size * min(1.0, most / max(width, 0.1)), min(width, most)
        x = min(max(x, 0.1 + width / 2), WIDTH - 0.1 - width / 2)
        _write(self.axes, x, y, text, size=size, ha="center", **style)

    def _lanes(self) -> None:
        breaks = [(self.zero + b.top, self.zero + b.bottom) for b in self.placed.breaks]
        for x in self.lanes:
            y = self.top + 0.95
            for top, bottom in breaks:
                self._lane(x, y, top, "-")
                self._lane(x, top, bottom, (0, (1, 3)))
                y = bottom
            self._lane(x, y, self.end, "-")

    def _lane(self, x: float, top: float, bottom: float, dashes: Any) -> None:
        self.axes.plot([x, x], [top, bottom], color=_INK, lw=1.3, ls=dashes, zorder=3)

    def _beside(self, lane: int, y: float, time: int | None, state: str | None) -> None:
        side = -1 if lane == 0 else 1
        align = "right" if lane == 0 else "left"
        if state:
            box = {"boxstyle": "round,pad=0.2", "fc": _PALE, "ec": "#b8c0c8", "lw": 0.6}
            x = self.lanes[lane] + side * 0.13
            _write(self.axes, x, y, state, size=7.5, ha=align, va="center", bbox=box)
        if time is not None:
            text = self.clock.show(time).strip()
            _write(self.axes, _TIMES[lane], y, text, size=7.5, color=_GREY, ha="right", va="center")

    def _break(self, y: float, time: int) -> None:
        middle = sum(LANES) / 2
        self.label.here(middle, y, f"{brief(time)} later", size=8, color=_GREY, style="italic")

    def _fold(self, row: Fold, y: float) -> None:
        from matplotlib.patches import Rectangle

        left, right = LANES
        band = Rectangle((left, y), right - left, 0.3, fc=_PALE, ec="none", zorder=4)
        self.axes.add_patch(band)
        self.label.here((left + right) / 2, y + 0.15, f"... {row.text} ...", size=8.5, color=_INK)

    def _mark(self, mark: Mark, y: float) -> None:
        lane = min(mark.lane, len(self.lanes) - 1)
        x = self.lanes[lane]
        shape = "X" if mark.failed else "o"
        self.axes.plot([x], [y], shape, ms=6, color=_INK, zorder=6)
        text = f"{mark.number}  {mark.text}" if mark.number else mark.text
        side, align = (0.14, "left") if lane == 0 else (-0.14, "right")
        self.label.here(x + side, y, text, size=8.5, color=_INK, ha=align)

    def _line(
        self, arrow: Arrow, top: float, bottom: float
    ) -> tuple[tuple[float, float], tuple[float, float]]:
        """Where an arrow begins and ends; a lost one ends on the way, an outsider begins there.

        Between two outsiders there is no line to reach: a short arrow on the way.
        """
        left, right = LANES
        span = right - left
        xs = [LANES[lane] if lane < 2 else left + span * 0.7 for lane in (arrow.start, arrow.end)]
        if xs[0] == xs[1]:
            xs[1] = left + span * 0.4
        if arrow.fate == "lost":
            xs[1] = xs[0] + (xs[1] - xs[0]) * LOST_AFTER
        return (xs[0], top), (xs[1], bottom)

    def _arrow(self, arrow: Arrow, start: tuple[float, float], end: tuple[float, float]) -> None:
        from matplotlib.patches import FancyArrowPatch

        color, dashes, width, mark = _STYLE[arrow.kind]
        if arrow.again is not None:
            dashes, mark = _AGAIN, "o"
        elif arrow.fate == "duplicate":
            dashes, mark = _COPY, "^"
        lost = arrow.fate == "lost"
        xs, ys = zip(start, end, strict=True)
        self.axes.plot(xs, ys, color=color, lw=width, ls=dashes, zorder=2, dash_capstyle="butt")
        if not lost:
            # The head by itself: dashes would break its outline.
            near = (end[0] - (end[0] - start[0]) * 0.02, end[1] - (end[1] - start[1]) * 0.02)
            head = FancyArrowPatch(
                near, end, arrowstyle="-|>,head_length=0.5,head_width=0.22", mutation_scale=14,
                color=color, lw=1, shrinkA=0, shrinkB=0, zorder=2,
            )  # fmt: skip
            self.axes.add_patch(head)
        if mark:
            self.axes.plot(*start, mark, ms=5.5, mfc="white", mec=color, mew=1.5, zorder=6)
        elif arrow.start > 1:
            self.axes.plot(*start, "o", ms=5.5, color=color, zorder=6)
        if lost:
            self.axes.plot(*end, "x", ms=10, color=_VERMILLION, mew=2.6, zorder=6)


def _name(lane: Lane) -> tuple[str, str]:
    end = lane.address if lane.port is None else written((lane.address, lane.port))
    return (end, "") if lane.name == lane.address else (lane.name, end)


def _notes(layout: Layout) -> list[str]:
    from textwrap import wrap

    return [line for note in layout.notes for line in wrap(note, 130)]


def _write(axes: "Axes", x: float, y: float, text: str, **style: Any) -> None:
    style = {"color": _INK, "va": "baseline", **style}
    axes.text(x, y, text, family=_FONT, parse_math=False, zorder=7, **style)
