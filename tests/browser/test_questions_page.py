"""Predictions and closing questions in JupyterLab, by mouse and by keyboard alone."""

import re
from pathlib import Path

import pytest

from portlab.quiz import bank
from portlab.quiz.closing import draw
from portlab.quiz.question import Number, ShortText
from tests.course.running import running_lab
from tests.quiz.answers import right, wrong
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Locator, expect  # noqa: E402

from tests.browser.cells import cell, kinds_of_cells, opened, run, steals_no_key  # noqa: E402
from tests.browser.visit import Visit, notebook, visit  # noqa: E402

PREDICT = """
from portlab import compare, predict, questions
predict("05.syn-lost", "The SYN is lost, as `drop(1)` does it. Who notices first?",
        ["the client", "the server", "the network"])
"""
COMPARE = 'compare("05.syn-lost", "the client", "Only the client knows that it called.")'
COUNT = """
from portlab.views.page import lifetime
print("alive:", sum(map(len, lifetime._kept.values())))
"""


def test_a_prediction_by_mouse_is_locked_in_and_held_against_the_run(
    chromium: Browser, tmp_path: Path
) -> None:
    with opened(chromium, tmp_path, PREDICT, COMPARE, COUNT) as seen:
        run(seen, 0)
        widget = cell(seen, 0).locator(".portlab-prediction")
        expect(widget.get_by_role("group")).to_have_accessible_name(
            "Predict The SYN is lost, as drop(1) does it. Who notices first?"
        )
        widget.get_by_role("button", name="Lock in").click()
        expect(widget.get_by_role("status")).to_have_text("Choose one first. A guess is welcome.")
        widget.get_by_text("the server").click()
        widget.get_by_role("button", name="Lock in").click()
        expect(widget.get_by_role("status")).to_contain_text('Locked in: "the server".')
        expect(widget.get_by_role("radio", disabled=True)).to_have_count(3)
        expect(widget.get_by_role("button")).to_have_count(0)
        run(seen, 1)
        expect(cell(seen, 1)).to_contain_text("You predicted: the server")
        expect(cell(seen, 1)).to_contain_text("The run shows: the client")
        for _ in range(2):  # again: it stays, and no widget of an earlier run stays alive
            run(seen, 0)
            expect(widget.get_by_role("status")).to_contain_text(
                'Locked in: "the server". It stays'
            )
        expect(widget.get_by_role("radio").nth(1)).to_be_checked()
        run(seen, 2)
        expect(cell(seen, 2)).to_contain_text("alive: 1")
        seen.keep("prediction-locked-in")


def test_a_prediction_by_keyboard_alone(chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, tmp_path, PREDICT, COMPARE) as seen:
        seen.run_all()  # so that it comes late
        widget = cell(seen, 0).locator(".portlab-prediction")
        widget.get_by_role("radio").first.focus()
        steals_no_key(seen)
        expect(widget.get_by_role("radio", checked=True)).to_have_count(0)
        seen.page.keyboard.press("Space")
        seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("ArrowDown")
        expect(widget.get_by_role("radio").nth(2)).to_be_checked()
        seen.page.keyboard.press("Tab")
        expect(widget.get_by_role("button", name="Lock in")).to_be_focused()
        steals_no_key(seen)
        seen.page.keyboard.press("Enter")
        expect(widget.get_by_role("status")).to_contain_text(
            'Locked in: "the network". You locked this in after the run had been shown.'
        )
        expect(widget.get_by_role("status")).to_be_focused()  # not lost to the page
        steals_no_key(seen)
        run(seen, 1)
        expect(cell(seen, 1)).to_contain_text("You predicted: the network (late:")


def give(seen: Visit, widget: Locator, answer: list[int] | str) -> None:
    """Answer with the keyboard; the first field of the question has the focus."""
    press = seen.page.keyboard.press
    if isinstance(answer, str):
        press("End")
        press("Shift+Home")  # over an earlier answer
        seen.page.keyboard.type(answer)
        press("Enter")
        return
    if widget.get_by_role("checkbox").count():
        for number in range(widget.get_by_role("checkbox").count()):
            if number in answer:
                press("Space")
            press("Tab")
    else:
        press("Space")
        for _ in range(answer[0]):
            press("ArrowDown")
        press("Tab")
    expect(widget.get_by_role("button", name="Answer")).to_be_focused()
    press("Enter")


@pytest.mark.parametrize("well", [True, False], ids=["right", "wrong"])
def test_all_questions_of_a_lesson_by_keyboard_alone(
    chromium: Browser, tmp_path: Path, well: bool
) -> None:
    code = 'from portlab import questions\nquestions("00", count=None)'
    asked = bank.lesson("00")
    with opened(chromium, tmp_path, code) as seen:
        run(seen, 0)
        widget = cell(seen, 0).locator(".portlab-questions")
        widget.locator("input").first.focus()
        for number, question in enumerate(asked, 1):
            expect(widget.get_by_role("group")).to_contain_text(
                f"Question {number} of {len(asked)}"
            )
            if not isinstance(question, Number | ShortText):
                steals_no_key(seen)
            page = widget.inner_text()
            assert question.explanation[:40] not in page
            assert "✔" not in page
            before = kinds_of_cells(seen)
            status = widget.get_by_role("status")
            if not well:
                give(seen, widget, wrong(question))
                expect(status).to_contain_text("Not yet. Try once more.")
                assert question.explanation[:40] not in widget.inner_text()
            give(seen, widget, right(question) if well else wrong(question))
            expect(status).to_contain_text("✔ Right." if well else "✘ Not right.")
            expect(status).to_contain_text(f"Reference: {question.reference}")
            forward = "Next question" if number < len(asked) else "See how it went"
            expect(widget.get_by_role("button", name=forward)).to_be_focused()
            steals_no_key(seen)
            assert kinds_of_cells(seen) == before
            if number == 1:
                run_again_and_come_back(seen, widget, forward)
            seen.page.keyboard.press("Enter")
        heading = widget.get_by_role("heading")
        expect(heading).to_be_focused()
        expect(heading).to_contain_text(f"{len(asked) if well else 0} of {len(asked)} right")
        expect(widget.get_by_role("listitem")).to_have_count(0 if well else len(asked))
        seen.keep(f"questions-all-{'right' if well else 'wrong'}")


def run_again_and_come_back(seen: Visit, widget: Locator, forward: str) -> None:
    """Running the cell again in the midst of it loses no answer."""
    run(seen, 0)
    expect(widget).to_have_count(1)
    widget.get_by_role("button", name=forward).focus()


def _raw(data: bytes | str) -> bytes:
    return data if isinstance(data, bytes) else data.encode()


def test_the_key_is_not_on_its_way_to_the_page_before_the_answer(
    chromium: Browser, tmp_path: Path
) -> None:
    """Every frame that the kernel sends is read, as somebody with the browser's tools could."""
    frames: list[bytes] = []
    file = notebook(tmp_path, "99-key.ipynb", 'from portlab import questions\nquestions("00")')
    first = draw(bank.lesson("00"), 6, 1)[0]
    secret = first.explanation[:30].encode()
    with running_lab(tmp_path, "--port", "0") as lab, visit(chromium, lab) as seen:
        seen.page.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda data: frames.append(_raw(data))),
        )
        seen.open(file.name)
        run(seen, 0)
        widget = cell(seen, 0).locator(".portlab-questions")
        expect(widget).to_contain_text(first.prompt[:30])
        assert any(first.prompt[:30].encode() in frame for frame in frames)
        assert not any(secret in frame for frame in frames)
        widget.get_by_role("radio").nth(wrong(first)[0]).check()  # type: ignore[arg-type]
        widget.get_by_role("button", name="Answer").click()
        expect(widget.get_by_role("status")).to_contain_text("Not yet")
        assert not any(secret in frame for frame in frames)
        widget.get_by_role("radio").nth(wrong(first)[0]).check()  # type: ignore[arg-type]
        widget.get_by_role("button", name="Answer").click()
        expect(widget.get_by_role("status")).to_contain_text("Not right")
        assert any(secret in frame for frame in frames)


def test_what_cannot_be_graded_is_said_and_what_was_typed_stays(
    chromium: Browser, tmp_path: Path
) -> None:
    code = 'from portlab import questions\nquestions("05", count=None)'
    with opened(chromium, tmp_path, code) as seen:
        run(seen, 0)
        widget = cell(seen, 0).locator(".portlab-questions")
        field = widget.get_by_role("textbox", name="Your answer, a number")
        widget.get_by_role("button", name="Answer").click()
        expect(widget.get_by_role("status")).to_have_text("Write your answer first.")
        expect(field).to_be_focused()
        seen.page.keyboard.type("b 20 d d")  # no cell comes or goes
        seen.page.keyboard.press("Enter")
        expect(widget.get_by_role("status")).to_contain_text('"b 20 d d" is no number')
        expect(field).to_have_value("b 20 d d")
        assert seen.cells() == 1
        field.fill("20")
        field.press("Enter")
        expect(widget.get_by_role("status")).to_contain_text("✔ Right.")


def test_two_on_a_page_do_not_disturb_each_other_and_dark_is_dark(
    chromium: Browser, tmp_path: Path
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    other = PREDICT.replace("05.syn-lost", "05.other")
    with opened(chromium, tmp_path, PREDICT, other, 'questions("05", seed=2)') as seen:
        seen.run_all()
        one, two = (cell(seen, number).locator(".portlab-prediction") for number in (0, 1))
        one.get_by_role("radio").nth(0).check()
        two.get_by_role("radio").nth(2).check()
        expect(one.get_by_role("radio").nth(0)).to_be_checked()
        two.get_by_role("button", name="Lock in").click()
        expect(two.get_by_role("status")).to_contain_text('Locked in: "the network"')
        expect(one.get_by_role("button", name="Lock in")).to_be_visible()
        for theme in ("light", "dark"):
            if theme == "dark":
                seen.dark()
                paper = one.evaluate("node => getComputedStyle(node).backgroundColor")
                assert max(map(int, re.findall(r"\d+", paper)[:3])) < 60
            for root in (".portlab-prediction", ".portlab-questions"):
                found = Axe().run(seen.page, root)
                assert [fault["id"] for fault in found.response["violations"]] == []
            seen.keep(f"questions-in-jupyterlab-{theme}")
