"""Stacks of layers beside each other: which protocol stands on which, and what each is for."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Any, cast

from portlab.errors import PortlabError
from portlab.views.canvas import INK, page, write
from portlab.views.saving import save

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

_COLUMN = 36
"""Characters in a box of the text."""

_TOP, _BETWEEN, _BOTTOM = "┌┐", "├┤", "└┘"
_ASCII = str.maketrans("┌┐├┤└┘─│", "++++++-|")

_BOX, _GAP, _EDGE, _TITLE = 3.6, 0.35, 0.15, 0.45
_HEAD, _LINE = 0.4, 0.19
_IN_A_BOX = 46
_FILLS = ("#ffffff", "#dbe9f4", "#fdeecf", "#e6e6e6")


def layers(stacks: Mapping[str, Sequence[str]]) -> "Layers":
    """The stacks by name, each from its highest layer down; `name: what it does` fills a box.

    The last layers stand on one line. Raises PortlabError for a stack without layers.
    """
    for name, stack in stacks.items():
        if isinstance(stack, str) or not stack:
            raise PortlabError(f"{name!r} has no layers. Give them in a list, the highest first.")
    return Layers(stacks)


class Layers:
    """See `layers`; it shows itself as a picture, and as boxes of characters."""

    def __init__(self, stacks: Mapping[str, Sequence[str]]) -> None:
        self.stacks = {name: tuple(stack) for name, stack in stacks.items()}

    def text(self, *, ascii: bool = False) -> str:
        """All stacks side by side; `ascii` keeps to characters that every terminal has."""
        number = len(self.stacks)
        lines = ["   ".join(name.ljust(_COLUMN + 4) for name in self.stacks).rstrip()]
        edge = _TOP
        for boxes in self._rows():
            said = [_said(box, _COLUMN) if box else [] for box in boxes]
            lines.append(_beside([_edge(edge) if one else "" for one in said]))
            for line in range(max(map(len, said))):
                lines.append(_beside([_inside(one, line) if one else "" for one in said]))
            edge = _BETWEEN
        text = "\n".join([*lines, _beside([_edge(_BOTTOM)] * number)])
        return text.translate(_ASCII) if ascii else text

    @property
    def alt_text(self) -> str:
        """Each stack in a sentence."""
        said = [f"{name}, from above: {'; '.join(stack)}." for name, stack in self.stacks.items()]
        return "\n".join(said)

    def figure(self) -> "Figure":
        """The stacks as a matplotlib Figure, of which pyplot knows nothing."""
        from matplotlib.patches import Rectangle

        rows = self._rows()
        heights = [_height(row) for row in rows]
        width = 2 * _EDGE + len(self.stacks) * (_BOX + _GAP) - _GAP
        axes = page(width, _TITLE + sum(heights) + _EDGE)
        for column, name in enumerate(self.stacks):
            write(axes, _EDGE + column * (_BOX + _GAP), 0.3, name, size=11, weight="bold")
        y = _TITLE
        for row, height in enumerate(heights):
            fill = _FILLS[row % len(_FILLS)]
            for column, box in enumerate(rows[row]):
                if box is None:
                    continue
                x = _EDGE + column * (_BOX + _GAP)
                axes.add_patch(Rectangle((x, y), _BOX, height, facecolor=fill, edgecolor=INK, lw=1))
                head, *rest = _said(box, _IN_A_BOX)
                write(axes, x + 0.12, y + 0.25, head, size=10.5, weight="bold")
                for number, line in enumerate(rest, start=1):
                    write(axes, x + 0.12, y + 0.27 + _LINE * number, line, size=8.5)
            y += height
        return cast("Figure", axes.figure)

    def save(self, path: "str | Path") -> None:
        """Write it to a file; the suffix says how: .png, .svg, .pdf or .txt."""
        from portlab.views.encoding import as_file

        save("picture", path, lambda suffix: as_file(self, suffix, "Layers"))

    def _rows(self) -> list[tuple[str | None, ...]]:
        """The boxes of one height, from above; None where a stack is lower than the others."""
        upwards = (reversed(stack) for stack in self.stacks.values())
        return list(zip_longest(*upwards))[::-1]

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Layers of {', '.join(self.stacks)}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[Any, Any]:
        from portlab.views.encoding import text_and_png

        return text_and_png(self.text(), self.figure(), "Layers", self.alt_text)


def _said(box: str, width: int) -> list[str]:
    """The name of a layer, and what it is for in lines of so many characters."""
    name, _, what = box.partition(":")
    return [name.strip(), *wrap(what.strip(), width)]


def _height(row: Sequence[str | None]) -> float:
    """Of the boxes of one row, in inches: that of the one with most to say."""
    return _HEAD + _LINE * (max(len(_said(box, _IN_A_BOX)) for box in row if box) - 1)


def _edge(corners: str) -> str:
    return corners[0] + "─" * (_COLUMN + 2) + corners[1]


def _inside(lines: list[str], number: int) -> str:
    text = lines[number] if number < len(lines) else ""
    return f"│ {text:<{_COLUMN}} │"


def _beside(parts: Sequence[str]) -> str:
    return "   ".join(part.ljust(_COLUMN + 4) for part in parts).rstrip()
