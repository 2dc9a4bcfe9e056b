"""Every kind of answer graded, with something to say to each of its parts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from portlab.errors import PortlabError, QuizError
from portlab.quiz.grading import grade
from portlab.quiz.question import Choice, ManyChoices, Mistake, Number, OneChoice, ShortText

COMMON = {
    "id": "a-question", "lesson": "05", "covers": ("T1",), "difficulty": 1, "prompt": "What?",
    "explanation": "Because.", "reference": "RFC 9293 section 3.5",
}  # fmt: skip

ONE = OneChoice(
    choices=(Choice("SYN", False, "Too few."), Choice("SYN-ACK", True)),
    **COMMON,  # type: ignore[arg-type]
)
MANY = ManyChoices(
    choices=(Choice("SYN", True), Choice("ACK", False, "No number."), Choice("FIN", True)),
    **COMMON,  # type: ignore[arg-type]
)
NUMBER = Number(
    key=Decimal(65535),
    mistakes=(Mistake("65536", "One too many."),),
    **COMMON,  # type: ignore[arg-type]
)
TEXT = ShortText(
    key="SYN-SENT", accept=("SYN_SENT",), mistakes=(Mistake("LISTEN", "Other side."),),
    **COMMON,  # type: ignore[arg-type]
)  # fmt: skip


@pytest.mark.parametrize("answer", ["b", "B", "SYN-ACK"])
def test_one_choice_by_letter_or_words(answer: str) -> None:
    verdict = grade(ONE, answer)
    assert verdict.right
    assert verdict.picked == (1,)


def test_a_wrong_choice_is_answered_with_its_why_the_key_and_the_reference() -> None:
    said = str(grade(ONE, "a"))
    assert said.startswith("Not right.\nYou answered: SYN\nRight is: SYN-ACK")
    for part in ("Too few.", "Because.", "Reference: RFC 9293 section 3.5"):
        assert part in said


@pytest.mark.parametrize(
    "answer", ["RST, ACK", "rst,ack", '"RST ,  ACK"', "`RST,ACK`.", "ack of a reset"]
)
def test_case_quotes_and_spaces_do_not_matter_in_a_short_text(answer: str) -> None:
    question = replace(TEXT, key="ACK of a reset", accept=("RST, ACK",))
    assert grade(question, answer).right
    assert not grade(question, answer.replace("k", "").replace("K", "")).right


@pytest.mark.parametrize("answer", [["a", "c"], "a c", "c, a", ["FIN", "SYN"], {"a", "c"}])
def test_many_choices_in_any_order_and_spelling(answer: object) -> None:
    assert grade(MANY, answer).right


@pytest.mark.parametrize("answer", ["a", ["a"], "a b c", ["b"]])
def test_many_choices_wants_all_of_them_and_no_other(answer: object) -> None:
    verdict = grade(MANY, answer)
    assert not verdict.right
    assert verdict.key == "SYN; FIN"


@pytest.mark.parametrize(
    "answer", [65535, "65535", " 65,535 ", "65535.0", "+65535.", Decimal(65535), 65535.0]
)
def test_a_number_in_any_spelling(answer: object) -> None:
    assert grade(NUMBER, answer).right


@pytest.mark.parametrize("answer", ["65.535", " 1.024 "])
def test_a_point_that_may_part_thousands_is_asked_about(answer: str) -> None:
    with pytest.raises(QuizError, match="Write it without the point"):
        grade(NUMBER, answer)


def test_a_number_within_its_tolerance() -> None:
    about = Number(key=Decimal(100), tolerance=Decimal("0.5"), **COMMON)  # type: ignore[arg-type]
    assert grade(about, "100.5").right
    assert not grade(about, "100.51").right


RANGE = Number(
    key=Decimal(49152),
    to=Decimal(60999),
    mistakes=(Mistake("32768", "Too low."), Mistake("61000", "Too high.")),
    **COMMON,  # type: ignore[arg-type]
)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (49151, False), (49152, True), ("50,000", True), ("55555.0", True), (60999, True),
        (61000, False), ("55555.5", False), ("-50000", False), (2**128, False),
    ],
)  # fmt: skip
def test_any_whole_number_of_a_range_is_right(answer: object, right: bool) -> None:
    assert grade(RANGE, answer).right == right


def test_a_range_of_seconds_takes_what_is_between() -> None:
    seconds = Number(key=Decimal("1.5"), to=Decimal(3), **COMMON)  # type: ignore[arg-type]
    assert grade(seconds, "2.25").right
    assert not grade(seconds, "1.25").right


def test_a_range_is_told_as_one() -> None:
    verdict = grade(RANGE, 61000)
    assert verdict.note == "Too high."
    assert verdict.key == "any number from 49152 to 60999"
    assert "Right is: any number from 49152 to 60999" in str(verdict)
    assert verdict.hint == ("Too high.",)
    assert grade(RANGE, 50000).note == grade(RANGE, 7).note == ""


def test_the_bounds_of_a_number() -> None:
    near = Number(key=Decimal(100), tolerance=Decimal("0.5"), **COMMON)  # type: ignore[arg-type]
    assert RANGE.bounds == (49152, 60999)
    assert NUMBER.bounds == (65535, 65535)
    assert near.bounds == (Decimal("99.5"), Decimal("100.5"))


def test_a_mistake_foreseen_has_its_own_answer() -> None:
    assert grade(NUMBER, 65536).note == "One too many."
    assert grade(TEXT, "listen").note == "Other side."
    assert grade(NUMBER, 7).note == grade(TEXT, "CLOSED").note == ""


@pytest.mark.parametrize("answer", ["SYN-SENT", "syn-sent", " SYN_SENT ", "`SYN-SENT`."])
def test_short_text_does_not_quarrel_about_case_or_quotes(answer: str) -> None:
    assert grade(TEXT, answer).right


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (ONE, "d"), (ONE, None), (ONE, ""), (ONE, "a b"), (MANY, []), (MANY, ""), (MANY, "a d"),
        (MANY, 5), (NUMBER, "many"), (NUMBER, ""), (NUMBER, "nan"), (NUMBER, None),
        (NUMBER, True), (NUMBER, "1,2"), (NUMBER, "inf"), (NUMBER, "1e9999999"), (NUMBER, "8_0"),
        (NUMBER, "6.5535e4"), (NUMBER, "."), (NUMBER, "1" * 41),
        (TEXT, ""), (TEXT, 5), (TEXT, " '' "),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_told_and_not_graded(question: ONE, answer: object) -> None:  # type: ignore[valid-type]
    with pytest.raises(PortlabError):
        grade(question, answer)
