"""A right and a wrong answer to any question, in the form in which a page sends them."""

from portlab.quiz.question import Number, Question, ShortText
from portlab.quiz.session import choices


def right(question: Question) -> list[int] | str:
    """Numbers of choices from 0, or what is typed."""
    if isinstance(question, Number | ShortText):
        return str(question.key)
    return [number for number, choice in enumerate(choices(question)) if choice.right]


def wrong(question: Question) -> list[int] | str:
    """One wrong choice alone, or the first mistake that was foreseen."""
    if isinstance(question, Number | ShortText):
        return question.mistakes[0].answer
    return [number for number, choice in enumerate(choices(question)) if not choice.right][:1]
