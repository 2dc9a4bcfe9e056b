"""The ladder as a figure: arrows slant with time, in print, in a notebook, in a README.

Drawn with matplotlib's objects and without pyplot, so nothing is left behind. The axes are inches,
so that an angle on paper is an angle in numbers. Colours are Okabe and Ito's, and never the only
sign: dashes, marks and the label say the same.
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from portlab.host import written
from portlab.views.canvas import FONT, GREY, INK, PALE, page, wrapped, write
from portlab.views.characters import UNICODE
from portlab.views.comparison import is_marked
from portlab.views.folding import folded
from portlab.views.labelling import Labeller
from portlab.views.placing import LOST_AFTER, Placed, place_rows
from portlab.views.shapes import Arrow, Conversation, Fold, Kind, Lane, Layout, Mark
from portlab.views.times import Clock
from portlab.wording import brief

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
HEAD = 1.35
"""From the top of a conversation to its first row: what it is, and who talks."""

AROUND = HEAD + 0.4
NOTE = 0.19
_MARK = "#f0e442"
_BLUE, _GREEN, _VERMILLION, _PURPLE = "#0072b2", "#009e73", "#d55e00", "#cc79a7"

_STYLE: dict[Kind, tuple[str, Any, float, str]] = {
    "syn": (_BLUE, "-", 1.8, ""),
    "data": (_GREEN, "-", 1.8, ""),
    "ack": (GREY, "-", 1.1, ""),
    "fin": (_PURPLE, (0, (9, 2)), 2.0, ""),
    "reset": (_VERMILLION, (0, (6, 2, 1, 2)), 2.0, "s"),
    "icmp": (_VERMILLION, (0, (1, 1.6)), 2.0, "D"),
    "udp": (_BLUE, "-", 1.8, ""),
    "other": (INK, (0, (3, 2)), 1.4, ""),
}
"""Colour, dashes, width, and a mark at the sender's end."""

_AGAIN = (0, (4, 2.5))
_COPY = (0, (2, 1))


@dataclass(frozen=True, slots=True)
class Frame:
    """Where on the page a ladder stands, in inches from its left.

    `lanes` are its two hosts; names stay between `left` and `right`. `times` is where the times
    beside the lanes end, and None where times and waits are told elsewhere.
    """

    lanes: tuple[float, float]
    left: float
    right: float
    times: tuple[float, float] | None = None


_ALONE = Frame(LANES, 0.1, WIDTH - 0.1, (0.9, WIDTH - 0.1))


def as_drawn(layout: Layout) -> Layout:
    """What of a layout a figure shows: long ones are folded."""
    return folded(
        layout, conversations=CONVERSATIONS_SHOWN, rows=ROWS_SHOWN, rows_in_all=ROWS_IN_ALL
    )


def draw(layout: Layout) -> "Figure":
    """The whole ladder on one figure, as high as it needs to be."""
    layout = as_drawn(layout)
    shown = layout.conversations
    placed = [place_rows(one.rows) for one in shown]
    notes = wrapped(layout.notes)
    title = 0.4 if layout.title else 0.1
    height = title + sum(one.height + AROUND for one in placed) + NOTE * len(notes) + 0.2
    axes = page(WIDTH, height)
    if layout.title:
        write(axes, 0.12, 0.28, layout.title, size=12, weight="bold")
    top = title
    for conversation, one in zip(shown, placed, strict=True):
        Drawing(axes, conversation, one, top, _ALONE).draw()
        top += one.height + AROUND
    for note in notes:
        top += NOTE
        write(axes, 0.12, top - 0.05, note, size=8, color=GREY)
    return cast("Figure", axes.figure)


class Drawing:
    """One conversation, from `top` down; the records in `marked` get a sign and a band."""

    def __init__(
        self,
        axes: "Axes",
        conversation: Conversation,
        placed: Placed,
        top: float,
        frame: Frame,
        marked: Container[int] = (),
    ) -> None:
        self.axes = axes
        self.of = conversation
        self.placed = placed
        self.top = top
        self.frame = frame
        self.marked = marked
        self.zero = top + HEAD
        self.end = self.zero + placed.height + 0.2
        self.lanes = frame.lanes if len(conversation.lanes) > 1 else frame.lanes[:1]
        self.label = Labeller(axes, FONT, marked)
        self.clock = Clock([b.time for b in placed.beside if b.time is not None])

    def draw(self) -> None:
        self._heads()
        self._lanes()
        for one in self.placed.beside:
            if one.lane < len(self.lanes):
                self._beside(one.lane, self.zero + one.y, one.time, one.state)
        for wait in self.placed.breaks if self.frame.times else ():
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
        left = self.frame.left + 0.02
        write(self.axes, left, self.top + 0.24, self.of.heading, size=9, color=GREY)
        for x, lane, before in zip(self.lanes, self.of.lanes, self.of.before, strict=False):
            name, end = _name(lane)
            self._head(x, self.top + 0.62, name, size=11, weight="bold")
            self._head(x, self.top + 0.83, end, size=9, color=GREY)
            if before:
                self._beside(self.of.lanes.index(lane), self.zero - 0.3, None, before)

    def _head(self, x: float, y: float, text: str, *, size: float, **style: Any) -> None:
        """Over its lane, or where it still is on the page; smaller, if that does not help."""
        width = self.label.size(text, size)[0] * (1.2 if "weight" in style else 1.0)
        left, right = self.frame.left, self.frame.right
        most = (right - left) / 2 - 0.1
        size, width = size * min(1.0, most / max(width, 0.1)), min(width, most)
        x = min(max(x, left + width / 2), right - width / 2)
        write(self.axes, x, y, text, size=size, ha="center", **style)

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
        self.axes.plot([x, x], [top, bottom], color=INK, lw=1.3, ls=dashes, zorder=3)

    def _beside(self, lane: int, y: float, time: int | None, state: str | None) -> None:
        side = -1 if lane == 0 else 1
        align = "right" if lane == 0 else "left"
        if state:
            box = {"boxstyle": "round,pad=0.2", "fc": PALE, "ec": "#b8c0c8", "lw": 0.6}
            x = self.lanes[lane] + side * 0.13
            write(self.axes, x, y, state, size=7.5, ha=align, va="center", bbox=box)
        if time is not None and self.frame.times:
            x, text = self.frame.times[lane], self.clock.show(time).strip()
            write(self.axes, x, y, text, size=7.5, color=GREY, ha="right", va="center")

    def _break(self, y: float, time: int) -> None:
        middle = sum(self.frame.lanes) / 2
        self.label.here(middle, y, f"{brief(time)} later", size=8, color=GREY, style="italic")

    def _fold(self, row: Fold, y: float) -> None:
        from matplotlib.patches import Rectangle

        left, right = self.frame.lanes
        band = Rectangle((left, y), right - left, 0.3, fc=PALE, ec="none", zorder=4)
        self.axes.add_patch(band)
        sign = f"{UNICODE.differs} " if is_marked(row, self.marked) else ""
        text = f"{sign}... {row.text} ..."
        self.label.here((left + right) / 2, y + 0.15, text, size=8.5, color=INK)

    def _mark(self, mark: Mark, y: float) -> None:
        lane = min(mark.lane, len(self.lanes) - 1)
        x = self.lanes[lane]
        shape = "X" if mark.failed else "o"
        self.axes.plot([x], [y], shape, ms=6, color=INK, zorder=6)
        text = self.label.numbered(mark.number, f"  {mark.text}") if mark.number else mark.text
        side, align = (0.14, "left") if lane == 0 else (-0.14, "right")
        self.label.here(x + side, y, text, size=8.5, color=INK, ha=align)

    def _line(
        self, arrow: Arrow, top: float, bottom: float
    ) -> tuple[tuple[float, float], tuple[float, float]]:
        """Where an arrow begins and ends; a lost one ends on the way, an outsider begins there.

        Between two outsiders there is no line to reach: a short arrow on the way.
        """
        left, right = self.frame.lanes
        span = right - left
        xs = [
            self.frame.lanes[lane] if lane < 2 else left + span * 0.7
            for lane in (arrow.start, arrow.end)
        ]
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
        if arrow.number in self.marked:
            self.axes.plot(xs, ys, color=_MARK, lw=9, alpha=0.5, zorder=1, solid_capstyle="round")
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
