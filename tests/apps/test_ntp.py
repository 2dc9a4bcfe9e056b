"""The time server: sessions on their own, read by ntplib."""

import hashlib

import ntplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import apps
from portlab.apps.ntp import CLIENT, NtpPacket, moment, timestamp
from portlab.errors import LabError, PacketError

LOCAL, PEER = ("10.0.0.1", 123), ("10.0.0.2", 50000)
MICROSECONDS = st.integers(0, 300_000_000 * 1_000_000)  # up to 2035
WORDS, LONGS, STAMPS = (st.integers(0, (1 << bits) - 1) for bits in (8, 32, 64))
PACKETS = st.builds(
    NtpPacket,
    mode=st.integers(0, 7),
    version=st.integers(0, 7),
    leap=st.integers(0, 3),
    stratum=WORDS,
    poll=st.integers(-128, 127),
    precision=st.integers(-128, 127),
    root_delay=LONGS,
    root_dispersion=LONGS,
    reference_id=st.binary(min_size=4, max_size=4),
    reference=STAMPS,
    origin=STAMPS,
    receive=STAMPS,
    transmit=STAMPS,
)


def answers(app: apps.Ntp, packet: NtpPacket, now: int = 0) -> list[NtpPacket | None]:
    session = app.session(LOCAL, PEER)
    sent = session.handle(apps.Datagram(packet.encode(), PEER, now))
    return [NtpPacket.decode(action.data) for action in sent]


@given(PACKETS)
def test_what_is_written_is_read(packet: NtpPacket) -> None:
    assert NtpPacket.decode(packet.encode()) == packet
    assert NtpPacket.decode(packet.encode() + b"an extension") == packet


@given(PACKETS)
def test_whom_any_packet_follows_is_told_in_one_line_that_can_be_printed(packet: NtpPacket) -> None:
    told = packet.follows
    assert told.isascii()
    assert told.isprintable()
    assert told.startswith("nobody") == (packet.stratum == 0 or packet.stratum > 15)


@given(PACKETS)
def test_ntplib_reads_the_same_fields(packet: NtpPacket) -> None:
    read = ntplib.NTPPacket()
    read.from_data(packet.encode())
    assert (read.leap, read.version, read.mode) == (packet.leap, packet.version, packet.mode)
    assert (read.stratum, read.precision) == (packet.stratum, packet.precision)
    assert read.poll == packet.poll % 256  # ntplib forgets the sign (RFC 5905 7.3 has one)
    assert read.root_delay == packet.root_delay / 65536
    assert read.root_dispersion == packet.root_dispersion / 65536
    assert read.ref_id == int.from_bytes(packet.reference_id, "big")
    stamps = (read.ref_timestamp, read.orig_timestamp, read.recv_timestamp, read.tx_timestamp)
    ours = (packet.reference, packet.origin, packet.receive, packet.transmit)
    assert stamps == tuple(stamp / (1 << 32) for stamp in ours)


@given(MICROSECONDS)
def test_a_moment_is_found_again_and_is_ntplibs(now: int) -> None:
    assert moment(timestamp(now)) == now
    unix = 1_767_225_600 + now / 1_000_000
    assert timestamp(now) / (1 << 32) == pytest.approx(ntplib.system_to_ntp_time(unix), abs=1e-5)


def test_an_answer_says_when_the_question_came_and_repeats_its_time() -> None:
    asked = NtpPacket(CLIENT, version=3, poll=6, transmit=0x0123456789ABCDEF)
    [answer] = answers(apps.Ntp(2, "192.0.2.9", ahead=2.5), asked, now=1_000_000)
    assert answer is not None
    assert (answer.mode, answer.version, answer.stratum, answer.leap) == (4, 3, 2, 0)
    assert (answer.poll, answer.reference_id) == (6, bytes([192, 0, 2, 9]))
    assert answer.origin == asked.transmit
    assert moment(answer.receive) == moment(answer.transmit) == 3_500_000


@pytest.mark.parametrize(
    ("stratum", "reference", "shown"),
    [
        (1, "GPS", "Global Position System"),
        (2, "192.0.2.9", "192.0.2.9"),
        (15, "10.0.0.1", "10.0.0.1"),
    ],
)
def test_whom_it_follows(stratum: int, reference: str, shown: str) -> None:
    [answer] = answers(apps.Ntp(stratum, reference), NtpPacket(CLIENT))
    assert answer is not None
    number = int.from_bytes(answer.reference_id, "big")
    assert answer.stratum == stratum
    assert ntplib.ref_id_to_text(number, stratum) == shown
    assert answer.follows == reference


def test_a_clock_that_follows_nobody_says_so() -> None:
    """RFC 5905 figures 9, 11 and 13: the leap indicator warns, and a kiss code says why."""
    [answer] = answers(apps.Ntp(16), NtpPacket(CLIENT))
    assert answer is not None
    assert (answer.leap, answer.stratum, answer.reference_id) == (3, 0, b"INIT")
    assert answer.follows == "nobody (INIT)"
    assert ntplib.leap_to_text(answer.leap) == "unknown (clock unsynchronized)"


def followed(app: apps.Ntp) -> NtpPacket:
    [answer] = answers(app, NtpPacket(CLIENT))
    assert answer is not None
    return answer


def test_each_that_follows_is_one_step_further_until_nobody_is_followed() -> None:
    strata, app = [], apps.Ntp(1, "GPS")
    for _ in range(17):
        answer = followed(app)
        strata.append(answer.stratum)
        app = apps.Ntp.follower(answer, "192.0.2.9")
    assert strata == [*range(1, 16), 0, 0]
    second = followed(apps.Ntp.follower(followed(apps.Ntp(1)), "192.0.2.9"))
    assert second.reference_id == bytes([192, 0, 2, 9])


def test_a_server_over_ipv6_is_named_by_a_digest() -> None:
    """RFC 5905 7.3: the first four bytes of MD5 over its address."""
    answer = followed(apps.Ntp(2, "2001:db8::9"))
    address = bytes.fromhex("20010db8000000000000000000000009")
    assert answer.reference_id == hashlib.md5(address).digest()[:4]


@given(PACKETS.filter(lambda packet: packet.mode != CLIENT or not 1 <= packet.version <= 4))
def test_only_clients_are_answered(packet: NtpPacket) -> None:
    assert answers(apps.Ntp(), packet) == []


@given(st.binary(max_size=47))
def test_what_is_too_short_is_none(data: bytes) -> None:
    assert NtpPacket.decode(data) is None


@pytest.mark.parametrize("stratum", [-1, 0, 17])
def test_there_are_strata_1_to_16(stratum: int) -> None:
    with pytest.raises(LabError, match="stratum"):
        apps.Ntp(stratum)


def test_a_field_has_its_size() -> None:
    for packet in (NtpPacket(8), NtpPacket(3, stratum=256), NtpPacket(3, transmit=-1)):
        with pytest.raises(PacketError, match="does not fit"):
            packet.encode()


@pytest.mark.parametrize("stratum", [2, 15])
def test_who_follows_another_says_whom(stratum: int) -> None:
    with pytest.raises(LabError, match="whom"):
        apps.Ntp(stratum)
    assert followed(apps.Ntp(1)).reference_id == b"LOCL"
