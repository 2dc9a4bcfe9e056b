"""A receiver that does not read: the window closes, the sender asks, the window opens again."""

import socket

import pytest

from portlab.tcp import Config
from tests.oracle.scenes import LINUX_RTO, MIXED, closed, opened, stream, wire
from tests.requires import needs

needs("kernel")

pytestmark = pytest.mark.parametrize(("client", "server"), MIXED)
CLIENT, SERVER = 0, 1
BUFFER = 8192
BULK = 100_000


def small(client, server):
    """A wire between two receivers with little room."""
    config = Config(receive_buffer=BUFFER, initial_rto=LINUX_RTO, min_rto=LINUX_RTO)
    return wire(client, server, config=config)


def established(pump):
    for end in pump.ends:
        if hasattr(end, "options"):
            end.options[socket.SOL_SOCKET, socket.SO_RCVBUF] = BUFFER
    return opened(pump)


def fill(pump):
    """The client sends, the server does not read."""
    giver, taker = established(pump)
    taker.reading = False
    giver.send(stream(BULK))
    pump.run(lambda: pump.segments(SERVER)[-1].window == 0, "a window of zero")


def finish(pump):
    giver, taker = pump.ends
    taker.reading = True
    pump.run(lambda: len(taker.received) >= BULK, "the rest", 30)
    assert taker.received == stream(BULK)
    pump.rule = lambda sender, packet: None
    closed(pump, giver, taker)


def test_the_window_closes_and_opens(client, server):
    with small(client, server) as pump:
        fill(pump)
        pump.settle()
        finish(pump)


def test_a_closed_window_is_probed_and_answered(client, server):
    """RFC 9293 3.8.6.1: the sender keeps asking, the receiver keeps answering, nobody gives up."""
    with small(client, server) as pump:
        fill(pump)
        pump.settle()
        before = len(pump.segments(CLIENT)), len(pump.segments(SERVER))
        pump.run(lambda: len(pump.segments(SERVER)) >= before[1] + 2, "two answers")
        answers = pump.segments(SERVER)[before[1] :]
        assert {one.window for one in answers} == {0}
        assert all(len(one.payload) <= 1 for one in pump.segments(CLIENT)[before[0] :])
        finish(pump)


def test_a_lost_window_update_does_not_stop_the_flow(client, server):
    with small(client, server) as pump:
        fill(pump)
        lost = []

        def lose_the_opening(sender, packet):
            if sender == SERVER and packet.payload.window and not lost:
                lost.append(packet)
                return "drop"
            return None

        pump.settle()
        pump.rule = lose_the_opening
        finish(pump)
        assert lost


def test_two_closed_windows_do_not_silence_each_other(client, server):
    """Both probe, so both stand one byte further than the other can take (appendix A.2)."""
    with small(client, server) as pump:
        first, second = established(pump)
        for end in pump.ends:
            end.reading = False
            end.send(stream(BULK))
        pump.run(
            lambda: all(pump.segments(sender)[-1].window == 0 for sender in (CLIENT, SERVER)),
            "two windows of zero",
        )
        before = len(pump.seen)
        pump.run(lambda: len(pump.seen) >= before + 6, "probes and answers")
        first.reading = True
        pump.run(lambda: len(first.received) >= BULK, "all of one direction")
        second.reading = True
        pump.run(lambda: len(second.received) >= BULK, "all of the other")
        assert first.received == second.received == stream(BULK)
