"""What a lesson runs on Linux is what its recording shows: both are played in the model."""

import ast
from collections.abc import Callable, Iterator
from typing import Any

import nbformat
import pytest

from portlab.course.recording import RECORDINGS
from portlab.lab import run
from tests.notebooks.lessons import NOTEBOOKS


def calls() -> Iterator[tuple[str, Callable[[Any], object]]]:
    """Each `on_linux(experiment, "name")` in the notebooks: the name, and the experiment itself."""
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef)
    for path in NOTEBOOKS:
        names: dict[str, Any] = {}
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            tree = ast.parse(cell.source)
            kept = [node for node in tree.body if isinstance(node, kinds)]
            exec(compile(ast.Module(kept, []), path.name, "exec"), names)
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "on_linux":
                    experiment, name = map(ast.unparse, node.args)
                    yield ast.literal_eval(name), eval(experiment, names)


CALLS = list(calls())


def test_some_lesson_shows_a_recording() -> None:
    assert CALLS


@pytest.mark.parametrize(("name", "experiment"), CALLS, ids=[name for name, _ in CALLS])
def test_a_recording_tells_the_lessons_own_story(
    name: str, experiment: Callable[[Any], object]
) -> None:
    recorded = RECORDINGS[name]
    ours = run(experiment, seed=1, link=recorded.link, faults=recorded.faults)
    theirs = recorded.play("model")
    assert [record.packet for record in ours] == [record.packet for record in theirs]
