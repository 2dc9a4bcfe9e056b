"""What a question shows before it is answered, on a page and in lines of text: never its key."""

from typing import Any

from portlab.quiz import lettered
from portlab.quiz.question import Choice, Fill, ManyChoices, Match, OneChoice, Order, Question


def choices(question: Question) -> tuple[Choice, ...]:
    """What there is to choose; nothing for a question that wants words, a number or an order."""
    return question.choices if isinstance(question, OneChoice | ManyChoices) else ()


def asked(question: Question) -> dict[str, Any]:
    """What the page needs to ask it, beside its prompt."""
    match question:
        case Match():
            lefts = [pair.left for pair in question.pairs]
            return {"choices": list(question.offered), "parts": lefts}
        case Order():
            return {"choices": list(question.offered)}
        case Fill():
            blanks = [blank.name for blank in question.blanks]
            return {"choices": [], "parts": blanks, "shown": question.shown}
    return {"choices": [choice.text for choice in choices(question)]}


def in_lines(question: Question) -> list[str]:
    """The same in lines of text."""
    match question:
        case Match():
            lefts = [f"   {n}  {pair.left}" for n, pair in enumerate(question.pairs, 1)]
            return [*lefts, "   belong to", *lettered.listed(question.offered)]
        case Order():
            return lettered.listed(question.offered)
        case Fill():
            shown = [f"   {line}" for line in question.shown.splitlines()]
            return [*shown, *(f"   {blank.name} = ..." for blank in question.blanks)]
    return lettered.listed([choice.text for choice in choices(question)])


def example(question: Question) -> str:
    """How an answer to it is written in code."""
    match question:
        case Match():
            return f'"{" ".join(lettered.LETTERS[: len(question.pairs)])}"'
        case Order():
            return f'"{" ".join(lettered.LETTERS[: len(question.items)])}"'
        case Fill():
            return "{" + ", ".join(f'"{blank.name}": ...' for blank in question.blanks) + "}"
    return '"a"' if choices(question) else "..."
