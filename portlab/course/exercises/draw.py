"""What an exercise may draw from chance: the same for one student on every system and Python.

Built on nothing but `random()` and `getrandbits()`, whose values Python promises to keep.
"""

from collections.abc import Iterable
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Chance for one student and one exercise.

    >>> draw = Draw("a seed")
    >>> again = Draw("a seed")
    >>> draw.whole(1, 6) == again.whole(1, 6), draw.shuffled("ABC") == again.shuffled("ABC")
    (True, True)
    """

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def seed(self) -> int:
        """A seed for `run` or `Lab`, from 0 to 65,535."""
        return self._random.getrandbits(16)

    def whole(self, first: int, last: int) -> int:
        """A whole number from `first` to `last`, both included."""
        return first + int(self._random.random() * (last - first + 1))

    def one_of(self, items: Iterable[T]) -> T:
        """One of these."""
        listed = list(items)
        return listed[self.whole(0, len(listed) - 1)]

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """All of these, in another order (perhaps the same)."""
        listed = list(items)
        for last in range(len(listed) - 1, 0, -1):
            other = self.whole(0, last)
            listed[last], listed[other] = listed[other], listed[last]
        return listed
