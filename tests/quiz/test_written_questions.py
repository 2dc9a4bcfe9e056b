"""The bank itself: every question sound, and no way to guess right without knowing."""

from collections import Counter

import pytest

from portlab.quiz import bank
from portlab.quiz.asking import in_lines
from portlab.quiz.grading import as_number, grade, plain
from portlab.quiz.lint import lint
from portlab.quiz.question import Fill, Match, Number, Order, Question, ShortText
from portlab.services import Service, catalogue
from tests.quiz.by_heart import asks_number, asks_service
from tests.quiz.committed import QUESTIONS, SLIPS
from tests.quiz.rows import ABOUT_EVERY_ROW, ROWS

EACH = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
BY_HEART = pytest.mark.parametrize(
    "service", [one for one in catalogue() if one.level == "by heart"], ids=lambda one: one.name
)


def test_every_row_of_a_lesson_has_two_questions_and_every_row_exists() -> None:
    asked = Counter(row for question in QUESTIONS for row in question.covers)
    there = {row for rows in ROWS.values() for row in rows}
    assert set(asked) == there
    assert {row for row in there if asked[row] < 2} == set()


def test_a_question_stands_in_a_lesson_that_has_its_rows() -> None:
    for question in QUESTIONS:
        there = question.lesson in ABOUT_EVERY_ROW or set(question.covers) <= set(
            ROWS[question.lesson]
        )
        assert there, question.id


def test_what_is_shown_in_lines_fits_a_terminal_of_80() -> None:
    shown = [question for question in QUESTIONS if isinstance(question, Fill)]
    lines = [line for question in shown for line in in_lines(question)[: _height(question)]]
    assert len(lines) > len(shown) > 10
    assert [line for line in lines if len(line) > 80] == []


def _height(question: Fill) -> int:
    return len(question.shown.splitlines())


@BY_HEART
def test_a_service_by_heart_is_asked_both_ways(service: Service) -> None:
    assert [q.id for q in QUESTIONS if asks_number(q, service)], "nobody asks for its number"
    assert [q.id for q in QUESTIONS if asks_service(q, service)], "nobody asks what it is"


@EACH
def test_its_answer_is_right_and_its_foreseen_mistakes_are_wrong(question: Question) -> None:
    if isinstance(question, Number | ShortText):
        assert grade(question, question.key).right
        for mistake in question.mistakes:
            verdict = grade(question, mistake.answer)
            assert not verdict.right
            assert verdict.note == mistake.why
        spelled = [as_number(m.answer) if isinstance(question, Number) else plain(m.answer)
                   for m in question.mistakes]  # fmt: skip
        assert len(set(spelled)) == len(spelled)
    elif isinstance(question, Fill):
        assert grade(question, [blank.key for blank in question.blanks]).right
        for blank in question.blanks:
            for mistake in blank.mistakes:
                parts = grade(question, {blank.name: mistake.answer}).parts
                assert [part.note for part in parts if part.name == blank.name] == [mistake.why]
    elif isinstance(question, Match):
        assert grade(question, [pair.right for pair in question.pairs]).right
    elif isinstance(question, Order):
        assert grade(question, list(question.items)).right


def test_the_lint_finds_nothing() -> None:
    """Slips are told at the end; what is found else stands here, each with its remedy."""
    report = lint()
    assert [str(one) for one in report.findings if one.check != "slip"] == []
    assert report.bias.four >= 30


def test_every_difficulty_is_there_for_every_lesson_that_closes() -> None:
    for lesson in ROWS:
        found = {question.difficulty for question in QUESTIONS if question.lesson == lesson}
        assert found == {1, 2, 3}, lesson


def test_no_question_has_a_slip() -> None:
    """The last of these tests, so that what it says stands at the end."""
    if SLIPS:
        pytest.fail(str(bank.BankError(SLIPS)), pytrace=False)
