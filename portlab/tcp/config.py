"""What can be set on a TCP endpoint, and where each default comes from."""

from dataclasses import dataclass

SECOND = 1_000_000
"""Microseconds: the unit of all time inside portlab."""


@dataclass(frozen=True, slots=True)
class Config:
    """Sizes in bytes, times in microseconds.

    `mss`: the largest payload we take, and the largest we send, from the MTU (RFC 9293 3.7.1;
    1460 is 1500 less two headers of 20); over IPv6, whose header is longer, 20 less. `shift` is
    what we offer to scale our windows by; None means the smallest that lets 16 bits describe the
    buffer, a number what a system says whose buffers may grow. `timestamps` are off unless asked
    for, so that a full segment holds 1460 bytes as the books say.
    `syn_retries` 7 keeps a SYN going for more than the three minutes that RFC 9293 3.8.3 requires
    (MUST-23; Linux stops earlier). `msl` is the two minutes of RFC 9293 3.4.2 (Linux waits 60
    seconds in all). `initial_window` None means RFC 5681 3.1; a number means that many segments
    (RFC 6928, and Linux, say 10).
    """

    mss: int = 1460
    receive_buffer: int = 1 << 18
    window_scale: bool = True
    shift: int | None = None
    sack: bool = True
    timestamps: bool = False
    nagle: bool = True
    delayed_ack: bool = True
    delayed_ack_time: int = SECOND // 5  # RFC 9293 3.8.6.3: less than 0.5 s
    initial_rto: int = SECOND  # RFC 6298 2.1
    min_rto: int = SECOND  # RFC 6298 2.4
    max_rto: int = 120 * SECOND  # RFC 6298 2.5: at least 60 s
    syn_retries: int = 7
    retries: int = 15  # RFC 9293 3.8.3: R2 of at least 100 s
    msl: int = 120 * SECOND
    keep_alive: bool = False  # RFC 9293 3.8.4: off by default
    keep_alive_time: int = 7200 * SECOND
    keep_alive_interval: int = 75 * SECOND
    keep_alive_probes: int = 9
    initial_window: int | None = None

    @property
    def window_shift(self) -> int:
        """The shift to offer: at most 14 (RFC 7323 2.3)."""
        if self.shift is not None:
            return self.shift
        shift = 0
        while shift < 14 and 0xFFFF << shift < self.receive_buffer:
            shift += 1
        return shift


DEFAULT = Config()
