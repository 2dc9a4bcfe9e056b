"""Where the notebooks are, and what nbval would make of each cell."""

from pathlib import Path
from typing import Any

from nbval.plugin import find_comment_markers, find_metadata_tags

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(
    path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)


def name_of(notebook: Path) -> str:
    """A notebook's name in test reports."""
    return notebook.stem


def markers(cell: Any) -> dict[str, bool]:
    """What nbval was told about this cell: `check`, `skip`, `check_exception`."""
    return {
        **dict(find_metadata_tags(cell.metadata) or ()),
        **dict(find_comment_markers(cell.source) or ()),
    }


def is_compared(cell: Any) -> bool:
    """Whether nbval compares this code cell's output with what is stored."""
    said = markers(cell)
    return said.get("check", True) and not said.get("skip", False)


def may_raise(cell: Any) -> bool:
    return markers(cell).get("check_exception", False)
