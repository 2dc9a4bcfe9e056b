"""How something asked shows itself: always as text, and as a widget where a page can hold one."""

import textwrap
from collections.abc import Callable
from typing import Any

from portlab.system import is_static
from portlab.views.page.lifetime import in_kernel, keep

WIDTH = 80
"""Columns of the text form."""


def bundle(text: str, widget: Callable[[], Any]) -> dict[str, Any]:
    """What a notebook gets: `text`, and `widget()` unless nobody could see it or none may be."""
    data: dict[str, Any] = {"text/plain": text}
    if in_kernel() and not is_static():
        made = widget()
        keep(made)
        data = made._repr_mimebundle_()[0] | data
    return data


def wrapped(text: str, indent: str = "", hanging: str = "") -> list[str]:
    """`text` as lines of at most `WIDTH` columns behind `indent`, from the second on `hanging` too.

    >>> print(*wrapped("1. " + "one two " * 12, hanging="   "), sep="\\n")
    1. one two one two one two one two one two one two one two one two one two one
       two one two one two
    """
    return textwrap.wrap(
        text.strip(),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
