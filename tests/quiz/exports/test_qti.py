"""qti2latex, a converter of Canvas quizzes, reads the package; feedback is read as XML.

The parser of Canvas' own importer (the Ruby gem `qti`) reads these packages too; it is not on PyPI.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, parse

import pytest
import qti2latex

from portlab.quiz.exports import export
from portlab.quiz.exports.rendering import parts
from portlab.quiz.question import Fill, ManyChoices, Match, Number, OneChoice, Order, ShortText
from tests.quiz.exports.samples import BY_ID, EVERY, seen, tags, words

KINDS = {
    OneChoice: "multiple_choice_question",
    ManyChoices: "multiple_answers_question",
    Number: "numerical_question",
    ShortText: "short_answer_question",
}


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Element]:
    """The items of the package by their ident, in order."""
    file = tmp_path_factory.mktemp("qti") / "quiz.zip"
    export(EVERY, "qti", file, title="Ports & more")
    folder = qti2latex.extract_zip_to_tmp(file)
    try:
        found = [parse(path).getroot() for path in qti2latex.read_qti_dir(folder)]
    finally:
        import shutil

        shutil.rmtree(folder)
    there = [item for root in found for item in qti2latex.findall_anyns(root, "item")]
    return {item.get("ident", "").removeprefix("text2qti_question_"): item for item in there}


def feedback(item: Element, name: str) -> str:
    """What the item says where `name` is shown."""
    (found,) = [f for f in qti2latex.findall_anyns(item, "itemfeedback") if f.get("ident") == name]
    return str(qti2latex.text_of(qti2latex.first(qti2latex.findall_anyns(found, "mattext"))))


def said(item: Element) -> set[str]:
    return {str(f.get("ident")) for f in qti2latex.findall_anyns(item, "itemfeedback")}


def values(item: Element, tag: str) -> list[str]:
    return [str(node.text) for node in qti2latex.findall_anyns(item, tag)]


def asked() -> list[tuple[Any, Any]]:
    return [(question, part) for question in EVERY for part in parts(question)]


def test_every_part_of_every_question_is_an_item(items: dict[str, Element]) -> None:
    ids = [part.asks.id for _, part in asked()]
    assert list(items) == ids
    assert len(set(ids)) == len(ids)
    several = [q for q in EVERY if isinstance(q, Match | Order | Fill)]
    assert len(ids) > len(EVERY) > len(several) > 0


def test_prompts_and_explanations_come_through(items: dict[str, Element]) -> None:
    for question, part in asked():
        item = items[part.asks.id]
        html = qti2latex.get_item_stem(item)
        shown = getattr(question, "shown", "")
        assert words(html) == " ".join(
            filter(None, [seen(question.prompt), " ".join(shown.split()), seen(part.name)])
        )
        assert tags(html) <= {"p", "pre", "code", "br"}
        assert words(feedback(item, "general_fb")) == seen(question.explanation, question.reference)
        assert (
            qti2latex.guess_type(qti2latex.get_qti_metadata(item), item) == KINDS[type(part.asks)]
        )
        assert qti2latex.get_qti_metadata(item)["points_possible"] == "1"


def test_choices_with_the_right_ones_and_whys(items: dict[str, Element]) -> None:
    for _, part in asked():
        if not isinstance(part.asks, OneChoice | ManyChoices):
            continue
        item = items[part.asks.id]
        offered = qti2latex.get_choices(item)
        assert [words(html) for _, html in offered] == [seen(c.text) for c in part.asks.choices]
        scored = right(item)
        assert [id in scored for id, _ in offered] == [c.right for c in part.asks.choices]
        for (id, _), choice in zip(offered, part.asks.choices, strict=True):
            assert (f"{id}_fb" in said(item)) == bool(choice.why)
            if choice.why:
                assert words(feedback(item, f"{id}_fb")) == seen(choice.why)


def right(item: Element) -> set[str]:
    """The choices that bring the mark: qti2latex, of that condition alone."""
    (scoring,) = [
        condition
        for condition in qti2latex.findall_anyns(item, "respcondition")
        if qti2latex.findall_anyns(condition, "setvar")
    ]
    alone = Element("item")
    processing = Element("resprocessing")
    processing.append(scoring)
    alone.append(processing)
    found: set[str] = qti2latex.get_correct_idents(alone)
    return found


def test_of_many_choices_a_wrong_one_must_stay_unchosen(items: dict[str, Element]) -> None:
    many = [part.asks for _, part in asked() if isinstance(part.asks, ManyChoices)]
    for question in many:
        (both,) = qti2latex.findall_anyns(items[question.id], "and")
        refused = [values(no, "varequal")[0] for no in qti2latex.childall_anyns(both, "not")]
        wrong = [n for n, choice in enumerate(question.choices, 1) if not choice.right]
        assert refused == [f"text2qti_choice_{question.id}.{n}" for n in wrong]


def test_numbers_with_what_is_right_around_them(items: dict[str, Element]) -> None:
    numbers = [part.asks for _, part in asked() if isinstance(part.asks, Number)]
    assert any(number.tolerance for number in numbers)
    for number in numbers:
        item = items[number.id]
        assert [Decimal(text) for text in values(item, "varequal")] == [number.key]
        (least,), (most,) = (map(Decimal, values(item, name)) for name in ("vargte", "varlte"))
        assert (least, most) == number.bounds
        check_mistakes(item, number)


def test_texts_with_all_forms_that_are_right(items: dict[str, Element]) -> None:
    for _, part in asked():
        if isinstance(part.asks, ShortText):
            item = items[part.asks.id]
            forms = [form.replace("`", "") for form in (part.asks.key, *part.asks.accept)]
            assert values(item, "varequal") == forms
            check_mistakes(item, part.asks)


def check_mistakes(item: Element, asks: Number | ShortText) -> None:
    assert ("general_incorrect_fb" in said(item)) == bool(asks.mistakes)
    if asks.mistakes:
        told = [f"{mistake.answer}: {mistake.why}" for mistake in asks.mistakes]
        assert words(feedback(item, "general_incorrect_fb")) == seen(*told)


def test_parts_ask_what_the_whole_asks(items: dict[str, Element]) -> None:
    match, order, fill = BY_ID["odd-match"], BY_ID["odd-order"], BY_ID["odd-fill"]
    assert isinstance(match, Match)
    assert isinstance(order, Order)
    assert isinstance(fill, Fill)
    for number, pair in enumerate(match.pairs, 1):
        item = items[f"odd-match.{number}"]
        offered = dict(qti2latex.get_choices(item))
        assert [words(offered[id]) for id in right(item)] == [seen(pair.right)]
        assert words(qti2latex.get_item_stem(item)).endswith(seen(pair.left))
    for number, item_text in enumerate(order.items, 1):
        item = items[f"odd-order.{number}"]
        offered = dict(qti2latex.get_choices(item))
        assert [words(offered[id]) for id in right(item)] == [seen(item_text)]
        assert words(qti2latex.get_item_stem(item)).endswith(f"Place {number} of 3")
    assert values(items["odd-fill.1"], "varequal") == ["1001"]
    assert values(items["odd-fill.2"], "varequal") == ["the server {s}", "it ~ # }"]


def test_what_was_divided_is_told(tmp_path: Path) -> None:
    three = [BY_ID["odd-match"], BY_ID["odd-order"], BY_ID["odd-fill"], BY_ID["odd-one"]]
    written = export(three, "qti", tmp_path / "quiz.zip")
    assert written.questions == 4
    (note,) = written.notes
    assert "1 question to match became 3, 1 question to put in order became 3" in note
    assert "1 question to fill became 2" in note
    assert export([BY_ID["odd-one"]], "qti", tmp_path / "one.zip").notes == ()
