"""Options and sizes, agreed between the model and Linux or left out where one side has them off."""

import socket

import pytest

from portlab.packets import MaximumSegmentSize, Sack, SackPermitted, Timestamps, WindowScale
from portlab.tcp import Config
from tests.oracle.pump import WRAP
from tests.oracle.scenes import MIXED, PORT, carry, closed, lose_next, opened, stream, wire
from tests.requires import needs

needs("kernel")

pytestmark = pytest.mark.parametrize(("client", "server"), MIXED)
BULK = 60_000
SYSCTLS = {
    "window_scale": "net/ipv4/tcp_window_scaling",
    "sack": "net/ipv4/tcp_sack",
    "timestamps": "net/ipv4/tcp_timestamps",
}
ON_SYN = {"window_scale": WindowScale, "sack": SackPermitted, "timestamps": Timestamps}
yes_and_no = pytest.mark.parametrize(
    ("model", "linux"), [(True, True), (True, False), (False, True), (False, False)]
)


def kinds(segment):
    return {type(option) for option in segment.options}


def option(segment, kind):
    return next(one for one in segment.options if isinstance(one, kind))


def switched(client, server, setting, model, linux, **fields):
    return wire(
        client,
        server,
        config=Config(**{setting: model}, **fields),
        sysctls={SYSCTLS[setting]: int(linux)},
    )


@yes_and_no
@pytest.mark.parametrize("setting", SYSCTLS)
def test_an_option_is_used_only_if_both_want_it(client, server, setting, model, linux):
    has = {"model": model, "linux": linux}
    with switched(client, server, setting, model, linux) as pump:
        caller, called = opened(pump)
        syn, answer = pump.segments()[:2]
        assert (ON_SYN[setting] in kinds(syn)) == has[client]
        assert (ON_SYN[setting] in kinds(answer)) == (model and linux)
        carry(pump, caller, called, stream(BULK))
        carry(pump, called, caller, stream(BULK))
        closed(pump, caller, called)


@yes_and_no
def test_timestamps_stand_on_every_segment_or_on_none(client, server, model, linux):
    with switched(client, server, "timestamps", model, linux) as pump:
        caller, called = opened(pump)
        carry(pump, caller, called, stream(BULK))
        closed(pump, called, caller)
        after_syn = [Timestamps in kinds(one) for one in pump.segments()[2:]]
        assert set(after_syn) == {model and linux}, pump.story()
        most = max(len(one.payload) for one in pump.segments())
        assert most == (1448 if model and linux else 1460)  # the option takes 12 bytes


@yes_and_no
def test_sack_blocks_name_what_came_after_the_hole(client, server, model, linux):
    with switched(client, server, "sack", model, linux) as pump:
        caller, called = opened(pump)
        for first, sender, receiver in ((0, caller, called), (1, called, caller)):
            carry(pump, sender, receiver, stream(BULK))  # opens the congestion window
            before = len(pump.segments(1 - first))
            lost = lose_next(pump, first)
            carry(pump, sender, receiver, stream(BULK))
            answers = pump.segments(1 - first)[before:]
            blocks = [
                block for one in answers if Sack in kinds(one) for block in option(one, Sack).blocks
            ]
            assert bool(blocks) == (model and linux), pump.story()
            after = (lost[0].seq + len(lost[0].payload)) % (1 << 32)
            if blocks:
                assert after in {left for left, _ in blocks}


@yes_and_no
def test_both_count_the_window_in_the_same_unit(client, server, model, linux):
    """The server does not read, so its window falls from as large as it gets to nothing."""
    with switched(client, server, "window_scale", model, linux, receive_buffer=200_000) as pump:
        for end in pump.ends:
            if hasattr(end, "options"):
                end.options[socket.SOL_SOCKET, socket.SO_RCVBUF] = 200_000
        caller, called = opened(pump)
        called.reading = False
        caller.send(stream(500_000))
        pump.run(lambda: pump.segments(1)[-1].window == 0, "a full receiver")
        called.reading = True
        pump.run(lambda: len(called.received) == 500_000, "the rest")
        assert called.received == stream(500_000)
        largest = window_was_kept(pump)
        assert largest > 65_535 if model and linux else largest == 65_535


def window_was_kept(pump):
    """Nothing was sent past what the server offered; gives the largest window that it offered."""
    shifts = [option(syn, WindowScale).shift for syn in pump.segments()[:2] if scaled(syn)]
    shift = shifts[1] if len(shifts) == 2 else 0
    edge, largest = None, 0
    for seen in pump.seen[2:]:
        segment = seen.packet.payload
        if seen.sender == 1:
            offered = segment.window << shift
            right = (segment.ack + offered) % WRAP
            edge = right if edge is None or (right - edge) % WRAP < WRAP // 2 else edge
            largest = max(largest, offered)
        elif edge is not None and len(segment.payload) > 1:  # one byte may be a probe
            end = (segment.seq + len(segment.payload)) % WRAP
            assert (edge - end) % WRAP < WRAP // 2, f"{seen} is beyond {edge}"
    return largest


def scaled(syn):
    return WindowScale in kinds(syn)


@pytest.mark.parametrize("timestamps", [False, True])
@pytest.mark.parametrize("mss", [536, 1000, 8960])
def test_nobody_sends_more_than_the_other_can_take(client, server, mss, timestamps):
    config = Config(mss=mss, timestamps=timestamps)
    with wire(client, server, config=config, mtu=9000) as pump:
        caller, called = opened(pump)
        offers = dict(zip((client, server), pump.segments()[:2], strict=True))
        assert option(offers["model"], MaximumSegmentSize).mss == mss
        assert option(offers["linux"], MaximumSegmentSize).mss == 8960
        carry(pump, caller, called, stream(BULK))
        carry(pump, called, caller, stream(BULK))
        for sender in (0, 1):
            most = max(len(one.payload) for one in pump.segments(sender))
            assert most == mss - 12 * timestamps
        closed(pump, caller, called)


def test_linux_offers_the_smallest_mss(client, server):
    with wire(client, server, mtu=576) as pump:
        caller, called = opened(pump)
        offers = dict(zip((client, server), pump.segments()[:2], strict=True))
        assert option(offers["linux"], MaximumSegmentSize).mss == 536
        carry(pump, caller, called, stream(BULK))
        carry(pump, called, caller, stream(BULK))
        assert max(len(one.payload) for one in pump.segments()) == 536
        closed(pump, caller, called)
        assert pump.segments()[0].destination_port == PORT
