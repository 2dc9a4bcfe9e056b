"""Writing a generated question down: wrong choices that are plausible, all different, in any order.

`Distractors` collects them; what would be right, or stands there already, is left out by itself.
"""

from random import Random
from typing import Any

from portlab.quiz.question import Choice, Mistake, OneChoice

REGISTRY = 'IANA, "Service Name and Transport Protocol Port Number Registry"'


class Distractors:
    """The wrong answers to one question, the likeliest first. `right` is the key, in words."""

    def __init__(self, right: object) -> None:
        self.right = str(right)
        self._whys: dict[str, str] = {}

    def add(self, answer: object, why: str) -> None:
        """Add a wrong answer, unless it is there or right."""
        if str(answer) != self.right:
            self._whys.setdefault(str(answer), why)

    def choices(self, chance: Random, count: int = 4) -> tuple[Choice, ...]:
        """The right one among the likeliest wrong ones, mixed."""
        wrong = [Choice(text, False, why) for text, why in self._whys.items()][: count - 1]
        return mixed(chance, [Choice(self.right, True), *wrong])

    def mistakes(self) -> tuple[Mistake, ...]:
        """The wrong answers of a question that is answered by typing."""
        return tuple(Mistake(answer, why) for answer, why in self._whys.items())


def one_choice(chance: Random, distractors: Distractors, **fields: Any) -> OneChoice:
    return OneChoice(choices=distractors.choices(chance), **fields)


def mixed(chance: Random, choices: list[Choice]) -> tuple[Choice, ...]:
    """In any order; `Random.shuffle` may change from one Python to the next, `random` does not."""
    return tuple(sorted(choices, key=lambda _: chance.random()))


def pick(chance: Random, things: Any) -> Any:
    """One of a sequence, by `random` alone for the same reason."""
    return things[int(chance.random() * len(things))]
