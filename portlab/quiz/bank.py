"""The bank: the questions written for each lesson, read from `data/questions/NN.yaml`.

A file is a list of questions. Every slip in it is told at once, with file, line, field, the rule
that is broken and the remedy: who writes questions at night mends them all in one go.
"""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from portlab import material
from portlab.errors import QuizError
from portlab.quiz.bank_cache import kept
from portlab.quiz.fields import Fields
from portlab.quiz.grading import as_filled, as_number, is_near, plain
from portlab.quiz.lettered import LETTERS
from portlab.quiz.question import (
    KINDS,
    Blank,
    Choice,
    Fill,
    ManyChoices,
    Match,
    Number,
    OneChoice,
    Order,
    Pair,
    Question,
    ShortText,
)
from portlab.quiz.reading import Place, Slip, entries
from portlab.wording import count, listed


class BankError(QuizError):
    """Files of questions with slips in them: `slips` has them all, the message one on each line.

    `sound` are the questions without one.
    """

    def __init__(self, slips: Iterable[Slip], sound: Iterable[Question] = ()) -> None:
        self.slips = tuple(slips)
        self.sound = tuple(sound)
        files = listed(dict.fromkeys(slip.file for slip in self.slips))
        head = f"{count(len(self.slips), 'slip')} in {files}. To mend:"
        super().__init__("\n".join([head, *map(str, self.slips)]))


class BankWarning(UserWarning):
    """Some questions are left out, for their files have slips."""


def lesson(number: str) -> tuple[Question, ...]:
    """The questions of one lesson, such as "05". Raises QuizError if it has none, BankError."""
    known = {file.stem: file for file in files()}
    if number not in known:
        raise QuizError(
            f"There are no questions for lesson {number!r}. "
            f"Lessons with questions, written in quotes: {', '.join(known) or 'none'}."
        )
    return load([known[number]])


def files() -> list[Path]:
    """The files of the bank, in the order of the lessons."""
    return sorted((material.data() / "questions").glob("[0-9][0-9].yaml"))


def load(files: Iterable[Path]) -> tuple[Question, ...]:
    """The questions in `files`, in order. Raises BankError with every slip in any of them.

    What was read once without a slip is kept for this user, until one of the files changes.
    """
    files = list(files)

    def sound() -> tuple[Question, ...]:
        questions, slips = read(files)
        if slips:
            raise BankError(slips, questions)
        return questions

    return kept(files, sound)


def load_sound(files: Iterable[Path]) -> tuple[Question, ...]:
    """The questions in `files` that have no slip, in order: who learns can go on meanwhile.

    A BankWarning names the files that have slips; Python shows it once.
    """
    try:
        return load(files)
    except BankError as error:
        names = listed(dict.fromkeys(slip.file for slip in error.slips))
        warnings.warn(
            f"Some questions are left out, for there is something to mend in {names}: "
            "`portlab quiz lint` tells what.",
            BankWarning,
            stacklevel=1,  # always this line, so that it is shown once, whoever asked
        )
        return error.sound


def read(
    files: Iterable[Path], homes: dict[str, Place] | None = None
) -> tuple[tuple[Question, ...], tuple[Slip, ...]]:
    """The questions without a slip, and all slips: the rest of a bank loads nevertheless.

    `homes` learns where each id stands.
    """
    questions: list[Question] = []
    slips: list[Slip] = []
    homes = {} if homes is None else homes
    for file in files:
        try:
            for node in entries(file, slips):
                made = _question(node, file, slips, homes)
                if made is not None:
                    questions.append(made)
        except OSError as error:
            slips.append(
                Slip(file.name, 1, "", f"Cannot be read: {error.strerror}.", "Is it there?")
            )
    return tuple(questions), tuple(sorted(slips))


def _question(node: Any, file: Path, slips: list[Slip], homes: dict[str, Place]) -> Question | None:
    """One question of `file`, or None if it has a slip. `homes` says where each id was met."""
    before = len(slips)
    fields = Fields.of(node, file.name, slips)
    if fields is None:
        return None
    kind = fields.one_of("kind", [kind.kind for kind in KINDS])
    common: dict[str, Any] = {
        "id": fields.identifier("id", homes),
        "lesson": file.stem,
        "covers": fields.texts("covers"),
        "difficulty": int(fields.one_of("difficulty", ["1", "2", "3"]) or 0),
        "prompt": fields.text("prompt"),
        "explanation": fields.text("explanation"),
        "reference": fields.text("reference"),
        "further": fields.one_of("further", ["yes", "no"], otherwise="no") == "yes",
        "origin": {"file": file.name, "line": fields.line},
    }
    own = _READERS[kind](fields) if kind in _READERS else {}
    if kind in _READERS:
        fields.nothing_else()
    if len(slips) > before:
        return None
    maker: Callable[..., Question] = next(one for one in KINDS if one.kind == kind)
    return maker(**common, **own)


def _one_choice(fields: Fields) -> dict[str, Any]:
    return {"choices": _choices(fields, [key] if (key := fields.text("key")) else [])}


def _many_choices(fields: Fields) -> dict[str, Any]:
    return {"choices": _choices(fields, list(fields.texts("key")))}


def _choices(fields: Fields, keys: list[str]) -> tuple[Choice, ...]:
    """The choices with their whys; a wrong one has one, a right one has none."""
    each = fields.each("choices")
    texts = [one.text("text") for one in each]
    for key in keys:
        if texts and key not in texts:
            rule = f'The key "{key}" is none of the choices.'
            fields.slip("key", rule, _as_it_stands(key, texts))
    # Without a key that is among them, nobody can say which of them need a why.
    known = bool(keys) and set(keys) <= set(texts)
    made = []
    for place, (one, text) in enumerate(zip(each, texts, strict=True)):
        right = text in keys
        why = one.text("why", otherwise=None if known and not right else "")
        if right and why:
            one.slip("why", "A right choice says why it is wrong.", "Move it to the explanation.")
        if text and text in texts[:place]:
            one.slip("text", f'Two choices read "{text}".', "Leave one away, or tell them apart.")
        one.nothing_else()
        made.append(Choice(text, right, why))
    if len(made) == 1:
        fields.slip("choices", "There is one choice.", "To choose takes at least two.")
    elif made and all(choice.right for choice in made):
        fields.slip("key", "Every choice is right.", "Add one that is wrong.")
    _lettered(fields, "choices", len(made))
    return tuple(made)


def _lettered(fields: Fields, name: str, shown: int) -> None:
    """A slip where more is `shown` to choose from than there are letters to name it by."""
    if shown > len(LETTERS):
        rule = f"There are {shown} of them, and letters for {len(LETTERS)}."
        fields.slip(name, rule, "Leave some away, or make two questions of it.")


def _as_it_stands(key: str, texts: list[str]) -> str:
    """The remedy for a key that is no choice: nearly one, as 0443 is 443, or not at all."""

    def spelled(text: str) -> Decimal | str:
        try:
            return as_number(text)
        except QuizError:
            return plain(text)

    meant = next((text for text in texts if text and spelled(text) == spelled(key)), "")
    if meant:
        return f'A choice reads "{meant}": write the key letter by letter as it stands there.'
    return "Copy the words of the right one."


def _number(fields: Fields) -> dict[str, Any]:
    key, tolerance = fields.number("key"), fields.number("tolerance", otherwise=0)
    to = fields.number("to") if fields.text("to", otherwise="") else None
    known = all(one is None or one.is_finite() for one in (key, tolerance, to))
    if known and tolerance < 0:
        fields.slip("tolerance", f"Nothing is within {tolerance} of the key.", "Write 0 or more.")
    if to is not None and "tolerance" in fields:
        rule = "The right numbers go from `key` to `to`, and a tolerance stands there as well."
        fields.slip("tolerance", rule, "Take one of the two away.")
    if known and to is not None and to <= key:
        rule = f"No numbers go from {key} to {to}."
        fields.slip("to", rule, "The lowest right number is the `key`, the highest `to`.")

    def is_right(answer: Decimal) -> bool:
        return known and is_near(answer, key, tolerance, to)

    mistakes = fields.mistakes("mistakes", as_number, is_right)
    return {"key": key, "tolerance": tolerance, "to": to, "mistakes": mistakes}


def _short_text(fields: Fields) -> dict[str, Any]:
    key, accept = fields.text("key"), fields.texts("accept", otherwise=())
    right = [plain(text) for text in (key, *accept)]
    mistakes = fields.mistakes("mistakes", plain, right.__contains__)
    return {"key": key, "accept": accept, "mistakes": mistakes}


def _match(fields: Fields) -> dict[str, Any]:
    pairs: list[Pair] = []
    others = fields.texts("others", otherwise=())
    for one in fields.each("pairs"):
        pair = Pair(one.text("left"), one.text("right"), one.text("why"))
        if pair.left and pair.left in [earlier.left for earlier in pairs]:
            one.slip("left", f'Two pairs have "{pair.left}".', "What belongs to it must be one.")
        if pair.right and pair.right in others:
            rule = f'"{pair.right}" belongs to a pair, and stands among the others.'
            one.slip("right", rule, "Take it from `others`.")
        one.nothing_else()
        pairs.append(pair)
    if len(pairs) == 1:
        fields.slip("pairs", "There is one pair.", "To match takes at least two.")
    offered = {pair.right for pair in pairs} | set(others)
    if len(pairs) > 1 and len(offered) == 1:
        fields.slip("pairs", "There is one right side.", "Add another, or name `others`.")
    _lettered(fields, "pairs", len(offered))
    return {"pairs": tuple(pairs), "others": others}


def _order(fields: Fields) -> dict[str, Any]:
    items = fields.texts("items")
    if len(items) == 1:
        fields.slip("items", "There is one item.", "To put in order takes at least two.")
    _lettered(fields, "items", len(items))
    return {"items": items}


def _fill(fields: Fields) -> dict[str, Any]:
    blanks: list[Blank] = []
    for one in fields.each("blanks"):
        bare = Blank(one.text("name"), one.text("key"), one.texts("accept", otherwise=()))
        if bare.name and bare.name in [earlier.name for earlier in blanks]:
            one.slip("name", f'Two fields are called "{bare.name}".', "Name one otherwise.")
        spelled = as_filled(bare)
        right = [spelled(text) for text in (bare.key, *bare.accept)]
        mistakes = one.mistakes("mistakes", spelled, right.__contains__)
        one.nothing_else()
        blanks.append(replace(bare, mistakes=mistakes))
    return {"shown": fields.text("shown"), "blanks": tuple(blanks)}


_READERS: dict[str, Callable[[Fields], dict[str, Any]]] = {
    OneChoice.kind: _one_choice,
    ManyChoices.kind: _many_choices,
    Number.kind: _number,
    ShortText.kind: _short_text,
    Match.kind: _match,
    Order.kind: _order,
    Fill.kind: _fill,
}
