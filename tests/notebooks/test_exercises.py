"""The exercises as they stand in the notebooks: solved, released, and as nbgrader wants them.

nbval runs the committed cells, for nobody in particular. Here the same cells are run for several
students, once with their solution and once as learners get them.
"""

import ast
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

from portlab.course.exercises.finding import exercises, find
from portlab.course.exercises.showing import Feedback
from portlab.course.learner_copy import lay_out
from portlab.course.release import BEGIN, STARTER, check_id, solution_id, without_solution
from tests.notebooks.lessons import NOTEBOOKS, ROOT, name_of

STUDENTS = ("", "1", "2", "Ana", "日本")
IDS = [exercise.id for exercise in exercises()]

SOLVED = {"schema_version": 3, "solution": True, "grade": False, "locked": False, "task": False}
CHECKED = {"schema_version": 3, "solution": False, "grade": True, "locked": True, "task": False}


@cache
def cells_of(path: Path) -> list[Any]:
    return list(nbformat.read(path, as_version=4).cells)


def cells_with(key: str, value: str) -> list[tuple[Path, int, Any]]:
    """Where in the notebooks a cell has this in its nbgrader metadata."""
    return [
        (path, number, cell)
        for path in NOTEBOOKS
        for number, cell in enumerate(cells_of(path))
        if cell.metadata.get("nbgrader", {}).get(key) == value
    ]


def names_in(path: Path) -> dict[str, Any]:
    """What the notebook imports and defines outside its exercises."""
    names: dict[str, Any] = {}
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    for cell in cells_of(path):
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata:
            kept = [node for node in ast.parse(cell.source).body if isinstance(node, kinds)]
            exec(compile(ast.Module(kept, []), path.name, "exec"), names)
    return names


def value_of(source: str, names: dict[str, Any]) -> Any:
    """Run a cell, and give back what it would show."""
    *body, last = ast.parse(source).body
    assert isinstance(last, ast.Expr), f"the cell shows nothing: {source}"
    exec(compile(ast.Module(body, []), "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)


@pytest.fixture
def feedback(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, bool], Feedback]:
    def of(id: str, student: str, released: bool) -> Feedback:
        monkeypatch.setenv("PORTLAB_STUDENT", student)
        ((path, _, solution),) = cells_with("grade_id", solution_id(id))
        ((_, _, check),) = cells_with("grade_id", check_id(id))
        names = names_in(path)
        value_of(without_solution(solution.source) if released else solution.source, names)
        shown = value_of(check.source, names)
        assert isinstance(shown, Feedback)
        return shown

    return of


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("student", STUDENTS)
def test_the_solution_is_right_for_everybody(feedback: Any, id: str, student: str) -> None:
    assert feedback(id, student, False).is_right


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("student", STUDENTS[:2])
def test_the_starter_fails_kindly(feedback: Any, id: str, student: str) -> None:
    """It raises nothing, judges nothing, and says of each part what is still open."""
    shown = feedback(id, student, True)
    assert [one.mark for one in shown.judgements] == ["open"] * len(shown.judgements)
    assert not shown.remarks
    assert "not begun yet" in str(shown)
    assert f'hint("{id}")' in str(shown)


@pytest.mark.parametrize("id", IDS)
def test_an_exercise_stands_in_its_lesson_once_as_task_solution_and_check(id: str) -> None:
    ((path, number, solution),) = cells_with("grade_id", solution_id(id))
    ((same, next_number, check),) = cells_with("grade_id", check_id(id))
    assert path.name.startswith(id.partition(".")[0])
    assert (same, next_number) == (path, number + 1)
    task = cells_of(path)[number - 1]
    assert task.cell_type == "markdown"
    assert id in task.source.splitlines()[0]
    assert dict(solution.metadata.nbgrader) == {**SOLVED, "grade_id": solution_id(id)}
    fields = [field.name for field in find(id).task("").fields]
    points = {"grade_id": check_id(id), "points": len(fields)}
    assert dict(check.metadata.nbgrader) == {**CHECKED, **points}
    shown = "".join(output.data["text/plain"] for output in check.outputs)
    assert f"{id} {find(id).title}: all right." in shown
    # What is asked for is named in the task, and each name is handed to the check.
    (call,) = [node for node in ast.walk(ast.parse(check.source)) if isinstance(node, ast.Call)]
    assert [argument.arg for argument in call.keywords] == fields
    assert ast.literal_eval(call.args[0]) == id
    handed = {ast.unparse(argument.value) for argument in call.keywords}
    assert handed <= names_bound(without_solution(solution.source))


def names_bound(source: str) -> set[str]:
    """The names that a learner's cell gives a value, whatever they do."""
    nodes = list(ast.walk(ast.parse(source)))
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    return defined | {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def test_every_cell_of_an_exercise_belongs_to_one_that_is_defined() -> None:
    known = {make(id) for id in IDS for make in (solution_id, check_id)}
    found = [
        cell.metadata.nbgrader.grade_id
        for path in NOTEBOOKS
        for cell in cells_of(path)
        if "nbgrader" in cell.metadata
    ]
    assert sorted(found) == sorted(known)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", grade_id) for grade_id in found)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_solutions_stand_nowhere_but_in_solution_cells(path: Path) -> None:
    """nbgrader refuses a region elsewhere, and a solution cell without one loses its starter."""
    for cell in cells_of(path):
        is_solution = cell.metadata.get("nbgrader", {}).get("solution", False)
        assert (BEGIN in cell.source) == is_solution


def test_a_learners_copy_has_starters_and_no_solutions(tmp_path: Path) -> None:
    lay_out(ROOT / "notebooks", tmp_path)
    seen = 0
    for path in NOTEBOOKS:
        source = json.loads(path.read_text(encoding="utf-8"))
        copy = json.loads((tmp_path / path.relative_to(ROOT / "notebooks")).read_text("utf-8"))
        for solved, released in zip(source["cells"], copy["cells"], strict=True):
            assert solved["metadata"] == released["metadata"]
            assert not released.get("outputs")
            if solved["metadata"].get("nbgrader", {}).get("solution"):
                seen += 1
                text = "".join(released["source"])
                assert STARTER in text
                before = "".join(solved["source"])
                # A solution may be a line that stands in the starter as well, but not once more.
                for region in regions(before):
                    assert text.count(region) == before.count(region) - 1
            else:
                assert solved["source"] == released["source"]
    assert seen == len(IDS)


def regions(source: str) -> list[str]:
    """The solutions in a cell, without their marks."""
    found = re.findall(r"### BEGIN SOLUTION\n(.*?)\n *### END SOLUTION", source, re.S)
    assert found
    return found
