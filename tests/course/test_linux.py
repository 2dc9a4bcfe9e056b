"""A run on Linux where that can be, its recording elsewhere, and never the one as the other."""

import pytest

from portlab import Lab, apps, ladder, on_linux
from portlab.errors import CaptureError, WorldError
from portlab.trace.trace import Trace
from portlab.worlds import world_class
from tests.notebooks.record import CAPTURES, Recording, recordings
from tests.requires import needs

RECORDINGS = recordings()
EACH = pytest.mark.parametrize("recording", RECORDINGS, ids=lambda one: one.name)


def shown(recording: Recording) -> Trace:
    return on_linux(recording.experiment, recording.name, **recording.how)


def story(trace: Trace) -> list[tuple[str, str | None, int]]:
    """What was said, by whom: without bare acknowledgments and repetitions, which are a matter of
    moments.
    """
    said: dict[object, tuple[str, str | None, int]] = {}
    for record in trace:
        if record.flags != "ACK":
            key = (record.src, record.flags, record.seq if record.segment else record.number)
            said.setdefault(key, (trace.name_of(record.src or "?"), record.flags, record.length))
    return list(said.values())


@EACH
def test_what_must_be_the_same_everywhere_is_recorded_and_says_so(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTLAB_STATIC", "1")
    trace = shown(recording)
    assert {record.origin for record in trace} == {"recorded"}
    assert trace.notes == ("Recorded earlier, from a run of this experiment on Linux.",)
    text = str(ladder(trace))
    assert "packets, recorded" in text
    assert trace.notes[0] in text
    assert {"server", "client"} <= set(text.split())


@EACH
def test_where_linux_cannot_be_had_the_reason_stands_beside_the_recording(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_kernel(*_: object, **__: object) -> None:
        raise WorldError("No namespaces here. Use world='model'.")

    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    monkeypatch.setattr(world_class("kernel"), "__init__", no_kernel)
    trace = shown(recording)
    assert {record.origin for record in trace} == {"recorded"}
    (note,) = trace.notes
    assert note.startswith("Recorded earlier, ")
    assert note.endswith("Here it cannot be run: No namespaces here. Use world='model'.")


@EACH
def test_where_it_can_be_had_it_runs_now_and_tells_the_recorded_story(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording that is no longer what the experiment does fails here: record it again."""
    needs("kernel")
    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    live = shown(recording)
    assert {record.origin for record in live} == {"captured"}
    assert not live.notes
    monkeypatch.setenv("PORTLAB_STATIC", "1")
    assert story(shown(recording)) == story(live)


def test_every_recording_is_shown_once_and_is_short() -> None:
    assert RECORDINGS
    names = [one.name for one in RECORDINGS]
    assert len(set(names)) == len(names)
    for one in RECORDINGS:
        assert one.file.parent == CAPTURES
        assert one.file.stat().st_size < 20_000


def test_a_recording_that_is_not_there_is_missed_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def echo(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.udp(7, apps.Echo())
        client.udp().send_to(b"hello", server, 7)

    monkeypatch.setenv("PORTLAB_STATIC", "1")
    with pytest.raises(CaptureError, match="no-such-run"):
        on_linux(echo, "no-such-run")
