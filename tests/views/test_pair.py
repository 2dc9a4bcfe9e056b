"""Two ladders beside each other: as text, as a figure, in a notebook, in a file."""

import base64
from io import BytesIO
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab import drop, run
from portlab.errors import PortlabError
from portlab.trace.trace import Trace
from portlab.views.labelling import overlap
from portlab.views.ladder import layout
from portlab.views.pair_figure import FRAMES, WIDTH, as_drawn
from portlab.views.picture import ladder
from portlab.views.placing import place_together
from portlab.views.shapes import Arrow, Fold
from tests.views import stories
from tests.views.test_figure import corners, texts
from tests.views.test_placing import rows

PAIRS = {
    "the same": (stories.handshake(), stories.handshake()),
    "syn lost": (stories.handshake(), stories.handshake([1])),
    "syn-ack lost": (stories.handshake(), stories.handshake([2])),
    "ack lost": (stories.handshake(), stories.handshake([3])),
    "all lost": (stories.handshake([2]), stories.handshake([1, 2, 3])),
    "closed and refused": (stories.closed(), stories.refused()),
    "tcp and udp": (stories.closed(), stories.udp_refused()),
    "with and without loss": (stories.transfer(20, None), stories.transfer(20, 5)),
    "long ones": (stories.transfer(400, None), stories.transfer(400, 300)),
    "a router answers": (stories.udp_refused(True), stories.router_refuses()),
    "calls and a file": (stories.loopback(), stories.from_file()),
    "something and nothing": (stories.handshake(), Trace()),
    "nothing": (Trace(), Trace()),
}


def hello(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80)


# ---- as text


def test_one_after_the_other_each_difference_has_its_sign():
    text = ladder(*PAIRS["syn-ack lost"]).text(ascii=False)
    rows = [line for line in text.splitlines() if line.startswith("≠ ") and "│" in line]
    assert [line.split("│")[1].split(" seq")[0].strip("─◄► X") for line in rows] == [
        "2  SYN,ACK",
        "2  SYN,ACK",
        "3  SYN",
        "4  SYN,ACK",
    ]
    parts = ("First", "Second", "What differs:", "≠ marks what is not alike")
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_side_by_side_what_is_alike_stands_on_one_line():
    text = ladder(*PAIRS["syn-ack lost"]).text(width=170, ascii=False)
    lines = [line for line in text.splitlines() if line.count("│") == 4]
    packets = [tuple(line.split("│")[at].strip("─◄► X")[:4] for at in (1, 3)) for line in lines]
    assert [both for both in packets if any(part[:1].isdigit() for part in both)] == [
        ("1  S", "1  S"),
        ("2  S", "2  S"),
        ("", "3  S"),
        ("", "4  S"),
        ("3  A", "5  A"),
    ]


def test_in_characters_that_every_terminal_has():
    text = ladder(*PAIRS["syn lost"]).text(ascii=True)
    assert text.isascii()
    assert sum(line.startswith("!= ") and "|" in line for line in text.splitlines()) == 3
    assert "!= marks what is not alike in the other ladder." in text


def test_with_reasons_both_say_why():
    trace = run(hello, seed=1)
    text = ladder(trace, trace.rerun([drop(1)])).text(why=True, ascii=False)
    assert text.count("Asks to open a connection") == 2
    assert "(RFC 6298 5.4)" in text


def test_the_titles_tell_what_was_run_and_with_which_faults():
    trace = run(hello, seed=1)
    pair = ladder(trace, trace.rerun([drop(1), drop(3)]))
    assert [one.title for one in pair.layouts] == [
        "First: hello",
        "Second: hello, drop(1), drop(3)",
    ]
    assert [one.title for one in ladder(Trace(), Trace()).layouts] == ["First", "Second"]


def test_how_the_second_ended_is_said_once():
    def nobody(lab):
        server, client = lab.hosts("server", "client")
        client.connect(server, 80)

    text = ladder(run(hello), run(nobody)).text(ascii=False)
    assert text.count("It ended with ConnectionRefused") == 1


@pytest.mark.parametrize("name", PAIRS)
@settings(deadline=None, max_examples=15)
@given(width=st.integers(63, 200), ascii=st.booleans(), why=st.booleans())
def test_no_line_is_wider_than_asked_and_no_packet_is_missing(name, width, ascii, why):
    pair = ladder(*PAIRS[name])
    text = pair.text(width=width, ascii=ascii, why=why)
    assert max(map(len, text.splitlines()), default=0) <= width
    assert text.isascii() or not ascii
    if max(map(len, pair.traces)) <= 200:
        for shown in pair.layouts:
            for row in (row for one in shown.conversations for row in one.rows):
                if row.number is not None:
                    assert f" {row.number} " in text


@pytest.mark.parametrize("name", PAIRS)
def test_lanes_are_straight_side_by_side_too(name):
    """What is drawn for a conversation has its lanes in the same columns from top to bottom."""
    pair = ladder(*PAIRS[name])
    for block in pair.text(width=190, ascii=False).split("\n\n"):
        columns = {
            tuple(at for at, character in enumerate(line) if character == "│")
            for line in block.splitlines()
            if "│" in line
        }
        longest = max(columns, key=len, default=())
        assert all(set(one) <= set(longest) for one in columns), block


def test_too_narrow_a_page_is_refused_with_a_remedy():
    with pytest.raises(PortlabError, match="width=62"):
        ladder(*PAIRS["syn lost"]).text(width=61, ascii=False)
    assert ladder(*PAIRS["syn lost"]).text(width=62, ascii=False)


def test_a_second_that_is_no_trace_is_refused():
    with pytest.raises(PortlabError, match="not from list"):
        ladder(stories.handshake(), [])  # type: ignore[call-overload]


# ---- as a figure


@pytest.mark.parametrize("name", PAIRS)
def test_no_text_stands_on_another_and_none_leaves_the_page(name):
    figure = ladder(*PAIRS[name]).figure()
    renderer = figure.canvas.get_renderer()
    measured = [(text.get_text(), corners(text, renderer)) for text in texts(figure)]
    for (one, first), (other, second) in combinations(measured, 2):
        assert not overlap(tuple(first), tuple(second)), f"{one!r} on {other!r}"
    width, height = figure.get_size_inches() * figure.dpi
    assert width == WIDTH * figure.dpi
    for text, points in measured:
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points), text


@pytest.mark.parametrize("name", PAIRS)
def test_slanting_labels_stay_between_their_own_lanes(name):
    figure = ladder(*PAIRS[name]).figure()
    renderer = figure.canvas.get_renderer()
    (axes,) = figure.axes
    back = axes.transData.inverted()
    for text in texts(figure):
        if text.get_rotation():
            xs = [back.transform(point)[0] for point in corners(text, renderer)]
            assert any(frame.lanes[0] < min(xs) and max(xs) < frame.lanes[1] for frame in FRAMES), (
                text
            )


@pytest.mark.parametrize("name", PAIRS)
def test_every_packet_has_its_number_and_a_sign_if_it_is_marked(name):
    pair = ladder(*PAIRS[name])
    written = [text.get_text() for text in texts(pair.figure())]
    shown = as_drawn(*pair.layouts, pair.comparison)
    wanted = []
    for one, marked in zip(shown, pair.comparison.marked, strict=True):
        for row in (row for conversation in one.conversations for row in conversation.rows):
            if not isinstance(row, Fold) and row.number:
                wanted.append(f"≠ {row.number}" if row.number in marked else str(row.number))
    for begin in set(wanted):
        found = sum(text == begin or text.startswith(f"{begin}  ") for text in written)
        assert found == wanted.count(begin), begin


def test_differences_are_marked_by_a_band_as_well():
    from matplotlib.colors import to_hex

    (axes,) = ladder(*PAIRS["syn-ack lost"]).figure().axes
    bands = [line for line in axes.lines if to_hex(line.get_color()) == "#f0e442"]
    assert len(bands) == 4
    (axes,) = ladder(*PAIRS["the same"]).figure().axes
    assert not [line for line in axes.lines if to_hex(line.get_color()) == "#f0e442"]


@settings(deadline=None)
@given(rows(), rows())
def test_both_stand_on_one_scale_of_time(one, other):
    """Every moment has one height, above which neither side has it, and below all before it."""
    both = place_together(one, other)
    heights = {time: y for y, time in both.moments}
    assert len(heights) == len(both.moments)
    ends = []
    for placed in both.sides:
        seen = set()
        for row, start, end in placed.rows:
            happened = [(row.time, start)]
            if row.arrival is not None:
                happened.append((row.arrival, end))
            for time, y in happened:
                assert y >= heights[time] - 1e-9
                seen.add((time, y))
        ends += seen
    ends.sort()
    for (earlier, above), (later, below) in pairwise(ends):
        assert earlier == later or above < below
    assert all(b - a > 0.15 for (a, _), (b, _) in pairwise(both.moments))


@settings(deadline=None)
@given(rows())
def test_the_same_twice_stands_at_the_same_heights(one):
    first, second = place_together(one, one).sides
    assert [(start, end) for _, start, end in first.rows] == [
        (start, end) for _, start, end in second.rows
    ]


def test_it_grows_no_longer_than_a_page_can_show():
    pair = ladder(stories.transfer(4000, None), stories.transfer(4000, 5, 0.3))
    assert pair.figure().get_size_inches()[1] < 30


def test_what_differs_is_folded_last():
    pair = ladder(stories.transfer(400, None), stories.transfer(400, 300))
    one, other = as_drawn(*pair.layouts, pair.comparison)
    kept = {row.number for row in other.conversations[0].rows if isinstance(row, Arrow)}
    assert kept >= set(pair.comparison.only[1])
    assert len(one.conversations[0].rows) < 40


# ---- in words, in a notebook, in a file


def test_the_words_say_what_differs_and_which_packets_stand_in_one_only():
    words = ladder(*PAIRS["syn-ack lost"]).alt_text.splitlines()
    assert words[0] == "What differs:"
    assert words[1].startswith("Marked: 1 row only in the first, 3 only in the second.")
    assert [line.split(":")[0] for line in words if line.endswith("Only here.")] == list("2234")


def test_a_notebook_gets_text_and_picture():
    pair = ladder(*PAIRS["syn lost"])
    data, metadata = pair._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png"}
    assert data["text/plain"] == pair.text(ascii=False)
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG\r\n\x1a\n")
    assert metadata["image/png"]["width"] == round(WIDTH * 100)
    assert str(pair) == pair.text()
    assert repr(pair) == "<Two ladders, of 3 and 4 records>"


def test_the_picture_carries_its_words():
    from PIL import Image

    pair = ladder(*PAIRS["syn lost"])
    assert Image.open(BytesIO(pair.as_file(".png"))).text["Description"] == pair.alt_text


@pytest.mark.parametrize(
    ("suffix", "begin"),
    [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF"), ("txt", b"First\n")],
)
def test_it_is_saved_as_its_name_says_and_each_time_the_same(tmp_path, suffix, begin):
    for name in ("one", "two"):
        ladder(*PAIRS["syn lost"]).save(tmp_path / f"{name}.{suffix}")
    one, two = ((tmp_path / f"{name}.{suffix}").read_bytes() for name in ("one", "two"))
    assert one.startswith(begin)
    assert one == two


def test_numbers_as_in_the_headers():
    pair = ladder(stories.handshake(), stories.handshake([1]), relative=False)
    assert f"seq={stories.CLIENT_ISS}" in pair.text()
    assert (
        pair.layouts[0].conversations == layout(stories.handshake(), relative=False).conversations
    )
