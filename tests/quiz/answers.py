"""A right and a wrong answer to any question, in the form in which a page sends them."""

from portlab.quiz.asking import choices
from portlab.quiz.question import (
    Fill,
    ManyChoices,
    Match,
    Mistake,
    Number,
    Order,
    Question,
    ShortText,
)


def right(question: Question) -> list[int] | list[str] | str:
    """Numbers of choices from 0, or what is typed."""
    if isinstance(question, Match):
        return [question.offered.index(pair.right) for pair in question.pairs]
    if isinstance(question, Order):
        return [question.offered.index(item) for item in question.items]
    if isinstance(question, Fill):
        return [blank.key for blank in question.blanks]
    if isinstance(question, Number | ShortText):
        return str(question.key)
    return [number for number, choice in enumerate(choices(question)) if choice.right]


def wrong(question: Question) -> list[int] | list[str] | str:
    """One wrong choice alone, or the first mistake that was foreseen."""
    if isinstance(question, Match | Order):
        return list(range(len(question.pairs if isinstance(question, Match) else question.items)))
    if isinstance(question, Fill):
        return [(*blank.mistakes, Mistake("?", ""))[0].answer for blank in question.blanks]
    if isinstance(question, Number | ShortText):
        return question.mistakes[0].answer
    return [number for number, choice in enumerate(choices(question)) if not choice.right][:1]


def right_text(question: Question) -> object:
    """A right answer in words, as somebody types it in a cell."""
    return _typed(question, right(question))


def wrong_text(question: Question) -> object:
    """A wrong one."""
    return _typed(question, wrong(question))


def _typed(question: Question, answer: list[int] | list[str] | str) -> object:
    if isinstance(question, Match | Order):
        return [question.offered[int(number)] for number in answer]
    if offered := choices(question):
        texts = [offered[int(number)].text for number in answer]
        return texts if isinstance(question, ManyChoices) else texts[0]
    return answer
