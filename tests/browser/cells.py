"""A notebook of a few cells in JupyterLab: run one, and see that no key is stolen from it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, expect

from tests.browser.visit import Visit, notebook, visit
from tests.course.running import running_lab

COMMANDS = (
    *"abcdmryzxvlosjkf01", "d", "d", "i", "i", "Shift+M", "Shift+L", "Delete", "Escape", "Home",
)  # fmt: skip
"""Keys that mean something to JupyterLab in command mode; none of them moves the focus."""


@contextmanager
def opened(chromium: Browser, home: Path, *cells: str, **options: Any) -> Iterator[Visit]:
    file = notebook(home, "99-questions.ipynb", *cells)
    with running_lab(home, "--port", "0") as lab, visit(chromium, lab, **options) as seen:
        seen.open(file.name)
        yield seen
        assert seen.left_the_server() == []


def cell(seen: Visit, number: int) -> Locator:
    return seen.page.locator(".jp-NotebookPanel:visible .jp-CodeCell").nth(number)


def run(seen: Visit, number: int) -> None:
    """Run one cell and wait until it has run."""
    prompt = cell(seen, number).locator(".jp-InputPrompt")
    before = prompt.inner_text()
    cell(seen, number).locator(".jp-InputArea-editor").click()
    seen.page.keyboard.press("Control+Enter")
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"))
    expect(prompt).not_to_have_text(before)


def kinds_of_cells(seen: Visit) -> list[str]:
    cells = seen.page.locator(".jp-NotebookPanel:visible .jp-Cell")
    return [re.findall(r"jp-\w+Cell\b", name or "")[0] for name in
            cells.evaluate_all("cells => cells.map((cell) => cell.className)")]  # fmt: skip


def focused(seen: Visit) -> Locator:
    return seen.page.locator("*:focus")


def steals_no_key(seen: Visit) -> None:
    """Whatever has the focus keeps it, and the notebook does not change."""
    before = kinds_of_cells(seen)
    had = focused(seen).evaluate_handle("node => node")
    for key in COMMANDS:
        seen.page.keyboard.press(key)
        assert had.evaluate("node => node === document.activeElement"), key
    assert kinds_of_cells(seen) == before
