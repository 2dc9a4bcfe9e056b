"""A verdict: what an answer was worth, and what is said to it. `grading` gives it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from portlab.errors import QuizError
from portlab.quiz import lettered
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
from portlab.wording import count, wrapped


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an answer that has several: a pair, a place in an order, a field filled in."""

    name: str
    given: str
    key: str
    right: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer, graded. `given` and `key` are in words; `note` answers a mistake foreseen.

    `picked` are the numbers of the choices that were chosen, from 0; empty where nothing is chosen
    from. `parts` has each part by itself where there are several, and is empty elsewhere.
    """

    question: Question
    right: bool
    given: str
    key: str
    note: str = ""
    picked: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def as_answered(self) -> tuple[str, ...]:
        """The answer in texts, one for each part or choice, as `grade` takes them again."""
        if self.parts:
            return tuple(part.given for part in self.parts)
        if isinstance(self.question, OneChoice | ManyChoices):
            return tuple(self.question.choices[number].text for number in self.picked)
        return (self.given,)

    @property
    def hint(self) -> tuple[str, ...]:
        """Sentences that help to try again, and do not give the answer away."""
        question = self.question
        if isinstance(question, OneChoice | ManyChoices):
            wrong = [question.choices[n] for n in self.picked if not question.choices[n].right]
            said = [f"{choice.text}: {choice.why}" for choice in wrong]
            missing = sum(choice.right for choice in question.choices) - (
                len(self.picked) - len(wrong)
            )
            if isinstance(question, ManyChoices) and missing:
                said.append(
                    f"{count(missing, 'right one')} {'is' if missing == 1 else 'are'} missing."
                )
            return tuple(said)
        if self.parts:
            good = sum(part.right for part in self.parts)
            said = [f"{part.name}: {part.note}" for part in self.parts if part.note]
            return (f"{good} of {len(self.parts)} are right.", *said)
        if self.note:
            return (self.note,)
        if isinstance(question, Number):
            too_low = Decimal(self.given) < question.bounds[0]
            return (f"The number is {'higher' if too_low else 'lower'}.",)
        return (f"It can be looked up: {question.reference}.",)

    def __str__(self) -> str:
        """What is said to the answer, in full: it is given now, and there is nothing to hide."""
        question = self.question
        lines = ["Right." if self.right else "Not right."]
        if self.parts:
            lines += [line for part in self.parts for line in _said(part)]
        else:
            lines.append(f"You answered: {self.given}")
            if not self.right:
                lines.append(f"Right is: {self.key}")
        if isinstance(question, OneChoice | ManyChoices):
            lines.append("")
            for letter, choice in zip(lettered.LETTERS, question.choices, strict=False):
                said = choice.why or "This is right."
                lines.append(wrapped(f"{letter}  {choice.text}", "   ", "   "))
                lines.append(wrapped(said, "      "))
        paragraphs = (self.note, question.explanation, f"Reference: {question.reference}")
        for paragraph in filter(None, paragraphs):
            lines += ["", wrapped(paragraph)]
        return "\n".join(lines)


def key_in_words(question: Question) -> str:
    """The right answer, as a verdict has it."""
    match question:
        case OneChoice() | ManyChoices():
            return "; ".join(choice.text for choice in question.choices if choice.right)
        case Number():
            return f"{question.key:f}" if question.to is None else _any_of(question)
        case ShortText():
            return question.key
        case Match():
            return "; ".join(f"{pair.left} {pair.right}" for pair in question.pairs)
        case Order():
            return "; ".join(f"{n}. {item}" for n, item in enumerate(question.items, 1))
        case Fill():
            return "; ".join(f"{blank.name} {blank.key}" for blank in question.blanks)
    raise QuizError(f"A question of the kind {question.kind!r} has no key.")


def _any_of(question: Number) -> str:
    lowest, highest = question.bounds
    return f"any number from {lowest:f} to {highest:f}"


def _said(part: Part) -> Iterable[str]:
    """One line for a part, and what was foreseen to be said to it."""
    right = "right" if part.right else f"right is: {part.key}"
    yield wrapped(f"{part.name}: {part.given} ({right})", "   ", "   ")
    if part.note:
        yield wrapped(part.note, "      ")
