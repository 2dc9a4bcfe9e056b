"""Calls that cross: simultaneous open, as in figure 7 of RFC 9293 (section 3.5)."""

import pytest

from portlab import Lab, drop, run
from portlab.errors import LabError, TimedOut
from tests.network.story import told


def both_call(lab: Lab) -> None:
    anna, ben = lab.hosts("anna", "ben")
    anna.start_connect(ben, 5000, source_port=5000)
    ben.start_connect(anna, 5000, source_port=5000)


def moves(trace, host):
    return [(change.old, change.new) for change in trace.changes if change.host == host]


def test_calls_that_cross_are_figure_7():
    trace = run(both_call)
    assert told(trace) == [
        "0 ms anna > ben SYN",
        "0 ms ben > anna SYN",
        "10 ms ben > anna SYN,ACK",
        "10 ms anna > ben SYN,ACK",
    ]
    figure = [("CLOSED", "SYN-SENT"), ("SYN-SENT", "SYN-RECEIVED"), ("SYN-RECEIVED", "ESTABLISHED")]
    assert moves(trace, "anna") == moves(trace, "ben") == figure
    syn_of_anna, syn_of_ben, answer_of_ben, answer_of_anna = trace
    assert (answer_of_anna.seq, answer_of_anna.ack) == (syn_of_anna.seq, syn_of_ben.seq + 1)
    assert (answer_of_ben.seq, answer_of_ben.ack) == (syn_of_ben.seq, syn_of_anna.seq + 1)


def test_if_one_of_the_calls_is_lost_the_other_makes_the_connection():
    trace = run(both_call, faults=[drop(1)])
    assert moves(trace, "ben")[-1][1] == moves(trace, "anna")[-1][1] == "ESTABLISHED"
    assert told(trace)[-1] == "20 ms ben > anna ACK"


def test_nothing_happens_before_time_moves(lab, pair):
    server, client = pair
    server.listen(80)
    opening = client.start_connect(server, 80)
    assert len(lab.trace) == 1
    assert "10.0.0.1:80, SYN-SENT" in repr(opening)
    lab.run()
    assert "10.0.0.1:80, ESTABLISHED" in repr(opening)
    assert opening.finish().state == "ESTABLISHED"


def test_who_waits_for_nobody_gives_up(lab, pair):
    _, client = pair
    opening = client.start_connect("192.0.2.1", 80)
    with pytest.raises(TimedOut, match="not one SYN was answered"):
        opening.finish(timeout=2)
    assert client.sockets() == ()


def test_a_timeout_that_makes_no_sense_sends_nothing(lab, pair):
    server, client = pair
    with pytest.raises(LabError):
        client.connect(server, 80, timeout=-1)
    assert not lab.trace
