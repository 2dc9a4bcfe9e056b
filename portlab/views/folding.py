"""Long ladders made short: runs of alike segments are folded, what teaches something stays.

First only runs of plain data and plain acknowledgments are folded, and both their ends stay to be
seen. If that is still too long, the middle goes too, and the fold says how many were lost or
retransmitted in it.
"""

from collections.abc import Container, Sequence
from dataclasses import replace
from typing import TypeGuard

from portlab.views.shapes import Arrow, Fold, Layout, Row
from portlab.wording import count

_KEPT_AT_EACH_END = 3
_WORTH_FOLDING = 8
SHORTEST = 8
_PLAIN = ("data", "ack", "udp")


def folded(
    layout: Layout,
    *,
    conversations: int,
    rows: int,
    rows_in_all: int,
    keep: Container[int] = (),
) -> Layout:
    """At most so many conversations, each of at most so many rows; a note counts the others.

    The records in `keep` are folded last, however plain they are.
    """
    shown = layout.conversations[:conversations]
    limit = min(rows, max(SHORTEST, rows_in_all // max(len(shown), 1)))
    left = len(layout.conversations) - len(shown)
    more = (f"... and {count(left, 'more conversation')}.",) if left else ()
    return replace(
        layout,
        conversations=tuple(replace(one, rows=fold(one.rows, limit, keep)) for one in shown),
        notes=more + layout.notes,
    )


def fold(rows: Sequence[Row], limit: int, keep: Container[int] = ()) -> tuple[Row, ...]:
    """`rows` unchanged if there are at most `limit`, else folded to at most that many.

    `limit` is at least SHORTEST; the records in `keep` are folded last.
    """
    if len(rows) <= limit:
        return tuple(rows)
    shorter: list[Row] = []
    run: list[Row] = []
    for row in rows:
        if _is_plain(row) and row.number not in keep:
            run.append(row)
            continue
        shorter += _folded(run, _KEPT_AT_EACH_END)
        shorter.append(row)
        run = []
    shorter += _folded(run, _KEPT_AT_EACH_END)
    if len(shorter) > limit:
        end = (limit - 1) // 3
        begin = limit - 1 - end
        middle = rows[_index(rows, shorter[begin]) : _index(rows, shorter[-end])]
        shorter = [*shorter[:begin], _summary(middle), *shorter[-end:]]
    return tuple(shorter)


def _is_plain(row: Row) -> TypeGuard[Arrow]:
    """Nothing to learn from it that its neighbours do not show."""
    if not isinstance(row, Arrow) or row.kind not in _PLAIN or row.fate in ("lost", "duplicate"):
        return False
    odd = row.again is not None or row.cause is not None or row.sent or row.arrived
    return not odd and all(piece.text != "win=0" for piece in row.pieces)


def _folded(run: list[Row], kept: int) -> list[Row]:
    if len(run) < 2 * kept + _WORTH_FOLDING:
        return run
    return [*run[:kept], _summary(run[kept:-kept]), *run[-kept:]]


def _summary(rows: Sequence[Row]) -> Fold:
    arrows = [row for row in rows if isinstance(row, Arrow)]
    numbers = [row.number for row in rows if not isinstance(row, Fold) and row.number is not None]
    return Fold(
        first=min(numbers),
        last=max(numbers),
        time=rows[0].time,
        count=len(arrows),
        length=sum(arrow.length for arrow in arrows),
        lost=sum(arrow.fate == "lost" for arrow in arrows),
        again=sum(arrow.again is not None for arrow in arrows),
    )


def _index(rows: Sequence[Row], row: Row) -> int:
    """Where `row` stands among the unfolded rows; a fold stands where its first packet does."""
    if isinstance(row, Fold):
        return next(i for i, r in enumerate(rows) if isinstance(r, Arrow) and r.number == row.first)
    return next(i for i, r in enumerate(rows) if r is row)
