"""How something asked shows itself: always as text, and as a widget where a page can hold one."""

from collections.abc import Callable
from typing import Any

from portlab.system import is_static
from portlab.views.page.lifetime import in_kernel, keep


def bundle(text: str, widget: Callable[[], Any]) -> dict[str, Any]:
    """What a notebook gets: `text`, and `widget()` unless nobody could see it or none may be."""
    data: dict[str, Any] = {"text/plain": text}
    if in_kernel() and not is_static():
        made = widget()
        keep(made)
        data = made._repr_mimebundle_()[0] | data
    return data
