"""The clock of a lab, the count against its limits, and the log of its socket calls.

From the log Records are made when somebody looks. Adding to it is on the way of every byte, so an
entry is a plain tuple, and there is no lock: to append to a list is one step that no other thread
can split. A call that sends is entered before it is made, one that receives after, so the order of
the entries is an order in which things can have happened. What becomes known later (that a call
failed, the port it was given) stands beside.
"""

from collections.abc import Callable
from time import perf_counter_ns, time_ns

from portlab.apps.app import Address
from portlab.trace.record import Call, Fate, Record
from portlab.worlds.sockets.limits import Limits

EPOCH = 1_767_225_600
"""2026-01-01T00:00Z in seconds since 1970."""


Entry = tuple[int, str, str, Address, Address | None, int]
"""Nanoseconds of the monotonic clock, the call, its protocol, own end, other end, bytes."""


class Meter:
    """Counts what the calls of one lab carried, and keeps nothing of them: where packets are seen,
    nobody has to make do with calls. Tells `on_limit` when it is too much.
    """

    def __init__(self, limits: Limits, on_limit: Callable[[str], None]) -> None:
        self.bytes = 0
        self._limits = limits
        self._most_bytes = limits.bytes
        self._on_limit = on_limit
        # Wall time at the start, monotonic from there: a clock that is set leaves no gap in it.
        self._zero = (time_ns() - EPOCH * 1_000_000_000 - perf_counter_ns()) // 1000
        self._end = perf_counter_ns() + int(min(limits.seconds, 10**9) * 1_000_000_000)

    def now(self) -> int:
        """Microseconds since 2026-01-01T00:00Z."""
        return self._zero + perf_counter_ns() // 1000

    @property
    def end(self) -> int:
        """When the lab's time is over."""
        return self._zero + self._end // 1000

    def add(
        self, call: str, proto: str, own: Address, other: Address | None, length: int = 0
    ) -> Entry:
        """Count a call."""
        now = perf_counter_ns()
        self.bytes += length
        if self.bytes > self._most_bytes or now > self._end:
            self._reached(now)
        return (now, call, proto, own, other, length)

    def failed(self, entry: Entry, error: str) -> None:
        """Say that a call failed."""

    def started_at(self, entry: Entry, own: Address) -> None:
        """Say which port a call was given."""

    def records(self) -> list[Record]:
        """One for each call that was kept."""
        return []

    def _reached(self, now: int) -> None:
        limits = self._limits
        if self.bytes > limits.bytes:
            self._on_limit(f"{limits.bytes:,} bytes")
        elif now > self._end:
            self._on_limit(f"{limits.seconds:g} seconds")
        else:
            self._on_limit(f"{limits.calls:,} socket calls")


class CallLog(Meter):
    """Keeps all the calls of one lab, too many of which are over a limit as well."""

    def __init__(self, limits: Limits, on_limit: Callable[[str], None]) -> None:
        super().__init__(limits, on_limit)
        self._entries: list[Entry] = []
        self._errors: dict[int, str] = {}
        self._own_ends: dict[int, Address] = {}
        self._most_calls = limits.calls

    def add(
        self, call: str, proto: str, own: Address, other: Address | None, length: int = 0
    ) -> Entry:
        """Enter a call."""
        now = perf_counter_ns()
        entry = (now, call, proto, own, other, length)
        entries = self._entries
        entries.append(entry)
        self.bytes += length
        if self.bytes > self._most_bytes or now > self._end or len(entries) >= self._most_calls:
            self._reached(now)
        return entry

    def failed(self, entry: Entry, error: str) -> None:
        """Say that an entered call failed."""
        self._errors[id(entry)] = error

    def started_at(self, entry: Entry, own: Address) -> None:
        """Say which port an entered call was given."""
        self._own_ends[id(entry)] = own

    def records(self) -> list[Record]:
        """One Record for each call so far. Times never run backwards."""
        records, latest = [], 0
        for number, entry in enumerate(self._entries[:], start=1):
            at, name, proto, own, other, length = entry
            latest = max(latest, self._zero + at // 1000)
            src, sport = self._own_ends.get(id(entry), own)
            dst, dport = other or (None, None)
            error = self._errors.get(id(entry))
            call = Call(name, proto, src, sport or None, dst, dport, length, error)
            fate: Fate = "failed" if error else "returned"
            records.append(Record(number, latest, "called", fate, cause=error, call=call))
        return records
