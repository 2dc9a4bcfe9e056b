"""A control block's variables at one moment, in the cheapest form there is.

A model host notes them after every segment, call and timer, so they are bare values; whoever
looks at them makes something readable of them (`portlab.trace.snapshot`).
"""

from typing import TYPE_CHECKING

from portlab.tcp.sequence import Seq
from portlab.tcp.states import State

if TYPE_CHECKING:
    from portlab.tcp.endpoint import Endpoint

Variables = tuple[
    State, Seq, Seq, Seq, int, Seq, Seq, Seq, int | None, int | None, int | None, int | None
]
"""State; ISS, SND.UNA, SND.NXT, SND.WND; IRS, RCV.NXT, RCV.NXT + RCV.WND (RFC 9293 3.3.1); and
when these fall due, in microseconds: the sender's one timer, the delayed ACK, TIME-WAIT, and
keep-alive. IRS equals RCV.NXT as long as the peer's SYN has not come."""


def variables(tcb: "Endpoint") -> Variables:
    """What `tcb` holds now."""
    snd, rcv = tcb.snd, tcb.rcv
    return (
        tcb.state,
        snd.iss,
        snd.una,
        snd.nxt,
        snd.wnd,
        rcv.irs,
        rcv.nxt,
        rcv.edge,
        snd.timer,
        rcv.ack_timer,
        tcb.time_wait,
        tcb.keep_alive_at() if tcb.config.keep_alive else None,
    )
