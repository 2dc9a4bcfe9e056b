"""What `load` makes of files as they should be, and of files as they are."""

import gzip
from pathlib import Path

import pytest

from portlab.errors import CaptureError
from portlab.packets import ACK, Packet, Segment
from portlab.trace import capture, reading
from portlab.trace.capture import load
from portlab.trace.trace import Trace
from tests.trace.files import (
    ARP,
    HANDSHAKE,
    NEW_YEAR,
    QUERY,
    SYN_PACKET,
    block,
    enhanced,
    ethernet,
    interface,
    pcap,
    section,
    simple,
    write,
)

SECOND = 1_000_000
START = NEW_YEAR * SECOND
FRAMES = [(START + i * 250_001, ethernet(packet)) for i, packet in enumerate(HANDSHAKE)]


def packets(trace: Trace) -> list[Packet | None]:
    return [record.packet for record in trace]


def refused(path: Path, **options: int) -> str:
    with pytest.raises(CaptureError) as caught:
        load(path, **options)
    return str(caught.value)


def test_a_handshake_comes_out_as_it_went_in(tmp_path: Path) -> None:
    trace = load(write(tmp_path, pcap(FRAMES)))
    assert packets(trace) == list(HANDSHAKE)
    assert [record.number for record in trace] == [1, 2, 3]
    assert [record.time for record in trace] == [0, 250_001, 500_002]
    assert {(record.origin, record.fate) for record in trace} == {("recorded", "seen")}
    assert trace.title == "capture.pcap"
    assert trace.notes == ()


def test_every_frame_has_its_number_also_those_without_a_packet(tmp_path: Path) -> None:
    broken = ethernet(SYN_PACKET)[:14] + b"\x42" + ethernet(SYN_PACKET)[15:]
    frames = [(START, ARP), (START, ethernet(SYN_PACKET)), (START, broken), (START, b"")]
    trace = load(write(tmp_path, pcap(frames)))
    assert packets(trace) == [None, SYN_PACKET, None, None]
    assert [record.number for record in trace] == [1, 2, 3, 4]
    assert trace[0].problem == "ARP, not an IP packet"
    assert trace[1].problem is None
    assert "header length" in (trace[2].problem or "")
    assert "cut off" in (trace[3].problem or "")
    assert trace[2].frame is not None
    assert trace[2].frame.before == broken


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True])
def test_pcap_of_either_order_and_precision(tmp_path: Path, order: str, nano: bool) -> None:
    unit = 1000 if nano else 1
    times = [START + 123_457, START - 1, 999_999, 0]
    frames = [(time * unit + unit - 1, ethernet(SYN_PACKET)) for time in times]
    trace = load(write(tmp_path, pcap(frames, nano=nano, order=order)))
    assert [record.time for record in trace] == [time - START for time in times]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("resolution", "per_second"),
    [(None, 10**6), (6, 10**6), (9, 10**9), (3, 10**3), (0, 1), (10, 10**10), (0x94, 2**20)],
)
def test_pcapng_of_every_time_resolution(
    tmp_path: Path, order: str, resolution: int | None, per_second: int
) -> None:
    ticks = NEW_YEAR * per_second + 7 * per_second // 8
    data = section(order) + interface(resolution=resolution, order=order)
    data += enhanced(SYN_PACKET.raw, ticks, order=order)
    trace = load(write(tmp_path, data))
    assert packets(trace) == [SYN_PACKET]
    assert trace[0].time == (7 * per_second // 8) * SECOND // per_second


def test_each_interface_has_its_own_link_and_clock(tmp_path: Path) -> None:
    data = section() + interface(1, resolution=9) + interface(101, resolution=3)
    data += enhanced(ethernet(SYN_PACKET), NEW_YEAR * 10**9 + 1500, interface=0)
    data += enhanced(QUERY.raw, NEW_YEAR * 1000 + 2, interface=1)
    trace = load(write(tmp_path, data))
    assert packets(trace) == [SYN_PACKET, QUERY]
    assert [record.time for record in trace] == [1, 2000]


def test_files_put_end_to_end_each_have_their_own_interfaces(tmp_path: Path) -> None:
    first = section() + interface(1) + enhanced(ethernet(SYN_PACKET), START)
    second = section(">") + interface(101, order=">") + enhanced(QUERY.raw, START, order=">")
    assert packets(load(write(tmp_path, first + second))) == [SYN_PACKET, QUERY]


def test_blocks_that_are_no_packets_are_passed_over(tmp_path: Path) -> None:
    data = section() + interface() + block(4, bytes(8)) + block(0xBAD, b"whatever")
    data += enhanced(SYN_PACKET.raw, START)
    trace = load(write(tmp_path, data))
    assert (packets(trace), trace[0].number) == ([SYN_PACKET], 1)


def test_a_frame_saved_without_a_time_says_so(tmp_path: Path) -> None:
    data = section() + interface() + enhanced(SYN_PACKET.raw, START + 5) + simple(QUERY.raw)
    trace = load(write(tmp_path, data))
    assert [record.time for record in trace] == [5, 5]
    assert "without a time" in trace.notes[0]


def test_comments_are_read_and_vouched_for_by_nobody(tmp_path: Path) -> None:
    data = section() + interface()
    data += enhanced(SYN_PACKET.raw, START, comments=["fate: lost"])
    data += enhanced(SYN_PACKET.raw, START, comments=["seltsam", "schön"])
    record, other = load(write(tmp_path, data))
    assert record.comments == ("fate: lost",)
    # Of several, scapy 2.6 keeps the last only.
    assert other.comments in (("seltsam", "schön"), ("schön",))
    assert (record.origin, record.fate, record.cause) == ("recorded", "seen", None)


def test_a_gzipped_capture_is_read_as_it_is(tmp_path: Path) -> None:
    trace = load(write(tmp_path, gzip.compress(pcap(FRAMES)), "capture.pcap.gz"))
    assert packets(trace) == list(HANDSHAKE)
    assert trace.notes == ()


def test_a_snap_length_hides_bytes_but_not_their_number(tmp_path: Path) -> None:
    whole = Packet.build(
        "10.0.0.1", "10.0.0.2", Segment(80, 5, seq=1, flags=ACK, payload=bytes(900))
    )
    cut = ethernet(whole)[:100]
    record = load(write(tmp_path, pcap([(START, cut)], wire_length=954)))[0]
    assert record.segment is not None
    assert len(record.segment.payload) == 46
    assert record.length == 900
    assert record.frame is not None
    assert record.frame.cut == 854


def test_a_segment_that_a_network_card_would_still_cut_up(tmp_path: Path) -> None:
    """Captures made on the sender hold packets longer than any Ethernet frame."""
    big = Packet.build("10.0.0.1", "10.0.0.2", Segment(80, 5, 1, flags=ACK, payload=bytes(65_495)))
    assert len(ethernet(big)) == 65_549
    assert packets(load(write(tmp_path, pcap([(START, ethernet(big))])))) == [big]
    data = section() + interface(1) + enhanced(ethernet(big), START)
    assert packets(load(write(tmp_path, data))) == [big]


# ---- files that are damaged ---------------------------------------------------------------------


@pytest.mark.parametrize("format", ["pcap", "pcapng", "gzip"])
def test_cut_anywhere_a_file_gives_the_frames_before_the_cut(tmp_path: Path, format: str) -> None:
    pieces = [pcap([]), *(pcap([frame])[24:] for frame in FRAMES)]
    if format == "pcapng":
        pieces = [section() + interface(1), *(enhanced(data, time) for time, data in FRAMES)]
    whole = b"".join(pieces)
    borders = [sum(map(len, pieces[: count + 1])) for count in range(4)]
    sure = 28 if format == "pcapng" else 24
    for length in range(sure, len(whole)):
        data = whole[:length]
        path = write(tmp_path, gzip.compress(data, 1) if format == "gzip" else data)
        complete = sum(border <= length for border in borders[1:])
        at_a_border = length in borders or (format == "pcapng" and length == sure)
        if not complete and not at_a_border:
            assert "cut off before its first frame" in refused(path)
            continue
        trace = load(path)
        assert packets(trace) == list(HANDSHAKE)[:complete]
        assert ("cut off" in str(trace.error)) is not at_a_border, length


def test_a_cut_gzip_file_gives_what_can_be_unpacked(tmp_path: Path) -> None:
    data = gzip.compress(pcap(FRAMES))
    trace = load(write(tmp_path, data[:-12]))
    assert packets(trace) == list(HANDSHAKE)[: len(trace)]
    assert "cut off after frame" in str(trace.error)


def test_a_capture_without_frames_is_a_trace_without_records(tmp_path: Path) -> None:
    trace = load(write(tmp_path, pcap([])))
    assert len(trace) == 0
    assert trace.notes == ("capture.pcap is a capture without any frames.",)


def test_what_is_no_capture_is_refused_with_a_remedy(tmp_path: Path) -> None:
    assert "There is no file" in refused(tmp_path / "nothing.pcap")
    assert "is not a file" in refused(tmp_path)
    assert "is empty" in refused(write(tmp_path, b""))
    assert "is empty" in refused(write(tmp_path, gzip.compress(b"")))
    for data in (b"a", b"GIF89a....", b"\x1f\x8b", gzip.compress(b"letters")[:-9], b"\0" * 5000):
        assert "not a pcap or pcapng capture" in refused(write(tmp_path, data))
    for cut in (4, 10, 23):
        assert "cut off in its header" in refused(write(tmp_path, pcap(FRAMES)[:cut]))
    for cut in (4, 12, 27):
        assert "cut off in its header" in refused(write(tmp_path, section()[:cut]))
    assert "from 1" in refused(write(tmp_path, pcap(FRAMES)), first=0)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, pcap(FRAMES))
    monkeypatch.setattr(Path, "open", forbidden)
    assert "Permission denied" in refused(path)


def test_a_link_that_nobody_can_take_apart_is_named(tmp_path: Path) -> None:
    assert "link type 147" in refused(write(tmp_path, pcap(FRAMES, link_type=147)))
    data = section() + interface(147) + interface(101)
    data += enhanced(b"?", START) + enhanced(SYN_PACKET.raw, START, interface=1)
    trace = load(write(tmp_path, data))
    assert packets(trace) == [None, SYN_PACKET]
    assert trace[0].problem == "link type 147, which scapy cannot take apart"


def test_a_checksum_length_beside_the_link_type_is_not_part_of_it(tmp_path: Path) -> None:
    with_checksum = pcap([(START, ethernet(SYN_PACKET) + b"FCS!")], link_type=0x24000001)
    assert packets(load(write(tmp_path, with_checksum))) == [SYN_PACKET]


# ---- files that are too much --------------------------------------------------------------------


def test_a_long_capture_is_read_only_when_told_how_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "MAX_PACKETS", 2)
    path = write(tmp_path, pcap(FRAMES))
    assert "first=" in refused(path)
    assert len(load(path, first=3)) == 3
    assert load(path, first=1).notes == ()
    assert len(load(write(tmp_path, pcap(FRAMES[:2])))) == 2


def test_no_file_makes_us_read_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 1000)
    frames = [(START, ethernet(SYN_PACKET))] * 100
    path = write(tmp_path, gzip.compress(pcap(frames)))
    assert "longer than" in refused(path)
    assert len(load(path, first=5)) == 5


@pytest.mark.parametrize("length", [0xFFFFFFF0, 0x7FFFFFFF, 0x02000000, 262_145])
def test_a_length_that_no_frame_has_ends_the_reading(tmp_path: Path, length: int) -> None:
    """Not with gigabytes of memory, and with the frames before it."""
    lie = bytearray(pcap(FRAMES[:1]))
    lie[32:36] = length.to_bytes(4, "little")
    trace = load(write(tmp_path, pcap(FRAMES[:1]) + bytes(lie[24:]) + bytes(300_000)))
    assert packets(trace) == [SYN_PACKET]
    assert "damaged or cut off after frame 1" in str(trace.error)
    lie = bytearray(enhanced(SYN_PACKET.raw, START))
    lie[4:8] = length.to_bytes(4, "little")
    data = section() + interface() + enhanced(SYN_PACKET.raw, START) + bytes(lie) + bytes(300_000)
    trace = load(write(tmp_path, data))
    assert packets(trace) == [SYN_PACKET]
    assert "damaged or cut off after frame 1" in str(trace.error)
