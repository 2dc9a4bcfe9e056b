"""Which port numbers a question is about: those that its prompt and its key name."""

import re
from functools import cache

from portlab.ports import MAX_PORT, RANGES
from portlab.quiz.question import Number, Question
from portlab.quiz.verdict import key_in_words
from portlab.services import catalogue

_NAMED = re.compile(r"\b(?:ports?|TCP|UDP) `?(\d{1,5})\b(?![.,]\d)", re.IGNORECASE)


def ports_of(question: Question) -> frozenset[int]:
    """Numbers behind the word "port", "TCP" or "UDP", and a number asked for that is a known port.

    Known are those that the catalogue has for learners, and the edges of the ranges: 16, asked for
    as the number of bits, is none.
    """
    words = f"{question.prompt} {key_in_words(question)}"
    named = {int(digits) for digits in _NAMED.findall(words)}
    if isinstance(question, Number) and question.key in _known():
        named.add(int(question.key))
    return frozenset(number for number in named if number <= MAX_PORT)


@cache
def _known() -> frozenset[int]:
    edges = {edge for one in RANGES for edge in (one.first, one.last)}
    return frozenset({one.number for one in catalogue() if one.level != "look up"} | edges - {0})
