"""Faults: "let exactly this transmission go wrong", named by its number in the ladder.

Transmissions are numbered from 1 in the order they are recorded, over both directions and all
links of a lab. A copy that a link or a fault makes has a number of its own, the one after its
original, so a fault may name a copy too. Because everything else is seeded, all that comes before
a fault is the same as without it; what comes after may differ, and so may the numbers there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from portlab.errors import LabError
from portlab.network.clock import microseconds


@dataclass(frozen=True, slots=True, repr=False)
class Fault:
    """What happens to transmission `number`: made by `drop`, `delay` and `duplicate`."""

    kind: Literal["drop", "delay", "duplicate"]
    number: int
    seconds: float = 0.0

    def __repr__(self) -> str:
        more = f", {self.seconds!r}".removesuffix(".0") if self.kind == "delay" else ""
        return f"{self.kind}({self.number}{more})"


def drop(number: int) -> Fault:
    """Lose transmission `number`. Raises LabError unless it is a whole number from 1.

    >>> drop(2)
    drop(2)
    """
    return Fault("drop", _transmission(number))


def delay(number: int, seconds: float) -> Fault:
    """Let transmission `number` arrive `seconds` later than it would have."""
    microseconds(seconds, "A delay")
    return Fault("delay", _transmission(number), float(seconds))


def duplicate(number: int) -> Fault:
    """Let transmission `number` arrive twice; the copy is the next number."""
    return Fault("duplicate", _transmission(number))


def with_fault(faults: Iterable[Fault], new: Fault) -> tuple[Fault, ...]:
    """`faults` with `new` in them, as a learner clicks them together on a ladder.

    Changing what happens to one transmission can change all that follow, so faults on that number
    and on later ones are cleared.

    >>> with_fault((drop(2), drop(9)), delay(4, 0.5))
    (drop(2), delay(4, 0.5))
    """
    return (*(fault for fault in faults if fault.number < new.number), new)


def check_faults(faults: object) -> tuple[Fault, ...]:
    """`faults` as a tuple of Faults, or LabError."""
    if isinstance(faults, Fault):
        return (faults,)
    if not isinstance(faults, Iterable):
        raise LabError(f"Faults are a list such as [drop(2)], and not {faults!r}.")
    listed = tuple(faults)
    for fault in listed:
        if not isinstance(fault, Fault):
            raise LabError(
                f"{fault!r} is no fault. Make one with drop(number), delay(number, seconds) or "
                "duplicate(number)."
            )
    return listed


def _transmission(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise LabError(
            f"{number!r} names no transmission: they are numbered 1, 2, 3 and so on, as the "
            "ladder shows them. Give one of those numbers."
        )
    return number
