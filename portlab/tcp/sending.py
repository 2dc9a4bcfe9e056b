"""What goes out: the send window, when to send, and when to send again."""

from collections import deque

from portlab.packets.reason import Reason
from portlab.tcp import reasons
from portlab.tcp.config import SECOND, Config
from portlab.tcp.congestion import DUPLICATES, Congestion, initial_window
from portlab.tcp.queues import SendQueue, Sent
from portlab.tcp.rto import RetransmissionTimeout
from portlab.tcp.sequence import Seq

_SWS_OVERRIDE = SECOND // 2  # RFC 9293 3.8.6.2.1: between 0.1 and 1.0 s


class Sender:
    """The send sequence space (RFC 9293 3.3.1, figure 3).

    ::

                   |<------- SND.WND ------->|
              1    |      2      |     3     |    4
         ----------|-------------|-----------|----------
                SND.UNA       SND.NXT   SND.UNA+SND.WND

    1 acknowledged, 2 outstanding, 3 may be sent now, 4 must wait for the window.
    `in_flight` counts the outstanding bytes thought to be still in the network.
    """

    __slots__ = (
        "_again",
        "_config",
        "_force",
        "_syn_lost",
        "_timed",
        "_urgent",
        "congestion",
        "dup_acks",
        "fin_queued",
        "fin_seq",
        "in_flight",
        "iss",
        "last_sent",
        "max_wnd",
        "mss",
        "nxt",
        "open",
        "outstanding",
        "queue",
        "retries",
        "sack_ok",
        "shift",
        "timeout",
        "timer",
        "una",
        "wl1",
        "wl2",
        "wnd",
    )

    def __init__(self, config: Config, iss: Seq) -> None:
        self._config = config
        self.iss = iss
        self.una = iss
        self.nxt = iss
        self.wnd = 0
        self.wl1 = Seq(0)
        self.wl2 = Seq(0)
        self.max_wnd = 0
        self.shift = 0
        self.mss = config.mss
        self.sack_ok = False
        self.queue = SendQueue()
        self.outstanding: deque[Sent] = deque()
        self.in_flight = 0
        self.fin_queued = False
        self.fin_seq: Seq | None = None
        self.timeout = RetransmissionTimeout(config)
        self.timer: int | None = None
        self.open = False  # for data: not before both sides are synchronized
        self.retries = 0
        self.dup_acks = 0
        self.last_sent = 0
        self.congestion = Congestion(config.mss, config.mss, iss)
        self._again: deque[Sent] = deque()  # to be sent (again) before anything new
        self._urgent = False  # the first of them whatever the congestion window says
        self._force: Reason | None = None  # the probe or override that the timer asked for
        self._timed: tuple[Seq, int] | None = None  # the one segment being timed (RFC 6298 3)
        self._syn_lost = False

    def configure(self, config: Config) -> None:
        """Go by `config` from now on."""
        self._config = config

    @property
    def place(self) -> Seq:
        """Where a segment without data stands: at SND.NXT, but not beyond the peer's window.

        A probe of a closed window lies beyond it and is thrown away; from the number after it the
        peer would not hear an ACK either, and two probing sides would wait for ever (RFC 9293
        appendix A.2).
        """
        edge = self.una + self.wnd
        return edge if self.open and edge < self.nxt else self.nxt

    # ---- opening ------------------------------------------------------------------------------

    def synchronize(self, why: Reason) -> None:
        """Send our SYN; SND.NXT becomes ISS + 1."""
        syn = Sent(self.iss, b"", syn=True)
        self.nxt = syn.end
        self.outstanding.append(syn)
        self._lose(syn, why)
        self._urgent = True

    def repeat_syn(self, why: Reason) -> None:
        """Send our SYN once more, as SYN,ACK if we have the peer's; the timer starts anew."""
        self.timer = None
        self._lose(self.outstanding[0], why)
        self._urgent = True

    def first_window(self, seq: Seq, ack: Seq, window: int) -> None:
        """SND.WND as the peer's SYN, or the ACK of ours, gives it."""
        self.wnd = self.max_wnd = window
        self.wl1 = seq
        self.wl2 = ack

    def established(self, seq: Seq, ack: Seq, window: int) -> None:
        """Both windows start: the peer's, and the network's (RFC 5681 3.1)."""
        self.first_window(seq, ack, window)
        self.open = True
        mss = self.mss
        first = mss if self._syn_lost else initial_window(mss, self._config.initial_window)
        self.congestion = Congestion(mss, first, self.iss)
        if self._syn_lost:
            self.timeout.syn_was_lost()

    # ---- what came back -----------------------------------------------------------------------

    def update_window(self, seq: Seq, ack: Seq, window: int) -> None:
        """SND.WND from a segment at least as new as the last one used (3.10.7.4)."""
        if not (self.wl1 < seq or (self.wl1 == seq and self.wl2 <= ack)):
            return
        was_closed = self.wnd == 0
        self.wnd = window
        self.wl1 = seq
        self.wl2 = ack
        self.max_wnd = max(self.max_wnd, window)
        if window == 0:
            self.retries = 0  # it answers, so it lives: stay open as long as it likes (MUST-37)
        elif was_closed:
            self._expect_again(reasons.WINDOW_REOPENED)
            self.timer = None

    def acknowledged(self, ack: Seq, now: int, echoed: int | None) -> None:
        """SND.UNA < SEG.ACK =< SND.NXT: `ack` is progress. `echoed`: µs since the echoed time."""
        count = ack - self.una
        self.una = ack
        if echoed is not None:
            self.timeout.measured(echoed)
        elif self._timed and self._timed[0] <= ack:
            self.timeout.measured(now - self._timed[1])
        if self._timed and self._timed[0] <= ack:
            self._timed = None
        self.timeout.progress()
        while self.outstanding and self.outstanding[0].end <= ack:
            gone = self.outstanding.popleft()
            if gone.counted:
                self.in_flight -= gone.size
        if self.outstanding and self.outstanding[0].seq < ack:
            self._trim(self.outstanding[0], ack)
        self.retries = 0
        self.dup_acks = 0
        self.timer = now + self.timeout.rto if self.outstanding else None
        congestion = self.congestion
        if not congestion.recovering:
            congestion.acked(count)
        elif ack >= congestion.recover:
            congestion.leave_recovery(self.in_flight)
        else:
            if not self.sack_ok:
                congestion.partial(count)
            head = self.outstanding[0]
            if head.times == 1 and not head.sacked:
                self._lose(head, reasons.NEXT_HOLE)
                self._urgent = True

    def selectively_acknowledged(self, blocks: tuple[tuple[int, int], ...]) -> bool:
        """Mark what the peer holds (RFC 2018); True if that told anything new."""
        news = False
        for first, last in blocks:
            left, right = Seq(first), Seq(last)
            if not (self.una < left < right <= self.nxt):
                continue  # what it holds starts behind a gap, or its ACK would say so
            for sent in self.outstanding:
                if not sent.sacked and left <= sent.seq and sent.end <= right:
                    sent.sacked = news = True
                    if sent.counted:
                        sent.counted = False
                        self.in_flight -= sent.size
        if news and self.congestion.recovering:
            self._lose_below_sacked()
        return news

    def duplicate_ack(self) -> None:
        """The peer repeats itself: something came out of order there (RFC 5681 3.2)."""
        self.dup_acks += 1
        congestion = self.congestion
        if congestion.recovering:
            if not self.sack_ok:
                congestion.duplicate()
        elif self._tells_of_loss() and self._beyond_recovery():
            lost = self.outstanding[0]
            congestion.enter_recovery(self.in_flight, self.nxt, inflate=not self.sack_ok)
            self._lose(lost, reasons.FAST_RETRANSMIT)
            self._urgent = True
            if self.sack_ok:
                self._lose_below_sacked()

    def forget(self) -> None:
        """The connection is over: nothing to send, no timer."""
        self.queue = SendQueue()
        self.outstanding.clear()
        self._again.clear()
        self.in_flight = 0
        self.fin_queued = False
        self.timer = None

    def _tells_of_loss(self) -> bool:
        """The third duplicate; or, before it, three segments' worth held above (RFC 6675 5)."""
        if self.dup_acks >= DUPLICATES or not self.sack_ok:
            return self.dup_acks == DUPLICATES
        above = sum(sent.size for sent in self.outstanding if sent.sacked)
        return above > (DUPLICATES - 1) * self.mss and not self.outstanding[0].sacked

    def _beyond_recovery(self) -> bool:
        """Not the echo of an earlier recovery's own repeats (RFC 6582 3.2 step 1).

        SACK tells those apart, so it may begin where the last one ended (RFC 6675 5.1).
        """
        recover = self.congestion.recover
        return recover == self.iss or self.una > recover or (self.sack_ok and self.una == recover)

    def _lose(self, sent: Sent, why: Reason) -> None:
        if sent.counted:
            sent.counted = False
            self.in_flight -= sent.size
        sent.why = why
        if not sent.waiting:
            sent.waiting = True
            self._again.append(sent)

    def _lose_below_sacked(self) -> None:
        """Lost: not held by the peer, with three segments' worth held above (RFC 6675 4)."""
        above = 0
        lost: list[Sent] = []
        for sent in reversed(self.outstanding):
            if sent.sacked:
                above += sent.size
            elif above > (DUPLICATES - 1) * self.mss and sent.times == 1 and sent.counted:
                lost.append(sent)
        for sent in reversed(lost):
            self._lose(sent, reasons.SACK_HOLE)

    def _expect_again(self, why: Reason) -> None:
        """Everything outstanding is to be sent again, in order."""
        self.in_flight = 0
        self._again = deque(self.outstanding)
        for sent in self.outstanding:
            sent.counted = False
            sent.sacked = False  # the peer may have thrown it away (RFC 2018 section 8)
            sent.waiting = True
            sent.why = why
        self._urgent = bool(self._again)
        self._timed = None

    def _trim(self, sent: Sent, ack: Seq) -> None:
        """The peer took only the first part of `sent`."""
        part = ack - sent.seq
        if sent.counted:
            self.in_flight -= part
        sent.data = sent.data[part - sent.syn :]
        sent.syn = False
        sent.seq = ack

    # ---- time passed --------------------------------------------------------------------------

    def on_deadline(self, now: int) -> bool:
        """The timer ran out. False when the last retry is over (RFC 9293 3.8.3, R2)."""
        head = self.outstanding[0] if self.outstanding else None
        syn = head is not None and head.syn
        if self.retries >= (self._config.syn_retries if syn else self._config.retries):
            return False
        self.timer = None
        closed = self.wnd == 0 and not syn
        if head is None:
            self._force = reasons.ZERO_WINDOW_PROBE if closed else reasons.SILLY_WINDOW_OVERRIDE
        elif closed:
            self._lose(head, reasons.PROBE_AGAIN)
            self._urgent = True
        else:
            self._syn_lost = self._syn_lost or syn
            self.congestion.timed_out(self.in_flight, self.nxt, again=head.times > 1)
            self._expect_again(reasons.TIMED_OUT)
            self.dup_acks = 0
        if head is not None or closed:
            self.retries += 1
            self.timeout.back_off()
        return True

    # ---- what may go now ----------------------------------------------------------------------

    def transmissions(self, now: int) -> list[tuple[Sent, Reason]]:
        """What may be sent at this moment, in order, with the reason for each."""
        going: list[tuple[Sent, Reason]] = []
        while self._again:
            sent = self._again[0]
            if sent.end > self.una and not sent.sacked:
                if not self._urgent and not self._may_repeat(sent):
                    return going
                self._urgent = False
                self._went(sent, now)
                going.append((sent, sent.why))
            sent.waiting = False
            self._again.popleft()
        if self.open and (self.queue.size or self.fin_queued):
            self._new(going, now)
        return going

    def _may_repeat(self, sent: Sent) -> bool:
        """Inside both the peer's window (3.8.6, SHLD-16) and the network's."""
        return sent.seq < self.una + self.wnd and self.in_flight + sent.size <= self.congestion.cwnd

    def _new(self, going: list[tuple[Sent, Reason]], now: int) -> None:
        """New data as both windows, Nagle and silly-window avoidance allow (3.8.6.2.1)."""
        config, congestion, queue = self._config, self.congestion, self.queue
        if not self.outstanding and now - self.last_sent > self.timeout.rto:
            congestion.idle(initial_window(self.mss, config.initial_window))
        allowance = congestion.cwnd
        why = reasons.DATA
        if 0 < self.dup_acks < DUPLICATES and not (self.sack_ok or congestion.recovering):
            allowance += self.dup_acks * self.mss
            why = reasons.NEW_DATA_ON_DUPLICATE
        usable = self.wnd - (self.nxt - self.una)
        while queue.size or self.fin_queued:
            waiting = queue.size
            size = min(waiting, usable, self.mss)
            if self._force:
                size, why = max(size, min(waiting, 1)), self._force
            elif usable <= 0:
                break
            elif waiting:
                # Nagle's condition is in brackets in the RFC; a close pushes everything out.
                free = not config.nagle or self.nxt == self.una or self.fin_queued
                fits = waiting <= usable or 2 * size >= self.max_wnd
                if size < self.mss and not (free and fits):
                    break
                if self.in_flight + size > allowance:
                    break
            fin = self.fin_queued and size == waiting and (size < usable or not waiting)
            sent = Sent(self.nxt, queue.take(size), fin=fin)
            sent.push = size > 0 and not queue.size
            if fin:
                self.fin_queued = False
                self.fin_seq = sent.end + -1
                if not size:
                    why = reasons.FIN
            self.nxt = sent.end
            usable -= sent.size
            self._force = None
            self.outstanding.append(sent)
            self._went(sent, now)
            going.append((sent, why))
        if (queue.size or self.fin_queued) and not self.outstanding and self.timer is None:
            self.timer = now + (self.timeout.rto if usable <= 0 else _SWS_OVERRIDE)

    def _went(self, sent: Sent, now: int) -> None:
        """`sent` leaves now: count it, time it, and start the timer (RFC 6298 5.1)."""
        sent.times += 1
        if not sent.counted:
            sent.counted = True
            self.in_flight += sent.size
        if sent.times > 1:
            if self._timed and sent.seq < self._timed[0]:
                self._timed = None  # Karn: the ACK could be for either (RFC 6298 3)
        elif self._timed is None:
            self._timed = (sent.end, now)
        self.last_sent = now
        if self.timer is None:
            self.timer = now + self.timeout.rto
