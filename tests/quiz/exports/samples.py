"""What is exported in these tests: the bank, questions of every kind, and awkward words in each."""

import re
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from portlab.quiz.generated import GENERATORS, generate
from portlab.quiz.question import (
    Blank,
    Choice,
    Fill,
    ManyChoices,
    Match,
    Mistake,
    Number,
    OneChoice,
    Order,
    Pair,
    Question,
    ShortText,
)
from tests.quiz.committed import QUESTIONS

AWKWARD = (
    "=1+1 Is `a<b && c` \"so\" in 'Köln', or > that?\n"
    r"{1:SHORTANSWER:=x} ~# 50% : $x^2$ \(y\) \} *all* _em_ [q] <b>no</b> &amp; {{c1::z}} ]]> ```"
)
"""Signs that mean something in HTML, XML, CSV, Markdown, LaTeX, Cloze or Anki."""


def _common(id: str) -> dict[str, Any]:
    return {
        "id": id,
        "lesson": "05",
        "covers": ("T1", "T2"),
        "difficulty": 2,
        "prompt": f"{id}: {AWKWARD}",
        "explanation": f"Explained: {AWKWARD}",
        "reference": "RFC 9293 section 3.5; RFC 768",
    }


ODD: tuple[Question, ...] = (
    OneChoice(
        **_common("odd-one"),
        choices=(
            Choice("-80 `x<y`", True),
            Choice(f"wrong {AWKWARD}", False, f"why {AWKWARD}"),
            Choice("@third", False, "no"),
        ),
    ),
    ManyChoices(
        **_common("odd-many"),
        choices=(
            Choice("`SYN`", True),
            Choice("ACK & more", True),
            Choice("+RST", True),
            Choice("<FIN>", False, f"why {AWKWARD}"),
        ),
        further=True,
    ),
    Number(
        **_common("odd-number"),
        key=Decimal("1.5"),
        tolerance=Decimal("0.25"),
        mistakes=(Mistake("65,535", f"why {AWKWARD}"), Mistake("-2", "below")),
    ),
    Number(**_common("odd-span"), key=Decimal(49152), to=Decimal(60999), mistakes=()),
    ShortText(
        **_common("odd-text"),
        key="`a*b` {c}",
        accept=("a~b#c", "x}y\\z=50%"),
        mistakes=(Mistake("q & ~ } # r", f"why {AWKWARD}"),),
    ),
    Match(
        **_common("odd-match"),
        pairs=(
            Pair("`a<b`", "less & less", f"why {AWKWARD}"),
            Pair("{b}", "more", "because"),
            Pair("third", "more", "twice the same"),
        ),
        others=("<neither>",),
    ),
    Order(**_common("odd-order"), items=("`one`", "<two>", "three & four")),
    Fill(
        **_common("odd-fill"),
        shown="1  seq=<1000>  {x}\n2    ack=?   & so on",
        blanks=(
            Blank("ack", "1001", (), (Mistake("1,000", f"why {AWKWARD}"),)),
            Blank("`<from>`", "the `server` {s}", ("it ~ # }",), (Mistake("a*b}", "why ~ }"),)),
        ),
    ),
)
MADE = tuple(generate(name, 1) for name in GENERATORS)
EVERY: tuple[Question, ...] = (*QUESTIONS, *MADE, *ODD)
BY_ID = {question.id: question for question in EVERY}


class _Words(HTMLParser):
    """What a browser would show of HTML: words, and where a line ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag in ("br", "p", "pre", "li", "dt", "dd"):
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def words(html: str) -> str:
    """The words that a reader sees in `html`, with any space as one."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    return " ".join("".join(parser.said).split())


def tags(html: str) -> set[str]:
    parser = _Words()
    parser.feed(html)
    return set(parser.tags)


def seen(*texts: str) -> str:
    """The same of texts of the bank, where backticks around code are not shown."""
    bare = (re.sub("`([^`]+)`", r"\1", text) for text in texts)
    return " ".join(" ".join(bare).split())
