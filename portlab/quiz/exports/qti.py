"""QTI 1.2 as Canvas reads it, written by text2qti.

text2qti knows one choice, many choices, numbers and short texts, so a question of several parts
becomes one question for each part. It reads Markdown; here its questions are filled directly, for
no word of the bank is to be taken for Markdown or LaTeX.
"""

from collections.abc import Sequence
from html import escape
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from portlab.quiz.exports.rendering import Part, Simple, bare, html, parts, stem
from portlab.quiz.question import ManyChoices, Number, OneChoice, Question, ShortText

if TYPE_CHECKING:
    from text2qti.quiz import Question as Item

_KINDS = {
    OneChoice: "multiple_choice_question",
    ManyChoices: "multiple_answers_question",
    Number: "numerical_question",
    ShortText: "short_answer_question",
}


def qti(questions: Sequence[Question], title: str) -> bytes:
    """The questions as a .zip file with one quiz; each part counts one point."""
    from text2qti.qti import QTI

    items = [_item(question, part) for question in questions for part in parts(question)]
    quiz = SimpleNamespace(
        id=_name(title),
        title_xml=escape(title),
        description_html_xml="",
        images={},
        points_possible=len(items),
        shuffle_answers_xml="true",
        show_correct_answers_xml="true",
        one_question_at_a_time_xml="false",
        cant_go_back_xml="false",
        questions_and_delims=items,
    )
    content: bytes = QTI(quiz).zip_bytes()
    return content


def _item(question: Question, part: Part) -> "Item":
    from text2qti.quiz import Question as Item

    asks = part.asks
    name = f"<p>{html(part.name)}</p>" if part.name else ""
    explained = f"<p>{html(question.explanation)}</p><p>{html(question.reference)}</p>"
    item = Item.__new__(Item)
    vars(item).update(
        id=asks.id,
        type=_KINDS[type(asks)],
        title_xml=escape(asks.id),
        points_possible=1,
        question_html_xml=escape(stem(question) + name),
        choices=_choices(asks),
        correct_feedback_raw=None,
        **_feedback("feedback", explained),
        **_feedback("incorrect_feedback", _foreseen(asks)),
        **_numbers(asks),
    )
    return item


def _choices(asks: Simple) -> list[SimpleNamespace]:
    """What can be chosen, or all the ways to write what is right."""
    if isinstance(asks, Number):
        return []
    if isinstance(asks, ShortText):
        right = [(escape(bare(text)), True, "") for text in (asks.key, *asks.accept)]
    else:
        right = [(escape(html(c.text)), c.right, html(c.why)) for c in asks.choices]
    return [
        SimpleNamespace(
            id=f"{asks.id}.{place}",
            choice_xml=text,
            choice_html_xml=text,
            correct=is_right,
            **_feedback("feedback", why),
        )
        for place, (text, is_right, why) in enumerate(right, 1)
    ]


def _foreseen(asks: Simple) -> str:
    """Canvas says something to a wrong number or text only to all wrong ones at once."""
    if isinstance(asks, OneChoice | ManyChoices):
        return ""
    return "".join(f"<p>{html(m.answer)}: {html(m.why)}</p>" for m in asks.mistakes)


def _numbers(asks: Simple) -> dict[str, Any]:
    if not isinstance(asks, Number):
        return {}
    least, most = asks.bounds
    return {
        "numerical_exact": asks.key,
        "numerical_exact_html_xml": f"{asks.key:f}",
        "numerical_min_html_xml": f"{least:f}",
        "numerical_max_html_xml": f"{most:f}",
    }


def _feedback(name: str, text: str) -> dict[str, str | None]:
    return {f"{name}_raw": text or None, f"{name}_html_xml": escape(text)}


def _name(title: str) -> str:
    """`title` as a name: the same title is the same quiz, so that Canvas can replace it."""
    return "".join(letter if letter.isalnum() else "-" for letter in title)
