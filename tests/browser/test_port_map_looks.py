"""How the port map looks on a page of its own: narrow, dark or enlarged, to axe, by its pixels."""

import csv
import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from portlab import material, port_map, search
from portlab.views.page.module import css, esm
from portlab.views.port_map import PortMap
from portlab.views.ports.data import encoded
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Page, expect  # noqa: E402

from tests.browser.port_maps import find, grid, hits  # noqa: E402
from tests.browser.visit import ARTIFACTS  # noqa: E402

SHOWN = {
    "alone": port_map(),
    "laid": port_map({
        "this computer listens": {22, 80, 443, 514, 49160}, "mail": search("mail"),
        "a scan": range(5000, 5030), "four": {0, 65535}, "five": {80}, "six": {1024},
    }),
}  # fmt: skip


@contextmanager
def alone(
    chromium: Browser, shown: PortMap, width: int, *, dark: bool = False, dots: float = 1
) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": width, "height": 900}, device_scale_factor=dots)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_content(
        f"""<!doctype html><html lang="en"><title>Port map</title>
        <body data-jp-theme-light="{str(not dark).lower()}"
            style="margin: 8px; background: {"#111111" if dark else "#ffffff"}">
        <style>{css("base.css", "ports.css")}</style><main></main>
        <script type="module">{esm("ports_widget.js")}
        const text = atob({json.dumps(b64encode(encoded(shown.layout)).decode())});
        const bytes = Uint8Array.from(text, (one) => one.charCodeAt(0));
        const model = {{ get: () => bytes }};
        window.end = renderPorts({{ model, el: document.querySelector("main") }});
        </script>"""
    )
    page.wait_for_selector(".portlab-ports-cell")
    try:
        yield page
        assert problems == []
    finally:
        page.close()


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize(("width", "dark"), [(220, False), (320, True), (700, True), (1300, False)])
def test_nothing_is_cut_off_and_axe_finds_no_fault(
    chromium: Browser, name: str, width: int, dark: bool
) -> None:
    """320 pixels are what is left of 1280 where somebody has enlarged the page to 400 %."""
    from axe_playwright_python.sync_playwright import Axe

    with alone(chromium, SHOWN[name], width, dark=dark) as page:
        shown = page.locator(".portlab-ports")
        page.locator("summary").click()
        shown.get_by_label("Find a port by name or number").fill("mail")
        page.screenshot(path=ARTIFACTS / f"ports-{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for zoomed in (False, True):
            if zoomed:
                find(shown, "443")
                grid(shown).focus()
            found = Axe().run(page, ".portlab")
            assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("room", [512, 583, 584, 831, 832, 846, 1200])
def test_a_number_has_two_pixels_wherever_there_is_room(chromium: Browser, room: int) -> None:
    with alone(chromium, SHOWN["alone"], room + 2 * 8) as page:
        shown = page.locator(".portlab-ports")
        box = grid(shown).bounding_box()
        assert box is not None
        assert box["width"] == box["height"] == 512
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=ARTIFACTS / f"ports-room-{room}.png", full_page=True)


def test_the_rings_of_several_are_seen_all_at_once(chromium: Browser) -> None:
    """After a jump to the first of them the others lie outside; the button is named that helps."""
    with alone(chromium, SHOWN["alone"], 900) as page:
        shown = page.locator(".portlab-ports")
        find(shown, "mail")
        assert len(hits(shown)) == 8
        help_text = shown.get_by_text("Each has a ring on the map: press All ports")
        expect(help_text).to_contain_text(" more. ")
        shown.get_by_role("button", name="All ports").click()
        expect(shown.get_by_role("status")).to_have_text("All numbers are seen.")
        find(shown, "imaps")
        assert len(hits(shown)) == 1
        expect(help_text).to_have_count(0)


@pytest.mark.parametrize("dots", [1, 2, 1.5])
def test_each_cell_on_the_canvas_has_its_colour_and_all_are_alike(
    chromium: Browser, dots: float
) -> None:
    """Read from the pixels, against the registry's file."""
    assigned: dict[int, set[str]] = {}
    with (material.data() / "registry.csv").open(newline="") as file:
        for line in csv.DictReader(file):
            assigned.setdefault(int(line["port"]), set()).add(line["transport"])
    with alone(chromium, SHOWN["alone"], 900, dots=dots) as page:
        side, colors = page.locator("canvas").evaluate(
            """(one) => {
              const cell = one.width / 256;
              const data = one.getContext("2d").getImageData(0, 0, one.width, one.width).data;
              const colors = [];
              for (let port = 0; port < 65536; port += 1) {
                const x = Math.floor((port % 256 + 0.5) * cell);
                const y = Math.floor((Math.floor(port / 256) + 0.5) * cell);
                const at = 4 * (y * one.width + x);
                colors.push(data[at] * 65536 + data[at + 1] * 256 + data[at + 2]);
              }
              return [one.width, colors];
            }"""
        )
    assert side % 256 == 0
    wrong = []
    for port in range(65536):
        row, column = divmod(port, 256)
        if (
            column in (0, 1, 254, 255)
            or row in (3, 4, 127, 128, 191, 192, 237, 238, 239)
            or not row
        ):
            continue  # a line is drawn there
        main = assigned.get(port, set()) & {"tcp", "udp"}
        ground = 0xFBE9A0 if port < 1024 else 0xFFFFFF if port < 49152 else 0xCFE6F7
        expected = {
            frozenset(): 0xCC79A7 if port in assigned else ground,
            frozenset({"tcp"}): 0xE69F00,
            frozenset({"udp"}): 0x009E73,
            frozenset({"tcp", "udp"}): 0x0072B2,
        }[frozenset(main)]
        if colors[port] != expected:
            wrong.append((port, colors[port], expected))
    assert wrong == []


def test_a_view_that_ends_leaves_nothing(chromium: Browser) -> None:
    with alone(chromium, SHOWN["laid"], 900) as page:
        page.evaluate("() => window.end()")
        assert page.locator(".portlab-ports").count() == 0
        page.evaluate("() => document.body.setAttribute('data-jp-theme-light', 'false')")
        page.set_viewport_size({"width": 500, "height": 500})
