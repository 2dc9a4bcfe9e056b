"""Two ladders as text: side by side where there is room, else one after the other.

The same characters as one ladder has. A sign in the margin marks each row that has no like in the
other ladder; side by side, rows that are alike stand on one line.
"""

from collections.abc import Container, Iterable, Sequence
from textwrap import wrap
from typing import TypeGuard

from portlab.errors import PortlabError
from portlab.views.characters import ASCII, UNICODE, Characters
from portlab.views.comparison import Comparison, is_marked, notes_of_both
from portlab.views.notes import BACKWARDS
from portlab.views.shapes import Arrow, Conversation, Fold, Layout, Mark, Row
from portlab.views.text import NARROWEST, ConversationText, as_written

_GAP = "   "
_ROOM = 78
"""Columns that a ladder wants beside another; with fewer, its labels would break too often."""

Part = tuple[Row | None, list[str]]


def render(
    one: Layout,
    other: Layout,
    found: Comparison,
    *,
    why: bool = False,
    width: int = 100,
    ascii: bool = False,
) -> str:
    """Both ladders and what differs, at most `width` columns wide; `why` adds the reasons.

    `ascii` keeps to characters every terminal has. Raises PortlabError for too few columns.
    """
    use = ASCII if ascii else UNICODE
    margin = len(use.differs) + 1
    if width < NARROWEST + margin:
        raise PortlabError(
            f"Two ladders do not fit in {width} columns: each needs {NARROWEST} and room for a "
            f"mark. Make the window wider, or give width={NARROWEST + margin}."
        )
    half = (width - len(_GAP)) // 2
    beside = half >= _ROOM + margin
    pair = _Pair(found, why, (half if beside else width) - margin, use)
    marks = [set(marked) for marked in found.marked]
    one, other = as_written(one, marks[0]), as_written(other, marks[1])
    legend = [f"{use.differs} marks what is not alike in the other ladder."] if any(marks) else []
    blocks = (
        *(pair.beside(one, other) if beside else pair.below(one, other)),
        _wrapped(("What differs:", *found.summary), width),
        _wrapped((*legend, *notes_of_both(one, other), *pair.notes), width),
    )
    text = "\n\n".join(filter(None, blocks))
    return text.encode("ascii", "backslashreplace").decode() if ascii else text


class _Pair:
    """Both ladders, each in lines of `width` columns behind a margin for the sign."""

    def __init__(self, found: Comparison, why: bool, width: int, use: Characters) -> None:
        self.found = found
        self.why = why
        self.width = width
        self.marked = [set(marked) for marked in found.marked]
        self.use = use
        self.margin = " " * (len(use.differs) + 1)
        self.notes: list[str] = []
        """What has turned out to need a word while the ladders were written."""

    def below(self, one: Layout, other: Layout) -> Iterable[str]:
        """The whole first one, then the whole second."""
        for layout, marked in zip((one, other), self.marked, strict=True):
            yield "\n".join(wrap(layout.title, self.width))
            for conversation in layout.conversations:
                yield _joined(self.lines(self.text(conversation).parts(), marked))

    def beside(self, one: Layout, other: Layout) -> Iterable[str]:
        """Conversation by conversation; what is alike on one line."""
        yield _joined(self.columns(wrap(one.title, self.width), wrap(other.title, self.width)))
        for pair in self.found.beside:
            first, second = (
                layout.conversations[at]
                if at is not None and at < len(layout.conversations)
                else None
                for layout, at in zip((one, other), pair, strict=True)
            )
            if first is not None or second is not None:
                yield _joined(self.rows(first, second))

    def rows(self, one: Conversation | None, other: Conversation | None) -> Iterable[str]:
        texts = [self.text(side) if side else None for side in (one, other)]
        left, right = (list(text.parts()) if text else [] for text in texts)
        blank, other_blank = (self.margin + text.empty if text else "" for text in texts)
        at = other_at = 0
        for end, other_end in self.meetings(left, right):
            lines = self.lines(left[at:end], self.marked[0])
            other_lines = self.lines(right[other_at:other_end], self.marked[1])
            yield from self.columns(lines, other_lines, blank, other_blank)
            at, other_at = end, other_end

    def meetings(self, one: Sequence[Part], other: Sequence[Part]) -> Iterable[tuple[int, int]]:
        """Up to where both go together: through the heads, before and through all that is alike,
        and to their ends.
        """
        if one and other:
            yield 1, 1
        places = {row.number: at for at, (row, _) in enumerate(other) if _is_seen(row)}
        partners = {pair.one: pair.other for pair in self.found.alike}
        reached = 0
        for at, (row, _) in enumerate(one):
            partner = places.get(partners.get(row.number or 0)) if _is_seen(row) else None
            if partner is not None and partner > reached:
                yield at, partner
                yield at + 1, partner + 1
                reached = partner
        yield len(one), len(other)

    def columns(
        self, one: Sequence[str], other: Sequence[str], blank: str = "", other_blank: str = ""
    ) -> Iterable[str]:
        """Lines of both beside each other; where one has no more, it is drawn on empty."""
        room = self.width + len(self.margin)
        for at in range(max(len(one), len(other))):
            left = one[at] if at < len(one) else blank
            right = other[at] if at < len(other) else other_blank
            yield f"{left:<{room}}{_GAP}{right}"

    def text(self, conversation: Conversation) -> ConversationText:
        text = ConversationText(conversation, self.why, self.width, self.use)
        if text.runs_backwards and not self.notes:
            self.notes.append(BACKWARDS)
        return text

    def lines(self, parts: Iterable[Part], marked: Container[int]) -> list[str]:
        """The lines of these parts behind the margin, the sign in it where a part is marked."""
        lines = []
        for row, drawn in parts:
            sign = (
                f"{self.use.differs} "
                if row is not None and is_marked(row, marked)
                else self.margin
            )
            lines += [(self.margin if at else sign) + line for at, line in enumerate(drawn)]
        return lines


def _is_seen(row: Row | None) -> TypeGuard[Arrow | Mark]:
    return row is not None and not isinstance(row, Fold) and row.number is not None


def _wrapped(sentences: Iterable[str], width: int) -> str:
    return "\n".join(line for one in sentences for line in wrap(one, width, subsequent_indent="  "))


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(line.rstrip() for line in lines)
