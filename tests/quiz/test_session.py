"""A session asks one question after another, tells no key early, and counts first answers."""

import json
from contextlib import suppress

import pytest

from portlab import questions
from portlab.errors import PortlabError
from portlab.quiz import bank, closing
from portlab.quiz.question import ManyChoices, Number, OneChoice, Question, ShortText
from portlab.quiz.session import Session, choices
from tests.quiz.answers import right, wrong
from tests.quiz.committed import QUESTIONS


@pytest.fixture(autouse=True)
def nothing_open_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no slip in one question keeps the others from being asked: see `committed`."""
    monkeypatch.setattr(closing, "_open", {})
    monkeypatch.setattr(bank, "load", lambda files: bank.read(files)[0])


def asked(lesson: str = "05") -> Session:
    return questions(lesson, count=None)


def test_before_an_answer_the_page_knows_nothing_of_the_key() -> None:
    session = asked()
    for question in session.questions:
        state = session.state()
        assert set(state) == {"title", "place", "count", "kind", "prompt", "choices",
                              "verdict"}  # fmt: skip
        assert state["verdict"] is None
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
        session.hear({"do": "answer", "answer": wrong(question)})
        verdict = session.state()["verdict"]
        assert verdict["right"] is False
        assert verdict["reference"] == question.reference
        session.hear({"do": "next"})
    state = session.state()
    assert state["tally"].startswith("0 of")
    assert [prompt for prompt, key in state["missed"]] == [q.prompt for q in session.questions]


def test_each_choice_is_answered_with_its_own_why() -> None:
    session = asked()
    question = session.questions[session.state()["place"]]
    while not isinstance(question, OneChoice):
        session.hear({"do": "answer", "answer": right(question)})
        session.hear({"do": "next"})
        question = session.questions[session.state()["place"]]
    session.hear({"do": "answer", "answer": wrong(question)})
    said = session.state()["verdict"]["choices"]
    assert said == [[choice.right, choice.why] for choice in question.choices]
    assert all(right or why for right, why in said)


def test_the_first_answer_counts() -> None:
    session = asked()
    first = session.questions[0]
    session.hear({"do": "answer", "answer": wrong(first)})
    session.hear({"do": "answer", "answer": right(first)})
    assert session.state()["verdict"]["right"] is False
    with pytest.raises(PortlabError, match="first answer counts"):
        session.answer(1, right(first))


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


def test_a_cell_run_again_goes_on_and_begins_afresh_when_all_is_answered() -> None:
    session = questions("05", count=2)
    session.answer(1, right_text(session.questions[0]))
    assert questions("05", count=2) is session
    session.answer(2, right_text(session.questions[1]))
    assert questions("05", count=2) is not session
    assert questions("05", count=2).verdicts == [None, None]


def right_text(question: Question) -> object:
    if isinstance(question, Number | ShortText):
        return question.key
    return next(choice.text for choice in choices(question) if choice.right)


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
