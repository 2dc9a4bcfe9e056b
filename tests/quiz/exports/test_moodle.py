"""moodle-xml-parser reads the questions with choices; the other kinds are read as XML.

No reader of others knows all kinds. Moodle's own importer (question/format/xml) takes these files,
Cloze and ordering with it; it is PHP, and on no registry.
"""

import html
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from moodle_xml_parser.models import MultiChoiceQuestion
from moodle_xml_parser.parser import parse_file

from portlab.errors import QuizError
from portlab.quiz.exports import export
from portlab.quiz.exports.rendering import html as as_html
from portlab.quiz.exports.rendering import stem
from portlab.quiz.question import (
    Choice,
    Fill,
    ManyChoices,
    Match,
    Number,
    OneChoice,
    Order,
    Question,
    ShortText,
)
from tests.quiz.exports.samples import BY_ID, EVERY, seen, words

TYPES = {
    OneChoice: "multichoice",
    ManyChoices: "multichoice",
    Number: "numerical",
    ShortText: "shortanswer",
    Match: "matching",
    Order: "ordering",
    Fill: "cloze",
}
FRACTIONS = (1, 0.9, 5 / 6, 0.8, 0.75, 0.7, 2 / 3, 0.6, 0.5, 0.4, 1 / 3, 0.3, 0.25, 0.2, 1 / 6,
             1 / 7, 0.125, 1 / 9, 0.1, 0.05)  # fmt: skip
"""What Moodle accepts as a share of a mark; it refuses a question with any other."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("moodle") / "bank.xml"
    export(EVERY, "moodle", written)
    return written


@pytest.fixture(scope="module")
def items(file: Path) -> dict[str, Element]:
    return {
        text(item, "idnumber"): item
        for item in fromstring(file.read_bytes())
        if item.get("type") != "category"
    }


def text(item: Element, path: str) -> str:
    return item.findtext(path) or ""


def of(kind: type[Question]) -> list[Question]:
    return [question for question in EVERY if isinstance(question, kind)]


def test_every_question_is_there_in_the_category_of_its_lesson(file: Path) -> None:
    where: dict[str, str] = {}
    category = ""
    for item in fromstring(file.read_bytes()):
        if item.get("type") == "category":
            category = text(item, "category/text")
        else:
            assert text(item, "idnumber") not in where
            where[text(item, "idnumber")] = category
    assert where == {q.id: f"$course$/top/portlab/{q.lesson}" for q in EVERY}


def test_what_all_kinds_have(items: dict[str, Element]) -> None:
    for question in EVERY:
        item = items[question.id]
        assert item.get("type") == TYPES[type(question)]
        assert text(item, "name/text") == question.id
        assert [tag.findtext("text") for tag in item.findall("tags/tag")] == list(question.covers)
        explained = words(text(item, "generalfeedback/text"))
        assert explained == seen(question.explanation, question.reference)
        asked = text(item, "questiontext/text")
        if not isinstance(question, Fill):
            assert words(asked) == seen(question.prompt)
            assert asked == stem(question)


def test_choices_as_another_program_reads_them(file: Path) -> None:
    found: list[MultiChoiceQuestion] = parse_file(str(file))["multichoice"]
    expected = [q for q in EVERY if isinstance(q, OneChoice | ManyChoices)]
    assert {one.name for one in found} == {q.id for q in expected}
    for one in found:
        question = BY_ID[one.name]
        assert isinstance(question, OneChoice | ManyChoices)
        # That program decodes entities once more than it should: so does the expectation.
        assert one.text_pre_parse == html.unescape(stem(question))
        assert one.single == isinstance(question, OneChoice)
        assert one.shuffle_answers
        texts = [html.unescape(as_html(choice.text)) for choice in question.choices]
        assert [option.answer for option in one.options] == texts
        whys = [html.unescape(as_html(choice.why)) for choice in question.choices]
        assert [option.feedback or "" for option in one.options] == whys
        assert [o.score_fraction > 0 for o in one.options] == [c.right for c in question.choices]
        assert sum(o.score_fraction for o in one.options if o.score_fraction > 0) == pytest.approx(
            100, abs=0.001
        )


def test_choices_and_what_is_said_to_them(items: dict[str, Element]) -> None:
    for question in EVERY:
        if isinstance(question, OneChoice | ManyChoices):
            answers = items[question.id].findall("answer")
            assert [words(text(a, "text")) for a in answers] == [
                seen(c.text) for c in question.choices
            ]
            assert [words(text(a, "feedback/text")) for a in answers] == [
                seen(c.why) for c in question.choices
            ]
            for answer in answers:
                share = abs(float(answer.get("fraction", ""))) / 100
                assert share == 0 or any(abs(share - allowed) < 1e-5 for allowed in FRACTIONS)
            wrong = {a.get("fraction") for a in answers if not float(a.get("fraction", "")) > 0}
            assert wrong == {"0"} if isinstance(question, OneChoice) else {"-100"}


def test_numbers_and_texts(items: dict[str, Element]) -> None:
    for question in EVERY:
        if not isinstance(question, Number | ShortText):
            continue
        answers = items[question.id].findall("answer")
        right = [text(a, "text") for a in answers if a.get("fraction") == "100"]
        wrong = [a for a in answers if a.get("fraction") == "0"]
        assert [words(text(a, "feedback/text")) for a in wrong] == [
            seen(m.why) for m in question.mistakes
        ]
        if isinstance(question, Number):
            (middle,) = map(Decimal, right)
            reach = Decimal(text(answers[0], "tolerance"))
            assert (middle - reach, middle + reach) == question.bounds
            assert {text(a, "tolerance") for a in wrong} <= {"0"}
            assert [Decimal(text(a, "text")) for a in wrong] == [
                Decimal(m.answer.replace(",", "")) for m in question.mistakes
            ]
        else:
            assert text(items[question.id], "usecase") == "0"
            plain = [form.replace("`", "") for form in (question.key, *question.accept)]
            assert [r.replace(r"\*", "*") for r in right] == plain
            assert not any(re.search(r"(?<!\\)\*", r) for r in right), "a star alone is any text"


def test_matches(items: dict[str, Element]) -> None:
    for question in of(Match):
        assert isinstance(question, Match)
        item = items[question.id]
        sides = [
            (words(text(s, "text")), text(s, "answer/text")) for s in item.findall("subquestion")
        ]
        pairs = [(seen(p.left), seen(p.right)) for p in question.pairs]
        assert sides == pairs + [("", seen(other)) for other in question.others]
        told = seen(*(f"{p.left}: {p.why}" for p in question.pairs))
        assert words(text(item, "incorrectfeedback/text")) == told


def test_orders(items: dict[str, Element]) -> None:
    for question in of(Order):
        assert isinstance(question, Order)
        item = items[question.id]
        assert [words(text(a, "text")) for a in item.findall("answer")] == [
            seen(i) for i in question.items
        ]
        assert text(item, "gradingtype") == "ALL_OR_NOTHING"
        assert text(item, "selecttype") == "ALL"


def test_fields_are_cloze(items: dict[str, Element]) -> None:
    for question in of(Fill):
        assert isinstance(question, Fill)
        cloze = text(items[question.id], "questiontext/text")
        fields = re.findall(r"\{1:(NUMERICAL|SHORTANSWER):(.*?)\}", cloze)
        assert len(fields) == len(question.blanks)
        around = re.sub(r"\{1:.*?\}", "", cloze)
        assert "{" not in around, "it could begin a field"
        assert words(around) == seen(
            question.prompt, question.shown, *(b.name for b in question.blanks)
        )
        for (kind, body), blank in zip(fields, question.blanks, strict=True):
            found = [answer.partition("#") for answer in re.split("~", shielded(body))]
            right = [opened(a).removeprefix("=") for a, _, _ in found if a.startswith("=")]
            wrong = [(opened(a), words(opened(why))) for a, _, why in found if a[0] != "="]
            if kind == "NUMERICAL":
                assert right == [f"{blank.key}:0"]
                assert wrong == [
                    (f"{m.answer.replace(',', '')}:0", seen(m.why)) for m in blank.mistakes
                ]
            else:
                assert [form.replace(r"\*", "*") for form in right] == [
                    seen(form) for form in (blank.key, *blank.accept)
                ]
                assert wrong == [
                    (m.answer.replace("*", r"\*"), seen(m.why)) for m in blank.mistakes
                ]


def shielded(body: str) -> str:
    """A sharp sign after an ampersand begins an entity, and no feedback."""
    return body.replace("&#", "&\0")


def opened(part: str) -> str:
    return html.unescape(part.replace("&\0", "&#"))


def test_what_moodle_cannot_divide_is_told(tmp_path: Path) -> None:
    many = BY_ID["odd-many"]
    assert isinstance(many, ManyChoices)
    right = tuple(Choice(str(n), True) for n in range(11))
    too_many = replace(many, choices=(*right, Choice("no", False, "no")))
    with pytest.raises(QuizError, match="odd-many has 11 right choices"):
        export([too_many], "moodle", tmp_path / "bank.xml")
    assert not list(tmp_path.iterdir())
