"""The RADIUS server: the example of RFC 2865, and scapy's reading of what travels."""

import hmac
from hashlib import md5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers import radius as scapys

from portlab import apps
from portlab.apps import radius
from portlab.apps.radius import RadiusPacket
from portlab.errors import LabError, PacketError

LOCAL, PEER = ("10.0.0.1", 1812), ("10.0.0.2", 50000)
SECRET, RANDOM = b"shared", bytes(range(16))
USERS = {"student": "blue sky", "gärtner": "grün"}
RANDOMS = st.binary(min_size=16, max_size=16)
ATTRIBUTES = st.lists(st.tuples(st.integers(1, 255), st.binary(max_size=30)), max_size=6)
PACKETS = st.builds(
    RadiusPacket,
    code=st.integers(0, 255),
    identifier=st.integers(0, 255),
    authenticator=RANDOMS,
    attributes=ATTRIBUTES.map(tuple),
)


def heard(data: bytes, secret: str = "shared") -> list[bytes]:
    session = apps.Radius(secret, USERS).session(LOCAL, PEER)
    return [action.data for action in session.handle(apps.Datagram(data, PEER))]


def plain(name: bytes, password: bytes, *more: tuple[int, bytes]) -> bytes:
    """A question without a Message-Authenticator, as RFC 2865 has it."""
    hidden = radius.hidden(password, SECRET, RANDOM)
    said = ((radius.USER_NAME, name), (radius.USER_PASSWORD, hidden), *more)
    return RadiusPacket(radius.ACCESS_REQUEST, 9, RANDOM, said).encode()


def test_the_example_of_the_rfc() -> None:
    """Section 7.1: nemo logs in."""
    question = bytes.fromhex(
        "010000380f403f9473978057bd83d5cb98f4227a01066e656d6f"
        "02120dbe708d93d413ce3196e43f782a0aee0406c0a80110050600000003"
    )
    asked = RadiusPacket.decode(question)
    assert asked is not None
    assert asked.value(radius.USER_NAME) == b"nemo"
    hidden = asked.value(radius.USER_PASSWORD) or b""
    assert radius.shown(hidden, b"xyzzy5461", asked.authenticator) == b"arctangent"
    session = apps.Radius("xyzzy5461", {"nemo": "arctangent"}).session(LOCAL, PEER)
    [action] = session.handle(apps.Datagram(question, PEER))
    assert action.data[0] == radius.ACCESS_ACCEPT


@given(st.binary(max_size=128).map(lambda one: one.rstrip(b"\0")), st.binary(), RANDOMS)
def test_a_password_is_hidden_and_shown(password: bytes, secret: bytes, random: bytes) -> None:
    hidden = radius.hidden(password, secret, random)
    assert len(hidden) % 16 == 0 < len(hidden)
    assert radius.shown(hidden, secret, random) == password


@pytest.mark.parametrize("name", USERS)
def test_the_right_password_lets_in(name: str) -> None:
    question = radius.access_request(name, USERS[name], "shared", RANDOM, identifier=200)
    [answer] = heard(question)
    assert radius.verdict(answer, question, "shared") is True
    read = scapys.Radius(answer)
    assert (read.code, read.id) == (2, 200)
    assert read.authenticator == read.compute_authenticator(RANDOM, SECRET)


@pytest.mark.parametrize(
    ("name", "password"), [("student", "blue"), ("student", ""), ("", ""), ("nobody", "blue sky")]
)
def test_a_wrong_one_does_not(name: str, password: str) -> None:
    question = radius.access_request(name, password, "shared", RANDOM)
    [answer] = heard(question)
    assert radius.verdict(answer, question, "shared") is False
    assert scapys.Radius(answer).code == 3


def test_the_name_can_be_read_on_the_way_and_the_password_not() -> None:
    question = radius.access_request("student", "blue sky", "shared", RANDOM)
    assert b"student" in question
    assert b"blue" not in question


def test_an_answer_is_signed_in_both_ways() -> None:
    """RFC 2865 section 3 and RFC 3579 section 3.2, calculated once more by hand."""
    [answer] = heard(plain(b"student", b"blue sky"))
    with_the_questions = answer[:4] + RANDOM + answer[20:]
    assert answer[4:20] == md5(with_the_questions + SECRET).digest()
    assert answer[20:22] == bytes([80, 18]), "in front, before anything that could be forged"
    blank = with_the_questions[:22] + bytes(16) + with_the_questions[38:]
    assert answer[22:38] == hmac.digest(SECRET, blank, "md5")


def test_who_knows_another_secret_hears_nothing_or_no() -> None:
    signed = radius.access_request("student", "blue sky", "other", RANDOM)
    assert heard(signed) == []
    unsigned = plain(b"student", b"blue sky")
    [answer] = heard(unsigned, secret="other")
    assert answer[0] == radius.ACCESS_REJECT
    assert radius.verdict(answer, unsigned, "shared") is None, "and its answer is believed by none"


def test_an_answer_to_another_question_is_none() -> None:
    question = radius.access_request("student", "blue sky", "shared", RANDOM, identifier=1)
    later = radius.access_request("student", "blue sky", "shared", RANDOM, identifier=2)
    [answer] = heard(question)
    assert radius.verdict(answer, later, "shared") is None
    assert radius.verdict(b"", question, "shared") is None


def test_what_proxies_wrote_down_goes_back_to_them() -> None:
    [answer] = heard(plain(b"student", b"blue sky", (33, b"one"), (33, b"two")))
    read = RadiusPacket.decode(answer)
    assert read is not None
    assert [value for kind, value in read.attributes if kind == 33] == [b"one", b"two"]
    most = RadiusPacket(1, 9, RANDOM, ((33, bytes(253)),) * 15 + ((33, bytes(200)),)).encode()
    assert heard(most) == [], "no room for an answer"


@pytest.mark.parametrize(
    "attributes", [(), ((1, b"student"),), ((1, b"student"), (2, b"short")), ((2, bytes(144)),)]
)
def test_a_question_without_a_password_is_refused(attributes: tuple[tuple[int, bytes]]) -> None:
    [answer] = heard(RadiusPacket(1, 9, RANDOM, attributes).encode())
    assert answer[0] == radius.ACCESS_REJECT


@given(PACKETS)
def test_what_is_written_is_read(packet: RadiusPacket) -> None:
    assert RadiusPacket.decode(packet.encode()) == packet
    assert RadiusPacket.decode(packet.encode() + b"padding") == packet
    assert packet.signed(SECRET).is_signed(SECRET) is True
    assert packet.signed(SECRET).is_signed(b"other") is False


@given(PACKETS)
def test_scapy_reads_the_same(packet: RadiusPacket) -> None:
    read = scapys.Radius(packet.encode())
    assert (read.code, read.id) == (packet.code, packet.identifier)
    assert (read.len, read.authenticator) == (len(packet.encode()), packet.authenticator)


@given(st.binary(max_size=120))
def test_any_bytes_are_a_packet_or_none(data: bytes) -> None:
    RadiusPacket.decode(data)
    heard(data)


@given(PACKETS)
def test_only_questions_are_answered(packet: RadiusPacket) -> None:
    assert len(heard(packet.encode())) <= (packet.code == 1)


def test_there_is_an_end_to_all() -> None:
    with pytest.raises(LabError, match="128 bytes"):
        radius.hidden(bytes(129), SECRET, RANDOM)
    for attributes in (((1, bytes(254)),), ((1, bytes(200)),) * 21):
        with pytest.raises(PacketError, match="no RADIUS packet"):
            RadiusPacket(1, 9, RANDOM, attributes).encode()
