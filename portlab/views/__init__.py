"""A Trace as text, as a figure, as a table: whatever shows traffic, and never makes any.

`picture.ladder` draws it as a ladder, `table.table` lists it. Importing this room tells Trace to
show itself as a table in a notebook.
"""

from typing import Any

from portlab.trace.trace import Trace, show_traces_with


def _as_table(trace: Trace) -> dict[str, Any]:
    from portlab.views.table import table

    return dict(table(trace)._repr_mimebundle_())


show_traces_with(_as_table)
