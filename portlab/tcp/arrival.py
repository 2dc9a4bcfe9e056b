"""SEGMENT ARRIVES: what one segment does to one endpoint, step by step (RFC 9293 3.10.7).

The steps stand in the RFC's order. Security labels and the urgent pointer are not modelled, so
the third and the sixth step are missing. Data on a SYN is left for the peer to repeat.
"""

from typing import TYPE_CHECKING

from portlab.packets import ACK, FIN, RST, SYN, Sack, Segment, Timestamps
from portlab.tcp import reasons
from portlab.tcp.header import agree
from portlab.tcp.receiving import Receiver
from portlab.tcp.reset import refuse, reset_for
from portlab.tcp.sequence import Seq
from portlab.tcp.states import Cause, State

if TYPE_CHECKING:
    from portlab.tcp.endpoint import Endpoint

_TAKES_TEXT = (State.ESTABLISHED, State.FIN_WAIT_1, State.FIN_WAIT_2)


def segment_arrives(tcb: "Endpoint", segment: Segment, now: int) -> None:
    """Process `segment` at `now` (microseconds)."""
    if tcb.state is State.CLOSED:
        answer = reset_for(segment)
        if answer:
            tcb.reply(*answer)
    elif tcb.state is State.LISTEN:
        _listen(tcb, segment)
    elif tcb.state is State.SYN_SENT:
        _syn_sent(tcb, segment, now)
    else:
        _otherwise(tcb, segment, now)


def _listen(tcb: "Endpoint", segment: Segment) -> None:
    """3.10.7.2"""
    if segment.flags & RST:
        return
    if segment.flags & ACK:
        tcb.reply(refuse(segment), reasons.RST_LISTEN)
    elif segment.flags & SYN:
        agree(tcb, segment)
        tcb.rcv.synchronize(Seq(segment.seq))
        tcb.move(Cause.SYN)
        tcb.snd.first_window(Seq(segment.seq), tcb.snd.iss, segment.window)
        tcb.snd.synchronize(reasons.SYN_ACK)


def _syn_sent(tcb: "Endpoint", segment: Segment, now: int) -> None:
    """3.10.7.3"""
    snd, rcv, flags = tcb.snd, tcb.rcv, segment.flags
    seq, ack = Seq(segment.seq), Seq(segment.ack)
    if flags & ACK and not snd.iss < ack <= snd.nxt:
        if not flags & RST:
            tcb.reply(refuse(segment), reasons.RST_BAD_ACK)
        return
    if flags & RST:
        if flags & ACK:
            tcb.move(Cause.RST)
            tcb.end("refused")
        return
    if not flags & SYN:
        return
    agree(tcb, segment)
    rcv.synchronize(seq)
    if flags & ACK:
        snd.acknowledged(ack, now, _echoed(tcb, segment, now))
        tcb.move(Cause.SYN_ACK)
        snd.established(seq, ack, segment.window)  # the window of a SYN is never scaled
        tcb.opened()
        rcv.ack_due = reasons.HANDSHAKE_ACK
        _text_and_fin(tcb, seq + 1, segment.payload, bool(flags & FIN), now)
    else:
        tcb.move(Cause.SYN)
        snd.first_window(seq, ack, segment.window)
        snd.repeat_syn(reasons.SYN_ACK_CROSSED)


def _otherwise(tcb: "Endpoint", segment: Segment, now: int) -> None:
    """3.10.7.4"""
    snd, rcv, flags = tcb.snd, tcb.rcv, segment.flags
    seq, data = Seq(segment.seq), segment.payload
    stamp = _timestamps(segment) if tcb.ts_ok and not flags & RST else None
    if tcb.ts_ok and not flags & RST and not _fresh(tcb, stamp):
        return
    if tcb.state is State.SYN_RECEIVED and flags & SYN and seq == rcv.irs:
        if not flags & ACK:
            snd.repeat_syn(reasons.SYN_ACK_AGAIN)
            return
        # The SYNs crossed, and this is the answer to ours: only its ACK is new. The plain test
        # below would refuse it (appendix A.2).
        seq, flags = seq + 1, flags & ~SYN

    # First: is any of it in the window?
    length = 0 if flags & RST else len(data) + bool(flags & SYN) + bool(flags & FIN)
    if not _acceptable(rcv, seq, length, flags):
        if flags & RST:
            return
        if length:
            rcv.ack_due = reasons.ACK_UNACCEPTABLE
        else:
            tcb.challenge(reasons.ACK_UNACCEPTABLE)  # rationed: two that disagree would never stop
        if tcb.state is State.TIME_WAIT and flags & FIN:
            tcb.restart_time_wait()  # its ACK was lost, so the peer sends FIN again
        if rcv.wnd or seq != rcv.nxt:
            return
        data, flags = b"", flags & ~FIN  # the window is closed to data, not to ACKs
    if stamp is not None and seq <= rcv.last_ack_sent:
        rcv.ts_recent = stamp.value  # only now that the numbers are believed (RFC 7323 5.3, R3)

    # Second: RST (with RFC 5961 3.2)
    if flags & RST:
        if seq == rcv.nxt:
            _reset(tcb)
        else:
            tcb.challenge(reasons.CHALLENGE_RST)
        return

    # Fourth: SYN (with RFC 5961 4.2)
    if flags & SYN:
        if tcb.state is State.SYN_RECEIVED and tcb.passive:
            tcb.move(Cause.NEW_SYN)
            tcb.back_to_listen()
        else:
            tcb.challenge(reasons.CHALLENGE_SYN)
        return

    # Fifth: ACK
    if not flags & ACK or not _ack(tcb, segment, seq, bool(data or flags & FIN), now):
        return

    # Seventh and eighth: text and FIN
    if data or flags & FIN:
        _text_and_fin(tcb, seq, data, bool(flags & FIN), now)


def _acceptable(rcv: Receiver, seq: Seq, length: int, flags: int) -> bool:
    """Table 6 of RFC 9293 3.10.7.4, and one number more.

    A peer that has filled the window while a gap is open sends its ACKs from the right edge. The
    table would throw them away (appendix A.2); Linux does not, and neither does this.
    """
    wnd = rcv.wnd
    if length == 0:
        return seq.within(rcv.nxt, max(wnd, 1) if flags & RST else wnd + 1)
    return wnd > 0 and (seq.within(rcv.nxt, wnd) or (seq + (length - 1)).within(rcv.nxt, wnd))


def _reset(tcb: "Endpoint") -> None:
    if tcb.state is State.SYN_RECEIVED and tcb.passive:
        tcb.move(Cause.RST)
        tcb.back_to_listen()
        return
    # In TIME-WAIT both streams are complete, so the program is told of no error.
    error = {State.SYN_RECEIVED: "refused", State.TIME_WAIT: None}.get(tcb.state, "reset")
    tcb.move(Cause.RST)
    tcb.end(error)


def _ack(tcb: "Endpoint", segment: Segment, seq: Seq, carries: bool, now: int) -> bool:
    """The fifth step; False if the segment is to be dropped."""
    snd, ack = tcb.snd, Seq(segment.ack)
    window = segment.window << snd.shift
    if tcb.state is State.SYN_RECEIVED:
        if not snd.una < ack <= snd.nxt:
            tcb.reply(refuse(segment), reasons.RST_BAD_ACK_SYN_RECEIVED)
            return False
        snd.acknowledged(ack, now, _echoed(tcb, segment, now))
        tcb.move(Cause.ACK_OF_SYN)
        snd.established(seq, ack, window)
        tcb.opened()
        return True
    if ack > snd.nxt:
        tcb.challenge(reasons.ACK_UNSENT)
        return False
    if ack < snd.una + -snd.max_wnd:  # RFC 5961 5.2
        tcb.challenge(reasons.CHALLENGE_ACK)
        return False
    told = snd.selectively_acknowledged(_blocks(segment)) if tcb.sack_ok else False
    if ack > snd.una:
        snd.acknowledged(ack, now, _echoed(tcb, segment, now))
        if told and snd.outstanding:
            snd.duplicate_ack()  # progress, and yet it tells of a gap (RFC 6675 5)
    elif ack == snd.una and snd.outstanding:
        # A duplicate: with SACK, one that tells of new arrivals (RFC 6675 2); without, one that
        # is bare and repeats the same window (RFC 5681 2).
        plain = not carries and window == snd.wnd and window > 0
        if told if tcb.sack_ok else plain:
            snd.duplicate_ack()
    if ack >= snd.una:
        snd.update_window(seq, ack, window)
    if snd.fin_seq is not None and snd.una > snd.fin_seq:
        _our_fin_is_acknowledged(tcb)
    return tcb.state is not State.CLOSED


def _our_fin_is_acknowledged(tcb: "Endpoint") -> None:
    if tcb.state in (State.FIN_WAIT_1, State.CLOSING):
        tcb.move(Cause.ACK_OF_FIN)
    elif tcb.state is State.LAST_ACK:
        tcb.move(Cause.ACK_OF_FIN)
        tcb.end(None)


def _text_and_fin(tcb: "Endpoint", seq: Seq, data: bytes, fin: bool, now: int) -> None:
    """The seventh and the eighth step."""
    rcv = tcb.rcv
    if tcb.state not in _TAKES_TEXT:
        return  # the peer has already sent its FIN: there can be nothing after it
    start = rcv.place + (seq - rcv.nxt)
    if fin and start + len(data) <= rcv.place + rcv.wnd:
        rcv.fin_at = start + len(data)
    if rcv.fin_at is not None:
        data = data[: max(rcv.fin_at - start, 0)]  # nothing can come after the FIN
    if data:
        if tcb.nobody_reads and seq + len(data) > rcv.nxt:
            tcb.unreadable()
            return
        if rcv.text(seq, data, now):
            tcb.data_came()
    if rcv.fin_at == rcv.place:
        rcv.take_fin()
        tcb.move(Cause.FIN)
        tcb.closed_by_peer()
    elif fin:
        rcv.ack_due = reasons.ACK_OUT_OF_ORDER


def _fresh(tcb: "Endpoint", stamp: Timestamps | None) -> bool:
    """Is the timestamp no older than the last one used (PAWS, RFC 7323 5.3, R1)?"""
    if stamp is None:
        return False  # once agreed, every segment carries one (RFC 7323 3.2)
    if Seq(stamp.value) < Seq(tcb.rcv.ts_recent):
        tcb.challenge(reasons.ACK_OLD_TIMESTAMP)
        return False
    return True


def _echoed(tcb: "Endpoint", segment: Segment, now: int) -> int | None:
    """Microseconds since we sent the timestamp that this segment echoes (RFC 7323 4.1)."""
    stamp = _timestamps(segment) if tcb.ts_ok else None
    if stamp is None or stamp.echo == 0:
        return None
    return max((now // 1000 - stamp.echo & 0xFFFF_FFFF) * 1000, 0)


def _timestamps(segment: Segment) -> Timestamps | None:
    return next((o for o in segment.options if isinstance(o, Timestamps)), None)


def _blocks(segment: Segment) -> tuple[tuple[int, int], ...]:
    return next((o.blocks for o in segment.options if isinstance(o, Sack)), ())
