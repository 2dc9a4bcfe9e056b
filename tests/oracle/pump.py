"""The wire between two ends, in real time: it carries, numbers, drops, doubles and delays packets.

Transmissions are numbered from 1 over both directions, as they come onto the wire. `faults` says
what becomes of some of them: `{2: "drop", 5: "double", 6: "swap", 7: "late"}` (swap: delivered
after the next one in its direction, or once nothing else has come for a while; late: after the
sender has lost its patience).
"""

import select
import time
from dataclasses import dataclass

from portlab.packets import Packet, Segment

LATE = 50_000  # microseconds that a swapped packet waits at most for the next one
LATER = 350_000  # microseconds that a late packet takes: longer than Linux's shortest RTO
LOOK = 20  # milliseconds after which conditions are looked at again, whatever happens
EXCERPT = 30  # packets told from each end of a long story
WRAP = 1 << 32


def clock():
    """Microseconds, from anywhere."""
    return time.monotonic_ns() // 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """One packet that an end put on the wire; `sender` is 0 or 1."""

    number: int
    time: int
    sender: int
    packet: Packet
    fault: str | None

    def __str__(self):
        arrow = "->" if self.sender == 0 else "<-"
        what = self.packet.payload if isinstance(self.packet.payload, Segment) else self.packet
        return f"{self.number:4} {self.time / 1e6:9.6f} {arrow} {self.fault or '':6} {what}"


class Pump:
    """Moves packets between `ends[0]` and `ends[1]` until a condition holds.

    Where numbers are no use, set `rule`: it is shown every packet without a fault of its own, as
    (sender, packet), and gives a fault or None.
    """

    def __init__(self, first, second, faults=None):
        self.ends = first, second
        self.faults = dict(faults or {})
        self.rule = lambda sender, packet: None
        self.seen = []
        self._waiting = {}  # sender -> (deliver at, raw) of a swapped packet
        self._late = []  # (deliver at, sender, raw), in this order
        self._start = clock()
        self._poll = select.poll()
        for end in self.ends:
            if (descriptor := end.fileno()) is not None:
                self._poll.register(descriptor, select.POLLIN)

    def run(self, until, what="the condition", seconds=10.0):
        """Carry packets until `until()` is true; after `seconds` fail with the story so far."""
        give_up = clock() + int(seconds * 1e6)
        while True:
            while self._move():
                pass
            if until():
                return
            now = clock()
            if now > give_up:
                raise AssertionError(f"{what} did not come about in {seconds} s:\n{self.story()}")
            wakes = [end.next_deadline() for end in self.ends]
            wakes += [at for at, _ in self._waiting.values()] + [at for at, *_ in self._late[:1]]
            nearest = min((at for at in wakes if at is not None), default=give_up)
            self._poll.poll(min(LOOK, max(0, nearest - now) / 1000))

    def settle(self, quiet=0.06):
        """Carry packets until nothing has moved for `quiet` seconds (longer than a delayed ACK)."""
        last = [clock(), len(self.seen)]

        def silent():
            if len(self.seen) != last[1]:
                last[:] = clock(), len(self.seen)
            return clock() - last[0] > quiet * 1e6

        self.run(silent, "silence")

    def story(self):
        ends = [f"{type(end).__name__} {end.state} {end.error or ''}" for end in self.ends]
        lines = [str(seen) for seen in self.seen]
        if len(lines) > 2 * EXCERPT:
            lines[EXCERPT:-EXCERPT] = ["..."]
        return "\n".join([" | ".join(ends), *lines])

    def _move(self):
        """One round; says whether anything moved.

        Both ends act before either hears of it, so that what they do at once crosses on the wire.
        """
        now, moved = clock(), False
        for end in self.ends:
            end.work(now)
            deadline = end.next_deadline()
            if deadline is not None and deadline <= now:
                end.on_deadline(now)
                moved = True
        sent = [(sender, raw) for sender, end in enumerate(self.ends) for raw in end.take(now)]
        for sender, raw in sent:
            self._transmit(sender, raw)
        for sender, (at, raw) in list(self._waiting.items()):
            if at <= now:
                del self._waiting[sender]
                self._deliver(sender, raw)
                moved = True
        while self._late and self._late[0][0] <= now:
            _, sender, raw = self._late.pop(0)
            self._deliver(sender, raw)
            moved = True
        return moved or bool(sent)

    def _transmit(self, sender, raw):
        number = len(self.seen) + 1
        now, packet = clock(), Packet.decode(raw)
        fault = self.faults.get(number) or self.rule(sender, packet)
        self.seen.append(Seen(number, now - self._start, sender, packet, fault))
        if fault == "drop":
            return
        if fault == "late":
            self._late.append((now + LATER, sender, raw))
            return
        if fault == "swap" and sender not in self._waiting:
            self._waiting[sender] = now + LATE, raw
            return
        self._deliver(sender, raw)
        if fault == "double":
            self._deliver(sender, raw)
        if sender in self._waiting:
            self._deliver(sender, self._waiting.pop(sender)[1])

    def _deliver(self, sender, raw):
        self.ends[1 - sender].give(raw, clock())

    def segments(self, sender=None):
        """The TCP segments on the wire, of one sender or of both."""
        return [
            seen.packet.payload
            for seen in self.seen
            if isinstance(seen.packet.payload, Segment) and sender in (None, seen.sender)
        ]

    def normalised(self):
        """(direction, flags, relative seq, relative ack, payload length) of every new segment.

        What two correct TCPs may do differently in real time is left out: an exact repetition
        (a timer that fired early on a busy computer). The RST,ACK of a closed port counts its
        sequence numbers from 0 as there is no ISS.
        """
        base = {}
        lines = []
        for seen in self.seen:
            segment = seen.packet.payload
            if not isinstance(segment, Segment):
                continue
            if segment.has_syn:
                base.setdefault(seen.sender, segment.seq)
            seq = (segment.seq - base.get(seen.sender, 0)) % WRAP
            ack = (segment.ack - base.get(1 - seen.sender, 0)) % WRAP if segment.has_ack else None
            direction = ">" if seen.sender == 0 else "<"
            line = direction, segment.flag_names, seq, ack, len(segment.payload)
            if line not in lines:
                lines.append(line)
        return lines
