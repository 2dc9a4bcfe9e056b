"""What an exercise can ask for: whole numbers, text, addresses, choices, sets and orders.

A field has a key, which the exercise computes, and says what it makes of an answer. What learners
make themselves, a Trace or an experiment, is judged in `made.py`.
"""

import difflib
import operator
import re
import reprlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import pairwise
from typing import Any, Literal

from portlab.errors import AddressError, ExerciseError
from portlab.packets.addresses import packed, unpacked
from portlab.wording import listed

Mark = Literal["right", "wrong", "open", "unclear"]
"""`open` was not answered, `unclear` is no answer of the kind asked for: neither is held against
anybody."""


_MANY = 6
"""More numbers in a row than these are not named one by one."""


class Unclear(Exception):
    """An answer that is none of the kind asked for; the message says what to give."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one answer, and what is said about it."""

    name: str
    mark: Mark
    says: str


@dataclass(frozen=True, slots=True)
class Field(ABC):
    """Something asked for under a name. `right` says why the right answer is right."""

    name: str
    _: KW_ONLY
    right: str

    def judge(self, answer: object) -> Judgement:
        """What is to be said about this answer, which may be anything at all."""
        try:
            given = None if answer is None or answer is ... else self.read(answer)
        except Unclear as problem:
            return Judgement(self.name, "unclear", str(problem))
        if given is None or self.is_open(given):
            return Judgement(self.name, "open", self.while_open())
        wrong = self.wrong_with(given)
        if wrong is None:
            return Judgement(self.name, "right", self.right)
        return Judgement(self.name, "wrong", wrong)

    def is_open(self, answer: Any) -> bool:
        """Whether an answer that was read is still the starter's."""
        return False

    def while_open(self) -> str:
        """What is said as long as there is no answer."""
        return f"Not answered yet: give {self.asks()}."

    @abstractmethod
    def asks(self) -> str:
        """What kind of thing is asked for, as in `a whole number`."""

    @abstractmethod
    def read(self, answer: object) -> Any:
        """The answer as it is compared; raises Unclear."""

    @abstractmethod
    def wrong_with(self, answer: Any) -> str | None:
        """What is wrong with an answer that was read; None if it is right."""

    def check(self) -> None:
        """Raise ExerciseError where the definition itself contradicts itself."""
        if not self.name.isidentifier():
            raise ExerciseError(f"a field is called {self.name!r}, which is no name in Python")
        if not self.right.strip():
            raise ExerciseError(f"{self.name} does not say why the right answer is right")


@dataclass(frozen=True, slots=True)
class Valued(Field):
    """A field with a `key`: one value that is right.

    `wrong` are pairs of an answer that people give and what is said to it; `look` is said to all
    other wrong answers, and points in a direction without naming the key.
    """

    key: Any
    _: KW_ONLY
    look: str
    wrong: Sequence[tuple[Any, str]] = ()

    def wrong_with(self, answer: Any) -> str | None:
        if answer == self.read(self.key):
            return None
        return self.foreseen(answer) or self.unforeseen(answer)

    def foreseen(self, answer: Any) -> str | None:
        """What is said to this wrong answer, if its author expected it."""
        said = (says for value, says in self.wrong if answer == self.read(value))
        return next(said, None)

    def unforeseen(self, answer: Any) -> str:
        """What is said to all other wrong answers."""
        return self.look

    def check(self) -> None:
        Field.check(self)
        if not self.look.strip():
            raise ExerciseError(f"{self.name} has no `look` for the wrong answers nobody foresaw")
        read = []
        for value in (self.key, *(value for value, _ in self.wrong)):
            try:
                read.append(self.read(value))
            except Unclear as problem:
                raise ExerciseError(
                    f"{self.name} has {value!r} among its key and wrong answers, but {problem}"
                ) from None
        for (value, says), wrong in zip(self.wrong, read[1:], strict=True):
            if wrong == read[0]:
                raise ExerciseError(
                    f"{self.name} has {value!r} among its wrong answers, and that is its key. "
                    f"Change the wrong answer, or the key, or take the pair away that says {says!r}"
                )


@dataclass(frozen=True, slots=True)
class Whole(Valued):
    """A whole number."""

    def asks(self) -> str:
        return "a whole number"

    def read(self, answer: object) -> int:
        if isinstance(answer, bool):
            raise Unclear(f"{answer} is yes or no, and a whole number is asked for, such as 3.")
        if isinstance(answer, str):
            bare = answer.strip().replace(",", "")
            how = f"Leave the quotes away: {bare}." if bare.isdecimal() else "Give one such as 3."
            raise Unclear(f"{reprlib.repr(answer)} is text, and a whole number is asked for. {how}")
        if isinstance(answer, float):
            raise Unclear(f"{answer} has a decimal point, and a whole number is written without.")
        try:
            return operator.index(answer)  # type: ignore[arg-type]
        except TypeError:
            raise Unclear(f"{_kind(answer)}; a whole number is asked for, such as 3.") from None


@dataclass(frozen=True, slots=True)
class Text(Valued):
    """Text in quotes; small and capital letters and spaces do not matter."""

    def asks(self) -> str:
        return "text in quotes"

    def read(self, answer: object) -> str:
        return " ".join(_text(answer).split()).casefold()


@dataclass(frozen=True, slots=True)
class Address(Valued):
    """An IPv4 or IPv6 address, in any of its spellings."""

    def asks(self) -> str:
        return "an address in quotes"

    def read(self, answer: object) -> str:
        text = _text(answer).strip().strip("[]")
        try:
            return unpacked(packed(text))
        except AddressError:
            if re.search(r"\d[:/]\d+$|\]:", text):
                how = "Give it alone, without a port and without a prefix length."
            elif re.fullmatch(r"/?\d{1,3}", text):
                how = "Write it out, as four numbers with dots."
            else:
                how = "It looks like '10.0.0.1' or 'fd00::1'."
            raise Unclear(f"{reprlib.repr(answer)} is not an address. {how}") from None


@dataclass(frozen=True, slots=True)
class Choice(Valued):
    """One of the `choices`; small and capital letters, spaces and hyphens do not matter."""

    _: KW_ONLY
    choices: Sequence[str]

    def asks(self) -> str:
        return f"one of {_named(self.choices)}"

    def read(self, answer: object) -> str:
        return str(_one_of(self.choices, _text(answer)))


@dataclass(frozen=True, slots=True)
class Several(Valued):
    """Those of the `choices` that fit, as a set; the choices are text or whole numbers."""

    key: Collection[Any]
    _: KW_ONLY
    choices: Sequence[Any]

    def asks(self) -> str:
        return f"a set of {_named(self.choices, 'and')}, as in {{{self.choices[0]!r}}}"

    def read(self, answer: object) -> frozenset[Any]:
        if isinstance(answer, dict) and not answer:
            raise Unclear("{} is a dictionary in Python; a set of nothing is set().")
        if isinstance(answer, dict | str) or not isinstance(answer, Iterable):
            shown = reprlib.repr(answer)
            raise Unclear(f"{shown} is one thing. Put all that fit between braces: {{..., ...}}.")
        return frozenset(_one_of(self.choices, item) for item in answer)

    def unforeseen(self, answer: frozenset[Any]) -> str:
        key = self.read(self.key)
        if not answer:
            return f"There is something that belongs. {self.look}"
        if answer < key:
            return f"All of these belong, and something is still missing. {self.look}"
        if answer > key:
            return f"Nothing is missing, but not all of these belong. {self.look}"
        return self.look


@dataclass(frozen=True, slots=True)
class Order(Valued):
    """All of the `choices` in the right order: a list, or a word if each is one letter."""

    key: Sequence[str]
    _: KW_ONLY
    choices: Sequence[str]

    def asks(self) -> str:
        return f"{_named(self.choices, 'and')} in order, as a list or a word"

    def read(self, answer: object) -> tuple[str, ...]:
        if isinstance(answer, set | frozenset):
            raise Unclear("A set has no order. Use square brackets: ['...', '...'].")
        if not isinstance(answer, Iterable):
            raise Unclear(f"{_kind(answer)}; what is asked for is {self.asks()}.")
        items = answer.replace(",", "").replace(" ", "") if isinstance(answer, str) else answer
        read = tuple(_one_of(self.choices, item) for item in items)
        if twice := [item for item in self.choices if read.count(item) > 1]:
            raise Unclear(f"{twice[0]} stands there more than once.")
        if missing := [item for item in self.choices if item not in read]:
            raise Unclear(f"{_named(missing, 'and')} still has no place.")
        return read

    def unforeseen(self, answer: tuple[str, ...]) -> str:
        key = self.read(self.key)
        same = next(
            i for i, (one, other) in enumerate(zip(answer, key, strict=True)) if one != other
        )
        if not same:
            return f"Look again at which comes first. {self.look}"
        return f"Right as far as {answer[same - 1]}; look at what follows it. {self.look}"


def _text(answer: object) -> str:
    if isinstance(answer, str):
        return answer
    raise Unclear(f"{_kind(answer)}; give text, between quotes.")


def _one_of(choices: Sequence[Any], answer: object) -> Any:
    """The choice that is meant; raises Unclear."""
    if isinstance(answer, str):
        plain = {_plain(choice): choice for choice in choices if isinstance(choice, str)}
        if _plain(answer) in plain:
            return plain[_plain(answer)]
        near = difflib.get_close_matches(_plain(answer), plain, n=1)
        hint = f"Did you mean {plain[near[0]]!r}?" if near else f"Choose from {_named(choices)}."
        raise Unclear(f"{reprlib.repr(answer)} is none of the choices. {hint}")
    if isinstance(answer, int) and not isinstance(answer, bool) and answer in tuple(choices):
        return answer
    raise Unclear(f"{reprlib.repr(answer)} is none of the choices. Choose from {_named(choices)}.")


def _plain(text: str) -> str:
    return re.sub(r"[\s_,-]+", " ", text).strip().casefold()


def _named(items: Sequence[Any], last: str = "or") -> str:
    """All of them; of many numbers in a row the first and the last."""
    if len(items) > _MANY and _in_a_row(items):
        return f"{items[0]} to {items[-1]}"
    return listed(map(repr, items), last)


def _in_a_row(items: Sequence[Any]) -> bool:
    return all(isinstance(one, int) for one in items) and all(
        other == one + 1 for one, other in pairwise(items)
    )


def _kind(answer: object) -> str:
    names = {bool: "yes or no", int: "a number", float: "a number", dict: "a dictionary"}
    name = names.get(type(answer)) or f"a {type(answer).__name__}"
    return f"{reprlib.repr(answer)} is {name}"
