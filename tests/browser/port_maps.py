"""A port map in a notebook, and its parts by the names that are read out."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.course.running import RunningLab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Locator, expect  # noqa: E402

from tests.browser.visit import Visit, notebook, visit  # noqa: E402

CELLS = (
    "from portlab import port_map",
    'port_map({"this computer listens": {22, 443, 49160}, "a scan": {443, 8080}})',
)


@contextmanager
def opened(chromium: Browser, course: RunningLab, name: str) -> Iterator[Visit]:
    """A notebook of this name with one map in it, run."""
    notebook(course.runtime.parent, name, *CELLS)
    with visit(chromium, course) as visiting:
        visiting.open(name)
        visiting.run_all()
        expect(visiting.page.locator(".portlab-ports-cell")).to_have_count(1)
        yield visiting
        assert visiting.left_the_server() == []


def as_at_first(seen: Visit) -> Locator:
    """The map as it was at first: all of it, nothing searched for, 443 chosen."""
    shown = seen.page.locator(".portlab-ports")
    shown.scroll_into_view_if_needed()
    find(shown, "443")
    find(shown, "")
    shown.get_by_role("button", name="All ports").click()
    expect(cell(shown)).to_have_attribute("data-port", "443")
    return shown


def grid(shown: Locator) -> Locator:
    return shown.get_by_role("grid", name="All 65,536 port numbers")


def cell(shown: Locator) -> Locator:
    return grid(shown).get_by_role("gridcell")


def card(shown: Locator) -> Locator:
    return shown.get_by_role("region", name="The number")


def find(shown: Locator, text: str) -> Locator:
    field = shown.get_by_label("Find a port by name or number")
    field.fill(text)
    if text:
        field.press("Enter")
    return field


def point_of(shown: Locator, port: int) -> tuple[float, float]:
    """Where a number is on the page while all are seen: its two bytes, of 256 each."""
    box = grid(shown).bounding_box()
    assert box is not None
    row, column = divmod(port, 256)
    return (
        box["x"] + (column + 0.5) * box["width"] / 256,
        box["y"] + (row + 0.5) * box["height"] / 256,
    )


def numbers_in_a_row(shown: Locator) -> int:
    """How many are seen, as it is said after a zoom."""
    return int(shown.get_by_role("status").inner_text().split()[0])


def hits(shown: Locator) -> list[int]:
    found = shown.get_by_role("list", name="Found").get_by_role("button").locator("strong")
    return [int(text) for text in found.all_inner_texts()]
