"""What was left is found again, as it was: tries, exams and their time, and what is asked anew."""

from pathlib import Path

import pytest

from portlab import exam, practice, predict, questions, review
from portlab.errors import QuizError
from portlab.quiz import bank, prediction, sittings
from portlab.quiz.diary import Diary
from portlab.quiz.generated import GENERATORS, generate
from portlab.quiz.mastery import mastery
from portlab.quiz.prediction import compare
from portlab.quiz.progress import Answer, Progress
from portlab.quiz.question import OneChoice
from portlab.quiz.session import Session
from portlab.system import now
from tests.quiz.answers import right_text, wrong_text

DAY = 86_400
MONTH = 30 * DAY


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path))
    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    another_kernel()


def another_kernel() -> None:
    """The notebook is closed and opened again: what Python held is gone."""
    sittings._open.clear()
    prediction._asked.clear()


class Clock:
    """Seconds, as a test sets them."""

    def __init__(self) -> None:
        self.now = now()

    def __call__(self) -> int:
        return self.now


def some(count: int) -> list[OneChoice]:
    return [one for one in bank.lesson("05") if isinstance(one, OneChoice)][:count]


def sat(clock: Clock, count: int = 3, seconds: int | None = 60) -> Session:
    """An exam of this user, opened now."""
    diary = Diary("an exam", clock=clock)
    return Session(
        "Exam", some(count), "exam()", "", exam=True, seconds=seconds, diary=diary, clock=clock
    )


# ---- tries --------------------------------------------------------------------------------------


def test_a_first_wrong_try_is_remembered_and_the_second_counts_as_the_second() -> None:
    asked = questions("05", count=3)
    asked.answer(1, wrong_text(asked.questions[0]))
    another_kernel()
    again = questions("05", count=3)
    assert again.verdicts[0] is None
    assert again.state()["hint"]["said"] == asked.state()["hint"]["said"]
    assert again.answer(1, right_text(again.questions[0])).final
    assert [one.outcome for one in Progress().answers()] == ["not yet", "second try"]


def test_a_sitting_that_is_over_is_over_though_the_draw_has_changed() -> None:
    """With another edition of the bank the same call may ask other questions."""
    for asked in (some(2), some(3)):
        session = Session("Practice", asked, "practice()", "", diary=Diary("practice()"))
        assert session.verdicts == [None] * len(asked)
        for number, question in enumerate(asked, 1):
            session.answer(number, right_text(question))
        assert session.over


# ---- exams --------------------------------------------------------------------------------------


def test_an_exam_goes_on_in_another_kernel_and_its_time_has_run_on() -> None:
    clock = Clock()
    first = sat(clock)
    assert first.left == 60
    first.answer(1, right_text(first.questions[0]))
    clock.now += 25
    again = sat(clock)
    assert again.left == 35
    assert again.verdicts[0] is not None
    assert again.state()["place"] == 1
    assert again.state()["verdict"] is None  # not a word before the end


def test_an_exam_whose_time_ran_out_meanwhile_is_shown_once_and_then_begins_afresh() -> None:
    clock = Clock()
    first = sat(clock)
    assert first.left == 60
    first.answer(1, right_text(first.questions[0]))
    clock.now += 61
    again = sat(clock)
    assert again.over
    assert again.state()["tally"] == "1 of 3 right"
    with pytest.raises(QuizError, match="time is up"):
        again.answer(2, right_text(again.questions[1]))
    fresh = sat(clock)
    assert not fresh.over
    assert fresh.left == 60
    assert fresh.verdicts == [None] * 3


def test_a_clock_that_is_set_back_gives_no_more_time_than_there_was() -> None:
    clock = Clock()
    asked = sat(clock)
    assert asked.left == 60
    clock.now -= 1000
    assert asked.left == 60


def test_an_exam_with_questions_left_open_is_over_behind_the_last_one() -> None:
    clock = Clock()
    asked = sat(clock, seconds=None)
    asked.answer(2, right_text(asked.questions[1]))
    asked.hear({"do": "leave"})  # the first; the second is answered and passed over
    assert asked.state()["place"] == 2
    assert not asked.over
    asked.hear({"do": "leave"})
    assert asked.over
    assert asked.state()["tally"] == "1 of 3 right"
    with pytest.raises(QuizError, match="exam is over"):
        asked.answer(1, right_text(asked.questions[0]))
    assert "answers question" not in str(asked)
    assert sat(clock, seconds=None).verdicts == [None] * 3


def test_running_the_cell_of_an_exam_that_is_over_begins_another() -> None:
    asked = exam("05", count=2)
    for _ in range(2):
        asked.hear({"do": "leave"})
    assert exam("05", count=2) is not asked
    assert not exam("05", count=2).over


# ---- review, weakness, generators ---------------------------------------------------------------


def test_what_is_due_again_is_asked_again_though_it_was_in_an_earlier_review(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setattr(sittings, "now", clock)
    one, two, three = (question.id for question in some(3))
    Progress().add(*(Answer(clock.now - MONTH, id, "wrong") for id in (one, two)))
    first = review()
    assert [question.id for question in first.questions] == [one, two]
    for number, question in enumerate(first.questions, 1):
        first.answer(number, right_text(question))
    Progress().add(Answer(clock.now, three, "wrong"))
    clock.now += 12 * MONTH
    another_kernel()
    second = review()
    assert {question.id for question in second.questions} == {one, two, three}
    assert second.verdicts == [None, None, None]


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generated_question_that_was_right_is_due_no_more(name: str) -> None:
    asked = generate(name, 3)
    Progress().add(Answer(now() - MONTH, asked.id, "wrong"))
    session = review()
    assert [question.id for question in session.questions] == [asked.id]
    session.answer(1, right_text(session.questions[0]))
    assert {one.question for one in Progress().answers() if one.question} == {asked.id}
    with pytest.raises(QuizError, match="Nothing is due"):
        review()
    assert mastery().due == 0


def test_what_is_weak_is_asked_though_it_was_asked_before() -> None:
    one, two = (question.id for question in some(2))
    Progress().add(Answer(5, one, "wrong"), Answer(6, two, "wrong"))
    first = practice("weak")
    for number, question in enumerate(first.questions, 1):
        for _ in range(2):
            first.answer(number, wrong_text(question))
    another_kernel()
    assert practice("weak").verdicts == [None, None]


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_asks_nothing_twice_and_can_be_practised_again(name: str) -> None:
    session = practice(name, count=4)
    ids = [question.id for question in session.questions]
    assert len(set(ids)) == len(ids) >= 2
    for number, question in enumerate(session.questions, 1):
        session.answer(number, right_text(question))
    assert session.over
    another_kernel()
    assert practice(name, count=4).verdicts == [None] * len(ids)


def test_a_generator_gives_as_many_as_are_wanted() -> None:
    assert len(practice("next-ack", count=45).questions) == 45


# ---- predictions, static outputs, what cannot be meant ------------------------------------------


@pytest.mark.parametrize("answer", ["a", "b"])
def test_a_prediction_compared_in_the_same_second_is_done(answer: str) -> None:
    predict("05.who", "Who notices?", ["the client", "the server"], answer=answer)
    compare("05.who", "the client")
    another_kernel()
    again = predict("05.who", "Who notices?", ["the client", "the server"])
    assert again.locked is None
    assert again.before


def test_while_outputs_are_made_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    Progress().add(Answer(5, some(1)[0].id, "wrong"))
    before = Progress().answers()
    monkeypatch.setenv("PORTLAB_STATIC", "1")
    for session in (practice("05"), exam("05", minutes=5), questions("05"), review()):
        session.answer(1, right_text(session.questions[0]))
    assert Progress().answers() == before


def test_a_lesson_may_be_named_by_its_number() -> None:
    assert practice(5) is practice("05")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"topic": 5.5}, "is no topic"),
        ({"seed": "x"}, "seed='x' is no whole number"),
        ({"count": 0}, "count=0 asks nothing"),
        ({"count": "3"}, "count='3' asks nothing"),
    ],
)
def test_what_cannot_be_meant_is_told(given: dict[str, object], said: str) -> None:
    for ask in (practice, exam):
        with pytest.raises(QuizError, match=said):
            ask(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("minutes", [0, -1, "20", float("inf"), float("nan")])
def test_minutes_that_are_none_are_told(minutes: object) -> None:
    with pytest.raises(QuizError, match="is no time"):
        exam("05", minutes=minutes)  # type: ignore[arg-type]
