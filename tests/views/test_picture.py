"""What a learner holds: a ladder that prints, shows itself in a notebook, and can be saved."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

import portlab
from portlab.errors import PortlabError
from portlab.trace.trace import Trace
from portlab.views.picture import ladder
from portlab.views.times import Clock
from tests.views import stories


def test_a_notebook_gets_text_and_picture_and_no_svg():
    shown = ladder(stories.handshake())
    data, metadata = shown._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png"}
    assert data["text/plain"] == shown.text(ascii=False)
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG\r\n\x1a\n")
    assert metadata["image/png"]["width"] == 920


def test_printing_it_gives_the_text():
    shown = ladder(stories.handshake())
    assert str(shown) == shown.text()


@pytest.mark.parametrize(
    ("suffix", "begin"),
    [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF"), ("txt", b"TCP, 3 packets")],
)
def test_it_is_saved_as_its_name_says(tmp_path, suffix, begin):
    path = tmp_path / f"Ladder.{suffix.upper()}"
    ladder(stories.handshake()).save(path)
    assert path.read_bytes().startswith(begin)


def test_an_svg_carries_its_equivalent_in_words(tmp_path):
    path = tmp_path / "ladder.svg"
    ladder(stories.handshake([1])).save(str(path))
    assert "client to server, SYN seq=0" in path.read_text(encoding="utf-8")


def test_another_suffix_is_refused_with_those_that_work(tmp_path):
    for name in ("ladder.gif", "ladder"):
        with pytest.raises(PortlabError, match=r"\.png, \.svg, \.pdf, \.txt"):
            ladder(stories.handshake()).save(tmp_path / name)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(PortlabError, match=r"could not be written to .*nowhere"):
        ladder(stories.handshake()).save(tmp_path / "nowhere" / "ladder.txt")


def test_what_is_no_trace_is_refused_with_the_way_to_one():
    with pytest.raises(PortlabError, match="run\\(experiment\\)"):
        ladder(stories.handshake().records)  # type: ignore[arg-type]


def test_the_words_tell_every_packet_state_and_note():
    trace = stories.handshake([1])
    words = ladder(trace).alt_text.splitlines()
    assert words == [
        "TCP, 4 packets, modelled: client 10.0.0.2:49152, CLOSED; server 10.0.0.1:80, LISTEN.",
        "1: 0.000 ms, client to server, SYN seq=0 win=65535 <mss 1460, sackOK, wscale 7> "
        "lost: drop(1). client is now SYN-SENT.",
        "2: 1.000 s, client to server, SYN seq=0 win=65535 <mss 1460, sackOK, wscale 7> "
        "retransmission of 1*, arrives at 1.010 s. server is now SYN-RECEIVED.",
        "3: 1.010 s, server to client, SYN,ACK seq=0 ack=1 win=65535 <mss 1460, sackOK, "
        "wscale 7>, arrives at 1.020 s. client is now ESTABLISHED.",
        "4: 1.020 s, client to server, ACK seq=1 ack=1 win=65536, arrives at 1.030 s. "
        "server is now ESTABLISHED.",
        *ladder(trace).layout.notes,
    ]


def test_the_words_leave_out_what_the_picture_leaves_out():
    assert "more packets" in ladder(stories.transfer(400, None)).alt_text


def test_a_trace_shows_itself_as_a_table():
    shown = stories.handshake()._repr_mimebundle_()
    assert "SYN,ACK" in shown["text/plain"]
    assert portlab.ladder is ladder


def test_an_empty_trace_is_a_sentence_in_every_form(tmp_path):
    shown = ladder(Trace())
    assert str(shown) == "Nothing to show: no packet was sent and no socket was called."
    assert shown.alt_text == str(shown)
    shown.save(tmp_path / "empty.png")
    assert (tmp_path / "empty.png").stat().st_size > 0


@given(st.lists(st.integers(0, 10**10), min_size=1))
def test_times_are_never_rounded_and_their_points_stand_in_one_column(times):
    clock = Clock(times)
    points = set()
    for time in times:
        text = clock.show(time)
        number, unit = text.split()
        whole, part = number.split(".")
        scale = {"ms": 1000, "s": 1_000_000}[unit]
        assert int(whole) * scale + int(part) * scale // 10 ** len(part) == time
        assert len(text) == clock.width
        points.add(text.index("."))
    assert len(points) == 1
