"""The course in a browser, as a learner meets it: it opens, runs, is saved, and opens again."""

from pathlib import Path

from tests.course.running import running_lab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, expect  # noqa: E402

from tests.browser.visit import (  # noqa: E402
    OUTPUT_PICTURES,
    POPUPS,
    WIDGET,
    code_cells,
    notebook,
    outputs,
    run_all_and_save,
    until,
    visit,
)

LESSON = "05-tcp-handshake.ipynb"
SOURCES = Path(__file__).parents[2] / "notebooks"

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

SCROLLED_TO = """
node => {
  const { top, bottom } = node.getBoundingClientRect();
  const seen = bottom > 100 && top < innerHeight - 100;
  if (!seen) node.scrollIntoView({ block: "center" });
  return seen;
}
"""
"""Whether a node is in view; if not it is scrolled to, again and again: what stands above grows."""


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
        until(seen.page, lambda: picture.evaluate(SCROLLED_TO))
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
        until(seen.page, lambda: picture.evaluate(SCROLLED_TO))
        assert picture.evaluate("image => image.naturalWidth") > 100
        seen.keep("lesson-reopened")
        assert seen.page.locator(POPUPS).all_inner_texts() == []
        assert seen.left_the_server() == []


def test_a_widget_is_saved_as_its_picture(chromium: Browser, tmp_path: Path) -> None:
    """JupyterLab alone would reopen it as "Error displaying widget: model not found"."""
    file = notebook(tmp_path, "99-widget.ipynb", WIDGET_CELL)
    with running_lab(tmp_path, "--port", "0") as lab, visit(chromium, lab) as seen:
        seen.open(file.name)
        run_all_and_save(seen, file)
        expect(seen.page.locator(".jp-OutputArea .widget-slider")).to_be_visible()
        seen.keep("widget-alive")
        until(seen.page, lambda: seen.save() or outputs(file, "image/png"))
        assert outputs(file, WIDGET) == []
        assert lab.end() == 0
    with running_lab(tmp_path, "--port", "0") as lab, visit(chromium, lab) as seen:
        seen.open(file.name)
        expect(seen.page.locator(OUTPUT_PICTURES)).to_be_visible()
        expect(seen.page.locator(".jp-OutputArea")).not_to_contain_text("model")
        seen.keep("widget-reopened")
        assert seen.left_the_server() == []
