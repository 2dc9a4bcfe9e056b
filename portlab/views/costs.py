"""What several exchanges cost, beside each other: packets, bytes, round trips, time."""

from typing import Any

from portlab.errors import PortlabError
from portlab.trace.cost import Cost, cost
from portlab.trace.trace import Trace
from portlab.wording import brief, literal

_TRY = 'Write costs({"UDP": one, "TCP": other}), with what run(experiment) returned.'
_HEADINGS = ("packets", "of them lost", "bytes", "round trips", "answer after")


def costs(traces: dict[str, Trace]) -> "Costs":
    """A table of what each exchange cost, as in `costs({"UDP": one, "TCP": other})`.

    Raises PortlabError for what is no Trace.
    """
    if not isinstance(traces, dict):
        raise PortlabError(f"{traces!r} has no names. {_TRY}")
    for name, one in traces.items():
        if not isinstance(one, Trace):
            raise PortlabError(f"{name!r} is a {type(one).__name__} and no trace. {_TRY}")
    return Costs({name: cost(trace) for name, trace in traces.items()})


class Costs(dict[str, Cost]):
    """Costs by name; printed, or as a cell's value, it is a table."""

    def rows(self) -> list[tuple[str, ...]]:
        """The cells of the table, headings first."""
        lines: list[tuple[str, ...]] = [("", *_HEADINGS)]
        for name, one in self.items():
            trips = "-" if one.round_trips is None else f"{one.round_trips:g}"
            answered = "no answer" if one.answered is None else brief(one.answered)
            numbers = (str(one.packets), str(one.lost), f"{one.bytes:,}", trips, answered)
            lines.append((name, *numbers))
        return lines

    def __str__(self) -> str:
        columns = list(zip(*self.rows(), strict=True))
        widths = [max(map(len, column)) for column in columns]
        lines = [
            "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
            for row in self.rows()
        ]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        head, *body = ("|".join(["", *map(literal, row), ""]) for row in self.rows())
        rule = "|---|" + "---:|" * len(_HEADINGS)
        return {"text/plain": str(self), "text/markdown": "\n".join([head, rule, *body])}
