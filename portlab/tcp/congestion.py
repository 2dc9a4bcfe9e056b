"""How much the network may hold (RFC 5681), and recovery from loss (RFC 6582).

Sizes are bytes. `cwnd` limits what is in flight; `ssthresh` is where doubling every round trip
(slow start) turns into one segment more every round trip (congestion avoidance).
"""

from portlab.tcp.sequence import Seq

DUPLICATES = 3
"""Duplicate ACKs that mean a loss and not a mere reordering (RFC 5681 3.2)."""


def initial_window(smss: int, segments: int | None) -> int:
    """IW of RFC 5681 3.1, or that many segments."""
    if segments is not None:
        return segments * smss
    if smss > 2190:
        return 2 * smss
    return 3 * smss if smss > 1095 else 4 * smss


class Congestion:
    """NewReno's three variables, and the points up to which a recovery lasts."""

    __slots__ = ("_acked", "cwnd", "recover", "recovering", "smss", "ssthresh")

    def __init__(self, smss: int, window: int, iss: Seq) -> None:
        self.smss = smss
        self.cwnd = window
        self.ssthresh = 0x7FFF_FFFF  # arbitrarily high (RFC 5681 3.1)
        self.recovering = False
        self.recover = iss
        self._acked = 0

    def acked(self, count: int) -> None:
        """`count` bytes were newly acknowledged outside recovery (RFC 5681 3.1)."""
        if self.cwnd < self.ssthresh:
            self.cwnd += min(count, self.smss)
            return
        # One SMSS each time a whole cwnd has been acknowledged: the byte-counting form.
        self._acked += count
        if self._acked >= self.cwnd:
            self._acked -= self.cwnd
            self.cwnd += self.smss

    def enter_recovery(self, in_flight: int, highest: Seq, *, inflate: bool) -> None:
        """Three duplicates: halve, and stay in recovery until `highest` is acknowledged.

        `inflate` adds the three segments that have left the network (RFC 6582 3.2 step 2);
        with SACK the bytes that left are counted exactly instead (RFC 6675 5).
        """
        self.ssthresh = max(in_flight // 2, 2 * self.smss)
        self.cwnd = self.ssthresh + (DUPLICATES * self.smss if inflate else 0)
        self.recovering = True
        self.recover = highest

    def duplicate(self) -> None:
        """One more duplicate in recovery: one more segment has left (RFC 6582 3.2 step 3)."""
        self.cwnd += self.smss

    def partial(self, count: int) -> None:
        """An ACK short of `recover`: the next hole shows; deflate (RFC 6582 3.2 step 5)."""
        self.cwnd = max(self.cwnd - count, 0)
        if count >= self.smss:
            self.cwnd += self.smss

    def leave_recovery(self, in_flight: int) -> None:
        """All of it is acknowledged (RFC 6582 3.2 step 5, option 1, against bursts)."""
        self.cwnd = min(self.ssthresh, max(in_flight, self.smss) + self.smss)
        self.recovering = False

    def timed_out(self, in_flight: int, highest: Seq, *, again: bool) -> None:
        """The retransmission timer expired: one segment, then slow start (RFC 5681 3.1).

        `again`: the same segment timed out before, so ssthresh is left alone (equation 4).
        """
        if not again:
            self.ssthresh = max(in_flight // 2, 2 * self.smss)
        self.cwnd = self.smss
        self.recovering = False
        self.recover = highest
        self._acked = 0

    def idle(self, window: int) -> None:
        """Nothing was sent for longer than an RTO: start slowly again (RFC 5681 4.1)."""
        self.cwnd = min(self.cwnd, window)
