"""The figure of headers: every word in its box, measured with the renderer that draws it."""

import pytest
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from portlab.packets import ACK, SYN, Packet, Sack, Segment, Timestamps, UdpDatagram
from portlab.views.header import Header, header
from portlab.views.headers.figure import WIDTH
from tests.views import stories

V4 = ("10.0.0.1", "10.0.0.2")
LONG = Packet.build(*V4, Segment(1, 2, 3, 4, ACK, options=(
    Timestamps(4294967295, 4294967295), Sack(((4294967290, 4294967295),) * 3),
)))  # fmt: skip
FIGURES = {
    "SYN": header(stories.handshake()[0], trace=stories.handshake()),
    "longest options": header(LONG),
    "port unreachable over IPv6": header(stories.udp_refused(True)[1]),
    "TCP beside UDP": header(stories.handshake()[0], stories.udp_refused()[0]),
    "two ICMP errors": header(stories.udp_refused(True)[1], stories.udp_refused()[1]),
    "cut": header(stories.handshake()[0].packet.raw[:26]),
    "a wrong checksum": header(Packet.build(*V4, UdpDatagram(1, 2, b"x$y$", checksum=1))),
    "a long payload": header(Packet.build(*V4, UdpDatagram(1, 2, bytes(1400)))),
}


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_written_leaves_its_box_or_the_page(name: str) -> None:
    figure = FIGURES[name].figure()
    renderer = figure.canvas.get_renderer()
    (axes,) = figure.axes
    boxes = [p.get_window_extent(renderer) for p in axes.patches if isinstance(p, Rectangle)]
    page = figure.bbox
    texts = [text for text in axes.texts if isinstance(text, Text)]
    assert len(texts) > len(boxes) > 5
    for text in texts:
        drawn = text.get_window_extent(renderer)
        assert page.x0 <= drawn.x0 < drawn.x1 <= page.x1, text.get_text()
        assert page.y0 <= drawn.y0 < drawn.y1 <= page.y1, text.get_text()
        middle = ((drawn.x0 + drawn.x1) / 2, (drawn.y0 + drawn.y1) / 2)
        for box in boxes:
            if box.x0 < middle[0] < box.x1 and box.y0 < middle[1] < box.y1:
                assert box.x0 - 1 <= drawn.x0 < drawn.x1 <= box.x1 + 1, text.get_text()


@pytest.mark.parametrize("name", FIGURES)
def test_no_two_words_lie_on_each_other(name: str) -> None:
    figure = FIGURES[name].figure()
    renderer = figure.canvas.get_renderer()
    texts = [text for text in figure.axes[0].texts if text.get_text()]
    drawn = [text.get_window_extent(renderer) for text in texts]
    for at, one in enumerate(drawn):
        for other, text in zip(drawn[at + 1 :], texts[at + 1 :], strict=True):
            across = min(one.x1, other.x1) - max(one.x0, other.x0)
            down = min(one.y1, other.y1) - max(one.y0, other.y0)
            # A line's box has room for accents and tails: that much may touch.
            touching = across > 1 and down > 0.35 * min(one.height, other.height)
            assert not touching, (texts[at].get_text(), text.get_text())


def box_widths(shown: Header) -> set[float]:
    return {
        round(patch.get_width(), 6)
        for patch in shown.figure().axes[0].patches
        if isinstance(patch, Rectangle)
    }


def test_a_box_is_as_wide_as_its_bits() -> None:
    segment = Segment(1, 2, 3, flags=SYN)
    widths = box_widths(header(Packet.build(*V4, segment)))
    bit = min(widths)
    assert {round(width / bit) for width in widths} == {1, 2, 4, 6, 8, 13, 16, 32}
    assert all(abs(width / bit - round(width / bit)) < 1e-3 for width in widths)


def test_tcp_is_seen_to_be_larger_than_udp() -> None:
    """At one scale: the boxes of 20 bytes of TCP cover more than those of 8 bytes of UDP."""
    both = header(Segment(1, 2, 3), UdpDatagram(1, 2)).figure().axes[0]
    areas = [0.0, 0.0]
    for patch in both.patches:
        areas[patch.get_x() > WIDTH / 2] += patch.get_width() * patch.get_height()
    assert areas[0] > 2.5 * areas[1]


def test_a_wrong_field_is_marked_by_its_frame_and_its_words() -> None:
    axes = FIGURES["a wrong checksum"].figure().axes[0]
    marked = [p for p in axes.patches if p.get_linewidth() > 1.5]
    assert len(marked) == 1
    assert any("wrong: 0x" in text.get_text() for text in axes.texts)
