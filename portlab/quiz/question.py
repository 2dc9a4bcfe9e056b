"""What a question is: frozen data, one class for each kind. No file is read here, nothing graded.

The learner's page gets a question without its key; see `session`.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar


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
    Text between backticks is code.
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
    """A number is asked for; right is whatever lies within `tolerance` of the key."""

    kind = "number"

    key: Decimal
    tolerance: Decimal = Decimal(0)
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortText(Question):
    """A word or two are asked for; `accept` are other ways to write the key."""

    kind = "short text"

    key: str
    accept: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


KINDS: tuple[type[Question], ...] = (OneChoice, ManyChoices, Number, ShortText)
