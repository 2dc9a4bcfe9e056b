"""What `ladder(trace)` gives: one layout, to print, to draw, to show in a notebook, to save."""

from typing import TYPE_CHECKING, Any, overload

from portlab.errors import PortlabError
from portlab.trace.trace import Trace
from portlab.views.ladder import layout
from portlab.views.printable import terminal_is_plain
from portlab.views.saving import save
from portlab.views.shapes import Layout

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from portlab.views.pair import LadderPair


@overload
def ladder(trace: Trace, *, relative: bool = True) -> "Ladder": ...
@overload
def ladder(trace: Trace, other: Trace, *, relative: bool = True) -> "LadderPair": ...
def ladder(
    trace: Trace, other: Trace | None = None, *, relative: bool = True
) -> "Ladder | LadderPair":
    """The ladder of `trace`: its hosts as two lines, its packets as arrows between them.

    With an `other` trace, both ladders beside each other, and what differs is marked. `relative`
    counts sequence numbers from each side's SYN; False shows those in the headers.
    Raises PortlabError for what is no Trace.
    """
    for one in (trace,) if other is None else (trace, other):
        if not isinstance(one, Trace):
            raise PortlabError(
                f"A ladder is drawn from a Trace, and not from {type(one).__name__}. "
                "run(experiment) gives one, so does load(file), and a lab has one as lab.trace."
            )
    if other is None:
        return Ladder(trace, relative=relative)
    from portlab.views.pair import LadderPair

    return LadderPair(trace, other, relative=relative)


class Ladder:
    """A ladder that shows itself: `print` gives text, a notebook shows the picture too."""

    def __init__(self, trace: Trace, *, relative: bool = True) -> None:
        self.trace = trace
        self._relative = relative
        self._layout: Layout | None = None

    @property
    def layout(self) -> Layout:
        """The plain data that all renderers read."""
        if self._layout is None:
            self._layout = layout(self.trace, relative=self._relative)
        return self._layout

    def text(self, *, why: bool = False, width: int = 100, ascii: bool | None = None) -> str:
        """The ladder in characters, lines at most `width` columns long.

        `why` adds each sender's reason and where it is written. `ascii` True keeps to characters
        that every terminal has; None asks whether standard output can show the others.
        Raises PortlabError for fewer than 60 columns.
        """
        from portlab.views import text

        plain = terminal_is_plain() if ascii is None else ascii
        return text.render(self.layout, why=why, width=width, ascii=plain)

    @property
    def alt_text(self) -> str:
        """All that the figure shows in sentences, for who cannot see it."""
        from portlab.views import figure, words

        return words.render(figure.as_drawn(self.layout))

    def figure(self) -> "Figure":
        """The ladder as a matplotlib Figure, of which pyplot knows nothing."""
        from portlab.views import figure

        return figure.draw(self.layout)

    def save(self, path: "str | Path") -> None:
        """Write it to a file; the suffix says how: .png, .svg, .pdf or .txt.

        Raises PortlabError for any other suffix, and where the file cannot be written.
        """
        save("ladder", path, self.as_file)

    def as_file(self, suffix: str) -> bytes:
        """The bytes of a file of that suffix."""
        from portlab.views.encoding import as_file

        return as_file(self, suffix, "Ladder")

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Ladder of {len(self.trace)} records>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[Any, Any]:
        from portlab.views.encoding import text_and_png
        from portlab.views.page.showing import widget_part

        text, title = self.text(ascii=False), "Ladder"
        data, sizes = text_and_png(text, self.figure(), title, self.alt_text)
        data |= widget_part([self.trace], relative=self._relative)
        return data, sizes
