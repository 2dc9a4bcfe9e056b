"""A packet's headers in JupyterLab: fields and bytes light each other, and say what they are.

By mouse and by the keyboard alone; JupyterLab takes no key. How it looks when narrow or dark, and
what axe says of it, is tried on a page of its own.
"""

import json
from collections.abc import Iterator

import pytest

from portlab.packets import Packet, UdpDatagram
from portlab.views.header import Header, header
from portlab.views.headers.data import data
from portlab.views.page.module import css, esm
from tests.course.running import running_lab
from tests.requires import needs
from tests.views import stories

needs("browser")

from playwright.sync_api import Browser, Locator, Page, expect  # noqa: E402

from tests.browser.visit import ARTIFACTS, Visit, notebook, visit  # noqa: E402

PACKETS = """
from portlab import Lab, apps, header, run

def hello(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Http())
    with client.connect(server, 80) as connection:
        connection.send(b"GET / HTTP/1.1\\r\\nHost: server\\r\\n\\r\\n")
        return connection.receive_until(b"\\r\\n\\r\\n")

trace = run(hello, seed=1)
"""
TCP = "header(trace[0], trace=trace)"
BOTH = (
    "from portlab.packets import Segment, UdpDatagram; header(Segment(1, 2, 3), UdpDatagram(1, 2))"
)
SHORTCUTS = ("a", "b", "x", "d", "d", "m", "y", "z", "0", "0", "c", "v", "Enter", "Space")


@pytest.fixture(scope="module")
def seen(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    home = tmp_path_factory.mktemp("header")
    file = notebook(home, "99-headers.ipynb", PACKETS, TCP, BOTH)
    with running_lab(home, "--port", "0") as lab, visit(chromium, lab) as visiting:
        visiting.open(file.name)
        visiting.run_all()
        expect(visiting.page.locator(".portlab-header")).to_have_count(3)
        yield visiting
        assert visiting.left_the_server() == []


@pytest.fixture
def shown(seen: Visit) -> Locator:
    """The headers of the SYN, nothing chosen."""
    shown = seen.page.locator(".portlab-header").first
    shown.scroll_into_view_if_needed()
    seen.page.locator(".jp-NotebookPanel:visible .jp-InputPrompt").first.click()
    shown.locator("[data-field]").first.click()
    seen.page.keyboard.press("Escape")
    expect(shown.locator(".portlab-lit")).to_have_count(0)
    return shown


def field(shown: Locator, name: str) -> Locator:
    return shown.locator(f"button[data-field][aria-label^='{name}']").first


def lit_bytes(shown: Locator) -> list[int]:
    lit = shown.locator("[data-byte].portlab-lit")
    return [int(at) for at in lit.evaluate_all("all => all.map((one) => one.dataset.byte)")]


def lit_fields(shown: Locator) -> list[str]:
    lit = shown.locator("button[data-field].portlab-lit")
    labels = lit.evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    return [label.partition(":")[0].partition(",")[0] for label in labels]


def meaning(shown: Locator) -> Locator:
    return shown.locator(".portlab-header-meaning")


# ---- by mouse ------------------------------------------------------------------------------------


def test_pointing_at_a_field_lights_its_bytes_and_says_what_it_means(
    seen: Visit, shown: Locator
) -> None:
    field(shown, "Sequence Number").hover()
    assert lit_bytes(shown) == [24, 25, 26, 27]
    expect(meaning(shown)).to_contain_text("The number of the first byte carried here")
    expect(meaning(shown)).to_contain_text("relative 0")
    expect(meaning(shown)).to_contain_text("RFC 9293 3.1")
    shown.locator("h3").hover()
    seen.page.mouse.move(0, 0)
    assert lit_bytes(shown) == []


def test_pointing_at_a_byte_lights_its_field(shown: Locator) -> None:
    shown.locator("[data-byte='22']").hover()
    assert lit_fields(shown) == ["Destination Port"]
    assert lit_bytes(shown) == [22]


def test_a_byte_of_several_fields_lights_them_all(seen: Visit, shown: Locator) -> None:
    shown.locator("[data-byte='33']").hover()
    assert lit_fields(shown) == ["CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN"]
    expect(meaning(shown)).to_contain_text("Byte 33 holds 8 fields: 02 = 00000010")
    expect(meaning(shown)).to_contain_text("SYN: set")
    seen.keep("header-byte-of-several-fields")


def test_what_is_chosen_stays_when_the_pointer_leaves(seen: Visit, shown: Locator) -> None:
    field(shown, "Window").click()
    field(shown, "Checksum").hover()
    assert lit_fields(shown) == ["Checksum"]
    seen.page.mouse.move(0, 0)
    assert lit_fields(shown) == ["Window"]
    seen.keep("header-chosen")


# ---- by keyboard ---------------------------------------------------------------------------------


def test_the_arrow_keys_go_from_field_to_field_and_tab_to_its_bytes(
    seen: Visit, shown: Locator
) -> None:
    press = seen.page.keyboard.press
    field(shown, "Source Port").focus()
    press("ArrowRight")
    expect(field(shown, "Destination Port")).to_be_focused()
    press("ArrowDown")
    expect(field(shown, "Sequence Number")).to_be_focused()
    press("ArrowDown")
    press("ArrowDown")
    press("ArrowUp")
    expect(field(shown, "Acknowledgment Number")).to_be_focused()
    expect(shown.get_by_role("status")).to_contain_text("all before it has arrived")
    assert lit_bytes(shown) == [28, 29, 30, 31]
    press("Home")
    expect(field(shown, "Version")).to_be_focused()
    press("PageDown")
    expect(field(shown, "Source Port")).to_be_focused()
    press("PageUp")
    expect(field(shown, "Version")).to_be_focused()


def test_tab_goes_from_a_field_to_its_first_byte_and_back(seen: Visit, shown: Locator) -> None:
    press = seen.page.keyboard.press
    field(shown, "Window").focus()
    press("Tab")
    expect(shown.locator("[data-byte='34']")).to_be_focused()
    press("ArrowRight")
    press("ArrowRight")
    assert lit_fields(shown) == ["Checksum"]
    expect(shown.get_by_role("status")).to_contain_text("Checksum: 0x")
    press("ArrowDown")
    expect(shown.locator("[data-byte='40']")).to_be_focused()
    press("ArrowUp")
    press("ArrowUp")
    press("ArrowLeft")
    press("ArrowRight")
    expect(shown.locator("[data-byte='32']")).to_be_focused()
    press("Shift+Tab")
    expect(field(shown, "Data Offset")).to_be_focused()
    press("Escape")
    expect(shown.locator(".portlab-lit")).to_have_count(0)


def test_jupyterlab_takes_no_key(seen: Visit, shown: Locator) -> None:
    before = seen.cells()
    for where in (field(shown, "Window"), shown.locator("[data-byte='34']")):
        for key in (*SHORTCUTS, "ArrowDown", "ArrowUp", "Home", "End", "Escape"):
            where.focus()
            seen.page.keyboard.press(key)
    assert seen.cells() == before
    unguarded = seen.page.locator(
        ".portlab :is(button, a, [tabindex]):not([data-lm-suppress-shortcuts='true'])"
    )
    expect(unguarded).to_have_count(0)


def test_several_on_a_page_do_not_disturb_each_other(seen: Visit, shown: Locator) -> None:
    others = seen.page.locator(".portlab-header")
    field(others.nth(1), "Source Port").click()
    field(shown, "Window").click()
    assert lit_fields(others.nth(1)) == ["Source Port"]
    assert lit_fields(others.nth(2)) == []
    assert lit_fields(shown) == ["Window"]


def test_a_cell_run_again_leaves_no_old_widget(seen: Visit) -> None:
    seen.run_all()
    expect(seen.page.locator(".portlab-header")).to_have_count(3)


def test_in_the_dark_theme(seen: Visit, shown: Locator) -> None:
    seen.dark()
    field(shown, "SYN").click()
    seen.keep("header-dark")
    ground = shown.evaluate("one => getComputedStyle(one.closest('.portlab')).backgroundColor")
    assert max(int(part) for part in ground.strip("rgb()").split(", ")[:3]) < 60


# ---- on a page of its own ------------------------------------------------------------------------

SHOWN = {
    "syn": header(stories.handshake()[0], trace=stories.handshake()),
    "icmp": header(stories.udp_refused(True)[1]),
    "pair": header(stories.handshake()[0], stories.udp_refused()[0]),
    "wrong": header(
        Packet.build("10.0.0.1", "10.0.0.2", UdpDatagram(1, 2, b"x" * 700, checksum=9))
    ),
    "cut": header(stories.handshake()[0].packet.raw[:26]),
}


def alone(chromium: Browser, shown: Header, width: int, *, dark: bool = False) -> Page:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.set_content(
        f"""<!doctype html><html lang="en"><title>Headers</title>
        <body data-jp-theme-light="{str(not dark).lower()}"
            style="margin: 8px; background: {"#111111" if dark else "#ffffff"}">
        <style>{css("base.css", "header.css")}</style><main></main>
        <script type="module">{esm("header.js")}
        const main = document.querySelector("main");
        main.className = "portlab portlab-headers";
        for (const data of {json.dumps([data(one) for one in shown.headers])})
          main.append(headerView(data));
        </script>"""
    )
    page.wait_for_selector(".portlab-header-value, .portlab-header-plain button")
    return page


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize(
    ("width", "dark"), [(220, False), (320, False), (700, True), (1300, False)]
)
def test_nothing_is_cut_off_and_axe_finds_no_fault(
    chromium: Browser, name: str, width: int, dark: bool
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = alone(chromium, SHOWN[name], width, dark=dark)
    try:
        page.locator("[data-field]").first.focus()
        page.screenshot(path=ARTIFACTS / f"header-{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        cut = page.locator(".portlab-header-field span").evaluate_all(
            "all => all.filter((one) => one.scrollWidth > one.closest('button').clientWidth + 1)"
            ".map((one) => one.textContent)"
        )
        assert cut == []
        found = Axe().run(page, ".portlab")
        assert found.violations_count == 0, found.generate_report()
    finally:
        page.close()


def test_the_meaning_stands_beside_its_row_or_below_its_header(chromium: Browser) -> None:
    page = alone(chromium, SHOWN["icmp"], 1000)
    shown = page.locator(".portlab-header")

    def box(of: Locator) -> dict[str, float]:
        found = of.bounding_box()
        assert found is not None
        return {**found, "bottom": found["y"] + found["height"]}

    try:
        for name in ("Hop Limit", "Type"):
            field(shown, name).hover()
            row, said = box(field(shown, name)), box(meaning(shown))
            assert said["x"] > row["x"] + row["width"]
            assert said["y"] <= row["bottom"]
            assert said["bottom"] >= row["y"]
        page.set_viewport_size({"width": 400, "height": 900})
        page.wait_for_function(
            "document.querySelectorAll('.portlab-header-offset')[1].textContent === '2'"
        )
        field(shown, "Type").click()
        expect(meaning(shown)).to_contain_text("destination unreachable")
        header_box = box(shown.get_by_role("group", name="ICMPv6 header, 8 bytes", exact=True))
        quoted = box(shown.get_by_role("group", name="Quoted IPv6 header, 40 bytes"))
        before = box(meaning(shown))
        assert header_box["bottom"] <= before["y"] < quoted["y"]
        field(shown, "Next Header").hover()  # moves nothing under the pointer
        expect(meaning(shown)).to_contain_text("58, ICMPv6")
        assert box(meaning(shown))["y"] == before["y"]
    finally:
        page.close()


def test_rows_have_16_bits_where_the_page_is_narrow(chromium: Browser) -> None:
    page = alone(chromium, SHOWN["syn"], 1000)
    try:
        source = field(page.locator(".portlab-header"), "Source Port")
        target = field(page.locator(".portlab-header"), "Destination Port")

        def tops() -> list[float]:
            return [
                one.evaluate("it => it.getBoundingClientRect().top") for one in (source, target)
            ]

        assert tops()[0] == tops()[1]
        source.focus()
        page.set_viewport_size({"width": 320, "height": 900})
        page.wait_for_function(
            "document.querySelectorAll('.portlab-header-offset')[1].textContent === '2'"
        )
        assert tops()[0] < tops()[1]
        expect(source).to_be_focused()
    finally:
        page.close()
