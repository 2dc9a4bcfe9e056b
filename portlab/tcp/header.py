"""The fields and options of a segment, as the state of its connection gives them."""

from typing import TYPE_CHECKING

from portlab.packets import (
    ACK,
    FIN,
    PSH,
    RST,
    SYN,
    MaximumSegmentSize,
    Option,
    Sack,
    SackPermitted,
    Segment,
    Timestamps,
    WindowScale,
)
from portlab.tcp.queues import Sent
from portlab.tcp.sequence import Seq
from portlab.tcp.states import State

if TYPE_CHECKING:
    from portlab.tcp.endpoint import Endpoint

_DEFAULT_MSS, _DEFAULT_MSS_IPV6 = 536, 1220  # where the peer does not say (3.7.1, MUST-15)
_IPV6_EXTRA = 20  # an IPv6 header is that much longer (RFC 8200 8.3)
_MAX_SHIFT = 14  # RFC 7323 2.3
_TIMESTAMP_SIZE = 12  # of the option with its padding, in every segment (RFC 7323 appendix A)


def compose(
    tcb: "Endpoint", seq: Seq, flags: int, payload: bytes = b"", *, syn: bool = False
) -> Segment:
    """A segment of this connection that starts at `seq`."""
    rcv = tcb.rcv
    ack = int(rcv.nxt) if flags & ACK else 0
    if flags & RST:
        return Segment(tcb.local[1], tcb.remote[1], int(seq), ack, flags)
    window = rcv.advertise() if flags & ACK else rcv.size
    options: tuple[Option, ...] = ()
    if syn:
        options = _offer(tcb, answer=bool(flags & ACK))
    else:
        window >>= rcv.shift  # never in a SYN (RFC 7323 2.2)
        if tcb.ts_ok:
            options = (Timestamps(_clock(tcb), rcv.ts_recent),)
        if tcb.sack_ok and rcv.has_gap and not payload:
            options = (*options, Sack(rcv.sack_blocks(3 if tcb.ts_ok else 4)))
    if flags & ACK:
        rcv.ack_sent()
    return Segment(
        tcb.local[1], tcb.remote[1], int(seq), ack, flags, min(window, 0xFFFF), options, payload
    )


def carry(tcb: "Endpoint", sent: Sent) -> Segment:
    """The segment that carries `sent`."""
    if sent.syn:
        flags = SYN if tcb.state is State.SYN_SENT else SYN | ACK
        return compose(tcb, sent.seq, flags, syn=True)
    flags = ACK
    if sent.fin:
        flags |= FIN
    if sent.push:
        flags |= PSH  # RFC 9293 3.9.1.2
    return compose(tcb, sent.seq, flags, sent.data)


def agree(tcb: "Endpoint", syn: Segment) -> None:
    """Take from the peer's SYN what it offers (RFC 9293 3.7.1, RFC 7323 2 and 3, RFC 2018 2)."""
    config, snd, rcv = tcb.config, tcb.snd, tcb.rcv
    mss = _DEFAULT_MSS_IPV6 if _over_ipv6(tcb) else _DEFAULT_MSS
    for option in syn.options:
        if isinstance(option, MaximumSegmentSize):
            mss = option.mss
        elif isinstance(option, WindowScale) and config.window_scale:
            snd.shift = min(option.shift, _MAX_SHIFT)
            rcv.shift = config.window_shift
            rcv.scaled = True
        elif isinstance(option, SackPermitted):
            tcb.sack_ok = snd.sack_ok = config.sack
        elif isinstance(option, Timestamps):
            tcb.ts_ok = config.timestamps
            rcv.ts_recent = option.value
    snd.mss = max(min(mss, _own_mss(tcb)) - (_TIMESTAMP_SIZE if tcb.ts_ok else 0), 1)
    rcv.mss = snd.mss
    rcv.size = min(rcv.size, 0xFFFF << rcv.shift)  # take no more than the window can offer


def _offer(tcb: "Endpoint", *, answer: bool) -> tuple[Option, ...]:
    """The options of a SYN: what we can do; in an answer, only what the peer offered too."""
    config = tcb.config
    options: list[Option] = [MaximumSegmentSize(_own_mss(tcb))]
    if tcb.sack_ok if answer else config.sack:
        options.append(SackPermitted())
    if tcb.ts_ok if answer else config.timestamps:
        options.append(Timestamps(_clock(tcb), tcb.rcv.ts_recent))
    if tcb.rcv.scaled if answer else config.window_scale:
        options.append(WindowScale(config.window_shift))
    return tuple(options)


def _own_mss(tcb: "Endpoint") -> int:
    """The largest payload that fits the MTU, from which Config.mss was taken for IPv4."""
    return max(tcb.config.mss - (_IPV6_EXTRA if _over_ipv6(tcb) else 0), 1)


def _over_ipv6(tcb: "Endpoint") -> bool:
    return ":" in tcb.local[0]


def _clock(tcb: "Endpoint") -> int:
    """The timestamp clock ticks in milliseconds (RFC 7323 5.4)."""
    return tcb.now // 1000 & 0xFFFF_FFFF
