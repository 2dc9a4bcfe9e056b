"""A bad line between the model and Linux: each of the first packets lost, doubled or late.

Whatever the line does, every byte arrives once and in order, and both ends end well.
"""

import pytest

from portlab.tcp import Config
from tests.oracle.scenes import (
    FINISHED,
    LINUX_RTO,
    MIXED,
    PORT,
    carry,
    closed,
    lose_next,
    opened,
    stream,
    together,
    wire,
)
from tests.requires import needs

needs("kernel")

pytestmark = pytest.mark.parametrize(("client", "server"), MIXED)
FIRST = range(1, 9)
QUICK = Config(initial_rto=LINUX_RTO, min_rto=LINUX_RTO)
LAST = 4  # transmissions before the quiet end


def conversation(client, server, faults, config=None):
    """Two segments each way. The client waits for nobody but its own handshake."""
    with wire(client, server, faults=faults, config=config) as pump:
        caller, called = pump.ends
        called.listen(PORT)
        caller.connect(PORT)
        pump.run(lambda: caller.state == "ESTABLISHED", "the handshake")
        carry(pump, caller, called, stream(2000))
        carry(pump, called, caller, stream(2000)[::-1])
        closed(pump, caller, called)
        assert {seen.number for seen in pump.seen if seen.fault} == set(faults), pump.story()
        return pump


@pytest.mark.parametrize("fault", ["drop", "double", "swap"])
def test_one_of_the_first_packets_suffers(client, server, fault):
    together(lambda number: conversation(client, server, {number: fault}), FIRST)


def test_two_packets_in_a_row_are_lost(client, server):
    """From the third on: a SYN lost twice would take the three seconds of its timers."""

    def pair(number):
        conversation(client, server, {number: "drop", number + 1: "drop"}, QUICK)

    together(pair, range(3, 11))


@pytest.mark.parametrize("sender", ["client", "server"])
def test_every_kind_of_packet_of_a_bulk_transfer_suffers(client, server, sender):
    """One in twenty lost, one in twenty doubled, one in twenty late, both ways."""
    kinds = {0: "drop", 7: "double", 13: "swap"}
    faults = {number: kinds.get(number % 20) for number in range(10, 100_000)}
    with wire(client, server, faults=faults) as pump:
        caller, called = opened(pump)
        first, second = (caller, called) if sender == "client" else (called, caller)
        carry(pump, first, second, stream(200_000), seconds=30)
        pump.faults.clear()
        closed(pump, first, second)


def test_the_last_packets_are_lost(client, server):
    """The FINs and the acknowledgments of the FINs, each in turn."""

    def ending(number):
        with wire(client, server) as pump:
            caller, called = opened(pump)
            carry(pump, caller, called, b"that was all")
            pump.settle()
            pump.faults[len(pump.seen) + number] = "drop"
            closed(pump, caller, called)
            pump.run(lambda: {caller.state, called.state} <= FINISHED, "the end")

    together(ending, range(1, LAST + 1))


def test_a_lost_segment_is_sent_again_before_any_timer(client, server):
    """Three duplicate acknowledgments are enough (RFC 5681 3.2): fast retransmit."""
    for first in (0, 1):
        with wire(client, server) as pump:
            opened(pump)
            sender, receiver = pump.ends[first], pump.ends[1 - first]
            carry(pump, sender, receiver, stream(50_000))  # opens the congestion window
            lost = lose_next(pump, first)
            carry(pump, sender, receiver, stream(30_000))
            again = [one for one in pump.segments(first) if one.seq == lost[0].seq]
            assert len(again) >= 2
            answers = [one.ack for one in pump.segments(1 - first)]
            assert answers.count(lost[0].seq) >= 3, pump.story()
