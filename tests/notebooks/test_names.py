"""A cell run again shows what it showed: held in every lesson, and seen to fail."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tests.notebooks.lessons import NOTEBOOKS, name_of
from tests.notebooks.names import names, taken_away


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_no_cell_takes_a_name_away_from_one_above(path: Path) -> None:
    assert list(taken_away(nbformat.read(path, as_version=4).cells)) == []


def cell(id: str, source: str, **nbgrader: Any) -> Any:
    metadata = {"nbgrader": nbgrader} if nbgrader else {}
    return new_code_cell(source, id=id, metadata=nbformat.from_dict(metadata))


IMPORTS = cell("imports", "from portlab import compare, predict, run")
EXPERIMENT = cell("experiment", "def hello(lab):\n    lab.hosts('a', 'b')")
ASK = cell("ask", "choices = [1, 2]\npredict('x', 'How many?', choices)")
RUN = cell("run", "trace = run(hello)")
COMPARE = cell("compare", "compare('x', len(trace))")
ABOVE = [IMPORTS, EXPERIMENT, ASK, RUN, COMPARE]

KEPT = {
    "imports again": cell("again", "from portlab import run"),
    "a name of its own, in two cells": cell("two", "choices = [3]\nprint(choices)"),
    "a name inside a function": cell(
        "inside", "def other(trace):\n    hello = trace\n    return hello"
    ),
    "an exercise with names of its own": cell("own", "given, syns = 1, 2", solution=True),
}

TAKEN = {
    "late makes trace anew, which compare takes": cell("late", "trace = run(hello, seed=2)"),
    "loop makes trace anew, which compare takes": cell("loop", "for trace in (1, 2):\n    pass"),
    "same makes hello anew, which run takes": cell("same", "def hello(lab):\n    pass"),
    "itself makes trace anew": cell("itself", "trace = trace[1:]"),
    "answer answers an exercise and makes trace": cell("answer", "trace = 1", solution=True),
    "solved answers an exercise and makes choices": cell("solved", "choices = 1", solution=True),
}


@pytest.mark.parametrize("last", KEPT.values(), ids=KEPT)
def test_what_harms_nobody_is_let_be(last: Any) -> None:
    assert list(taken_away([*ABOVE, last])) == []


@pytest.mark.parametrize(("breach", "last"), TAKEN.items(), ids=TAKEN)
def test_a_name_taken_away_is_told(breach: str, last: Any) -> None:
    found = list(taken_away([*ABOVE, last]))
    assert len(found) == 1
    assert breach in found[0]


def test_choices_made_in_one_cell_for_several_are_told() -> None:
    other = cell("other", "predict('y', 'How long?', choices)")
    later = cell("later", "choices = ['short', 'long']\npredict('z', 'How long?', choices)")
    (found,) = taken_away([*ABOVE, other, later])
    assert found == "later makes choices anew, which other takes from above"


def test_what_a_cell_makes_and_takes() -> None:
    made, takes = names(
        "from portlab import Lab\n"
        "for number in numbers:\n    seen = number\n"
        "with Lab() as lab:\n    lab.host(name)\n"
        "total = total + 1\n"
        "[item for item in seen]"
    )
    assert made == {"number", "seen", "lab", "total"}
    assert takes == {"numbers", "name", "total"}
