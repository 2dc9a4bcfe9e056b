"""The comparison itself, tried: an unchanged notebook passes, a falsified one fails.

Pytest runs here as the README has people run it, with the project's own configuration, on
notebooks that `refresh` has just made.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.notebooks import rules
from tests.notebooks.lessons import NOTEBOOKS, ROOT, is_compared, name_of
from tests.notebooks.refresh import refresh


def check(*notebooks: Path) -> subprocess.CompletedProcess[str]:
    """Have pytest compare these notebooks, all in one folder, with what they store."""
    configuration = ["-c", str(ROOT / "pyproject.toml"), "-p", "tests.plugin"]
    elsewhere = ["--rootdir", str(notebooks[0].parent), "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *configuration, *elsewhere, "-rA", *map(str, notebooks)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def outcomes(run: subprocess.CompletedProcess[str]) -> dict[str, set[str]]:
    """Which cells passed and which failed, as `lesson.ipynb::Cell 0`."""
    found: dict[str, set[str]] = {}
    for outcome, cell in re.findall(r"^(PASSED|FAILED) .*?([^/\\]+::Cell \d+)", run.stdout, re.M):
        found.setdefault(outcome, set()).add(cell)
    return found


def write(path: Path, *sources: str) -> Path:
    cells = [new_markdown_cell("# A question?"), *map(new_code_cell, sources)]
    nbformat.write(new_notebook(cells=cells), path)
    return path


def falsify(path: Path, copy: Path) -> None:
    """The notebook again, with one digit or letter of its last compared text changed."""
    notebook = nbformat.read(path, as_version=4)
    *_, output = (
        output
        for cell in notebook.cells
        if cell.cell_type == "code" and is_compared(cell)
        for output in cell.outputs
        if "text" in output or "text/plain" in output.get("data", {})
    )
    holder: Any = output if "text" in output else output.data
    key = "text" if "text" in output else "text/plain"
    last = max(at for at, letter in enumerate(holder[key]) if letter.isalnum())
    other = "7" if holder[key][last] != "7" else "8"
    holder[key] = holder[key][:last] + other + holder[key][last + 1 :]
    nbformat.write(notebook, copy)


def test_printed_and_shown_outputs_are_compared(tmp_path: Path) -> None:
    honest = write(tmp_path / "honest.ipynb", "print('SYN')", "40 + 2", "x = 1")
    refresh(honest)
    assert rules.breaches(nbformat.read(honest, as_version=4)) == []
    falsify(honest, tmp_path / "shown.ipynb")
    text = honest.read_text()
    (tmp_path / "printed.ipynb").write_text(text.replace('"SYN\\n"', '"FIN\\n"'))
    run = check(honest, tmp_path / "shown.ipynb", tmp_path / "printed.ipynb")
    assert run.returncode == 1, run.stdout
    assert outcomes(run)["FAILED"] == {"shown.ipynb::Cell 1", "printed.ipynb::Cell 0"}
    assert "2 failed, 7 passed" in run.stdout


@pytest.mark.parametrize("path", [p for p in NOTEBOOKS if "handshake" in p.stem], ids=name_of)
def test_a_falsified_lesson_fails(path: Path, tmp_path: Path) -> None:
    falsify(path, tmp_path / path.name)
    run = check(tmp_path / path.name)
    assert run.returncode == 1, run.stdout
    assert "1 failed" in run.stdout


def test_a_refreshed_notebook_says_nothing_of_the_run(tmp_path: Path) -> None:
    path = write(tmp_path / "twice.ipynb", "print('a'); print('b')", "40 + 2")
    refresh(path)
    first = path.read_bytes()
    refresh(path)
    assert path.read_bytes() == first
    assert str(tmp_path).encode() not in first
    assert rules.breaches(nbformat.read(path, as_version=4)) == []


def test_a_cell_that_hides_its_source_keeps_it_hidden(tmp_path: Path) -> None:
    path = write(tmp_path / "hidden.ipynb", "print('the answer')")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].metadata = {"jupyter": {"source_hidden": True}, "collapsed": True}
    nbformat.write(notebook, path)
    refresh(path)
    assert nbformat.read(path, as_version=4).cells[1].metadata == {
        "jupyter": {"source_hidden": True}
    }


def test_a_notebook_that_raises_is_left_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "raises.ipynb", "print('before')", "1 / 0")
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        refresh(path)
    assert path.read_bytes() == before


def test_a_misspelt_name_is_answered_with_a_sentence() -> None:
    command = [sys.executable, "-m", "tests.notebooks.refresh"]
    done = subprocess.run(
        [*command, "notebooks/misspelt.ipynb"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert "there is no notebooks/misspelt.ipynb" in last.replace("\\", "/")
    assert NOTEBOOKS[0].name in last
    no_notebook = subprocess.run([*command, "README.md"], cwd=ROOT, capture_output=True, text=True)
    assert no_notebook.returncode == 1
    assert "README.md: left as it was" in no_notebook.stderr
    assert "Traceback" not in done.stderr + no_notebook.stderr


def test_kernels_are_static_guarded_and_run_by_this_python(tmp_path: Path) -> None:
    """Refreshed here and compared there: both kernels must say the same, and this."""
    path = write(
        tmp_path / "surroundings.ipynb",
        "import os, sys\nprint(sys.executable, os.environ['PORTLAB_STATIC'])",
        "import socket\ntry: socket.create_connection(('192.0.2.1', 80), timeout=1)\n"
        "except RuntimeError as error: print(error)",
    )
    refresh(path)
    printed = [cell.outputs[0].text for cell in nbformat.read(path, as_version=4).cells[1:]]
    assert printed == [
        f"{sys.executable} 1\n",
        "socket.connect to ('192.0.2.1', 80) would leave this computer\n",
    ]
    run = check(path)
    # The outputs agree, and yet the second fails: the guard writes down what a cell swallows.
    assert outcomes(run) == {
        "PASSED": {"surroundings.ipynb::Cell 0"},
        "FAILED": {"surroundings.ipynb::Cell 1"},
    }
    assert "the guard of the tests refused" in run.stdout
    assert "Cell outputs differ" not in run.stdout


def test_this_process_is_not_static() -> None:
    """Only the notebooks are: the tests of the widget want the widget."""
    assert "PORTLAB_STATIC" not in os.environ
