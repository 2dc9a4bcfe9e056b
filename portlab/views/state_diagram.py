"""TCP's states as a picture, drawn from the transition table (RFC 9293 3.3.2, figure 5).

Boxes and arrows are those of the state map. With a trace, the moves that its hosts made are lit.
"""

from typing import TYPE_CHECKING, Any

from portlab.errors import PortlabError
from portlab.tcp.states import TRANSITIONS, Cause, State
from portlab.trace.trace import Trace
from portlab.views.state_map import SUDDEN, Move, Place, boxes, moves

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
            f"{row.state:<12}  {row.cause:<34}  -> {row.new:<12}  {row.reason.source}"
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
        drawn = {place: _box(axes, state, place) for state, place in boxes()}
        for move in moves():
            self._arrow(axes, drawn, move)
        self._legend(axes)
        return figure

    def _arrow(self, axes: "Axes", boxes: dict[Place, Any], move: Move) -> None:
        def draw(bend: float, color: str, width: float, dashes: Any) -> None:
            axes.annotate(
                "", xy=move.end, xytext=move.start,
                zorder=7,  # after the boxes, whose drawn edges it needs
                arrowprops={
                    "arrowstyle": "-|>", "color": color, "lw": width, "ls": dashes,
                    "mutation_scale": 12, "connectionstyle": f"arc3,rad={bend}",
                    "patchA": boxes[move.start], "patchB": boxes[move.end],
                    "shrinkA": 0, "shrinkB": 2,
                },
            )  # fmt: skip

        draw(move.bend, _FAINT, 1.0, "-")
        takers = [
            host
            for host in self.hosts
            if any(m[0] == host and m[1] == move.old and m[3] == move.new for m in self.moves)
        ]
        for host in takers:
            color, dashes = _HOSTS[self.hosts.index(host) % len(_HOSTS)]
            shift = 0.1 * (takers.index(host) - (len(takers) - 1) / 2)
            draw(move.bend + shift, color, 2.6, dashes)
        x, y = _on_arc(move, _LABEL_AT.get((move.old, move.new), 0.5))
        axes.text(
            x, y, "\n".join(move.causes), size=7.5, color=_INK, ha="center", va="center", zorder=8,
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
        from portlab.views.encoding import text_and_png

        return text_and_png(self.text(), self.figure(), "TCP state diagram", self.alt_text)


def _on_arc(move: Move, part: float) -> Place:
    """The place at `part` (0 to 1) of the arrow's curve."""
    a, b, c = (1 - part) ** 2, 2 * part * (1 - part), part**2
    (x1, y1), (cx, cy), (x2, y2) = move.start, move.control, move.end
    return a * x1 + b * cx + c * x2, a * y1 + b * cy + c * y2


def _box(axes: "Axes", state: State, place: Place) -> Any:
    """The state's box; what arrows start and end at."""
    return axes.text(
        *place, str(state), size=10, weight="bold", color=_INK, ha="center", va="center",
        zorder=6, bbox={"boxstyle": "round,pad=0.5", "facecolor": "#F4F1E8", "edgecolor": _INK},
    ).get_bbox_patch()  # fmt: skip
