"""What a learner takes along from the page: pictures, packets, text, and a line of code."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from portlab import Lab, apps, drop, ladder, run
from portlab.trace.capture import load
from tests.course.running import RunningLab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Locator, expect  # noqa: E402

from tests.browser.ladders import HELLO, Shown, ladders, notebook_of, shown  # noqa: E402
from tests.browser.visit import Visit  # noqa: E402

FAULTY = "ladder(run(hello, seed=1, faults=[drop(2)]))"
PAIR = "ladder(run(hello, seed=1), run(hello, seed=1, faults=[drop(2)]))"


def hello(lab: Lab) -> bytes:
    """As in the notebook."""
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Http())
    with client.connect(server, 80) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: server\r\n\r\n")
        return connection.receive_until(b"\r\n\r\n")


TRACES = run(hello, seed=1), run(hello, seed=1, faults=[drop(2)])


@pytest.fixture(scope="module")
def seen(chromium: Browser, course: RunningLab) -> Iterator[Visit]:
    with notebook_of(chromium, course, "99-files.ipynb", FAULTY, PAIR) as seen:
        seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield seen


@pytest.fixture
def one(seen: Visit) -> Shown:
    return shown(seen.page, 0)


@pytest.fixture
def pair(seen: Visit) -> Shown:
    return shown(seen.page, 1)


def saved(shown: Shown, name: str, folder: Path, *, by_key: bool = False) -> Path:
    with shown.page.expect_download() as waiting:
        if by_key:
            shown.to(shown.button(name), "Enter")
        else:
            shown.button(name).click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    expect(shown.spoken).to_have_text(f"Saved as {file.name}.")
    return file


@pytest.mark.parametrize("by_key", [False, True], ids=["mouse", "key"])
def test_the_packets_are_the_traces_own(one: Shown, tmp_path: Path, by_key: bool) -> None:
    file = saved(one, "Packets (pcapng)", tmp_path, by_key=by_key)
    assert file.name == "hello-drop-2.pcapng"
    _, trace = TRACES
    assert [r.packet.raw for r in load(file) if r.packet] == [
        r.packet.raw for r in trace if r.packet
    ]


def test_tshark_reads_the_packets_of_each_of_two(pair: Shown, tmp_path: Path) -> None:
    needs("tshark")
    for name, trace in zip(("first", "second"), TRACES, strict=True):
        file = saved(pair, f"Packets of the {name} (pcapng)", tmp_path)
        fields = ("ip.src", "tcp.srcport", "tcp.seq_raw", "tcp.ack_raw", "tcp.len")
        asked = [part for field in fields for part in ("-e", field)]
        read = subprocess.run(
            ["tshark", "-n", "-r", str(file), "-T", "json", *asked],
            capture_output=True,
            text=True,
            check=True,
        )
        rows = [
            [packet["_source"]["layers"][field][0] for field in fields]
            for packet in json.loads(read.stdout)
        ]
        wanted = [
            [r.packet.src, str(s.source_port), str(s.seq), str(s.ack), str(len(s.payload))]
            for r in trace
            if r.packet and (s := r.segment)
        ]
        assert rows == wanted


@pytest.mark.parametrize("by_key", [False, True], ids=["mouse", "key"])
def test_the_pictures_are_whole(one: Shown, tmp_path: Path, by_key: bool) -> None:
    from PIL import Image

    svg = saved(one, "Picture (SVG)", tmp_path, by_key=by_key)
    root = ElementTree.parse(svg).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(root.findall(".//{*}path")) > 20
    png = saved(one, "Picture (PNG)", tmp_path, by_key=by_key)
    with Image.open(png) as picture:
        picture.load()
        assert min(picture.size) > 300
        assert len(picture.convert("RGB").getcolors(maxcolors=100_000)) > 10


def test_the_text_is_what_print_shows(one: Shown, pair: Shown, tmp_path: Path) -> None:
    assert saved(one, "Text", tmp_path).read_text().rstrip() == ladder(TRACES[1]).text(ascii=False)
    both = saved(pair, "Text", tmp_path).read_text().rstrip()
    assert both == ladder(*TRACES).text(ascii=False)


def test_a_picture_of_two_holds_both(pair: Shown, tmp_path: Path) -> None:
    file = saved(pair, "Picture (SVG)", tmp_path)
    assert file.name == "hello-and-hello-drop-2.svg"
    ElementTree.parse(file)


def code_of(shown: Shown, which: str = "") -> Locator:
    return shown.root.get_by_label(f"Line of code{which}")


@pytest.mark.parametrize("by_key", [False, True], ids=["mouse", "key"])
def test_the_line_of_code_is_copied(seen: Visit, one: Shown, pair: Shown, by_key: bool) -> None:
    for widget, which, line in ((one, "", FAULTY), (pair, " of the first", HELLO)):
        expect(code_of(widget, which)).to_have_value(line)
        seen.page.evaluate("navigator.clipboard.writeText('')")
        copy = widget.root.get_by_title(f"Copy the line of code{which}", exact=True)
        if by_key:
            widget.to(copy, "Space")
        else:
            copy.click()
        expect(widget.spoken).to_have_text("Copied.")
        assert seen.page.evaluate("navigator.clipboard.readText()") == line
        expect(copy).to_have_text("Copied")


def test_pasted_into_a_new_cell_it_gives_the_same_ladder(
    chromium: Browser, course: RunningLab
) -> None:
    with notebook_of(chromium, course, "99-pasted.ipynb", HELLO) as seen:
        seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        first = shown(seen.page, 0)
        first.choose(3)
        first.button("Delay").click()
        expect(first.root.get_by_role("listbox")).to_have_count(2)
        first.root.get_by_title("Copy the line of code of the second", exact=True).click()
        expect(first.spoken).to_have_text("Copied.")
        seen.menu("Edit", "Select All Cells")  # command mode, at the last cell
        seen.page.keyboard.press("Escape")
        seen.page.locator(".jp-NotebookPanel:visible .jp-CodeCell .jp-InputPrompt").last.click()
        cells = seen.cells()
        seen.page.keyboard.press("b")
        assert seen.cells() == cells + 1
        seen.page.keyboard.press("Enter")
        seen.page.keyboard.press("Control+v")
        seen.page.keyboard.press("Shift+Enter")
        expect(ladders(seen.page)).to_have_count(2)
        again = shown(seen.page, 1)

        def rows(shown: Shown, at: int) -> list[str]:
            options = shown.packets(at).get_by_role("option")
            labels = options.evaluate_all("all => all.map((one) => one.ariaLabel)")
            return [label.replace(" Only in this ladder.", "") for label in labels]

        expect(again.root).to_have_attribute("aria-label", "Ladder, hello, delay(3, 0.5)")
        first.to(first.slider, "End")
        seen.page.set_viewport_size({"width": 1400, "height": 2400})
        assert rows(first, 1) == rows(again, 0)
