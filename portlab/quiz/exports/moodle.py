"""Moodle XML: every kind as Moodle's own, in a category for each lesson.

To match is a matching question, to order an ordering one (part of Moodle from 4.4, before that a
plugin), to fill is Cloze. The permanent id is the ID number.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from portlab.errors import QuizError
from portlab.quiz.exports.rendering import bare, fields, html, stem, whys
from portlab.quiz.grading import as_number
from portlab.quiz.question import (
    Fill,
    ManyChoices,
    Match,
    Number,
    OneChoice,
    Order,
    Question,
    ShortText,
)

_MOST_RIGHT = 10
"""Moodle's list of fractions has a tenth, and nothing below it that adds up to the whole."""


def moodle(questions: Sequence[Question]) -> bytes:
    """The questions as an .xml file. Raises QuizError for what Moodle cannot grade."""
    quiz = Element("quiz")
    for lesson in dict.fromkeys(question.lesson for question in questions):
        category = SubElement(SubElement(quiz, "question", type="category"), "category")
        SubElement(category, "text").text = f"$course$/top/portlab/{lesson}"
        quiz.extend([_question(one) for one in questions if one.lesson == lesson])
    indent(quiz)
    content: bytes = tostring(quiz, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _question(question: Question) -> Element:
    match question:
        case OneChoice() | ManyChoices():
            return _choices(question)
        case Number():
            return _written(question, "numerical", [f"{_middle(question)[0]:f}"])
        case ShortText():
            return _written(question, "shortanswer", [question.key, *question.accept])
        case Match():
            return _match(question)
        case Order():
            return _order(question)
        case Fill():
            return _cloze(question)
    raise QuizError(f"A question of the kind {question.kind!r} cannot be exported to Moodle yet.")


def _choices(question: OneChoice | ManyChoices) -> Element:
    """Of many choices each right one brings its share, and one wrong one takes everything."""
    right = sum(choice.right for choice in question.choices)
    if right > _MOST_RIGHT:
        raise QuizError(
            f"{question.id} has {right} right choices, and Moodle can divide a mark by "
            f"{_MOST_RIGHT} at most. Make two questions of it."
        )
    one = isinstance(question, OneChoice)
    made = _begun(question, "multichoice", single=str(one).lower(), shuffleanswers="true")
    for choice in question.choices:
        fraction = f"{100 / right:.5f}" if choice.right else "0" if one else "-100"
        _answer(made, html(choice.text), fraction, choice.why, "html")
    return made


def _written(question: Number | ShortText, kind: str, right: Iterable[str]) -> Element:
    settings = {"usecase": "0"} if kind == "shortanswer" else {}
    made = _begun(question, kind, **settings)
    for text in right:
        answer = _answer(made, _pattern(text, kind), "100")
        if isinstance(question, Number):
            SubElement(answer, "tolerance").text = f"{_middle(question)[1]:f}"
    for mistake in question.mistakes:
        answer = _answer(made, _pattern(mistake.answer, kind), "0", mistake.why)
        if isinstance(question, Number):
            SubElement(answer, "tolerance").text = "0"
    return made


def _middle(question: Number) -> tuple[Decimal, Decimal]:
    """What is right, as Moodle writes it: a number, and how far from it is right as well."""
    lowest, highest = question.bounds
    return (lowest + highest) / 2, (highest - lowest) / 2


def _pattern(text: str, kind: str) -> str:
    """An answer as Moodle compares it: a number, or a text in which a star stands for anything."""
    if kind == "numerical":
        return f"{as_number(text):f}"
    return bare(text).replace("*", r"\*")


def _match(question: Match) -> Element:
    made = _begun(question, "matching", shuffleanswers="true")
    sides = [(html(pair.left), pair.right) for pair in question.pairs]
    for left, right in sides + [("", other) for other in question.others]:
        side = _text(made, "subquestion", left)
        SubElement(SubElement(side, "answer"), "text").text = bare(right)
    _said_to_wrong(made, question)
    return made


def _order(question: Order) -> Element:
    made = _begun(
        question,
        "ordering",
        layouttype="VERTICAL",
        selecttype="ALL",
        selectcount="0",
        gradingtype="ALL_OR_NOTHING",
        showgrading="HIDE",
    )
    for place, item in enumerate(question.items, 1):
        _answer(made, html(item), str(place), form="html")
    return made


def _cloze(question: Fill) -> Element:
    each = [f"<p>{_coded(html(name))} {_field(asks)}</p>" for name, asks in fields(question)]
    return _begun(question, "cloze", _coded(stem(question)) + "".join(each))


def _field(asks: Number | ShortText) -> str:
    """A field as Cloze writes it: `{1:SHORTANSWER:=right~wrong#why}`."""
    if isinstance(asks, Number):
        kind, right = "NUMERICAL", ["{:f}:{:f}".format(*_middle(asks))]
        wrong = [(f"{as_number(m.answer):f}:0", m.why) for m in asks.mistakes]
    else:
        kind, right = "SHORTANSWER", [_literal(text) for text in (asks.key, *asks.accept)]
        wrong = [(_literal(m.answer), m.why) for m in asks.mistakes]
    answers = [f"={text}" for text in right]
    answers += [f"{text}#{_said(why)}" for text, why in wrong]
    return f"{{1:{kind}:{'~'.join(answers)}}}"


def _literal(text: str) -> str:
    return _entities(_pattern(text, "shortanswer"))


def _said(why: str) -> str:
    """Moodle decodes once, and then takes a backslash before a brace for a sign of Cloze."""
    return _entities(html(why).replace("\\", "&#92;"))


def _entities(text: str) -> str:
    """`text` in a field, where Moodle decodes entities and all else may be a sign of Cloze."""
    return re.sub(r"[^\w\s.,;:()-]", lambda sign: f"&#{ord(sign[0])};", text, flags=re.ASCII)


def _coded(text: str) -> str:
    """HTML around the fields: a brace in it must not begin one."""
    return text.replace("{", "&#123;")


def _begun(question: Question, kind: str, asked: str = "", **settings: str) -> Element:
    """What every question has: `asked` is its stem where nothing else is given."""
    made = Element("question", type=kind)
    SubElement(SubElement(made, "name"), "text").text = question.id
    _text(made, "questiontext", asked or stem(question))
    _text(
        made,
        "generalfeedback",
        f"<p>{html(question.explanation)}</p><p>{html(question.reference)}</p>",
    )
    common = {"defaultgrade": "1", "penalty": "0.3333333", "hidden": "0", "idnumber": question.id}
    for name, value in (common | settings).items():
        SubElement(made, name).text = value
    tags = SubElement(made, "tags")
    for row in question.covers:
        SubElement(SubElement(tags, "tag"), "text").text = row
    return made


def _answer(made: Element, text: str, fraction: str, why: str = "", form: str = "") -> Element:
    answer = SubElement(made, "answer", fraction=fraction, format=form or "moodle_auto_format")
    SubElement(answer, "text").text = text
    _text(answer, "feedback", html(why))
    return answer


def _said_to_wrong(made: Element, question: Question) -> None:
    """Moodle says nothing to a single pair, so all is said at once to who has not all right."""
    said = "".join(f"<p>{html(what)}: {html(why)}</p>" for what, why in whys(question))
    for name in ("partiallycorrectfeedback", "incorrectfeedback"):
        _text(made, name, said)
    SubElement(made, "shownumcorrect")


def _text(made: Element, name: str, text: str) -> Element:
    inside = SubElement(made, name, format="html")
    SubElement(inside, "text").text = text
    return inside
