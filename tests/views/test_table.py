"""A trace's table, as text and as data."""

import pytest

from portlab.errors import PortlabError
from portlab.packets import Packet, Reason
from portlab.trace.record import Call, Frame, Record
from portlab.trace.trace import Trace
from portlab.views.table import Row, rows, table
from tests.trace.files import HANDSHAKE, QUERY

HOSTS = {"10.0.0.1": "server", "10.0.0.2": "client"}
SYN, SYN_ACK, ACK = HANDSHAKE
BEGIN = Reason(9293, "3.5", "Counts from {seq}.")
LOST = Record(1, 500_000, "modelled", "lost", Packet(SYN.raw, BEGIN), cause="dropped on request")
HELLO = [
    LOST,
    Record(2, 1_500_000, "modelled", "delivered", SYN, 1_510_000),
    Record(3, 1_510_000, "modelled", "delivered", SYN_ACK, 1_520_000),
]


def test_columns_stand_under_each_other() -> None:
    text = str(table(Trace(HELLO, hosts=HOSTS)))
    assert text == (
        "No. Time     From         To           Proto Flags    Seq  Ack Length Fate      Why\n"
        "  1 0.000 ms client:49152 server:80    tcp   SYN     1000           0 lost      "
        "dropped on request; Counts from 1000.\n"
        "  2 1.000 s  client:49152 server:80    tcp   SYN     1000           0 delivered\n"
        "  3 1.010 s  server:80    client:49152 tcp   SYN,ACK 5000 1001      0 delivered"
    )


def test_rows_are_the_same_as_data() -> None:
    assert rows(Trace(HELLO[:1], hosts=HOSTS)) == [
        Row(
            1,
            0,
            "client:49152",
            "server:80",
            "tcp",
            "SYN",
            1000,
            None,
            0,
            "lost",
            "dropped on request; Counts from 1000.",
        )
    ]


def test_columns_that_nothing_fills_are_left_out() -> None:
    text = str(table(Trace([Record(1, 0, "recorded", "seen", QUERY)])))
    assert text == (
        "No. Time     From           To           Proto Length Fate\n"
        "  1 0.000 ms [fd00::2]:5353 [fd00::1]:53 udp       13 seen"
    )


def test_calls_and_frames_without_packets_say_what_they_are() -> None:
    call = Call("connect", "tcp", "127.0.0.1", 40000, "127.0.0.1", 9, error="refused")
    trace = Trace(
        [
            Record(1, 0, "called", "failed", call=call),
            Record(2, 0, "recorded", "seen", problem="ARP, not an IP packet"),
        ]
    )
    first, second = rows(trace)
    assert (first.src, first.dst, first.flags, first.seq) == (
        "127.0.0.1:40000",
        "127.0.0.1:9",
        "",
        None,
    )
    assert first.why == "connect -> 127.0.0.1:9: refused"
    assert (second.src, second.length, second.why) == ("", None, "ARP, not an IP packet")


def test_what_a_file_says_cannot_reach_the_terminal() -> None:
    frame = Frame(101, comments=("\x1b[2J gone\nnext line",))
    trace = Trace([Record(1, 0, "recorded", "seen", SYN, frame=frame)], notes=["\x07 odd"])
    text = str(table(trace))
    assert "\\x1b[2J gone\\nnext line" in text
    assert "\x1b" not in text
    assert text.splitlines()[2:] == ["\\x07 odd"]


def test_a_long_table_counts_the_rest() -> None:
    trace = Trace([LOST] * 1234)
    assert str(table(trace)).splitlines()[-1] == "... and 1,034 more records."
    assert len(table(trace).text(limit=None).splitlines()) == 1235
    assert table(trace).text(limit=2).count("lost") == 2
    with pytest.raises(PortlabError):
        table(trace).text(limit=0)


def test_an_empty_trace_has_an_empty_table() -> None:
    assert str(table(Trace(notes=["It broke off."]))) == "No records.\nIt broke off."


def test_a_notebook_shows_the_text() -> None:
    shown = table(Trace(HELLO))
    assert shown._repr_mimebundle_() == {"text/plain": str(shown)}
