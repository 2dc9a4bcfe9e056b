"""`portlab quiz` and `portlab review`: a Session asked in the terminal, or printed as JSON.

Shown with rich, which knows what the terminal can; every line reads well without colours too.
"""

import json
from argparse import Namespace
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from random import SystemRandom
from shlex import join
from typing import Any

from rich.console import Console
from rich.text import Text

from portlab.errors import QuizError
from portlab.quiz.asking import choices, example, in_lines
from portlab.quiz.question import (
    Fill,
    ManyChoices,
    Match,
    Number,
    Order,
    Question,
)
from portlab.quiz.session import Session
from portlab.quiz.verdict import key_in_words
from portlab.wording import as_wide_as, wrapped


def ask(session: Session, line: str, read: Callable[[str], str] | None = None) -> None:
    """Ask every open question of `session`; end of input leaves it, and what was answered counts.

    `line` is the command that asks the same another time. `read` gives a line that was typed, and
    raises EOFError at the end of input; None is `input`. Raises KeyboardInterrupt after Ctrl-C.
    """
    console = Console(highlight=False, soft_wrap=False)
    with as_wide_as(console.width):
        _ask(console, session, line, read or input)


def _ask(console: Console, session: Session, line: str, read: Callable[[str], str]) -> None:
    console.print(Text(session.title, style="bold"))
    console.print("Ctrl-D leaves; what you answered is kept.")
    for number in count(1):  # an answer may bring another question
        if number > len(session.questions):
            break
        question = session.questions[number - 1]
        if session.verdicts[number - 1] is not None:
            continue
        console.print()
        left = session.left
        time = "" if left is None else f", {_minutes(left)} left"
        console.print(Text(session.counted(number) + time, style="bold cyan"))
        console.print(_plain(wrapped(question.prompt)))
        console.print(_plain("\n".join(in_lines(question))))
        try:
            _until_answered(console, session, number, read)
        except (EOFError, KeyboardInterrupt) as why:
            console.print("\nLeft here. What you answered is kept.")
            console.print(Text(f"To go on: {line}"))
            if isinstance(why, KeyboardInterrupt):
                raise
            return
        if session.over:
            break
    if session.exam:
        session.hand_in()
    console.print()
    console.print(Text(session.tally(), style="bold"))
    if session.summary():
        console.print(Text(wrapped(session.summary())))
    if session.exam:
        for question, verdict in zip(session.questions, session.verdicts, strict=True):
            if verdict is None or not verdict.right:
                given = f"You answered: {verdict.given}" if verdict else "Left open."
                console.print()
                console.print(_plain(wrapped(question.prompt)))
                for said in (given, f"Right is: {key_in_words(question)}", question.explanation):
                    console.print(_plain(wrapped(said, "   ", "   ")))


def again(name: str, options: Namespace, seed: int | None = None) -> str:
    """The command line that asks the same another time.

    >>> again("quiz", Namespace(topic="port numbers", count=None, exam=True), seed=7)
    "portlab quiz 'port numbers' --exam --seed 7"
    """
    given = vars(options) | {"seed": seed}
    words = ["portlab", *name.split(), *([given["topic"]] if given.get("topic") else [])]
    for option in ("capture", "count", "exam", "minutes", "seed"):
        value = given.get(option)
        if value not in (None, False):
            words += [f"--{option}"] if value is True else [f"--{option}", str(value)]
    return join(words)


def seed_of(options: Namespace) -> int:
    """The one that was given, or any."""
    given: int | None = options.seed
    return SystemRandom().randrange(10_000) if given is None else given


def _until_answered(
    console: Console, session: Session, number: int, read: Callable[[str], str]
) -> None:
    """One question, until an answer counts: what cannot be graded is told and asked again."""
    question = session.questions[number - 1]
    while session.verdicts[number - 1] is None and not session.over:
        typed = _typed(question, read)
        if not typed and session.exam:
            console.print("Left open.")
            return
        try:
            said = session.answer(number, typed)
        except QuizError as error:
            console.print(Text(str(error), style="yellow"))
            continue
        right = said.verdict.right and not session.exam
        style = "green" if right else "" if session.exam else "red"
        head, _, rest = said.words.partition("\n")
        console.print(Text(head, style=style))
        console.print(Text(rest))


def _typed(question: Question, read: Callable[[str], str]) -> Any:
    """One line, or one for each field: `65,535` has a comma of its own. Empty if nothing was."""
    if not isinstance(question, Fill):
        return read(f"{_how(question)}: ").strip()
    each = [read(f"{blank.name}: ").strip() for blank in question.blanks]
    return each if any(each) else []


def _how(question: Question) -> str:
    match question:
        case ManyChoices():
            return "Letters of all that are right"
        case Match() | Order():
            return f"Letters, such as {example(question)[1:-1]}"
    return "Letter" if choices(question) else "Answer"


def _plain(text: str) -> Text:
    """As a terminal shows it: without the marks of code."""
    return Text(text.replace("`", ""))


def _minutes(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{seconds // 60} minutes"


def as_json(session: Session) -> str:
    """The questions with their keys, for scripts."""
    return json.dumps([_as_dict(question) for question in session.questions], indent=2)


def _as_dict(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "kind": question.kind,
        "lesson": question.lesson,
        "covers": list(question.covers),
        "difficulty": question.difficulty,
        "prompt": question.prompt,
        "choices": [{"text": c.text, "right": c.right, "why": c.why} for c in choices(question)],
        "offered": list(getattr(question, "offered", ())),
        "shown": getattr(question, "shown", ""),
        "key": _key(question),
        "bounds": [_number(one) for one in getattr(question, "bounds", ())],
        "explanation": question.explanation,
        "reference": question.reference,
        "from": question.origin,
    }


def _key(question: Question) -> Any:
    """The right answer as data: a text, a number, a list, or by name what belongs to each."""
    match question:
        case ManyChoices():
            return [choice.text for choice in question.choices if choice.right]
        case Number():
            return _number(question.key)
        case Match():
            return {pair.left: pair.right for pair in question.pairs}
        case Order():
            return list(question.items)
        case Fill():
            return {blank.name: blank.key for blank in question.blanks}
    return key_in_words(question)


def _number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
