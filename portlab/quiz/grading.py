"""What an answer is worth: right or not, and what is to be said to each part of it.

Everything is graded here, in Python; a page asks and shows.
"""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from portlab.errors import QuizError
from portlab.quiz import lettered
from portlab.quiz.question import (
    Blank,
    Choice,
    Fill,
    ManyChoices,
    Match,
    Mistake,
    Number,
    OneChoice,
    Order,
    Question,
    ShortText,
)
from portlab.quiz.verdict import Part, Verdict, key_in_words

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
"""Digits, and no more of what Python takes for a number: 1e9 would be one, and 8_0, and nan."""
LONGEST = 40
"""Characters of a number at most: enough for any address of IPv6."""


def grade(question: Question, answer: Any) -> Verdict:
    """Grade `answer`: a choice (its letter, or what it says), a list of those, a number or a text.

    To match and to order takes the letters of what is offered, as in "b a c", or a list of those or
    of their words: for each left side the right one, or from first to last. Fields are filled with
    a list, or by name with a dict.

    Raises QuizError for what answers another kind of question.
    """
    return _GRADERS[type(question)](question, answer)


def _one(question: OneChoice, answer: Any) -> Verdict:
    picked = lettered.chosen("this question", _texts(question.choices), answer)
    return _of_choices(question, question.choices, (picked,))


def _many(question: ManyChoices, answer: Any) -> Verdict:
    texts = _texts(question.choices)
    if isinstance(answer, str) and lettered.position(texts, answer) is None:
        answer = re.split(r"[\s,]+", answer.strip())
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        answer = [answer]
    picked = {lettered.chosen("this question", texts, each) for each in answer}
    if not picked:
        raise QuizError("Nothing is chosen. At least one of the choices is right.")
    return _of_choices(question, question.choices, tuple(sorted(picked)))


def _of_choices(
    question: Question, choices: tuple[Choice, ...], picked: tuple[int, ...]
) -> Verdict:
    keys = tuple(number for number, choice in enumerate(choices) if choice.right)
    given = "; ".join(choices[number].text for number in picked)
    return Verdict(question, picked == keys, given, key_in_words(question), picked=picked)


def _number(question: Number, answer: Any) -> Verdict:
    number = as_number(answer)
    right = is_near(number, question.key, question.tolerance, question.to)
    whole = question.key == question.key.to_integral_value()
    if whole and not right and re.fullmatch(r"\s*\d{1,3}\.\d{3}\s*", str(answer)):
        meant = str(answer).strip().replace(".", "")
        raise QuizError(f'"{answer}" may be {number:f} or {meant}. Write it without the point.')
    note = next((m.why for m in question.mistakes if as_number(m.answer) == number), "")
    return Verdict(question, right, f"{number:f}", key_in_words(question), "" if right else note)


def _short_text(question: ShortText, answer: Any) -> Verdict:
    if not isinstance(answer, str) or not plain(answer):
        raise QuizError(f"{answer!r} is no text. Answer with a word or two, in quotes.")
    right = plain(answer) in map(plain, (question.key, *question.accept))
    note = "" if right else _foreseen(question.mistakes, plain, answer)
    return Verdict(question, right, answer.strip(), question.key, note)


def _match(question: Match, answer: Any) -> Verdict:
    names = [pair.left for pair in question.pairs]
    picked = [
        lettered.chosen("this question", question.offered, each)
        for each in _several(answer, names, "Give a letter for each, in order")
    ]
    given = [question.offered[number] for number in picked]
    parts = [
        Part(pair.left, text, pair.right, right := text == pair.right, "" if right else pair.why)
        for pair, text in zip(question.pairs, given, strict=True)
    ]
    return _of_parts(question, parts)


def _order(question: Order, answer: Any) -> Verdict:
    offered = question.offered
    names = [f"{place}." for place in range(1, len(offered) + 1)]
    each = _several(answer, names, "Give the letters from first to last")
    picked = [lettered.chosen("this question", offered, one) for one in each]
    if len(set(picked)) < len(picked):
        raise QuizError("Something stands there twice. Each has one place.")
    parts = [
        Part(name, offered[number], key, offered[number] == key)
        for name, number, key in zip(names, picked, question.items, strict=True)
    ]
    return _of_parts(question, parts)


def _fill(question: Fill, answer: Any) -> Verdict:
    names = [blank.name for blank in question.blanks]
    given = _several(answer, names, "Give one for each, in order", parted=False)
    return _of_parts(
        question, [_filled(blank, text) for blank, text in zip(question.blanks, given, strict=True)]
    )


def _filled(blank: Blank, answer: Any) -> Part:
    words = str(answer).strip()
    spelled = as_filled(blank)
    right = spelled(words) in map(spelled, (blank.key, *blank.accept))
    note = "" if right else _foreseen(blank.mistakes, spelled, words)
    return Part(blank.name, words or "nothing", blank.key, right, note)


def as_filled(blank: Blank) -> Callable[[str], Any]:
    """How an answer to `blank` is compared: as a number if the key is one, else as a short text."""

    def spelled(words: str) -> Any:
        try:
            return as_number(words)
        except QuizError:
            return plain(words)

    return spelled if isinstance(spelled(blank.key), Decimal) else plain


def _foreseen(mistakes: Iterable[Mistake], spelled: Callable[[str], Any], words: str) -> str:
    return next((m.why for m in mistakes if spelled(m.answer) == spelled(words)), "")


def _several(answer: Any, names: list[str], how: str, *, parted: bool = True) -> list[Any]:
    """`answer` as one value for each of `names`. Raises QuizError for more or fewer."""
    if isinstance(answer, dict):
        if strange := [name for name in answer if name not in names]:
            raise QuizError(f"{strange[0]!r} is not asked for. Asked for are: {'; '.join(names)}.")
        values = [answer.get(name, "") for name in names]
    elif isinstance(answer, str):
        values = re.split(r"[\s,]+", answer.strip()) if parted else answer.split(",")
    elif isinstance(answer, Iterable):
        values = list(answer)
    else:
        values = [answer]
    if len(values) != len(names):
        raise QuizError(f"{len(names)} answers are wanted, and {len(values)} came. {how}.")
    return values


def _of_parts(question: Question, parts: list[Part]) -> Verdict:
    given = "; ".join(f"{part.name} {part.given}" for part in parts)
    right = all(part.right for part in parts)
    return Verdict(question, right, given, key_in_words(question), parts=tuple(parts))


def is_near(number: Decimal, key: Decimal, tolerance: Decimal, to: Decimal | None) -> bool:
    """Whether `number` is right where a Number has these; see there.

    >>> port, half = Decimal(50000), Decimal("50000.5")
    >>> [is_near(one, Decimal(49152), Decimal(0), Decimal(65535)) for one in (port, half)]
    [True, False]
    """
    if to is None:
        return abs(number - key) <= tolerance
    whole = _is_whole(key) and _is_whole(to)
    return key <= number <= to and (not whole or _is_whole(number))


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


def as_number(answer: Any) -> Decimal:
    """`answer` as a number; commas between thousands are taken. Raises QuizError for no number.

    >>> as_number(" 65,535 ")
    Decimal('65535')
    """
    words = str(answer).strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+", words):
        words = words.replace(",", "")
    return in_digits(words)


def in_digits(words: str) -> Decimal:
    """The number that `words` are, in digits alone. Raises QuizError for no number."""
    fits = len(words) <= LONGEST
    if not fits or not _NUMBER.fullmatch(words):
        shown, fault = (words, "no number") if fits else (words[:LONGEST] + "...", "too long")
        raise QuizError(f'"{shown}" is {fault}. Answer in digits alone, such as 80.')
    return Decimal(words)


def plain(text: str) -> str:
    """`text` without what does not matter in a short answer: case, quotes, a full stop at the end,
    more than one space, and a space beside a comma.

    >>> plain(" `SYN-SENT`. "), plain("RST, ACK")
    ('syn-sent', 'rst,ack')
    """
    words = " ".join(re.sub(r"[`'\"]", "", text).strip().rstrip(".").casefold().split())
    return re.sub(r" ?, ?", ",", words)


def _texts(choices: tuple[Choice, ...]) -> list[str]:
    return [choice.text for choice in choices]


_GRADERS: dict[type[Question], Callable[[Any, Any], Verdict]] = {
    OneChoice: _one,
    ManyChoices: _many,
    Number: _number,
    ShortText: _short_text,
    Match: _match,
    Order: _order,
    Fill: _fill,
}
