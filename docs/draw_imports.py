"""Draw who uses whom in portlab, from the code's own imports: `python docs/draw_imports.py`.

Writes docs/images/imports.svg. The same code gives the same bytes; a test compares them. A room
stands one row above the highest room it uses. An arrow that the others imply is left out: whoever
uses `network` may use `packets` too.
"""

import sys
from html import escape
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.architecture import edges  # noqa: E402

PICTURE = ROOT / "docs" / "images" / "imports.svg"
BOX, ROW, COLUMN, MARGIN = (104, 34), 74, 128, 16
SWEEPS = 8

STYLE = """
  text { font: 15px sans-serif; text-anchor: middle; dominant-baseline: central; fill: #000 }
  rect { fill: #fff; stroke: #0072b2; stroke-width: 2 }
  .page { stroke: none }
  .arrow { fill: none; stroke: #555; stroke-width: 1.5; marker-end: url(#tip) }
"""

TIP = (
    '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#555"/></marker>'
)

# A place is a room, or where a long arrow crosses a row: (user, used, row).
Place = str | tuple[str, str, int]


def svg() -> str:
    """The picture: users above, arrows to what they use."""
    uses = edges()
    height_of = {room: len(_longest(room, uses)) - 1 for room in uses}
    ways = [_way(room, other, height_of) for room in sorted(uses) for other in _direct(room, uses)]
    middles = _middles(_rows(height_of, ways), height_of)
    width = max(x for x, _ in middles.values()) + COLUMN / 2 + MARGIN
    height = max(y for _, y in middles.values()) + BOX[1] / 2 + MARGIN
    said = [f"{room} uses {', '.join(sorted(uses[room]))}" for room in sorted(uses) if uses[room]]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            'role="img">',
            "<title>Which room of portlab imports which</title>",
            f"<desc>{escape('; '.join(said))}.</desc>",
            f"<style>{STYLE}</style>",
            f"<defs>{TIP}</defs>",
            f'<rect class="page" width="{width:.0f}" height="{height:.0f}"/>',
            *(_arrow([middles[place] for place in way]) for way in ways),
            *(_box(room, *middles[room]) for room in sorted(uses)),
            "</svg>",
            "",
        ]
    )


def _longest(room: str, uses: dict[str, set[str]]) -> list[str]:
    return [
        room,
        *max((_longest(other, uses) for other in sorted(uses[room])), key=len, default=[]),
    ]


def _direct(room: str, uses: dict[str, set[str]]) -> list[str]:
    """What a room uses, without what is also used by something it uses."""
    reached = {far for other in uses[room] for far in _reached(other, uses)}
    return sorted(uses[room] - reached)


def _reached(room: str, uses: dict[str, set[str]]) -> set[str]:
    return set(uses[room]).union(*(_reached(other, uses) for other in uses[room]))


def _way(room: str, other: str, height_of: dict[str, int]) -> list[Place]:
    """The places an arrow passes, one in each row on its way down."""
    between = range(height_of[room] - 1, height_of[other], -1)
    return [room, *((room, other, row) for row in between), other]


def _rows(height_of: dict[str, int], ways: list[list[Place]]) -> list[list[Place]]:
    """The places of each row from left to right, from the bottom up, with few crossings.

    Each place moves to the mean of its neighbours, in sweeps up and down.
    """
    rows: list[list[Place]] = [[] for _ in range(max(height_of.values()) + 1)]
    near: dict[Place, list[Place]] = {}
    for way in ways:
        for upper, lower in pairwise(way):
            near.setdefault(upper, []).append(lower)
            near.setdefault(lower, []).append(upper)
    for place in dict.fromkeys([*sorted(height_of), *(place for way in ways for place in way)]):
        rows[height_of[place] if isinstance(place, str) else place[2]].append(place)
    at = {place: _spread(row)[place] for row in rows for place in row}
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 else reversed(rows):
            wish = {
                place: sum(at[one] for one in near.get(place, [place])) / len(near.get(place, [0]))
                for place in row
            }
            row.sort(key=lambda place: (wish[place], str(place)))
            at.update(_spread(row))
    return rows


def _spread(row: list[Place]) -> dict[Place, float]:
    """Columns for the places of one row, around 0."""
    return {place: number - (len(row) - 1) / 2 for number, place in enumerate(row)}


def _middles(
    rows: list[list[Place]], height_of: dict[str, int]
) -> dict[Place, tuple[float, float]]:
    columns = {place: column for row in rows for place, column in _spread(row).items()}
    left, top = min(columns.values()), max(height_of.values())
    return {
        place: (
            MARGIN + COLUMN * (column - left + 0.5),
            MARGIN
            + BOX[1] / 2
            + ROW * (top - (height_of[place] if isinstance(place, str) else place[2])),
        )
        for place, column in columns.items()
    }


def _arrow(points: list[tuple[float, float]]) -> str:
    """A smooth line down through the points, from box edge to box edge."""
    half = BOX[1] / 2
    (x, y), *rest = points
    y += half
    path = f"M{x:.0f} {y:.0f}"
    for number, (to_x, to_y) in enumerate(rest, 1):
        if number == len(rest):
            to_y -= half
        bend = (to_y - y) / 2
        path += f" C{x:.0f} {y + bend:.0f} {to_x:.0f} {to_y - bend:.0f} {to_x:.0f} {to_y:.0f}"
        x, y = to_x, to_y
    return f'<path class="arrow" d="{path}"/>'


def _box(room: str, x: float, y: float) -> str:
    width, height = BOX
    return (
        f'<rect x="{x - width / 2:.0f}" y="{y - height / 2:.0f}" width="{width}" '
        f'height="{height}" rx="6"/><text x="{x:.0f}" y="{y:.0f}">{escape(room)}</text>'
    )


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(svg(), encoding="utf-8", newline="\n")
    print(PICTURE)
