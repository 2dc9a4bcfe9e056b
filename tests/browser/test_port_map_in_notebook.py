"""The port map in JupyterLab: pointed at, zoomed and dragged by mouse, in the dark, and saved.

What it tells of a number is compared with the registry's file; where a number is, with its two
bytes.
"""

import csv
from collections.abc import Iterator
from itertools import pairwise

import pytest

from portlab import material
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
    opened,
    point_of,
)
from tests.browser.visit import WIDGET, Visit, outputs, run_all_and_save  # noqa: E402

NAME = "99-ports.ipynb"


@pytest.fixture(scope="module")
def seen(chromium: Browser, course: RunningLab) -> Iterator[Visit]:
    with opened(chromium, course, NAME) as visiting:
        yield visiting


@pytest.fixture
def shown(seen: Visit) -> Locator:
    return as_at_first(seen)


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
