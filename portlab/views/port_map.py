"""What `port_map()` gives: all port numbers, to print, to draw, to touch, to save."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portlab.errors import PortlabError
from portlab.system import is_static
from portlab.trace.trace import Trace
from portlab.views.page.lifetime import in_kernel, keep
from portlab.views.ports.laying import Ports, sets_of
from portlab.views.ports.layout import layout
from portlab.views.ports.shapes import PortLayout
from portlab.views.ports.text import SHOWN
from portlab.views.printable import terminal_is_plain
from portlab.views.saving import save
from portlab.wording import wrapped

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

_TITLE = "Port map"


def port_map(
    what: "Ports | Mapping[str, Ports] | Trace | None" = None, name: str | None = None
) -> "PortMap":
    """All 65,536 port numbers by range and assignment, with whatever is laid on them.

    `what` is a set of numbers or services, which may have a `name`; several sets by name; or a
    Trace, whose servers and clients are shown. Raises PortError for what is no port, PortlabError
    for an empty set and for more sets than a map can tell apart.

    >>> print(port_map({443}, "asked for"))
    All 65,536 port numbers, and what each is assigned for in IANA's registry.
    ...
    asked for: 1 port, marked with a circle; 1 system.
        443  system  HTTPS, encrypted web pages
    """
    return PortMap(layout(sets_of(what, name)))


class PortMap:
    """A map that shows itself: `print` gives text, a notebook shows the picture too."""

    def __init__(self, layout: PortLayout) -> None:
        self.layout = layout

    def text(self, *, limit: int | None = SHOWN, ascii: bool | None = None) -> str:
        """The map in sentences; at most `limit` ports of each set are listed (None: all of them).

        It is drawn with nothing, so `ascii` is about the names of sets only: True keeps them to
        characters that every terminal has, None asks whether standard output can show others.
        Raises PortlabError for a limit under 1.
        """
        from portlab.views.ports import text

        if limit is not None and limit < 1:
            raise PortlabError(f"A list of {limit} ports says nothing. Give limit=1 or more.")
        whole = text.render(self.layout, limit=limit)
        plain = terminal_is_plain() if ascii is None else ascii
        return whole.encode("ascii", "backslashreplace").decode() if plain else whole

    def located(self) -> str:
        """Only where the numbers lie that were laid on the map, in a line and in sentences."""
        from portlab.views.ports import text

        said = [wrapped(one, "   ", "   ") for one in text.located(self.layout)]
        head = "On the map (s: system ports, u: user ports, d: dynamic ports):"
        return "\n".join([head, text.strip(self.layout), *said])

    def with_words(self, words: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """`words` with the figure, as a notebook stores them."""
        from portlab.views.encoding import text_and_png

        return text_and_png(words, self.figure(), _TITLE, self.alt_text)

    @property
    def alt_text(self) -> str:
        """All that the figure shows in sentences, for who cannot see it."""
        return self.text(ascii=False)

    def figure(self) -> "Figure":
        """The map as a matplotlib Figure, of which pyplot knows nothing."""
        from portlab.views.ports import figure

        return figure.draw(self.layout)

    def save(self, path: "str | Path") -> None:
        """Write it to a file; the suffix says how: .png, .svg, .pdf or .txt.

        Raises PortlabError for any other suffix, and where the file cannot be written.
        """
        save("map", path, self._as_file)

    def _as_file(self, suffix: str) -> bytes:
        from portlab.views.encoding import as_file

        return as_file(self, suffix, _TITLE)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self.layout.laid)
        return f"<PortMap of 65,536 ports{f' and {names}' if names else ''}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[Any, Any]:
        data, sizes = self.with_words(self.text(ascii=False))
        if in_kernel() and not is_static():
            from portlab.views.ports.widget import PortMapWidget

            widget: Any = PortMapWidget(self.layout)
            keep(widget)
            data = widget._repr_mimebundle_()[0] | data
        return data, sizes
