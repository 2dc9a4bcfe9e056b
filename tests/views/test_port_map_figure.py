"""The figure of the port map: each cell has the colour of what it is, every word can be read."""

import csv
from io import BytesIO

import pytest
from PIL import Image

from portlab import material, port_map, search
from portlab.ports import port_range
from portlab.views.encoding import encode
from portlab.views.ports.figure import BIG, CELL, ENLARGED, LEFT, PER_ROW, SPOTS_NAMED, TOP, WIDTH
from portlab.views.ports.inks import COLORS, GROUNDS, MARKERS
from portlab.views.ports.shapes import SIGNS

FIGURES = {
    "nothing": port_map(),
    "the first ports": port_map({20, 21, 22, 23, 25, 53, 67, 68, 69}, "neighbours"),
    "corners": port_map({0, 255, 1023, 1024, 32768, 49151, 49152, 60999, 65280, 65535}, "corners"),
    "six sets that share ports": port_map(
        {f"{sign} set": {22, 443, 3389, 40000 + n} for n, sign in enumerate(SIGNS)}
    ),
    "a scan": port_map(range(1, 1025), "a scan"),
    "mail and a long name": port_map(search("mail"), "mail, " * 40),
}
_PIXELS = 150


def rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color[1:])
    return red, green, blue


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    png = encode(FIGURES["nothing"].figure(), "png", "Port map", "words")
    return Image.open(BytesIO(png)).convert("RGB")


def test_each_cell_of_the_png_has_the_colour_that_the_registrys_file_gives_it(
    picture: Image.Image,
) -> None:
    """By another route: the file's lines, a cell's pixels, and which meant colour is nearest."""
    transports: dict[int, set[str]] = {}
    with (material.data() / "registry.csv").open(newline="") as file:
        for line in csv.DictReader(file):
            transports.setdefault(int(line["port"]), set()).add(line["transport"])
    grounds = dict(zip(("system", "user", "dynamic"), GROUNDS, strict=True))
    meant = {name: rgb(color) for name, color in {**COLORS, **grounds}.items()}

    def nearest(pixel: tuple[int, ...]) -> str:
        def off(name: str) -> int:
            return sum((a - b) ** 2 for a, b in zip(meant[name], pixel, strict=True))

        return min(meant, key=off)

    def expected(port: int) -> str:
        has = transports.get(port)
        if not has:
            return port_range(port).name
        main = has & {"tcp", "udp"}
        return "both" if len(main) == 2 else next(iter(main), "other")

    wrong = []
    for port in range(65536):
        row, column = divmod(port, 256)
        if column in (0, 255) or row in (3, 4, 127, 128, 191, 192, 237, 238, 239) or not row:
            continue  # a line is drawn there
        x = round((LEFT + (column + 0.5) * CELL) * _PIXELS - 0.5)
        y = round((TOP + (row + 0.5) * CELL) * _PIXELS - 0.5)
        if nearest(picture.getpixel((x, y))) != expected(port):
            wrong.append(port)
    assert wrong == []


def test_the_enlarged_system_ports_have_the_same_colours(picture: Image.Image) -> None:
    shown = FIGURES["nothing"].layout
    for port in range(1024):
        row, column = divmod(port, PER_ROW)
        # A corner of the cell: a letter stands in the middle of some.
        x = round((LEFT + (column + 0.2) * BIG) * _PIXELS)
        y = round((ENLARGED + (row + 0.8) * BIG) * _PIXELS)
        wanted = rgb(COLORS.get(shown.kind(port), GROUNDS[0]))
        off = max(abs(a - b) for a, b in zip(picture.getpixel((x, y)), wanted, strict=True))
        assert off < 16, port


@pytest.mark.parametrize("name", FIGURES)
def test_no_two_words_lie_on_each_other_and_none_leaves_the_page(name: str) -> None:
    figure = FIGURES[name].figure()
    renderer = figure.canvas.get_renderer()
    texts = [text for text in figure.axes[0].texts if text.get_text()]
    drawn = [text.get_window_extent(renderer) for text in texts]
    page = figure.bbox
    for at, (one, text) in enumerate(zip(drawn, texts, strict=True)):
        assert page.x0 <= one.x0 < one.x1 <= page.x1, text.get_text()
        assert page.y0 <= one.y0 < one.y1 <= page.y1, text.get_text()
        for other, second in zip(drawn[at + 1 :], texts[at + 1 :], strict=True):
            if "TUS".find(second.get_text()) >= 0 or "TUS".find(text.get_text()) >= 0:
                continue  # a cell's letter lies below what marks it
            across = min(one.x1, other.x1) - max(one.x0, other.x0)
            down = min(one.y1, other.y1) - max(one.y0, other.y0)
            touching = across > 1 and down > 0.35 * min(one.height, other.height)
            assert not touching, (text.get_text(), second.get_text())


def markers(name: str) -> list[str]:
    lines = FIGURES[name].figure().axes[0].lines
    filled = [line for line in lines if line.get_marker() != "None"]
    return [line.get_marker() for line in filled if line.get_markeredgecolor() != "white"]


def test_every_spot_is_marked_on_the_map_and_those_of_the_system_twice() -> None:
    beside_the_name = 1
    assert len(markers("the first ports")) == 9 * 2 + beside_the_name
    assert len(markers("corners")) == 10 + 3 + beside_the_name
    assert len(markers("a scan")) == 1024 + 1023 + beside_the_name


def test_sets_differ_by_shape() -> None:
    assert len({shape for shape, _ in MARKERS.values()}) == len(MARKERS)
    assert set(markers("six sets that share ports")) == {shape for shape, _ in MARKERS.values()}


def written(name: str) -> str:
    return "\n".join(text.get_text() for text in FIGURES[name].figure().axes[0].texts)


def test_what_is_laid_on_it_is_named_below_and_numbered_beside_its_sign() -> None:
    said = written("mail and a long name").replace("\xa0", " ")
    for one in search("mail"):
        assert f"{one.number} {one.short}" in said.replace("\n", " ")
    numbers = written("corners").split("\n")
    assert {"0", "1023", "32768", "49152", "65535"} <= set(numbers)
    more = 1024 - SPOTS_NAMED
    assert f"and {more:,} more" in written("a scan")


def test_ranges_and_counts_are_on_it() -> None:
    said = written("nothing")
    for expected in ("System ports", "1024 to 49151", "also called private or ephemeral",
                     "690 of 1,024 assigned, 67 %", "32768 to 60999"):  # fmt: skip
        assert expected in said


def test_the_same_map_gives_the_same_file_and_it_is_small() -> None:
    first, second = (encode(port_map({22}).figure(), "png", "Port map", "w") for _ in range(2))
    assert first == second
    assert len(first) < 60_000
    assert FIGURES["nothing"].figure().get_size_inches()[0] == WIDTH
