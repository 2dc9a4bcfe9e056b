"""The log collector: what senders write, and what it makes of it."""

import logging
import logging.handlers
import syslog as of_the_system

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import apps
from portlab.apps.syslog import FACILITIES, LONGEST, SEVERITIES, LogMessage, read

LOCAL, PEER = ("10.0.0.1", 514), ("10.0.0.2", 50000)


def stream(*pieces: bytes, closed: bool = True) -> list[str]:
    """The texts that come out of a TCP connection."""
    app = apps.Syslog()
    session = app.session(LOCAL, PEER)
    for piece in pieces:
        assert list(session.handle(apps.Data(piece))) == []
    if closed:
        assert list(session.handle(apps.PeerClosed())) == [apps.Close()]
    return [message.text for message in app.messages]


@given(st.integers(0, 23), st.integers(0, 7))
def test_the_first_number_says_who_and_how_bad(facility: int, severity: int) -> None:
    message = read(f"<{facility * 8 + severity}>hello".encode())
    assert (message.facility, message.severity) == (facility, severity)
    assert message.priority == facility * 8 + severity


def test_numbers_and_names_are_those_of_others() -> None:
    """Python's handler has them after syslog.h, and the system's own module."""
    handler = logging.handlers.SysLogHandler
    short = {"emerg": 0, "alert": 1, "crit": 2, "err": 3, "warning": 4, "notice": 5, "debug": 7}
    for name, number in short.items():
        assert handler.priority_names[name] == number
        assert SEVERITIES[number].lower().startswith(name)
    assert SEVERITIES.index("Informational") == of_the_system.LOG_INFO
    for number, name in enumerate(FACILITIES):
        if name in handler.facility_names and name not in ("ntp", "audit", "alert", "clock"):
            assert handler.facility_names[name] == number, name
    assert len(FACILITIES) == 24


def test_the_examples_of_rfc_5424() -> None:
    """Section 6.5."""
    first = read(
        b"<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - "
        b"\xef\xbb\xbf'su root' failed for lonvick on /dev/pts/8"
    )
    assert (first.facility, first.severity) == (4, 2)
    assert (first.time, first.host) == ("2003-10-11T22:14:15.003Z", "mymachine.example.com")
    assert (first.program, first.process, first.kind, first.data) == ("su", None, "ID47", None)
    assert first.text == "'su root' failed for lonvick on /dev/pts/8"
    third = read(
        b"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 "
        b'[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"] '
        b"\xef\xbb\xbfAn application event log entry..."
    )
    assert third.data == ('[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"]')
    assert third.text == "An application event log entry..."
    fourth = read(
        b"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 "
        b'[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"]'
        b'[examplePriority@32473 class="high"]'
    )
    assert (fourth.text, fourth.data is not None and fourth.data.count("[")) == ("", 2)


def test_the_examples_of_rfc_3164() -> None:
    """Section 5.4: the first is right, the others get what is missing from whoever relays them."""
    first = read(b"<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8")
    assert (first.facility, first.severity, first.time) == (4, 2, "Oct 11 22:14:15")
    assert (first.host, first.program) == ("mymachine", "su")
    assert first.text == "'su root' failed for lonvick on /dev/pts/8"
    second = read(b"Use the BFG!")
    assert (second.priority, second.text, second.host) == (13, "Use the BFG!", None)


@pytest.mark.parametrize("priority", [b"<192>", b"<999>", b"<007>", b"<>", b"<-1>", b"<1"])
def test_a_number_that_is_none_is_text(priority: bytes) -> None:
    message = read(priority + b"hello")
    assert (message.priority, message.text) == (13, (priority + b"hello").decode())


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message(data: bytes) -> None:
    assert isinstance(str(read(data)), str)


@given(st.text(alphabet=st.characters(categories=("L", "N", "P")), min_size=1))
def test_any_text_is_kept(text: str) -> None:
    assert read(b"<13>1 - - - - - - " + text.encode()).text == text


def test_datagrams_are_kept_with_where_and_when() -> None:
    app = apps.Syslog()
    session = app.session(LOCAL, PEER)
    assert list(session.handle(apps.Datagram(b"<11>disk full", PEER, 77))) == []
    assert list(app.messages) == [LogMessage(1, 3, "disk full", source=PEER, came=77)]


@given(st.lists(st.integers(1, 20), max_size=10))
def test_both_ways_to_frame_a_stream_cut_anywhere(cuts: list[int]) -> None:
    """RFC 6587: behind a length, or up to a line's end; Python's handler ends with a zero byte."""
    whole = b"9 <11>first<11>second\n10 <11>third\n<11>fourth\0<11>fifth"
    pieces, at = [], 0
    for size in [*cuts, len(whole)]:
        pieces.append(whole[at : at + size])
        at += size
    assert stream(*pieces) == ["first", "second", "third", "fourth", "fifth"]


def test_a_line_without_end_is_cut_and_the_rest_is_passed_over() -> None:
    long = b"<11>" + b"x" * 100_000
    assert stream(
        *(long[at : at + 1000] for at in range(0, len(long), 1000)), b"y\n<11>next\n"
    ) == [
        "x" * (LONGEST - 4),
        "next",
    ]
    counted = b"99999 <11>" + b"x" * 99_995
    assert [len(text) for text in stream(counted, b"9 <11>again")] == [LONGEST - 4, 5]


def test_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portlab.apps.syslog.KEPT", 3)
    assert stream(*(b"<11>%d\n" % number for number in range(5))) == ["2", "3", "4"]
