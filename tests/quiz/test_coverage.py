"""What the course must cover, it covers: each row is run by a lesson and asked by two questions.

What has no lesson yet is asked already, and says what it waits for.
"""

from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
from ruamel.yaml import YAML

from portlab import material, tools
from portlab.claims import CLAIMS
from portlab.course.exercises import finding
from tests.quiz.committed import QUESTIONS
from tests.quiz.rows import FURTHER, ROWS

COVERAGE: list[dict[str, Any]] = YAML(typ="safe").load(material.data() / "coverage.yaml")
WRITTEN = [name.partition("-")[0] for name in material.lessons()]
"""The lessons that are there."""
EACH = pytest.mark.parametrize("row", COVERAGE, ids=lambda row: row["id"])
FIELDS = {
    "id", "what", "lesson", "cells", "waits_for", "questions", "exercises", "claims", "further"
}  # fmt: skip
RUN = pytest.mark.parametrize(
    "row", [row for row in COVERAGE if "cells" in row], ids=lambda r: r["id"]
)


def test_every_row_of_the_contents_is_there_once() -> None:
    assert [(row["lesson"], row["id"]) for row in COVERAGE] == [
        (lesson, row) for lesson, rows in ROWS.items() for row in rows
    ]
    assert tuple(row["id"] for row in COVERAGE if row.get("further") == "yes") == FURTHER


@EACH
def test_it_has_no_field_that_nobody_reads(row: dict[str, Any]) -> None:
    assert set(row) <= FIELDS
    assert {"id", "what", "lesson", "questions"} <= set(row)
    assert ("cells" in row) != ("waits_for" in row)


@pytest.mark.parametrize(
    "row", [row for row in COVERAGE if "cells" not in row], ids=lambda r: r["id"]
)
def test_what_it_waits_for_is_not_there_yet(row: dict[str, Any]) -> None:
    if row["waits_for"] == "the packet-loss test":
        assert not hasattr(tools, "packet_loss")
    else:
        assert row["waits_for"] == "the lesson"
        assert row["lesson"] not in WRITTEN


@EACH
def test_its_questions_are_those_of_the_bank(row: dict[str, Any]) -> None:
    asking = [q for q in QUESTIONS if q.lesson == row["lesson"] and row["id"] in q.covers]
    assert row["questions"] == [question.id for question in asking]
    assert len(asking) >= 2
    if row["id"] not in FURTHER:
        assert sum(not question.further for question in asking) >= 2


@RUN
def test_its_cells_are_in_the_lesson_and_run(row: dict[str, Any]) -> None:
    cells = _cells(row["lesson"])
    under = {name: _under(cells, name) for name in row["cells"]}
    assert [name for name, found in under.items() if not found] == []
    code = [cell for found in under.values() for cell in found if cell.cell_type == "code"]
    assert code, "no cell of these runs anything"


@RUN
def test_its_exercises_and_claims_are_there_and_in_the_lesson(row: dict[str, Any]) -> None:
    code = "\n".join(c.source for c in _cells(row["lesson"]) if c.cell_type == "code")
    using = [one.id for one in finding.exercises_of(row["lesson"]) if row["id"] in one.covers]
    assert list(row.get("exercises", ())) == using
    for number in using:
        assert f'exercise("{number}")' in code
    for number in row.get("claims", ()):
        assert number in CLAIMS
        assert f"claim({number})" in code


@pytest.mark.parametrize("lesson", WRITTEN)
def test_each_lesson_closes_with_its_questions(lesson: str) -> None:
    code = [cell.source for cell in _cells(lesson) if cell.cell_type == "code"]
    assert f'questions("{lesson}")' in code[-1]


def _cells(lesson: str) -> list[Any]:
    (name,) = (name for name in material.lessons() if name.startswith(f"{lesson}-"))
    return list(nbformat.read(material.notebooks() / name, 4).cells)


def _under(cells: list[Any], name: str) -> list[Any]:
    """The cell of this id, or those from the heading of this name to the next one."""
    by_id = [cell for cell in cells if cell.id == name]
    return by_id or list(_section(cells, name))


def _section(cells: list[Any], heading: str) -> Iterator[Any]:
    inside = False
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            inside = cell.source.splitlines()[0].lstrip("# ") == heading
        if inside:
            yield cell
