"""How the ladder looks: in both themes, on narrow pages, with no words on others; and to axe."""

from collections.abc import Iterator

import pytest

from tests.course.running import RunningLab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, expect  # noqa: E402

from tests.browser.ladders import CUT_OFF, HELLO, OVERLAPS, Shown, notebook_of, shown  # noqa: E402
from tests.browser.visit import Visit  # noqa: E402

STORM = """
def storm(lab):
    server, client = lab.hosts("server", "client")
    listener = server.listen(80)
    connection = client.connect(server, 80)
    connection.send(bytes(9000))
    connection.shutdown()
    listener.accept().receive_all()

ladder(run(storm, seed=1, faults=[drop(5), drop(7)]))
"""
REFUSED = """
def refused(lab):
    server, client = lab.hosts("server", "client")
    client.udp().send_to(b"anybody?", server, 9)
    client.connect(server, 80)

ladder(run(refused, seed=1))
"""
CELLS = (HELLO, STORM, REFUSED)
OPEN = (1, 1, 2)
"""How many conversations of each stand open."""

HIGHEST_WORD = """
root => Math.max(...[...root.querySelectorAll("kbd, .portlab-button, .portlab-inside :is(dt, dd)")]
  .filter((node) => node.checkVisibility() && !node.textContent.includes(" "))
  .map((node) => node.getBoundingClientRect().height))
"""
WIDTHS = (320, 760, 1400)


@pytest.fixture(scope="module")
def seen(chromium: Browser, course: RunningLab) -> Iterator[Visit]:
    with notebook_of(chromium, course, "99-looks.ipynb", *CELLS) as seen:
        seen.page.keyboard.press("Control+b")  # the folder's list goes
        expect(seen.page.locator("#filebrowser")).to_be_hidden()
        for keys in seen.page.locator(".portlab-keys summary").all():
            keys.click()
        yield seen
        theme(seen, dark=False)  # JupyterLab remembers it


@pytest.fixture(params=range(len(CELLS)), ids=["hello", "storm", "refused"])
def ladder(seen: Visit, request: pytest.FixtureRequest) -> Iterator[Shown]:
    found = shown(seen.page, request.param)
    found.root.scroll_into_view_if_needed()
    expect(found.root.get_by_role("listbox")).to_have_count(OPEN[request.param])
    yield found
    if found.button("Undo the fault").is_visible():
        found.button("Undo the fault").click()
        expect(found.root.get_by_role("listbox")).to_have_count(OPEN[request.param])
    found.to(found.packets(), "Escape")
    seen.page.set_viewport_size({"width": 1400, "height": 1000})


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("what", ["alone", "chosen", "pair"])
def test_nothing_is_cut_off_and_no_words_lie_on_each_other(
    seen: Visit, ladder: Shown, what: str, width: int, request: pytest.FixtureRequest
) -> None:
    """320 pixels are a page of 1280 at 400 %."""
    seen.page.set_viewport_size({"width": width, "height": 800})
    if what != "alone":
        ladder.choose(second(ladder))
    if what == "pair":
        dropped(ladder)
        ladder.choose(second(ladder), ladder=1)
    name = request.node.callspec.id
    ladder.keep(f"looks-{name}")
    assert ladder.measured(CUT_OFF) == []
    assert ladder.measured(OVERLAPS) == []
    assert ladder.measured(HIGHEST_WORD) < 40  # JupyterLab's lists break words into letters


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_fault(
    seen: Visit, ladder: Shown, dark: bool, request: pytest.FixtureRequest
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    theme(seen, dark=dark)
    ladder.root.evaluate("root => { root.id = 'under-test'; }")
    try:
        ladder.choose(second(ladder))
        for step in ("chosen", "pair"):
            if step == "pair":
                dropped(ladder)
            found = Axe().run(seen.page, "#under-test")
            assert found.violations_count == 0, found.generate_report()
            ladder.keep(f"{request.node.callspec.id}-{step}")
    finally:
        ladder.root.evaluate("root => root.removeAttribute('id')")


def dropped(ladder: Shown) -> None:
    """Drop the chosen packet: each conversation then stands beside itself."""
    alone = ladder.root.get_by_role("listbox").count()
    ladder.button("Drop").click()
    expect(ladder.root.get_by_role("listbox")).to_have_count(2 * alone)


def theme(seen: Visit, *, dark: bool) -> None:
    if (seen.page.locator("body").get_attribute("data-jp-theme-light") == "false") != dark:
        seen.dark(dark)


def second(ladder: Shown) -> int:
    """The number of the second packet of its first conversation."""
    option = ladder.packets().locator("[aria-posinset='2']")
    return int(option.get_attribute("data-number") or 0)
