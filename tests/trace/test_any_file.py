"""Whatever bytes a file holds, `load` gives a usable Trace or a CaptureError."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab.errors import CaptureError
from portlab.trace.capture import load, save
from portlab.trace.conversations import conversations
from portlab.trace.json import as_dicts
from portlab.trace.trace import Trace
from portlab.views.table import rows
from tests.packets.strategies import packets
from tests.trace.files import (
    ARP,
    HANDSHAKE,
    NEW_YEAR,
    QUERY,
    enhanced,
    ethernet,
    interface,
    pcap,
    section,
    simple,
)

_TIME = NEW_YEAR * 1_000_000
_FRAMES = [ARP, *map(ethernet, HANDSHAKE), ethernet(QUERY)]
WHOLE = [
    pcap([(_TIME + i, frame) for i, frame in enumerate(_FRAMES)]),
    pcap([(0, packet.raw) for packet in HANDSHAKE], link_type=101, nano=True, order=">"),
    section()
    + interface(1, resolution=9)
    + interface(101)
    + b"".join(enhanced(frame, _TIME, comments=["said", "twice"]) for frame in _FRAMES)
    + enhanced(QUERY.raw, _TIME, interface=1)
    + simple(_FRAMES[1])
    + section(">")
    + interface(276, order=">")
    + enhanced(bytes(30), 7, order=">"),
]


def use(trace: Trace) -> None:
    """Look at everything that a view would."""
    assert len(as_dicts(trace)) == len(rows(trace)) == len(trace)
    for record in trace:
        assert (record.packet is None) == (record.problem is not None)
    for conversation in conversations(trace):
        assert conversation.duration >= 0
        assert str(conversation)


def read(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        trace = load(path)
    except CaptureError:
        return
    use(trace)
    in_range = trace.where(lambda record: 0 <= record.time + _TIME < 2**64)
    if len(in_range):
        again = path.with_suffix(".pcapng")
        assert save(in_range, again) == len(in_range)
        assert [r.packet for r in load(again)] == [r.packet for r in in_range]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any") / "any.pcap"


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        what = draw(st.sampled_from(["change", "cut out", "put in", "break off"]))
        if what == "change":
            new = draw(st.binary(min_size=1, max_size=4))
            data[at : at + len(new)] = new
        elif what == "cut out":
            del data[at : at + draw(st.integers(1, 30))]
        elif what == "put in":
            data[at:at] = draw(st.binary(min_size=1, max_size=30))
        else:
            del data[at:]
    return bytes(data)


@given(damaged())
@settings(max_examples=300, deadline=None)
def test_a_damaged_capture(path: Path, data: bytes) -> None:
    read(path, data)


@given(damaged(), st.integers(0, 200), st.binary(max_size=3))
@settings(max_examples=60, deadline=None)
def test_a_damaged_gzip_file(path: Path, data: bytes, at: int, change: bytes) -> None:
    packed = bytearray(gzip.compress(data))
    packed[at : at + len(change)] = change
    read(path, bytes(packed))


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_at_all(path: Path, data: bytes) -> None:
    read(path, data)


@given(st.lists(st.one_of(packets.map(lambda packet: packet.raw), st.binary(max_size=100))))
@settings(max_examples=60, deadline=None)
def test_a_whole_capture_of_any_packets(path: Path, frames: list[bytes]) -> None:
    read(path, pcap([(_TIME, frame) for frame in frames], link_type=101))
