"""What a question is: frozen data, one class for each kind. No file is read here, nothing graded.

The learner's page gets a question without its key; see `session`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose. `why` says why it is wrong, and is empty where it is right."""

    text: str
    right: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer that its author saw coming, and what to say to it."""

    answer: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What all kinds have. `id` is permanent: progress and exports know a question by it.

    `covers` are rows of the course's table of contents, such as "T2"; `difficulty` is 1 (to know),
    2 (to understand) or 3 (to apply). `further` questions go beyond the core of their lesson.
    Text between backticks is code. `origin` is where it comes from, ready for JSON: file and line
    of the bank, or the service, the range or the trace that it was generated from.
    """

    kind: ClassVar[str]

    id: str
    lesson: str
    covers: tuple[str, ...]
    difficulty: int
    prompt: str
    explanation: str
    reference: str
    further: bool = False
    origin: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneChoice(Question):
    """Exactly one of the choices is right."""

    kind = "one choice"

    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyChoices(Question):
    """One or more of the choices are right, and all of them are asked for."""

    kind = "many choices"

    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Question):
    """A number is asked for; right is whatever lies within `tolerance` of the key.

    With `to`, any number from the key to that one is right, both included: "name a port that ...".
    Where both are whole numbers, only whole ones are.
    """

    kind = "number"

    key: Decimal
    tolerance: Decimal = Decimal(0)
    to: Decimal | None = None
    mistakes: tuple[Mistake, ...] = ()

    @property
    def bounds(self) -> tuple[Decimal, Decimal]:
        """The lowest and the highest number that are right."""
        if self.to is not None:
            return self.key, self.to
        return self.key - self.tolerance, self.key + self.tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortText(Question):
    """A word or two are asked for; `accept` are other ways to write the key."""

    kind = "short text"

    key: str
    accept: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """What is given, `left`, and what belongs to it; `why` is said where another was put there."""

    left: str
    right: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Question):
    """To each left side belongs one right side; `others` are right sides that belong to none."""

    kind = "match"

    pairs: tuple[Pair, ...]
    others: tuple[str, ...] = ()

    @property
    def offered(self) -> tuple[str, ...]:
        """The right sides in the order in which they are shown, each once."""
        return mixed(self.id, (*dict.fromkeys(pair.right for pair in self.pairs), *self.others))


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Question):
    """`items` are to be put in the order in which they stand here."""

    kind = "order"

    items: tuple[str, ...]

    @property
    def offered(self) -> tuple[str, ...]:
        """The items in the order in which they are shown, which is never the right one."""
        return mixed(self.id, self.items)


@dataclass(frozen=True, slots=True)
class Blank:
    """One field to fill: its name, and what belongs there, as a ShortText has it.

    Where the key is a number, so is the answer: `0` and `000` are the same.
    """

    name: str
    key: str
    accept: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill(Question):
    """Fields of something shown, such as a segment, that are to be filled in.

    `shown` is what is given, in lines of text with even spaces.
    """

    kind = "fill the fields"

    shown: str
    blanks: tuple[Blank, ...]


KINDS: tuple[type[Question], ...] = (
    OneChoice,
    ManyChoices,
    Number,
    ShortText,
    Match,
    Order,
    Fill,
)


def mixed(seed: str, things: tuple[str, ...]) -> tuple[str, ...]:
    """`things` in another order, always the same one for a `seed`.

    >>> mixed("any-question", ("first", "second", "third"))
    ('third', 'first', 'second')
    """
    chance, order = Random(seed), list(things)
    while tuple(order) == things and len(set(things)) > 1:
        order.sort(key=lambda _: chance.random())
    return tuple(order)
