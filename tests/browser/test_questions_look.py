"""How predictions and questions look: at every width, in both themes, in every state.

Each stands on a page of its own, where a stand-in for the kernel holds its state; what they do is
tried in JupyterLab itself.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from portlab.quiz import bank
from portlab.quiz.prediction import Prediction
from portlab.quiz.question import ManyChoices, Question
from portlab.quiz.session import Session
from portlab.quiz.widget import PAGE
from portlab.views.page.module import css, esm
from tests.quiz.answers import right, wrong
from tests.quiz.kinds import FILL, MATCH, ORDER, made
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Page, expect  # noqa: E402

from tests.browser.visit import ARTIFACTS  # noqa: E402


def a_session() -> Session:
    """One question of each kind."""
    asked: dict[type, Question] = {}
    with tempfile.TemporaryDirectory() as folder:
        parted = [made(Path(folder), text) for text in (MATCH, ORDER, FILL)]
    for question in (*bank.lesson("01"), *bank.lesson("05"), *parted):
        asked.setdefault(type(question), question)
    there = list(asked.values())
    return Session("Closing questions", there, "", "Run `questions()` again.", tries=2)


def states() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, page file and state of everything that there is to see."""
    prediction = Prediction("05.x", "What follows on `drop(1)`?", ("a SYN", "silence " * 12, 3))
    yield "prediction", "predict.js", prediction.state()
    prediction.lock(1)
    yield "prediction-locked", "predict.js", prediction.state()
    session = a_session()
    for number, question in enumerate(session.questions):
        yield f"{question.kind}-asked", "questions.js", session.state()
        good = number % 2 == 0 or isinstance(question, ManyChoices)
        if not good:
            session.hear({"do": "answer", "answer": wrong(question)})
            yield f"{question.kind}-hint", "questions.js", session.state()
        session.hear({"do": "answer", "answer": right(question) if good else wrong(question)})
        yield f"{question.kind}-answered", "questions.js", session.state()
        session.hear({"do": "next"})
    yield "tally", "questions.js", session.state()
    exam = Session("An exam", session.questions, "", "", exam=True, seconds=90)
    yield "exam", "questions.js", exam.state()
    for _ in exam.questions:
        exam.hear({"do": "leave"})
    yield "exam-over", "questions.js", exam.state()


@contextmanager
def alone(
    chromium: Browser,
    file: str,
    state: dict[str, Any],
    *,
    dark: bool,
    width: int,
    still: bool = False,
) -> Iterator[Page]:
    """A page with this widget alone; on a `still` one, time passes only as the test lets it."""
    page = chromium.new_page(viewport={"width": width, "height": 700})
    if still:
        page.clock.install(time=0)
        page.clock.pause_at(1000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    render = {"predict.js": "renderPrediction", "questions.js": "renderQuestions"}[file]
    page.set_content(
        f"""<!doctype html><html lang="en"><title>Questions</title>
        <body data-jp-theme-light="{str(not dark).lower()}"
            style="margin: 8px; background: {"#111111" if dark else "#ffffff"}">
        <style>{css("base.css", PAGE / "quiz.css")}</style><main></main>
        <script type="module">{esm(PAGE / file)}
        let state = {json.dumps(state)};
        const heard = {{}};
        window.sent = [];
        const model = {{
          get: () => state,
          on: (what, call) => (heard[what] = call),
          off() {{}},
          send: (it) => sent.push(it),
        }};
        window.answer = (next, problem) => {{
          state = next;
          heard["change:state"]();
          heard["msg:custom"]({{ answer: sent.at(-1).ask, problem }});
        }};
        window.end = {render}({{ model, el: document.querySelector("main") }});
        </script>"""
    )
    page.wait_for_function("() => Boolean(window.end)")
    try:
        yield page
        assert problems == []
    finally:
        page.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 900])
def test_nothing_is_cut_off_and_axe_finds_no_fault(
    chromium: Browser, dark: bool, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    ARTIFACTS.mkdir(exist_ok=True)
    for name, file, state in states():
        with alone(chromium, file, state, dark=dark, width=width) as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            outside = page.evaluate(
                """() => [...document.querySelectorAll(".portlab *")].filter((node) => {
                  const { left, right } = node.getBoundingClientRect();
                  return left < -1 || right > window.innerWidth + 1;
                }).map((node) => node.outerHTML)"""
            )
            assert outside == [], name
            unguarded = page.locator(
                ":is(input, select, button, a, [tabindex]):not([data-lm-suppress-shortcuts='true'])"
            )
            assert unguarded.count() == 0, name
            found = Axe().run(page, ".portlab")
            assert [fault["id"] for fault in found.response["violations"]] == [], name
            theme = "dark" if dark else "light"
            shot = f"question-{name.replace(' ', '-')}-{width}-{theme}.png"
            page.screenshot(path=ARTIFACTS / shot, full_page=True)


def test_a_view_that_ends_leaves_nothing(chromium: Browser) -> None:
    for _, file, state in states():
        with alone(chromium, file, state, dark=False, width=900) as page:
            page.evaluate("() => window.end()")
            assert page.locator(".portlab").count() == 0


PARTED = {"match": MATCH, "order": ORDER, "fill the fields": FILL}


@contextmanager
def asking(chromium: Browser, kind: str, folder: Path) -> Iterator[tuple[Page, Question]]:
    question = made(folder, PARTED[kind])
    session = Session("A try", [question], "", "")
    with alone(chromium, "questions.js", session.state(), dark=False, width=900) as page:
        yield page, question


def sent(page: Page) -> list[Any]:
    """What the page has said to Python, answers alone."""
    return [message["answer"] for message in page.evaluate("sent") if message["do"] == "answer"]


@pytest.mark.parametrize("kind", PARTED)
def test_several_parts_by_keyboard_alone(chromium: Browser, kind: str, tmp_path: Path) -> None:
    with asking(chromium, kind, tmp_path) as (page, question):
        press, wanted = page.keyboard.press, right(question)
        press("Tab")
        if kind == "order":
            order = list(range(len(wanted)))
            for place, number in enumerate(wanted):
                words = question.offered[number]  # type: ignore[attr-defined]
                page.get_by_role("button", name=f"Move {words} up", exact=True).focus()
                for left in range(order.index(number), place, -1):
                    press("Enter")
                    expect(page.get_by_role("status")).to_have_text(
                        f"{words} is now {left} of {len(order)}."
                    )
                order.remove(number)
                order.insert(place, number)
            page.get_by_role("button", name="Answer").focus()
        else:
            if kind == "fill the fields":
                press("Tab")  # past what is shown
            for value in wanted:
                if kind == "match":
                    for _ in range(int(value) + 1):
                        press("ArrowDown")
                else:
                    page.keyboard.type(str(value))
                press("Tab")
        expect(page.get_by_role("button", name="Answer")).to_be_focused()
        press("Enter")
        assert sent(page) == [wanted]


@pytest.mark.parametrize("kind", ["match", "order"])
def test_what_can_be_dragged_is_dragged(chromium: Browser, kind: str, tmp_path: Path) -> None:
    with asking(chromium, kind, tmp_path) as (page, question):
        offered = question.offered  # type: ignore[attr-defined]
        if kind == "match":
            for row, number in enumerate(right(question)):
                chip = page.locator(".portlab-token").nth(int(number))
                chip.drag_to(page.locator(".portlab-pair").nth(row))
        else:
            for place, item in enumerate(question.items):  # type: ignore[attr-defined]
                lines = page.locator(".portlab-order > li > span")
                at = lines.all_inner_texts().index(item)
                if at != place:
                    lines.nth(at).drag_to(lines.nth(place))
        assert len(offered) > 2
        page.get_by_role("button", name="Answer").click()
        assert sent(page) == [right(question)]


@pytest.mark.parametrize("kind", ["match", "fill the fields"])
def test_what_is_left_open_is_asked_for(chromium: Browser, kind: str, tmp_path: Path) -> None:
    with asking(chromium, kind, tmp_path) as (page, _):
        page.get_by_role("button", name="Answer").click()
        expect(page.get_by_role("status")).to_have_text("One for each, please. A guess is welcome.")
        assert sent(page) == []


def test_an_option_has_no_backticks_for_it_can_show_no_code(
    chromium: Browser, tmp_path: Path
) -> None:
    question = made(tmp_path, MATCH.replace("right: opens", "right: '`connect` opens'"))
    state = Session("A try", [question], "", "").state()
    with alone(chromium, "questions.js", state, dark=False, width=900) as page:
        options = page.locator("select").first.locator("option").all_inner_texts()
        assert "connect opens" in options
        assert "`" not in "".join(options)
        assert page.locator(".portlab-token code").inner_text() == "connect"
