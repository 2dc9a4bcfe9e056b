"""TCP's states as a picture, drawn from the transition table (RFC 9293 3.3.2, figure 5).

Only where the boxes stand is written here; which arrows there are, and what they say, comes from
the table. With a trace, the moves that its hosts made are lit.
"""

from base64 import b64encode
from collections.abc import Iterable
from math import hypot
from typing import TYPE_CHECKING, Any

from portlab.errors import PortlabError
from portlab.tcp.states import TRANSITIONS, Cause, State, Transition
from portlab.trace.trace import Trace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Place = tuple[float, float]

# Left the side that closes first, right the side that closes second, as figure 5 has it.
PLACES: dict[State, Place] = {
    State.CLOSED: (2.0, 0.0),
    State.LISTEN: (2.0, 1.25),
    State.SYN_RECEIVED: (0.0, 2.1),
    State.SYN_SENT: (4.0, 2.1),
    State.ESTABLISHED: (2.0, 3.2),
    State.FIN_WAIT_1: (0.0, 4.2),
    State.CLOSE_WAIT: (4.0, 4.2),
    State.FIN_WAIT_2: (0.0, 5.5),
    State.CLOSING: (2.0, 5.0),
    State.LAST_ACK: (4.0, 5.5),
    State.TIME_WAIT: (2.0, 6.2),
}
_END = (4.0, 7.0)  # CLOSED once more, as in figure 5, so that no arrow crosses the picture
_ENDS_AT_BOTTOM = (State.LAST_ACK, State.TIME_WAIT)

SUDDEN = (
    Cause.RST,
    Cause.ABORT,
    Cause.GIVE_UP,
    Cause.NO_ANSWER,
    Cause.UNREACHABLE,
    Cause.UNREADABLE,
)
"""What ends a connection from many states at once; said under the picture, not drawn."""

_BOW = 0.8
# Labels that would lie on another arrow in the middle of their own.
_LABEL_AT = {
    (State.LISTEN, State.SYN_SENT): 0.28,
    (State.SYN_RECEIVED, State.LISTEN): 0.68,
    (State.CLOSED, State.SYN_SENT): 0.42,
}
_INK = "#222222"
_FAINT = "#8a8a8a"
# Okabe-Ito, and a dash of its own for each host, so that colour is not needed.
_HOSTS: tuple[tuple[str, Any], ...] = (
    ("#0072B2", "-"),
    ("#D55E00", (0, (4, 1.5))),
    ("#009E73", (0, (1, 1))),
)


def state_diagram(trace: Trace | None = None) -> "StateDiagram":
    """The diagram, with the moves of `trace` lit where it knows any.

    Raises PortlabError for what is no Trace.
    """
    if trace is not None and not isinstance(trace, Trace):
        raise PortlabError(
            f"A state diagram lights up the moves of a Trace, not of {type(trace).__name__}. "
            "Give it what run(experiment) returned, or nothing."
        )
    return StateDiagram(trace)


class StateDiagram:
    """Shows itself as a picture in a notebook and as a list of moves in text."""

    def __init__(self, trace: Trace | None = None) -> None:
        changes = trace.changes if trace else []
        self.hosts = tuple(dict.fromkeys(change.host for change in changes))
        self.moves = [(c.host, c.old, c.event, c.new) for c in changes]

    def text(self) -> str:
        """The moves: those of the trace in order, or without one the whole table."""
        if self.moves:
            width = max(len(host) for host in self.hosts)
            return "\n".join(
                f"{host:<{width}}  {old} -> {new}  ({event})"
                for host, old, event, new in self.moves
            )
        return "\n".join(
            f"{row.state:<12}  {_label([row]):<34}  -> {row.new:<12}  {row.reason.source}"
            for row in TRANSITIONS
        )

    def figure(self) -> "Figure":
        """The picture as a matplotlib Figure, of which pyplot knows nothing."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8.4, 7.0), dpi=100, facecolor="white")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(-0.75, 4.75)
        axes.set_ylim(8.0, -0.45)
        axes.axis("off")
        boxes = {place: _box(axes, state, place) for state, place in PLACES.items()}
        boxes[_END] = _box(axes, State.CLOSED, _END)
        for (old, new), rows in _drawn().items():
            self._arrow(axes, boxes, old, new, rows)
        self._legend(axes)
        return figure

    def _arrow(
        self, axes: "Axes", boxes: dict[Place, Any], old: State, new: State, rows: list[Transition]
    ) -> None:
        bottom = new is State.CLOSED and old in _ENDS_AT_BOTTOM
        start, end = PLACES[old], _END if bottom else PLACES[new]
        bend = 0.0
        if (new, old) in _drawn():  # two arrows between two boxes bow apart
            bend = _BOW / hypot(end[0] - start[0], end[1] - start[1])

        def draw(bend: float, color: str, width: float, dashes: Any) -> None:
            axes.annotate(
                "", xy=end, xytext=start, zorder=7,  # after the boxes, whose drawn edges it needs
                arrowprops={
                    "arrowstyle": "-|>", "color": color, "lw": width, "ls": dashes,
                    "mutation_scale": 12, "connectionstyle": f"arc3,rad={bend}",
                    "patchA": boxes[start], "patchB": boxes[end], "shrinkA": 0, "shrinkB": 2,
                },
            )  # fmt: skip

        draw(bend, _FAINT, 1.0, "-")
        takers = [
            host
            for host in self.hosts
            if any(m[0] == host and m[1] == old and m[3] == new for m in self.moves)
        ]
        for host in takers:
            color, dashes = _HOSTS[self.hosts.index(host) % len(_HOSTS)]
            shift = 0.1 * (takers.index(host) - (len(takers) - 1) / 2)
            draw(bend + shift, color, 2.6, dashes)
        x, y = _on_arc(start, end, bend, _LABEL_AT.get((old, new), 0.5))
        axes.text(
            x, y, _label(rows), size=7.5, color=_INK, ha="center", va="center", zorder=8,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
        )  # fmt: skip

    def _stands(self, host: str) -> str:
        """Where `host` ended up: the last of its moves."""
        return next(new for name, _, _, new in reversed(self.moves) if name == host)

    def _legend(self, axes: "Axes") -> None:
        y = 7.15
        for host, (color, dashes) in zip(self.hosts, _HOSTS, strict=False):
            axes.plot([-0.55, -0.2], [y, y], color=color, lw=2.6, ls=dashes)
            axes.text(-0.05, y, f"{host}, ends in {self._stands(host)}", size=9, va="center")
            y += 0.24
        axes.text(-0.6, 7.72, self.sudden(), size=8, color=_INK, va="center")

    @staticmethod
    def sudden() -> str:
        """What the picture leaves out, read from the table."""

        def states(cause: Cause) -> int:
            return len({row.state for row in TRANSITIONS if row.cause is cause})

        said = [f"{cause} (from {states(cause)})" for cause in SUDDEN]
        return f"Not drawn, leading to CLOSED: {', '.join(said[:3])},\n{', '.join(said[3:])}."

    @property
    def alt_text(self) -> str:
        return "TCP's state diagram.\n" + self.text()

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<StateDiagram of {len(self.moves) or len(TRANSITIONS)} moves>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[Any, Any]:
        from portlab.views.encoding import encode, shown_size

        drawn = self.figure()
        png = encode(drawn, "png", "TCP state diagram", self.alt_text)
        data = {"text/plain": self.text(), "image/png": b64encode(png).decode()}
        return data, {"image/png": shown_size(drawn)}


def _drawn() -> dict[tuple[State, State], list[Transition]]:
    """The rows that get an arrow, by where they lead from and to."""
    drawn: dict[tuple[State, State], list[Transition]] = {}
    for row in TRANSITIONS:
        back_to_listen = row.state is State.SYN_RECEIVED and row.new is State.LISTEN
        if row.cause not in SUDDEN or back_to_listen:
            drawn.setdefault((row.state, row.new), []).append(row)
    return drawn


def _label(rows: Iterable[Transition]) -> str:
    return "\n".join(dict.fromkeys(str(row.cause) for row in rows))


def _on_arc(start: Place, end: Place, bend: float, part: float) -> Place:
    """The place at `part` (0 to 1) of matplotlib's arc3 curve, a quadratic Bezier."""
    (x1, y1), (x2, y2) = start, end
    # The control point; the y axis points down, which mirrors the arc's side.
    cx, cy = (x1 + x2) / 2 - bend * (y2 - y1), (y1 + y2) / 2 + bend * (x2 - x1)
    a, b, c = (1 - part) ** 2, 2 * part * (1 - part), part**2
    return a * x1 + b * cx + c * x2, a * y1 + b * cy + c * y2


def _box(axes: "Axes", state: State, place: Place) -> Any:
    """The state's box; what arrows start and end at."""
    return axes.text(
        *place, str(state), size=10, weight="bold", color=_INK, ha="center", va="center",
        zorder=6, bbox={"boxstyle": "round,pad=0.5", "facecolor": "#F4F1E8", "edgecolor": _INK},
    ).get_bbox_patch()  # fmt: skip
