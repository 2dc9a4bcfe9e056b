"""What the page shows of both hosts' TCP is what they said, at every moment of a ladder.

The panel stands on a page of its own here, and once in JupyterLab, whose styles are not to disturb
it. The ladder that moves it has tests of its own.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from portlab import Lab, drop, run
from portlab.trace.trace import Trace
from portlab.views import state_map
from portlab.views.ladder import layout
from portlab.views.page.module import css, esm
from portlab.views.page.scene import as_scene, encoded
from tests.course.running import running_lab
from tests.network.story import connected
from tests.requires import needs
from tests.views import stories

needs("browser")

from playwright.sync_api import Browser, Locator, Page, expect  # noqa: E402

from tests.browser.visit import ARTIFACTS, notebook, visit  # noqa: E402

SECOND = 1_000_000
TIMERS = {
    "retransmission": "Retransmission",
    "persist": "Persist",
    "override": "Override",
    "delayed ACK": "Delayed ACK",
    "TIME-WAIT": "TIME-WAIT",
}


def handshake(lab: Lab) -> None:
    connected(*lab.hosts("server", "client"))


def transfer(lab: Lab) -> None:
    one, other = connected(*lab.hosts("server", "client"))
    one.send(bytes(20_000))
    one.shutdown()
    other.receive_all()
    other.close()
    lab.run(1)


def closed_window(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.config = replace(server.config, receive_buffer=4000)
    one, other = connected(server, client)
    one.send(bytes(6000))
    lab.run(4)
    other.receive()
    lab.run(1)


def refused(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    client.connect(server, 80)


@contextmanager
def panel(
    chromium: Browser, trace: Trace, *, relative: bool = True, dark: bool = False, width: int = 1000
) -> Iterator[Page]:
    scene = encoded(as_scene([(trace, layout(trace, relative=relative))]))
    page = chromium.new_page(viewport={"width": width, "height": 800})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_content(
        f"""<!doctype html><html lang="en"><title>Panel</title>
        <body data-jp-theme-light="{str(not dark).lower()}"
            style="margin: 8px; background: {"#111111" if dark else "#ffffff"}">
        <style>{css("base.css", "panel.css")}</style><main class="portlab"></main>
        <script type="module">{esm("panel.js")}
        const bytes = Uint8Array.from(atob("{b64encode(scene).decode()}"), (c) => c.charCodeAt(0));
        const scene = await readScene(bytes);
        window.panel = hostPanel(
          {json.dumps(state_map.as_data())}, scene.ladders[0].conversations[0]);
        document.querySelector("main").append(window.panel.node);
        </script>"""
    )
    page.wait_for_function("window.panel")
    try:
        yield page
        assert problems == []
    finally:
        page.close()


def show(page: Page, time: int) -> None:
    page.evaluate("time => window.panel.show(time)", time)


def host(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name)


def said(page: Page, name: str) -> dict[str, str]:
    """The description lists of a host, as a screen reader finds them; empty if there are none."""
    found: dict[str, str] = {}
    for pair in host(page, name).locator("dl:visible > div").all():
        found[pair.locator("dt").inner_text()] = pair.locator("dd").inner_text()
    return found


def written(number: int | None) -> str:
    return "not known yet" if number is None else f"{number:,}"


def keep(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"panel-{name}.png", full_page=True)


STORIES: dict[str, Callable[[], Trace]] = {
    "handshake": lambda: run(handshake, seed=1),
    "loss": lambda: run(transfer, seed=1, faults=[drop(5), drop(8)]),
    "closed-window": lambda: run(closed_window, seed=1),
}


@pytest.mark.parametrize("relative", [True, False], ids=["relative", "raw"])
@pytest.mark.parametrize("story", STORIES)
def test_the_numbers_shown_are_those_that_the_hosts_said(
    chromium: Browser, story: str, relative: bool
) -> None:
    trace = STORIES[story]()
    zero = trace[0].time
    ends = layout(trace).conversations[0].rows[-1].time
    # Every moment at which somebody said something, and one just before the next.
    told = [one for one in trace.snapshots if one.time - zero <= ends]
    moments = sorted({one.time - zero for one in told} | {one.time - zero - 1 for one in told[3:]})
    with panel(chromium, trace, relative=relative) as page:
        for time in moments[:: max(len(moments) // 25, 1)]:
            show(page, time)
            for name in ("client", "server"):
                mine = [one for one in told if one.host == name and one.time - zero <= time]
                if not mine:
                    assert said(page, name) == {}
                    expect(host(page, name)).to_contain_text("LISTEN")
                    expect(host(page, name)).to_contain_text("No numbers yet")
                    continue
                last = mine[-1]
                irs, rcv_nxt = last.irs, last.rcv_nxt
                if relative:
                    last = replace(
                        last,
                        snd_una=(last.snd_una - last.iss) % 2**32,
                        snd_nxt=(last.snd_nxt - last.iss) % 2**32,
                    )
                    if irs is not None and rcv_nxt is not None:
                        rcv_nxt = (rcv_nxt - irs) % 2**32
                if last.state == "CLOSED":
                    assert said(page, name) == {}
                    continue
                assert said(page, name) == {
                    "SND.UNA": written(last.snd_una),
                    "SND.NXT": written(last.snd_nxt),
                    "SND.WND": written(last.snd_wnd),
                    "RCV.NXT": written(rcv_nxt),
                    "RCV.WND": written(last.rcv_wnd),
                }, (name, time)
                expect(host(page, name).locator(".portlab-host-state")).to_have_text(last.state)
                running = host(page, name).locator(".portlab-timers strong").all_inner_texts()
                assert running == [TIMERS[timer] for timer, _ in last.timers]


def test_time_left_and_the_peers_window_in_words(chromium: Browser) -> None:
    with panel(chromium, STORIES["closed-window"]()) as page:
        show(page, 0)
        expect(host(page, "client")).to_contain_text("sends again in 1 s")
        show(page, 2_500)
        expect(host(page, "client")).to_contain_text("sends again in 997.5 ms")
        show(page, 1 * SECOND)  # the window closed at 0.77 s: the first probe leaves at 1.77 s
        expect(host(page, "client")).to_contain_text("probes the closed window in 770 ms")
        expect(host(page, "client")).to_contain_text("The peer's window is closed.")
        expect(host(page, "server")).to_contain_text("No timer runs.")
        bar = host(page, "client").locator(".portlab-timer-bar span")
        assert bar.evaluate("bar => bar.style.width") == "77%"
        keep(page, "closed-window")


def test_the_line_shows_each_part_and_where_the_numbers_stand(chromium: Browser) -> None:
    with panel(chromium, run(transfer, seed=1)) as page:
        show(page, 30_000)  # a burst is in flight
        numbers = said(page, "client")
        flying = int(numbers["SND.NXT"].replace(",", "")) - int(numbers["SND.UNA"])
        free = int(numbers["SND.WND"].replace(",", "")) - flying
        assert flying > 0 < free
        expect(host(page, "client")).to_contain_text(
            f"In flight: {flying:,} bytes. May still send: {free:,} bytes."
        )
        line = host(page, "client").locator(".portlab-sequence").first
        drawn = line.locator("text").all_text_contents()
        assert drawn == [
            "acknowledged", "in flight", f"{flying:,} B", "may send", f"{free:,} B", "must wait",
            "UNA", "NXT", "UNA+WND",
        ]  # fmt: skip
        parts = line.locator(".portlab-part").evaluate_all(
            "parts => parts.map((part) => part.getBoundingClientRect().left)"
        )
        ticks = line.locator(".portlab-place").evaluate_all(
            "ticks => ticks.map((tick) => tick.getBoundingClientRect().left)"
        )
        assert ticks == pytest.approx(parts[1:], abs=2)
        assert line.get_attribute("aria-hidden") == "true"
        keep(page, "in-flight")


def test_a_probe_lies_beyond_the_closed_window(chromium: Browser) -> None:
    with panel(chromium, STORIES["closed-window"]()) as page:
        show(page, 2 * SECOND)
        names = (
            host(page, "client").locator(".portlab-sequence").first.locator(".portlab-place-name")
        )
        assert names.all_text_contents() == ["UNA = UNA+WND", "NXT"]


def lit(page: Page) -> list[str]:
    return page.locator(".portlab-state.portlab-here").all_text_contents()


def test_the_map_is_lit_where_each_host_stands(chromium: Browser) -> None:
    with panel(chromium, STORIES["handshake"]()) as page:
        picture = page.get_by_role("img")
        show(page, 0)
        assert sorted(lit(page)) == ["LISTEN", "SYN-SENT"]
        expect(picture).to_have_accessible_name(
            "TCP's states: client is in SYN-SENT, server is in LISTEN."
        )
        moved = page.locator(".portlab-move.portlab-here")
        assert moved.count() == 1
        show(page, 30_000)
        assert lit(page) == ["ESTABLISHED"]
        assert moved.count() == 2  # one host was called and the other called
        # Told apart without colour: a letter and a shape, and the dash of the line.
        badges = page.locator(".portlab-states .portlab-badge")
        assert badges.locator("text").all_text_contents() == ["C", "S"]
        assert badges.nth(0).locator("circle").count() == badges.nth(1).locator("rect").count() == 1
        dashes = moved.evaluate_all(
            """moves => moves.map(
              (one) => getComputedStyle(one.querySelector("path")).strokeDasharray)"""
        )
        assert dashes[0] != dashes[1]
        expect(host(page, "client")).to_contain_text("SYN-SENT → ESTABLISHED on rcv SYN,ACK.")
        expect(host(page, "client")).to_contain_text("RFC 9293 3.10.7.3")
        show(page, 0)  # and back
        assert sorted(lit(page)) == ["LISTEN", "SYN-SENT"]


def test_a_call_that_is_refused(chromium: Browser) -> None:
    with panel(chromium, run(refused, seed=1)) as page:
        show(page, 20_000)
        assert lit(page) == ["CLOSED"]
        expect(host(page, "client")).to_contain_text("its numbers and its timers are gone")
        expect(host(page, "server")).to_contain_text("No TCP here keeps this conversation")


def test_a_connection_that_ends_suddenly_is_lit_where_connections_end(chromium: Browser) -> None:
    def aborted(lab: Lab) -> None:
        one, _ = connected(*lab.hosts("server", "client"))
        one.abort()
        lab.run(1)

    with panel(chromium, run(aborted, seed=1)) as page:
        show(page, SECOND)
        states = page.locator(".portlab-state")
        assert states.count() == len(state_map.boxes())
        assert "portlab-here" in (states.last.get_attribute("class") or "")
        assert lit(page) == ["CLOSED"]
        assert page.locator(".portlab-move.portlab-here").count() == 2
        keep(page, "aborted")


def test_it_says_where_nobody_can_know(chromium: Browser) -> None:
    for trace, sentence in (
        (stories.from_file(), "nobody can see from here"),
        (stories.loopback(), "nobody can see from here"),
    ):
        with panel(chromium, trace) as page:
            show(page, 0)
            expect(page.locator(".portlab-panel")).to_contain_text(sentence)
            assert page.locator(".portlab-panel > *").count() == 1


def test_it_says_nothing_where_there_is_no_tcp(chromium: Browser) -> None:
    with panel(chromium, stories.udp_refused()) as page:
        show(page, 0)
        expect(page.locator(".portlab-panel")).to_be_hidden()
        assert page.locator("main").inner_text() == ""


def test_states_alone_are_shown_where_only_they_are_known(chromium: Browser) -> None:
    with panel(chromium, stories.closed()) as page:
        show(page, 60_000)
        assert sorted(lit(page)) == ["LAST-ACK", "TIME-WAIT"]
        assert said(page, "client") == {}
        expect(page.locator(".portlab-panel")).to_contain_text("Only the states are known here.")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 600, 1000])
def test_nothing_is_cut_off_and_axe_finds_no_fault(
    chromium: Browser, dark: bool, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with panel(chromium, STORIES["loss"](), dark=dark, width=width, relative=width != 320) as page:
        show(page, 41_000)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        outside = page.evaluate(
            """() => [...document.querySelectorAll(".portlab *")].filter((node) => {
              const { left, right, width } = node.getBoundingClientRect();
              return width && !node.closest(".portlab-spoken")
                && (left < -1 || right > window.innerWidth + 1);
            }).map((node) => node.outerHTML)"""
        )
        assert outside == []
        found = Axe().run(page, ".portlab")
        assert [one["id"] for one in found.response["violations"]] == []
        keep(page, f"{width}-{'dark' if dark else 'light'}")


def test_going_to_and_fro_leaves_no_nodes_behind(chromium: Browser) -> None:
    with panel(chromium, STORIES["loss"]()) as page:
        show(page, 40_000)
        before: Any = page.evaluate("document.querySelectorAll('*').length")
        for time in (0, 90_000, SECOND, 40_000):
            show(page, time)
        assert page.evaluate("document.querySelectorAll('*').length") == before


IN_A_CELL = """
from portlab import ladder, run
def hello(lab):
    server, client = lab.hosts("server", "client")
    listener = server.listen(80)
    connection = client.connect(server, 80)
    connection.send(bytes(5000))
ladder(run(hello, seed=1))
"""


def test_jupyterlabs_own_styles_leave_it_as_it_is(chromium: Browser, tmp_path: Path) -> None:
    file = notebook(tmp_path, "99-panel.ipynb", IN_A_CELL)
    with running_lab(tmp_path, "--port", "0") as lab, visit(chromium, lab) as seen:
        seen.open(file.name)
        seen.run_all()
        page = seen.page
        host(page, "client").scroll_into_view_if_needed()
        expect(host(page, "client")).to_contain_text("ESTABLISHED")
        assert said(page, "client") == {
            "SND.UNA": "5,001",
            "SND.NXT": "5,001",
            "SND.WND": "257,144",
            "RCV.NXT": "1",
            "RCV.WND": "262,144",
        }
        heights = page.locator(".portlab-inside :is(dt, dd)").evaluate_all(
            "nodes => nodes.map((node) => node.getBoundingClientRect().height)"
        )
        assert max(heights) < 30  # one line each
        ticks = page.locator(".portlab-place").evaluate_all(
            "nodes => nodes.map((node) => getComputedStyle(node).strokeWidth)"
        )
        assert set(ticks) == {"2px"}
        seen.keep("panel-in-jupyterlab")
