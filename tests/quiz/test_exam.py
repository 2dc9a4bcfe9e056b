"""An exam says nothing before its end, and ends when its time is up."""

import json

import pytest

from portlab.errors import PortlabError
from portlab.quiz import bank
from portlab.quiz.session import Session
from tests.quiz.answers import right, right_text, wrong

pytestmark = pytest.mark.usefixtures("nothing_open_yet")


class Watch:
    def __init__(self) -> None:
        self.time = 1_767_225_600

    def __call__(self) -> int:
        return self.time


def exam(watch: Watch, seconds: int | None = 600) -> Session:
    there = bank.lesson("05")[:4]
    return Session("Exam", there, "exam()", "", tries=2, exam=True, seconds=seconds, clock=watch)


def test_an_exam_says_nothing_before_its_end() -> None:
    session = exam(Watch())
    for question, answer in zip(session.questions, (right, wrong, right, wrong), strict=True):
        state = session.state()
        assert state["verdict"] is state["hint"] is None
        assert question.prompt == state["prompt"]
        session.hear({"do": "answer", "answer": answer(question)})
        told = json.dumps(session.state(), ensure_ascii=False)
        assert session.over or question.explanation not in told
    state = session.state()
    assert state["tally"] == "2 of 4 right"
    missed = [session.questions[1], session.questions[3]]
    assert [(m[0], m[2]) for m in state["missed"]] == [(q.prompt, q.explanation) for q in missed]


def test_what_is_left_open_in_an_exam_is_missed() -> None:
    session = exam(Watch())
    for _ in session.questions:
        session.hear({"do": "leave"})
    assert session.state()["tally"] == "0 of 4 right"
    assert len(session.state()["missed"]) == 4


def test_an_exam_ends_when_its_time_is_up() -> None:
    watch = Watch()
    session = exam(watch, 600)
    assert session.state()["left"] == 600
    watch.time += 599
    session.hear({"do": "answer", "answer": right(session.questions[0])})
    assert session.state()["left"] == 1
    watch.time += 1
    assert session.over
    assert session.state()["tally"] == "1 of 4 right"
    with pytest.raises(PortlabError, match="The time is up"):
        session.answer(2, right_text(session.questions[1]))


def test_typed_answers_of_an_exam_are_taken_in_silence() -> None:
    session = exam(Watch(), None)
    said = [str(session.answer(n, right_text(q))) for n, q in enumerate(session.questions, 1)]
    assert said[:3] == ["Taken."] * 3
    assert said[3].endswith("4 of 4 right")
    assert "(right)" in str(session)
