"""An empty page to draw a ladder on: measured in inches, without pyplot, its text in one hand."""

from collections.abc import Iterable
from textwrap import wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCREEN = 100
FONT = "DejaVu Sans"
INK, GREY, PALE = "#1a1a1a", "#595959", "#eef1f4"


def page(width: float, height: float) -> "Axes":
    """The axes of an empty figure, in inches from its top left corner."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=SCREEN, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    return axes


def write(axes: "Axes", x: float, y: float, text: str, **style: Any) -> None:
    """Plain text, level, from this point to the right unless the style says otherwise."""
    style = {"color": INK, "va": "baseline", **style}
    axes.text(x, y, text, family=FONT, parse_math=False, zorder=7, **style)


def wrapped(sentences: Iterable[str], width: int = 130) -> list[str]:
    """Sentences in lines of at most so many characters."""
    return [line for sentence in sentences for line in wrap(sentence, width)]
