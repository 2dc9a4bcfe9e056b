"""Wording: how portlab writes numbers, lists, times and lines wherever it speaks to a learner.

On the lowest floor, so that every room says `1 packet` and `a, b and c` alike. What a subject says
stands with that subject; here is only what all of them share.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

WIDTH = 88
"""Characters in a line of text, so that a notebook shows it without a scroll bar."""
_width: ContextVar[int] = ContextVar("width", default=WIDTH)

_SECOND = 1_000_000


@contextmanager
def as_wide_as(columns: int) -> Iterator[None]:
    """In the block, lines are no longer than `columns` either: a terminal may be narrower."""
    token = _width.set(min(WIDTH, columns))
    try:
        yield
    finally:
        _width.reset(token)


def wrapped(text: str, indent: str = "", hanging: str = "") -> str:
    """`text` in lines of at most `WIDTH`, or as a terminal is wide, behind `indent`.

    From the second line on `hanging` stands before it too.

    Words stay whole, those with a hyphen too.

    >>> print(wrapped("1. " + "one two " * 12, hanging="   "))
    1. one two one two one two one two one two one two one two one two one two one two one
       two one two
    """
    from textwrap import fill  # most of what imports this room never wraps

    return fill(
        text.strip(),
        _width.get(),
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def count(number: float, noun: str) -> str:
    """
    >>> count(1, "byte"), count(1480, "byte"), count(1.5, "round trip")
    ('1 byte', '1,480 bytes', '1.5 round trips')
    """
    written = f"{number:,}" if isinstance(number, int) else f"{number:,g}"
    return f"{written} {noun}{'' if number == 1 else 's'}"


def listed(items: Iterable[object], last: str = "and") -> str:
    """
    >>> listed(["a", "b", "c"]), listed([80, 443], "or"), listed([80]), listed([])
    ('a, b and c', '80 or 443', '80', '')
    """
    *before, end = [str(item) for item in items] or [""]
    return f"{', '.join(before)} {last} {end}" if before else end


def brief(time: int) -> str:
    """`time` in microseconds, alone and in few characters, exact up to a month.

    >>> brief(10_000), brief(1_020_000), brief(61_000_001)
    ('10 ms', '1.02 s', '61.000001 s')
    """
    return f"{time / _SECOND:.12g} s" if abs(time) >= _SECOND else f"{time / 1000:.6g} ms"


def literal(text: str, *, code: bool = False) -> str:
    """Markdown that shows `text` as it is, in tables too; with `code`, backticks still mark code.

    >>> print(literal("a|b_c"), literal("see `a_b`, not c_d", code=True))
    a\\|b\\_c see `a_b`, not c\\_d
    """
    if not code:
        return re.sub(r"([\\`*_<>|\[\]])", r"\\\1", text)
    pieces = re.split("(`[^`]+`)", text)
    return "".join(
        piece.replace("|", "\\|") if number % 2 else literal(piece)
        for number, piece in enumerate(pieces)
    )
