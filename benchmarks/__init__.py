"""Measurements of portlab, each against a target: `python -m benchmarks [NAME]...`.

Every module here has `measure()`, which gives rows (what, value, "<=" or ">=", target). Most
values are ratios of two things measured in one run, so that they mean the same on any computer. A
value of None says that what is needed is not here.
"""

from collections.abc import Iterable

Row = tuple[str, float | None, str, float]


def median(values: Iterable[float]) -> float:
    """The middle one, which a single slow run does not move."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2]
