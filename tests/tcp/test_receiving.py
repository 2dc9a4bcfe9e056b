"""However the network cuts, repeats and shuffles a stream, the program reads it once, in order."""

from hypothesis import given
from hypothesis import strategies as st

from portlab.packets import MaximumSegmentSize, Sack, SackPermitted
from portlab.tcp import Config, Seq
from portlab.tcp.receiving import Receiver
from tests.tcp.story import Story

STREAM = bytes(i * 7 % 251 for i in range(400))


@given(
    irs=st.sampled_from([0, 300, 2**32 - 100, 2**31 - 50]),
    pieces=st.lists(st.tuples(st.integers(0, 399), st.integers(1, 120)), max_size=30),
    reads=st.lists(st.integers(0, 60), max_size=10),
)
def test_any_pieces_in_any_order(irs, pieces, reads) -> None:
    receiver = Receiver(Config(receive_buffer=1000))
    receiver.synchronize(Seq(irs))
    got = bytearray()
    have: set[int] = set()
    for step, (start, size) in enumerate([*pieces, (0, 400)]):
        data = STREAM[start : start + size]
        receiver.text(Seq(irs) + 1 + start, data, 0)
        have |= set(range(start, start + len(data)))
        through = next(i for i in range(401) if i not in have)
        assert receiver.nxt == Seq(irs) + 1 + through
        held = {
            Seq(place) - (Seq(irs) + 1)
            for first, last in receiver.sack_blocks(99)
            for place in range(int(first), int(first) + (Seq(last) - Seq(first)))
        }
        assert held == {i for i in have if i > through}
        assert receiver.has_gap == bool(held)
        got += receiver.read(reads[step % len(reads)] if reads else 0)
    got += receiver.read(1000)
    assert bytes(got) == STREAM


def test_the_block_that_changed_last_is_told_first() -> None:
    """RFC 2018 section 4, the example's rule: the receiver reports its newest block first."""
    story = Story(sack=True).established(options=(SackPermitted(),))
    blocks = []
    for start in (500, 1500, 1000):
        story.receives("ACK", 301 + start, 101, b"x" * 100)
        segment = story.sends("ACK", 101, 301)
        blocks.append(next(o for o in segment.options if isinstance(o, Sack)).blocks)
    assert blocks == [
        ((801, 901),),
        ((1801, 1901), (801, 901)),
        ((1301, 1401), (1801, 1901), (801, 901)),
    ]


def test_what_lies_beyond_the_window_is_cut_off() -> None:
    story = Story(receive_buffer=100).established().receives("ACK", 301, 101, b"y" * 150)
    story.waits(0.2).sends("ACK", 101, 401, window=0)
    story.reads(b"y" * 100)


def test_a_fin_that_comes_early_waits_for_the_gap_to_fill() -> None:
    story = Story().established().receives("FIN,ACK", 306, 101, b"world")
    story.is_in("ESTABLISHED").sends("ACK", 101, 301)
    story.receives("ACK", 301, 101, b"hello")
    story.is_in("CLOSE-WAIT").sends("ACK", 101, 312)
    story.reads(b"helloworld")


def test_nothing_is_taken_from_behind_a_fin() -> None:
    story = Story().established().receives("FIN,ACK", 306, 101, b"world")
    story.sends("ACK", 101, 301)
    story.receives("ACK", 301, 101, b"hello" + b"WORLD" + b"and more")
    story.is_in("CLOSE-WAIT").sends("ACK", 101, 312)
    story.reads(b"helloWORLD")  # in order: taken as it came


def test_a_fin_beyond_the_window_does_not_count() -> None:
    story = Story(receive_buffer=10).established().receives("FIN,ACK", 301, 101, b"0123456789ABC")
    story.is_in("ESTABLISHED").waits(0.2).sends("ACK", 101, 311, window=0)


def test_data_after_the_peers_fin_is_ignored() -> None:
    story = Story().close_wait().receives("PSH,ACK", 302, 101, b"more")
    story.is_in("CLOSE-WAIT").reads(b"")
    assert story.tcb.rcv.nxt == 302


def test_an_old_segment_is_answered_and_dropped() -> None:
    story = Story().established().receives("PSH,ACK", 301, 101, b"once").reads(b"once")
    story.waits(0.2).sends("ACK", 101, 305)
    story.receives("PSH,ACK", 301, 101, b"once").sends("ACK", 101, 305)
    story.reads(b"")


# ---- when to acknowledge ----------------------------------------------------------------------


def test_one_segment_is_acknowledged_within_the_delay() -> None:
    story = Story().established().receives("PSH,ACK", 301, 101, b"a").sends_nothing()
    story.waits(0.199).sends_nothing().waits(0.001).sends("ACK", 101, 302)


def test_every_second_full_segment_is_acknowledged_at_once() -> None:
    story = Story(mss=100).established(options=())
    for n in range(4):
        story.receives("ACK", 301 + 100 * n, 101, bytes(100))
        if n % 2:
            story.sends("ACK", 101, 401 + 100 * n)
        else:
            story.sends_nothing()


def test_small_segments_count_by_their_bytes() -> None:
    """RFC 9293 3.8.6.3: every second full segment, or 2*RMSS bytes."""
    story = Story(mss=100).established()
    for n in range(3):
        story.receives("PSH,ACK", 301 + 60 * n, 101, bytes(60)).sends_nothing()
    story.receives("PSH,ACK", 481, 101, bytes(60)).sends("ACK", 101, 541)


def test_without_delay_each_segment_is_acknowledged() -> None:
    story = Story(delayed_ack=False).established()
    story.receives("PSH,ACK", 301, 101, b"a").sends("ACK", 101, 302)


def test_an_answer_carries_the_acknowledgment() -> None:
    story = Story().established().receives("PSH,ACK", 301, 101, b"ping").calls("send", b"pong")
    story.sends("PSH,ACK", 101, 305, b"pong")
    story.waits(0.5).sends_nothing()


def test_a_gap_and_its_filling_are_acknowledged_at_once() -> None:
    story = Story().established().receives("ACK", 401, 101, b"b" * 100)
    story.sends("ACK", 101, 301)
    story.receives("ACK", 301, 101, b"a" * 100).sends("ACK", 101, 501)


# ---- the window -------------------------------------------------------------------------------


def test_the_right_edge_moves_only_by_a_worthwhile_step() -> None:
    """RFC 9293 3.8.6.2.2: no silly little windows."""
    story = Story(receive_buffer=4000, delayed_ack=False)
    story.established(options=(MaximumSegmentSize(1000),))
    for n in range(4):
        story.receives("ACK", 301 + 1000 * n, 101, bytes(1000))
        story.sends("ACK", 101, 1301 + 1000 * n, window=3000 - 1000 * n)
    story.reads(bytes(999), limit=999).sends_nothing()  # a silly window: keep it closed
    story.reads(bytes(1), limit=1).sends("ACK", 101, 4301, window=1000)
    story.reads(bytes(3000), limit=3000).sends("ACK", 101, 4301, window=4000)


def test_a_closed_window_takes_no_data_but_still_takes_acks() -> None:
    story = Story(receive_buffer=10, delayed_ack=False).established().calls("send", b"mine")
    story.sends("PSH,ACK", 101, 301, b"mine")
    story.receives("ACK", 301, 101, b"0123456789").sends("ACK", 105, 311, window=0)
    story.receives("ACK", 311, 105, b"X").sends("ACK", 105, 311, window=0)
    assert story.tcb.snd.una == 105, story.told("the ACK on the probe was not taken")
    story.reads(b"0123456789")


def test_an_ack_from_the_right_edge_is_heard_though_a_gap_is_open() -> None:
    """The peer has sent all that the window takes; the first of it is lost."""
    story = Story(receive_buffer=3000).established().calls("send", b"x")
    story.sends("PSH,ACK", 101, 301)
    for seq in (1301, 2301):
        story.receives("ACK", seq, 101, bytes(1000)).sends("ACK", 102, 301)
    story.receives("ACK", 3301, 102).sends_nothing()
    assert story.tcb.unsent == 0
    story.receives("ACK", 3302, 102).sends("ACK", 102, 301)  # one further is too far


def test_the_window_scale_is_agreed_in_both_syns_or_not_used() -> None:
    from portlab.packets import WindowScale

    config = {"window_scale": True, "receive_buffer": 1 << 20}
    story = Story(**config)
    offered = story.calls("open_active").sends("SYN", 100, window=65535)
    assert WindowScale(5) in offered.options
    story.receives("SYN,ACK", 300, 101, options=(WindowScale(7),), window=1000)
    assert story.sends("ACK", 101, 301).window == (1 << 20) >> 5
    assert story.tcb.snd.wnd == 1000  # the window of a SYN is never scaled (RFC 7323 2.2)
    story.receives("ACK", 301, 101, window=1000)
    assert story.tcb.snd.wnd == 1000 << 7

    alone = Story(**config).established()
    assert alone.tcb.rcv.shift == alone.tcb.snd.shift == 0


def test_a_shift_may_be_offered_that_is_larger_than_the_buffer_needs() -> None:
    """As systems do whose buffers may grow (RFC 7323 2.3)."""
    from portlab.packets import WindowScale

    story = Story(window_scale=True, shift=9, receive_buffer=1 << 16).calls("open_active")
    assert WindowScale(9) in story.sends("SYN", 100, window=65535).options
    story.receives("SYN,ACK", 300, 101, options=(WindowScale(7),))
    story.sends("ACK", 101, 301, window=(1 << 16) >> 9)
