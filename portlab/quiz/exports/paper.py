"""A paper to print, with its key: one HTML file that needs nothing else.

The key is printed only for who ticks a box above the paper, so that nobody hands it out with it; it
begins on a page of its own.

HTML and not PDF: every browser prints it, and a teacher can change a word in it before.
"""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from random import Random

from portlab.quiz.exports.rendering import blanks, how, html, key, offered, stem
from portlab.quiz.lettered import LETTERS
from portlab.quiz.question import ManyChoices, Match, OneChoice, Order, Question
from portlab.wording import count


def paper(questions: Sequence[Question], title: str, seed: int) -> bytes:
    """The questions as an .html file, in an order that follows from `seed`: two seeds, two papers.

    Their choices are mixed too. The same seed gives the same bytes.
    """
    chance = Random(f"paper {seed}")
    asked = [_mixed(q, chance) for q in sorted(questions, key=lambda _: chance.random())]
    style = (Path(__file__).parent / "page" / "paper.css").read_text(encoding="utf-8")
    heading = escape(title)
    page = f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{heading}</title>
<style>
{style}</style>
</head>
<body>
<input type="checkbox" id="with-key"> <label for="with-key">Print the key as well</label>
<h1>{heading}</h1>
<div class="who"><span>Name:</span><span>Date:</span></div>
<p class="how">{count(len(asked), "question")}. Version {seed}.</p>
<ol class="questions">
{"".join(map(_question, asked))}</ol>
<section class="key">
<h1>Key: {heading}, version {seed}</h1>
<ol class="questions">
{"".join(map(_answer, asked))}</ol>
</section>
</body>
</html>
"""
    return page.encode()


def _mixed(question: Question, chance: Random) -> Question:
    if not isinstance(question, OneChoice | ManyChoices):
        return question
    there = sorted(question.choices, key=lambda _: chance.random())
    return replace(question, choices=tuple(there))


def _question(question: Question) -> str:
    return (
        f'<li>{stem(question)}<p class="how">{how(question)}</p>'
        f"{_places(question)}{_offered(question)}</li>\n"
    )


def _places(question: Question) -> str:
    """A line for each thing that is to be written."""
    if isinstance(question, OneChoice | ManyChoices):
        return ""
    short = isinstance(question, Match | Order)
    line = f'<span class="line{"" if short else " long"}"></span>'
    lines = "".join(
        f"<li>{line}<span>{html(name)}</span></li>" if short else f"<li>{html(name)} {line}</li>"
        for name in blanks(question) or [""]
    )
    return f'<ul class="blanks">{lines}</ul>'


def _offered(question: Question) -> str:
    box = {OneChoice: '<span class="box round"></span>', ManyChoices: '<span class="box"></span>'}
    before = box.get(type(question), "")
    lines = "".join(
        f'<li>{before}<span class="letter">{letter}</span><span>{html(text)}</span></li>'
        for letter, text in zip(LETTERS, offered(question), strict=False)
    )
    return f'<ol class="offered">{lines}</ol>' if lines else ""


def _answer(question: Question) -> str:
    right = "".join(f'<p class="right">{html(line)}</p>' for line in key(question))
    return (
        f"<li>{right}<p>{html(question.explanation)}</p>"
        f'<p class="small">{html(question.reference)} ({question.id})</p></li>\n'
    )
