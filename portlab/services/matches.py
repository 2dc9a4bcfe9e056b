"""What a search has found: a card for one service, a short table for several."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from portlab.ports import port_range
from portlab.services.card import card, marked, range_text, transports_text
from portlab.services.entry import Service
from portlab.services.registry import Assignment
from portlab.wording import count, listed, literal, wrapped

ROWS_SHOWN = 25
NAMES_SHOWN = 8
"""Longer lists end with how many more there are."""

_HEADINGS = ("port", "over", "short", "what it is", "encrypted")


@dataclass(frozen=True, slots=True)
class Matches:
    """Services that were found, the nearest first; `registered` are further lines of the registry.

    `number` is what was asked for if that was a number; `close` are names that may be meant where
    nothing was found. `remark` says what is not as asked for: a transport that nobody uses, or
    that the number or name is not registered for.
    """

    query: str
    services: tuple[Service, ...]
    registered: tuple[Assignment, ...] = ()
    number: int | None = None
    close: tuple[str, ...] = ()
    remark: str = ""

    def __iter__(self) -> Iterator[Service]:
        return iter(self.services)

    def __len__(self) -> int:
        return len(self.services)

    def __getitem__(self, place: int) -> Service:
        return self.services[place]

    def __str__(self) -> str:
        return "\n\n".join([*self._head(), *self._body(), *self._rest()])

    __repr__ = __str__

    def as_dict(self) -> dict[str, object]:
        """All of it as plain data, for JSON."""
        numbers = None
        if self.number is not None:
            home = port_range(self.number)
            numbers = {"name": home.name, "also": home.also, "first": home.first, "last": home.last}
        return {
            "query": self.query,
            "number": self.number,
            "range": numbers,
            "services": [as_dict(one) for one in self.services],
            "registered": [asdict(one) for one in self.registered],
            "close": list(self.close),
            "remark": self.remark,
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        if len(self) == 1:
            body = [marked(self.services[0])]
        else:
            rows = [" | ".join(map(literal, _cells(one))) for one in self.services[:ROWS_SHOWN]]
            heading = [" | ".join(_HEADINGS), "|".join("-" * 3 for _ in _HEADINGS)]
            body = ["\n".join(f"| {row} |" for row in [*heading, *rows])] if rows else []
        parts = [*map(literal, self._head()), *body, *map(literal, self._rest())]
        return {"text/plain": str(self), "text/markdown": "\n\n".join(parts)}

    def _head(self) -> list[str]:
        remark = [wrapped(self.remark)] if self.remark and self.services else []
        if len(self) == 1:
            return remark
        if self.number is not None:
            return [wrapped(f"{self.number}: {range_text(self.number)}."), *remark]
        if not self.services:
            return []
        return [f'{count(len(self), "service")} for "{self.query}":', *remark]

    def _body(self) -> list[str]:
        if len(self) == 1:
            return [card(self.services[0])]
        shown = self.services[:ROWS_SHOWN]
        return [_table([_HEADINGS, *map(_cells, shown)])] if shown else []

    def _rest(self) -> Iterator[str]:
        if (more := len(self) - ROWS_SHOWN) > 0:
            yield f"... and {more} more."
        if not self.services:
            yield wrapped(self._nothing())
        if self.registered:
            names = list(dict.fromkeys(f"{one.name} ({one.number})" for one in self.registered))
            if (more := len(names) - NAMES_SHOWN) > 0:
                names[NAMES_SHOWN:] = [f"{more:,} more"]
            also = " also" if self.services else ""
            yield wrapped(f"The registry{also} has {listed(names)}.")

    def _nothing(self) -> str:
        if self.remark:
            return self.remark
        if self.number == 0:
            return "It is reserved: a program that asks for port 0 gets a free one from its system."
        if self.number is not None:
            return (
                "No service is assigned to it, and the course knows none there. Any program may "
                "use it."
            )
        near = f" Did you mean {listed(self.close, 'or')}?" if self.close else ""
        return f'The catalogue has nothing for "{self.query}".{near}'


def as_dict(one: Service) -> dict[str, object]:
    """A service as plain data, with its range."""
    return asdict(one) | {"range": one.range.name}


def _cells(one: Service) -> tuple[str, ...]:
    legacy = " (legacy)" if one.legacy else ""
    return (str(one.number), transports_text(one), one.short, one.everyday + legacy, one.encrypted)


def _table(lines: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place == 0 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
