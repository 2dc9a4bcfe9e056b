"""A visit to the course in a browser: what every browser test needs to open, run and save it.

Chromium is driven by Playwright, against `portlab lab` in a home of its own. Pictures of what was
seen are kept in `artifacts/`. The browser itself is the fixture `chromium`, in conftest.py.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import nbformat

from tests.course.running import RunningLab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Page, expect  # noqa: E402

SECONDS = 60
expect.set_options(timeout=SECONDS * 1000)  # a machine may be busy with other things
ARTIFACTS = Path(__file__).parents[2] / "artifacts"
WIDGET = "application/vnd.jupyter.widget-view+json"
OUTPUT_PICTURES = ".jp-OutputArea-output img[src^='data:image/png']"
POPUPS = ".jp-Dialog, .Toastify__toast"
_VISITS = count(1)


class Visit:
    """A page of the course, and every address that it asked for."""

    def __init__(self, page: Page, lab: RunningLab) -> None:
        self.page = page
        self.lab = lab
        self.asked: list[str] = []
        page.set_default_timeout(SECONDS * 1000)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("websocket", lambda websocket: self.asked.append(websocket.url))

    def open(self, notebook: str) -> None:
        """In a workspace of its own: no other notebook comes back, which would run instead."""
        place = f"{self.lab.server}/lab/workspaces/visit-{next(_VISITS)}/tree/{notebook}"
        self.go(f"{place}?token={self.lab.token}")

    def go(self, address: str) -> None:
        """Go to an address that opens a notebook, and wait until its kernel is there."""
        self.page.goto(address)
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0)
        expect(self.page.locator(".jp-NotebookPanel:visible .jp-Cell").first).to_be_visible()
        panel = self.page.locator(".jp-NotebookPanel:visible")
        expect(panel.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']")).to_be_visible()
        expect(self.page.get_by_text("| Idle")).to_be_visible()

    def menu(self, title: str, item: str) -> None:
        self.page.locator(f".lm-MenuBar-itemLabel:text-is('{title}')").click()
        self.page.locator(f".lm-Menu-itemLabel:text-is('{item}')").click()

    def run_all(self) -> None:
        """Run every cell, and wait until the kernel has nothing left to do."""
        cells = self.page.locator(".jp-NotebookPanel:visible .jp-CodeCell")
        self.menu("Run", "Run All Cells")
        last = cells.last.locator(".jp-InputPrompt")
        expect(last).to_have_text(re.compile(r"\[\d+\]:"))

    def dark(self, dark: bool = True) -> None:
        """JupyterLab's own dark theme, or its light one."""
        self.page.locator(".lm-MenuBar-itemLabel:text-is('Settings')").click()
        self.page.locator(".lm-Menu-itemLabel:text-is('Theme')").hover()
        name = f"JupyterLab {'Dark' if dark else 'Light'}"
        self.page.locator(f".lm-Menu-itemLabel:text-is('{name}')").click()
        body = self.page.locator("body")
        expect(body).to_have_attribute("data-jp-theme-light", str(not dark).lower())

    def cells(self) -> int:
        """How many cells the notebook has: a stolen key adds or takes one."""
        return self.page.locator(".jp-NotebookPanel:visible .jp-Cell").count()

    def save(self) -> None:
        self.page.keyboard.press("Control+s")

    def keep(self, name: str) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")

    def left_the_server(self) -> list[str]:
        own = (self.lab.server, self.lab.server.replace("http", "ws"), "data:", "blob:")
        return [url for url in self.asked if not url.startswith(own)]


@contextmanager
def visit(chromium: Browser, lab: RunningLab, **options: Any) -> Iterator[Visit]:
    """A visit that ends with the block; `options` are Playwright's, such as `reduced_motion`."""
    context = chromium.new_context(**{"viewport": {"width": 1400, "height": 1000}, **options})
    seen = Visit(context.new_page(), lab)
    try:
        yield seen
    except BaseException:
        seen.keep("when-it-failed")
        raise
    finally:
        context.close()


def until(page: Page, condition: Callable[[], Any]) -> None:
    """Wait as Playwright must: a plain sleep would stop the page's own events.

    A notebook that is half written while it is saved has not fulfilled anything yet.
    """

    def fulfilled() -> bool:
        with suppress(json.JSONDecodeError):
            return bool(condition())
        return False

    deadline = time.monotonic() + SECONDS
    while not fulfilled():
        assert time.monotonic() < deadline, "this never happened"
        page.wait_for_timeout(200)


def code_cells(file: Path) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(file.read_text())["cells"] if cell["cell_type"] == "code"]


def outputs(file: Path, kind: str) -> list[Any]:
    """What a saved notebook shows in one format."""
    return [
        output["data"][kind]
        for cell in code_cells(file)
        for output in cell["outputs"]
        if kind in output.get("data", {})
    ]


def run_all_and_save(seen: Visit, file: Path) -> None:
    """Run every cell afresh, and go on saving until the file shows that all have run."""

    def saved(condition: Callable[[dict[str, Any]], Any]) -> bool:
        seen.save()
        try:
            return all(map(condition, code_cells(file)))
        except json.JSONDecodeError:
            return False  # it is just being written

    seen.menu("Edit", "Clear Outputs of All Cells")
    until(seen.page, lambda: saved(lambda cell: cell["execution_count"] is None))
    seen.menu("Run", "Run All Cells")
    until(seen.page, lambda: saved(lambda cell: cell["execution_count"]))


def notebook(home: Path, name: str, *cells: str) -> Path:
    """A notebook with these code cells in the learner's copy of the course below `home`."""
    file = home / "portlab-course" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(
        nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        ),
        file,
    )
    return file
