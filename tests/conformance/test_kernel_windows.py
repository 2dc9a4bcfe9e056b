"""A receiver that does not read: the window closes, the sender asks, the window opens again."""

import socket

import pytest

from portlab.tcp import Config
from tests.oracle.scenes import LINUX_RTO, MIXED, closed, opened, stream, wire
from tests.requires import needs

needs("kernel")

pytestmark = [
    pytest.mark.parametrize(("client", "server"), MIXED),
    pytest.mark.parametrize("receiver", ["client", "server"]),
]
BUFFER = 8192
BULK = 100_000


def full(client, server, receiver):
    """A wire on which the window of `receiver` is about to close."""
    config = Config(receive_buffer=BUFFER, initial_rto=LINUX_RTO, min_rto=LINUX_RTO)
    return wire(client, server, config=config)


def established(pump, receiver):
    for end in pump.ends:
        if hasattr(end, "options"):
            end.options[socket.SOL_SOCKET, socket.SO_RCVBUF] = BUFFER
    opened(pump)
    return 0 if receiver == "client" else 1


def fill(pump, receiver):
    into = established(pump, receiver)
    pump.ends[into].reading = False
    pump.ends[1 - into].send(stream(BULK))
    pump.run(lambda: pump.segments(into)[-1].window == 0, "a window of zero")
    return into


def finish(pump, into):
    taker, giver = pump.ends[into], pump.ends[1 - into]
    taker.reading = True
    pump.run(lambda: len(taker.received) >= BULK, "the rest", 30)
    assert taker.received == stream(BULK)
    pump.rule = lambda sender, packet: None
    closed(pump, giver, taker)


def test_the_window_closes_and_opens(client, server, receiver):
    with full(client, server, receiver) as pump:
        into = fill(pump, receiver)
        pump.settle()
        finish(pump, into)


def test_a_closed_window_is_probed_and_answered(client, server, receiver):
    """RFC 9293 3.8.6.1: the sender keeps asking, the receiver keeps answering, nobody gives up."""
    with full(client, server, receiver) as pump:
        into = fill(pump, receiver)
        pump.settle()
        before = len(pump.segments(1 - into)), len(pump.segments(into))
        pump.run(lambda: len(pump.segments(into)) >= before[1] + 2, "two answers")
        answers = pump.segments(into)[before[1] :]
        assert {one.window for one in answers} == {0}
        assert all(len(one.payload) <= 1 for one in pump.segments(1 - into)[before[0] :])
        finish(pump, into)


def test_a_lost_window_update_does_not_stop_the_flow(client, server, receiver):
    with full(client, server, receiver) as pump:
        into = fill(pump, receiver)
        lost = []

        def lose_the_opening(sender, packet):
            if sender == into and packet.payload.window and not lost:
                lost.append(packet)
                return "drop"
            return None

        pump.settle()
        pump.rule = lose_the_opening
        finish(pump, into)
        assert lost


def test_two_closed_windows_do_not_silence_each_other(client, server, receiver):
    """Both probe, so both stand one byte further than the other can take (appendix A.2)."""
    with full(client, server, receiver) as pump:
        into = established(pump, receiver)
        for end in pump.ends:
            end.reading = False
            end.send(stream(BULK))
        pump.run(
            lambda: all(pump.segments(sender)[-1].window == 0 for sender in (0, 1)),
            "two windows of zero",
        )
        before = len(pump.seen)
        pump.run(lambda: len(pump.seen) >= before + 6, "probes and answers")
        pump.ends[into].reading = True
        pump.run(lambda: len(pump.ends[into].received) >= BULK, "all of one direction")
        pump.ends[1 - into].reading = True
        pump.run(lambda: len(pump.ends[1 - into].received) >= BULK, "all of the other")
        assert pump.ends[0].received == pump.ends[1].received == stream(BULK)
