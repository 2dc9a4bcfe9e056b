"""Times as people read them: milliseconds up to a second, then seconds, exact to what is known."""

from collections.abc import Collection

_SECOND = 1_000_000


class Clock:
    """One column of times: every entry as wide as the widest, decimal points under each other.

    Seconds get six decimals only if a time needs them, so that nothing is rounded.

    >>> clock = Clock([0, 10_000, 1_020_000])
    >>> [clock.show(time) for time in (0, 10_000, 1_020_000)]
    [' 0.000 ms', '10.000 ms', ' 1.020 s ']
    """

    def __init__(self, times: Collection[int]) -> None:
        long = [time for time in times if abs(time) >= _SECOND]
        self._decimals = 6 if any(time % 1000 for time in long) else 3
        self._pad = 0
        self.width = 0
        self._pad = self._decimals - 3 if long else 0
        self.width = max((len(self._written(time)) for time in times), default=0)

    def show(self, time: int) -> str:
        """`time` in microseconds, as wide as the column."""
        return self._written(time).rjust(self.width)

    def _written(self, time: int) -> str:
        if abs(time) >= _SECOND:
            whole, part = divmod(abs(time), _SECOND)
            sign = "-" if time < 0 else ""
            return f"{sign}{whole}.{part:06d}"[: self._decimals - 6 or None] + " s "
        return f"{time / 1000:.3f} ms" + " " * self._pad
