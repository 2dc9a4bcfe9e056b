"""What learners do out of habit in the middle of a ladder: save, and put away what is too much."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.running import RunningLab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, expect  # noqa: E402

from tests.browser.ladders import HELLO, Shown, notebook_of, shown  # noqa: E402
from tests.browser.visit import Visit, code_cells, until  # noqa: E402

NAME = "99-habits.ipynb"


@pytest.fixture(scope="module")
def seen(chromium: Browser, course: RunningLab) -> Iterator[Visit]:
    with notebook_of(chromium, course, NAME, HELLO) as seen:
        yield seen


@pytest.fixture
def hello(seen: Visit) -> Shown:
    return shown(seen.page)


def test_whoever_saves_while_a_part_has_the_focus_has_saved(
    seen: Visit, hello: Shown, course: RunningLab
) -> None:
    file: Path = course.runtime.parent / "portlab-course" / NAME
    cells = seen.cells()
    for part in (hello.packets(), hello.slider, hello.button("Next moment")):
        before = file.stat().st_mtime_ns
        hello.to(part, "Control+s")
        until(seen.page, lambda before=before: file.stat().st_mtime_ns != before)
        assert code_cells(file)[1]["outputs"]
        expect(part).to_have_attribute("data-lm-suppress-shortcuts", "true")
        hello.to(part, "b")  # and a key alone is refused as before
        assert seen.cells() == cells


def test_the_insides_of_the_hosts_are_put_away_and_brought_back(hello: Shown) -> None:
    client = hello.root.get_by_role("group", name="client", exact=True)
    wide = hello.packets().bounding_box()
    expect(client).to_be_visible()
    hello.button("Hide the insides").click()
    expect(client).to_be_hidden()
    wider = hello.packets().bounding_box()
    assert wide
    assert wider
    assert wider["width"] > wide["width"]
    hello.to(hello.button("Show the insides"), "Enter")
    expect(client).to_be_visible()
    assert hello.packets().bounding_box() == wide


def test_who_hides_the_insides_finds_them_hidden_in_the_next_ladder(seen: Visit) -> None:
    first = shown(seen.page)
    first.button("Hide the insides").click()
    first.root.evaluate("root => { root.dataset.before = 'yes'; }")
    seen.run_all()
    expect(seen.page.locator(".portlab-ladder[data-before]")).to_have_count(0)
    following = shown(seen.page)
    client = following.root.get_by_role("group", name="client", exact=True)
    expect(following.button("Show the insides")).to_be_visible()
    expect(client).to_be_hidden()
    following.button("Show the insides").click()
    expect(client).to_be_visible()
