"""What TCP does when segments do not arrive: RFC 6298, 5681, 6582, 6675."""

import pytest

from portlab.packets import MaximumSegmentSize, Sack, SackPermitted, Timestamps
from portlab.tcp import Config
from portlab.tcp.congestion import initial_window
from portlab.tcp.rto import RetransmissionTimeout
from tests.tcp.story import Story

MSS = (MaximumSegmentSize(1000),)
SACK = (*MSS, SackPermitted())


# ---- the timer --------------------------------------------------------------------------------


def test_a_syn_is_repeated_at_1_3_7_15_31_63_and_127_seconds() -> None:
    story = Story().syn_sent()
    for wait in (1, 2, 4, 8, 16, 32, 64):
        story.waits(wait - 0.001).sends_nothing().waits(0.001).sends("SYN", 100)
    story.waits(119.999).is_in("SYN-SENT").waits(0.001).ended("timed out")


def test_rto_follows_rfc_6298_section_2() -> None:
    timer = RetransmissionTimeout(Config(min_rto=0))
    assert timer.rto == 1_000_000
    timer.measured(100_000)  # (2.2) SRTT = R, RTTVAR = R/2, RTO = SRTT + 4 RTTVAR
    assert (timer.srtt, timer.rttvar, timer.rto) == (100_000, 50_000, 300_000)
    timer.measured(180_000)  # (2.3) RTTVAR = 3/4*50 + 1/4*80, SRTT = 7/8*100 + 1/8*180
    assert (timer.srtt, timer.rttvar, timer.rto) == (110_000, 57_500, 340_000)
    timer.back_off()
    assert timer.rto == 680_000  # (5.5)
    for _ in range(20):
        timer.back_off()
    assert timer.rto == Config().max_rto  # (2.5)


def test_rto_is_never_under_the_minimum() -> None:
    timer = RetransmissionTimeout(Config())
    timer.measured(1000)
    assert timer.rto == 1_000_000  # (2.4)


def test_a_repeated_segment_is_never_timed() -> None:
    """Karn's algorithm (RFC 6298 3): its ACK could be for either copy."""
    story = Story().established(options=MSS).waits(1).calls("send", b"x")
    before = story.tcb.snd.timeout.srtt
    story.sends("PSH,ACK", 101, 301)
    story.waits(1).sends("PSH,ACK", 101, 301)
    story.waits(0.9).receives("ACK", 301, 102)
    assert story.tcb.snd.timeout.srtt == before


def test_timestamps_time_even_a_repeated_segment() -> None:
    story = Story(timestamps=True).syn_sent()
    story.receives("SYN,ACK", 300, 101, options=(*MSS, Timestamps(5000, 0)))
    story.sends("ACK", 101, 301)
    story.waits(2).calls("send", b"x").sends("PSH,ACK", 101, 301)
    repeat = story.waits(1).sends("PSH,ACK", 101, 301)
    stamp = next(o for o in repeat.options if isinstance(o, Timestamps))
    assert (stamp.value, stamp.echo) == (3000, 5000)
    story.waits(0.25).receives("ACK", 301, 102, options=(Timestamps(5001, 3000),))
    assert story.tcb.snd.timeout.srtt == 250_000 // 8  # the SYN's round trip took no time


def test_after_a_lost_syn_data_starts_with_three_seconds_and_one_segment() -> None:
    """RFC 6298 5.7 and RFC 5681 3.1."""
    story = Story().syn_sent().waits(1)
    story.sends("SYN", 100)
    story.receives("SYN,ACK", 300, 101, options=MSS).sends("ACK", 101, 301)
    story.calls("send", bytes(3000)).sends("ACK", 101, 301, length=1000)
    story.sends_nothing().waits(2.999).sends_nothing().waits(0.001).sends("ACK", 101, 301)


def test_a_timeout_collapses_the_window_and_slow_start_fills_the_hole() -> None:
    story = Story().established(options=MSS).calls("send", bytes(4000))
    for n in range(4):
        story.sends("ACK" if n < 3 else "PSH,ACK", 101 + 1000 * n, 301)
    assert story.tcb.snd.congestion.cwnd == 4000  # RFC 5681 3.1: four segments of 1000
    story.waits(1).sends("ACK", 101, 301)
    story.sends_nothing()
    congestion = story.tcb.snd.congestion
    assert (congestion.cwnd, congestion.ssthresh) == (1000, 2000)
    story.receives("ACK", 301, 1101)
    story.sends("ACK", 1101, 301)
    story.sends("ACK", 2101, 301)
    story.sends_nothing()
    story.receives("ACK", 301, 4101).sends_nothing()
    assert story.tcb.snd.in_flight == 0


def test_fast_retransmit_is_not_timed_either() -> None:
    """Karn again: the ACK that follows could be for the first copy."""
    story = sent_ten()
    story.waits(0.3)
    before = story.tcb.snd.timeout.srtt
    for _ in range(3):
        story.receives("ACK", 301, 101)
    story.waits(0.4).receives("ACK", 301, 10_101)
    assert story.tcb.snd.timeout.srtt == before


def test_the_echo_of_a_recovery_starts_no_new_one() -> None:
    """RFC 6582 3.2 step 1: duplicates of an ACK that covers no more than `recover`."""
    story = sent_ten()
    story.waits(1)
    story._out.clear()
    story.receives("ACK", 301, 10_101)  # all that was sent before the timeout, and no more
    story._out.clear()
    assert story.tcb.snd.outstanding, story.told("the rest of the data should be on its way")
    for _ in range(4):
        story.receives("ACK", 301, 10_101)
    assert not story.tcb.snd.congestion.recovering


# ---- fast retransmit and recovery -------------------------------------------------------------


def sent_ten(**settings: object) -> Story:
    options = SACK if settings.get("sack") else MSS
    story = Story(initial_window=10, **settings).established(options=options)
    story.calls("send", bytes(20_000))
    for n in range(10):
        story.sends("ACK", 101 + 1000 * n, 301, length=1000)
    return story.sends_nothing()


def test_three_duplicates_and_not_two_bring_the_segment_back() -> None:
    story = sent_ten()
    story.receives("ACK", 301, 101).sends("ACK", 10_101, 301)  # limited transmit, RFC 3042
    story.receives("ACK", 301, 101).sends("ACK", 11_101, 301)
    story.sends_nothing()
    story.receives("ACK", 301, 101).sends("ACK", 101, 301, length=1000)
    story.sends_nothing()
    congestion = story.tcb.snd.congestion
    assert (congestion.ssthresh, congestion.cwnd) == (6000, 9000)  # half of 12, plus three


def test_recovery_inflates_and_ends_deflated() -> None:
    story = sent_ten()
    for _ in range(3):
        story.receives("ACK", 301, 101)
    story._out.clear()
    for n in range(4):  # in flight 12: the fourth further duplicate makes room
        story.receives("ACK", 301, 101)
        if n < 3:
            story.sends_nothing()
    story.sends("ACK", 12_101, 301)
    story.receives("ACK", 301, 12_101)  # all that was sent before the loss was noticed
    congestion = story.tcb.snd.congestion
    assert not congestion.recovering
    assert congestion.cwnd == 2000  # min(ssthresh, FlightSize + SMSS): RFC 6582 3.2 step 3


def test_newreno_a_partial_ack_shows_the_next_hole() -> None:
    story = sent_ten()
    for _ in range(3):
        story.receives("ACK", 301, 101)
    story._out.clear()
    story.receives("ACK", 301, 3101)
    story.sends("ACK", 3101, 301, length=1000)
    assert story.tcb.snd.congestion.recovering


def test_sack_repeats_only_the_holes() -> None:
    story = sent_ten(sack=True)
    held = [(1101, 2101), *((first, first + 1000) for first in range(3101, 10_101, 1000))]
    sent_again = []
    for first, last in held:
        story.receives("ACK", 301, 101, options=(Sack(((first, last),)),))
        sent_again += [s.seq for s in story._out if s.seq < 10_101]
        story._out.clear()
    assert sent_again == [101, 2101]
    story.receives("ACK", 301, 10_101)  # both holes are filled
    assert not story.tcb.snd.outstanding or story.tcb.snd.outstanding[0].seq == 10_101


def test_sack_a_repeated_block_tells_nothing_new() -> None:
    story = sent_ten(sack=True)
    for _ in range(5):
        story.receives("ACK", 301, 101, options=(Sack(((1101, 2101),)),))
    assert not story.tcb.snd.congestion.recovering
    assert story.tcb.snd.dup_acks == 1


def test_sack_progress_that_tells_of_a_gap_is_the_first_duplicate() -> None:
    """RFC 6675 5: a duplicate by its blocks, "regardless of its status as a cumulative ACK"."""
    story = Story(sack=True, initial_window=10).established(options=SACK)
    story.calls("send", bytes(5000))
    for seq in range(101, 4101, 1000):
        story.sends("ACK", seq, 301)
    story.sends("PSH,ACK", 4101, 301)
    story.receives("ACK", 301, 1101, options=(Sack(((2101, 3101),)),)).sends_nothing()
    story.receives("ACK", 301, 1101, options=(Sack(((2101, 4101),)),)).sends_nothing()
    story.receives("ACK", 301, 1101, options=(Sack(((2101, 5101),)),)).sends("ACK", 1101, 301)


def test_sack_one_ack_that_tells_of_three_segments_is_enough() -> None:
    """RFC 6675 5 (2): IsLost (HighACK + 1), however few duplicates came (ACKs get lost too)."""
    story = sent_ten(sack=True)
    story.receives("ACK", 301, 101, options=(Sack(((1101, 3101),)),))
    assert not story.tcb.snd.congestion.recovering
    story._out.clear()
    story.receives("ACK", 301, 101, options=(Sack(((1101, 4101),)),)).sends("ACK", 101, 301)
    assert story.tcb.snd.congestion.recovering


def test_sack_the_first_loss_after_a_timeout_needs_no_second_timeout() -> None:
    """RFC 6675 5.1: recovery may begin once HighACK has reached the old RecoveryPoint."""
    story = Story(sack=True).established(options=SACK).calls("send", bytes(1000))
    story.sends("PSH,ACK", 101, 301)
    story.waits(1).sends("PSH,ACK", 101, 301)
    story.receives("ACK", 301, 1101).calls("send", bytes(20_000))
    for seq in (1101, 2101):  # the first of them is lost
        story.sends("ACK", seq, 301, length=1000)
    story.receives("ACK", 301, 1101, options=(Sack(((2101, 3101),)),)).sends("ACK", 3101, 301)
    story.receives("ACK", 301, 1101, options=(Sack(((2101, 4101),)),)).sends("ACK", 4101, 301)
    story.receives("ACK", 301, 1101, options=(Sack(((2101, 5101),)),)).sends("ACK", 1101, 301)


def test_sack_blocks_that_cannot_be_are_ignored() -> None:
    story = sent_ten(sack=True)
    for block in ((50, 90), (2101, 1101), (1101, 99_999), (0, 0)):
        story.receives("ACK", 301, 101, options=(Sack((block,)),))
    assert story.tcb.snd.dup_acks == 0
    assert story.tcb.snd.in_flight == 10_000


@pytest.mark.parametrize("change", [{"data": b"d"}, {"window": 4000}])
def test_an_ack_with_data_or_a_new_window_is_no_duplicate(change: dict) -> None:
    story = sent_ten()
    for n in range(3):
        extra = dict(change)
        if "window" in extra:
            extra["window"] += 1000 * n
        story.receives("ACK", 301 + ("data" in extra) * n, 101, **extra)
    assert story.tcb.snd.dup_acks == 0


@pytest.mark.parametrize(
    ("smss", "segments"), [(536, 4), (1095, 4), (1096, 3), (2190, 3), (2191, 2)]
)
def test_initial_window_of_rfc_5681(smss: int, segments: int) -> None:
    assert initial_window(smss, None) == segments * smss


def test_slow_start_doubles_and_avoidance_adds_one() -> None:
    story = Story(delayed_ack=False).established(options=MSS)
    congestion = story.tcb.snd.congestion
    story.calls("send", bytes(200_000))
    acked, sizes = 101, []
    for _ in range(3):
        flight = (story.tcb.snd.nxt - story.tcb.snd.una) // 1000
        sizes.append(flight)
        for _ in range(flight):
            acked += 1000
            story.receives("ACK", 301, acked)
    assert sizes == [4, 8, 16]
    congestion.ssthresh = congestion.cwnd
    before, flight = congestion.cwnd, (story.tcb.snd.nxt - story.tcb.snd.una) // 1000
    for _ in range(flight):
        acked += 1000
        story.receives("ACK", 301, acked)
    assert congestion.cwnd == before + 1000


def test_idle_time_closes_the_congestion_window() -> None:
    """RFC 5681 4.1: after an idle RTO, start again from the initial window."""
    story = Story().established(options=MSS).calls("send", bytes(8000))
    story.receives("ACK", 301, 4101).receives("ACK", 301, 8101)
    story._out.clear()
    assert story.tcb.snd.congestion.cwnd > 4000
    story.waits(5).calls("send", bytes(9000))
    assert story.tcb.snd.congestion.cwnd == 4000
