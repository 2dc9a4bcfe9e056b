"""The port map in JupyterLab, walked over and searched by keys alone; JupyterLab takes no key."""

from collections.abc import Iterator

import pytest

from portlab import search
from tests.course.running import RunningLab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Locator, expect  # noqa: E402

from tests.browser.port_maps import (  # noqa: E402
    as_at_first,
    card,
    cell,
    find,
    grid,
    hits,
    numbers_in_a_row,
    opened,
)
from tests.browser.visit import Visit  # noqa: E402

NAME = "99-ports-by-keys.ipynb"
SHORTCUTS = ("a", "b", "x", "d", "d", "m", "y", "z", "c", "v", "l", "o", "i", "i", "Enter", "Space")
MOVES = ("ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown")
OWN = ("+", "-", "=", "n", "p", "0", "0", "Escape")


@pytest.fixture(scope="module")
def seen(chromium: Browser, course: RunningLab) -> Iterator[Visit]:
    with opened(chromium, course, NAME) as visiting:
        yield visiting


@pytest.fixture
def shown(seen: Visit) -> Locator:
    return as_at_first(seen)


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
