"""A session asks one question after another, tells no key early, and counts first answers."""

import json
from contextlib import suppress

import pytest

from portlab import questions
from portlab.errors import PortlabError
from portlab.quiz.asking import choices
from portlab.quiz.question import ManyChoices, Number, OneChoice, Question, ShortText
from portlab.quiz.session import Session
from tests.quiz.answers import right, wrong
from tests.quiz.committed import QUESTIONS

pytestmark = pytest.mark.usefixtures("nothing_open_yet")


def asked(lesson: str = "05") -> Session:
    return questions(lesson, count=None)


def test_before_an_answer_the_page_knows_nothing_of_the_key() -> None:
    session = asked()
    for question in session.questions:
        state = session.state()
        assert {"verdict", "hint", "left", "problem"} <= set(state)
        assert state["verdict"] is state["hint"] is None
        told = json.dumps(state, ensure_ascii=False)
        assert question.explanation not in told
        if isinstance(question, Number | ShortText):
            assert json.dumps(str(question.key)) not in told
        session.hear({"do": "answer", "answer": right(question)})
        assert session.state()["verdict"]["right"] is True
        assert question.explanation in json.dumps(session.state(), ensure_ascii=False)
        session.hear({"do": "next"})
    assert session.state()["tally"] == f"{len(session.questions)} of {len(session.questions)} right"


def test_all_wrong_ends_with_each_question_and_its_key() -> None:
    session = asked()
    for question in session.questions:
        for _ in range(2):
            session.hear({"do": "answer", "answer": wrong(question)})
        verdict = session.state()["verdict"]
        assert verdict["right"] is False
        assert verdict["reference"] == question.reference
        session.hear({"do": "next"})
    state = session.state()
    assert state["tally"].startswith("0 of")
    assert [prompt for prompt, key, _ in state["missed"]] == [q.prompt for q in session.questions]


def test_each_choice_is_answered_with_its_own_why() -> None:
    session = asked()
    question = session.questions[session.state()["place"]]
    while not isinstance(question, OneChoice):
        session.hear({"do": "answer", "answer": right(question)})
        session.hear({"do": "next"})
        question = session.questions[session.state()["place"]]
    for _ in range(2):
        session.hear({"do": "answer", "answer": wrong(question)})
    said = session.state()["verdict"]["choices"]
    assert said == [[choice.right, choice.why] for choice in question.choices]
    assert all(right or why for right, why in said)


def test_the_second_answer_counts_and_no_third() -> None:
    session = asked()
    first = session.questions[0]
    session.hear({"do": "answer", "answer": wrong(first)})
    assert session.verdicts[0] is None
    session.hear({"do": "answer", "answer": right(first)})
    assert session.state()["verdict"]["right"] is True
    with pytest.raises(PortlabError, match="that answer counts"):
        session.answer(1, right(first))


def test_a_hint_helps_and_gives_no_key_away() -> None:
    session = asked()
    for question in session.questions:
        session.hear({"do": "answer", "answer": wrong(question)})
        state = session.state()
        assert state["verdict"] is None
        said = json.dumps(state["hint"], ensure_ascii=False)
        if isinstance(question, OneChoice):
            (choice,) = [question.choices[n] for n in wrong(question)]
            assert choice.why in state["hint"]["said"][0]
        elif isinstance(question, Number | ShortText):
            assert state["hint"]["said"] == [question.mistakes[0].why]
        assert question.explanation not in said
        for choice in choices(question):
            assert not choice.right or choice.text not in said
        session.hear({"do": "answer", "answer": right(question)})
        session.hear({"do": "next"})
    assert session.over


def test_there_is_no_next_before_an_answer() -> None:
    session = asked()
    session.hear({"do": "next"})
    assert session.state()["place"] == 0


def test_what_cannot_be_graded_is_told_and_asked_again() -> None:
    number = next(q for q in QUESTIONS if isinstance(q, Number))
    session = Session("Try", [number], "", "")
    with pytest.raises(PortlabError, match='"twenty" is no number'):
        session.hear({"do": "answer", "answer": "twenty"})
    assert session.state()["verdict"] is None
    session.hear({"do": "answer", "answer": right(number)})
    assert session.state()["verdict"]["right"] is True


@pytest.mark.parametrize(
    "message",
    [None, 5, {}, {"do": "answer"}, {"do": "answer", "answer": None},
     {"do": "answer", "answer": {}}, {"do": "answer", "answer": []},
     {"do": "answer", "answer": [99]},
     {"do": "answer", "answer": ["a"]}, {"do": "answer", "answer": [None]}, {"do": "dance"}],
)  # fmt: skip
@pytest.mark.parametrize("kind", [OneChoice, ManyChoices, Number, ShortText])
def test_a_page_that_sends_nonsense_gets_no_verdict(message: object, kind: type[Question]) -> None:
    one = next(q for q in QUESTIONS if isinstance(q, kind))
    session = Session("Try", [one], "", "")
    with suppress(PortlabError):
        session.hear(message)
    assert session.verdicts == [None]


def test_a_choice_is_known_by_its_place_and_not_taken_for_a_letter() -> None:
    many = next(q for q in QUESTIONS if isinstance(q, ManyChoices))
    session = Session("Try", [many], "", "")
    session.hear({"do": "answer", "answer": right(many)})
    assert session.over
    assert session.state()["verdict"]["picked"] == right(many)


def test_typed_answers_do_all_that_the_page_does() -> None:
    session = questions("05", count=2)
    for number, question in enumerate(session.questions, 1):
        answer = right(question)
        said = str(
            session.answer(number, "abcdefg"[answer[0]] if isinstance(answer, list) else answer)
        )
        assert said.startswith("Right.")
        assert "Reference: " in said
    assert said.endswith("2 of 2 right")
    assert "right" in str(session)


@pytest.mark.parametrize("number", [0, 3, -1, "1", None, 1.0])
def test_a_question_that_is_not_there(number: object) -> None:
    with pytest.raises(PortlabError, match="they are 1 to 2"):
        questions("05", count=2).answer(number, "a")  # type: ignore[arg-type]


def test_the_text_lists_every_question_without_a_key() -> None:
    session = asked("01")
    text = " ".join(str(session).split())
    assert 'questions("01", count=None).answer(1, "a")' in text
    for question in session.questions:
        assert " ".join(question.prompt.split()) in text
        assert " ".join(question.explanation.split()) not in text
        for choice in choices(question):
            assert choice.text in text
            assert not choice.why or choice.why not in text
