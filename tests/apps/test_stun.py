"""The STUN server: sessions on their own, and aioice's messages."""

import struct

import pytest
from aioice import stun as outside
from hypothesis import given
from hypothesis import strategies as st

from portlab import apps
from portlab.apps import stun
from portlab.errors import PacketError
from portlab.packets import unpacked

LOCAL = ("192.0.2.3", 3478)
ID = b"portlab-0001"
ADDRESSES = st.one_of(st.binary(min_size=4, max_size=4), st.binary(min_size=16, max_size=16)).map(
    unpacked
)
PEERS = st.tuples(ADDRESSES, st.integers(1, 65535))
REQUEST = stun.binding_request(ID)


def answers(data: bytes, peer: tuple[str, int] = ("203.0.113.7", 50000)) -> list[bytes]:
    session = apps.Stun().session(LOCAL, peer)
    return [action.data for action in session.handle(apps.Datagram(data, peer))]


@given(PEERS, st.binary(min_size=12, max_size=12))
def test_who_asks_is_told_where_from(peer: tuple[str, int], transaction: bytes) -> None:
    [answer] = answers(stun.binding_request(transaction), peer)
    assert stun.mapped_address(answer, transaction) == peer
    heard = outside.parse_message(answer)
    assert heard.message_method == outside.Method.BINDING
    assert heard.message_class == outside.Class.RESPONSE
    assert heard.attributes["XOR-MAPPED-ADDRESS"] == peer


def test_an_answer_to_somebody_else_is_none() -> None:
    [answer] = answers(REQUEST)
    assert stun.mapped_address(answer, b"portlab-0002") is None
    assert stun.mapped_address(REQUEST, ID) is None
    assert stun.mapped_address(answer[:-1], ID) is None


def test_others_questions_are_answered() -> None:
    asked = outside.Message(
        message_method=outside.Method.BINDING,
        message_class=outside.Class.REQUEST,
        transaction_id=ID,
    )
    assert bytes(asked) == REQUEST
    asked.attributes["SOFTWARE"] = "portlab"
    asked.attributes["USERNAME"] = "somebody"
    asked.add_message_integrity(b"key")
    assert len(answers(bytes(asked))) == 1, "who proves who he is need not be asked to"


def test_what_must_be_understood_and_is_not_is_named() -> None:
    """RFC 8489 6.3.1: CHANGE-REQUEST (RFC 5780) wants an answer from elsewhere."""
    asked = stun.written(stun.BINDING_REQUEST, ID, [(0x0003, bytes(4)), (0x8022, b"portlab")])
    [answer] = answers(asked)
    heard = outside.parse_message(answer)
    assert heard.message_class == outside.Class.ERROR
    assert heard.attributes["ERROR-CODE"] == (420, "Unknown Attribute")
    kind, _, attributes = stun.read(answer) or (0, b"", [])
    assert (kind, dict(attributes)[stun.UNKNOWN_ATTRIBUTES]) == (0x0111, b"\0\3")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        REQUEST[:19],
        REQUEST + b"\0\0\0\0",  # longer than it says
        REQUEST[:4] + bytes(4) + REQUEST[8:],  # without the cookie: the older protocol
        b"\x80" + REQUEST[1:],  # the first two bits tell it from others
        b"\x00\x11" + REQUEST[2:],  # an indication, which wants no answer
        stun.written(stun.BINDING_SUCCESS, ID, []),
        stun.written(0x0003, ID, []),  # a relay is asked for (RFC 8656)
        REQUEST[:2] + b"\0\4" + REQUEST[4:] + b"\0\6\0\x09",  # an attribute that breaks off
    ],
)
def test_all_else_stays_without_an_answer(data: bytes) -> None:
    assert answers(data) == []


@given(st.lists(st.integers(1, 60), max_size=8))
def test_a_stream_is_cut_anywhere(cuts: list[int]) -> None:
    stream = REQUEST + stun.written(stun.BINDING_REQUEST, b"portlab-0002", [(0x8022, b"us")])
    session = apps.Stun().session(LOCAL, ("203.0.113.7", 50000))
    got, at = [], 0
    for size in [*cuts, len(stream)]:
        got += [action.data for action in session.handle(apps.Data(stream[at : at + size]))]
        at += size
    ids = [outside.parse_message(one).transaction_id for one in got]
    assert ids == [b"portlab-0001", b"portlab-0002"]
    assert list(session.handle(apps.PeerClosed())) == [apps.Close()]


def test_a_stream_that_is_no_stun_is_hung_up_on() -> None:
    session = apps.Stun().session(LOCAL, ("203.0.113.7", 50000))
    assert list(session.handle(apps.Data(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))) == [apps.Close()]


@given(st.binary(max_size=64))
def test_any_attributes(data: bytes) -> None:
    """Whatever follows a right header, nothing is raised, and what is said can be read."""
    data += bytes(-len(data) % 4)
    for answer in answers(struct.pack("!HHI", 1, len(data), stun.MAGIC_COOKIE) + ID + data):
        assert outside.parse_message(answer).transaction_id == ID


def test_a_transaction_has_a_number_of_twelve_bytes() -> None:
    with pytest.raises(PacketError, match="12 bytes"):
        stun.binding_request(b"short")
