"""The ladder in JupyterLab: drawn, stepped through by mouse and by keys, changed, saved, reopened.

One lab for most of it, since starting JupyterLab is what takes long.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.running import RunningLab, running_lab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Locator, Page, expect  # noqa: E402

from tests.browser.visit import (  # noqa: E402
    OUTPUT_PICTURES,
    WIDGET,
    Visit,
    notebook,
    outputs,
    run_all_and_save,
    until,
    visit,
)

HELLO = r"""
from portlab import Lab, apps, drop, ladder, run

def hello(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Http())
    with client.connect(server, 80) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: server\r\n\r\n")
        return connection.receive_until(b"\r\n\r\n")
"""
SHOW = "ladder(run(hello, seed=1))"
ALIVE = """
import gc
widgets = [one for one in gc.get_objects() if type(one).__name__ == "LadderWidget"]
print("alive:", sum(one.comm is not None for one in widgets))
"""
BIG = """
from portlab import apps, ladder, run

def big(lab):
    server, client = lab.hosts("server", "client")
    server.listen(9, apps.Discard())
    with client.connect(server, 9) as connection:
        for _ in range(100):
            connection.send(bytes(100_000))

trace = run(big)
print(len(trace), "records")
ladder(trace)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def lab(home: Path) -> Iterator[RunningLab]:
    with running_lab(home, "--port", "0") as running:
        yield running


@pytest.fixture
def seen(chromium: Browser, lab: RunningLab) -> Iterator[Visit]:
    with visit(chromium, lab) as visiting:
        problems: list[str] = []
        visiting.page.on("pageerror", lambda error: problems.append(str(error)))
        yield visiting
        assert problems == []
        assert visiting.left_the_server() == []


def shown(seen: Visit, home: Path, name: str, *cells: str) -> Locator:
    """Run these cells in a notebook of their own; the ladders that come of it."""
    notebook(home, name, *cells)
    seen.open(name)
    seen.run_all()
    ladders = seen.page.locator(".portlab-ladder")
    expect(ladders.first.get_by_role("option").first).to_be_attached()
    return ladders


def button(ladder: Locator, name: str) -> Locator:
    return ladder.get_by_role("button", name=name, exact=True)


def now(ladder: Locator) -> Locator:
    return ladder.locator(".portlab-now")


def packets(ladder: Locator) -> Locator:
    return ladder.get_by_role("listbox")


def test_it_is_drawn_whole_and_stepped_through_by_mouse(seen: Visit, home: Path) -> None:
    ladder = shown(seen, home, "90-step.ipynb", HELLO, SHOW).first
    expect(ladder.get_by_role("option")).to_have_count(6)
    expect(ladder.get_by_role("option").nth(1)).to_have_accessible_name(
        re.compile("^2, SYN,ACK seq=0 ack=1 .*from server to client. Sent at 10.000 ms")
    )
    expect(now(ladder)).to_contain_text("That is the last moment.")
    seen.keep("ladder")

    button(ladder, "First moment").click()
    expect(now(ladder)).to_have_text("Before the first moment: client is CLOSED, server is LISTEN.")
    expect(ladder.locator(".portlab-arrow.portlab-future")).to_have_count(6)
    button(ladder, "Next moment").click()
    expect(now(ladder)).to_contain_text("0.000 ms: client sends 1: SYN seq=0")
    expect(now(ladder)).to_contain_text("client is now SYN-SENT.")
    button(ladder, "Next moment").click()
    expect(now(ladder)).to_have_text(
        "10.000 ms: 1 (SYN) arrives at server. server is now SYN-RECEIVED."
    )
    expect(ladder.locator(".portlab-arrow.portlab-future")).to_have_count(5)
    seen.keep("ladder-at-a-moment")
    button(ladder, "Previous moment").click()
    expect(now(ladder)).to_contain_text("client sends 1")

    slider = ladder.get_by_role("slider", name="Moment")
    slider.fill("4")
    expect(now(ladder)).to_contain_text("20.000 ms: 2 (SYN,ACK) arrives at client.")
    expect(slider).to_have_attribute("aria-valuetext", "Moment 4 of 12, 20.000 ms")


def test_keys_do_the_same_and_none_reaches_jupyterlab(seen: Visit, home: Path) -> None:
    ladder = shown(seen, home, "90-keys.ipynb", HELLO, SHOW).first
    page, box, cells = seen.page, packets(ladder), seen.cells()
    box.focus()

    def active() -> Locator:
        return page.locator(f"[id='{box.get_attribute('aria-activedescendant')}']")

    page.keyboard.press("ArrowDown")
    expect(active()).to_have_accessible_name(re.compile("^1, SYN "))
    page.keyboard.press("ArrowDown")
    expect(active()).to_have_accessible_name(re.compile("^2, SYN,ACK "))
    page.keyboard.press("ArrowUp")
    expect(active()).to_have_accessible_name(re.compile("^1, SYN "))
    page.keyboard.press("End")
    expect(active()).to_have_accessible_name(re.compile("^6, RST "))
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    card = ladder.get_by_role("region", name="Chosen packet")
    expect(card).to_contain_text("Packet 1")
    expect(box.get_by_role("option", selected=True)).to_have_accessible_name(re.compile("^1, SYN "))
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(box).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(ladder.locator(".portlab-count")).to_have_text("11 of 12")
    page.keyboard.press("ArrowRight")
    expect(ladder.locator(".portlab-count")).to_have_text("12 of 12")

    # What would add, delete, cut or change a cell, on everything that can have the focus.
    stops = ladder.locator("button, input, textarea, summary, a, [tabindex]")
    visible = [one for one in stops.all() if one.is_visible()]
    assert len(visible) > 12
    for one in visible:
        expect(one).to_have_attribute("data-lm-suppress-shortcuts", "true")
        one.focus()
        for key in ("a", "b", "d", "d", "m", "y", "x", "v", "Escape"):
            page.keyboard.press(key)
    assert seen.cells() == cells
    assert page.locator(".jp-MarkdownCell").count() == 0


def test_a_moment_that_a_chosen_packet_needs_is_gone_to(seen: Visit, home: Path) -> None:
    ladder = shown(seen, home, "90-reveal.ipynb", HELLO, SHOW).first
    button(ladder, "First moment").click()
    packets(ladder).focus()
    seen.page.keyboard.press("ArrowDown")
    seen.page.keyboard.press("ArrowDown")
    expect(now(ladder)).to_contain_text("2 (SYN,ACK) arrives at client.")


def test_playing_ends_at_the_end_and_jumps_where_motion_is_unwanted(
    chromium: Browser, lab: RunningLab, home: Path
) -> None:
    with visit(chromium, lab, reduced_motion="reduce") as seen:
        ladder = shown(seen, home, "90-play.ipynb", HELLO, SHOW).first
        heights = ladder.locator(".portlab-cursor")
        button(ladder, "Play").click()
        places = set()
        until(seen.page, lambda: places.add(heights.get_attribute("y1")) or is_over(ladder))
        stops = {float(place) for place in places if place is not None}
        assert stops <= moments_of(seen.page) | {0.0}
        expect(button(ladder, "Play")).to_be_visible()


def is_over(ladder: Locator) -> bool:
    return "last moment" in now(ladder).inner_text()


def moments_of(page: Page) -> set[float]:
    """The heights at which the cursor stands when it is stepped through."""
    found = set()
    ladder = page.locator(".portlab-ladder").first
    for position in range(13):
        ladder.get_by_role("slider", name="Moment").fill(str(position))
        found.add(float(ladder.locator(".portlab-cursor").get_attribute("y1") or 0))
    return found


def test_a_packet_tells_why_and_what_if(seen: Visit, home: Path) -> None:
    ladder = shown(seen, home, "90-what-if.ipynb", HELLO, SHOW).first
    option = ladder.get_by_role("option").nth(1)
    option.locator("text").hover()
    expect(ladder.locator(".portlab-about")).to_contain_text("2, SYN,ACK seq=0 ack=1")
    option.locator("text").click()
    card = ladder.get_by_role("region", name="Chosen packet")
    expect(card).to_contain_text("Why: Agrees")
    expect(card.get_by_role("link", name="RFC 9293, section 3.10.7.2")).to_be_visible()
    expect(ladder.get_by_role("region", name="Header of the packet")).to_contain_text("SYN")
    seen.keep("ladder-chosen")

    button(card, "Drop").click()
    expect(packets(ladder)).to_have_count(2)
    differences = ladder.get_by_role("region", name="Differences")
    expect(differences).to_be_focused()
    expect(differences).to_contain_text("Lost packets: none in the first, 1 in the second.")
    expect(ladder.get_by_role("status")).to_contain_text("drop(2)")
    lost = packets(ladder).nth(1).get_by_role("option").nth(1)
    expect(lost).to_have_accessible_name(re.compile(r"drop\(2\).*Only in this ladder"))
    expect(lost).to_contain_text("≠")
    expect(packets(ladder).first.get_by_role("option").first).not_to_contain_text("≠")
    seen.keep("ladder-with-a-fault")

    # One time line moves both.
    button(ladder, "First moment").click()
    expect(ladder.locator(".portlab-arrow:not(.portlab-future)")).to_have_count(0)
    button(ladder, "Next moment").click()
    button(ladder, "Next moment").click()
    expect(ladder.locator(".portlab-arrow:not(.portlab-future)")).to_have_count(2)

    button(ladder, "Undo the fault").click()
    expect(packets(ladder)).to_have_count(1)
    expect(packets(ladder)).to_be_focused()
    expect(ladder.get_by_role("option")).to_have_count(6)


def test_what_python_cannot_do_is_said_in_the_widget(seen: Visit, home: Path) -> None:
    ladder = shown(seen, home, "90-problem.ipynb", HELLO, SHOW).first
    ladder.get_by_role("option").first.locator("text").click()
    ladder.get_by_label("Seconds of delay").fill("-1")
    button(ladder, "Delay").click()
    expect(ladder.get_by_role("alert")).to_contain_text("delay")
    expect(packets(ladder)).to_have_count(1)
    ladder.get_by_label("Seconds of delay").fill("2")
    button(ladder, "Delay").click()
    expect(packets(ladder)).to_have_count(2)
    expect(ladder.get_by_role("alert")).to_be_hidden()


def test_a_trace_without_an_experiment_says_why_it_has_no_faults(seen: Visit, home: Path) -> None:
    by_hand = """
from portlab import Lab, ladder
with Lab() as lab:
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80)
ladder(lab.trace)
"""
    ladder = shown(seen, home, "90-by-hand.ipynb", by_hand).first
    ladder.get_by_role("option").first.locator("text").click()
    card = ladder.get_by_role("region", name="Chosen packet")
    expect(card).to_contain_text("no experiment to run again")
    expect(button(card, "Drop")).to_have_count(0)
    expect(ladder.get_by_label("Line of code")).to_have_count(0)


def test_a_busy_kernel_is_said_to_be_and_answers_later(seen: Visit, home: Path) -> None:
    ready = home / "ready"
    wait = f"""
import pathlib, time
while not pathlib.Path({str(ready)!r}).exists():
    time.sleep(0.1)
"""
    notebook(home, "90-busy.ipynb", HELLO, SHOW, wait)
    seen.open("90-busy.ipynb")
    seen.menu("Run", "Run All Cells")
    ladder = seen.page.locator(".portlab-ladder")
    ladder.get_by_role("option").first.locator("text").click()
    expect(ladder.get_by_role("alert")).to_contain_text("Python has not answered yet")
    ready.touch()
    expect(ladder.get_by_role("region", name="Chosen packet")).to_contain_text("Why: ")
    expect(ladder.get_by_role("alert")).to_be_hidden()


def test_numbers_and_times_are_shown_in_two_ways(seen: Visit, home: Path) -> None:
    ladder = shown(seen, home, "90-numbers.ipynb", HELLO, SHOW).first
    first = ladder.get_by_role("option").first
    expect(first).to_contain_text("seq=0")
    ladder.get_by_role("slider", name="Moment").fill("5")
    button(ladder, "raw").click()
    expect(first).not_to_contain_text("seq=0")
    expect(now(ladder)).to_contain_text("client sends 3")  # time did not move
    button(ladder, "relative").click()
    expect(first).to_contain_text("seq=0")
    button(ladder, "since the previous").click()
    expect(ladder.locator(".portlab-time").nth(1)).to_have_text("+10.000 ms")


def test_two_ladders_of_a_page_do_not_disturb_each_other(seen: Visit, home: Path) -> None:
    ladders = shown(seen, home, "90-two.ipynb", HELLO, SHOW, SHOW)
    expect(ladders).to_have_count(2)
    expect(ladders.nth(1).get_by_role("option")).to_have_count(6)
    button(ladders.first, "First moment").click()
    expect(now(ladders.first)).to_contain_text("Before the first moment")
    expect(now(ladders.nth(1))).to_contain_text("That is the last moment.")
    ids = seen.page.evaluate(
        "[...document.querySelectorAll('.portlab-ladder [id]')].map(node => node.id)"
    )
    assert len(ids) == len(set(ids)) > 12


def test_a_cell_that_runs_again_closes_its_old_widget(seen: Visit, home: Path) -> None:
    shown(seen, home, "90-again.ipynb", HELLO, SHOW, ALIVE)
    printed = seen.page.locator(".jp-OutputArea-output", has_text="alive:")
    expect(printed).to_have_text("alive: 1")
    seen.page.evaluate("document.querySelector('.portlab-ladder').dataset.old = 'yes'")
    seen.run_all()
    expect(seen.page.locator(".portlab-ladder[data-old]")).to_have_count(0)
    expect(seen.page.locator(".portlab-ladder")).to_have_count(1)
    expect(printed).to_have_text("alive: 1")


def test_ten_thousand_packets_are_drawn_only_where_they_are_in_view(
    seen: Visit, home: Path
) -> None:
    ladder = shown(seen, home, "90-big.ipynb", BIG).first
    expect(ladder.locator(".portlab-count")).to_have_text(re.compile(r"^(2\d,\d+) of \1$"))
    assert 5 < ladder.get_by_role("option").count() < 100
    packets(ladder).focus()
    seen.page.keyboard.press("End")
    expect(ladder.locator(".portlab-about")).to_contain_text("CLOSED")
    assert ladder.get_by_role("option").count() < 100
    seen.keep("ladder-of-ten-thousand")


def test_it_is_kept_as_files_and_as_a_line_of_code(seen: Visit, home: Path, tmp_path: Path) -> None:
    ladder = shown(seen, home, "90-keep.ipynb", HELLO, SHOW).first
    begins = {
        "Picture (SVG)": (".svg", b"<?xml"),
        "Picture (PNG)": (".png", b"\x89PNG"),
        "Text": (".txt", b"hello"),
        "Packets (pcapng)": (".pcapng", b"\x0a\x0d\x0d\x0a"),
    }
    for name, (suffix, begin) in begins.items():
        with seen.page.expect_download() as waiting:
            button(ladder, name).click()
        assert waiting.value.suggested_filename == f"hello{suffix}"
        waiting.value.save_as(tmp_path / f"hello{suffix}")
        assert (tmp_path / f"hello{suffix}").read_bytes().startswith(begin)
    expect(ladder.get_by_label("Line of code")).to_have_value(SHOW)
    seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button(ladder, "Copy").click()
    expect(ladder.get_by_role("status")).to_have_text("Copied.")
    assert seen.page.evaluate("navigator.clipboard.readText()") == SHOW


@pytest.mark.parametrize("width", [320, 640, 1000])
def test_nothing_is_cut_off_in_a_narrow_window(seen: Visit, home: Path, width: int) -> None:
    ladder = shown(seen, home, f"90-narrow-{width}.ipynb", HELLO, SHOW).first
    seen.page.keyboard.press("Control+b")  # the file browser goes
    ladder.get_by_role("option").nth(1).locator("text").click()
    button(ladder, "Drop").click()
    expect(packets(ladder)).to_have_count(2)
    seen.page.set_viewport_size({"width": width, "height": 900})
    ladder.scroll_into_view_if_needed()
    page_fits = f"() => {TOO_WIDE}.length === 0"
    seen.page.wait_for_function(page_fits)
    seen.keep(f"ladder-{width}-wide")


TOO_WIDE = """[...document.querySelectorAll('.portlab-ladder, .portlab-ladder *')].filter(node => {
  const root = document.querySelector('.portlab-ladder').getBoundingClientRect();
  const box = node.getBoundingClientRect();
  const told = node.closest('defs, .portlab-spoken, .portlab-hit, [clip-path], .portlab-cursor');
  return !told && box.width > 0 && (box.right > root.right + 1 || box.left < root.left - 1);
})"""


def test_dark_theme(seen: Visit, home: Path) -> None:
    ladder = shown(seen, home, "90-dark.ipynb", HELLO, SHOW).first
    light = ladder.evaluate("node => getComputedStyle(node).color")
    seen.dark()
    expect(ladder).not_to_have_css("color", light)
    seen.keep("ladder-dark")


def test_saved_and_reopened_it_is_its_picture(chromium: Browser, tmp_path: Path) -> None:
    file = notebook(tmp_path, "99-saved.ipynb", HELLO, SHOW)
    with running_lab(tmp_path, "--port", "0") as lab, visit(chromium, lab) as seen:
        seen.open(file.name)
        run_all_and_save(seen, file)
        expect(seen.page.locator(".portlab-ladder")).to_be_visible()
        until(seen.page, lambda: seen.save() or outputs(file, "image/png"))
        assert outputs(file, WIDGET) == []
        (text,) = outputs(file, "text/plain")
        assert "SYN,ACK" in "".join(text)
        assert "0x" not in "".join(text)
        assert lab.end() == 0
    with running_lab(tmp_path, "--port", "0") as lab, visit(chromium, lab) as seen:
        seen.open(file.name)
        expect(seen.page.locator(OUTPUT_PICTURES)).to_be_visible()
        expect(seen.page.locator(".portlab-ladder")).to_have_count(0)
        expect(seen.page.locator(".jp-OutputArea").last).not_to_contain_text("model")
        seen.keep("ladder-reopened")
