"""The voice: what it says and when, on its own; its packets as scapy reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import apps
from portlab.apps.voice import EVERY, Chunk
from portlab.errors import LabError

LOCAL, PEER = ("10.0.0.1", 5004), ("10.0.0.2", 50000)


def spoken(first: apps.Event, now: int, seconds: float, late: int = 0) -> list[tuple[int, bytes]]:
    """What it sends and when, woken whenever it asked for it, or `late` microseconds after."""
    session = apps.Voice(seconds).session(LOCAL, PEER)
    event, sent = first, []
    while event is not None:
        again = None
        for action in session.handle(event):
            if isinstance(action, apps.Send):
                sent.append((now, action.data))
            elif isinstance(action, apps.Wake):
                now += round(action.delay * 1_000_000) + late
                again = apps.Woken(now)
            else:
                assert action == apps.Close()
                sent.append((now, b"end"))
        event = again
    return sent


def test_a_second_is_fifty_packets_every_twenty_milliseconds() -> None:
    sent = spoken(apps.Datagram(b"hello", PEER, now=5_000), 5_000, 1.0)
    assert [time for time, _ in sent] == [5_000 + 20_000 * n for n in range(50)]
    assert [Chunk.decode(data) for _, data in sent] == [Chunk(n) for n in range(50)]


def test_on_a_stream_each_packet_has_its_length_and_the_last_is_followed_by_the_end() -> None:
    *sent, (_, end) = spoken(apps.Opened(0), 0, 0.1)
    assert [data[:2] for _, data in sent] == [b"\x00\xac"] * 5
    assert [Chunk.decode(data[2:]) for _, data in sent] == [Chunk(n) for n in range(5)]
    assert end == b"end"


def test_being_woken_late_does_not_add_up() -> None:
    sent = spoken(apps.Datagram(b"", PEER), 0, 1.0, late=3_000)
    assert [time for time, _ in sent][1:] == [EVERY * n + 3_000 for n in range(1, 50)]


def test_scapy_reads_rtp() -> None:
    from scapy.layers.rtp import RTP

    first, second = (RTP(Chunk(number).encode()) for number in (0, 1))
    assert (first.version, first.padding, first.extension, first.numsync) == (2, 0, 0, 0)
    assert (first.marker, second.marker) == (1, 0)
    assert (first.payload_type, second.payload_type) == (0, 0)
    assert (first.sequence, second.sequence) == (0, 1)
    assert second.timestamp - first.timestamp == len(bytes(second.payload)) == 160
    assert first.sourcesync == second.sourcesync


@given(st.integers(0, 0xFFFF))
def test_a_chunk_is_read_as_it_was_written(number: int) -> None:
    assert Chunk.decode(Chunk(number).encode()) == Chunk(number)


@given(st.binary(max_size=200))
def test_other_bytes_are_no_voice(data: bytes) -> None:
    assert Chunk.decode(data) is None


@pytest.mark.parametrize("seconds", [0, -1, 0.001, 1e9])
def test_nobody_speaks_for_no_time_or_for_ever(seconds: float) -> None:
    with pytest.raises(LabError, match="cannot speak"):
        apps.Voice(seconds)


def test_who_says_more_is_not_answered_twice() -> None:
    session = apps.Voice(1).session(LOCAL, PEER)
    assert len(list(session.handle(apps.Datagram(b"hello", PEER)))) == 2
    for event in (apps.Datagram(b"hello again", PEER), apps.Data(b"x"), apps.PeerClosed()):
        assert list(session.handle(event)) == []
