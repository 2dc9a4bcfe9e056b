"""What `save` writes comes back, keeps what portlab knew, and never spoils a file."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab.errors import CaptureError
from portlab.packets import Reason
from portlab.trace.capture import load, save
from portlab.trace.record import Call, Record
from portlab.trace.trace import Trace
from tests.trace.files import (
    ACK_PACKET,
    ARP,
    HANDSHAKE,
    NEW_YEAR,
    QUERY,
    SYN_ACK_PACKET,
    SYN_PACKET,
    enhanced,
    ethernet,
    interface,
    pcap,
    section,
    write,
)

START = NEW_YEAR * 1_000_000
BEGIN = Reason(9293, "3.5", "Asks for a connection, counting from {seq}.")
SYN_WITH_REASON = type(SYN_PACKET)(SYN_PACKET.raw, BEGIN)
CALLED = Record(9, 0, "called", "returned", call=Call("connect", "tcp", "::1", 1, "::1", 2))

MODEL = Trace(
    [
        Record(
            1, 0, "modelled", "lost", SYN_WITH_REASON, cause="dropped on request", state="SYN-SENT"
        ),
        Record(2, 1_000_001, "modelled", "delivered", SYN_WITH_REASON, 1_010_001),
        Record(3, 1_010_001, "captured", "duplicate", SYN_ACK_PACKET, 1_020_001),
        CALLED,
        Record(4, 1_020_001, "modelled", "delivered", ACK_PACKET, 1_030_001),
    ]
)


def refused(trace: Trace, path: Path) -> str:
    with pytest.raises(CaptureError) as caught:
        save(trace, path)
    return str(caught.value)


@pytest.mark.parametrize("name", ["lab.pcap", "lab.pcapng", "LAB.PCAP"])
def test_packets_and_times_come_back(tmp_path: Path, name: str) -> None:
    assert save(MODEL, tmp_path / name) == 4
    trace = load(tmp_path / name)
    assert [record.packet for record in trace] == [SYN_PACKET, *HANDSHAKE]
    assert [record.time for record in trace] == [0, 1_000_001, 1_010_001, 1_020_001]
    assert {(record.origin, record.fate) for record in trace} == {("recorded", "seen")}
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_comments_keep_what_portlab_knew(tmp_path: Path) -> None:
    save(MODEL, tmp_path / "lab.pcapng")
    comments = [record.comments for record in load(tmp_path / "lab.pcapng")]
    why = "why: Asks for a connection, counting from 1000. (RFC 9293 3.5)"
    assert comments == [
        (f"origin: modelled; fate: lost; cause: dropped on request; state: SYN-SENT; {why}",),
        (f"origin: modelled; fate: delivered; arrived: 10000 microseconds later; {why}",),
        ("origin: captured; fate: duplicate; arrived: 10000 microseconds later",),
        ("origin: modelled; fate: delivered; arrived: 10000 microseconds later",),
    ]


def test_a_loaded_capture_is_saved_as_it_was(tmp_path: Path) -> None:
    data = section() + interface(1) + interface(101)
    data += enhanced(ethernet(SYN_PACKET), START - 1, comments=["mine"])
    data += enhanced(ARP, START + 1)
    data += enhanced(QUERY.raw, START + 2, interface=1)
    data += enhanced(b"nonsense", START + 3, interface=1)
    first = load(write(tmp_path, data))
    save(first, tmp_path / "again.pcapng")
    again = load(tmp_path / "again.pcapng")
    assert again.records == first.records
    assert first[1].problem
    assert first[3].problem


@pytest.mark.parametrize("link_type", [0, 1, 101, 113, 276])
def test_the_link_type_stays(tmp_path: Path, link_type: int) -> None:
    frames = [(START, ethernet(packet)) for packet in HANDSHAKE]
    first = load(write(tmp_path, pcap(frames, link_type=link_type, wire_length=100)))
    for name in ("again.pcap", "again.pcapng"):
        save(first, tmp_path / name)
        assert load(tmp_path / name).records == first.records


times = st.integers(-START, 2**32 * 1_000_000 - START - 1)


@given(time=times)
@settings(deadline=None)
def test_every_time_is_exact(tmp_path_factory: pytest.TempPathFactory, time: int) -> None:
    folder = tmp_path_factory.mktemp("times")
    for name in ("lab.pcap", "lab.pcapng"):
        save(Trace([Record(1, time, "modelled", "delivered", SYN_PACKET)]), folder / name)
        assert load(folder / name)[0].time == time


@pytest.mark.parametrize("time", [-START - 1, 2**64])
@pytest.mark.parametrize("name", ["lab.pcap", "lab.pcapng"])
def test_a_time_that_the_format_has_no_room_for(tmp_path: Path, time: int, name: str) -> None:
    trace = Trace([Record(7, time, "modelled", "delivered", SYN_PACKET)])
    assert "time of record 7" in refused(trace, tmp_path / name)


def test_what_cannot_be_saved_says_why(tmp_path: Path) -> None:
    assert "nothing to save (socket calls" in refused(Trace([CALLED]), tmp_path / "a.pcapng")
    assert "nothing to save. " in refused(Trace(), tmp_path / "a.pcapng")
    assert "Use .pcapng" in refused(MODEL, tmp_path / "lab.txt")
    assert "cannot be written" in refused(MODEL, tmp_path / "no folder" / "lab.pcap")
    (tmp_path / "folder.pcap").mkdir()
    assert "is not a file" in refused(MODEL, tmp_path / "folder.pcap")
    mixed = load(
        write(
            tmp_path,
            section()
            + interface(1)
            + interface(101)
            + enhanced(ethernet(SYN_PACKET), START)
            + enhanced(QUERY.raw, START, interface=1),
        )
    )
    assert "2 kinds of link" in refused(mixed, tmp_path / "mixed.pcap")
    assert not (tmp_path / "mixed.pcap").exists()


@pytest.mark.parametrize("name", ["mine.pcap", "mine.pcapng"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_save_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException
) -> None:
    save(MODEL, tmp_path / name)
    before = (tmp_path / name).read_bytes()
    long = Trace([Record(i, i, "modelled", "delivered", ACK_PACKET) for i in range(1, 500)])
    written = 0

    def give_up(*_: object) -> int:
        nonlocal written
        written += 1
        if written > 300:
            raise error
        return 0

    monkeypatch.setattr("portlab.trace.writing._cut", give_up)
    with pytest.raises(CaptureError if isinstance(error, OSError) else KeyboardInterrupt):
        save(long, tmp_path / name)
    assert (tmp_path / name).read_bytes() == before
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    real = write(tmp_path, b"old", "real.pcapng")
    link = tmp_path / "link.pcapng"
    try:
        link.symlink_to(real)
    except OSError:
        link = real
    save(MODEL, link)
    assert len(load(real)) == 4


def test_the_same_trace_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.pcap", "b.pcap", "a.pcapng", "b.pcapng"):
        save(MODEL, tmp_path / name)
    assert (tmp_path / "a.pcap").read_bytes() == (tmp_path / "b.pcap").read_bytes()
    assert (tmp_path / "a.pcapng").read_bytes() == (tmp_path / "b.pcapng").read_bytes()
