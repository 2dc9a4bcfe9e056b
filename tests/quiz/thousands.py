"""A thousand questions of each generator, made once for all test files, and their right answers."""

from functools import cache

from portlab.quiz.generated import generate
from portlab.quiz.question import Fill, Match, Number, OneChoice, Order, Question, ShortText

SEEDS = range(1000)


@cache
def made(name: str) -> tuple[Question, ...]:
    return tuple(generate(name, seed) for seed in SEEDS)


def right_words(question: Question) -> object:
    match question:
        case OneChoice():
            return next(choice.text for choice in question.choices if choice.right)
        case Number() | ShortText():
            return question.key
        case Order():
            return list(question.items)
        case Fill():
            return [blank.key for blank in question.blanks]
        case Match():
            return [pair.right for pair in question.pairs]
    raise AssertionError(question)
