"""Which packet belongs to which change of state: the one sent with it, or the one that made it.

A Trace lists TCP's state changes beside its records. On a ladder each stands at the end of the
arrow it goes with; what no packet explains (a timeout, a call that sends nothing) gets a mark of
its own.
"""

from collections.abc import Sequence

from portlab.views.shapes import Arrow, Change, Kind

_CAME: tuple[tuple[str, Kind], ...] = (
    ("rcv SYN", "syn"),
    ("rcv FIN", "fin"),
    ("rcv RST", "reset"),
    ("rcv ICMP", "icmp"),
    ("rcv data", "data"),
)
"""Events that a certain kind of arrow makes; `rcv ACK of ...` may come with any."""

_WENT: dict[str, Kind] = {
    "SYN-SENT": "syn",
    "FIN-WAIT-1": "fin",
    "LAST-ACK": "fin",
    "CLOSED": "reset",
}
"""What is sent when a call or a timeout leads to a state."""


def place(
    changes: Sequence[Change], arrows: Sequence[Arrow]
) -> tuple[dict[int, list[Change]], dict[int, list[Change]], list[Change]]:
    """Changes by the number of the arrow sent with them, of the arrow whose arrival made them,
    and those that go with none.
    """
    sent_at: dict[tuple[int, int], list[Arrow]] = {}
    came_at: dict[tuple[int, int], list[Arrow]] = {}
    for arrow in arrows:
        sent_at.setdefault((arrow.start, arrow.time), []).append(arrow)
        if arrow.arrival is not None:
            came_at.setdefault((arrow.end, arrow.arrival), []).append(arrow)
    sent: dict[int, list[Change]] = {}
    came: dict[int, list[Change]] = {}
    alone: list[Change] = []
    for change in changes:
        at = (change.lane, change.time)
        if change.event.startswith("rcv "):
            found, place = _that_came(change, came_at.get(at, [])), came
        else:
            found, place = _that_went(change, sent_at.get(at, [])), sent
        if found is None:
            alone.append(change)
        else:
            place.setdefault(found.number, []).append(change)
    return sent, came, alone


def _that_came(change: Change, arrows: list[Arrow]) -> Arrow | None:
    for event, kind in _CAME:
        if change.event.startswith(event):
            return next((arrow for arrow in arrows if arrow.kind == kind), None)
    # An ACK of the SYN is the first that comes, one of the FIN the last.
    acks = [arrow for arrow in arrows if arrow.ack is not None]
    if not acks:
        return None
    return acks[-1] if change.event.endswith("FIN") else acks[0]


def _that_went(change: Change, arrows: list[Arrow]) -> Arrow | None:
    kind = _WENT.get(change.new)
    return next((arrow for arrow in arrows if arrow.kind == kind), None)


def known_after_the_end(changes: Sequence[Change]) -> list[Change]:
    """Of one lane's changes after its last packet, those that need no packet to happen.

    A slice of a trace holds changes of packets that were cut off; they would only confuse.
    """
    kept: list[Change] = []
    for change in changes:
        by_time = change.event.startswith(("timeout", "keep-alive"))
        if not by_time and not (change.event == "CLOSE" and change.new == "CLOSED"):
            break
        kept.append(change)
    return kept
