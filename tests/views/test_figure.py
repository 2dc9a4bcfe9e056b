"""The figure: every label legible, measured with the renderer that draws it."""

import math
import subprocess
import sys
from io import BytesIO
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text

from portlab.trace.trace import Trace
from portlab.views.encoding import encode, shown_size
from portlab.views.figure import LANES, WIDTH, as_drawn
from portlab.views.labelling import overlap
from portlab.views.picture import ladder
from portlab.views.shapes import Arrow
from tests.views import stories

STORIES = {
    "handshake": stories.handshake(),
    "syn lost": stories.handshake([1]),
    "syn-ack lost": stories.handshake([2]),
    "ack lost": stories.handshake([3]),
    "filtered": stories.filtered(),
    "all lost": stories.handshake([1, 2, 3]),
    "closed": stories.closed(),
    "refused": stories.refused(),
    "20 segments, one lost": stories.transfer(20, 5),
    "40 segments": stories.transfer(24, 7, 0.3),
    "40 segments in bursts": stories.transfer(26, None),
    "400 segments": stories.transfer(400, 300),
    "udp": stories.udp_refused(),
    "udp over IPv6": stories.udp_refused(True),
    "a router answers": stories.router_refuses(),
    "calls": stories.loopback(),
    "file": stories.from_file(),
    "nothing": Trace(),
}

Corners = list[tuple[float, float]]


def corners(text: Text, renderer: object) -> Corners:
    """The four corners in pixels of what is written, as the renderer measures it."""
    angle = text.get_rotation()
    turned = text.get_window_extent(renderer)
    middle = ((turned.x0 + turned.x1) / 2, (turned.y0 + turned.y1) / 2)
    text.set_rotation(0)
    level = text.get_window_extent(renderer)
    text.set_rotation(angle)
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return [
        (
            middle[0] + (a * level.width * c - b * level.height * s) / 2,
            middle[1] + (a * level.width * s + b * level.height * c) / 2,
        )
        for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]


def texts(figure: Figure) -> list[Text]:
    (axes,) = figure.axes
    return [text for text in axes.texts if text.get_text()]


@pytest.mark.parametrize("name", STORIES)
def test_no_text_stands_on_another_and_none_leaves_the_page(name):
    figure = ladder(STORIES[name]).figure()
    renderer = figure.canvas.get_renderer()
    measured = [(text.get_text(), corners(text, renderer)) for text in texts(figure)]
    for (one, first), (other, second) in combinations(measured, 2):
        assert not overlap(tuple(first), tuple(second)), f"{one!r} on {other!r}"
    width, height = figure.get_size_inches() * figure.dpi
    for text, points in measured:
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points), text


@pytest.mark.parametrize("name", STORIES)
def test_slanting_labels_stay_between_the_lanes(name):
    figure = ladder(STORIES[name]).figure()
    renderer = figure.canvas.get_renderer()
    (axes,) = figure.axes
    for text in texts(figure):
        if text.get_rotation():
            xs = [
                axes.transData.inverted().transform(point)[0] for point in corners(text, renderer)
            ]
            assert min(xs) > LANES[0], text
            assert max(xs) < LANES[1], text


@pytest.mark.parametrize("name", STORIES)
def test_every_packet_has_at_least_its_number(name):
    shown = ladder(STORIES[name])
    begins = {text.get_text().split(" ")[0] for text in texts(shown.figure())}
    for conversation in as_drawn(shown.layout).conversations:
        for row in conversation.rows:
            if isinstance(row, Arrow):
                assert str(row.number) in begins


@pytest.mark.parametrize("name", ["handshake", "all lost", "closed", "20 segments, one lost"])
def test_every_packet_has_its_whole_label(name):
    shown = ladder(STORIES[name])
    written = {text.get_text() for text in texts(shown.figure())}
    for row in shown.layout.conversations[0].rows:
        if row.number is not None:
            header = [piece for piece in row.pieces if piece.name != "lost"]
            pieces = " ".join(piece.text for piece in header if piece.rank == 0)
            assert any(text.startswith(f"{row.number}  {pieces}") for text in written)


@pytest.mark.parametrize("name", ["syn lost", "all lost", "filtered"])
def test_the_reason_of_a_loss_stands_by_itself_and_no_label_lies_on_an_arrow(name):
    shown = ladder(STORIES[name])
    figure = shown.figure()
    renderer = figure.canvas.get_renderer()
    (axes,) = figure.axes
    lost = [row for row in shown.layout.conversations[0].rows if row.fate == "lost"]
    written = [text.get_text() for text in texts(figure)]
    reasons = [row.pieces[-1].text for row in lost]
    assert all(written.count(reason) == reasons.count(reason) for reason in reasons)
    arrows = [line for line in axes.lines if line.get_ydata()[0] != line.get_ydata()[-1]]
    slanting = [line for line in arrows if line.get_xdata()[0] != line.get_xdata()[-1]]
    assert len(slanting) == len(shown.layout.conversations[0].rows)
    for text in texts(figure):
        for line in slanting if text.get_rotation() else ():
            start, end = axes.transData.transform(line.get_xydata())
            thin = (start, end, (end[0], end[1] + 0.5), (start[0], start[1] + 0.5))
            assert not overlap(tuple(corners(text, renderer)), thin), text


def test_states_times_and_names_are_on_it():
    written = [text.get_text() for text in texts(ladder(stories.closed()).figure())]
    for expected in ("client", "10.0.0.2:49152", "LISTEN", "TIME-WAIT", "timeout 2 MSL"):
        assert expected in written
    assert {"0.000 ms", "10.000 ms", "120.060 s"} <= set(written)


def test_lost_resent_and_refused_differ_by_more_than_colour():
    from matplotlib.lines import Line2D

    def drawn(trace: Trace) -> list[tuple[object, str]]:
        (axes,) = ladder(trace).figure().axes
        lines = [line for line in axes.lines if isinstance(line, Line2D)]
        slanting = [line for line in lines if line.get_xdata()[0] != line.get_xdata()[-1]]
        dashes = [str(line._unscaled_dash_pattern) for line in slanting]
        marks = [line.get_marker() for line in lines if line.get_marker() != "None"]
        return dashes, marks

    plain, _ = drawn(stories.handshake())
    dashes, marks = drawn(stories.handshake([1]))
    assert "x" in marks
    assert "o" in marks
    assert dashes[1] != plain[0]
    assert drawn(stories.refused())[1] == ["s"]
    assert drawn(stories.udp_refused())[1] == ["D"]


def test_it_is_as_wide_as_a_page_and_grows_with_its_rows_up_to_a_limit():
    heights = []
    for segments in (1, 5, 20, 400, 4000):
        width, height = ladder(stories.transfer(segments, None)).figure().get_size_inches()
        assert width == WIDTH
        heights.append(height)
    assert heights[:3] == sorted(heights[:3])
    assert max(heights) < 30


def test_the_png_has_pixels_for_a_sharp_screen_and_the_words_inside():
    from PIL import Image

    shown = ladder(stories.handshake())
    figure = shown.figure()
    png = encode(figure, "png", "Ladder", shown.alt_text)
    size = shown_size(figure)
    pixels = imread(BytesIO(png))
    assert pixels.shape[1] == 1.5 * size["width"]
    assert pixels[0, 0].tolist() == [1, 1, 1, 1]
    assert Image.open(BytesIO(png)).text["Description"] == shown.alt_text


def test_the_palette_keeps_every_colour_that_means_something_however_little_there_is_of_it():
    from PIL import Image

    raw = BytesIO()
    figure = ladder(stories.handshake([1])).figure()
    figure.savefig(raw, format="png")
    drawn = Image.open(raw).convert("RGB").getcolors(1 << 24)
    meant = {"white": (255, 255, 255), "blue": (0, 114, 178), "vermillion": (213, 94, 0)}
    assert set(meant.values()) <= {color for _, color in drawn}  # or this would test nothing
    png = Image.open(BytesIO(encode(figure, "png", "Ladder", "words")))
    kept = [color for _, color in png.convert("RGB").getcolors(1 << 24)]
    for name, wanted in meant.items():
        off = min(max(abs(a - b) for a, b in zip(one, wanted, strict=True)) for one in kept)
        assert off <= 3, f"{name} is {off} of 255 away"


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_the_same_trace_gives_the_same_file(form):
    first, second = (
        encode(ladder(stories.closed()).figure(), form, "Ladder", "words") for _ in range(2)
    )
    assert first == second


def test_pyplot_is_never_loaded_so_no_figure_stays_behind():
    code = (
        "import sys\n"
        "from tests.views import stories\n"
        "from portlab import ladder\n"
        "ladder(stories.handshake())._repr_mimebundle_()\n"
        "sys.exit('matplotlib.pyplot' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_users_own_matplotlib_settings_change_nothing():
    from matplotlib import rc_context

    plain = encode(ladder(stories.closed()).figure(), "svg", "Ladder", "")
    with rc_context({"font.size": 20, "lines.linewidth": 9, "text.color": "red"}):
        assert encode(ladder(stories.closed()).figure(), "svg", "Ladder", "") == plain


Point = st.tuples(st.floats(-3, 3), st.floats(-3, 3))


@given(Point, Point, st.floats(0.1, 3), st.floats(0.1, 3), st.floats(-1.5, 1.5))
def test_overlap_agrees_with_looking_at_many_points(one, other, width, height, angle):
    """A level square against a turned rectangle: a point inside both is an overlap."""
    square = tuple((one[0] + x, one[1] + y) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)))
    c, s = math.cos(angle), math.sin(angle)
    turned = tuple(
        (
            other[0] + (a * width * c - b * height * s) / 2,
            other[1] + (a * width * s + b * height * c) / 2,
        )
        for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    )
    steps = [step / 10 for step in range(-10, 11)]
    shared = False
    for a in steps:
        for b in steps:
            x = other[0] + (a * width * c - b * height * s) / 2 - one[0]
            y = other[1] + (a * width * s + b * height * c) / 2 - one[1]
            shared = shared or (abs(x) < 1 - 1e-9 and abs(y) < 1 - 1e-9)
    if shared:
        assert overlap(square, turned)
        assert overlap(turned, square)
    far = math.dist(one, other) > math.hypot(width, height) / 2 + math.sqrt(2)
    if far:
        assert not overlap(square, turned)
