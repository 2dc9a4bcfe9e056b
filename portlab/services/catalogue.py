"""The catalogue: `data/services.csv`, the course's own words about what runs behind the numbers.

A row is a Service. What is wrong with one is a CatalogueError that names file, line, column, rule
and remedy; a catalogue with a wrong row is not read at all, because others might lean on it.
"""

import csv
from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from pathlib import Path

from portlab import material
from portlab.errors import CatalogueError
from portlab.services.entry import (
    ENCRYPTED,
    LEVELS,
    PARTNER_KINDS,
    STANDINGS,
    STATUSES,
    TRANSPORTS,
    Partner,
    Service,
)
from portlab.wording import listed

COLUMNS = tuple(field.name for field in fields(Service))
"""One column for each field, in this order. Lists are parted by `;`."""

MAY_BE_EMPTY = {"also", "registered", "partners", "replaced_by", "rfc", "exam", "hook", "note"}

_WORDS = {"status": STATUSES, "standing": STANDINGS, "level": LEVELS, "encrypted": ENCRYPTED[:3]}


@cache
def catalogue() -> tuple[Service, ...]:
    """All services of the course, by number. Raises CatalogueError, PortlabError."""
    return read(material.data() / "services.csv")


def read(file: Path) -> tuple[Service, ...]:
    """The catalogue in `file`. Raises CatalogueError with file and line."""
    found: list[Service] = []
    lines: dict[str, int] = {}
    with file.open(encoding="utf-8", newline="") as opened:
        rows = csv.reader(opened)
        if tuple(next(rows, ())) != COLUMNS:
            raise CatalogueError(file.name, 1, f"The columns must be `{','.join(COLUMNS)}`.")
        for row in rows:
            reader = _Row(row, file.name, rows.line_num)
            one = reader.service()
            if one.name in lines:
                raise reader.slip("name", f"{one.name!r} is in line {lines[one.name]} as well")
            lines[one.name] = rows.line_num
            found.append(one)
    for one in found:
        for other in (*(partner.name for partner in one.partners), *one.replaced_by):
            if other not in lines:
                raise CatalogueError(
                    file.name,
                    lines[one.name],
                    f"{one.name} points to {other!r}, which is not in the catalogue. Write the "
                    "name of a row.",
                )
    return tuple(sorted(found, key=lambda one: one.number))


class _Row:
    """One line of the file, column by column."""

    def __init__(self, values: list[str], file: str, line: int) -> None:
        self._file, self._line = file, line
        if len(values) != len(COLUMNS):
            raise CatalogueError(
                file,
                line,
                f"The line has {len(values)} values, and {len(COLUMNS)} are meant. A text with a "
                "comma in it stands in double quotes.",
            )
        self._values = dict(zip(COLUMNS, map(str.strip, values), strict=True))

    def slip(self, column: str, what: str) -> CatalogueError:
        return CatalogueError(self._file, self._line, f"Column {column}: {what}.")

    def service(self) -> Service:
        for column, value in self._values.items():
            if not value and column not in MAY_BE_EMPTY:
                raise self.slip(column, "it is empty, and each service needs it")
        if self._values["level"] != "look up" and not self._values["hook"]:
            raise self.slip("hook", "what is to be known needs one; a sentence about its digits")
        return Service(
            number=self._number(),
            name=self._values["name"],
            short=self._values["short"],
            long=self._values["long"],
            everyday=self._values["everyday"],
            also=self._list("also"),
            registered=self._transports("registered"),
            used=self._transports("used"),
            status=self._word("status"),
            standing=self._word("standing"),
            level=self._word("level"),
            purpose=self._values["purpose"],
            encrypted=self._word("encrypted"),
            partners=tuple(map(self._partner, self._list("partners"))),
            replaced_by=self._list("replaced_by"),
            rfc=tuple(map(self._rfc, self._list("rfc"))),
            exam=self._list("exam"),
            hook=self._values["hook"],
            note=self._values["note"],
        )

    def _number(self) -> int:
        text = self._values["number"]
        if text.isascii() and text.isdecimal() and 1 <= int(text) <= 0xFFFF:
            return int(text)
        raise self.slip("number", f"{text!r} is no port; write a whole number from 1 to 65535")

    def _list(self, column: str) -> tuple[str, ...]:
        text = self._values[column]
        parts = tuple(part.strip() for part in text.split(";")) if text else ()
        if not all(parts) or len(set(parts)) < len(parts):
            raise self.slip(column, f"{text!r} has an empty part, or one twice; write `a; b`")
        return parts

    def _word(self, column: str) -> str:
        return self._one_of(column, self._values[column], _WORDS[column])

    def _transports(self, column: str) -> tuple[str, ...]:
        return tuple(self._one_of(column, part, TRANSPORTS) for part in self._list(column))

    def _partner(self, text: str) -> Partner:
        name, by, kind = text.partition(" by ")
        if not by:
            raise self.slip("partners", f"{text!r} names no kind; write `imaps by implicit TLS`")
        return Partner(name, self._one_of("partners", kind, PARTNER_KINDS))

    def _rfc(self, text: str) -> int:
        if text.isascii() and text.isdecimal():
            return int(text)
        raise self.slip("rfc", f"{text!r} is no number of an RFC; write `9110; 9112`")

    def _one_of(self, column: str, text: str, words: Iterable[str]) -> str:
        if text in words:
            return text
        raise self.slip(column, f"{text!r} is not known here; write {listed(words, 'or')}")
