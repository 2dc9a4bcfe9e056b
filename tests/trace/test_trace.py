"""A Trace as a sequence, what its filters keep, and its records as JSON."""

import json

import pytest

from portlab.errors import LabError, PacketError, PortError
from portlab.packets import SYN, Packet, Reason, Segment
from portlab.trace.json import as_dicts
from portlab.trace.record import Call, Record
from portlab.trace.trace import Trace
from tests.trace.files import HANDSHAKE, QUERY

REASON = Reason(9293, "3.5", "Counts from {seq}.")
RECORDS = [
    Record(1, 0, "modelled", "lost", Packet(HANDSHAKE[0].raw, REASON), cause="drop(1)"),
    *(
        Record(i, i * 10_000, "modelled", "delivered", packet, i * 10_000 + 5000)
        for i, packet in enumerate(HANDSHAKE, start=2)
    ),
    Record(5, 60_001, "modelled", "delivered", QUERY, 70_001),
    Record(6, 70_002, "recorded", "seen", problem="ARP, not an IP packet"),
    Record(7, 80_000, "called", "failed", call=Call("connect", "tcp", "::1", 9, "::1", 80)),
]
TRACE = Trace(
    RECORDS,
    hosts={"10.0.0.1": "server", "10.0.0.2": "client"},
    world="model",
    title="a story",
    notes=["odd"],
)


def kept(**what: object) -> list[int]:
    return [record.number for record in TRACE.filter(**what)]  # type: ignore[arg-type]


def test_a_trace_is_a_sequence_and_its_parts_are_traces() -> None:
    part = TRACE[1:3]
    assert isinstance(part, Trace)
    assert list(part) == RECORDS[1:3]
    assert (part.title, part.world, part.hosts, part.notes) == (
        "a story",
        "model",
        TRACE.hosts,
        ("odd",),
    )
    assert TRACE[-1] is RECORDS[-1]
    assert len(TRACE) == 7


def test_filters() -> None:
    assert kept() == [1, 2, 3, 4, 5, 6, 7]
    assert kept(proto="TCP") == [1, 2, 3, 4, 7]
    assert kept(port=80) == [1, 2, 3, 4, 7]
    assert kept(port=53) == [5]
    assert kept(host="server") == kept(host="10.0.0.1") == [1, 2, 3, 4]
    assert kept(host="FD00:0::1") == [5]
    assert kept(host="nobody") == []
    assert kept(flags="SYN") == [1, 2, 3]
    assert kept(flags="ack, syn") == [3]
    assert kept(flags="ACK", proto="tcp", host="client", port=80) == [3, 4]
    assert [record.number for record in TRACE.where(lambda r: r.fate == "lost")] == [1]


def test_a_filter_that_can_mean_nothing_is_refused() -> None:
    with pytest.raises(PortError):
        TRACE.filter(port=65536)
    with pytest.raises(PacketError, match="'SIN' is not a flag"):
        TRACE.filter(flags="SIN")


def test_a_trace_without_an_experiment_cannot_run_again() -> None:
    with pytest.raises(LabError, match="cannot be run again"):
        TRACE.rerun([])


def test_records_as_json() -> None:
    found = json.loads(json.dumps(as_dicts(TRACE)))
    assert found[0] == {
        "number": 1,
        "time": 0.0,
        "unix_time": 1_767_225_600.0,
        "arrival": None,
        "src": "10.0.0.2",
        "sport": 49152,
        "dst": "10.0.0.1",
        "dport": 80,
        "proto": "tcp",
        "flags": "SYN",
        "seq": 1000,
        "ack": None,
        "length": 0,
        "origin": "modelled",
        "fate": "lost",
        "cause": "drop(1)",
        "state": None,
        "why": "Counts from 1000.",
        "source": "RFC 9293 3.5",
        "call": None,
        "error": None,
        "problem": None,
        "comments": [],
        "outer": None,
        "whole": None,
        "labels": [],
        "states": {"client": "SYN-SENT", "server": "SYN-RECEIVED"},
    }
    (label,) = found[1]["labels"]
    assert (label["kind"], label["about"], label["inferred"]) == ("retransmission", 1, True)
    assert label["sentence"].startswith("What it carries (a SYN or FIN) was sent before")
    assert (found[2]["flags"], found[2]["seq"], found[2]["ack"]) == ("SYN,ACK", 5000, 1001)
    assert (found[4]["proto"], found[4]["flags"], found[4]["length"]) == ("udp", None, 13)


def test_what_a_record_does_not_show_is_null() -> None:
    frame, call = as_dicts(TRACE)[5:]
    assert {name for name, value in frame.items() if value is not None} == {
        "number",
        "time",
        "unix_time",
        "origin",
        "fate",
        "problem",
        "comments",
        "labels",
        "states",
    }
    assert frame["states"] == {"client": None, "server": None}
    assert (call["call"], call["proto"], call["sport"], call["dport"]) == ("connect", "tcp", 9, 80)
    assert (call["flags"], call["seq"], call["ack"]) == (None, None, None)


@pytest.mark.parametrize("time", [60_001, -1, 10**15 + 1, -(10**15) - 999_999])
def test_times_are_printed_to_the_microsecond(time: int) -> None:
    packet = Packet.build("10.0.0.1", "10.0.0.2", Segment(1, 2, 3, flags=SYN))
    (found,) = as_dicts(Trace([Record(1, time, "recorded", "seen", packet)]))
    assert f"{found['time']:.6f}".replace(".", "").lstrip("-0") == str(abs(time))
    assert round(float(json.dumps(found["unix_time"])) * 1_000_000) == time + 1_767_225_600_000_000
