"""Anki: a card for each question, in a deck for each lesson, written by genanki.

Decks, note type and notes are known by numbers that follow from permanent names. So who imports a
newer export gets the newer words, and keeps what Anki knows of each card.
"""

from collections.abc import Sequence
from hashlib import sha256
from html import escape
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from portlab.quiz.exports.rendering import blanks, given, how, html, key, offered, whys
from portlab.quiz.question import Order, Question
from portlab.system import now

if TYPE_CHECKING:
    import genanki

FIELDS = ("Id", "Question", "Given", "Choices", "How", "Key", "Whys", "Explanation", "Reference")
NOTE_TYPE = "portlab question 1"
"""Who changes FIELDS counts this up, or Anki could not tell old notes from new ones."""

_FRONT = """\
<div class="question">{{Question}}</div>
{{#Given}}<pre>{{Given}}</pre>{{/Given}}
{{Choices}}
<div class="how">{{How}}</div>"""
_BACK = """\
{{FrontSide}}
<hr id="answer">
<div class="key">{{Key}}</div>
{{Whys}}
<div>{{Explanation}}</div>
<div class="how">{{Reference}}</div>"""
_STYLE = """\
.card { font-family: sans-serif; font-size: 20px; text-align: left; max-width: 40em; margin: auto }
.question, .key { font-weight: bold; margin: 0.5em 0 }
.how { font-size: 80%; opacity: 0.75; margin: 0.5em 0 }
pre { overflow-x: auto; font-size: 75% }
dt { font-weight: bold }"""


def anki(questions: Sequence[Question]) -> bytes:
    """The questions as an .apkg file. Its notes are as new as now, so that they replace older."""
    import genanki

    kind = genanki.Model(
        number(NOTE_TYPE),
        NOTE_TYPE,
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "Card", "qfmt": _FRONT, "afmt": _BACK}],
        css=_STYLE,
    )
    decks: dict[str, genanki.Deck] = {}
    for due, question in enumerate(questions):
        name = f"portlab::{question.lesson}"
        deck = decks.setdefault(name, genanki.Deck(number(name), name))
        guid = genanki.guid_for("portlab", question.id)
        deck.add_note(
            genanki.Note(kind, list(_fields(question)), guid=guid, tags=_tags(question), due=due)
        )
    return _packed(genanki.Package(list(decks.values())))


def number(name: str) -> int:
    """The number by which Anki knows `name`, between 2**30 and 2**31 as its own are not."""
    return (1 << 30) + int.from_bytes(sha256(name.encode()).digest()[:8]) % (1 << 30)


def _fields(question: Question) -> tuple[str, ...]:
    choices = "".join(f"<li>{html(text)}</li>" for text in offered(question))
    said = "".join(f"<dt>{html(what)}</dt><dd>{html(why)}</dd>" for what, why in whys(question))
    return (
        question.id,
        html(question.prompt),
        escape(given(question), quote=False),
        _lefts(question) + (f'<ol type="a">{choices}</ol>' if choices else ""),
        how(question),
        "<br>".join(map(html, key(question))),
        f"<dl>{said}</dl>" if said else "",
        html(question.explanation),
        html(question.reference),
    )


def _lefts(question: Question) -> str:
    """What each letter is to be put to, or what is to be filled in; an order counts by itself."""
    if isinstance(question, Order):
        return ""
    lefts = "".join(f"<li>{html(name)}</li>" for name in blanks(question))
    return f"<ul>{lefts}</ul>" if lefts else ""


def _tags(question: Question) -> list[str]:
    tags = [f"portlab::row::{row}" for row in question.covers]
    tags.append(f"portlab::kind::{question.kind.replace(' ', '-')}")
    return [*tags, "portlab::further"] if question.further else tags


def _packed(package: "genanki.Package") -> bytes:
    """The file. In memory, since genanki leaves the database behind when it writes one itself."""
    import sqlite3

    at = now()
    with sqlite3.connect(":memory:") as database:
        package.write_to_db(database.cursor(), at, count(at * 1000))
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as file:
        file.writestr("collection.anki2", database.serialize())
        file.writestr("media", "{}")
    database.close()
    return content.getvalue()
