"""The sentences under a ladder: what could not be drawn, and how to read what was."""

from collections.abc import Sequence
from itertools import pairwise

from portlab.errors import CaptureError
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from portlab.views.printable import printable
from portlab.views.shapes import INFERRED, Arrow, Conversation, Row
from portlab.wording import count

_PROBLEMS_SHOWN = 5
"""Frames without a packet are named one by one up to this many; the rest are counted."""

BACKWARDS = (
    "Rows stand in the order of sending: below a packet that was long under way, a row can have an "
    "earlier time at the same host."
)


def about_the_trace(trace: Trace, rest: Sequence[Record]) -> list[str]:
    """What cannot be drawn: how the run ended, what was no packet."""
    notes = [printable(note) for note in trace.notes]
    if not len(trace) and not trace.notes:
        notes.append("Nothing to show: no packet was sent and no socket was called.")
    for record in rest[:_PROBLEMS_SHOWN]:
        notes.append(f"Record {record.number}: {printable(record.problem or '')}")
    if len(rest) > _PROBLEMS_SHOWN:
        notes.append(f"{count(len(rest) - _PROBLEMS_SHOWN, 'more record')} without a packet.")
    if ended := outcome(trace):
        notes.append(ended)
    if trace.unused_faults:
        named = ", ".join(map(repr, trace.unused_faults))
        notes.append(f"Met nothing, because no packet had that number: {named}.")
    return notes


def outcome(trace: Trace) -> str | None:
    """How the run ended, if not by itself, or why a capture breaks off."""
    error = trace.error
    if error is None:
        return None
    known = "" if isinstance(error, CaptureError) else f"It ended with {type(error).__name__}: "
    return printable(f"{known}{error}")


def how_to_read(made: Sequence[Conversation], relative: bool, scaled: bool) -> list[str]:
    """How to read what stands in the labels."""
    arrows = [
        (at, row) for at, one in enumerate(made) for row in one.rows if isinstance(row, Arrow)
    ]
    sides = {(at, a.start) for at, a in arrows if a.seq is not None and a.kind != "reset"}
    opened = {(at, a.start) for at, a in arrows if a.kind == "syn"}
    notes = []
    if relative and sides:
        note = "seq and ack are relative: each side's SYN counts as 0."
        unseen = " A side whose SYN was not seen starts at 1." if sides - opened else ""
        notes.append(note + unseen)
    if scaled and sides:
        notes.append("win is in bytes: behind the SYNs, the header's field times the window scale.")
    if any(arrow.again is not None or arrow.about is not None for _, arrow in arrows) or any(
        piece.name == "label" for _, arrow in arrows for piece in arrow.pieces
    ):
        notes.append(f"{INFERRED} inferred by comparing packets; no header says so.")
    return notes


def run_backwards(rows: Sequence[Row], *, both: bool) -> bool:
    """Whether the times at one host, read downwards, ever go back; `both` hosts have a clock, or
    the times are the senders'.
    """
    columns: list[list[int]] = [[], []]
    for row in rows:
        if isinstance(row, Arrow):
            ends = [(row.start, row.time), (row.end, row.arrival)]
            for lane, time in ends if both else [(0, row.time)]:
                if lane < len(columns) and time is not None:
                    columns[lane].append(time)
    return any(later < time for column in columns for time, later in pairwise(column))
