"""How exercises speak: each thing said is text for terminals and tests, and simple HTML.

Every mark is a sign and a word. The HTML has no styles and no colours of its own: it is headings,
lists and paragraphs, which every theme, viewer and screen reader knows.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from portlab.course.exercises.fields import Judgement
from portlab.wording import listed, wrapped

SIGNS = {"right": "✓ right", "wrong": "✗ not yet", "open": "○ open", "unclear": "? unclear"}


@dataclass(frozen=True, slots=True)
class Said:
    """Something said to the learner: a line, perhaps lines of code beneath it, and what is next."""

    line: str
    code: str = ""
    after: str = ""

    def __str__(self) -> str:
        parts = [wrapped(self.line), _indented(self.code), wrapped(self.after)]
        return "\n".join(part for part in parts if part)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        code = f"<pre><code>{escape(self.code)}</code></pre>" if self.code else ""
        return _paragraph(self.line) + code + _paragraph(self.after)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What `check` says: one judgement for each field, remarks, and what to do next.

    `points` is set while nbgrader grades: the text then is that number, which nbgrader reads.
    """

    heading: str
    judgements: Sequence[Judgement]
    remarks: Sequence[str]
    next: str
    points: int | None = None

    @property
    def right(self) -> int:
        """How many fields are right."""
        return sum(one.mark == "right" for one in self.judgements)

    @property
    def is_right(self) -> bool:
        return self.right == len(self.judgements)

    @property
    def is_answered(self) -> bool:
        """Whether at least one field got an answer that could be judged."""
        return any(one.mark in ("right", "wrong") for one in self.judgements)

    def __str__(self) -> str:
        lines = [self.heading]
        for one in self.judgements:
            lines += [f"  {SIGNS[one.mark]}: {one.name}", wrapped(one.says, "      ")]
        lines += [wrapped(remark, "  ") for remark in self.remarks]
        return "\n".join([*lines, *([wrapped(self.next)] if self.next else [])])

    def __repr__(self) -> str:
        return str(self) if self.points is None else str(self.points)

    def _repr_html_(self) -> str:
        items = "".join(
            f"<li><strong>{SIGNS[one.mark]}:</strong> <code>{escape(one.name)}</code>. "
            f"{escape(one.says)}</li>"
            for one in self.judgements
        )
        remarks = "".join(map(_paragraph, self.remarks))
        heading = f"<p><strong>{escape(self.heading)}</strong></p>"
        return f"{heading}<ul>{items}</ul>{remarks}{_paragraph(self.next)}"


@dataclass(frozen=True, slots=True)
class Given:
    """What an exercise gives to this student, as attributes and as items."""

    heading: str
    values: dict[str, object]
    asks: Sequence[str]

    def __getattr__(self, name: str) -> Any:
        return self._get(name, AttributeError)

    def __getitem__(self, name: str) -> Any:
        return self._get(name, KeyError)

    def _get(self, name: str, kind: type[Exception]) -> Any:
        values = object.__getattribute__(self, "values")
        if name in values:
            return values[name]
        raise kind(f"{self.heading} gives no {name!r}. It gives {listed(values) or 'nothing'}.")

    def __dir__(self) -> list[str]:
        return sorted([*object.__dir__(self), *self.values])

    def __str__(self) -> str:
        width = max(map(len, self.values), default=0)
        lines = [self.heading]
        for name, value in self.values.items():
            first, *more = _written(value)
            lines.append(f"  {name:<{width}} = {first}")
            lines += [f"  {'':<{width}}   {line}" for line in more]
        return "\n".join([*lines, wrapped(f"Asked for: {listed(self.asks)}.")])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        items = "".join(
            f"<li><code>{escape(name)}</code> = {_in_page(value)}</li>"
            for name, value in self.values.items()
        )
        asked = listed(f"<code>{escape(name)}</code>" for name in self.asks)
        given = f"<ul>{items}</ul>" if items else ""
        return f"<p><strong>{escape(self.heading)}</strong></p>{given}<p>Asked for: {asked}.</p>"


def _in_page(value: object) -> str:
    """A value as code; of a collection each item on a line, in columns as it is written."""
    lines = escape("\n".join(_written(value)))
    is_one = not isinstance(value, Mapping | list | tuple)
    return f"<code>{lines}</code>" if is_one else f"<pre><code>{lines}</code></pre>"


def _written(value: object) -> list[str]:
    """A value as it is written in Python; of a collection, each item on a line of its own."""
    if isinstance(value, Mapping):
        return [f"{key}: {item}" for key, item in value.items()] or ["nothing"]
    if isinstance(value, list | tuple):
        return [str(item) for item in value] or ["nothing"]
    return [repr(value)]


def _indented(code: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in code.splitlines())


def _paragraph(text: str) -> str:
    """A paragraph in which what can be called is code."""
    marked = re.sub(r"\b\w+\(&quot;.*?&quot;\)", r"<code>\g<0></code>", escape(text))
    return f"<p>{marked}</p>" if text else ""
