"""One direction of a conversation: what has been seen of it, in numbers.

Numbers are raw and run in a circle (RFC 9293 3.4). They are bare ints and not `tcp.Seq`: this is
asked several times for each packet of long captures.
"""

from portlab.packets import Glance

MASK = 0xFFFF_FFFF
HALF = 0x8000_0000


class Side:
    """What one end has sent, as far as it was seen. None is what was not seen yet."""

    __slots__ = (
        "ack", "ack_record", "ack_time", "asked", "first", "holes", "isn", "latest", "next",
        "next_record", "next_time", "offer", "owed", "pending", "probed", "repeats", "sent",
        "shift", "told", "window", "window_record",
    )  # fmt: skip

    def __init__(self) -> None:
        self.isn: int | None = None
        """The number of its SYN, and `offer` the scale in it; `asked` while no SYN,ACK followed."""
        self.asked = False
        self.offer: int | None = None
        self.pending: int | None = None
        """The number of another SYN, while what was before still holds."""

        self.first: int | None = None
        """The lowest number seen, and `next`, the one behind the highest."""
        self.next: int | None = None
        self.next_record = self.next_time = 0
        self.holes: list[tuple[int, int]] = []
        """Where in between nothing was seen."""
        self.owed: int | None = None
        """An acknowledgment beyond `next`: the capture lacks what is before it."""
        self.sent: dict[int, int] = {}
        """By its first number, the record that first brought it."""
        self.probed: int | None = None
        """The number behind the one byte of a zero-window probe, which may be taken or not."""

        self.ack: int | None = None
        """What it said last, first in `ack_record`, last at `ack_time`, `repeats` times again."""
        self.ack_record = self.ack_time = self.repeats = 0
        self.window: int | None = None
        """In bytes, if `shift` is known: the window's scale, 0 where there is none."""
        self.window_record = 0
        self.shift: int | None = None

        self.told: str | None = None
        """The label of its last segment, if that calls for an answer."""
        self.latest: tuple[int, Glance] | None = None
        """Its last segment, and the record of it."""

    @property
    def allows_until(self) -> int | None:
        """The number behind the last that its window allows; None where that is not known."""
        if self.shift is None or self.ack is None or self.window is None:
            return None
        return (self.ack + self.window) & MASK

    def has_seen(self, seq: int) -> bool:
        """Was the number `seq`, which lies before `next`, captured?"""
        if self.first is None or (seq - self.first) & MASK >= HALF:
            return False
        return not any((seq - a) & MASK < (b - a) & MASK for a, b in self.holes)

    def advance(self, seq: int, size: int, number: int, time: int) -> None:
        """Take note of `size` numbers from `seq` on, which record `number` brought."""
        end = (seq + size) & MASK
        if size:
            self.sent.setdefault(seq, number)
        if self.next is None:
            self.first, self.next = seq, end
        elif 0 < (end - self.next) & MASK < HALF:
            if 0 < (seq - self.next) & MASK < HALF:
                self._leave_out(self.next, seq)
            elif self.holes:
                self._fill(seq, end)
            self.next = end
        else:
            if size:
                self._fill(seq, end)
            return
        self.next_record, self.next_time = number, time

    def say(self, ack: int | None, window: int, number: int, time: int) -> None:
        """Take note of what a segment says about the other direction."""
        if ack != self.ack:
            self.ack, self.ack_record, self.repeats = ack, number, 0
        self.ack_time = time
        if window != self.window:
            self.window, self.window_record = window, number

    def _leave_out(self, start: int, end: int) -> None:
        """Nothing is there from `start` to `end`; what was acknowledged of it has been told."""
        if self.owed is not None:
            start += _within(self.owed - start, (end - start) & MASK)
        if (end - start) & MASK:
            self.holes.append((start & MASK, end))

    def _fill(self, seq: int, end: int) -> None:
        left = []
        for a, b in self.holes:
            size = (b - a) & MASK
            start, stop = _within(seq - a, size), _within(end - a, size)
            left += [(a, a + start & MASK)] * (start > 0)
            left += [(a + max(start, stop) & MASK, b)] * (max(start, stop) < size)
        self.holes = left
        if self.first is not None and (seq - self.first) & MASK >= HALF:
            self.first = seq

    def unseen_before(self, ack: int) -> int:
        """Numbers before `ack` that were never captured, and yet arrived; each is told once."""
        missing = 0
        left = []
        for a, b in self.holes:
            covered = _within(ack - a, (b - a) & MASK)
            missing += covered
            if (a + covered) & MASK != b:
                left.append(((a + covered) & MASK, b))
        self.holes = left
        if self.next is not None and 0 < (ack - self.next) & MASK < HALF:
            known = self.next if self.owed is None else self.owed
            missing += _within(ack - known, ack - self.next & MASK)
            self.owed = ack
        return missing


def _within(distance: int, size: int) -> int:
    """`distance` round the circle, but not below 0 and not above `size`."""
    distance &= MASK
    return 0 if distance >= HALF else min(distance, size)
