"""One browser for all the tests here, and one JupyterLab for those that leave it as it was."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.course.running import RunningLab, running_lab
from tests.requires import browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="package")
def chromium() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser(), args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="package")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """`portlab lab` in a home of its own; who asks for it opens a notebook of their own."""
    home = tmp_path_factory.mktemp("course")
    with running_lab(home, "--port", "0") as lab:
        yield lab
