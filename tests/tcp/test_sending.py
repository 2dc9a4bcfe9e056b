"""When TCP sends: windows, Nagle, silly windows, probes."""

from dataclasses import replace

import pytest

from portlab.errors import ConnectionClosed, LabError
from portlab.packets import MaximumSegmentSize, Sack, SackPermitted, Segment
from portlab.tcp import Endpoint
from tests.tcp.story import Story

MSS = (MaximumSegmentSize(1000),)


def test_the_peers_mss_cuts_the_stream() -> None:
    story = Story().established(options=MSS).calls("send", bytes(2500)).calls("close")
    story.sends("ACK", 101, 301, length=1000)
    story.sends("ACK", 1101, 301, length=1000)
    story.sends("FIN,PSH,ACK", 2101, 301, length=500)


def test_without_the_option_the_mss_is_536() -> None:
    story = Story().established().calls("send", bytes(600))
    story.sends("ACK", 101, 301, length=536)


def test_nagle_holds_a_small_segment_while_one_is_on_its_way() -> None:
    story = Story().established(options=MSS).calls("send", b"a")
    story.sends("PSH,ACK", 101, 301, b"a")
    story.calls("send", b"b").calls("send", b"c").sends_nothing()
    story.receives("ACK", 301, 102).sends("PSH,ACK", 102, 301, b"bc")


def test_nagle_lets_full_segments_pass() -> None:
    story = Story().established(options=MSS).calls("send", b"a")
    story.sends("PSH,ACK", 101, 301, b"a")
    story.calls("send", bytes(1200)).sends("ACK", 102, 301, length=1000)
    story.sends_nothing()


def test_without_nagle_each_send_goes_at_once() -> None:
    story = Story(nagle=False).established(options=MSS)
    for n, letter in enumerate((b"a", b"b", b"c")):
        story.calls("send", letter).sends("PSH,ACK", 101 + n, 301, letter)


def test_nagle_can_be_switched_off_while_it_holds_something() -> None:
    """RFC 9293 3.7.4 (MUST-17): a program can turn it off for a connection."""
    story = Story().established().calls("send", b"a")
    story.sends("PSH,ACK", 101, 301)
    story.calls("send", b"b").sends_nothing()
    story.tcb.configure(replace(story.config, nagle=False))
    story.waits(0).calls("send", b"c").sends("PSH,ACK", 102, 301, data=b"bc")


def test_a_close_pushes_out_what_nagle_holds() -> None:
    story = Story().established(options=MSS).calls("send", b"a").calls("send", b"b")
    story.sends("PSH,ACK", 101, 301, b"a")
    story.calls("close").sends("FIN,PSH,ACK", 102, 301, b"b")


def test_the_window_limits_what_is_outstanding() -> None:
    story = Story(initial_window=10).established(options=MSS, window=2500)
    story.calls("send", bytes(5000))
    story.sends("ACK", 101, 301, length=1000)
    story.sends("ACK", 1101, 301, length=1000)
    story.sends_nothing()  # 500 more would fit, but that is silly (3.8.6.2.1)
    story.receives("ACK", 301, 1101, window=2500).sends("ACK", 2101, 301, length=1000)


def test_half_the_largest_window_is_worth_sending() -> None:
    """RFC 9293 3.8.6.2.1 rule 3, for peers whose buffer is smaller than a segment."""
    story = Story().established(options=MSS, window=600).calls("send", bytes(900))
    story.sends("ACK", 101, 301, length=600)
    story.receives("ACK", 301, 701, window=300).sends("PSH,ACK", 701, 301, length=300)


def test_a_silly_window_is_overridden_after_half_a_second() -> None:
    story = Story().established(options=MSS, window=5000).calls("send", bytes(1000))
    story.sends("PSH,ACK", 101, 301, length=1000)
    story.calls("send", bytes(1000)).sends("PSH,ACK", 1101, 301, length=1000)
    story.calls("send", bytes(900)).receives("ACK", 301, 2101, window=100).sends_nothing()
    story.waits(0.499).sends_nothing().waits(0.001).sends("ACK", 2101, 301, length=100)


def test_a_shrunken_window_stops_new_data() -> None:
    """RFC 9293 3.8.6: be robust when the right edge moves left (MUST-34)."""
    story = Story(initial_window=10).established(options=MSS, window=4000)
    story.calls("send", bytes(6000))
    for n in range(4):
        story.sends("ACK", 101 + 1000 * n, 301, length=1000)
    story.receives("ACK", 301, 1101, window=1000).sends_nothing()


def test_zero_window_is_probed_ever_more_slowly_and_never_given_up() -> None:
    story = Story().established(options=MSS).calls("send", bytes(1000))
    story.sends("PSH,ACK", 101, 301, length=1000)
    story.receives("ACK", 301, 1101, window=0).calls("send", b"waiting").sends_nothing()
    wait = 1.0
    for _ in range(30):  # far more often than any limit on retries
        story.waits(wait - 0.001).sends_nothing().waits(0.001)
        story.sends("ACK", 1101, 301, length=1)
        story.receives("ACK", 301, 1101, window=0).sends_nothing()
        wait = min(2 * wait, 120)
    story.is_in("ESTABLISHED").receives("ACK", 301, 1101, window=5000)
    story.sends("ACK", 1101, 301, b"w")
    story.sends_nothing()  # Nagle: the rest waits for that byte
    story.receives("ACK", 301, 1102).sends("PSH,ACK", 1102, 301, b"aiting")


def test_a_probe_that_is_taken_moves_the_stream() -> None:
    story = Story().established(options=MSS, window=0).calls("send", b"xyz").sends_nothing()
    story.waits(1).sends("ACK", 101, 301, b"x")
    story.receives("ACK", 301, 102, window=100).sends("PSH,ACK", 102, 301, b"yz")


def test_while_a_probe_is_out_acks_and_resets_stay_inside_the_window() -> None:
    """The peer threw the probe away: from the number after it, it would not hear us."""
    story = Story().established(options=MSS, window=0).calls("send", b"xyz")
    story.waits(1).sends("ACK", 101, 301, b"x")
    story.receives("PSH,ACK", 301, 101, b"hello", window=0).waits(0.2).sends("ACK", 101, 306)
    story.calls("abort").sends("RST", 101)


def test_a_silent_peer_behind_a_closed_window_is_given_up() -> None:
    story = Story(retries=3).established(options=MSS, window=0).calls("send", b"xyz")
    story.waits(60)
    for _ in range(3):
        story.sends("ACK", 101, 301, b"x")
    story.is_in("CLOSED").ended("timed out")


def test_a_probe_goes_on_whatever_a_mistaken_peer_says_it_holds() -> None:
    """A SACK block at SND.UNA cannot be: its own ACK would have said so."""
    story = Story(sack=True).established(options=(*MSS, SackPermitted()))
    story.calls("send", bytes(1000)).sends("PSH,ACK", 101, 301, length=1000)
    story.receives("ACK", 301, 101, window=0, options=(Sack(((101, 1101),)),))
    story.waits(1).sends("PSH,ACK", 101, 301, length=1000)
    assert story.tcb.next_deadline() is not None, story.told("no timer runs with data outstanding")


def test_nothing_can_be_sent_or_opened_out_of_turn() -> None:
    """RFC 9293 3.10.1 and 3.10.2 name these errors."""
    with pytest.raises(ConnectionClosed, match="CLOSED"):
        Story().calls("send", b"too early")
    with pytest.raises(ConnectionClosed, match="FIN-WAIT-2"):
        Story().fin_wait_2().calls("send", b"too late")
    with pytest.raises(LabError, match="already exists"):
        Story().established().calls("open_active")
    with pytest.raises(LabError, match="already exists"):
        Story().listening().calls("open_passive")


def test_over_ipv6_a_segment_holds_twenty_bytes_less() -> None:
    """RFC 9293 3.7.1: 1440 for an MTU of 1500, and 1220 where the peer does not say (MUST-15)."""
    tcb = Endpoint(("fd00::1", 1000), ("fd00::2", 80), iss=100)
    tcb.open_active(0)
    [(syn, _)] = tcb.segments_to_send()
    assert syn.option(MaximumSegmentSize) == MaximumSegmentSize(1440)
    tcb.segment_arrives(Segment(80, 1000, 300, 101, 2 | 16, 65535), 0)
    tcb.send(bytes(2000), 0)
    sizes = [len(segment.payload) for segment, _ in tcb.segments_to_send()]
    assert sizes[0] == 1220


def test_half_close_the_other_direction_goes_on() -> None:
    story = Story().fin_wait_2().receives("PSH,ACK", 301, 102, b"still talking")
    story.reads(b"still talking").waits(0.2).sends("ACK", 102, 314)
    story.receives("FIN,ACK", 314, 102).sends("ACK", 102, 315)
    story.is_in("TIME-WAIT")


def test_close_wait_may_still_send() -> None:
    story = Story().close_wait().calls("send", b"last words")
    story.sends("PSH,ACK", 101, 302)
    story.is_in("CLOSE-WAIT").calls("close").sends("FIN,ACK", 111, 302)
    story.is_in("LAST-ACK")


def test_a_program_that_leaves_data_unread_resets() -> None:
    """RFC 9293 3.6.1, SHLD-3: so that the sender learns that data was lost."""
    story = Story().established().receives("PSH,ACK", 301, 101, b"unread").calls("discard")
    story.sends("RST", 101)
    story.is_in("CLOSED").ended("aborted")


def test_a_lost_last_ack_is_repeated_and_restarts_time_wait() -> None:
    story = Story().time_wait().waits(200).receives("FIN,ACK", 301, 102)
    story.sends("ACK", 102, 302)
    story.waits(239).is_in("TIME-WAIT").waits(1).is_in("CLOSED")


def test_keep_alive_is_off_by_default_and_an_answer_restarts_it() -> None:
    Story().established().waits(100_000).sends_nothing().is_in("ESTABLISHED")
    story = Story(keep_alive=True).established().waits(7200)
    story.sends("ACK", 100, 301, length=0)
    story.receives("ACK", 301, 101).waits(7199).sends_nothing().waits(1).sends("ACK", 100, 301)
