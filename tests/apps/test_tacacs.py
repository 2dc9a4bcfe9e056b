"""The TACACS+ server: sessions on their own, and what tacacs_plus writes and reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tacacs_plus.authentication import (
    TACACSAuthenticationContinue,
    TACACSAuthenticationReply,
    TACACSAuthenticationStart,
)
from tacacs_plus.packet import TACACSHeader
from tacacs_plus.packet import TACACSPacket as Others

from portlab import apps
from portlab.apps import tacacs
from portlab.apps.tacacs import TacacsPacket
from portlab.errors import PacketError

LOCAL, PEER = ("10.0.0.1", 49), ("10.0.0.2", 50000)
SECRET, USERS = b"shared", {"student": "blue sky"}
SESSION = 0x12345678
KEYS, NUMBERS = st.binary(min_size=1, max_size=20), st.integers(0, 0xFFFF_FFFF)


def theirs(body: object, sequence: int = 1, version: int = 0xC1, secret: str = "shared") -> bytes:
    """A packet of tacacs_plus."""
    header = TACACSHeader(version, 1, SESSION, len(body.packed), seq_no=sequence)  # type: ignore[attr-defined]
    return bytes(Others(header, body.packed, secret))  # type: ignore[attr-defined]


class Story:
    def __init__(self) -> None:
        self.session = apps.Tacacs("shared", USERS).session(LOCAL, PEER)

    def say(self, data: bytes) -> list[str]:
        return [self._shown(one) for one in self.session.handle(apps.Data(data))]

    def _shown(self, action: apps.Action) -> str:
        if not isinstance(action, apps.Send):
            return type(action).__name__
        packet = Others(TACACSHeader.unpacked(action.data[:12]), action.data[12:], "shared")
        assert packet.header.session_id == SESSION
        reply = TACACSAuthenticationReply.unpacked(packet.body)
        names = {1: "pass", 2: "fail", 4: "name?", 5: "password?", 7: "error"}
        return f"{packet.header.seq_no} {names[reply.status]}"


@pytest.mark.parametrize(("password", "said"), [("blue sky", "2 pass"), ("blue", "2 fail")])
def test_a_password_that_is_brought_along(password: str, said: str) -> None:
    start = TACACSAuthenticationStart("student", 2, data=password.encode())
    assert Story().say(theirs(start)) == [said, "Close"]


@pytest.mark.parametrize(("password", "said"), [("blue sky", "4 pass"), ("blue", "4 fail")])
def test_a_password_that_is_asked_for(password: str, said: str) -> None:
    story = Story()
    assert story.say(theirs(TACACSAuthenticationStart("student", 1), version=0xC0)) == [
        "2 password?"
    ]
    more = TACACSAuthenticationContinue(password)
    assert story.say(theirs(more, sequence=3, version=0xC0)) == [said, "Close"]
    assert story.say(theirs(more, sequence=5, version=0xC0)) == []


def test_a_name_that_is_asked_for() -> None:
    story = Story()
    heard = story.say(theirs(TACACSAuthenticationStart("", 1)))
    heard += story.say(theirs(TACACSAuthenticationContinue("student"), sequence=3))
    heard += story.say(theirs(TACACSAuthenticationContinue("blue sky"), sequence=5))
    assert heard == ["2 name?", "4 password?", "6 pass", "Close"]


@given(st.lists(st.integers(1, 30), max_size=6))
def test_a_stream_is_cut_anywhere(cuts: list[int]) -> None:
    story, heard, at = Story(), [], 0
    data = theirs(TACACSAuthenticationStart("student", 2, data=b"blue sky"))
    for size in [*cuts, len(data)]:
        heard += story.say(data[at : at + size])
        at += size
    assert heard == ["2 pass", "Close"]


def test_what_it_does_not_know_is_an_error() -> None:
    assert Story().say(theirs(TACACSAuthenticationStart("student", 3))) == ["2 error", "Close"]


START = TACACSAuthenticationStart("student", 2, data=b"blue sky")
RIGHT = theirs(START)


@pytest.mark.parametrize(
    "data",
    [
        theirs(START, secret="other"),
        theirs(START, sequence=3),
        RIGHT[:1] + b"\2" + RIGHT[2:],  # authorization
        RIGHT[:3] + b"\1" + RIGHT[4:],  # not hidden (RFC 8907 4.5: to be refused)
        b"\x10" + RIGHT[1:],
        RIGHT[:8] + b"\xff\xff\xff\xff" + RIGHT[12:],
        b"GET / HTTP/1.1\r\nHost: server\r\n\r\n",
    ],
)
def test_all_else_is_hung_up_on(data: bytes) -> None:
    assert Story().say(data) == ["Close"]


def test_another_session_on_the_same_connection_is_hung_up_on() -> None:
    story = Story()
    story.say(theirs(TACACSAuthenticationStart("student", 1)))
    other = TacacsPacket(1, 3, 1, b"\0\0\0\0\0").encode(SECRET)
    assert story.say(other) == ["Close"]


def test_who_hangs_up_first_is_hung_up_on() -> None:
    story = Story()
    assert list(story.session.handle(apps.PeerClosed())) == [apps.Close()]
    assert list(story.session.handle(apps.PeerClosed())) == []


@given(st.binary(max_size=200), KEYS, NUMBERS, st.integers(0, 255))
def test_hiding_is_as_others_do_it(body: bytes, key: bytes, session: int, number: int) -> None:
    ours = TacacsPacket(1, number, session, body)
    header = TACACSHeader(0xC1, 1, session, len(body), seq_no=number)
    packet = Others(header, body, key.decode("latin-1"))
    if key.isascii():
        assert ours.encode(key) == bytes(packet)
    assert TacacsPacket.decode(ours.encode(key), key) == ours


@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    Story().say(data)
    tacacs.read_start(data)
    tacacs.reply_status(data, "shared")


@given(st.binary(max_size=40), st.sampled_from([1, 3]))
def test_any_body_rightly_hidden(body: bytes, sequence: int) -> None:
    story = Story()
    if sequence == 3:
        story.say(theirs(TACACSAuthenticationStart("student", 1)))
    heard = story.say(TacacsPacket(1, sequence, SESSION, body).encode(SECRET))
    assert len(heard) in (1, 2)


def test_our_client_signs_in() -> None:
    story = apps.Tacacs("shared", USERS).session(LOCAL, PEER)
    packet = tacacs.sign_in("student", "blue sky", "shared", SESSION)
    answer, _ = story.handle(apps.Data(packet))
    assert tacacs.reply_status(answer.data, "shared") == tacacs.PASS
    assert tacacs.reply_status(answer.data[:-1], "shared") is None
    for word in (b"student", b"blue"):
        assert word not in packet
    with pytest.raises(PacketError, match="255"):
        tacacs.sign_in("a" * 256, "", "shared", 1)
