"""What an answer is worth: right or not, and what is to be said to each part of it.

Everything is graded here, in Python; a page asks and shows.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from portlab.errors import QuizError
from portlab.quiz import lettered
from portlab.quiz.question import Choice, ManyChoices, Number, OneChoice, Question, ShortText
from portlab.wording import wrapped


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer, graded. `given` and `key` are in words; `note` answers a mistake foreseen.

    `picked` are the numbers of the choices that were chosen, from 0; empty where nothing is chosen
    from.
    """

    question: Question
    right: bool
    given: str
    key: str
    note: str = ""
    picked: tuple[int, ...] = ()

    def __str__(self) -> str:
        """What is said to the answer, in full: it is given now, and there is nothing to hide."""
        question = self.question
        lines = ["Right." if self.right else "Not right.", f"You answered: {self.given}"]
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


def grade(question: Question, answer: Any) -> Verdict:
    """Grade `answer`: a choice (its letter, or what it says), a list of those, a number or a text.

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
    given, key = (
        "; ".join(choices[number].text for number in numbers) for numbers in (picked, keys)
    )
    return Verdict(question, picked == keys, given, key, picked=picked)


def _number(question: Number, answer: Any) -> Verdict:
    number = as_number(answer)
    right = abs(number - question.key) <= question.tolerance
    note = next((m.why for m in question.mistakes if as_number(m.answer) == number), "")
    return Verdict(question, right, f"{number:f}", f"{question.key:f}", "" if right else note)


def _short_text(question: ShortText, answer: Any) -> Verdict:
    if not isinstance(answer, str) or not plain(answer):
        raise QuizError(f"{answer!r} is no text. Answer with a word or two, in quotes.")
    right = plain(answer) in map(plain, (question.key, *question.accept))
    note = next((m.why for m in question.mistakes if plain(m.answer) == plain(answer)), "")
    return Verdict(question, right, answer.strip(), question.key, "" if right else note)


def as_number(answer: Any) -> Decimal:
    """`answer` as a number; commas between thousands are taken. Raises QuizError for no number.

    >>> as_number(" 65,535 ")
    Decimal('65535')
    """
    words = str(answer).strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+", words):
        words = words.replace(",", "")
    try:
        number = Decimal(words)
    except InvalidOperation:
        number = Decimal("nan")
    if isinstance(answer, bool) or not number.is_finite():
        raise QuizError(f'"{words}" is no number. Answer in digits alone, such as 80.')
    return number


def plain(text: str) -> str:
    """`text` without what does not matter in a short answer: case, spaces, quotes, a full stop.

    >>> plain(" `SYN-SENT`. ")
    'syn-sent'
    """
    return " ".join(re.sub(r"[`'\"]", "", text).strip().rstrip(".").casefold().split())


def _texts(choices: tuple[Choice, ...]) -> list[str]:
    return [choice.text for choice in choices]


_GRADERS: dict[type[Question], Callable[[Any, Any], Verdict]] = {
    OneChoice: _one,
    ManyChoices: _many,
    Number: _number,
    ShortText: _short_text,
}
