"""The SNMP agent: sessions on their own, asked and read by scapy."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.asn1.asn1 import (
    ASN1_COUNTER32,
    ASN1_COUNTER64,
    ASN1_GAUGE32,
    ASN1_IPADDRESS,
    ASN1_NULL,
    ASN1_OID,
    ASN1_STRING,
    ASN1_TIME_TICKS,
    ASN1_Codecs,
)
from scapy.asn1.ber import BERcodec_INTEGER, BERcodec_OID
from scapy.layers import snmp as scapys

from portlab import apps
from portlab.apps import ber, snmp
from portlab.errors import LabError, PacketError

LOCAL, PEER = ("10.0.0.1", 161), ("10.0.0.2", 50000)
NAME, UP_TIME = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.3.0"
OBJECTS = {"1.3.6.1.4.1.9": 7, NAME: "core", "1.3.6.1.2.1.1.10.0": -129, "1.3.6.1.2.1.1.9.0": "x"}
OIDS = st.tuples(st.integers(0, 2), st.integers(0, 39), *[st.integers(0, (1 << 32) - 1)] * 3)


def heard(app: apps.Snmp, data: bytes, now: int = 0) -> list[bytes]:
    session = app.session(LOCAL, PEER)
    return [action.data for action in session.handle(apps.Datagram(data, PEER, now))]


def asked(*names: str, kind: Any = scapys.SNMPget, community: str = "public", version: int = 1):
    variables = [scapys.SNMPvarbind(oid=ASN1_OID(name)) for name in names]
    return bytes(
        scapys.SNMP(version=version, community=community, PDU=kind(id=77, varbindlist=variables))
    )


def told(data: bytes) -> list[tuple[str, Any]]:
    """Names and values of an answer, as scapy reads it."""
    message = scapys.SNMP(data)
    assert message.version.val == 1
    assert message.PDU.id.val == 77
    pairs = [(one.oid.val, one.value) for one in message.PDU.varbindlist]
    return [(name, value.val if hasattr(value, "val") else value) for name, value in pairs]


def test_a_value_is_told() -> None:
    [answer] = heard(apps.Snmp(objects=OBJECTS), asked(NAME, "1.3.6.1.2.1.1.10.0"))
    assert told(answer) == [(NAME, b"core"), ("1.3.6.1.2.1.1.10.0", -129)]
    assert snmp.values(answer) == {NAME: "core", "1.3.6.1.2.1.1.10.0": -129}
    assert isinstance(scapys.SNMP(answer).PDU, scapys.SNMPresponse)


def test_what_is_not_there_is_told_as_that() -> None:
    [answer] = heard(apps.Snmp(), asked(NAME, "1.3.6.1.9"))
    assert snmp.values(answer) == {NAME: "router", "1.3.6.1.9": None}
    assert bytes([snmp.NO_SUCH_OBJECT, 0]) in answer


def test_an_object_without_the_number_of_an_instance_is_another_answer() -> None:
    """RFC 3416 section 4.2.1: sysName is there, but only as sysName.0; of others nothing is."""
    for name, tag in {NAME[:-2]: 0x81, NAME[:-1] + "1": 0x81, "1.3.6.1.2.1.1.7.0": 0x80}.items():
        [answer] = heard(apps.Snmp(), asked(name))
        assert answer.endswith(bytes([tag, 0]))
        assert snmp.values(answer) == {name: None}


def test_walking_goes_through_all_in_the_order_of_numbers() -> None:
    app = apps.Snmp(objects=OBJECTS)
    at, walked = "1.3", []
    for _ in range(5):
        [answer] = heard(app, asked(at, kind=scapys.SNMPnext))
        [(at, _)] = told(answer)
        walked.append(at)
    assert walked == [UP_TIME, NAME, "1.3.6.1.2.1.1.9.0", "1.3.6.1.2.1.1.10.0", "1.3.6.1.4.1.9"]
    [answer] = heard(app, asked(at, kind=scapys.SNMPnext))
    assert bytes([snmp.END_OF_MIB_VIEW, 0]) in answer


def test_how_long_it_is_up_counts_in_hundredths() -> None:
    app = apps.Snmp()
    shown = [
        told(heard(app, asked(UP_TIME), now)[0])[0][1] for now in (5_000_000, 6_250_000, 5_000_000)
    ]
    assert shown == [0, 125, 0]


@pytest.mark.parametrize(
    "data",
    [
        asked(NAME, community="private"),
        asked(NAME, version=0),
        asked(NAME, version=3),
        asked(NAME, kind=scapys.SNMPresponse),
        asked(NAME, kind=scapys.SNMPinform),
        asked(NAME)[:-1],
        asked(NAME) + b"\0",
        b"",
    ],
)
def test_all_else_stays_without_an_answer(data: bytes) -> None:
    assert heard(apps.Snmp(), data) == []


def test_nothing_can_be_written() -> None:
    message = scapys.SNMP(
        version=1,
        community="public",
        PDU=scapys.SNMPset(
            id=77, varbindlist=[scapys.SNMPvarbind(oid=ASN1_OID(NAME), value=ASN1_STRING("mine"))]
        ),
    )
    app = apps.Snmp()
    answer = scapys.SNMP(heard(app, bytes(message))[0])
    assert (answer.PDU.error.val, answer.PDU.error_index.val) == (snmp.NO_ACCESS, 1)
    assert snmp.values(heard(app, asked(NAME))[0]) == {NAME: "router"}


def test_an_answer_that_would_be_too_long_is_not_sent() -> None:
    answer = scapys.SNMP(heard(apps.Snmp(), asked(*[NAME] * 500))[0])
    assert answer.PDU.error.val == snmp.TOO_BIG
    assert answer.PDU.varbindlist == []


def test_our_question_is_scapys() -> None:
    ours = scapys.SNMP(snmp.get_request(NAME, "secret word", 77))
    assert (ours.community.val, ours.PDU.id.val) == (b"secret word", 77)
    [variable] = ours.PDU.varbindlist
    assert (variable.oid.val, isinstance(variable.value, ASN1_NULL)) == (NAME, True)


def test_our_trap_is_scapys() -> None:
    """snmptrap -v2c says the same: how long the device is up, and linkDown (RFC 3418)."""
    ours = scapys.SNMP(snmp.trap("1.3.6.1.6.3.1.1.5.3", "public", 77))
    assert isinstance(ours.PDU, scapys.SNMPtrapv2)
    pairs = [(one.oid.val, one.value.val) for one in ours.PDU.varbindlist]
    assert pairs == [(UP_TIME, 77), ("1.3.6.1.6.3.1.1.4.1.0", "1.3.6.1.6.3.1.1.5.3")]


def response(value: bytes) -> bytes:
    oid = snmp.as_oid(NAME)
    return snmp.SnmpMessage(b"public", snmp.RESPONSE, 77, ((oid, value),)).encode()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (ASN1_IPADDRESS("192.0.2.7"), "192.0.2.7"),
        (ASN1_COUNTER32((1 << 32) - 1), (1 << 32) - 1),
        (ASN1_GAUGE32(7), 7),
        (ASN1_TIME_TICKS(100), 100),
        (ASN1_COUNTER64((1 << 64) - 1), (1 << 64) - 1),
        (ASN1_NULL(0), None),
    ],
)
def test_values_of_each_kind_are_read(value: Any, shown: object) -> None:
    assert snmp.values(response(value.enc(ASN1_Codecs.BER))) == {NAME: shown}


@pytest.mark.parametrize(
    "value",
    [
        ber.element(ber.INTEGER, b"\1" * 20),
        ber.element(ber.INTEGER, b""),
        ber.element(ber.OBJECT_IDENTIFIER, b"\xff"),
        ber.element(snmp.IP_ADDRESS, bytes(3)),
        ber.element(snmp.NO_SUCH_OBJECT, b"\0"),
        ber.element(ber.SEQUENCE, b""),
    ],
)
def test_what_is_no_value_makes_it_no_answer(value: bytes) -> None:
    assert snmp.values(response(value)) is None


@given(st.binary(max_size=30))
def test_any_bytes_for_a_value_are_read_or_are_none(content: bytes) -> None:
    for tag in range(0x50):
        found = snmp.values(response(ber.element(tag, content)))
        assert found is None or set(found) == {NAME}


@given(OIDS)
def test_a_name_that_is_written_is_read_by_others(oid: ber.Oid) -> None:
    assert snmp.as_oid(".".join(map(str, oid))) == oid


@pytest.mark.parametrize(
    "name", ["1.3.4294967296", "1.3." + "9" * 5_000, "1.3" + ".1" * 127, "1.3.6.1.a", "1"]
)
def test_what_no_reader_takes_is_no_name(name: str) -> None:
    """RFC 2578 section 3.5: 128 numbers at most, and 2^32-1 is the largest."""
    with pytest.raises(LabError, match="no name"):
        snmp.as_oid(name)
    assert len(snmp.as_oid("1.3.4294967295" + ".1" * 125)) == 128


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_scapy_reads_any_number(number: int) -> None:
    """And writes none shorter; -128 it writes longer than X.690 8.3.2 allows."""
    assert BERcodec_INTEGER.dec(ber.integer(number))[0].val == number
    assert len(ber.integer(number)) <= len(BERcodec_INTEGER.enc(number))
    [(_, content)] = ber.elements(ber.integer(number))
    assert ber.number(content) == number


@given(OIDS)
def test_any_name_is_written_as_scapy_does(oid: ber.Oid) -> None:
    assert ber.identifier(oid) == BERcodec_OID.enc(".".join(map(str, oid)))
    [(_, content)] = ber.elements(ber.identifier(oid))
    assert ber.oid(content) == oid


@given(st.integers(0, 70_000))
def test_a_content_of_any_length(size: int) -> None:
    assert list(ber.elements(ber.element(4, bytes(size)))) == [(4, bytes(size))]


@given(st.binary(max_size=80))
def test_any_bytes_are_elements_or_an_error(data: bytes) -> None:
    try:
        found = list(ber.elements(data))
    except PacketError:
        return
    assert sum(len(content) + 2 for _, content in found) <= len(data)


@given(st.integers(0, 60), st.binary(min_size=1, max_size=5))
def test_a_damaged_question_raises_nothing(at: int, other: bytes) -> None:
    question = asked(NAME, UP_TIME)
    for answer in heard(apps.Snmp(), question[:at] + other + question[at + len(other) :]):
        assert snmp.SnmpMessage.decode(answer) is not None


@pytest.mark.parametrize(
    "name", ["", "1", "sysName.0", "1.3.-6", "3.1", "1.40.1", "1..3", "\uff11.3"]
)
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(LabError, match="no name"):
        snmp.get_request(name)
