"""The text ladder, read as a person reads it."""

import io
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab.errors import PortlabError
from portlab.packets import ACK, IcmpMessage, UdpDatagram
from portlab.trace.trace import Trace
from portlab.views.notes import BACKWARDS
from portlab.views.picture import ladder
from tests.views import stories
from tests.views.stories import HOSTS, Story

STORIES = {
    "handshake": stories.handshake(),
    "syn lost": stories.handshake([1]),
    "syn-ack lost": stories.handshake([2]),
    "ack lost": stories.handshake([3]),
    "closed": stories.closed(),
    "refused": stories.refused(),
    "transfer": stories.transfer(),
    "long transfer": stories.transfer(400, 300),
    "udp": stories.udp_refused(),
    "udp over IPv6": stories.udp_refused(True),
    "a router answers": stories.router_refuses(),
    "calls": stories.loopback(),
    "file": stories.from_file(),
    "nothing": Trace(),
}


def test_a_handshake():
    assert (
        ladder(stories.handshake()).text(width=100, ascii=False)
        == """\
TCP, 3 packets, modelled

                       client                               server
                       10.0.0.2:49152                  10.0.0.1:80
                CLOSED │                                         │ LISTEN
 0.000 ms     SYN-SENT │─── 1  SYN     seq=0 win=65535 ─────────►│ SYN-RECEIVED  10.000 ms
                       │       <mss 1460, sackOK, wscale 7>      │
20.000 ms  ESTABLISHED │◄── 2  SYN,ACK seq=0 ack=1 win=65535 ────│               10.000 ms
                       │       <mss 1460, sackOK, wscale 7>      │
20.000 ms              │─── 3  ACK     seq=1 ack=1 win=65536 ───►│ ESTABLISHED   30.000 ms

seq and ack are relative: each side's SYN counts as 0.
win is in bytes: behind the SYNs, the header's field times the window scale."""
    )


def test_the_same_in_characters_that_every_terminal_has():
    text = ladder(stories.handshake([1])).text(width=100, ascii=True)
    assert text.isascii()
    assert "SYN-SENT |--- 1  SYN     seq=0 win=65535 " in text
    assert any(line.endswith("-X    |") for line in text.splitlines())
    assert "|<-- 3  SYN,ACK seq=0 ack=1" in text


def test_a_lost_packet_ends_in_a_cross_on_its_way():
    line = next(line for line in ladder(stories.handshake([2])).text().splitlines() if "X" in line)
    assert "│ X─ 2  SYN,ACK seq=0 ack=1" in line
    assert line.rstrip().endswith("10.000 ms")


def test_an_icmp_error_from_somebody_else_begins_between_the_lanes():
    story = Story(("10.0.0.2", 5000), ("10.9.9.9", 53), {})
    sent = story.packet("10.0.0.2", "10.9.9.9", UdpDatagram(5000, 53, b"?"), 0, 5)
    story.packet("10.0.0.254", "10.0.0.2", IcmpMessage.unreachable(sent.raw, 1), 5, 10)
    line = ladder(story.trace()).text().splitlines()[-3]
    assert "│◄── 2  ICMP host unreachable from 10.0.0.254 about 1* " in line
    assert "●" in line


def test_why_gives_the_senders_reason_and_where_it_is_written():
    plain = " ".join(ladder(stories.handshake()).text(why=True).replace("│", "").split())
    assert "its numbering begins at 0. (RFC 9293 3.10.1)" in plain  # counted as the ladder counts
    raw = " ".join(
        ladder(stories.handshake(), relative=False).text(why=True).replace("│", "").split()
    )
    assert f"its numbering begins at {stories.CLIENT_ISS}. (RFC 9293 3.10.1)" in raw
    assert "server → SYN-RECEIVED: A caller's SYN came: answer SYN,ACK. (RFC 9293" in plain
    assert "(RFC" not in ladder(stories.handshake()).text()


def test_a_long_transfer_is_folded_and_counts_what_it_leaves_out():
    text = ladder(stories.transfer(400, None)).text()
    assert len(text.splitlines()) < 40
    assert "... 594 more packets, 579,620 bytes ..." in text


def test_times_are_exact_and_stand_under_each_other():
    story = Story()
    story.tcp("client", ACK, 1, 1, at=0, takes=None)
    story.tcp("client", ACK, 1, 1, at=12.345, takes=None)
    story.tcp("client", ACK, 1, 1, at=61_000.001, takes=None)
    times = [line[:14] for line in ladder(story.trace()).text().splitlines() if "ACK" in line]
    assert times == [" 0.000 ms     ", "12.345 ms     ", "61.000001 s   "]


def test_too_narrow_a_ladder_is_refused_with_a_remedy():
    with pytest.raises(PortlabError, match="width=60"):
        ladder(stories.handshake()).text(width=59)


@pytest.mark.parametrize("name", STORIES)
@settings(deadline=None, max_examples=25)
@given(width=st.integers(60, 140), ascii=st.booleans(), why=st.booleans())
def test_no_line_is_wider_than_asked_and_no_packet_is_missing(name, width, ascii, why):
    shown = ladder(STORIES[name])
    text = shown.text(width=width, ascii=ascii, why=why)
    assert max(map(len, text.splitlines())) <= width
    assert text.isascii() or not ascii
    if len(shown.trace) <= 200:
        for arrow in (row for one in shown.layout.conversations for row in one.rows):
            if arrow.number is not None:
                assert any(f" {arrow.number} " in line for line in text.splitlines()), text


@pytest.mark.parametrize("name", STORIES)
def test_lanes_are_straight(name):
    """Both lanes stand in one column each, in every line that has lanes."""
    text = ladder(STORIES[name]).text(ascii=False, why=True)
    columns = {
        tuple(at for at, character in enumerate(line) if character == "│")
        for line in text.splitlines()
        if "│" in line
    }
    assert len(columns) <= 1


def test_a_terminal_that_has_no_arrows_gets_dashes(monkeypatch):
    out = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", out)
    out.write(str(ladder(stories.handshake())))
    out.flush()
    assert b"|--- 1  SYN" in out.buffer.getvalue()


def test_names_that_a_terminal_cannot_show_are_written_out():
    trace = stories.handshake()
    trace.hosts = {"10.0.0.2": "Zoë", "10.0.0.1": "srv\x1b[2J"}
    assert r"Zo\xeb" in ladder(trace).text(ascii=True)
    assert "\x1b" not in ladder(trace).text()


def test_very_long_ends_stand_on_lines_of_their_own():
    long = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"
    trace = Story((long, 49152), (long[:-1] + "e", 443), {})
    trace.tcp("client", ACK, 1, 1, at=0)
    lines = ladder(trace.trace()).text().splitlines()
    assert lines[2].strip() == f"[{long}]:49152"
    assert lines[3].strip() == f"[{long[:-1]}e]:443"


def crossing(*, slow: bool) -> Trace:
    """The server's first answer is on its way while the client goes on."""
    told = Story(("10.0.0.2", 4000), ("10.0.0.1", 53), origin="captured")
    for src, dst, sent, came in (
        ("client", "server", 0, 10),
        ("server", "client", 11, 90 if slow else 21),
        ("client", "server", 30, 40),
        ("server", "client", 41, 95),
    ):
        ports = (4000, 53) if src == "client" else (53, 4000)
        addresses = told.ends[src][0], told.ends[dst][0]
        told.packet(*addresses, UdpDatagram(*ports, b"x"), sent, came)
    return Trace(told.records, hosts=HOSTS)


def test_times_that_run_backwards_are_explained_and_only_those():
    """Packet 2 arrives at 90 ms, and the row below it, packet 3, left the same host at 30 ms."""
    assert BACKWARDS in unwrapped(ladder(crossing(slow=True)).text())
    assert "order of sending" not in ladder(crossing(slow=False)).text()
    both = ladder(crossing(slow=False), crossing(slow=True)).text(width=100)
    assert BACKWARDS in unwrapped(both)


def unwrapped(text: str) -> str:
    return " ".join(text.split())
