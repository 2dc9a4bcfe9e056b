"""Why a RST was sent, as far as an observer can tell (RFC 9293 3.5.1 to 3.5.3)."""

from portlab.packets import ACK, SYN, Glance
from portlab.trace.analysis.labels import Kind
from portlab.trace.analysis.side import HALF, MASK, Side
from portlab.trace.analysis.states import End


def why_reset(
    seen: Glance, sender: End, target: End, me: Side, peer: Side
) -> tuple[Kind, int | None]:
    """The cause, and the record that brought it about.

    `sender` and `target` are the ends before this RST, `me` and `peer` what they have sent.
    """
    about, last = peer.latest or (None, None)
    if last is None:
        return "reset: abort", None
    if last.flags & (SYN | ACK) == SYN and sender.syn is None and me.next is None:
        return "refused", about
    answers = not seen.flags & ACK and last.flags & ACK and seen.seq == last.ack
    if sender.over or (answers and (seen.seq != me.next or me.pending is not None)):
        return "reset: no such connection", about
    if not (sender.synchronized and target.synchronized):
        return "reset: opening given up", about
    if sender.fin is not None and peer.next is not None and me.ack is not None:
        owed = (peer.next - me.ack - (target.fin is not None)) & MASK
        if 0 < owed < HALF:
            return "reset: data after close", about
    return "reset: abort", None
