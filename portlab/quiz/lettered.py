"""Choices as a learner names them: each has a letter, and is known by it or by what it says."""

from collections.abc import Iterable, Sequence
from string import ascii_lowercase
from typing import Any

from portlab.errors import QuizError

LETTERS = ascii_lowercase


def checked(whose: str, choices: Iterable[Any]) -> tuple[Any, ...]:
    """`choices` as they can be shown. Raises QuizError unless 2 to 26 that can be told apart."""
    if isinstance(choices, str) or not isinstance(choices, Iterable):
        raise QuizError(
            f'The choices of {whose} are {choices!r}, which is no list. Give one: ["yes", "no"].'
        )
    given = tuple(choices)
    if not 2 <= len(given) <= len(LETTERS):
        raise QuizError(
            f"{whose} has {len(given)} choices. To choose takes at least 2, and there are letters "
            f"for {len(LETTERS)}."
        )
    words = [str(choice).strip() for choice in given]
    if "" in words:
        raise QuizError(f"A choice of {whose} shows nothing. Give every choice some words.")
    if double := {word for word in words if words.count(word) > 1}:
        raise QuizError(
            f"Two choices of {whose} read the same: {', '.join(sorted(double))}. "
            "Leave one away, or say what makes them different."
        )
    return given


def position(choices: Sequence[Any], value: Any) -> int | None:
    """Which of `choices` is `value`, or reads the same; None if none is.

    >>> position([3, 4], "4")
    1
    """
    for number, choice in enumerate(choices):
        if choice == value:
            return number
    words = [str(choice).strip() for choice in choices]
    word = str(value).strip()
    return words.index(word) if word in words else None


def chosen(whose: str, choices: Sequence[Any], answer: Any) -> int:
    """Which one `answer` names, by its letter or by what it says. Raises QuizError for neither.

    >>> chosen("05.count", ["two", "three"], "b")
    1
    """
    number = position(choices, answer)
    if number is None and isinstance(answer, str) and len(letter := answer.strip().lower()) == 1:
        number = LETTERS.find(letter)
    if number is None or not 0 <= number < len(choices):
        raise QuizError(
            f"{answer!r} is no choice of {whose}. Answer with one of the letters "
            f"a to {LETTERS[len(choices) - 1]}, or with the words of a choice."
        )
    return number


def listed(choices: Sequence[Any], marked: int | None = None) -> list[str]:
    """One line for each, the one `marked` with an arrow before it.

    >>> print(*listed(["two", "three"], marked=1), sep="\\n")
       a  two
    -> b  three
    """
    return [
        f"{'->' if number == marked else '  '} {LETTERS[number]}  {choice}"
        for number, choice in enumerate(choices)
    ]
