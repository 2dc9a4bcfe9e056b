"""The port map in JupyterLab: zoomed, pointed at, searched, and walked over by keys alone.

What it tells of a number is compared with the registry's file; where a number is, with its two
bytes. How it looks when narrow, dark or enlarged, and what axe says, is tried on a page of its own.
"""

import csv
import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from portlab import material, port_map, search
from portlab.views.page.module import css, esm
from portlab.views.port_map import PortMap
from portlab.views.ports.data import encoded
from tests.course.running import RunningLab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Locator, Page, expect  # noqa: E402

from tests.browser.visit import (  # noqa: E402
    ARTIFACTS,
    WIDGET,
    Visit,
    notebook,
    outputs,
    run_all_and_save,
    visit,
)

NAME = "99-ports.ipynb"
CELLS = (
    "from portlab import port_map",
    'port_map({"this computer listens": {22, 443, 49160}, "a scan": {443, 8080}})',
)
SHORTCUTS = ("a", "b", "x", "d", "d", "m", "y", "z", "c", "v", "l", "o", "i", "i", "Enter", "Space")
MOVES = ("ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown")
OWN = ("+", "-", "=", "n", "p", "0", "0", "Escape")


@pytest.fixture(scope="module")
def seen(chromium: Browser, course: RunningLab) -> Iterator[Visit]:
    notebook(course.runtime.parent, NAME, *CELLS)
    with visit(chromium, course) as visiting:
        visiting.open(NAME)
        visiting.run_all()
        expect(visiting.page.locator(".portlab-ports-cell")).to_have_count(1)
        yield visiting
        assert visiting.left_the_server() == []


@pytest.fixture
def shown(seen: Visit) -> Locator:
    """The map as it was at first: all of it, nothing searched for, 443 chosen."""
    shown = seen.page.locator(".portlab-ports")
    shown.scroll_into_view_if_needed()
    find(shown, "443")
    find(shown, "")
    shown.get_by_role("button", name="All ports").click()
    expect(cell(shown)).to_have_attribute("data-port", "443")
    return shown


def grid(shown: Locator) -> Locator:
    return shown.get_by_role("grid", name="All 65,536 port numbers")


def cell(shown: Locator) -> Locator:
    return grid(shown).get_by_role("gridcell")


def card(shown: Locator) -> Locator:
    return shown.get_by_role("region", name="The number")


def find(shown: Locator, text: str) -> Locator:
    field = shown.get_by_label("Find a port by name or number")
    field.fill(text)
    if text:
        field.press("Enter")
    return field


def point_of(shown: Locator, port: int) -> tuple[float, float]:
    """Where a number is on the page while all are seen: its two bytes, of 256 each."""
    box = grid(shown).bounding_box()
    assert box is not None
    row, column = divmod(port, 256)
    return (
        box["x"] + (column + 0.5) * box["width"] / 256,
        box["y"] + (row + 0.5) * box["height"] / 256,
    )


def numbers_in_a_row(shown: Locator) -> int:
    """How many are seen, as it is said after a zoom."""
    return int(shown.get_by_role("status").inner_text().split()[0])


# ---- by mouse ------------------------------------------------------------------------------------


@pytest.mark.parametrize("port", [3, 5432, 12345, 33000, 49151, 50000, 65535])
def test_pointing_tells_the_number_its_bytes_its_range_and_its_names(
    seen: Visit, shown: Locator, port: int
) -> None:
    with (material.data() / "registry.csv").open(newline="") as file:
        lines = [line for line in csv.DictReader(file) if int(line["port"]) == port]
    seen.page.mouse.move(*point_of(shown, port))
    expect(card(shown).get_by_role("heading")).to_have_text(str(port))
    expect(card(shown)).to_contain_text("Under the pointer")
    expect(card(shown)).to_contain_text(f"0x{port:04X} = {port >> 8:08b} {port & 255:08b}")
    expect(card(shown)).to_contain_text(
        "system" if port < 1024 else "user" if port < 49152 else "dynamic"
    )
    for line in lines:
        expect(card(shown)).to_contain_text(line["service"])
        expect(card(shown)).to_contain_text(line["transport"].upper())
    if not lines:
        expect(card(shown)).to_contain_text("not assigned")
    for_clients = 32768 <= port <= 60999
    expect(card(shown).get_by_text("gives it to clients")).to_have_count(int(for_clients))
    seen.page.mouse.move(0, 0)
    expect(card(shown).get_by_role("heading")).to_have_text("443")


def test_the_notebooks_own_rules_for_lists_change_nothing(seen: Visit, shown: Locator) -> None:
    """JupyterLab floats terms in a fifth of the width, where each letter has a line of its own."""
    for term in card(shown).locator("dt").all():
        words = term.locator("xpath=following-sibling::dd[1]")
        box, beside = term.bounding_box(), words.bounding_box()
        assert box
        assert beside
        assert box["y"] == beside["y"]
        assert box["height"] < 30 or box["height"] <= beside["height"]
        assert box["x"] + box["width"] < beside["x"]


def test_a_sign_need_not_be_hit_to_the_pixel(seen: Visit, shown: Locator) -> None:
    x, y = point_of(shown, 49160)
    seen.page.mouse.move(x + 4, y + 3)
    expect(card(shown).get_by_role("heading")).to_have_text("49160")
    expect(card(shown)).to_contain_text("this computer listens")
    seen.page.mouse.click(x + 4, y + 3)
    seen.page.mouse.move(0, 0)
    expect(card(shown)).to_contain_text("Chosen")
    expect(cell(shown)).to_have_attribute("data-port", "49160")


def test_the_wheel_zooms_at_the_pointer_once_the_map_has_the_focus(
    seen: Visit, shown: Locator
) -> None:
    seen.page.mouse.click(*point_of(shown, 20000))
    at = point_of(shown, 20000)
    for _ in range(20):
        seen.page.mouse.wheel(0, -100)
    expect(grid(shown)).to_have_class("portlab-ports-grid portlab-ports-near")
    box = cell(shown).bounding_box()
    assert box is not None
    assert box["width"] > 90
    assert box["x"] <= at[0] <= box["x"] + box["width"]
    assert box["y"] <= at[1] <= box["y"] + box["height"]
    seen.keep("ports-near")
    for _ in range(25):
        seen.page.mouse.wheel(0, 100)
    expect(grid(shown)).to_have_class("portlab-ports-grid")


def test_without_the_focus_the_wheel_scrolls_the_notebook(seen: Visit, shown: Locator) -> None:
    shown.get_by_label("Find a port").focus()
    seen.page.mouse.move(*point_of(shown, 20000))
    seen.page.mouse.wheel(0, -100)
    seen.page.wait_for_timeout(100)
    expect(grid(shown)).to_have_class("portlab-ports-grid")
    seen.page.keyboard.down("Control")
    seen.page.mouse.wheel(0, -300)
    seen.page.keyboard.up("Control")
    expect(grid(shown)).to_have_class("portlab-ports-grid portlab-ports-near")


def test_dragging_moves_what_is_seen_and_chooses_nothing(seen: Visit, shown: Locator) -> None:
    find(shown, "20000")
    expect(cell(shown)).to_have_attribute("data-port", "20000")
    before = cell(shown).bounding_box()
    assert before is not None
    seen.page.mouse.move(before["x"] + 5, before["y"] + 5)
    seen.page.mouse.down()
    seen.page.mouse.move(before["x"] + 65, before["y"] - 35, steps=5)
    seen.page.mouse.up()
    after = cell(shown).bounding_box()
    assert after is not None
    assert round(after["x"] - before["x"]) == 60
    assert round(after["y"] - before["y"]) == -40
    expect(cell(shown)).to_have_attribute("data-port", "20000")


# ---- by keyboard ---------------------------------------------------------------------------------


def test_arrow_keys_go_from_number_to_number(seen: Visit, shown: Locator) -> None:
    grid(shown).focus()
    port = 443
    for key, to in (
        ("ArrowRight", 444), ("ArrowDown", 700), ("ArrowLeft", 699), ("ArrowUp", 443),
        ("Home", 256), ("End", 511), ("PageDown", 511 + 4096), ("PageUp", 511), ("PageUp", 255),
        ("ArrowUp", 255), ("Home", 0), ("ArrowLeft", 0), ("ArrowRight", 1),
    ):  # fmt: skip
        seen.page.keyboard.press(key)
        expect(cell(shown)).to_have_attribute("data-port", str(to))
        port = to
        row, column = divmod(port, 256)
        expect(cell(shown)).to_have_attribute("aria-colindex", str(column + 1))
        expect(grid(shown).get_by_role("row")).to_have_attribute("aria-rowindex", str(row + 1))
    expect(grid(shown)).to_be_focused()


def test_what_is_chosen_has_a_name_for_who_hears_it(seen: Visit, shown: Locator) -> None:
    active = grid(shown).get_attribute("aria-activedescendant")
    assert active == cell(shown).get_attribute("id")
    said = cell(shown).get_attribute("aria-label")
    assert said == (
        "443, HTTPS, encrypted web pages (TCP, UDP), system ports, "
        "on the map: this computer listens, on the map: a scan, 0x01BB, bits 00000001 10111011"
    )


def test_keys_zoom_and_go_through_what_is_marked(seen: Visit, shown: Locator) -> None:
    press = seen.page.keyboard.press
    grid(shown).focus()
    press("+")
    assert numbers_in_a_row(shown) == 128
    press("+")
    assert numbers_in_a_row(shown) == 64
    press("-")
    assert numbers_in_a_row(shown) == 128
    press("0")
    expect(shown.get_by_role("status")).to_have_text("All numbers are seen.")
    for key, port in (("n", 8080), ("n", 49160), ("n", 22), ("p", 49160), ("p", 8080)):
        press(key)
        expect(cell(shown)).to_have_attribute("data-port", str(port))
        expect(shown.get_by_role("status")).to_contain_text(f"{port}, ")
    seen.keep("ports-walked")
    press("/")
    expect(shown.get_by_label("Find a port by name or number")).to_be_focused()


def test_buttons_zoom_to_their_ends(seen: Visit, shown: Locator) -> None:
    nearer = shown.get_by_role("button", name="Zoom in", exact=True)
    away = shown.get_by_role("button", name="Zoom out", exact=True)
    expect(away).to_have_attribute("aria-disabled", "true")
    for _ in range(8):
        nearer.press("Enter")
    expect(nearer).to_have_attribute("aria-disabled", "true")
    expect(cell(shown)).to_be_in_viewport()
    for _ in range(8):
        away.press("Enter")
    expect(away).to_have_attribute("aria-disabled", "true")
    assert numbers_in_a_row(shown) == 256


def test_a_sets_button_goes_through_its_numbers(seen: Visit, shown: Locator) -> None:
    scan = shown.get_by_role("button", name="a scan: 2 ports")
    for port in (8080, 443, 8080):
        scan.press("Enter")
        expect(cell(shown)).to_have_attribute("data-port", str(port))


def test_jupyterlab_takes_no_key(seen: Visit, shown: Locator) -> None:
    before = seen.cells()
    find(shown, "mail")
    parts = (
        grid(shown),
        shown.get_by_label("Find a port by name or number"),
        shown.get_by_role("list", name="Found").get_by_role("button").first,
        shown.get_by_role("button", name="Zoom in", exact=True),
        shown.locator("summary"),
    )
    for part in parts:
        for key in (*SHORTCUTS, *MOVES, *OWN):
            find(shown, "mail") if part is parts[2] else None
            part.focus()
            seen.page.keyboard.press(key)
    assert seen.cells() == before
    unguarded = seen.page.locator(
        ".portlab :is(button, a, input, summary, [tabindex])"
        ":not([data-lm-suppress-shortcuts='true'])"
    )
    expect(unguarded).to_have_count(0)


# ---- the search ----------------------------------------------------------------------------------


def hits(shown: Locator) -> list[int]:
    found = shown.get_by_role("list", name="Found").get_by_role("button").locator("strong")
    return [int(text) for text in found.all_inner_texts()]


def test_a_word_finds_what_the_catalogue_finds(shown: Locator) -> None:
    shown.get_by_label("Find a port").fill("mail")
    assert set(hits(shown)[:7]) <= {one.number for one in search("mail")}
    expect(shown.get_by_role("status")).to_contain_text(" found, first ")


@pytest.mark.parametrize(
    ("text", "port"), [("https", 443), ("imaps", 993), ("8080", 8080), ("0xBB", 187), ("TCPMUX", 1)]
)
def test_a_name_or_a_number_leads_there(shown: Locator, text: str, port: int) -> None:
    find(shown, text)
    expect(cell(shown)).to_have_attribute("data-port", str(port))
    expect(cell(shown)).to_be_in_viewport()
    expect(card(shown).get_by_role("heading")).to_have_text(str(port))


def test_zero_is_told_to_be_reserved(shown: Locator) -> None:
    find(shown, "0")
    expect(card(shown)).to_contain_text("reserved: it asks a system to choose a port")
    expect(cell(shown)).to_have_attribute(
        "aria-label",
        "0, reserved: it asks a system to choose a port, system ports, 0x0000, "
        "bits 00000000 00000000",
    )


def test_arrow_keys_go_through_what_was_found(seen: Visit, shown: Locator) -> None:
    field = shown.get_by_label("Find a port by name or number")
    field.fill("telnet")
    numbers = hits(shown)
    assert numbers[0] == 23
    assert len(numbers) > 1
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        seen.page.keyboard.press(key)
    expect(cell(shown)).to_have_attribute("data-port", str(numbers[1]))
    for _ in range(2):
        seen.page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    seen.page.keyboard.press("Escape")
    assert hits(shown) == []


def test_what_is_no_port_or_nowhere_is_said(shown: Locator) -> None:
    field = shown.get_by_label("Find a port by name or number")
    field.fill("70000")
    expect(shown.locator(".portlab-problem")).to_have_text(
        "70000 is no port: a port is 16 bits, so 0 to 65535."
    )
    field.fill("no such service")
    expect(shown.locator(".portlab-problem")).to_be_hidden()
    expect(shown.get_by_text('Nothing is called "no such service".')).to_be_visible()
    assert hits(shown) == []


# ---- in the notebook -----------------------------------------------------------------------------


def test_in_the_dark_theme_it_is_dark_at_once(seen: Visit, shown: Locator) -> None:
    port = 29500  # free, in the widest gap

    def pixel() -> list[int]:
        row, column = divmod(port, 256)
        got: list[int] = shown.locator("canvas").evaluate(
            "(one, [x, y]) => [...one.getContext('2d').getImageData("
            "x * one.width, y * one.height, 1, 1).data]",
            [(column + 0.5) / 256, (row + 0.5) / 256],
        )
        return got[:3]

    assert min(pixel()) == 255
    seen.dark()
    shown.page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    assert max(pixel()) < 60
    names = shown.locator(".portlab-ports-gutter span").all()
    boxes = [box for one in names if (box := one.bounding_box())]
    assert len(boxes) == 3
    for above, below in pairwise(boxes):
        assert above["y"] + above["height"] <= below["y"]
    seen.keep("ports-dark")
    seen.dark(False)
    assert min(pixel()) == 255


def test_a_cell_run_again_leaves_no_old_map_and_a_saved_one_shows_the_picture(
    seen: Visit, course: RunningLab
) -> None:
    file = course.runtime.parent / "portlab-course" / NAME
    run_all_and_save(seen, file)
    expect(seen.page.locator(".portlab-ports")).to_have_count(1)
    assert len(outputs(file, "image/png")) == 1
    assert len(outputs(file, "text/plain")) == 1
    assert outputs(file, WIDGET) == []


# ---- on a page of its own ------------------------------------------------------------------------

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
