"""Facts about this computer, line by line, as a learner sees them: what, here, what for."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from portlab.wording import literal, wrapped


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what it is, what it is here, and what it is for."""

    what: str
    here: str
    purpose: str


class Facts(ABC):
    """As a cell's value, or printed, it is a table of its `lines`. `note` stands under it."""

    note: str

    @property
    @abstractmethod
    def lines(self) -> list[Line]:
        """The table as plain data."""

    def __str__(self) -> str:
        width = max(len(line.what) for line in self.lines)
        parts = []
        for line in self.lines:
            parts.append(f"{line.what:<{width}}  {line.here}")
            parts.append(wrapped(line.purpose, " " * (width + 2)))
        return "\n".join([*parts, "", wrapped(self.note)])

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        rows = ["| what | here | what it is for |", "|---|---|---|"]
        rows += [f"| **{one.what}** | {literal(one.here)} | {one.purpose} |" for one in self.lines]
        return {"text/plain": str(self), "text/markdown": "\n".join([*rows, "", self.note])}
