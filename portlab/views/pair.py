"""What `ladder(one, other)` gives: two ladders beside each other, and what differs is marked."""

from typing import TYPE_CHECKING, Any

from portlab.trace.trace import Trace
from portlab.views.comparison import Comparison, compare
from portlab.views.ladder import layout
from portlab.views.printable import printable, terminal_is_plain
from portlab.views.saving import save
from portlab.views.shapes import Layout

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

_ORDINALS = ("First", "Second")


class LadderPair:
    """Two ladders that show themselves: `print` gives text, a notebook shows the picture too.

    A row with no like in the other ladder is marked, by a sign and not by colour alone. Times are
    counted from each trace's own beginning.
    """

    def __init__(self, one: Trace, other: Trace, *, relative: bool = True) -> None:
        self.traces = one, other
        self._relative = relative
        self._layouts: tuple[Layout, Layout] | None = None
        self._comparison: Comparison | None = None

    @property
    def layouts(self) -> tuple[Layout, Layout]:
        """The plain data of both, each titled with what was run and with which faults."""
        if self._layouts is None:
            one, other = (
                _titled(trace, ordinal, self._relative)
                for trace, ordinal in zip(self.traces, _ORDINALS, strict=True)
            )
            self._layouts = one, other
        return self._layouts

    @property
    def comparison(self) -> Comparison:
        """What is only in one of them and what is in both, as plain data.

        Found in relative numbers: where numbering begins may change with the time of a SYN.
        """
        if self._comparison is None:
            one, other = map(layout, self.traces)
            self._comparison = compare(one, other)
        return self._comparison

    def text(self, *, why: bool = False, width: int = 100, ascii: bool | None = None) -> str:
        """Both ladders in characters, lines at most `width` columns long.

        Side by side where the width allows, else one after the other; then what differs, in
        sentences. `why` adds each sender's reason and where it is written. `ascii` True keeps to
        characters that every terminal has; None asks whether standard output can show the others.
        Raises PortlabError for too few columns.
        """
        from portlab.views import pair_text

        plain = terminal_is_plain() if ascii is None else ascii
        return pair_text.render(*self.layouts, self.comparison, why=why, width=width, ascii=plain)

    @property
    def alt_text(self) -> str:
        """All that the figure shows in sentences, for who cannot see it."""
        from portlab.views import pair_figure, words

        found = self.comparison
        shown = pair_figure.as_drawn(*self.layouts, found)
        ladders = (
            words.render(one, marked=set(marked))
            for one, marked in zip(shown, found.marked, strict=True)
        )
        return "\n".join(("What differs:", *found.summary, *ladders))

    def figure(self) -> "Figure":
        """Both ladders on one scale of time, as a matplotlib Figure unknown to pyplot."""
        from portlab.views import pair_figure

        return pair_figure.draw(*self.layouts, self.comparison)

    def save(self, path: "str | Path") -> None:
        """Write them to one file; the suffix says how: .png, .svg, .pdf or .txt.

        Raises PortlabError for any other suffix, and where the file cannot be written.
        """
        save("ladders", path, self.as_file)

    def as_file(self, suffix: str) -> bytes:
        """The bytes of a file of that suffix."""
        from portlab.views.encoding import as_file

        return as_file(self, suffix, "Two ladders")

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        one, other = map(len, self.traces)
        return f"<Two ladders, of {one} and {other} records>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[Any, Any]:
        from portlab.views.encoding import text_and_png
        from portlab.views.page.showing import widget_part

        text, title = self.text(ascii=False), "Two ladders"
        data, sizes = text_and_png(text, self.figure(), title, self.alt_text)
        data |= widget_part(self.traces, relative=self._relative)
        return data, sizes


def _titled(trace: Trace, ordinal: str, relative: bool) -> Layout:
    """The layout under a title that tells the two apart."""
    from dataclasses import replace

    made = layout(trace, relative=relative)
    name = printable(trace.title) or (f"a lab in the {trace.world} world" if trace.world else "")
    faults = f", {', '.join(map(repr, trace.faults))}" if trace.faults else ""
    return replace(made, title=f"{ordinal}: {name}{faults}" if name or faults else ordinal)
