"""The ladder in sentences: what a picture shows, for who cannot see it."""

from collections.abc import Container, Iterable, Sequence

from portlab.host import written
from portlab.views.comparison import is_marked
from portlab.views.shapes import Arrow, Change, Conversation, Fold, Lane, Layout, Row
from portlab.views.times import Clock


def render(layout: Layout, *, marked: Container[int] = ()) -> str:
    """One line for each conversation, packet, call and note, none longer than it must be.

    Of the records in `marked` it says that they stand only in this ladder.
    """
    lines = [layout.title] if layout.title else []
    for conversation in layout.conversations:
        lines += _conversation(conversation, marked)
    return "\n".join([*lines, *layout.notes])


def _conversation(conversation: Conversation, marked: Container[int]) -> Iterable[str]:
    lanes = conversation.lanes
    ends = [_end(lane) for lane in lanes[:2]]
    for at, state in enumerate(conversation.before[:2]):
        ends[at] += f", {state}" if state else ""
    yield f"{conversation.heading}: " + "; ".join(ends) + "."
    for row in conversation.rows:
        only = " Only here." if is_marked(row, marked) else ""
        yield _row(row, lanes) + only


def _row(row: Row, lanes: Sequence[Lane]) -> str:
    if isinstance(row, Fold):
        return f"{row.first} to {row.last}: {row.text}."
    at = _time(row.time)
    if not isinstance(row, Arrow):
        number = f"{row.number}: " if row.number else ""
        return f"{number}{at}, {lanes[row.lane].name}: {row.text}." + _states(row.changes, lanes)
    came = f", arrives at {_time(row.arrival)}" if row.arrival is not None else ""
    ends = f"{lanes[row.start].name} to {lanes[row.end].name}"
    after = _states((*row.sent, *row.arrived), lanes)
    return f"{row.number}: {at}, {ends}, {row.label}{came}.{after}"


def _states(changes: Iterable[Change], lanes: Sequence[Lane]) -> str:
    return "".join(f" {lanes[c.lane].name} is now {c.new}." for c in changes)


def _end(lane: Lane) -> str:
    end = lane.address if lane.port is None else written((lane.address, lane.port))
    return end if lane.name == lane.address else f"{lane.name} {end}"


def _time(time: int) -> str:
    return Clock([time]).show(time).strip()
