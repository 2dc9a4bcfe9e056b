"""A Trace as a table: one line for each record, as Wireshark lists packets.

`rows` is plain data, Table writes it as text. Every record has its line, in the order of the
trace; sorting them into conversations is the ladder's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portlab.errors import PortlabError
from portlab.host import written
from portlab.trace.analysis import Label
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from portlab.views.labels import call_text
from portlab.views.observed import label_pieces, labels_by_record
from portlab.views.printable import printable
from portlab.views.times import Clock

ROWS_SHOWN = 200
"""Longer tables end with a line that counts the rest."""

_HEADINGS = ("No.", "Time", "From", "To", "Proto", "Flags", "Seq", "Ack", "Length", "Fate", "Why")
_TO_THE_RIGHT = frozenset(("No.", "Seq", "Ack", "Length"))


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `time` in microseconds since the trace's first, `seq` and `ack` as in the packet.

    `why` holds whatever is known beyond the numbers: the cause of a loss, the sender's reason, a
    socket call, what is wrong with a frame, a capture file's own comment, or what an observer
    infers of it (marked `*`).
    """

    number: int
    time: int
    src: str
    dst: str
    proto: str
    flags: str
    seq: int | None
    ack: int | None
    length: int | None
    fate: str
    why: str


def rows(trace: Trace) -> list[Row]:
    """The table's lines as plain data; what a record does not show is None or empty."""
    zero = trace[0].time if len(trace) else 0
    labels = labels_by_record(trace)
    return [_row(record, trace, zero, labels.get(record.number, ())) for record in trace]


def table(trace: Trace) -> "Table":
    """The table of `trace`; printed, or as a cell's value, it is text."""
    return Table(trace)


class Table:
    """See `table`."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    def text(self, *, limit: int | None = ROWS_SHOWN) -> str:
        """Aligned columns, empty ones left out; at most `limit` lines (None: all of them).

        Raises PortlabError for a limit under 1.
        """
        if limit is not None and limit < 1:
            raise PortlabError(f"A table of {limit} lines shows nothing. Give limit=1 or more.")
        trace = self.trace
        shown = rows(trace[:limit])
        clock = Clock([row.time for row in shown])
        lines = [_HEADINGS, *(_cells(row, clock) for row in shown)]
        columns = [column for column in zip(*lines, strict=True) if any(column[1:])]
        parts = [_aligned(column) for column in columns]
        text = [" ".join(line).rstrip() for line in zip(*parts, strict=True)]
        if rest := len(trace) - len(shown):
            text.append(f"... and {rest:,} more records.")
        if not len(trace):
            text = ["No records."]
        return "\n".join([*text, *map(printable, trace.notes)])

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.text()}


def _row(record: Record, trace: Trace, zero: int, labels: Sequence[Label]) -> Row:
    known = record.packet or record.call
    return Row(
        record.number,
        record.time - zero,
        _end(trace, record.src, record.sport),
        _end(trace, record.dst, record.dport),
        record.proto or "",
        record.flags or "",
        record.seq,
        record.ack,
        record.length if known else None,
        record.fate,
        "; ".join([*_why(record), *(piece.text for piece in label_pieces(labels))]),
    )


def _end(trace: Trace, address: str | None, port: int | None) -> str:
    if address is None:
        return ""
    name = trace.name_of(address)
    return name if port is None else written((name, port))


def _why(record: Record) -> list[str]:
    call = call_text(record.call) if record.call else None
    found = (record.cause, record.why, call, record.problem, *record.comments)
    return [text for text in found if text]


def _cells(row: Row, clock: Clock) -> tuple[str, ...]:
    numbers = ("" if n is None else str(n) for n in (row.seq, row.ack, row.length))
    ends = (row.src, row.dst, row.proto, row.flags)
    return (
        str(row.number),
        clock.show(row.time),
        *map(printable, ends),
        *numbers,
        row.fate,
        printable(row.why),
    )


def _aligned(column: tuple[str, ...]) -> list[str]:
    width = max(map(len, column))
    right = column[0] in _TO_THE_RIGHT
    return [cell.rjust(width) if right else cell.ljust(width) for cell in column]
