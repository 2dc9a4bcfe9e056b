"""Beside the ladder, what hosts said about their TCP has the ladder's own numbers and times."""

from portlab import Lab, apps, drop, run
from portlab.trace.trace import Trace
from portlab.views.ladder import layout
from portlab.views.shapes import Arrow, Conversation, Snapshot
from tests.views import stories


def talk(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    lab.run(5)  # so that the ladder's zero is not the lab's
    server.listen(7, apps.Echo())
    with client.connect(server, 7) as connection:
        connection.send(b"hello")
        connection.receive_until(b"hello")


def only(trace: Trace, **options: bool) -> Conversation:
    (conversation,) = layout(trace, **options).conversations
    return conversation


def held(conversation: Conversation, lane: int, time: int) -> Snapshot:
    return [s for s in conversation.snapshots if s.lane == lane and s.time <= time][-1]


def test_numbers_are_those_of_the_arrows() -> None:
    for relative in (True, False):
        conversation = only(run(talk, seed=1), relative=relative)
        arrows = [row for row in conversation.rows if isinstance(row, Arrow)]
        for arrow in arrows:
            assert arrow.seq is not None
            sender = held(conversation, arrow.start, arrow.time)
            assert arrow.ack == sender.rcv_nxt
            if arrow.length:
                assert sender.snd_nxt == arrow.seq + arrow.length
        assert conversation.snapshots[0].snd_una == arrows[0].seq
        assert (arrows[0].seq == 0) == relative


def test_times_count_from_the_ladders_zero_and_end_with_it() -> None:
    trace = run(talk, seed=1)
    conversation = only(trace)
    times = [one.time for one in conversation.snapshots]
    assert times[0] == 0
    assert times == sorted(times)
    assert times[-1] == trace.changes[-1].time - trace[0].time  # TIME-WAIT is over
    first = conversation.snapshots[0]
    assert first.timers == (("retransmission", 1_000_000),)
    part = only(trace[:1])
    assert {one.time for one in part.snapshots} == {0, 10_000}  # the SYN, and its arrival


def test_one_for_each_moment_of_a_host_says_what_held_afterwards() -> None:
    trace = run(talk, seed=1)
    conversation = only(trace)
    moments = [(one.lane, one.time) for one in conversation.snapshots]
    assert len(moments) == len(set(moments)) < len(trace.snapshots)
    lanes = {lane.name: at for at, lane in enumerate(conversation.lanes)}
    zero = trace[0].time
    last = {(lanes[one.host], one.time - zero): one.state for one in trace.snapshots}
    assert {(one.lane, one.time): one.state for one in conversation.snapshots} == last


def test_a_windows_size_is_given_in_bytes() -> None:
    conversation = only(run(talk, seed=1))
    assert held(conversation, 0, 0).snd_wnd is None
    assert held(conversation, 1, 30_000).snd_wnd == 1 << 18  # the receive buffer, scaled


def test_lost_and_repeated_segments_do_not_shift_them() -> None:
    conversation = only(run(talk, seed=1, faults=[drop(1), drop(3)]))
    assert held(conversation, 0, 999_999).timers == (("retransmission", 1_000_000),)
    assert held(conversation, 0, 1_000_000).timers == (("retransmission", 3_000_000),)


def test_where_nobody_can_ask_there_are_none() -> None:
    for trace in (stories.from_file(), stories.loopback(), stories.closed()):
        for conversation in layout(trace).conversations:
            assert conversation.snapshots == ()
