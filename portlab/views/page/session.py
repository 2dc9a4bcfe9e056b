"""What one widget shows at the moment: one trace or two, and what it showed before."""

from collections.abc import Sequence

from portlab.trace.trace import Trace
from portlab.views.ladder import layout
from portlab.views.page.scene import as_scene, encoded
from portlab.views.shapes import Layout


class Session:
    """`traces` stand beside each other; `relative` is how their sequence numbers are shown."""

    def __init__(self, traces: Sequence[Trace], *, relative: bool = True) -> None:
        self.traces = tuple(traces)
        self._earlier: list[tuple[Trace, ...]] = []
        self._relative = relative
        self._layouts: dict[int, Layout] = {}

    @property
    def relative(self) -> bool:
        return self._relative

    @relative.setter
    def relative(self, relative: bool) -> None:
        if relative != self._relative:
            self._relative = relative
            self._layouts.clear()

    def layout(self, ladder: int) -> Layout:
        """The layout of one of the traces, by its place."""
        trace = self.traces[ladder]
        if id(trace) not in self._layouts:
            self._layouts[id(trace)] = layout(trace, relative=self._relative)
        return self._layouts[id(trace)]

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
        kept = set(map(id, traces))
        self._layouts = {key: one for key, one in self._layouts.items() if key in kept}

    def scene(self) -> bytes:
        """All that the page needs to draw it."""
        shown = [(trace, self.layout(at)) for at, trace in enumerate(self.traces)]
        return encoded(as_scene(shown, undo=bool(self._earlier)))
