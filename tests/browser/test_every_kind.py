"""Every kind of question in JupyterLab, by mouse and by keyboard alone; exams; coming back."""

from pathlib import Path

import pytest

from portlab.quiz import bank
from portlab.quiz.closing import draw
from portlab.quiz.question import ManyChoices, Match, OneChoice, Order, Question
from tests.quiz.answers import right, wrong
from tests.quiz.kinds import EVERY
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Locator, expect  # noqa: E402

from tests.browser.cells import (  # noqa: E402
    cell,
    focused,
    kinds_of_cells,
    opened,
    run,
    steals_no_key,
)
from tests.browser.visit import Visit  # noqa: E402

SESSION = """
from pathlib import Path
from portlab.quiz import bank
from portlab.quiz.session import Session
Session("Every kind", bank.load([Path("05.yaml")]), "", "", {how})
"""


def questions_in(home: Path) -> tuple[Question, ...]:
    """One of each kind, in a file beside the notebook."""
    file = home / "portlab-course" / "05.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(EVERY))
    return bank.load([file])


def by_mouse(widget: Locator, question: Question, answer: list[int] | list[str] | str) -> None:
    match question:
        case OneChoice() | ManyChoices():
            for number in answer:
                widget.locator("label").nth(int(number)).click()
        case Match():
            for row, number in enumerate(answer):
                token = widget.locator(".portlab-token").nth(int(number))
                token.drag_to(widget.locator(".portlab-pair").nth(row))
        case Order():
            for place, number in enumerate(answer):
                lines = widget.locator(".portlab-order > li > span")
                at = lines.all_inner_texts().index(question.offered[int(number)])
                if at != place:
                    lines.nth(at).drag_to(lines.nth(place))
        case _:
            texts = answer if isinstance(answer, list) else [answer]
            for field, text in zip(widget.locator("input").all(), texts, strict=True):
                field.click()
                field.fill(str(text))
    widget.get_by_role("button", name="Answer").click()


def by_keyboard(seen: Visit, question: Question, answer: list[int] | list[str] | str) -> None:
    """From the first field, which has the focus. On the way no key is stolen."""
    press = seen.page.keyboard.press
    steals_no_key(seen)
    match question:
        case OneChoice():
            press("Space")
            for _ in range(int(answer[0])):
                press("ArrowDown")
            press("Tab")
        case ManyChoices():
            for number in range(len(question.choices)):
                if number in answer:
                    press("Space")
                press("Tab")
        case Match():
            for number in answer:
                press("Home")
                for _ in range(int(number) + 1):
                    press("ArrowDown")
                press("Tab")
        case Order():
            in_order(seen, question, [int(number) for number in answer])
        case _:
            for text in answer if isinstance(answer, list) else [answer]:
                press("End")
                press("Shift+Home")  # over an earlier answer, and what was typed just now
                seen.page.keyboard.type(str(text))
                press("Tab")
    expect(focused(seen)).to_have_text("Answer")
    steals_no_key(seen)
    press("Enter")


def in_order(seen: Visit, question: Order, wanted: list[int]) -> None:
    """Each to its place by the arrows beside it, from the first button to the one that answers."""
    press = seen.page.keyboard.press
    buttons = seen.page.locator(".portlab-questions button")
    for place, number in enumerate(wanted):
        name = f"Move {question.offered[number]} up"
        names = [one.get_attribute("aria-label") for one in buttons.all()]
        steps = names.index(name) - names.index(focused(seen).get_attribute("aria-label"))
        for _ in range(abs(steps)):
            press("Tab" if steps > 0 else "Shift+Tab")
        steals_no_key(seen)
        for _ in range(names.index(name) // 2 - place):
            press("Enter")
        expect(focused(seen)).to_have_attribute("aria-label", name)
    for _ in range(2):  # past the two arrows of the last one
        press("Tab")


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_every_kind_has_a_second_try_and_is_graded(
    chromium: Browser, tmp_path: Path, how: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    asked = questions_in(tmp_path)
    with opened(chromium, tmp_path, SESSION.format(how="tries=2")) as seen:
        run(seen, 0)
        widget = cell(seen, 0).locator(".portlab-questions")
        status = widget.get_by_role("status")
        widget.locator("input").first.focus()
        for number, question in enumerate(asked, 1):
            expect(widget).to_contain_text(f"Question {number} of {len(asked)}")
            before = kinds_of_cells(seen)
            for answer, said in (
                (wrong(question), "Not yet. Try once more."),
                (right(question), "✔ Right."),
            ):
                if how == "mouse":
                    by_mouse(widget, question, answer)
                else:
                    by_keyboard(seen, question, answer)
                expect(status).to_contain_text(said)
                found = Axe().run(seen.page, ".portlab-questions")
                assert [fault["id"] for fault in found.response["violations"]] == [], question.kind
                seen.keep(f"{question.kind.replace(' ', '-')}-by-{how}-{said[:5].strip('✔. ')}")
            assert kinds_of_cells(seen) == before
            forward = widget.get_by_role("button", name="Next question").or_(
                widget.get_by_role("button", name="See how it went")
            )
            if how == "mouse":
                forward.click()
            else:
                expect(forward).to_be_focused()
                steals_no_key(seen)
                seen.page.keyboard.press("Enter")
        expect(widget.get_by_role("heading")).to_contain_text(f"{len(asked)} of {len(asked)} right")


def test_an_exam_says_nothing_before_its_end(chromium: Browser, tmp_path: Path) -> None:
    asked = questions_in(tmp_path)
    with opened(chromium, tmp_path, SESSION.format(how="exam=True, seconds=3000")) as seen:
        run(seen, 0)
        widget = cell(seen, 0).locator(".portlab-questions")
        widget.locator("input").first.focus()
        for number, question in enumerate(asked):
            expect(widget).to_contain_text(f"Question {number + 1} of {len(asked)}")
            expect(widget).to_contain_text("50 minutes left")
            if number == 2:
                widget.get_by_role("button", name="Leave it open").press("Enter")
                continue
            by_keyboard(seen, question, wrong(question) if number == 1 else right(question))
            expect(widget.get_by_role("status")).to_be_empty()
        expect(widget.get_by_role("heading")).to_be_focused()
        expect(widget.get_by_role("heading")).to_contain_text(f"5 of {len(asked)} right")
        missed = widget.get_by_role("listitem")
        expect(missed).to_have_count(2)
        for line, question in zip(missed.all(), (asked[1], asked[2]), strict=True):
            expect(line).to_contain_text(question.explanation)
        seen.keep("exam-over")


def test_an_exam_ends_when_its_time_is_up(chromium: Browser, tmp_path: Path) -> None:
    asked = questions_in(tmp_path)
    with opened(chromium, tmp_path, SESSION.format(how="exam=True, seconds=2")) as seen:
        run(seen, 0)
        widget = cell(seen, 0).locator(".portlab-questions")
        expect(widget.get_by_role("heading")).to_contain_text(f"0 of {len(asked)} right")
        expect(widget.get_by_role("button")).to_have_count(0)


def test_who_opens_the_notebook_again_goes_on_where_it_was_left(
    chromium: Browser, tmp_path: Path
) -> None:
    """Another server, another kernel, another page: the answers are this user's."""
    cells = (
        'from portlab import predict, questions\nquestions("00")',
        'predict("99.who", "Who notices?", ["the client", "the server"])',
    )
    first, second, *_ = draw(bank.lesson("00"), 6, 1)
    with opened(chromium, tmp_path, *cells) as seen:
        seen.run_all()
        closing, prediction = widgets(seen)
        expect(closing.locator(".portlab-prompt")).to_have_text(plainly(first))
        by_mouse(closing, first, right(first))
        expect(closing.get_by_role("status")).to_contain_text("✔ Right.")
        prediction.get_by_text("the server").click()
        prediction.get_by_role("button", name="Lock in").click()
        expect(prediction.get_by_role("status")).to_contain_text("Locked in")
    with opened(chromium, tmp_path, *cells) as seen:
        seen.run_all()
        closing, prediction = widgets(seen)
        expect(closing).to_contain_text("Question 2 of 6")
        expect(closing.locator(".portlab-prompt")).to_have_text(plainly(second))
        expect(prediction.get_by_role("status")).to_contain_text('Locked in: "the server".')
        expect(prediction.get_by_role("radio").nth(1)).to_be_checked()


def plainly(question: Question) -> str:
    return question.prompt.replace("`", "")


def widgets(seen: Visit) -> tuple[Locator, Locator]:
    return (
        cell(seen, 0).locator(".portlab-questions"),
        cell(seen, 1).locator(".portlab-prediction"),
    )
