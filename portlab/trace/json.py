"""Records as plain data, for programs that read JSON."""

from collections.abc import Sequence
from typing import Any

from portlab.trace.analysis import Label, analyse
from portlab.trace.record import EPOCH, Record
from portlab.trace.trace import Trace


def as_dicts(trace: Trace) -> list[dict[str, Any]]:
    """One dictionary per record, ready for `json.dumps`.

    `time` and `arrival` are seconds since 2026-01-01T00:00Z, where the model's clock starts;
    `unix_time` is `time` counted from 1970. All are exact to the microsecond when printed. `seq`
    and `ack` are the numbers in the packet, `length` is bytes of payload. None (null) is what the
    record does not show: a socket call shows no headers, a file no fate. `outer` is what carried a
    packet through a tunnel, `whole` what a fragment completes. `labels` and `states` (of
    both ends after the packet) are what an observer infers from the packets so far.
    """
    analysis = analyse(trace)
    states = analysis.states()
    return [
        _as_dict(record, analysis.of(record), states.get(record.number, (None, None)))
        for record in trace
    ]


def _as_dict(
    record: Record, labels: Sequence[Label], states: tuple[str | None, str | None]
) -> dict[str, Any]:
    call, reason = record.call, record.reason
    return {
        "number": record.number,
        "time": _seconds(record.time),
        "unix_time": _seconds(record.time + EPOCH * 1_000_000),
        "arrival": None if record.arrival is None else _seconds(record.arrival),
        "src": record.src,
        "sport": record.sport,
        "dst": record.dst,
        "dport": record.dport,
        "proto": record.proto,
        "flags": record.flags,
        "seq": record.seq,
        "ack": record.ack,
        "length": record.length if record.packet or call else None,
        "origin": record.origin,
        "fate": record.fate,
        "cause": record.cause,
        "state": record.state,
        "why": record.why,
        "source": reason.source if reason else None,
        "call": call.name if call else None,
        "error": call.error if call else None,
        "problem": record.problem,
        "comments": list(record.comments),
        "outer": None if record.outer is None else str(record.outer),
        "whole": None if record.whole is None else str(record.whole),
        "labels": [
            {
                "kind": label.kind,
                "about": label.about,
                "sentence": label.sentence,
                "inferred": label.inferred,
            }
            for label in labels
        ],
        "states": {"client": states[0], "server": states[1]},
    }


def _seconds(microseconds: int) -> float:
    """Python divides whole numbers exactly and prints the shortest text that gives the same float:

    >>> print(_seconds(1_767_225_600_123_457))
    1767225600.123457
    """
    return microseconds / 1_000_000
