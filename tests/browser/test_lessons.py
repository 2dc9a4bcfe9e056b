"""The lessons as they are laid out for learners: each runs from top to bottom in the page.

Starters of exercises are still open, predictions are not locked in: that must frighten nobody.
"""

from pathlib import Path

import pytest

from tests.browser.visit import code_cells, run_all_and_save, visit
from tests.course.running import running_lab
from tests.notebooks.lessons import NOTEBOOKS, name_of
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, expect  # noqa: E402


@pytest.mark.parametrize("lesson", NOTEBOOKS, ids=name_of)
def test_a_lesson_runs_unsolved_without_an_error(
    chromium: Browser, tmp_path: Path, lesson: Path
) -> None:
    file = tmp_path / "portlab-course" / lesson.name
    with running_lab(tmp_path, "--port", "0") as lab, visit(chromium, lab) as seen:
        seen.open(lesson.name)
        run_all_and_save(seen, file)
        kinds = [output["output_type"] for cell in code_cells(file) for output in cell["outputs"]]
        assert kinds
        assert "error" not in kinds
        expect(seen.page.locator(".jp-NotebookPanel:visible .portlab").first).to_be_attached()
        seen.keep(f"lesson-{lesson.stem[:2]}-unsolved")
        assert seen.left_the_server() == []


def test_a_newcomers_first_cell_brings_a_picture_that_lives(
    chromium: Browser, tmp_path: Path
) -> None:
    """From the address that is printed to the first packets: one click and one Shift+Enter."""
    with running_lab(tmp_path, "--port", "0") as lab, visit(chromium, lab) as seen:
        seen.go(lab.url)
        page = seen.page
        page.locator(".jp-NotebookPanel:visible .jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        picture = page.locator(".jp-NotebookPanel:visible .portlab").first
        expect(picture.get_by_role("option")).to_have_count(3)
        seen.keep("first-packets")
