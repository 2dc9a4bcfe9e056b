"""The port-range quiz as a sitting: it grows, is kept, comes back in review, and shows the map."""

import json
from base64 import b64decode

import pytest

from portlab import port_range_quiz, review
from portlab.cli import main
from portlab.errors import QuizError
from portlab.quiz import sittings
from portlab.quiz.adaptive import Told, next_question
from portlab.quiz.generated import GENERATORS, generate
from portlab.quiz.progress import Answer, Progress
from portlab.quiz.question import OneChoice, Question
from portlab.quiz.range_skills import SKILLS, on_the_map
from portlab.quiz.session import Session
from tests.quiz.answers import right, wrong
from tests.quiz.thousands import right_words

DAY = 86_400


pytestmark = pytest.mark.usefixtures("at_home")


def ids(session: Session) -> list[str]:
    return [question.id for question in session.questions]


def answer(session: Session, *, well: bool) -> Question:
    """Answer the question that stands there now, as a page does, and go on."""
    question = session.questions[-1]
    for _ in range(1 if well else 2):
        session.hear({"do": "answer", "answer": right(question) if well else wrong(question)})
    session.hear({"do": "next"})
    return question


def test_each_answer_brings_the_next_question_by_the_rule() -> None:
    session = port_range_quiz(seed=4)
    history: list[Told] = []
    for well in (True, False, True, True, False, True):
        asked = next_question(SKILLS, history, 4)
        assert asked is not None
        assert session.questions[-1] == asked.question
        answer(session, well=well)
        history.append(Told(asked, "right" if well else "wrong"))
    assert len(session.questions) == 7
    assert not session.over


def test_a_second_try_counts_as_not_known() -> None:
    session = port_range_quiz()
    question = session.questions[0]
    session.hear({"do": "answer", "answer": wrong(question)})
    assert len(session.questions) == 1  # a hint, and no other question yet
    assert session.state()["hint"]
    session.hear({"do": "answer", "answer": right(question)})
    other = port_range_quiz(seed=1, count=19)
    answer(other, well=False)
    assert ids(session) == ids(other)


def test_it_ends_when_all_is_mastered_and_says_so() -> None:
    session = port_range_quiz()
    while not session.over:
        assert session.state()["counted"] == f"{len(session.questions)} of at most 20"
        answer(session, well=True)
    assert len(session.questions) < 15
    state = session.state()
    assert state["tally"] == f"{len(session.questions)} of {len(session.questions)} right"
    assert state["missed"] == []
    assert state["more"] == ("11 of 11 skills mastered. For others, run `port_range_quiz(seed=2)`.")


def test_it_ends_after_count_and_says_what_is_not_known_yet() -> None:
    session = port_range_quiz(count=2)
    for _ in range(2):
        answer(session, well=False)
    assert session.over
    assert len(session.questions) == 2
    assert "0 of 11 skills mastered. Not yet: the range of a number" in session.state()["more"]
    assert "0 of 2 right" in str(session)
    with pytest.raises(QuizError, match="asks nothing"):
        port_range_quiz(count=0)


def test_nothing_is_told_early() -> None:
    session = port_range_quiz(seed=3)
    while not session.over:
        question = session.questions[-1]
        state = session.state()
        assert state["verdict"] is state["map"] is None
        assert question.explanation not in json.dumps(state, ensure_ascii=False)
        answer(session, well=True)


# ---- kept, and asked again ----------------------------------------------------------------------


def test_another_day_it_goes_on_where_it_was_left() -> None:
    session = port_range_quiz(count=6)
    for well in (True, False, False, True):
        answer(session, well=well)
    sittings._open.clear()  # another kernel
    again = port_range_quiz(count=6)
    assert again is not session
    assert again.questions == session.questions
    assert again.verdicts == session.verdicts
    assert again.state()["place"] == 4
    for _ in range(2):
        answer(again, well=True)
    assert again.over
    sittings._open.clear()
    fresh = port_range_quiz(count=6)  # that sitting is over: this one begins
    assert len(fresh.questions) == 1
    assert fresh.verdicts == [None]
    answer(fresh, well=True)
    sittings._open.clear()
    assert len(port_range_quiz(count=6).questions) == 2


def test_a_question_that_has_changed_since_is_asked_again() -> None:
    session = port_range_quiz()
    Progress().add(Answer(1, session.questions[0].id, "right", "port_range_quiz()", ("gone",)))
    sittings._open.clear()
    assert port_range_quiz().verdicts == [None]


def test_a_cell_run_again_goes_on() -> None:
    session = port_range_quiz()
    answer(session, well=True)
    assert port_range_quiz() is session


def test_stored_outputs_show_nobodys_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(port_range_quiz(), well=True)
    sittings._open.clear()
    monkeypatch.setenv("PORTLAB_STATIC", "1")
    shown = str(port_range_quiz())
    assert shown.startswith("The port-range quiz: at most 20 questions\n\n1. ")
    assert "\n2. " not in shown
    assert 'port_range_quiz().answer(1, "a")' in shown


def test_every_question_comes_back_in_review(monkeypatch: pytest.MonkeyPatch) -> None:
    session = port_range_quiz()
    asked = [answer(session, well=number % 3 > 0) for number in range(12)]
    monkeypatch.setattr(sittings, "now", lambda: Progress().answers()[-1].time + 400 * DAY)
    waiting = review().questions
    assert len(waiting) == len(asked)
    for question in asked:
        assert [type(question), question.covers] in [[type(q), q.covers] for q in waiting]
    facts = {q.id for q in asked} & {q.id for q in waiting}
    assert len(facts) >= 5  # edges, addresses and rights come as they were; calls are made anew


# ---- the map ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", sorted({g.generator for skill in SKILLS for step in skill.steps for g in step})
)
def test_the_numbers_of_a_question_are_what_is_on_the_map(name: str) -> None:
    assert name in GENERATORS
    for seed in range(30):
        question = generate(name, seed)
        laid = on_the_map(question)
        assert laid
        for port in {port for ports in laid.values() for port in ports}:
            shown = question.prompt + " ".join(
                choice.text for choice in getattr(question, "choices", ())
            )
            if name == "edge-of-range":
                assert {port} == {question.key}  # type: ignore[attr-defined]
            else:
                assert f"{port}" in shown, (question.id, port)
    assert on_the_map(generate("next-ack", 1)) == {}


def test_whose_numbers_they_are_is_said_as_the_question_has_it() -> None:
    for seed in range(50):
        question = generate("whose-port", seed)
        ((client,), (service,)) = on_the_map(question).values()
        assert list(on_the_map(question)) == ["the client's", "the service's"]
        asked = question.prompt.rsplit("What is ", 1)[1].split()[0]
        wanted = client if str(right_words(question)).startswith("the client's") else service
        assert str(wanted) == asked


def test_after_an_answer_the_map_says_where_and_shows_it() -> None:
    session = port_range_quiz(seed=2)
    while "made-edge-of-range-" not in session.questions[-1].id:
        answer(session, well=True)
    number, question = len(session.questions), session.questions[-1]
    port = int(question.id.rsplit("-", 1)[1])
    said = session.answer(number, right_words(question))
    end = "first" if port in (0, 1024, 49152) else "last"
    text = str(said)
    assert f"asked for: {port}, one of the " in text
    assert f"the {end} of them" in " ".join(text.split())
    lines = text.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("   suu"))
    strip, arrow = (line[3:] for line in lines[at : at + 2])
    assert strip == "s" + "u" * 47 + "d" * 16
    assert arrow.index("^") == port // 1024
    data, sizes = said._repr_mimebundle_()
    assert data["text/plain"] == text
    assert b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert sizes["image/png"]["width"] > 300
    on_page = session.state()["map"] if session.state()["place"] == number - 1 else None
    assert on_page is not None
    assert on_page["laid"] == [["asked for", "circle", [port], ""]]
    assert on_page["said"][0].startswith(f"asked for: {port}, one of the")


def test_other_sessions_have_no_map() -> None:
    session = sittings.practice("range-of-port", count=1)
    said = session.answer(1, right_words(session.questions[0]))
    assert "On the map" not in str(said)
    assert said._repr_mimebundle_() == {"text/plain": str(said)}
    assert session.state()["map"] is None


# ---- in the terminal --------------------------------------------------------------------------


def test_in_the_terminal_it_grows_as_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = port_range_quiz(count=3, seed=7)
    typed = []
    for well in (True, False, True):
        question = answer(session, well=well)
        if well:
            typed.append(str(right_words(question)))
        else:
            given = wrong(question)
            words = question.choices[given[0]].text if isinstance(question, OneChoice) else given  # type: ignore[index]
            typed += [str(words)] * 2
    sittings._open.clear()
    monkeypatch.setattr("builtins.input", lambda prompt: typed.pop(0))
    assert main(["quiz", "ranges", "--count", "3", "--seed", "7"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "3 of at most 3" in said
    assert said.count("On the map") == 3
    assert "2 of 3 right" in said
    assert "of 11 skills mastered. Not yet:" in said
    assert typed == []
