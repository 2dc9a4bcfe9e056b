"""A session asks one question after another, tells no key early, and counts first answers."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from portlab import questions
from portlab.errors import PortlabError
from portlab.quiz import bank, closing, sittings
from portlab.quiz.asking import choices
from portlab.quiz.progress import Progress
from portlab.quiz.question import ManyChoices, Number, OneChoice, Question, ShortText
from portlab.quiz.session import Session
from tests.quiz.answers import right, wrong
from tests.quiz.committed import QUESTIONS


@pytest.fixture(autouse=True)
def nothing_open_yet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nor written down; and no slip in one question keeps the others from being asked."""
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path))
    monkeypatch.setattr(sittings, "_open", {})
    monkeypatch.setattr(bank, "load", lambda files: bank.read(files)[0])


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


# ---- written down ----------------------------------------------------------------------------


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


# ---- exams ------------------------------------------------------------------------------------


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


def wrong_text(question: Question) -> object:
    if isinstance(question, Number | ShortText):
        return question.mistakes[0].answer
    return next(choice.text for choice in choices(question) if not choice.right)


def right_text(question: Question) -> object:
    if isinstance(question, Number | ShortText):
        return question.key
    texts = [choice.text for choice in choices(question) if choice.right]
    return texts if isinstance(question, ManyChoices) else texts[0]


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
