"""A question rendered for all exports: text as HTML, what is asked and offered, and the key.

Here is what the formats have in common; what each of them makes of it stands in its own file.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from portlab.errors import QuizError
from portlab.quiz.asking import choices
from portlab.quiz.grading import as_number
from portlab.quiz.lettered import LETTERS
from portlab.quiz.question import (
    Blank,
    Choice,
    Fill,
    ManyChoices,
    Match,
    Number,
    OneChoice,
    Order,
    Question,
    ShortText,
)
from portlab.quiz.verdict import key_in_words

Simple = OneChoice | ManyChoices | Number | ShortText
"""The kinds of one part, which every program knows."""


@dataclass(frozen=True, slots=True)
class Part:
    """A question as one or several of one part: `name` is a left side, a place or a field."""

    name: str
    asks: Simple


def html(text: str) -> str:
    """`text` as HTML: what stands between backticks is code, a new line is a new line.

    >>> html("Is `a<b` & so on?")
    'Is <code>a&lt;b</code> &amp; so on?'
    """
    pieces = re.split(r"`([^`]+)`", text)
    marked = (
        f"<code>{_escaped(piece)}</code>" if number % 2 else _escaped(piece)
        for number, piece in enumerate(pieces)
    )
    return "".join(marked)


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


def bare(text: str) -> str:
    """`text` where only plain text can stand: without the backticks around code."""
    return re.sub(r"`([^`]+)`", r"\1", text)


def given(question: Question) -> str:
    """The lines that a question to fill shows, with even spaces; nothing for the other kinds."""
    return question.shown if isinstance(question, Fill) else ""


def stem(question: Question) -> str:
    """The prompt as HTML, with the lines that are given."""
    lines = given(question)
    shown = f"<pre>{escape(lines, quote=False)}</pre>" if lines else ""
    return f"<p>{html(question.prompt)}</p>{shown}"


def offered(question: Question) -> tuple[str, ...]:
    """What there is to choose from, each with a letter; nothing where one writes."""
    if isinstance(question, Match | Order):
        return question.offered
    return tuple(choice.text for choice in choices(question))


def blanks(question: Question) -> tuple[str, ...]:
    """What each part is called, to which an answer is to be put; nothing for one part."""
    match question:
        case Match():
            return tuple(pair.left for pair in question.pairs)
        case Order():
            return tuple(f"{place}." for place in range(1, len(question.items) + 1))
        case Fill():
            return tuple(blank.name for blank in question.blanks)
    return ()


def how(question: Question) -> str:
    """What to do, for paper and cards."""
    match question:
        case OneChoice():
            return "Choose one."
        case ManyChoices():
            return "Choose all that are right."
        case Number():
            return "Write a number."
        case ShortText():
            return "Write a word or two."
        case Match():
            return "Write a letter for each. A letter may serve twice, or not at all."
        case Order():
            return "Write the letters from first to last."
    return "Fill in each field."


def key(question: Question) -> tuple[str, ...]:
    """The right answer, one line for each choice or part, with letters where there are letters."""
    match question:
        case OneChoice() | ManyChoices():
            return tuple(
                f"{letter}) {choice.text}"
                for letter, choice in zip(LETTERS, question.choices, strict=False)
                if choice.right
            )
        case Match():
            return tuple(f"{p.left}: {_lettered(question, p.right)}" for p in question.pairs)
        case Order():
            return tuple(
                f"{place}. {_lettered(question, item)}"
                for place, item in enumerate(question.items, 1)
            )
        case Fill():
            return tuple(f"{b.name}: {_forms(b.key, b.accept)}" for b in question.blanks)
        case ShortText():
            return (_forms(question.key, question.accept),)
        case Number(to=None) if question.tolerance:
            return (f"{question.key:f}, give or take {question.tolerance:f}",)
    return (key_in_words(question),)


def _lettered(question: Match | Order, text: str) -> str:
    return f"{LETTERS[question.offered.index(text)]}) {text}"


def _forms(right: str, accept: tuple[str, ...]) -> str:
    return f"{right} (also: {'; '.join(accept)})" if accept else right


def whys(question: Question) -> tuple[tuple[str, str], ...]:
    """Each wrong answer that was foreseen, or part that was missed, and what is said to it."""
    match question:
        case OneChoice() | ManyChoices():
            return tuple((c.text, c.why) for c in question.choices if c.why)
        case Number() | ShortText():
            return tuple((m.answer, m.why) for m in question.mistakes)
        case Match():
            return tuple((pair.left, pair.why) for pair in question.pairs)
        case Fill():
            return tuple(
                (f"{b.name} {m.answer}", m.why) for b in question.blanks for m in b.mistakes
            )
    return ()


def parts(question: Question) -> tuple[Part, ...]:
    """`question` as questions of one part, for programs that know no others.

    Each has the id of the whole, with a point and a number behind it where there are several: no
    other question is called so.
    """
    match question:
        case OneChoice() | ManyChoices() | Number() | ShortText():
            return (Part("", question),)
        case Match():
            return tuple(
                Part(pair.left, _one_of(question, number, pair.right, pair.why))
                for number, pair in enumerate(question.pairs, 1)
            )
        case Order():
            return tuple(
                Part(f"Place {place} of {len(question.items)}", _one_of(question, place, item))
                for place, item in enumerate(question.items, 1)
            )
        case Fill():
            return tuple(Part(name, asks) for name, asks in fields(question))
    raise QuizError(f"A question of the kind {question.kind!r} cannot be exported yet.")


def fields(question: Fill) -> tuple[tuple[str, Number | ShortText], ...]:
    """Each field's name, and the question that it is by itself."""
    return tuple(
        (blank.name, _written(question, number, blank))
        for number, blank in enumerate(question.blanks, 1)
    )


def _common(question: Question, number: int) -> dict[str, Any]:
    names = ("lesson", "covers", "difficulty", "prompt", "explanation", "reference", "further")
    return {name: getattr(question, name) for name in names} | {"id": f"{question.id}.{number}"}


def _one_of(question: Match | Order, number: int, right: str, why: str = "") -> OneChoice:
    there = tuple(
        Choice(text, text == right, "" if text == right else why) for text in question.offered
    )
    return OneChoice(**_common(question, number), choices=there)


def _written(question: Fill, number: int, blank: Blank) -> Number | ShortText:
    """A number where the field takes numbers alone; `0` and `000` are then the same."""
    common = _common(question, number)
    written = [_number(text) for text in (blank.key, *(m.answer for m in blank.mistakes))]
    if not blank.accept and None not in written:
        return Number(**common, key=as_number(blank.key), mistakes=blank.mistakes)
    return ShortText(**common, key=blank.key, accept=blank.accept, mistakes=blank.mistakes)


def _number(text: str) -> Decimal | None:
    try:
        return as_number(text)
    except QuizError:
        return None
