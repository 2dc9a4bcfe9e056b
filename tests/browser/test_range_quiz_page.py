"""The port-range quiz in the page: asked, answered, and where the numbers lie on the port map.

How it looks is tried on a page of its own, where a stand-in for the kernel holds its state; what it
does, by keys alone, in JupyterLab itself.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from portlab.quiz.question import Number, OneChoice
from portlab.quiz.range_quiz import RangeSession
from portlab.quiz.range_skills import on_the_map
from portlab.quiz.widget import PAGE
from portlab.views.page.module import css, esm
from portlab.views.ports.data import encoded
from portlab.views.ports.layout import layout
from tests.quiz.answers import right, wrong
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Page, expect  # noqa: E402

from tests.browser.cells import cell, focused, opened, run, steals_no_key  # noqa: E402
from tests.browser.test_questions_page import give  # noqa: E402
from tests.browser.visit import ARTIFACTS  # noqa: E402

CODE = "from portlab import port_range_quiz\nport_range_quiz(count=3, seed=2)"
PORTS = encoded(layout())


def session(count: int = 3) -> RangeSession:
    return RangeSession("port_range_quiz()", "Run it again.", at_most=count, seed=2)


@contextmanager
def alone(chromium: Browser, states: list[Any], *, dark: bool, width: int) -> Iterator[Page]:
    """The page with the first of `states`; `window.next()` gives it the one after."""
    page = chromium.new_page(viewport={"width": width, "height": 900})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_content(
        f"""<!doctype html><html lang="en"><title>Port ranges</title>
        <body data-jp-theme-light="{str(not dark).lower()}"
            style="margin: 8px; background: {"#111111" if dark else "#ffffff"}">
        <style>{css("base.css", "ports.css", PAGE / "quiz.css")}</style><main></main>
        <script type="module">{esm(PAGE / "ranges.js")}
        const states = {json.dumps(states)};
        const ports = Uint8Array.from(atob("{b64encode(PORTS).decode()}"), (c) => c.charCodeAt(0));
        let changed = () => {{}};
        const model = {{
          get: (name) => (name === "ports" ? new DataView(ports.buffer) : states[0]),
          on: (_, does) => {{ changed = does; }}, off() {{}}, send() {{}},
        }};
        window.next = () => {{ states.shift(); changed(); }};
        window.end = renderRanges({{ model, el: document.querySelector("main") }});
        </script>"""
    )
    page.wait_for_function("() => Boolean(window.end)")
    try:
        yield page
        assert problems == []
    finally:
        page.close()


def states() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every question that a learner is asked who knows nothing, before and after the answer."""
    asking = session(6)
    while not asking.over:
        question = asking.questions[-1]
        name = f"{len(asking.questions)}-{question.id.split('-')[1]}"
        yield f"{name}-asked", asking.state()
        for _ in range(2):
            asking.hear({"do": "answer", "answer": wrong(question)})
        yield f"{name}-answered", asking.state()
        asking.hear({"do": "next"})
    yield "tally", asking.state()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 900])
def test_nothing_is_cut_off_and_axe_finds_no_fault(
    chromium: Browser, dark: bool, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    ARTIFACTS.mkdir(exist_ok=True)
    for name, state in states():
        with alone(chromium, [state], dark=dark, width=width) as page:
            expect(page.get_by_role("grid")).to_have_count(int(bool(state.get("map"))))
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            unguarded = page.locator(
                ":is(input, select, button, a, summary, [tabindex])"
                ":not([data-lm-suppress-shortcuts='true'])"
            )
            assert unguarded.count() == 0, name
            found = Axe().run(page, ".portlab")
            assert [fault["id"] for fault in found.response["violations"]] == [], name
            theme = "dark" if dark else "light"
            page.screenshot(path=ARTIFACTS / f"ranges-{name}-{width}-{theme}.png", full_page=True)


def test_the_map_marks_the_very_numbers_and_says_the_same_in_words(chromium: Browser) -> None:
    asking = session(8)
    while not asking.over:
        question = asking.questions[-1]
        before = asking.state()
        asking.hear({"do": "answer", "answer": right(question)})
        asking_after = asking.state()
        laid = on_the_map(question)
        with alone(chromium, [before, asking_after], dark=False, width=900) as page:
            expect(page.get_by_role("group").first).to_contain_text(re.compile("Question . of"))
            expect(page.get_by_role("grid")).to_have_count(0)
            page.evaluate("next()")
            legend = page.get_by_role("region", name="Legend")
            said = page.locator(".portlab-status li")
            expect(said).to_have_count(sum(map(len, laid.values())))
            for name, ports in laid.items():
                expect(legend.get_by_role("button", name=f"{name}: ")).to_be_visible()
                for port in ports:
                    home = "system" if port < 1024 else "user" if port < 49152 else "dynamic"
                    expect(
                        said.get_by_text(f"{name}: {port}, one of the {home} ports")
                    ).to_have_count(1)
            first = min(next(iter(laid.values())))
            expect(page.get_by_role("gridcell")).to_have_attribute("data-port", str(first))
            row, column = divmod(first, 256)
            chosen = page.get_by_role("gridcell").bounding_box()
            square = page.get_by_role("grid").bounding_box()
            assert chosen
            assert square
            assert abs(chosen["x"] + chosen["width"] / 2 - square["x"]
                       - (column + 0.5) * square["width"] / 256) < 2  # fmt: skip
            assert abs(chosen["y"] + chosen["height"] / 2 - square["y"]
                       - (row + 0.5) * square["height"] / 256) < 2  # fmt: skip
        asking.hear({"do": "next"})


def test_a_view_that_ends_leaves_nothing(chromium: Browser) -> None:
    shown = dict(states())
    for state in (shown["1-range-asked"], shown["1-range-answered"]):
        with alone(chromium, [state], dark=False, width=900) as page:
            page.evaluate("() => window.end()")
            assert page.locator(".portlab").count() == 0


def test_by_keys_alone_in_jupyterlab(chromium: Browser, tmp_path: Path) -> None:
    """One right, one wrong twice, one right: the map, and what the tally says."""
    asking = session()
    with opened(chromium, tmp_path, CODE) as seen:
        run(seen, 0)
        widget = cell(seen, 0).locator(".portlab-questions")
        status = widget.locator(".portlab-status")
        widget.locator("input").first.focus()
        for number, well in enumerate((True, False, True), 1):
            question = asking.questions[number - 1]
            expect(widget.get_by_role("group").first).to_contain_text(
                f"Question {number} of at most 3"
            )
            expect(widget.get_by_role("grid")).to_have_count(0)
            if isinstance(question, OneChoice):
                steals_no_key(seen)
            answer = right(question) if well else wrong(question)
            give(seen, widget, answer)
            if not well:
                expect(status).to_contain_text("Not yet. Try once more.")
                give(seen, widget, answer)
                asking.answer(number, said(question, answer))
            asking.answer(number, said(question, answer))
            expect(status).to_contain_text("✔ Right." if well else "✘ Not right.")
            numbers = {port for ports in on_the_map(question).values() for port in ports}
            for port in numbers:
                expect(status).to_contain_text(f": {port}, one of the")
            following = "Next question" if number < 3 else "See how it went"
            forward = widget.get_by_role("button", name=following)
            expect(forward).to_be_focused()
            seen.keep(f"ranges-in-jupyterlab-{number}")
            if number == 1:
                widget.get_by_role("grid").focus()
                chosen = widget.get_by_role("gridcell")
                before = int(chosen.get_attribute("data-port") or 0)
                seen.page.keyboard.press("ArrowRight")
                expect(chosen).to_have_attribute("data-port", str(min(before + 1, 65535)))
                cells = seen.cells()
                for key in ("b", "d", "d", "x", "n", "p", "/"):
                    seen.page.keyboard.press(key)
                expect(widget.get_by_role("grid")).to_be_focused()
                assert seen.cells() == cells
                forward.focus()
            steals_no_key(seen)
            seen.page.keyboard.press("Enter")
        heading = widget.get_by_role("heading")
        expect(heading).to_be_focused()
        expect(heading).to_contain_text("2 of 3 right")
        expect(widget).to_contain_text(asking.summary())
        expect(widget.get_by_role("grid")).to_have_count(0)
        expect(focused(seen)).to_have_count(1)


def said(question: Any, answer: Any) -> Any:
    """As it is typed."""
    return answer if isinstance(question, Number) else question.choices[answer[0]].text
