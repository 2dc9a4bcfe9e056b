"""The course in a browser, as a learner meets it: it opens, runs, is saved, and opens again.

Chromium is driven by Playwright, against `portlab lab` in a home of its own. Pictures of what was
seen are kept in `artifacts/`.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.course.running import RunningLab, running_lab
from tests.requires import browser, needs

needs("browser")

from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

LESSON = "05-tcp-handshake.ipynb"
SECONDS = 60
SOURCES = Path(__file__).parents[2] / "notebooks"
ARTIFACTS = Path(__file__).parents[2] / "artifacts"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
OUTPUT_PICTURES = ".jp-OutputArea-output img[src^='data:image/png']"
POPUPS = ".jp-Dialog, .Toastify__toast"

WIDGET_CELL = """
import base64, ipywidgets, matplotlib.figure, io
file = io.BytesIO()
figure = matplotlib.figure.Figure(figsize=(2, 1))
figure.text(0.1, 0.4, "the picture")
figure.savefig(file, format="png")
view = ipywidgets.IntSlider(description="alive")._repr_mimebundle_()
view["image/png"] = base64.b64encode(file.getvalue()).decode()
display(view, raw=True)
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser(), args=list(QUIET))
        yield started
        started.close()


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
        self.go(f"{self.lab.server}/lab/tree/{notebook}?token={self.lab.token}")

    def go(self, address: str) -> None:
        """Go to an address that opens a notebook, and wait until its kernel is there."""
        self.page.goto(address)
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0, timeout=SECONDS * 1000)
        expect(self.page.locator(".jp-NotebookPanel:visible .jp-Cell").first).to_be_visible(
            timeout=SECONDS * 1000
        )
        expect(self.page.get_by_text("| Idle")).to_be_visible(timeout=SECONDS * 1000)

    def menu(self, title: str, item: str) -> None:
        self.page.locator(f".lm-MenuBar-itemLabel:text-is('{title}')").click()
        self.page.locator(f".lm-Menu-itemLabel:text-is('{item}')").click()

    def save(self) -> None:
        self.page.keyboard.press("Control+s")

    def keep(self, name: str) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")

    def left_the_server(self) -> list[str]:
        own = (self.lab.server, self.lab.server.replace("http", "ws"), "data:", "blob:")
        return [url for url in self.asked if not url.startswith(own)]


@contextmanager
def visit(chromium: Browser, lab: RunningLab) -> Iterator[Visit]:
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    seen = Visit(context.new_page(), lab)
    try:
        yield seen
    except BaseException:
        seen.keep("when-it-failed")
        raise
    finally:
        context.close()


def until(page: Page, condition: Callable[[], Any]) -> None:
    """Wait as Playwright must: a plain sleep would stop the page's own events."""
    deadline = time.monotonic() + SECONDS
    while not condition():
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
        return all(map(condition, code_cells(file)))

    seen.menu("Edit", "Clear Outputs of All Cells")
    until(seen.page, lambda: saved(lambda cell: cell["execution_count"] is None))
    seen.menu("Run", "Run All Cells")
    until(seen.page, lambda: saved(lambda cell: cell["execution_count"]))


def test_a_lesson_runs_and_is_there_again_the_next_day(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "portlab-course" / LESSON
    with running_lab(tmp_path, "--port", "0") as lab, visit(chromium, lab) as seen:
        pictures = len(outputs(SOURCES / LESSON, "image/png"))
        assert pictures > 0
        assert outputs(file, "image/png") == []  # they would answer the predictions
        seen.go(lab.url)  # a newcomer lands in the first lesson
        seen.open(LESSON)
        run_all_and_save(seen, file)
        errors = [o for c in code_cells(file) for o in c["outputs"] if o["output_type"] == "error"]
        assert errors == []
        assert len(outputs(file, "image/png")) == pictures
        picture = seen.page.locator(OUTPUT_PICTURES).first
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_in_viewport()
        seen.keep("lesson-after-running")
        assert seen.page.locator(POPUPS).all_inner_texts() == []
        assert seen.left_the_server() == []
        assert lab.end() == 0
        assert "WARNING" not in lab.output  # nothing to frighten a newcomer

    saved = file.read_bytes()
    with running_lab(tmp_path, "--port", "0") as lab, visit(chromium, lab) as seen:
        assert file.read_bytes() == saved
        seen.open(LESSON)
        picture = seen.page.locator(OUTPUT_PICTURES).first
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_in_viewport()
        assert picture.evaluate("image => image.naturalWidth") > 100
        seen.keep("lesson-reopened")
        assert seen.page.locator(POPUPS).all_inner_texts() == []
        assert seen.left_the_server() == []


def test_a_widget_is_saved_as_its_picture(chromium: Browser, tmp_path: Path) -> None:
    """JupyterLab alone would reopen it as "Error displaying widget: model not found"."""
    file = tmp_path / "portlab-course" / "99-widget.ipynb"
    file.parent.mkdir()
    nbformat.write(
        nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(WIDGET_CELL)],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        ),
        file,
    )
    with running_lab(tmp_path, "--port", "0") as lab, visit(chromium, lab) as seen:
        seen.open(file.name)
        run_all_and_save(seen, file)
        expect(seen.page.locator(".jp-OutputArea .widget-slider")).to_be_visible()
        seen.keep("widget-alive")
        until(seen.page, lambda: seen.save() or outputs(file, "image/png"))
        assert outputs(file, "application/vnd.jupyter.widget-view+json") == []
        assert lab.end() == 0
    with running_lab(tmp_path, "--port", "0") as lab, visit(chromium, lab) as seen:
        seen.open(file.name)
        expect(seen.page.locator(OUTPUT_PICTURES)).to_be_visible()
        expect(seen.page.locator(".jp-OutputArea")).not_to_contain_text("model")
        seen.keep("widget-reopened")
        assert seen.left_the_server() == []
