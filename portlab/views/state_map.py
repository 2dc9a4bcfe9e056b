"""TCP's states as a map: where each box stands, which arrows join them, and what each state means.

Plain data for whoever draws it, in print or in the page. Only places and words are written here;
which arrows there are, and what makes each move, comes from the transition table.
"""

from dataclasses import dataclass
from math import hypot
from typing import Any

from portlab.tcp.states import TRANSITIONS, Cause, State, Transition

Place = tuple[float, float]
"""x to the right and y down; boxes are about 1.4 wide and 0.5 high."""

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
END = (4.0, 7.0)
"""CLOSED once more, as in figure 5, so that no arrow crosses the picture."""

MEANINGS: dict[State, str] = {
    State.CLOSED: "There is no connection.",
    State.LISTEN: "Waits for somebody to call.",
    State.SYN_SENT: "Has called, and waits for the answer.",
    State.SYN_RECEIVED: "Has answered a call, and waits to hear that the answer came.",
    State.ESTABLISHED: "The connection is open: both sides may send.",
    State.FIN_WAIT_1: "Sends what is left and then FIN, and waits to hear that it came.",
    State.FIN_WAIT_2: "The peer knows that this side sends no more; the peer may still send.",
    State.CLOSE_WAIT: "The peer sends no more; this side still may.",
    State.CLOSING: "Both said at the same time that they send no more.",
    State.LAST_ACK: "Both send no more; waits to hear that its own FIN came.",
    State.TIME_WAIT: "All is said. Waits in case the last ACK was lost.",
}
"""What being there means for a program (RFC 9293 3.3.2)."""

SUDDEN = (
    Cause.RST,
    Cause.ABORT,
    Cause.GIVE_UP,
    Cause.NO_ANSWER,
    Cause.UNREACHABLE,
    Cause.UNREADABLE,
)
"""What ends a connection from many states at once; said under the picture, not drawn."""

_ENDS_AT_BOTTOM = (State.LAST_ACK, State.TIME_WAIT)
_BOW_WITHOUT_LABELS = 0.4


@dataclass(frozen=True, slots=True)
class Move:
    """An arrow of the map. It leaves the straight line by `bend` times its length / 2."""

    old: State
    new: State
    start: Place
    end: Place
    bend: float
    rows: tuple[Transition, ...]

    @property
    def causes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(row.cause) for row in self.rows))

    @property
    def control(self) -> Place:
        """The control point of the arrow, a quadratic Bezier curve (matplotlib's arc3)."""
        (x1, y1), (x2, y2) = self.start, self.end
        # The y axis points down, which mirrors the arc's side.
        return (x1 + x2) / 2 - self.bend * (y2 - y1), (y1 + y2) / 2 + self.bend * (x2 - x1)


def boxes() -> tuple[tuple[State, Place], ...]:
    """Every box; CLOSED has a second one, the last, where connections end."""
    return (*PLACES.items(), (State.CLOSED, END))


def moves(*, bow: float = 0.8) -> tuple[Move, ...]:
    """The arrows: what the table holds between each two states, without what is SUDDEN.

    Two arrows between the same boxes stand `bow` apart in their middle.
    """
    drawn: dict[tuple[State, State], list[Transition]] = {}
    for row in TRANSITIONS:
        back_to_listen = row.state is State.SYN_RECEIVED and row.new is State.LISTEN
        if row.cause not in SUDDEN or back_to_listen:
            drawn.setdefault((row.state, row.new), []).append(row)
    found = []
    for (old, new), rows in drawn.items():
        bottom = new is State.CLOSED and old in _ENDS_AT_BOTTOM
        start, end = PLACES[old], END if bottom else PLACES[new]
        paired = (new, old) in drawn
        bend = bow / hypot(end[0] - start[0], end[1] - start[1]) if paired else 0.0
        found.append(Move(old, new, start, end, bend, tuple(rows)))
    return tuple(found)


def as_data() -> dict[str, Any]:
    """The map for the page, as JSON.

    `boxes` are [state, x, y], the last one CLOSED where connections end; `moves` are [old, new,
    x and y of where the arrow begins, of its control point and of its end, causes]; `meanings` are
    sentences by state.
    """
    return {
        "boxes": [[str(state), *place] for state, place in boxes()],
        "moves": [
            [str(m.old), str(m.new), *m.start, *m.control, *m.end, ", ".join(m.causes)]
            for m in moves(bow=_BOW_WITHOUT_LABELS)
        ],
        "meanings": {str(state): meaning for state, meaning in MEANINGS.items()},
    }
