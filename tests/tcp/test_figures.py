"""RFC 9293 figures 5 to 13: each conversation as the RFC draws it, told from both ends."""

import pytest

from portlab.packets import Segment
from portlab.tcp import TRANSITIONS, Endpoint, Listener, State, reset_for
from portlab.tcp.states import Cause
from tests.tcp.story import Story

# Figure 5, arrow by arrow.
FIGURE_5 = {
    ("CLOSED", "passive OPEN", "LISTEN"),
    ("CLOSED", "active OPEN", "SYN-SENT"),
    ("LISTEN", "CLOSE", "CLOSED"),
    ("LISTEN", "rcv SYN", "SYN-RECEIVED"),
    ("LISTEN", "SEND", "SYN-SENT"),
    ("SYN-SENT", "CLOSE", "CLOSED"),
    ("SYN-SENT", "rcv SYN", "SYN-RECEIVED"),
    ("SYN-SENT", "rcv SYN,ACK", "ESTABLISHED"),
    ("SYN-RECEIVED", "rcv RST", "LISTEN"),
    ("SYN-RECEIVED", "rcv ACK of SYN", "ESTABLISHED"),
    ("SYN-RECEIVED", "CLOSE", "FIN-WAIT-1"),
    ("ESTABLISHED", "CLOSE", "FIN-WAIT-1"),
    ("ESTABLISHED", "rcv FIN", "CLOSE-WAIT"),
    ("FIN-WAIT-1", "rcv FIN", "CLOSING"),
    ("FIN-WAIT-1", "rcv ACK of FIN", "FIN-WAIT-2"),
    ("FIN-WAIT-2", "rcv FIN", "TIME-WAIT"),
    ("CLOSING", "rcv ACK of FIN", "TIME-WAIT"),
    ("TIME-WAIT", "timeout 2 MSL", "CLOSED"),
    ("CLOSE-WAIT", "CLOSE", "LAST-ACK"),
    ("LAST-ACK", "rcv ACK of FIN", "CLOSED"),
}


def test_figure_5_the_table_holds_every_arrow_and_adds_only_what_the_notes_leave_out() -> None:
    table = {(str(t.state), str(t.cause), str(t.new)) for t in TRANSITIONS}
    assert table >= FIGURE_5
    # Section 3.10's calls and segments that the figure leaves out "for legibility".
    omitted = {
        Cause.RST,
        Cause.ABORT,
        Cause.GIVE_UP,
        Cause.NO_ANSWER,
        Cause.UNREACHABLE,
        Cause.UNREADABLE,
    }
    extra = table - FIGURE_5
    others = {move for move in extra if move[1] not in omitted}
    assert others == {
        ("LISTEN", "active OPEN", "SYN-SENT"),  # 3.10.1
        ("SYN-RECEIVED", "rcv another SYN", "LISTEN"),  # 3.10.7.4, fourth
    }
    assert all(new == "CLOSED" for _, cause, new in extra - others)


def test_figure_5_note_2_fin_and_the_ack_of_ours_in_one_segment() -> None:
    story = Story().fin_wait_1().receives("FIN,ACK", 301, 102)
    story.sends("ACK", 102, 302)
    story.is_in("TIME-WAIT")


def test_figure_6_basic_handshake_seen_by_a() -> None:
    story = Story(iss=100, irs=300).calls("open_active").is_in("SYN-SENT")
    story.sends("SYN", 100)
    story.receives("SYN,ACK", 300, 101).is_in("ESTABLISHED")
    story.sends("ACK", 101, 301, length=0)
    story.calls("send", b"data")
    story.sends("PSH,ACK", 101, 301, b"data")  # the ACK took no number of its own


def test_figure_6_basic_handshake_seen_by_b() -> None:
    story = Story(iss=300, irs=100).calls("open_passive").is_in("LISTEN")
    story.receives("SYN", 100).is_in("SYN-RECEIVED")
    story.sends("SYN,ACK", 300, 101)
    story.receives("ACK", 101, 301).is_in("ESTABLISHED").sends_nothing()
    story.receives("PSH,ACK", 101, 301, b"data").reads(b"data")


@pytest.mark.parametrize(("mine", "theirs"), [(100, 300), (300, 100)], ids=["A", "B"])
def test_figure_7_simultaneous_open(mine: int, theirs: int) -> None:
    story = Story(iss=mine, irs=theirs).calls("open_active").is_in("SYN-SENT")
    story.sends("SYN", mine)
    story.receives("SYN", theirs).is_in("SYN-RECEIVED")
    story.sends("SYN,ACK", mine, theirs + 1)
    story.receives("SYN,ACK", theirs, mine + 1).is_in("ESTABLISHED").sends_nothing()


def test_figure_8_old_duplicate_syn_seen_by_a() -> None:
    story = Story(iss=100).calls("open_active")
    story.sends("SYN", 100)
    story.receives("SYN,ACK", 300, 91).is_in("SYN-SENT")
    story.sends("RST", 91)
    story.receives("SYN,ACK", 400, 101).is_in("ESTABLISHED")
    story.sends("ACK", 101, 401)


def test_figure_8_old_duplicate_syn_seen_by_b() -> None:
    """B is a listener: the second connection has a new ISS, 400."""
    listener = Listener(("10.0.0.2", 80))
    local, remote = ("10.0.0.2", 80), ("10.0.0.1", 1000)
    old = listener.segment_arrives(Segment(1000, 80, 90, flags=2), local, remote, 0, iss=300)
    assert old is not None
    [(answer, _)] = old.segments_to_send()
    assert (answer.flag_names, answer.seq, answer.ack) == ("SYN,ACK", 300, 91)
    old.segment_arrives(Segment(1000, 80, 91, flags=4), 1)
    assert old.state is State.LISTEN
    listener.forget(old)
    new = listener.segment_arrives(Segment(1000, 80, 100, flags=2), local, remote, 2, iss=400)
    assert new is not None
    [(answer, _)] = new.segments_to_send()
    assert (answer.flag_names, answer.seq, answer.ack) == ("SYN,ACK", 400, 101)
    new.segment_arrives(Segment(1000, 80, 101, 401, flags=16), 3)
    assert new.state is State.ESTABLISHED


def test_figure_9_half_open_discovery_seen_by_a_after_its_reboot() -> None:
    story = Story(iss=400).calls("open_active")
    story.sends("SYN", 400)
    story.receives("ACK", 300, 100)  # of the connection that A has forgotten
    story.sends("RST", 100)
    story.is_in("SYN-SENT").waits(1)
    story.sends("SYN", 400)


def test_figure_9_half_open_discovery_seen_by_b() -> None:
    story = Story(iss=299, irs=99).established()  # send 300, receive 100
    story.receives("SYN", 400).is_in("ESTABLISHED")
    story.sends("ACK", 300, 100)
    story.receives("RST", 100).is_in("CLOSED").ended("reset")


def test_figure_10_active_side_discovers_seen_by_a() -> None:
    """A has nothing left of the connection: its host answers for the closed port."""
    answer = reset_for(Segment(80, 1000, 300, 100, flags=16, payload=b"0123456789"))
    assert answer is not None
    assert (answer[0].flag_names, answer[0].seq) == ("RST", 100)


def test_figure_10_active_side_discovers_seen_by_b() -> None:
    story = Story(iss=299, irs=99).established().calls("send", b"0123456789")
    story.sends("PSH,ACK", 300, 100, length=10)
    story.receives("RST", 100).is_in("CLOSED").ended("reset")


def test_figure_11_old_duplicate_syn_between_two_listeners_seen_by_a() -> None:
    z, x = 7000, 9000
    story = Story().listening().receives("SYN,ACK", x, z + 1).is_in("LISTEN")
    story.sends("RST", z + 1)


def test_figure_11_old_duplicate_syn_between_two_listeners_seen_by_b() -> None:
    z, x = 7000, 9000
    story = Story(iss=x, irs=z).listening().receives("SYN", z)
    story.sends("SYN,ACK", x, z + 1)
    story.receives("RST", z + 1).is_in("LISTEN").sends_nothing()


def test_figure_12_normal_close_seen_by_a() -> None:
    story = Story(iss=99, irs=299).established().calls("close").is_in("FIN-WAIT-1")
    story.sends("FIN,ACK", 100, 300)
    story.receives("ACK", 300, 101).is_in("FIN-WAIT-2")
    story.receives("FIN,ACK", 300, 101).is_in("TIME-WAIT")
    story.sends("ACK", 101, 301)
    story.waits(240).is_in("CLOSED").ended(None)


def test_figure_12_normal_close_seen_by_b() -> None:
    story = Story(iss=299, irs=99).established().receives("FIN,ACK", 100, 300)
    story.is_in("CLOSE-WAIT").sends("ACK", 300, 101)
    story.calls("close").is_in("LAST-ACK").sends("FIN,ACK", 300, 101)
    story.receives("ACK", 101, 301).is_in("CLOSED").ended(None)


@pytest.mark.parametrize(("mine", "theirs"), [(100, 300), (300, 100)], ids=["A", "B"])
def test_figure_13_simultaneous_close(mine: int, theirs: int) -> None:
    story = Story(iss=mine - 1, irs=theirs - 1).established().calls("close").is_in("FIN-WAIT-1")
    story.sends("FIN,ACK", mine, theirs)
    story.receives("FIN,ACK", theirs, mine).is_in("CLOSING")
    story.sends("ACK", mine + 1, theirs + 1)
    story.receives("ACK", theirs + 1, mine + 1).is_in("TIME-WAIT").waits(240)
    story.is_in("CLOSED").ended(None)


def test_a_listener_is_needed_for_a_connection_and_the_endpoint_tells_both_ends() -> None:
    """Two endpoints joined back to back go through figure 6 and agree on all four numbers."""
    a = Endpoint(("10.0.0.1", 1000), ("10.0.0.2", 80), iss=100)
    b = Endpoint(("10.0.0.2", 80), ("10.0.0.1", 1000), iss=300)
    b.open_passive(0)
    a.open_active(0)
    for _ in range(4):
        for sender, receiver in ((a, b), (b, a)):
            for segment, _why in sender.segments_to_send():
                receiver.segment_arrives(segment, 0)
    assert a.state is b.state is State.ESTABLISHED
    assert (a.snd.nxt, a.rcv.nxt) == (b.rcv.nxt, b.snd.nxt) == (101, 301)
