"""The deadlines of many things, and which comes next.

TCP moves its retransmission timer forward with every acknowledgment. So a deadline that moves to
later costs nothing here: the old entry stays in the heap, and is put right when it comes up.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Generic, TypeVar

Key = TypeVar("Key")


class Timers(Generic[Key]):
    """One deadline per key, in microseconds; of equal ones, the one that was set first."""

    def __init__(self) -> None:
        self._wanted: dict[Key, int] = {}
        self._queued: dict[Key, int] = {}
        self._heap: list[tuple[int, int, Key]] = []
        self._order = 0

    def __iter__(self) -> Iterator[Key]:
        return iter(self._wanted)

    def set(self, key: Key, deadline: int | None) -> None:
        """Let `key` be due at `deadline`, and at no other time; None: not at all."""
        if deadline is None:
            self._wanted.pop(key, None)
            return
        self._wanted[key] = deadline
        queued = self._queued.get(key)
        if queued is None or deadline < queued:
            self._queue(key, deadline)

    def next(self) -> int | None:
        """The earliest deadline."""
        heap = self._heap
        while heap:
            time, _, key = heap[0]
            if self._queued.get(key) == time:
                wanted = self._wanted.get(key)
                if wanted == time:
                    return time
                del self._queued[key]
                if wanted is not None:
                    self._queue(key, wanted)
            heappop(heap)
        return None

    def due(self, now: int) -> Key | None:
        """Take out one key whose deadline has come; None if there is none."""
        deadline = self.next()
        if deadline is None or deadline > now:
            return None
        _, _, key = heappop(self._heap)
        del self._queued[key]
        del self._wanted[key]
        return key

    def _queue(self, key: Key, deadline: int) -> None:
        self._queued[key] = deadline
        heappush(self._heap, (deadline, self._order, key))
        self._order += 1
