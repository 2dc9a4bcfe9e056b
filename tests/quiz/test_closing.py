"""The questions that close a lesson: drawn by a seed over its rows, known by its number."""

import pytest

from portlab import questions
from portlab.errors import PortlabError
from portlab.quiz import bank, closing

pytestmark = pytest.mark.usefixtures("nothing_open_yet")


def test_a_seed_draws_the_same_again_and_another_draws_others() -> None:
    drawn = {seed: closing.draw(bank.lesson("01"), 6, seed) for seed in range(20)}
    assert closing.draw(bank.lesson("01"), 6, 3) == drawn[3]
    assert len({tuple(q.id for q in some) for some in drawn.values()}) > 15
    for some in drawn.values():
        assert len(some) == 6
        rows = [row for question in some for row in question.covers]
        assert len(set(rows)) == len(rows), "two questions of one row, while others were not asked"


def test_every_core_question_is_drawn_by_some_seed() -> None:
    there = bank.lesson("01")
    drawn = {question.id for seed in range(60) for question in closing.draw(there, 6, seed)}
    assert drawn == {question.id for question in there if not question.further}


def test_what_goes_further_is_asked_only_with_all() -> None:
    further = {question.id for question in bank.lesson("05") if question.further}
    assert further
    assert not further & {question.id for question in questions("05", count=1000).questions}
    assert further <= {question.id for question in questions("05", count=None).questions}


@pytest.mark.parametrize("lesson", ["05", "5", 5])
def test_a_lesson_is_known_by_its_number(lesson: object) -> None:
    assert "lesson 05" in str(questions(lesson))  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [0, -1, "6", 2.5])
def test_to_ask_takes_at_least_one(count: object) -> None:
    with pytest.raises(PortlabError, match="asks nothing"):
        questions("05", count=count)  # type: ignore[arg-type]
