"""Where things stand on the drawn ladder, in inches from its top: time runs down, compressed.

Nothing happens above what came before it, and a longer wait is a longer way, but only with its
logarithm: a second's wait and a round trip of 20 ms fit on one picture. What is written at a lane
never comes closer to what is written above it than a line of text needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log10
from statistics import median

from portlab.views.shapes import Arrow, Change, Fold, Mark, Row

TEXT = 0.21
"""From one line of text to the next outside the lanes."""

LABEL = 0.25
"""From one arrow's start to the next at the same lane: each carries a label."""

FOLD = 0.42
_NEXT = 0.07
_FLIGHT = 0.62
_DOUBLING = 0.24
_LONGEST = 1.0
_ARRIVAL = 0.14
LOST_AFTER = 0.72
"""What part of its way a lost packet is drawn."""

LONG_WAIT = 25
"""A wait of so many times the usual is drawn as a break in the lanes."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is written beside a lane at `y`: a time (microseconds), a state, or both."""

    lane: int
    y: float
    time: int | None
    state: str | None


@dataclass(frozen=True, slots=True)
class Break:
    """A long wait, of `time` microseconds, between `top` and `bottom`."""

    top: float
    bottom: float
    time: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A whole conversation: each row with where it starts and ends, and all else beside it."""

    rows: tuple[tuple[Row, float, float], ...]
    beside: tuple[Beside, ...]
    breaks: tuple[Break, ...]
    height: float


@dataclass(frozen=True, slots=True)
class _Event:
    """One end of an arrow, a mark or a fold; a lost packet's arrival is not real."""

    time: int
    row: int
    lane: int
    arrives: bool = False
    states: tuple[str, ...] = ()
    real: bool = True


def place_rows(rows: Sequence[Row]) -> Placed:
    """Where every row goes, from 0 down."""
    return _Placer(rows).placed()


class _Placer:
    """Goes through the events once, from top to bottom."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.usual = _usual_wait(rows)
        self.starts: dict[int, float] = {}
        self.ends: dict[int, float] = {}
        self.beside: list[Beside] = []
        self.breaks: list[Break] = []
        # By lane: how far down text, labels and arrow heads reach, and the time last written.
        self.text: dict[int, float] = {}
        self.labels: dict[int, float] = {}
        self.heads: dict[int, float] = {}
        self.told: dict[int, int] = {}
        self.y = 0.0

    def placed(self) -> Placed:
        events = _in_order(self.rows, self.usual)
        now = events[0].time if events else 0
        seen = now
        for event in events:
            top = self.y
            self.y = self._below_the_others(event, self.y + _way(event.time - now, self.usual))
            if event.real and event.time - seen > LONG_WAIT * self.usual:
                self.breaks.append(Break(top, self.y, event.time - seen))
            self._put(event)
            now = max(now, event.time)
            seen = max(seen, event.time) if event.real else seen
        placed = []
        for index, row in enumerate(self.rows):
            start = self.starts[index]
            end = self.ends.get(index, start)
            if isinstance(row, Arrow) and row.fate == "lost":
                end = start + LOST_AFTER * (end - start)
            placed.append((row, start, end))
        bottom = max([self.y, *(one.y for one in self.beside)])
        return Placed(tuple(placed), tuple(self.beside), tuple(self.breaks), bottom)

    def _below_the_others(self, event: _Event, y: float) -> float:
        """No higher than what is already at this lane allows."""
        lane, nothing = event.lane, -1.0
        if self._tells(event):
            y = max(y, self.text.get(lane, nothing) + TEXT)
        if event.arrives:
            return max(y, self.heads.get(lane, nothing) + _ARRIVAL)
        return max(y, self.labels.get(lane, nothing) + LABEL)

    def _tells(self, event: _Event) -> bool:
        """Is something written beside the lane?"""
        return event.real and bool(event.states or self.told.get(event.lane) != event.time)

    def _put(self, event: _Event) -> None:
        y, lane = self.y, event.lane
        if isinstance(self.rows[event.row], Fold):
            self.starts[event.row] = y
            self.y = y + FOLD
            self.labels |= {0: self.y, 1: self.y}
            return
        if event.arrives:
            self.ends[event.row] = self.heads[lane] = y
        else:
            self.starts[event.row] = self.labels[lane] = y
        if not self._tells(event):
            return
        for at, state in enumerate(event.states or (None,)):
            new = at == 0 and self.told.get(lane) != event.time
            time = event.time if new else None
            self.text[lane] = y + at * TEXT
            self.beside.append(Beside(lane, self.text[lane], time, state))
        self.told[lane] = event.time


def _in_order(rows: Sequence[Row], usual: int) -> list[_Event]:
    """Both ends of all arrows by time. At one moment, what was under way comes in before what is
    sent goes out; rows keep their order.
    """
    events: list[tuple[int, int, _Event]] = []
    for index, row in enumerate(rows):
        if isinstance(row, Fold):
            # Below what is still under way, if that is before what comes next.
            time = max([row.time, *(e.time for _, _, e in events)])
            time = min([time, *(later.time for later in rows[index + 1 : index + 2])])
            events.append((time, index + 1, _Event(time, index, 0)))
            continue
        if isinstance(row, Mark):
            event = _Event(row.time, index, row.lane, states=_names(row.changes))
            events.append((row.time, index + 1, event))
            continue
        sent = _Event(row.time, index, row.start, states=_names(row.sent))
        events.append((row.time, index + 1, sent))
        lost = row.fate == "lost"
        arrival = row.time + usual if lost else row.arrival
        if arrival is not None:
            came = _Event(arrival, index, row.end, True, _names(row.arrived), not lost)
            events.append((arrival, index + 1 if arrival <= row.time else 0, came))
    return [event for _, _, event in sorted(events, key=lambda entry: entry[:2])]


def _names(changes: Sequence[Change]) -> tuple[str, ...]:
    return tuple(change.new for change in changes)


def _usual_wait(rows: Sequence[Row]) -> int:
    """Microseconds of a usual flight; where none is known, of a usual pause."""
    flights = [
        row.arrival - row.time
        for row in rows
        if isinstance(row, Arrow) and row.arrival is not None and row.arrival > row.time
    ]
    pauses = [b.time - a.time for a, b in pairwise(rows) if b.time > a.time]
    return round(median(flights or pauses or [1]))


def _way(wait: int, usual: int) -> float:
    """Inches down for a wait: straight up to a usual one, then with the logarithm."""
    if wait <= 0:
        return _NEXT
    part = wait / max(usual, 1)
    way = _NEXT + _FLIGHT * min(part, 1.0) + _DOUBLING * max(0.0, log10(part))
    return min(way, _LONGEST)
