"""What is answered in a session is written down, and is there when it is opened another day."""

from dataclasses import replace
from pathlib import Path

import pytest

from portlab import questions
from portlab.quiz import sittings
from portlab.quiz.progress import Progress
from portlab.quiz.session import Session
from tests.quiz.answers import right, right_text, wrong, wrong_text

pytestmark = pytest.mark.usefixtures("nothing_open_yet")


def asked() -> Session:
    return questions("05", count=None)


def other_day() -> Session:
    """The same cell in a new kernel."""
    sittings._open.clear()
    return questions("05", count=3)


def test_what_was_answered_is_there_the_other_day_and_the_place_too() -> None:
    session = questions("05", count=3)
    first, second, third = session.questions
    session.hear({"do": "answer", "answer": right(first)})
    session.hear({"do": "next"})
    for _ in range(2):
        session.hear({"do": "answer", "answer": wrong(second)})
    again = other_day()
    assert again.questions == session.questions
    assert again.state()["place"] == 2
    assert [verdict and verdict.right for verdict in again.verdicts] == [True, False, None]
    assert [str(v) for v in again.verdicts[:2]] == [str(v) for v in session.verdicts[:2]]
    again.hear({"do": "answer", "answer": right(third)})
    assert other_day().verdicts == [None, None, None]
    outcomes = [answer.outcome for answer in Progress().answers()]
    assert outcomes == ["right", "not yet", "wrong", "right", "over"]


def test_an_answer_at_the_second_try_is_written_down_as_that() -> None:
    session = asked()
    session.answer(1, wrong_text(session.questions[0]))
    session.answer(1, right_text(session.questions[0]))
    outcomes = [answer.outcome for answer in Progress().answers()]
    assert outcomes == ["not yet", "second try"]


def test_a_question_that_has_changed_since_is_asked_again() -> None:
    session = asked()
    session.answer(1, right_text(session.questions[0]))
    (answer,) = Progress().answers()
    Progress().reset()
    Progress().add(replace(answer, given=("what nobody offers now", "twice")))
    sittings._open.clear()
    assert asked().verdicts[0] is None


def test_what_cannot_be_written_down_counts_nevertheless(tmp_path: Path) -> None:
    (tmp_path / "progress.json").write_text("{")
    session = asked()
    assert "is damaged" in session.state()["problem"]
    said = str(session.answer(1, right_text(session.questions[0])))
    assert said.startswith("Right.")
    assert "is damaged" in said
    assert (tmp_path / "progress.json").read_text() == "{"


def test_stored_outputs_show_nobodys_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    session = asked()
    session.answer(1, right_text(session.questions[0]))
    monkeypatch.setenv("PORTLAB_STATIC", "1")
    sittings._open.clear()
    fresh = asked()
    assert fresh.verdicts[0] is None
    fresh.answer(1, right_text(session.questions[0]))
    assert len(Progress().answers()) == 1


def test_a_cell_run_again_goes_on_and_begins_afresh_when_all_is_answered() -> None:
    session = questions("05", count=2)
    session.answer(1, right_text(session.questions[0]))
    assert questions("05", count=2) is session
    session.answer(2, right_text(session.questions[1]))
    assert questions("05", count=2) is not session
    assert questions("05", count=2).verdicts == [None, None]
