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

REASON = 0.25
"""How much more a lost packet takes: why it was lost stands on a line of its own below."""

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
    side: int
    lane: int
    arrives: bool = False
    states: tuple[str, ...] = ()
    real: bool = True


@dataclass(frozen=True, slots=True)
class Together:
    """Two conversations on one scale of time: a moment is at the same height in both.

    `moments` are all heights at which something happens, with their time in microseconds; between
    two of them, `breaks` are waits in both.
    """

    sides: tuple[Placed, Placed]
    moments: tuple[tuple[float, int], ...]
    breaks: tuple[Break, ...]
    height: float


def place_rows(rows: Sequence[Row]) -> Placed:
    """Where every row goes, from 0 down."""
    (placed,) = _Placer([rows], axis=False).placed()
    return placed


def place_together(one: Sequence[Row], other: Sequence[Row]) -> Together:
    """Where every row of both goes; times are told once for both, and not beside the lanes."""
    placer = _Placer([one, other], axis=True)
    first, second = placer.placed()
    height = max(first.height, second.height, *(y for y, _ in placer.moments), 0.0)
    return Together((first, second), tuple(placer.moments), tuple(placer.breaks), height)


class _Placer:
    """Goes through the events of all sides once, moment by moment, from top to bottom.

    With an `axis`, times are told there and leave room for each other.
    """

    def __init__(self, sides: Sequence[Sequence[Row]], *, axis: bool) -> None:
        self.sides = sides
        self.axis = axis
        self.usual = _usual_wait(sides)
        self.starts: dict[tuple[int, int], float] = {}
        self.ends: dict[tuple[int, int], float] = {}
        self.beside: list[list[Beside]] = [[] for _ in sides]
        self.breaks: list[Break] = []
        self.moments: list[tuple[float, int]] = []
        self.bottoms = [0.0 for _ in sides]
        # By side and lane: how far down text, labels and arrow heads reach, and the time last
        # written.
        self.text: dict[tuple[int, int], float] = {}
        self.labels: dict[tuple[int, int], float] = {}
        self.heads: dict[tuple[int, int], float] = {}
        self.told: dict[tuple[int, int], int] = {}

    def placed(self) -> list[Placed]:
        moments: dict[int, list[list[_Event]]] = {}
        for side, rows in enumerate(self.sides):
            for event in _in_order(rows, side, self.usual):
                moments.setdefault(event.time, [[] for _ in self.sides])[side].append(event)
        y = 0.0
        now = seen = min(moments, default=0)
        for time in sorted(moments):
            top = y
            y += _way(time - now, self.usual)
            events = [group for group in moments[time] if group]
            y = max(self._below_the_others(group[0], y) for group in events)
            now = time
            if any(event.real for group in events for event in group):
                if self.axis and self.moments:
                    y = max(y, self.moments[-1][0] + TEXT)
                if time - seen > LONG_WAIT * self.usual:
                    self.breaks.append(Break(top, y, time - seen))
                self.moments.append((y, time))
                seen = time
            y = max([self._put_all(group, y) for group in events])
        return [self._side(side) for side in range(len(self.sides))]

    def _put_all(self, events: Sequence[_Event], y: float) -> float:
        """What one side does at one moment, from `y` down; returns how far it got."""
        for at, event in enumerate(events):
            if at:
                y = self._below_the_others(event, y + _NEXT)
            y = self._put(event, y)
        self.bottoms[events[0].side] = y
        return y

    def _side(self, side: int) -> Placed:
        placed = []
        for index, row in enumerate(self.sides[side]):
            start = self.starts[side, index]
            end = self.ends.get((side, index), start)
            if isinstance(row, Arrow) and row.fate == "lost":
                end = start + LOST_AFTER * (end - start)
            placed.append((row, start, end))
        beside = self.beside[side]
        bottom = max([self.bottoms[side], *(one.y for one in beside)])
        breaks = tuple(one for one in self.breaks if one.top < bottom)
        return Placed(tuple(placed), tuple(beside), breaks, bottom)

    def _below_the_others(self, event: _Event, y: float) -> float:
        """No higher than what is already at this lane allows."""
        lane, nothing = (event.side, event.lane), -1.0
        if self._tells(event):
            y = max(y, self.text.get(lane, nothing) + TEXT)
        if event.arrives:
            return max(y, self.heads.get(lane, nothing) + _ARRIVAL)
        return max(y, self.labels.get(lane, nothing) + LABEL)

    def _tells(self, event: _Event) -> bool:
        """Is something written beside the lane?"""
        return event.real and bool(event.states or self._is_new(event))

    def _is_new(self, event: _Event) -> bool:
        """Is its time to be written beside the lane?"""
        return not self.axis and self.told.get((event.side, event.lane)) != event.time

    def _put(self, event: _Event, y: float) -> float:
        side, lane = event.side, (event.side, event.lane)
        row = self.sides[side][event.row]
        if isinstance(row, Fold):
            self.starts[side, event.row] = y
            y += FOLD
            self.labels |= {(side, 0): y, (side, 1): y}
            return y
        more = REASON if isinstance(row, Arrow) and row.fate == "lost" else 0.0
        if event.arrives:
            self.ends[side, event.row] = y
            self.heads[lane] = y + more
        else:
            self.starts[side, event.row] = y
            self.labels[lane] = y + more
        if not self._tells(event):
            return y
        for at, state in enumerate(event.states or (None,)):
            time = event.time if at == 0 and self._is_new(event) else None
            self.text[lane] = y + at * TEXT
            self.beside[side].append(Beside(event.lane, self.text[lane], time, state))
        self.told[lane] = event.time
        return y


def _in_order(rows: Sequence[Row], side: int, usual: int) -> list[_Event]:
    """Both ends of all arrows by time. At one moment, what was under way comes in before what is
    sent goes out; rows keep their order.
    """
    events: list[tuple[int, int, _Event]] = []
    for index, row in enumerate(rows):
        if isinstance(row, Fold):
            # Below what is still under way, if that is before what comes next.
            time = max([row.time, *(e.time for _, _, e in events)])
            time = min([time, *(later.time for later in rows[index + 1 : index + 2])])
            events.append((time, index + 1, _Event(time, index, side, 0)))
            continue
        if isinstance(row, Mark):
            event = _Event(row.time, index, side, row.lane, states=_names(row.changes))
            events.append((row.time, index + 1, event))
            continue
        sent = _Event(row.time, index, side, row.start, states=_names(row.sent))
        events.append((row.time, index + 1, sent))
        lost = row.fate == "lost"
        arrival = row.time + usual if lost else row.arrival
        if arrival is not None:
            came = _Event(arrival, index, side, row.end, True, _names(row.arrived), not lost)
            events.append((arrival, index + 1 if arrival <= row.time else 0, came))
    return [event for _, _, event in sorted(events, key=lambda entry: entry[:2])]


def _names(changes: Sequence[Change]) -> tuple[str, ...]:
    return tuple(change.new for change in changes)


def _usual_wait(sides: Sequence[Sequence[Row]]) -> int:
    """Microseconds of a usual flight; where none is known, of a usual pause."""
    flights = [
        row.arrival - row.time
        for rows in sides
        for row in rows
        if isinstance(row, Arrow) and row.arrival is not None and row.arrival > row.time
    ]
    pauses = [b.time - a.time for rows in sides for a, b in pairwise(rows) if b.time > a.time]
    return round(median(flights or pauses or [1]))


def _way(wait: int, usual: int) -> float:
    """Inches down for a wait: straight up to a usual one, then with the logarithm."""
    if wait <= 0:
        return _NEXT
    part = wait / max(usual, 1)
    way = _NEXT + _FLIGHT * min(part, 1.0) + _DOUBLING * max(0.0, log10(part))
    return min(way, _LONGEST)
