"""The recordings are what Linux does: each is held against a live run where there is a kernel."""

import json
import shutil

import pytest

from portlab.course import recorded
from portlab.course import recording as module
from portlab.course.recorded import echo_over_udp
from portlab.course.recording import RECORDINGS, Recording, make, on_linux, recording
from portlab.errors import LabError, TimedOut, WorldError
from portlab.lab import Lab
from portlab.network.link import Link
from portlab.packets import IcmpMessage
from portlab.trace.analysis import RETRANSMISSIONS, analyse
from portlab.trace.trace import Trace
from tests.differential.hosts import records_in_words
from tests.requires import needs
from tests.trace.analysis.differences import DIFFERENCES, differences
from tests.trace.analysis.tshark import seen_by_us

CLIENT = "10.0.0.2"
BY_LUCK = {
    "data-with-loss": {"retransmission", "duplicate ACK"},
    "twenty-over-tcp": {"retransmission"},
    "call-over-tcp-lost": {"retransmission", "duplicate ACK"},
    "one-connection-lost": {"retransmission", "duplicate ACK"},
    "two-connections-lost": {"retransmission"},
    "zero-window": {"zero window", "zero-window probe", "zero-window probe ACK"},
}
"""How much is in a segment there, and how often is acknowledged, is for the moment to decide; but
these labels are what the recording is for. Where the receiver widens its window meanwhile, an ACK
that asks for the same byte again is a window update and no duplicate."""

each = pytest.mark.parametrize("one", RECORDINGS.values(), ids=lambda one: one.name)


def told(trace: Trace) -> list[str]:
    """What the packets say, without bare ACKs: when those leave is for timers to decide."""
    return [line for line in records_in_words(list(trace), (CLIENT,)) if " ACK " not in line]


def labels(trace: Trace) -> set[str]:
    kinds = set().union(*seen_by_us(analyse(trace)).values())
    return {"retransmission" if kind in RETRANSMISSIONS else kind for kind in kinds}


@each
def test_it_is_a_short_capture_that_says_what_it_is(one: Recording) -> None:
    trace = recording(one.name)
    assert 2 <= len(trace) <= 300
    assert {record.origin for record in trace} == {"recorded"}
    assert {record.problem for record in trace} == {None}
    assert all(record.packet and record.packet.checksum_ok for record in trace)
    senders = {trace.name_of(record.src or "") for record in trace}
    assert senders <= {*one.hosts, "0.0.0.0"}, "who has no address yet has no name either"
    assert trace.notes[-1].startswith("Recorded on Linux ")
    assert trace.experiment is None


@each
def test_it_says_what_the_wire_did_to_each_packet(one: Recording) -> None:
    """The line is known: how long it is, and for what was lost, why."""
    trace = recording(one.name)
    delay = round((one.link or Link()).delay * 1_000_000)
    lost = {record.number for record in trace if record.fate == "lost"}
    assert {record.fate for record in trace} <= {"lost", "delivered"}
    for record in trace:
        assert record.arrival == (None if record.number in lost else record.time + delay)
        if record.dst == "255.255.255.255":
            assert record.cause is not None
            assert record.cause.startswith("copy for ")
        else:
            assert (record.cause is not None) == (record.number in lost)
    if not one.link or not (one.link.loss or one.link.filtered):
        assert lost == {fault.number for fault in one.faults}
    else:
        assert lost


def test_every_file_is_a_recording_and_every_recording_a_file() -> None:
    folder = next(iter(RECORDINGS.values())).path.parent
    assert {path.stem for path in folder.glob("*.pcapng")} == set(RECORDINGS)
    assert set(json.loads((folder / "made.json").read_text())) == set(RECORDINGS)


@each
def test_linux_does_the_same_today(one: Recording) -> None:
    needs("kernel")
    live, kept = one.play("kernel"), recording(one.name)
    assert {record.origin for record in live} == {"captured"}
    if one.name in BY_LUCK:
        assert BY_LUCK[one.name] <= labels(kept) & labels(live)
    else:
        assert told(kept) == told(live)


def test_they_hold_what_their_names_promise() -> None:
    def flags(name: str) -> list[str | None]:
        return [record.flags for record in recording(name)]

    assert flags("handshake") == ["SYN", "SYN,ACK", "ACK"]
    assert flags("refused") == ["SYN", "RST,ACK"]
    assert set(flags("filtered")) == {"SYN"}
    assert recording("udp-closed-port")[1].packet.payload.code == IcmpMessage.PORT_UNREACHABLE
    first_fin = {
        name: next(r.src for r in recording(name) if r.segment and r.segment.has_fin)
        for name in ("closed-by-the-client", "closed-by-the-server")
    }
    assert first_fin == {"closed-by-the-client": CLIENT, "closed-by-the-server": "10.0.0.1"}
    assert flags("aborted")[-1] == "RST,ACK"
    assert b"200 OK" in b"".join(r.segment.payload for r in recording("http") if r.segment)
    assert any(r.segment and r.segment.window == 0 for r in recording("zero-window"))


@each
def test_tshark_sees_in_it_what_we_see_but_for_what_is_listed(one: Recording) -> None:
    needs("tshark")
    assert set(differences(one.path)) <= set(DIFFERENCES)


def test_a_name_that_is_none_is_answered_with_those_that_are() -> None:
    with pytest.raises(LabError, match=r"no recording 'handshaek'.*handshake"):
        recording("handshaek")


def test_what_is_stored_shows_the_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTLAB_STATIC", "1")
    trace = on_linux(echo_over_udp, "echo-over-udp")
    assert {record.origin for record in trace} == {"recorded"}


def test_a_learner_with_a_kernel_sees_it_live(monkeypatch: pytest.MonkeyPatch) -> None:
    needs("kernel")
    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    trace = on_linux(echo_over_udp, "echo-over-udp")
    assert {record.origin for record in trace} == {"captured"}
    assert trace.experiment is not None


def test_live_the_wire_does_what_it_does_in_the_recording(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needs("kernel")
    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    trace = on_linux(recorded.filtered, "filtered")
    assert {record.flags for record in trace} == {"SYN"}
    assert isinstance(trace.error, TimedOut)


def test_a_learner_without_one_sees_the_recording_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(world: str) -> None:
        raise WorldError("/dev/net/tun is closed.")

    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    monkeypatch.setattr(module, "Lab", closed)
    trace = on_linux(echo_over_udp, "echo-over-udp")
    assert {record.origin for record in trace} == {"recorded"}
    assert "/dev/net/tun is closed." in trace.notes[-1]


def test_what_an_experiment_itself_raises_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    needs("kernel")
    monkeypatch.delenv("PORTLAB_STATIC", raising=False)

    def slip(lab: Lab) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        on_linux(slip, "handshake")


def test_they_can_be_made_again(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("kernel")
    folder = tmp_path / "captures"
    shutil.copytree(RECORDINGS["refused"].path.parent, folder)
    monkeypatch.setattr(module.material, "data", lambda: tmp_path)
    before = (folder / "refused.pcapng").read_bytes()
    make(["refused"])
    assert (folder / "refused.pcapng").read_bytes() != before
    assert told(recording("refused")) == ["> SYN seq=0", "< RST,ACK seq=0 ack=1"]
    assert isinstance(RECORDINGS["filtered"].play("model").error, TimedOut)
