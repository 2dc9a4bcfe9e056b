"""The fields of one mapping in a question file, each read as what it must be.

A field that is missing, or is not what it must be, leaves a Slip and gives an empty value, so that
the other fields are still looked at.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Self, TypeVar

from portlab.errors import QuizError
from portlab.quiz.grading import in_digits
from portlab.quiz.question import Mistake
from portlab.quiz.reading import Place, Slip
from portlab.wording import listed

T = TypeVar("T")

_IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


class Fields:
    """The fields of the mapping `node`; `slips` gets what is wrong with them."""

    def __init__(self, node: Any, file: str, slips: list[Slip], inside: str = "") -> None:
        self._file, self._slips, self._inside = file, slips, inside
        self.line = node.start_mark.line + 1
        self._nodes: dict[str, Any] = {}
        self._lines: dict[str, int] = {}
        self._asked: list[str] = []
        for key, value in node.value:
            name, self._lines[str(key.value)] = str(key.value), key.start_mark.line + 1
            if name in self._nodes:
                self.slip(name, "The field is there twice.", "Keep one of the two.")
            self._nodes[name] = value

    @classmethod
    def of(cls, node: Any, file: str, slips: list[Slip], inside: str = "") -> Self | None:
        """The fields of `node`, or None and a slip if it is no mapping."""
        if node.id == "mapping":
            return cls(node, file, slips, inside)
        rule = "Here should be fields, each with its name and a colon."
        remedy = "Write `name: value`, one below the other, with the same indentation."
        slips.append(Slip(file, node.start_mark.line + 1, inside, rule, remedy))
        return None

    def __contains__(self, name: str) -> bool:
        return name in self._nodes

    def slip(self, name: str, rule: str, remedy: str) -> None:
        """Note that field `name` breaks `rule`."""
        line = self._lines.get(name, self.line)
        field = f"{self._inside} {name}".strip()
        self._slips.append(Slip(self._file, line, field, rule, remedy))

    def text(self, name: str, otherwise: str | None = None) -> str:
        """The field as one text, as it is written: `no`, `22:22` and `080` stay what they are."""
        node = self._node(name, otherwise is not None)
        if node is None:
            return otherwise or ""
        return self._as_text(name, node)

    def texts(self, name: str, otherwise: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """The field as a list of texts, none of them twice."""
        node = self._node(name, otherwise is not None)
        if node is None:
            return otherwise or ()
        if node.id != "sequence":
            self.slip(name, "This is one value, and a list is meant.", f"Write `{name}: [a, b]`.")
            return ()
        found = tuple(self._as_text(name, part) for part in node.value)
        if not found:
            self.slip(name, "The list is empty.", "Put at least one value in it.")
        if len(set(found)) < len(found):
            self.slip(name, "A value is in the list twice.", "Keep one of the two.")
        return found

    def one_of(self, name: str, values: Sequence[str], otherwise: str | None = None) -> str:
        """The field as one of these words."""
        found = self.text(name, otherwise)
        if found and found not in values:
            self.slip(name, f'"{found}" is no {name}.', f"Write one of: {listed(values, 'or')}.")
            return ""
        return found

    def identifier(self, name: str, homes: dict[str, Place]) -> str:
        """The field as a name that no other question has; `homes` says where each one was met."""
        found = self.text(name)
        if not found:
            return ""
        if not _IDENTIFIER.fullmatch(found):
            remedy = "Use small letters, digits and hyphens, at least two words: `syn-counts-one`."
            self.slip(name, f'"{found}" is not written as an id.', remedy)
        elif found in homes:
            remedy = "Give the newer of the two questions another."
            self.slip(name, f'The id "{found}" is taken, in {homes[found]}.', remedy)
        homes.setdefault(found, Place(self._file, self._lines[name]))
        return found

    def number(self, name: str, otherwise: int | None = None) -> Decimal:
        """The field as a number; not a number (nan) where it is none."""
        found = self.text(name, None if otherwise is None else str(otherwise))
        try:
            return in_digits(found)
        except QuizError:
            if found:
                self.slip(name, f'"{found}" is no number.', "Write digits alone: 65535, or 1.5.")
            return Decimal("nan")

    def each(self, name: str) -> "list[Fields]":
        """The field as a list of mappings."""
        node = self._node(name, may_miss=False)
        if node is None:
            return []
        if node.id != "sequence":
            self.slip(name, "A list is meant here.", "Begin each of its members with `- `.")
            return []
        inside = f"{self._inside} {name}".strip()
        members = (
            Fields.of(member, self._file, self._slips, f"{inside} {number}")
            for number, member in enumerate(node.value, 1)
        )
        return [member for member in members if member is not None]

    def mistakes(
        self, name: str, spelled: Callable[[str], T], is_right: Callable[[T], bool]
    ) -> tuple[Mistake, ...]:
        """The field as a list of wrong answers with their whys; it may be missing.

        An answer is looked at as grading takes it, `spelled` so: it must not be right, nor stand
        there twice, or its why would never be said. `spelled` raises QuizError for no answer.
        """
        if name not in self._nodes:
            return ()
        found, met = [], []
        for each in self.each(name):
            mistake = Mistake(each.text("answer"), each.text("why"))
            each.nothing_else()
            found.append(mistake)
            if not mistake.answer:
                continue
            try:
                answer = spelled(mistake.answer)
            except QuizError as problem:
                each.slip("answer", str(problem), "So it can be no mistake here: take it away.")
                continue
            rule = f'"{mistake.answer}" is '
            if is_right(answer):
                remedy = "Mend this answer or the key, or take the mistake away."
                each.slip("answer", rule + "a right answer, and stands among the mistakes.", remedy)
            elif answer in met:
                each.slip("answer", rule + "foreseen twice.", "Keep one of the two.")
            met.append(answer)
        return tuple(found)

    def nothing_else(self) -> None:
        """A slip for each field that nobody has asked for."""
        for name in self._nodes:
            if name not in self._asked:
                near = get_close_matches(name, self._asked, 1)
                known = listed(dict.fromkeys(self._asked))
                remedy = f"Is `{near[0]}` meant?" if near else f"Known here: {known}."
                self.slip(name, f"There is no field of this name: `{name}`.", remedy)

    def _node(self, name: str, may_miss: bool) -> Any:
        self._asked.append(name)
        if name not in self._nodes and not may_miss:
            self.slip(name, "The field is missing.", f"Add `{name}:`.")
        return self._nodes.get(name)

    def _as_text(self, name: str, node: Any) -> str:
        if node.id != "scalar":
            remedy = "Write it as one text, in quotes if it begins with a bracket or a dash."
            self.slip(name, "This is a list or has fields, and a text is meant.", remedy)
            return ""
        words = str(node.value).strip()
        if not words:
            self.slip(name, "The field is empty.", "Fill it, or take the line away.")
        return words
