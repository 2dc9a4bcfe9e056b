"""What who knows nothing could guess the right choice from: its place, its length, its words.

Writers tend to make the right choice the longest, to put it in the middle, and to use the words of
the prompt in it; and learners know.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portlab.quiz.lettered import LETTERS
from portlab.quiz.question import OneChoice, Question
from portlab.wording import count, listed

ENOUGH = 30
"""Questions with one right choice: of fewer, places and lengths may well be an accident."""
FAIR_PLACE = (0.15, 0.35)
"""Of four places each has a quarter, more or less."""
MOST = 0.35
"""So often the right choice may be the longest of all; so often, too, the shortest."""
MOST_POINTING = 0.25


@dataclass(frozen=True, slots=True)
class Bias:
    """What who knows nothing could guess from, as shares from 0 to 1.

    Of `ones`, the questions with one right choice, that is the longest or the shortest of all in so
    many; in those named in `pointing` it shares more words with the prompt than any other does. Of
    `four`, those with four choices, it has each of the `places` in so many.
    """

    ones: int
    longest: float
    shortest: float
    pointing: tuple[str, ...]
    four: int
    places: tuple[float, ...]

    @property
    def pointing_share(self) -> float:
        return len(self.pointing) / (self.ones or 1)

    def hints(self) -> Iterator[tuple[str, str]]:
        """What is more than an accident, and how to mend it."""
        least, most = FAIR_PLACE
        if self.four >= ENOUGH and not all(least <= share <= most for share in self.places):
            rule = f"Of {self.four} questions with four choices the right one is {self._placed}."
            yield rule, f"Move right choices about, until each place has {least:.0%} to {most:.0%}."
        if self.ones < ENOUGH:
            return
        for share, limit, hint, remedy in (
            (self.longest, MOST, "is the longest of all", "shorten it, or lengthen a wrong one"),
            (self.shortest, MOST, "is the shortest of all", "lengthen it, or shorten a wrong one"),
            (
                self.pointing_share,
                MOST_POINTING,
                "shares more words with the prompt than any other does",
                f"use such words in a wrong one too. Where it is so: {listed(self.pointing)}",
            ),
        ):
            if share > limit:
                rule = f"In {share:.0%} of {self.ones} questions the right choice {hint}."
                yield rule, f"Up to {limit:.0%} gives nothing away: {remedy}."

    @property
    def _placed(self) -> str:
        shares = zip(LETTERS[: len(self.places)], self.places, strict=True)
        return listed(f"{letter} in {share:.0%}" for letter, share in shares)

    def __str__(self) -> str:
        if not self.ones:
            return "None has one right choice."
        said = (
            f"Of {count(self.ones, 'question')} with one right choice, that is the longest in "
            f"{self.longest:.0%}, the shortest in {self.shortest:.0%}, and shares most words with "
            f"the prompt in {self.pointing_share:.0%}."
        )
        return f"{said} Of four choices it is {self._placed}." if self.four else said


def bias(questions: Sequence[Question]) -> Bias:
    """What could be guessed from, over all of `questions`."""
    ones = [question for question in questions if isinstance(question, OneChoice)]
    four = [question for question in ones if len(question.choices) == 4]
    places = Counter(_right(question) for question in four)
    longest = shortest = 0
    for question in ones:
        lengths = [len(choice.text) for choice in question.choices]
        right = lengths.pop(_right(question))
        longest += right > max(lengths)
        shortest += right < min(lengths)
    return Bias(
        len(ones),
        longest / (len(ones) or 1),
        shortest / (len(ones) or 1),
        tuple(question.id for question in ones if _points(question)),
        len(four),
        tuple(places[place] / (len(four) or 1) for place in range(4)),
    )


def _points(question: OneChoice) -> bool:
    """Whether the right choice shares more longer words with the prompt than any other does."""
    asked = _words(question.prompt)
    shared = [len(asked & _words(choice.text)) for choice in question.choices]
    right = shared.pop(_right(question))
    return right > max(shared)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{5,}", text.lower()))


def _right(question: OneChoice) -> int:
    return [choice.right for choice in question.choices].index(True)
