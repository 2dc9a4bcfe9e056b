"""The release of a lesson to learners: everything is there but the outputs and the solutions."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from portlab.course.learner_copy import LaidOut, lay_out
from portlab.course.release import release, without_solution
from portlab.errors import PortlabError

REGION = "### BEGIN SOLUTION\n{}\n### END SOLUTION"


def indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


CASES = {
    "a value": ("x = ...\n" + REGION.format("x = 3") + "\nx", "x = ...\n# your answer here\nx"),
    "at the end": ("x = ...\n" + REGION.format("x = 3"), "x = ...\n# your answer here"),
    "part of a function": (
        "def f(lab):\n    a = 1\n" + indented(REGION.format("b = 2")) + "\nf",
        "def f(lab):\n    a = 1\n    # your answer here\nf",
    ),
    "the whole of a function": (
        "def f(lab):\n" + indented(REGION.format("return 2")),
        "def f(lab):\n    pass  # your answer here",
    ),
    "the whole of a loop in a function": (
        "def f():\n    for x in y:\n" + indented(indented(REGION.format("print(x)"))),
        "def f():\n    for x in y:\n        pass  # your answer here",
    ),
    "two of them": (
        REGION.format("x = 1") + "\ny = 2\n" + REGION.format("z = 3"),
        "# your answer here\ny = 2\n# your answer here",
    ),
    "none": ("x = 1\n\ny = 2\n", "x = 1\n\ny = 2\n"),
}


@pytest.mark.parametrize(("source", "starter"), CASES.values(), ids=CASES)
def test_a_friendly_line_stands_in_place_of_a_solution(source: str, starter: str) -> None:
    released = without_solution(source)
    assert released == starter
    ast.parse(released)
    assert without_solution(released) == released


@pytest.mark.parametrize(
    "source",
    [
        "### BEGIN SOLUTION\nx = 3",
        "x = 3\n### END SOLUTION",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\nx = 3\n### END SOLUTION",
        "### END SOLUTION\nx = 3\n### BEGIN SOLUTION",
    ],
)
def test_a_region_that_would_leak_is_refused(source: str) -> None:
    with pytest.raises(PortlabError, match="SOLUTION"):
        without_solution(source)


def code(source: str, **more: Any) -> dict[str, Any]:
    """A code cell as it is stored after a run."""
    shown = {"output_type": "stream", "name": "stdout", "text": ["3\n"]}
    lines = source.splitlines(keepends=True)
    cell = {"cell_type": "code", "source": lines, "outputs": [shown], "execution_count": 1}
    return {**cell, "metadata": {}, **more}


def lesson(*cells: dict[str, Any]) -> bytes:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


SOLVED = code("x = ...\n" + REGION.format("x = 3"), metadata={"nbgrader": {"solution": True}})


def test_a_released_lesson_keeps_its_metadata_and_its_text() -> None:
    notebook = json.loads(lesson(SOLVED, {"cell_type": "markdown", "source": ["BEGIN SOLUTION"]}))
    release(notebook)
    solved, text = notebook["cells"]
    assert "".join(solved["source"]) == "x = ...\n# your answer here"
    assert (solved["outputs"], solved["execution_count"]) == ([], None)
    assert solved["metadata"] == {"nbgrader": {"solution": True}}
    assert text["source"] == ["BEGIN SOLUTION"]
    once = json.dumps(notebook)
    release(notebook)
    assert json.dumps(notebook) == once


def lay_out_in(folder: Path, content: bytes) -> LaidOut:
    (folder / "source").mkdir(exist_ok=True)
    (folder / "source" / "05-handshake.ipynb").write_bytes(content)
    return lay_out(folder / "source", folder / "copy")


def copied(folder: Path) -> str:
    return (folder / "copy" / "05-handshake.ipynb").read_text()


def test_no_solution_reaches_a_learners_copy(tmp_path: Path) -> None:
    lay_out_in(tmp_path, lesson(SOLVED))
    assert "x = 3" not in copied(tmp_path)
    assert "your answer here" in copied(tmp_path)


def test_another_solution_is_no_new_edition_and_another_starter_is(tmp_path: Path) -> None:
    lay_out_in(tmp_path, lesson(SOLVED))
    other = code("x = ...\n" + REGION.format("x = 2 + 1"))
    assert lay_out_in(tmp_path, lesson(other)) == LaidOut((), (), ())
    starter = code("x = 0\n" + REGION.format("x = 3"))
    assert lay_out_in(tmp_path, lesson(starter)).renewed == ("05-handshake.ipynb",)
    assert "x = 0" in copied(tmp_path)


def test_answers_in_a_copy_are_never_overwritten(tmp_path: Path) -> None:
    lay_out_in(tmp_path, lesson(SOLVED))
    mine = copied(tmp_path).replace("x = ...", "x = 17")
    (tmp_path / "copy" / "05-handshake.ipynb").write_text(mine)
    second = code("x = 0\n" + REGION.format("x = 3"))
    assert lay_out_in(tmp_path, lesson(second)).kept == ("05-handshake.ipynb",)
    assert copied(tmp_path) == mine


def test_a_copy_from_before_solutions_were_kept_back_is_renewed(tmp_path: Path) -> None:
    """An older portlab laid lessons out as they were, and remembered that fingerprint."""
    old = lesson(code("x = 4"))
    lay_out_in(tmp_path, old)
    assert lay_out_in(tmp_path, lesson(SOLVED)).renewed == ("05-handshake.ipynb",)


def test_a_lesson_whose_solution_would_leak_is_not_laid_out(tmp_path: Path) -> None:
    with pytest.raises(PortlabError, match=r"05-handshake\.ipynb cannot be given to learners"):
        lay_out_in(tmp_path, lesson(code("### BEGIN SOLUTION\nx = 3")))
    assert not (tmp_path / "copy" / "05-handshake.ipynb").exists()
