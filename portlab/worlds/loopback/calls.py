"""The log of socket calls, from which Records are made when somebody looks.

Adding to it is on the way of every byte, so an entry is a plain list, and there is no lock: to
append to a list is one step that no other thread can split. A call that sends is entered before
it is made, one that receives after, so the order of the entries is an order in which things can
have happened. (A connect gets its own port and its outcome written in later.)
"""

import time
from collections.abc import Callable
from typing import Any

from portlab.apps.app import Address
from portlab.trace.record import Call, Fate, Record
from portlab.worlds.loopback.limits import Limits

EPOCH = 1_767_225_600
"""2026-01-01T00:00Z in seconds since 1970."""


class CallLog:
    """Entries are [time, call, proto, own end, other end, bytes, error]."""

    def __init__(self, limits: Limits, on_limit: Callable[[str], None]) -> None:
        self.bytes = 0
        self._entries: list[list[Any]] = []
        self._limits = limits
        self._on_limit = on_limit
        # Wall time at the start, monotonic from there: a clock that is set leaves no gap in it.
        self._zero = (time.time_ns() - EPOCH * 1_000_000_000 - time.perf_counter_ns()) // 1000
        self._end = self.now() + int(min(limits.seconds, 10**9) * 1_000_000)

    def now(self) -> int:
        """Microseconds since 2026-01-01T00:00Z."""
        return self._zero + time.perf_counter_ns() // 1000

    @property
    def end(self) -> int:
        """When the lab's time is over."""
        return self._end

    def add(
        self, call: str, proto: str, own: Address, other: Address | None, length: int = 0
    ) -> list[Any]:
        """Enter a call. The entry's last field is None, and takes the error of a failed call."""
        now = self._zero + time.perf_counter_ns() // 1000
        entry = [now, call, proto, own, other, length, None]
        self._entries.append(entry)
        self.bytes += length
        limits = self._limits
        if self.bytes > limits.bytes:
            self._on_limit(f"{limits.bytes:,} bytes")
        elif now > self._end:
            self._on_limit(f"{limits.seconds:g} seconds")
        elif len(self._entries) >= limits.calls:
            self._on_limit(f"{limits.calls:,} socket calls")
        return entry

    def failed(
        self, call: str, proto: str, own: Address, other: Address | None, error: str
    ) -> None:
        """Enter a call that failed."""
        self.add(call, proto, own, other)[6] = error

    def records(self) -> list[Record]:
        """One Record for each call so far. Times never run backwards."""
        records, latest = [], 0
        for number, entry in enumerate(self._entries[:], start=1):
            at, name, proto, own, other, length, error = entry
            latest = max(latest, at)
            dst, dport = other or (None, None)
            call = Call(name, proto, own[0], own[1] or None, dst, dport, length, error)
            fate: Fate = "failed" if error else "returned"
            records.append(Record(number, latest, "called", fate, cause=error, call=call))
        return records
