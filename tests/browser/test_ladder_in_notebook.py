"""The ladder as part of a notebook: keys stay in it, cells run again, files saved, kernels end."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.running import RunningLab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, ElementHandle, expect  # noqa: E402

from tests.browser.ladders import HELLO, Shown, ladders, notebook_of, shown  # noqa: E402
from tests.browser.visit import (  # noqa: E402
    OUTPUT_PICTURES,
    WIDGET,
    Visit,
    outputs,
    until,
    visit,
)

HANDSHAKE = "ladder(run(handshake, seed=1))"
ALIVE = """
from ipywidgets.widgets.widget import _instances
names = [type(widget).__name__ for widget in _instances.values()]
print("alive:", sum(name == "LadderWidget" for name in names))
"""
BUSY = "import time\nwhile True: time.sleep(0.05)"
# What JupyterLab's command mode knows, and what moves.
KEYS = (
    *"abcdfhijklmorstvxyz0123456",
    *("ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", "Backspace", "Delete"),
    *("Shift+M", "Shift+L", "Shift+V", "Shift+ArrowDown"),
)
CELLS = (HELLO, HANDSHAKE, ALIVE)
STOPS = "button, a, input, textarea, summary, [tabindex='0']"


@pytest.fixture(scope="module")
def seen(chromium: Browser, course: RunningLab) -> Iterator[Visit]:
    with notebook_of(chromium, course, "99-notebook.ipynb", *CELLS) as seen:
        yield seen


def file_of(seen: Visit) -> Path:
    return seen.lab.runtime.parent / "portlab-course" / "99-notebook.ipynb"


def notebook_state(seen: Visit) -> tuple[int, str, list[str]]:
    """How many cells, in which mode, holding what."""
    panel = seen.page.locator(".jp-NotebookPanel:visible")
    kinds = panel.locator(".jp-Cell").evaluate_all(
        "cells => cells.map((cell) => `${cell.className.match(/jp-(Code|Markdown|Raw)Cell/)[1]}: "
        "${cell.querySelector('.cm-content')?.textContent}`)"
    )
    mode = panel.locator(".jp-Notebook").get_attribute("class") or ""
    return seen.cells(), "edit" if "jp-mod-editMode" in mode else "command", kinds


# ---- keys ----------------------------------------------------------------------------------------


def test_no_key_of_any_part_reaches_the_notebook(seen: Visit) -> None:
    hello = shown(seen.page)
    put(hello, "pair")  # which has all the parts that one alone has
    before = notebook_state(seen)
    assert before[1] == "command"
    stops = kinds_of_stops(hello)
    assert len(stops) > 12
    for stop in stops:
        stop.focus()
        for key in KEYS:
            seen.page.keyboard.press(key)
        assert notebook_state(seen) == before, stop
    # What acts may take itself away.
    for key in ("Space", "Enter", "Escape", "Shift+Enter"):
        for at in range(len(stops)):
            put(hello, "pair")
            here = kinds_of_stops(hello)
            if at < len(here) and (not here[at].get_attribute("href") or key == "Escape"):
                here[at].focus()
                seen.page.keyboard.press(key)
                assert notebook_state(seen) == before, (key, at)
    unguarded = hello.root.locator(f":is({STOPS}):not([data-lm-suppress-shortcuts='true'])")
    expect(unguarded).to_have_count(0)
    put(hello, "alone")


def put(hello: Shown, state: str) -> None:
    """A packet chosen, in one ladder or with another beside it."""
    ladders_wanted = 2 if state == "pair" else 1
    expect(hello.root).not_to_have_attribute("aria-busy", "true")
    while hello.root.get_by_role("listbox").count() != ladders_wanted:
        name = "Drop" if state == "pair" else "Undo the fault"
        if state == "pair" and not hello.card.is_visible():
            hello.to(hello.slider, "End")
            hello.choose(2)
        press(hello, name)
    while state == "alone" and hello.button("Undo the fault").is_visible():
        press(hello, "Undo the fault")
    hello.to(hello.slider, "End")
    if not hello.card.is_visible():
        hello.choose(2)


def press(hello: Shown, name: str) -> None:
    hello.button(name).click()
    expect(hello.root).not_to_have_attribute("aria-busy", "true")


def kinds_of_stops(hello: Shown) -> list[ElementHandle]:
    """One of each kind of element that can have the focus."""
    handles = hello.root.evaluate_handle(
        """(root, stops) => {
          const kinds = new Map();
          for (const node of root.querySelectorAll(stops)) {
            if (!node.checkVisibility()) continue;
            const kind = [node.localName, node.className, node.type, node.getAttribute("role"),
              node.closest("[role=group]")?.className].join();
            if (!kinds.has(kind)) kinds.set(kind, node);
          }
          return [...kinds.values()];
        }""",
        STOPS,
    )
    found = [one.as_element() for one in handles.get_properties().values()]
    return [one for one in found if one]


def test_tab_leads_into_the_ladder_and_out_again(seen: Visit) -> None:
    """From the cell's frame to what lies behind the ladder, and back, by Tab alone."""
    hello = shown(seen.page)
    put(hello, "alone")
    hello.to(hello.packets(), "Escape")
    inside = "root => root.contains(document.activeElement)"
    name = (
        "() => document.activeElement.getAttribute('aria-label')"
        " ?? document.activeElement.textContent"
    )
    for key, first in (("Tab", "relative"), ("Shift+Tab", "Copy")):
        edge = "before" if key == "Tab" else "after"
        hello.root.evaluate(
            f"root => {{ const stop = document.createElement('span'); stop.tabIndex = 0;"
            f" stop.id = 'edge'; root.{edge}(stop); stop.focus(); }}"
        )
        visited = []
        seen.page.keyboard.press(key)
        while hello.root.evaluate(inside):
            visited.append(str(seen.page.evaluate(name)).strip())
            assert len(visited) < 40, visited
            seen.page.keyboard.press(key)
        seen.page.evaluate("document.getElementById('edge').remove()")
        assert visited[0] == first
        for stop in ("First moment", "Play", "Moment", "Packets of TCP, 6 packets, modelled",
                     "Picture (SVG)", "Line of code"):  # fmt: skip
            assert stop in visited, stop
    assert seen.page.locator(".jp-NotebookPanel:visible .jp-mod-editMode").count() == 0


# ---- cells ---------------------------------------------------------------------------------------


def test_ladders_of_one_page_do_not_disturb_each_other(seen: Visit) -> None:
    hello, other = shown(seen.page, 0), shown(seen.page, 1)
    put(hello, "pair")
    other.to(other.slider, "Home", "ArrowRight")
    hello.button("raw").click()
    expect(hello.row(1)).not_to_contain_text("seq=0")
    other.expect_position(1)
    expect(other.row(1)).to_contain_text("seq=0")
    expect(other.card).to_be_hidden()
    other.button("Play").click()
    hello.to(hello.slider, "Home")
    expect(other.button("Pause")).to_be_visible()
    other.button("Pause").click()
    hello.button("relative").click()
    expect(hello.row(1)).to_contain_text("seq=0")
    ids = seen.page.evaluate("[...document.querySelectorAll('.portlab [id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids)) > 10
    put(hello, "alone")


def alive(seen: Visit) -> int:
    printed = seen.page.locator(".jp-OutputArea-output", has_text="alive:")
    return int((printed.text_content() or "").removeprefix("alive:"))


def test_a_cell_run_again_leaves_no_old_ladder_alive(seen: Visit) -> None:
    assert alive(seen) == 2
    for _ in range(2):
        ladders(seen.page).first.evaluate("root => { root.dataset.old = 'yes'; }")
        seen.run_all()
        expect(seen.page.locator(".portlab-ladder[data-old]")).to_have_count(0)
        expect(ladders(seen.page)).to_have_count(2)
        assert alive(seen) == 2


def test_clearing_an_output_takes_the_ladder_away(seen: Visit) -> None:
    first = seen.page.locator(".jp-NotebookPanel:visible .jp-CodeCell").nth(1)
    first.locator(".jp-InputPrompt").click()
    seen.menu("Edit", "Clear Cell Output")
    expect(ladders(seen.page)).to_have_count(1)
    seen.run_all()
    expect(ladders(seen.page)).to_have_count(2)
    assert alive(seen) == 2


# ---- files and kernels ---------------------------------------------------------------------------


def test_saved_restarted_and_reopened_it_is_picture_and_text(
    seen: Visit, chromium: Browser, course: RunningLab
) -> None:
    file = file_of(seen)
    until(seen.page, lambda: seen.save() or len(outputs(file, "image/png")) == 2)
    kept = json.loads(file.read_text())
    assert outputs(file, WIDGET) == []
    assert "widgets" not in kept["metadata"]
    text, _ = outputs(file, "text/plain")
    assert "SYN,ACK seq=0 ack=1" in "".join(text)
    assert "0x" not in "".join(text)
    seen.menu("Kernel", "Restart Kernel…")
    seen.page.locator(".jp-Dialog button", has_text="Restart").click()
    expect(seen.page.get_by_text("| Idle")).to_be_visible()
    expect(ladders(seen.page).first).to_be_visible()
    with visit(chromium, course) as again:
        again.open(file.name)
        expect(again.page.locator(OUTPUT_PICTURES)).to_have_count(2)
        picture = again.page.locator(OUTPUT_PICTURES).first
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("image => image.naturalWidth") > 300
        expect(again.page.locator(".jp-NotebookPanel:visible")).not_to_contain_text("model not")
        expect(ladders(again.page)).to_have_count(0)
        again.keep("ladder-reopened-next-day")
        assert again.left_the_server() == []


def test_whoever_asks_a_kernel_that_is_gone_or_busy_is_told(
    seen: Visit, chromium: Browser, course: RunningLab
) -> None:
    """The ladder lives on in the page: time still flows, and what needs Python is said to."""
    hello = shown(seen.page)  # its kernel was restarted
    hello.to(hello.slider, "Home", "ArrowRight")
    hello.expect_position(1)
    hello.to(hello.packets(), "Home", "Enter")
    expect(hello.problem.or_(hello.card.locator(".portlab-problem")).first).to_be_visible()
    hello.keep("kernel-gone")
    seen.run_all()
    expect(ladders(seen.page)).to_have_count(2)


def test_a_busy_kernel_is_said_to_be_busy(chromium: Browser, course: RunningLab) -> None:
    with notebook_of(chromium, course, "99-busy.ipynb", HELLO) as seen:
        hello = shown(seen.page)
        seen.page.locator(".jp-NotebookPanel:visible .jp-InputPrompt").last.click()
        seen.page.keyboard.press("b")
        seen.page.keyboard.press("Enter")
        seen.page.keyboard.insert_text(BUSY)
        seen.page.keyboard.press("Control+Enter")
        expect(seen.page.get_by_text("| Busy")).to_be_visible()
        hello.to(hello.packets(), "Home", "Enter")
        expect(hello.problem).to_contain_text("Python has not answered yet. It may be busy")
        hello.to(hello.slider, "Home")
        hello.expect_position(0)
        hello.keep("kernel-busy")
        seen.menu("Kernel", "Interrupt Kernel")
        expect(hello.header.locator(".portlab-header")).to_be_visible()  # it came after all
        expect(hello.problem).to_be_hidden()
