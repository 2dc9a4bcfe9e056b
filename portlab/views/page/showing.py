"""The part of a cell's output that only a living page can show."""

from collections.abc import Sequence
from typing import Any

from portlab.trace.trace import Trace
from portlab.views.page.lifetime import in_kernel, keep


def widget_part(traces: Sequence[Trace], *, relative: bool) -> dict[str, Any]:
    """A reference to a new ladder widget, by its MIME type; nothing where none is wanted.

    The text that a widget would show is left out: it names an address in memory.
    """
    from portlab.system import is_static

    if not in_kernel() or is_static():
        return {}
    from portlab.views.page.widget import LadderWidget

    widget = LadderWidget(traces, relative=relative)
    keep(widget)
    bundle = widget._repr_mimebundle_()
    assert bundle is not None, "it has a view"
    return {kind: value for kind, value in bundle[0].items() if kind != "text/plain"}
