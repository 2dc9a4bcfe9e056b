"""Segments that should not be believed: RFC 5961, PAWS, wrong ACKs, stray RSTs."""

import pytest

from portlab.packets import Timestamps
from portlab.tcp import Endpoint, Listener, State, reset_for
from tests.tcp.story import Segment, Story


def test_a_rst_at_the_edge_resets_and_one_in_the_window_is_challenged() -> None:
    """RFC 5961 3.2"""
    story = Story().established().receives("RST", 302)
    story.is_in("ESTABLISHED").sends("ACK", 101, 301)
    story.receives("RST", 301).is_in("CLOSED").ended("reset")


@pytest.mark.parametrize("seq", [300, 301 + (1 << 18), 301 + (1 << 18) + 1])
def test_a_rst_outside_the_window_is_ignored(seq: int) -> None:
    Story().established().receives("RST", seq).is_in("ESTABLISHED").sends_nothing()


def test_a_syn_on_an_open_connection_is_challenged() -> None:
    """RFC 5961 4.2"""
    story = Story().established().receives("SYN", 350).is_in("ESTABLISHED")
    story.sends("ACK", 101, 301)


def test_challenges_are_rationed() -> None:
    """RFC 5961 7: ten in five seconds, and then the clock heals it."""
    story = Story().established()
    for _ in range(25):
        story.receives("SYN", 350)
    for _ in range(10):
        story.sends("ACK", 101, 301)
    story.sends_nothing().waits(5).receives("SYN", 350).sends("ACK", 101, 301)


def test_two_that_disagree_do_not_talk_for_ever() -> None:
    """Each would answer the other's answer; a ration ends it. Data is answered all the same."""
    story = Story().established()
    for _ in range(10):
        story.receives("ACK", 299, 101).sends("ACK", 101, 301)
    story.receives("ACK", 299, 101).sends_nothing()
    story.receives("ACK", 298, 101, b"old").sends("ACK", 101, 301)
    story.waits(5).receives("ACK", 299, 101).sends("ACK", 101, 301)


def test_an_ack_from_the_distant_past_is_challenged() -> None:
    """RFC 5961 5.2: older than SND.UNA less the largest window ever offered."""
    story = Story().established().receives("ACK", 301, 101 - 65535).sends_nothing()
    story.receives("ACK", 301, 101 - 65536).sends("ACK", 101, 301)


def test_an_ack_of_what_was_never_sent_is_answered_and_its_data_dropped() -> None:
    story = Story().established().receives("PSH,ACK", 301, 102, b"lies")
    story.sends("ACK", 101, 301)
    story.reads(b"")


def test_a_segment_without_ack_is_dropped() -> None:
    Story().established().receives("PSH", 301, 0, b"no ack").reads(b"").sends_nothing()


def test_in_syn_sent_a_rst_must_acknowledge_our_syn() -> None:
    story = Story().syn_sent().receives("RST", 0).is_in("SYN-SENT")
    story.receives("RST,ACK", 0, 100).is_in("SYN-SENT").sends_nothing()
    story.receives("RST,ACK", 0, 101).is_in("CLOSED").ended("refused")


@pytest.mark.parametrize("ack", [100, 102, 90])
def test_in_syn_sent_a_wrong_ack_gets_a_rst(ack: int) -> None:
    story = Story().syn_sent().receives("ACK", 300, ack).is_in("SYN-SENT")
    story.sends("RST", ack)


def test_in_syn_received_a_wrong_ack_gets_a_rst() -> None:
    story = Story().syn_received().receives("ACK", 301, 150).is_in("SYN-RECEIVED")
    story.sends("RST", 150)


def test_the_same_syn_again_gets_the_same_answer() -> None:
    story = Story().syn_received().waits(0.5).receives("SYN", 300)
    story.sends("SYN,ACK", 100, 301)
    story.is_in("SYN-RECEIVED")


def test_listen_ignores_rst_and_refuses_ack() -> None:
    story = Story().listening().receives("RST", 300).sends_nothing()
    story.receives("ACK", 300, 777).sends("RST", 777)
    story.is_in("LISTEN")


def test_a_soft_icmp_error_changes_nothing_and_a_hard_one_only_an_attempt() -> None:
    Story().syn_sent().calls("icmp_error", False).is_in("SYN-SENT")
    Story().established().calls("icmp_error", True).is_in("ESTABLISHED")


def test_paws_drops_a_segment_from_the_past() -> None:
    """RFC 7323 5.3"""
    story = Story(timestamps=True).syn_sent()
    story.receives("SYN,ACK", 300, 101, options=(Timestamps(5000, 0),)).sends("ACK", 101, 301)
    story.receives("PSH,ACK", 301, 101, b"old", options=(Timestamps(4999, 0),))
    story.sends("ACK", 101, 301)
    story.reads(b"")
    story.receives("PSH,ACK", 301, 101, b"new", options=(Timestamps(5000, 0),)).reads(b"new")


def test_a_timestamp_is_believed_only_with_the_numbers_beside_it() -> None:
    """RFC 7323 5.3: R3 comes after the window check, or one stray segment could end it all."""
    story = Story(timestamps=True).syn_sent()
    story.receives("SYN,ACK", 300, 101, options=(Timestamps(5000, 0),)).sends("ACK", 101, 301)
    story.receives("PSH,ACK", 301 - 200_000, 101, b"stray", options=(Timestamps(0x7000_0000, 0),))
    story.sends("ACK", 101, 301)
    story.receives("PSH,ACK", 302, 101, b"ahead", options=(Timestamps(6000, 0),))
    story.sends("ACK", 101, 301)
    assert story.tcb.rcv.ts_recent == 5000, story.told("a segment behind a gap set TS.Recent")
    story.receives("PSH,ACK", 301, 101, b"!", options=(Timestamps(5001, 0),)).reads(b"!ahead")


def test_two_ends_that_disagree_about_time_fall_silent() -> None:
    """Answers to old timestamps are rationed, or each would answer the other's for ever."""
    story = Story(timestamps=True).syn_sent()
    story.receives("SYN,ACK", 300, 101, options=(Timestamps(5000, 0),)).sends("ACK", 101, 301)
    for _ in range(50):
        story.receives("ACK", 301, 101, options=(Timestamps(1, 0),))
    for _ in range(10):
        story.sends("ACK", 101, 301)
    story.sends_nothing()


def test_once_agreed_a_segment_without_timestamp_is_dropped() -> None:
    story = Story(timestamps=True).syn_sent()
    story.receives("SYN,ACK", 300, 101, options=(Timestamps(5000, 0),)).sends("ACK", 101, 301)
    story.receives("PSH,ACK", 301, 101, b"bare").sends_nothing().reads(b"")


@pytest.mark.parametrize("flags", [4, 4 | 16])
def test_a_rst_is_never_answered(flags: int) -> None:
    assert reset_for(Segment(1000, 80, 7, 8, flags)) is None


def test_a_closed_port_answers_so_that_the_caller_believes_it() -> None:
    """RFC 9293 3.10.7.1"""
    answer = reset_for(Segment(1000, 80, 2**32 - 1, flags=2, payload=b"ab"))
    assert answer is not None
    assert (answer[0].flag_names, answer[0].seq, answer[0].ack) == ("RST,ACK", 0, 2)


# ---- the backlog ------------------------------------------------------------------------------


def call(listener: Listener, port: int, now: int = 0) -> Endpoint | None:
    syn = Segment(port, 80, 5, flags=2, window=1000)
    return listener.segment_arrives(syn, listener.local, ("10.0.0.1", port), now, iss=9)


def test_a_full_backlog_is_silent_until_a_connection_is_taken() -> None:
    listener = Listener(("10.0.0.2", 80), backlog=2)
    first, second = call(listener, 1001), call(listener, 1002)
    assert first is not None
    assert second is not None
    assert call(listener, 1003) is None
    first.segment_arrives(Segment(1001, 80, 6, 10, flags=16), 1)
    assert first.state is State.ESTABLISHED
    listener.established(first)
    assert call(listener, 1003) is None, "an established connection still takes its place"
    assert listener.accept() is first
    assert call(listener, 1003) is not None
    listener.forget(second)
    assert call(listener, 1004) is not None


def test_a_stray_ack_to_a_listener_is_refused_and_takes_no_place() -> None:
    listener = Listener(("10.0.0.2", 80), backlog=1)
    stray = listener.segment_arrives(
        Segment(7, 80, 5, 33, flags=16), listener.local, ("10.0.0.1", 7), 0, iss=9
    )
    assert stray is not None
    [(answer, _)] = stray.segments_to_send()
    assert (answer.flag_names, answer.seq) == ("RST", 33)
    assert stray.state is State.LISTEN
    assert call(listener, 1001) is not None
