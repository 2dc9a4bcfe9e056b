"""The registry: which name IANA's list has for a number and a transport. Names and numbers only.

About 11,600 lines, read once, when somebody asks: that takes 50 ms.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portlab import material
from portlab.errors import CatalogueError, PortError
from portlab.ports import check_port
from portlab.services.entry import TRANSPORTS

HEADER = ["port", "transport", "service"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line of the registry."""

    number: int
    transport: str
    name: str


class Registry:
    """All assignments, by number and by name.

    `numbers` are those assigned for at least one transport, `names` all names in small letters.
    """

    def __init__(self, assignments: tuple[Assignment, ...]) -> None:
        self.assignments = assignments
        self._at: dict[int, list[Assignment]] = {}
        self._named: dict[str, list[Assignment]] = {}
        for one in assignments:
            self._at.setdefault(one.number, []).append(one)
            self._named.setdefault(one.name.lower(), []).append(one)
        self.numbers = frozenset(self._at)
        self.names = frozenset(self._named)

    def at(self, number: int, transport: str | None = None) -> tuple[Assignment, ...]:
        """What the registry has for this number: one line for each transport."""
        found = self._at.get(number, ())
        return tuple(one for one in found if transport in (None, one.transport))

    def named(self, name: str) -> tuple[Assignment, ...]:
        """The lines with exactly this name, in any case."""
        return tuple(self._named.get(name.strip().lower(), ()))

    def containing(self, text: str) -> tuple[Assignment, ...]:
        """The lines whose name has `text` in it, in the order of their numbers."""
        wanted = text.strip().lower()
        return tuple(one for one in self.assignments if wanted in one.name.lower())

    def names_at(self, number: int) -> tuple[str, ...]:
        """The different names for this number, over all transports.

        >>> registry().names_at(514)
        ('shell', 'syslog')
        """
        return tuple(dict.fromkeys(one.name for one in self._at.get(number, ())))

    def transports(self, number: int, name: str) -> tuple[str, ...]:
        """The transports for which this number has this name.

        >>> registry().transports(443, "https")
        ('tcp', 'udp', 'sctp')
        """
        here = {one.transport for one in self._at.get(number, ()) if one.name == name}
        return tuple(transport for transport in TRANSPORTS if transport in here)


@cache
def registry() -> Registry:
    """The whole registry. Raises CatalogueError if its file is damaged, PortlabError if missing."""
    return read(material.data() / "registry.csv")


def read(file: Path) -> Registry:
    """The registry in `file`. Raises CatalogueError with file and line."""
    with file.open(encoding="utf-8", newline="") as opened:
        lines = csv.reader(opened)
        if next(lines, None) != HEADER:
            raise CatalogueError(file.name, 1, f"The first line must be `{','.join(HEADER)}`.")
        return Registry(tuple(_assignment(row, file.name, lines.line_num) for row in lines))


def _assignment(row: list[str], file: str, line: int) -> Assignment:
    if len(row) != len(HEADER) or not all(row):
        raise CatalogueError(
            file, line, f"A line has {len(HEADER)} values, and here are {row}. Write all of them."
        )
    number, transport, name = row
    if transport not in TRANSPORTS:
        raise CatalogueError(file, line, f"{transport!r} is no transport. Write tcp, udp or sctp.")
    try:
        return Assignment(check_port(int(number), zero=True), transport, name)
    except (PortError, ValueError) as error:
        raise CatalogueError(file, line, f"{number!r} is no port number (0 to 65535).") from error
