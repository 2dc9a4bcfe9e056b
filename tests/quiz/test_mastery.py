"""How well each topic and each range is known, by the last answer to each question."""

import pytest

from portlab.quiz import bank, mastery
from portlab.quiz.ports_named import ports_of
from portlab.quiz.progress import Answer


def test_mastery_counts_last_answers_and_what_was_never_asked() -> None:
    there = [q for q in bank.lesson("05") if q.covers[0][0] == "T"][:4]
    history = [Answer(1, there[0].id, "wrong"), Answer(2, there[0].id, "right"),
               Answer(3, there[1].id, "second try"), Answer(4, there[2].id, "wrong")]  # fmt: skip
    (known,) = mastery.by_topic(there, history)
    assert (known.name, known.questions, known.asked) == ("T", 4, 3)
    assert known.share == pytest.approx((1 + 0.5 + 0 + 0) / 4)
    chart = mastery.Mastery((known,), (), due=0)
    assert "38%, 3 of 4 asked" in str(chart)
    bars = chart.figure().axes[0].patches
    assert bars[1].get_width() / bars[0].get_width() == pytest.approx(known.share)  # type: ignore[attr-defined]


def test_mastery_of_a_range_counts_what_names_its_ports_and_what_was_generated() -> None:
    there = {question.id: question for question in bank.load(bank.files())}
    written = [there[id] for id in ("port-of-time", "first-dynamic-port", "port-number-bits")]
    history = [
        Answer(1, "port-of-time", "right"),
        Answer(2, "made-range-of-port-1023", "wrong"),
        Answer(3, "made-range-of-port-5060", "right"),
        Answer(4, "05.who", "as predicted"),
    ]
    system, user, dynamic = mastery.by_range(written, history)
    assert (system.questions, system.asked, system.share) == (2, 2, 0.5)
    assert (user.questions, user.asked, user.share) == (1, 1, 1)
    assert (dynamic.questions, dynamic.asked, dynamic.share) == (1, 0, 0)
    assert "user ports" in str(mastery.Mastery((), (system, user, dynamic), due=0))
    assert mastery.by_range([], [])[0].share == 0


@pytest.mark.parametrize(
    ("id", "ports"),
    [("port-of-time", {123}), ("port-number-bits", set()), ("partner-of-143", {143, 993}),
     ("which-one-to-ask-about", {52210, 60123}), ("dhcp-server-port", {67})],
)  # fmt: skip
def test_a_question_is_about_the_ports_that_it_names(id: str, ports: set[int]) -> None:
    (question,) = (one for one in bank.load(bank.files()) if one.id == id)
    assert ports_of(question) == ports
