"""The bank itself: every question sound, and no way to guess right without knowing."""

import re
from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations

import pytest

from portlab.quiz import bank
from portlab.quiz.asking import choices
from portlab.quiz.grading import as_number, grade, plain
from portlab.quiz.question import (
    Fill,
    ManyChoices,
    Match,
    Number,
    OneChoice,
    Order,
    Question,
    ShortText,
)
from tests.quiz.committed import QUESTIONS, SLIPS
from tests.quiz.rows import ABOUT_EVERY_ROW, ROWS

EACH = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
TRICKS = re.compile(r"(?i:\b(all|none|both|neither) of (the above|these)\b)|\b(NOT|EXCEPT)\b")


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


@EACH
def test_it_is_whole_sentences_without_tricks(question: Question) -> None:
    assert question.prompt.endswith((".", "?"))
    assert question.explanation.endswith(".")
    whys = said_to_wrong_answers(question)
    assert whys or isinstance(question, Order), "no wrong answer is foreseen"
    assert all(why.endswith((".", "?")) for why in whys)
    for text in (question.prompt, *texts(question)):
        assert not TRICKS.search(text)
        assert text.count("`") % 2 == 0


@EACH
def test_its_reference_names_a_place_to_look_it_up(question: Question) -> None:
    for reference in question.reference.split("; "):
        assert re.match(
            r"RFC \d{3,4}\b|[a-z0-9_-]+\([1-8]\) of (Linux|OpenBSD|Wireshark|libpcap)"
            r"|IANA, \"|ISO/IEC 7498-1|MS-[A-Z0-9]+\b"
            r"|CCNA 200-301 v1\.1, topic \d"
            r"|(Cisco[A-Za-z ]*|Nmap Reference Guide|Fetch Standard), \"",
            reference,
        ), reference


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
    elif isinstance(question, Match | Order):
        keys = (
            [pair.right for pair in question.pairs]
            if isinstance(question, Match)
            else question.items
        )
        assert grade(question, list(keys)).right
    elif isinstance(question, OneChoice):
        assert sum(choice.right for choice in question.choices) == 1
        assert 3 <= len(question.choices) <= 5
    elif isinstance(question, ManyChoices):
        assert 2 <= sum(choice.right for choice in question.choices) < len(question.choices)


def said_to_wrong_answers(question: Question) -> list[str]:
    match question:
        case Number() | ShortText():
            return [mistake.why for mistake in question.mistakes]
        case Fill():
            return [mistake.why for blank in question.blanks for mistake in blank.mistakes]
        case Match():
            return [pair.why for pair in question.pairs]
    return [choice.why for choice in choices(question) if not choice.right]


def texts(question: Question) -> list[str]:
    """What stands beneath the prompt, apart from what is only given."""
    match question:
        case Match():
            return [*(pair.left for pair in question.pairs), *question.offered]
        case Order():
            return list(question.items)
        case Fill():
            return [blank.name for blank in question.blanks]
    return [choice.text for choice in choices(question)]


def test_no_question_is_there_twice_in_other_words() -> None:
    for one, other in combinations(QUESTIONS, 2):
        alike = SequenceMatcher(None, one.prompt, other.prompt).ratio()
        assert alike < 0.8, (one.id, other.id)
        assert one.explanation != other.explanation


def test_the_place_of_the_right_choice_gives_nothing_away() -> None:
    """Who always takes the first, or any other place, does no better than by chance."""
    four = [q for q in QUESTIONS if isinstance(q, OneChoice) and len(q.choices) == 4]
    places = Counter([choice.right for choice in q.choices].index(True) for q in four)
    assert len(four) >= 30
    assert all(0.15 <= places[place] / len(four) <= 0.35 for place in range(4)), places


def test_the_length_of_the_right_choice_gives_nothing_away() -> None:
    """Writers tend to make the right answer the longest, and learners know."""
    longest = shortest = 0
    ones = [question for question in QUESTIONS if isinstance(question, OneChoice)]
    for question in ones:
        right = next(len(choice.text) for choice in question.choices if choice.right)
        wrong = [len(choice.text) for choice in question.choices if not choice.right]
        longest += right > max(wrong)
        shortest += right < min(wrong)
        assert right <= 2 * max(wrong), question.id
    assert longest / len(ones) <= 0.35
    assert shortest / len(ones) <= 0.35


def test_no_word_of_the_question_points_at_the_right_choice() -> None:
    """A rare word that the prompt shares with one choice alone is a hint; few may have one."""

    def words(text: str) -> set[str]:
        return set(re.findall(r"[a-z]{5,}", text.lower()))

    pointing = []
    ones = [question for question in QUESTIONS if isinstance(question, OneChoice)]
    for question in ones:
        shared = [len(words(question.prompt) & words(choice.text)) for choice in question.choices]
        right = [choice.right for choice in question.choices].index(True)
        others = shared[:right] + shared[right + 1 :]
        if shared[right] > max(others):
            pointing.append(question.id)
    assert len(pointing) / len(ones) <= 0.25, pointing


def test_every_difficulty_is_there_for_every_lesson_that_closes() -> None:
    for lesson in ROWS:
        found = {question.difficulty for question in QUESTIONS if question.lesson == lesson}
        assert found == {1, 2, 3}, lesson


def test_no_question_has_a_slip() -> None:
    """The last of these tests, so that what it says stands at the end."""
    if SLIPS:
        pytest.fail(str(bank.BankError(SLIPS)), pytrace=False)
