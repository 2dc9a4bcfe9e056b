"""What a listener hears, against what is known of the line."""

import pytest

from portlab import Lab, Link, apps, drop, run
from portlab.errors import PortlabError
from portlab.trace.trace import Trace
from portlab.trace.voice import HeardChunk, heard_voice

FAR = Link(delay=0.040)


def over_udp(lab: Lab) -> None:
    speaker, listener = lab.hosts("speaker", "listener")
    speaker.udp(5004, apps.Voice(0.8))
    listener.udp().send_to(b"hello", speaker, 5004)


def over_tcp(lab: Lab) -> None:
    speaker, listener = lab.hosts("speaker", "listener")
    speaker.listen(5004, apps.Voice(0.8))
    listener.connect(speaker, 5004)


def marks(experiment, wait=0.150, **how) -> str:
    short = {"on time": "#", "late": "~", "lost": "X"}
    chunks = heard_voice(run(experiment, **how), wait).chunks
    return "".join(short[chunk.heard] for chunk in chunks)


@pytest.mark.parametrize("experiment", [over_udp, over_tcp])
def test_on_a_good_line_all_is_heard(experiment) -> None:
    voice = heard_voice(run(experiment, link=FAR))
    assert (voice.proto, len(voice)) == (experiment.__name__[-3:], 40)
    assert (voice.on_time, voice.late, voice.lost) == (40, 0, 0)
    assert voice.chunks[3] == HeardChunk(3, 60_000, 100_000, "on time")


def test_over_udp_what_is_lost_is_lost_and_nothing_else() -> None:
    assert marks(over_udp, link=FAR, faults=[drop(7)]) == "#" * 5 + "X" + "#" * 34
    assert marks(over_udp, link=FAR, faults=[drop(2), drop(41)]) == "X" + "#" * 38 + "X"


def one_lost_over_tcp(number: int) -> Trace:
    """The run in which the segment with this packet of sound is lost."""
    trace = run(over_tcp, link=FAR)
    sound = [record.number for record in trace if record.length == 174]
    return run(over_tcp, link=FAR, faults=[drop(sound[number])])


def test_over_tcp_it_is_repeated_and_what_follows_waits() -> None:
    """The third later packet asks for it again: 60 ms, and three times across the line."""
    voice = heard_voice(one_lost_over_tcp(21))
    late = [chunk for chunk in voice.chunks if chunk.heard == "late"]
    assert [chunk.number for chunk in late] == [21, 22]
    assert {chunk.readable for chunk in late} == {21 * 20_000 + 3 * 20_000 + 3 * 40_000}
    assert voice.lost == 0


def test_how_long_the_listener_waits_decides_what_is_late() -> None:
    trace = one_lost_over_tcp(21)
    late = [heard_voice(trace, wait).late for wait in (0.039, 0.140, 0.150, 0.170, 0.179, 0.18)]
    assert late == [40, 2, 2, 1, 1, 0]


def test_a_stream_that_breaks_off_leaves_what_never_came() -> None:
    def falls_silent(lab: Lab) -> None:
        over_tcp(lab)
        lab.run(0.2)
        lab.link("speaker", "listener", loss=1)
        lab.run(1)

    assert heard_voice(run(falls_silent, link=FAR)).lost > 0


def test_where_nobody_speaks_nothing_is_heard() -> None:
    def echo(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.udp(7, apps.Echo())
        client.udp().send_to(bytes(172), server, 7)

    with pytest.raises(PortlabError, match="Nobody speaks"):
        heard_voice(run(echo))


@pytest.mark.parametrize("wait", [-0.1, "0.1", True, float("nan"), float("inf")])
def test_a_wait_is_a_number_of_seconds(wait) -> None:
    with pytest.raises(PortlabError, match="cannot wait"):
        heard_voice(run(over_udp), wait)
