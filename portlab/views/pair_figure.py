"""Two ladders as one figure: beside each other, on one scale of time told once at the left.

Faint lines join what happens at one moment in both. What has no like in the other ladder has a
sign before its number and a band behind its arrow. Wider than one ladder: for a notebook's page it
is shown smaller.
"""

from typing import TYPE_CHECKING, cast

from portlab.views.canvas import GREY, page, wrapped, write
from portlab.views.characters import UNICODE
from portlab.views.comparison import Comparison, notes_of_both
from portlab.views.figure import AROUND, HEAD, NOTE, Drawing, Frame
from portlab.views.folding import folded
from portlab.views.placing import Together, place_together
from portlab.views.shapes import Conversation, Layout
from portlab.views.times import Clock
from portlab.wording import brief

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROWS_SHOWN = 36
"""Of each conversation; longer ones are folded, more than if they stood alone."""

ROWS_IN_ALL = 72
CONVERSATIONS_SHOWN = 4

WIDTH = 11.1
_AXIS = 0.82
FRAMES = (
    Frame((2.0, 4.8), 0.95, 5.85),
    Frame((7.2, 10.0), 6.15, WIDTH - 0.05),
)
_FAINT = "#e2e6ea"
_TITLE, _LINE = 0.3, 0.2


def as_drawn(one: Layout, other: Layout, found: Comparison) -> tuple[Layout, Layout]:
    """What of both is drawn: long ones are folded, what differs last."""
    first, second = (
        folded(
            layout,
            conversations=CONVERSATIONS_SHOWN,
            rows=ROWS_SHOWN,
            rows_in_all=ROWS_IN_ALL,
            keep=set(marked),
        )
        for layout, marked in zip((one, other), found.marked, strict=True)
    )
    return first, second


def draw(one: Layout, other: Layout, found: Comparison) -> "Figure":
    """Both ladders on one figure, as high as it needs to be; `found` is their comparison."""
    one, other = as_drawn(one, other, found)
    beside = list(_beside(one, other, found))
    placed = [place_together(*(side.rows if side else () for side in pair)) for pair in beside]
    titles = [wrapped((layout.title,), 50) for layout in (one, other)]
    top = _TITLE + _LINE * (max(map(len, titles)) - 1)
    notes = _notes(one, other, found)
    below = NOTE * max(map(len, notes)) + 0.3
    height = top + sum(both.height + AROUND for both in placed) + below
    axes = page(WIDTH, height)
    for frame, lines in zip(FRAMES, titles, strict=True):
        for at, line in enumerate(lines):
            write(axes, frame.left + 0.02, 0.28 + at * _LINE, line, size=11, weight="bold")
    for pair, both in zip(beside, placed, strict=True):
        _times(axes, both, top + HEAD)
        for side in (0, 1):
            if conversation := pair[side]:
                marked = set(found.marked[side])
                Drawing(axes, conversation, both.sides[side], top, FRAMES[side], marked).draw()
        top += both.height + AROUND
    for x, column in zip((0.12, FRAMES[1].left + 0.02), notes, strict=True):
        for at, line in enumerate(column, start=1):
            write(axes, x, top + at * NOTE, line, size=8, color=GREY)
    return cast("Figure", axes.figure)


def _beside(
    one: Layout, other: Layout, found: Comparison
) -> "list[tuple[Conversation | None, Conversation | None]]":
    """The conversations that are drawn, in pairs."""
    pairs = []
    for first, second in found.beside:
        left = None if first is None else dict(enumerate(one.conversations)).get(first)
        right = None if second is None else dict(enumerate(other.conversations)).get(second)
        if left or right:
            pairs.append((left, right))
    return pairs


def _times(axes: "Axes", both: Together, zero: float) -> None:
    """The scale at the left: every moment with a line through both ladders, and long waits."""
    clock = Clock([time for _, time in both.moments])
    for y, time in both.moments:
        axes.plot([_AXIS + 0.08, WIDTH - 0.1], [zero + y] * 2, color=_FAINT, lw=0.7, zorder=0)
        text = clock.show(time).strip()
        write(axes, _AXIS, zero + y, text, size=7.5, color=GREY, ha="right", va="center")
    for wait in both.breaks:
        y, text = zero + (wait.top + wait.bottom) / 2, f"{brief(wait.time)}\nlater"
        style = {"ha": "right", "va": "center", "style": "italic"}
        write(axes, _AXIS, y, text, size=7.5, color=GREY, **style)


def _notes(one: Layout, other: Layout, found: Comparison) -> tuple[list[str], list[str]]:
    """Two columns: what differs, and how to read it with the notes of both, each once."""
    sign = (
        (f"{UNICODE.differs} marks what is not alike in the other ladder.",)
        if any(found.marked)
        else ()
    )
    return wrapped(found.summary, 94), wrapped((*sign, *notes_of_both(one, other)), 78)
