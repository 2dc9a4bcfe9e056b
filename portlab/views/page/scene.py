"""Layouts as the page reads them: compact JSON, every key documented here; page/scene.js reads it.

    scene         {ladders, relative, differences, can}
      ladders     one ladder, or two that stand side by side
      differences null, or {summary: [sentences], only: [numbers to mark in the first, in the
                  second], beside: [[conversation of the first or null, of the second or null]]}
      can         {fault, undo, why}: why there are no faults, or null
    ladder        {title, notes, faults, code, conversations}
      faults      as they are written: ["drop(2)"]
      code        one line of Python that shows it again, or null
    conversation  {heading, lanes, before, rows, snapshots}
      lanes       [[name, address, port or null], ...]
      before      each lane's state at the start, or null
      snapshots   [[time, lane, state, snd_una, snd_nxt, snd_wnd, rcv_nxt, rcv_wnd,
                  [[timer, due], ...]], ...]
    row           an arrow or a mark; what is null, false or empty is left out
      n           number of the record
      t, a        time it was sent, or happened; time it arrived
      s, e        lane it starts at, ends at; a mark has `l` instead
      k           kind, of shapes.Kind
      p, r        the pieces of its label, and a digit for each: its rank
      f           fate, unless delivered
      g           number of the record that it repeats
      b           number of the packet that an ICMP error is about
      c, d        changes of state when it was sent (or at a mark), and when it arrived:
                  [[lane, time, old, event, new, why, source], ...]
      x           a mark's text
      bad         true for a call that failed

Times are whole microseconds since the layout's zero. All of it goes to the page compressed: a
Jupyter server drops messages from a kernel that says more than about 3 MB at once.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from portlab.trace.trace import Trace
from portlab.views.comparison import Comparison
from portlab.views.shapes import Arrow, Change, Conversation, Layout, Mark, Row, Snapshot

FROM_NO_EXPERIMENT = (
    "This trace came from a file or from a lab played by hand, so there is no experiment to run "
    "again with a fault."
)
NO_WIRE = (
    "These packets were carried by this computer's own sockets, where nothing can be dropped, "
    "delayed or doubled on purpose."
)


def as_scene(
    shown: Sequence[tuple[Trace, Layout]],
    *,
    comparison: Comparison | None = None,
    undo: bool = False,
) -> dict[str, Any]:
    """One ladder, or two and how they differ, and what can be done with the last of them."""
    trace, layout = shown[-1]
    why = None if trace.takes_faults else FROM_NO_EXPERIMENT
    if why and trace.experiment is not None:
        why = NO_WIRE
    return {
        "ladders": [_ladder(*one) for one in shown],
        "relative": layout.relative,
        "differences": _differences(comparison),
        "can": {"fault": why is None, "undo": undo, "why": why},
    }


def encoded(scene: dict[str, Any]) -> bytes:
    """JSON in UTF-8, in zlib's format."""
    text = json.dumps(scene, separators=(",", ":"), ensure_ascii=False)
    return zlib.compress(text.encode())


def _differences(found: Comparison | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"summary": found.summary, "only": found.marked, "beside": found.beside}


def _ladder(trace: Trace, layout: Layout) -> dict[str, Any]:
    return {
        "title": layout.title,
        "notes": layout.notes,
        "faults": [repr(fault) for fault in trace.faults],
        "code": trace.code,
        "conversations": [_conversation(one) for one in layout.conversations],
    }


def _conversation(one: Conversation) -> dict[str, Any]:
    return {
        "heading": one.heading,
        "lanes": [[lane.name, lane.address, lane.port] for lane in one.lanes],
        "before": one.before,
        "rows": [_row(row) for row in one.rows],
        "snapshots": [_snapshot(said) for said in one.snapshots],
    }


def _row(row: Row) -> dict[str, Any]:
    if isinstance(row, Arrow):
        return _arrow(row)
    assert isinstance(row, Mark), "the page draws what is in view, and folds nothing"
    made: dict[str, Any] = {"t": row.time, "l": row.lane, "x": row.text}
    if row.number is not None:
        made["n"] = row.number
    if row.failed:
        made["bad"] = True
    if row.changes:
        made["c"] = _changes(row.changes)
    return made


def _arrow(arrow: Arrow) -> dict[str, Any]:
    made: dict[str, Any] = {
        "n": arrow.number,
        "t": arrow.time,
        "s": arrow.start,
        "e": arrow.end,
        "k": arrow.kind,
        "p": [piece.text for piece in arrow.pieces],
        "r": "".join(str(piece.rank) for piece in arrow.pieces),
    }
    if arrow.arrival is not None:
        made["a"] = arrow.arrival
    if arrow.fate != "delivered":
        made["f"] = arrow.fate
    if arrow.again is not None:
        made["g"] = arrow.again
    if arrow.about is not None:
        made["b"] = arrow.about
    if arrow.sent:
        made["c"] = _changes(arrow.sent)
    if arrow.arrived:
        made["d"] = _changes(arrow.arrived)
    return made


def _changes(changes: Iterable[Change]) -> list[list[Any]]:
    return [
        [one.lane, one.time, one.old, one.event, one.new, one.why, one.source] for one in changes
    ]


def _snapshot(said: Snapshot) -> list[Any]:
    return [
        said.time, said.lane, said.state, said.snd_una, said.snd_nxt, said.snd_wnd, said.rcv_nxt,
        said.rcv_wnd, said.timers,
    ]  # fmt: skip
