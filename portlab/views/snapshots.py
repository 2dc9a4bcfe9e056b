"""What both hosts said about their TCP, beside the ladder: the numbers as the ladder shows them."""

from collections.abc import Iterable, Sequence

from portlab.trace.numbering import Numbering
from portlab.trace.snapshot import Snapshot as Said
from portlab.views.shapes import Snapshot


def shown(
    said: Sequence[Said], lanes: Iterable[int], ways: Iterable[int], numbers: Numbering, zero: int
) -> tuple[Snapshot, ...]:
    """One Snapshot for each moment and lane at which something changed: what held afterwards.

    `lanes` and `ways` go with `said`: whose it is, and in which direction it sends.
    """
    last: dict[tuple[int, int], Snapshot] = {}
    for one, lane, way in zip(said, lanes, ways, strict=True):
        moment = (one.time - zero, lane)
        last.pop(moment, None)
        last[moment] = Snapshot(
            lane,
            one.time - zero,
            one.state,
            numbers.seq(way, one.snd_una),
            numbers.seq(way, one.snd_nxt),
            one.snd_wnd,
            None if one.rcv_nxt is None else numbers.ack(way, one.rcv_nxt),
            one.rcv_wnd,
            tuple((name, due - zero) for name, due in one.timers),
        )
    return tuple(last.values())
