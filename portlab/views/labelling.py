"""Where the labels of a figure go: along their arrows, and never one over another.

Each label tries a few places along its arrow and takes the first that is free. Rectangles stand
at angles, so they are compared by their separating axes.
"""

from collections.abc import Container, Sequence
from math import atan2, cos, degrees, hypot, sin
from typing import TYPE_CHECKING, Any, cast

from portlab.views.characters import UNICODE
from portlab.views.shapes import Arrow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point = tuple[float, float]
Line = tuple[Arrow, Point, Point]
Box = tuple[Point, Point, Point, Point]

_INK, _GREY = "#1a1a1a", "#595959"
_SIZE, _SMALL = 8.5, 7.5
_SMALLEST = 0.6
_OFF = 0.035
_MARGIN = 0.16
_CROSS = 0.16
_ANYWHERE = tuple(step / 20 for step in range(21))
_IN_THE_MIDDLE = (0.5, 0.4, 0.6, 0.3, 0.7, *_ANYWHERE)
_AT_SENDER = _ANYWHERE
_BEHIND = {"boxstyle": "square,pad=0.05", "fc": "white", "ec": "none", "alpha": 0.9}


class Labeller:
    """Writes labels on `axes` (in inches, y down) and remembers where they are.

    The numbers in `marked` get a sign.
    """

    def __init__(self, axes: "Axes", font: str, marked: Container[int] = ()) -> None:
        self.axes = axes
        self.font = font
        self.marked = marked
        self.taken: list[Box] = []

    def here(self, x: float, y: float, text: str, **style: Any) -> None:
        """A level label with its middle (or the side that `ha` says) at this point."""
        style = {"ha": "center", **style}
        width, height = self.size(text, style["size"])
        left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[style["ha"]] * width
        self.taken.append(_box((left + width / 2, y), width, height, 0.0))
        self._write(x, y, text, va="center", **style)

    def beside(self, x: float, y: float, off: float, text: str, **style: Any) -> bool:
        """A level label beside this point, at most `off` from it, or nothing where all is taken.

        It stays within the page.
        """
        width, height = self.size(text, style["size"])
        width += 0.06
        aside, away = off + width / 2, off + height / 2
        for dx, dy in ((aside, 0.0), (-aside, 0.0), (0.0, -away), (0.0, away)):
            box = level((x + dx, y + dy), width, height)
            if not any(overlap(box, other) for other in self.taken):
                self.taken.append(box)
                self._write(x + dx, y + dy, text, ha="center", va="center", **style)
                return True
        return False

    def arrows(self, lines: Sequence[Line]) -> None:
        """The labels of all arrows: in the middle, or at their sender where lines are many."""
        for arrow, _, end in lines:
            if arrow.fate == "lost":
                self.taken.append(_box(end, _CROSS, _CROSS, 0.0))
        rest = []
        for at, (arrow, start, end) in enumerate(lines):
            first, more = self._lines_of(arrow, hypot(end[0] - start[0], end[1] - start[1]))
            places = _AT_SENDER if _crowded(lines, at) else _IN_THE_MIDDLE
            self._along(self.numbered(arrow.number), first, start, end, places)
            rest.append((more, start, end))
        for more, start, end in rest:
            if more:
                self._write_free(more, start, end, _IN_THE_MIDDLE, above=False)

    def numbered(self, number: int, text: str = "") -> str:
        """A label: the record's number, before it the sign if it is marked, behind it `text`."""
        return f"{UNICODE.differs} {number}{text}" if number in self.marked else f"{number}{text}"

    def _lines_of(self, arrow: Arrow, length: float) -> tuple[str, str]:
        """What goes above the line, and what below it: of a lost packet, only why it was lost.

        What else may move below the line is then left out where there is no room above it.
        """
        room = length - 2 * _MARGIN
        if arrow.fate != "lost":
            return self._split(arrow, room)
        why = " ".join(piece.text for piece in arrow.pieces if piece.name == "lost")
        header = [piece for piece in arrow.pieces if piece.name != "lost"]
        for most in (1, 0):
            above = "  " + " ".join(piece.text for piece in header if piece.rank <= most)
            if self.size(self.numbered(arrow.number, above), _SIZE)[0] <= room:
                break
        return above, why

    def _split(self, arrow: Arrow, room: float) -> tuple[str, str]:
        """As much above the line as it has room for, and the rest below."""
        above, below = "", ""
        for piece in sorted(arrow.pieces, key=lambda one: min(one.rank, 1)):
            wider = f"{above} {piece.text}" if above else f"  {piece.text}"
            if piece.rank == 0 and self.size(self.numbered(arrow.number, wider), _SIZE)[0] <= room:
                above = wider
                continue
            wider = f"{below} {piece.text}".lstrip()
            fits = self.size(wider, _SMALL)[0] <= room
            if piece.rank == 0 or (piece.rank == 1 and fits):
                below = wider
        return above, below

    def _along(
        self, number: str, text: str, start: Point, end: Point, places: Sequence[float]
    ) -> None:
        """Above the line; where all of it finds no room, at least the number."""
        self._write_free(number + text, start, end, places, above=True) or self._write_free(
            number, start, end, _ANYWHERE, above=True
        )

    def _write_free(
        self, text: str, start: Point, end: Point, places: Sequence[float], *, above: bool
    ) -> bool:
        """Write at the first place that is free, or say that there is none.

        What is too long for its arrow is written smaller.
        """
        size = _SIZE if above else _SMALL
        width, height = self.size(text, size)
        room = hypot(end[0] - start[0], end[1] - start[1]) - 2 * _MARGIN
        if width > room:
            size *= max(room / width, _SMALLEST)
            width, height = self.size(text, size)
        for place in places:
            box, middle, angle = self._place(start, end, width, height, place, above=above)
            if not any(overlap(box, other) for other in self.taken):
                self.taken.append(box)
                style: dict[str, Any] = {"size": size, "color": _INK if above else _GREY}
                style |= {"rotation": angle, "rotation_mode": "anchor"}
                self._write(middle[0], middle[1], text, ha="center", va="center", **style)
                return True
        return False

    def _place(
        self, start: Point, end: Point, width: float, height: float, place: float, *, above: bool
    ) -> tuple[Box, Point, float]:
        """A box beside the line, and its middle and angle; `place` 0 is the sender's end."""
        dx, dy = end[0] - start[0], end[1] - start[1]
        length = hypot(dx, dy)
        ux, uy = dx / length, dy / length
        at = _MARGIN + width / 2 + place * max(0.0, length - width - 2 * _MARGIN)
        off = (_OFF + height / 2) * (-1 if above else 1)
        # The normal that points down the page, whichever way the arrow goes.
        nx, ny = (-uy, ux) if ux > 0 else (uy, -ux)
        middle = (start[0] + ux * at + nx * off, start[1] + uy * at + ny * off)
        # Text reads from left to right: an arrow to the left is read from its head.
        angle = atan2(uy, ux) if ux > 0 else atan2(-uy, -ux)
        return _box(middle, width, height, angle), middle, -degrees(angle)

    def size(self, text: str, size: float) -> tuple[float, float]:
        """Width and height in inches."""
        from matplotlib.font_manager import FontProperties

        renderer = cast(Any, self.axes.figure).canvas.get_renderer()
        font = FontProperties(family=self.font, size=size)
        width, height, _ = renderer.get_text_width_height_descent(text, font, False)
        dpi = self.axes.figure.dpi
        return width / dpi + 0.04, height / dpi + 0.02

    def _write(self, x: float, y: float, text: str, **style: Any) -> None:
        self.axes.text(
            x, y, text, family=self.font, parse_math=False, bbox=_BEHIND, zorder=5, **style
        )


def _crowded(lines: Sequence[Line], at: int) -> bool:
    """Does the arrow cross another, or fly with several?"""
    arrow, start, end = lines[at]
    with_it = [
        other
        for other, top, bottom in lines
        if max(start[1], top[1]) < min(end[1], bottom[1]) and other is not arrow
    ]
    return len(with_it) > 1 or any(other.start != arrow.start for other in with_it)


def _box(middle: Point, width: float, height: float, angle: float) -> Box:
    """The corners of a rectangle turned by `angle` (radians, y down)."""
    c, s = cos(angle), sin(angle)
    halves = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    corners = [
        (
            middle[0] + (a * width * c - b * height * s) / 2,
            middle[1] + (a * width * s + b * height * c) / 2,
        )
        for a, b in halves
    ]
    return corners[0], corners[1], corners[2], corners[3]


def level(middle: Point, width: float, height: float) -> Box:
    """The corners of a rectangle that is not turned."""
    return _box(middle, width, height, 0.0)


def overlap(one: Box, other: Box) -> bool:
    """Do two turned rectangles share any area? They do not if some side's line parts them."""
    for box in (one, other):
        for at in (0, 1):
            ax, ay = box[at + 1][0] - box[at][0], box[at + 1][1] - box[at][1]
            first = [ax * x + ay * y for x, y in one]
            second = [ax * x + ay * y for x, y in other]
            if max(first) <= min(second) or max(second) <= min(first):
                return False
    return True
