"""Wherever the lessons are listed, all of them are, by number and title."""

import re
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.lessons import NOTEBOOKS, ROOT

README = ROOT / "README.md"
START = NOTEBOOKS[0]

ROW = re.compile(r"^\| \[(\d\d)\]\(([^)]+)\) \| (.+) \|$", re.MULTILINE)


def title(notebook: Path) -> str:
    """The question in a lesson's first line."""
    first: str = nbformat.read(notebook, as_version=4).cells[0].source
    return first.partition("\n")[0].removeprefix("# ")


def text(file: Path) -> str:
    if file.suffix == ".md":
        return file.read_text(encoding="utf-8")
    return "\n".join(cell.source for cell in nbformat.read(file, as_version=4).cells)


@pytest.mark.parametrize("file", [README, START], ids=lambda file: file.name)
def test_a_list_of_lessons_has_each_that_there_is(file: Path) -> None:
    listed = [
        (number, (file.parent / target).resolve(), question)
        for number, target, question in ROW.findall(text(file))
    ]
    assert listed == [(path.name[:2], path, title(path)) for path in NOTEBOOKS]
