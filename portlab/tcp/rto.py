"""How long to wait for an acknowledgment (RFC 6298)."""

from portlab.tcp.config import Config

_GRANULARITY = 1000  # G, the clock's tick: a millisecond


class RetransmissionTimeout:
    """SRTT, RTTVAR and RTO in microseconds, as RFC 6298 section 2 computes them."""

    __slots__ = ("_backed_off", "_config", "rto", "rttvar", "srtt")

    def __init__(self, config: Config) -> None:
        self._config = config
        self.srtt: int | None = None
        self.rttvar = 0
        self.rto = config.initial_rto
        self._backed_off = False

    def measured(self, rtt: int) -> None:
        """A round trip of `rtt` microseconds was seen on a segment sent once (Karn, section 3)."""
        if self.srtt is None:
            self.srtt = rtt
            self.rttvar = rtt // 2
        else:
            self.rttvar = (3 * self.rttvar + abs(self.srtt - rtt)) // 4
            self.srtt = (7 * self.srtt + rtt) // 8
        self._set(self.srtt + max(_GRANULARITY, 4 * self.rttvar))
        self._backed_off = False

    def back_off(self) -> None:
        """The timer expired: wait twice as long (5.5), up to the maximum."""
        self._set(2 * self.rto)
        self._backed_off = True

    def syn_was_lost(self) -> None:
        """After a SYN had to be repeated, start data with at least three seconds (5.7)."""
        self._set(max(self._config.initial_rto, 3_000_000))

    def progress(self) -> None:
        """New data was acknowledged: the back-off was about the network of a while ago."""
        if self._backed_off and self.srtt is not None:
            self._set(self.srtt + max(_GRANULARITY, 4 * self.rttvar))
            self._backed_off = False

    def _set(self, rto: int) -> None:
        self.rto = min(max(rto, self._config.min_rto), self._config.max_rto)
