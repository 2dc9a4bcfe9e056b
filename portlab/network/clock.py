"""Time in the network room: whole microseconds since 2026-01-01T00:00Z; seconds stay outside.

Whoever calls portlab says seconds; this is the one place where they become microseconds.
"""

from math import isfinite, isnan

from portlab.errors import LabError

SECOND = 1_000_000
MILLISECOND = 1_000


def microseconds(seconds: float, what: str = "A time") -> int:
    """`seconds` rounded to whole microseconds. Raises LabError unless finite and not negative.

    >>> microseconds(0.010)
    10000
    """
    number = _number(seconds, what)
    if not isfinite(number) or number < 0:
        raise LabError(
            f"{what} of {seconds!r} s is not possible: time only goes forward. "
            "Give a number of seconds that is 0 or more, such as 0.5."
        )
    return round(number * SECOND)


def deadline_after(now: int, timeout: float | None) -> int | None:
    """When a wait of `timeout` seconds that starts now is over; None if it never is."""
    if timeout is None:
        return None
    number = _number(timeout, "A timeout")
    if not isnan(number) and number > 0 and not isfinite(number):
        return None
    return now + microseconds(timeout, "A timeout")


def in_words(timeout: float | None) -> str:
    """How long somebody waited in vain, behind a clause: `in 30 s`."""
    return "ever" if timeout is None else f"in {timeout:g} s"


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise LabError(f"{what} is a number of seconds, such as 0.5, and not {value!r}.")
    return float(value)
