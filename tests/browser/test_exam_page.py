"""An exam on a page of its own, with a clock that the test moves: what its last seconds do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from portlab.errors import QuizError
from portlab.quiz import bank
from portlab.quiz.question import Number
from portlab.quiz.session import Session
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Page, expect  # noqa: E402

from tests.browser.test_questions_look import alone  # noqa: E402

NUMBER = next(one for one in bank.lesson("05") if isinstance(one, Number))


class Clock:
    """Python's, which counts whole seconds."""

    now = 1000

    def __call__(self) -> int:
        return self.now


@contextmanager
def exam(chromium: Browser, seconds: int) -> Iterator[tuple[Page, Session, Clock]]:
    clock = Clock()
    session = Session("An exam", [NUMBER], "", "", exam=True, seconds=seconds, clock=clock)
    state = session.state()
    with alone(chromium, "questions.js", state, dark=False, width=900, still=True) as page:
        yield page, session, clock


def asked(page: Page) -> list[Any]:
    return [message["do"] for message in page.evaluate("sent")]


def left(page: Page) -> str:
    return page.locator(".portlab-left").inner_text()


def test_the_page_does_not_ask_before_the_time_is_up(chromium: Browser) -> None:
    with exam(chromium, 90) as (page, session, clock):
        assert left(page) == "2 minutes left"
        page.clock.run_for(89_000)
        assert left(page) == "1 second left"
        assert asked(page) == []
        page.clock.run_for(1_000)
        assert asked(page) == ["time"]
        clock.now += 90
        page.evaluate("answer", session.state())
        expect(page.get_by_role("heading")).to_contain_text("An exam: 0 of 1 right")


def test_where_python_has_time_left_the_clock_goes_on(chromium: Browser) -> None:
    with exam(chromium, 90) as (page, session, clock):
        page.clock.run_for(90_000)
        clock.now += 88
        page.evaluate("answer", session.state())
        assert left(page) == "2 seconds left"
        page.clock.run_for(2_000)
        assert asked(page) == ["time", "time"]


def test_what_was_typed_stays_where_it_is_no_answer(chromium: Browser) -> None:
    with exam(chromium, 90) as (page, session, clock):
        field = page.get_by_role("textbox")
        field.fill("about 1o01")
        field.press("Enter")
        clock.now += 29
        with pytest.raises(QuizError) as no_number:
            session.hear({"do": "answer", "answer": "about 1o01"})
        page.evaluate("([state, problem]) => answer(state, problem)",
                      [session.state(), str(no_number.value)])  # fmt: skip
        expect(page.get_by_role("status")).to_have_text(str(no_number.value))
        expect(field).to_have_value("about 1o01")
        expect(field).to_be_focused()
        page.clock.run_for(1_000)
        assert left(page) == "60 seconds left"  # by Python's clock, not by the page's
