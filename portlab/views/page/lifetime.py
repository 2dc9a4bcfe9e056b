"""How long a widget lives: until the cell that showed it runs again.

The kernel holds every widget until it is closed, and a cell that is run ten times would leave nine
that nobody can see. JupyterLab names the cell with every run, and IPython passes it on.
"""

from typing import Any, Protocol


class _Closable(Protocol):
    def close(self) -> None: ...


_kept: dict[str, list[_Closable]] = {}


def keep(widget: _Closable) -> None:
    """Close `widget` when the cell that runs now is run again.

    Where no cell is named (outside a kernel, or for a page that names none) it is left alone.
    """
    shell, cell = _shell_and_cell()
    if cell is None:
        return
    if _close_those_of not in shell.events.callbacks["pre_run_cell"]:
        shell.events.register("pre_run_cell", _close_those_of)
    _kept.setdefault(cell, []).append(widget)


def in_kernel() -> bool:
    """Whether somebody could see a widget: this is a Jupyter kernel, not a terminal."""
    return _shell() is not None


def _close_those_of(info: Any) -> None:
    for widget in _kept.pop(info.cell_id, ()):
        layout = getattr(widget, "layout", None)  # a widget too, which nobody else closes
        widget.close()
        if layout is not None:
            layout.close()


def _shell_and_cell() -> tuple[Any, str | None]:
    shell = _shell()
    if shell is None:
        return None, None
    # What the kernel is answering: the first widget of a cell comes after its pre_run_cell.
    metadata = shell.get_parent().get("metadata", {})
    return shell, metadata.get("cellId")


def _shell() -> Any:
    """The kernel's IPython; None in a terminal or in plain Python."""
    import sys

    # Whoever is in a kernel has imported IPython long ago.
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return shell if shell is not None and hasattr(shell, "kernel") else None
