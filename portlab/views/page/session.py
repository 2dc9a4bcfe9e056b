"""What one widget shows at the moment: one trace or two, and what it showed before."""

from collections.abc import Sequence

from portlab.trace.trace import Trace
from portlab.views.comparison import Comparison, compare
from portlab.views.ladder import layout
from portlab.views.page.scene import as_scene, encoded
from portlab.views.shapes import Layout


class Session:
    """`traces` stand beside each other; `relative` is how their sequence numbers are shown."""

    def __init__(self, traces: Sequence[Trace], *, relative: bool = True) -> None:
        self.traces = tuple(traces)
        self._earlier: list[tuple[Trace, ...]] = []
        self.relative = relative
        self._layouts: dict[tuple[int, bool], Layout] = {}
        self._comparison: Comparison | None = None

    def layout(self, ladder: int, *, relative: bool | None = None) -> Layout:
        """The layout of one of the traces, by its place, with the numbers that are shown now."""
        trace = self.traces[ladder]
        key = id(trace), self.relative if relative is None else relative
        if key not in self._layouts:
            self._layouts[key] = layout(trace, relative=key[1])
        return self._layouts[key]

    @property
    def comparison(self) -> Comparison | None:
        """How the two that are shown differ; None if there is only one.

        Always in relative numbers: where numbering begins may change with the time of a SYN.
        """
        if self._comparison is None and len(self.traces) > 1:
            one, other = (self.layout(at, relative=True) for at in (0, 1))
            self._comparison = compare(one, other)
        return self._comparison

    @property
    def can_undo(self) -> bool:
        return bool(self._earlier)

    def show(self, *traces: Trace) -> None:
        """Show these from now on; `undo` brings back those of now."""
        self._earlier.append(self.traces)
        self._show(traces)

    def undo(self) -> None:
        """What was shown before; nothing, if nothing was."""
        if self._earlier:
            self._show(self._earlier.pop())

    def _show(self, traces: tuple[Trace, ...]) -> None:
        self.traces = traces
        self._comparison = None
        kept = set(map(id, traces))
        self._layouts = {key: one for key, one in self._layouts.items() if key[0] in kept}

    def scene(self) -> bytes:
        """All that the page needs to draw it."""
        shown = [(trace, self.layout(at)) for at, trace in enumerate(self.traces)]
        return encoded(as_scene(shown, comparison=self.comparison, undo=self.can_undo))
