"""What somebody who watches a TCP conversation concludes from each packet.

The rules are near those of Wireshark, so that what is learned here is found there;
`docs/analysis.md` says where they differ, and a test holds the list of differences.
"""

from portlab.packets import ACK, FIN, RST, SYN, Glance, Segment, WindowScale
from portlab.trace.analysis.labels import Kind, Label
from portlab.trace.analysis.resets import why_reset
from portlab.trace.analysis.side import HALF, MASK, Side
from portlab.trace.analysis.states import End, States, follow, reset
from portlab.trace.record import Record

PROMPT = 20_000
"""Microseconds: what is repeated so soon after duplicate ACKs was repeated because of them. A
round trip is allowed where that is longer, for the observer may stand anywhere on the way."""

CLOSE_BY = 3_000
"""Microseconds in which packets overtake each other, where the round trip time is not known."""

_UNSCALED = (
    "The scale of its windows stands in the SYNs and is not known: windows are as in the headers, "
    "and when one is full cannot be told."
)

_CONTROL = SYN | FIN | RST
_MAX_SHIFT = 14  # RFC 7323 2.3


class Observer:
    """Takes the segments of one conversation in the order of the capture.

    `client` is the `ends` of a segment that the client sends; `before` is the first record of an
    earlier conversation between the same ends, if there was one. `labels` and `states` are what
    was concluded so far; there are states wherever those of either end changed.
    """

    def __init__(self, conversation: int, client: bytes, before: int | None = None) -> None:
        self.labels: list[Label] = []
        self.states: list[States] = []
        self._conversation = conversation
        self._client = client
        self._before = before
        self._sides = [Side(), Side()]
        self._ends = [End(), End()]
        self._asked: int | None = None
        self._repeated = False
        self._round_trip: int | None = None
        self._calm = False

    def take(self, record: Record, seen: Glance) -> None:
        """Look at one segment, which `record` brought."""
        ends, seq, ack, flags, window, length = seen
        way = int(ends != self._client)
        size = length
        if flags & _CONTROL:
            size += (flags & FIN) + (flags >> 1 & 1)
            if flags & RST:
                self._reset(record, way, seen)
                return
            if flags & SYN and not self._opens(record, way, seen):
                return
        me, peer = self._sides[way], self._sides[1 - way]
        number, time = record.number, record.time
        if me.shift and not flags & SYN:
            window <<= me.shift

        taken = False
        if flags & ACK and peer.next is not None and (peer.holes or ack != peer.next):
            taken = self._reaches(number, peer, ack)
        gap = 0 if me.next is None else (seq - me.next) & MASK
        told: Kind | None = None
        if size:
            if gap or me.owed is not None:
                told = self._not_next(record, me, peer, seen, size, gap)
            elif length == 1 and peer.window == 0:
                told = self._label("zero-window probe", number, peer.window_record, size=1)
                me.probed = (seq + 1) & MASK
        elif gap == 0:
            if ack == me.ack or taken:
                told = self._again(number, me, peer, window, taken)
        elif gap == MASK:
            told = self._asks(number, me, peer)
        elif gap < HALF:
            self._label("lost segment", number, me.next_record, size=gap)

        if told != "zero-window probe" and not flags & _CONTROL:
            if window == 0:
                self._label("zero window", number)
            if length and peer.allows_until == (seq + length) & MASK:
                self._label("window full", number, peer.window_record)
        if told != "zero-window probe" and (gap or size or me.next is None):
            me.advance(seq, size, number, time)
        me.say(ack if flags & ACK else me.ack, window, number, time)
        me.told, me.latest = told, (number, seen)
        if self._asked is not None and flags & (ACK | SYN) == ACK:
            self._round_trip, self._asked = time - self._asked, None
        if flags & FIN or not self._calm:
            self._conclude(number, way, seen, size)

    def notes(self) -> tuple[str, ...]:
        """What could not be known."""
        missing = [side.isn is None for side in self._sides if side.next is not None]
        if not any(missing):
            return ()
        if not all(missing):
            return ("The SYN of one side was not seen.", _UNSCALED)
        return ("It begins in mid-conversation: no SYN was seen.", _UNSCALED)

    def _label(
        self, kind: Kind, record: int, about: int | None = None, *, times: int = 0, size: int = 0
    ) -> Kind:
        # A record 0 is none: nothing of the kind was seen yet.
        self.labels.append(Label(kind, record, self._conversation, about or None, times, size))
        return kind

    # ---- what it says about the other direction -------------------------------------------------

    def _reaches(self, number: int, peer: Side, ack: int) -> bool:
        """Does it acknowledge what was not seen? True if it takes in a probe's byte."""
        if peer.probed == ack and peer.next == (ack - 1) & MASK:
            peer.next, peer.probed = ack, None
            return True
        if missing := peer.unseen_before(ack):
            self._label("ACK of unseen segment", number, size=missing)
        return False

    def _again(self, number: int, me: Side, peer: Side, window: int, taken: bool) -> Kind | None:
        """Nothing but an ACK, which says what was said before (or takes in a probe's byte)."""
        about = me.ack_record
        if window != me.window:
            return self._label("window update", number, about) if window else None
        asked = peer.latest[0] if peer.latest else None
        if window == 0:
            if peer.told == "zero-window probe":
                return self._label("zero-window probe ACK", number, asked)
            return None
        if taken:
            return None
        if peer.told == "keep-alive":
            return self._label("keep-alive ACK", number, asked)
        me.repeats += 1
        return self._label("duplicate ACK", number, about, times=me.repeats)

    # ---- what it says about its own direction ---------------------------------------------------

    def _asks(self, number: int, me: Side, peer: Side) -> Kind:
        """Without data, and one number before the next: it is only to be answered."""
        if peer.window == 0:
            return self._label("zero-window probe", number, peer.window_record)
        return self._label("keep-alive", number, peer.ack_record)

    def _not_next(
        self, record: Record, me: Side, peer: Side, seen: Glance, size: int, gap: int
    ) -> Kind | None:
        """It has something to carry, and that is not simply what comes next."""
        number, time = record.number, record.time
        _, seq, _, flags, _, length = seen
        if 0 < gap < HALF:
            self._label("lost segment", number, me.next_record, size=gap)
        acked = peer.ack is not None and (peer.ack - seq - size) & MASK < HALF
        if gap < HALF and not acked:
            return None
        if flags & SYN and flags & ACK and me.asked:
            me.asked = False
            return None  # its SYN again, and yet news: it answers one that crossed it (figure 7)
        if gap == MASK and size == 1 and not flags & _CONTROL and peer.ack == me.next:
            return self._asks(number, me, peer)
        about, limit = me.sent.get(seq), self._round_trip
        if acked:
            kind: Kind = "spurious retransmission"
        elif (
            peer.repeats >= 2
            and peer.ack == seq
            and time - peer.ack_time < max(PROMPT, self._round_trip or 0)
        ):
            kind = "fast retransmission"
            return self._label(kind, number, about, times=peer.repeats, size=length)
        elif time - me.next_time < (CLOSE_BY if limit is None else limit) and not me.has_seen(seq):
            kind, about = "out of order", me.next_record
        else:
            kind = "retransmission"
        return self._label(kind, number, about, size=length)

    # ---- the opening and the end ----------------------------------------------------------------

    def _opens(self, record: Record, way: int, seen: Glance) -> bool:
        """Take in a SYN; False if it belongs to another connection than what was seen so far."""
        me, peer = self._sides[way], self._sides[1 - way]
        answers = seen.flags & ACK != 0
        if not answers and not self._repeated and self._round_trip is None:
            self._asked = record.time
        if me.next is None:
            if not answers and self._before is not None and peer.next is None:
                self._label("ports reused", record.number, self._before)
        elif seen.seq == me.isn:
            if answers != me.asked:
                self._asked = None  # which of the two is answered, nobody knows (RFC 6298 3)
                self._repeated = True
        elif answers:
            me = self._sides[way] = Side()
            if peer.pending == (seen.ack - 1) & MASK:
                peer = self._sides[1 - way] = Side()
                peer.isn = peer.first = (seen.ack - 1) & MASK
                peer.next = seen.ack
        elif self._ends[0].synchronized or self._ends[1].synchronized:
            about = me.latest or peer.latest
            self._label("half-open", record.number, about[0] if about else None)
            self._ends[way].open_anew(seen.seq)
            me.pending = seen.seq
            self._note_states(record.number)
            return False
        else:
            self._label("ports reused", record.number, me.next_record)
            self._sides = [Side(), Side()]
            self._ends = [End(), End()]
            me, peer = self._sides[way], self._sides[1 - way]
        me.isn, me.asked = seen.seq, me.asked or not answers
        scale = _scale(record)
        me.offer = scale
        # Both SYNs must offer it (RFC 7323 2.2); a SYN,ACK offers only what it was offered.
        if scale is None or (peer.isn is not None and peer.offer is None):
            me.shift = peer.shift = 0
        elif answers or peer.isn is not None:
            me.shift = me.offer
            peer.shift = peer.offer
        return True

    def _reset(self, record: Record, way: int, seen: Glance) -> None:
        sender, target = self._ends[way], self._ends[1 - way]
        me, peer = self._sides[way], self._sides[1 - way]
        kind, about = why_reset(seen, sender, target, me, peer)
        self._label(kind, record.number, about)
        me.told, me.latest = None, (record.number, seen)
        reset(sender, target, taken=me.next in (None, seen.seq))
        self._calm = False
        self._note_states(record.number)

    def _conclude(self, number: int, way: int, seen: Glance, size: int) -> None:
        sender, target = self._ends[way], self._ends[1 - way]
        follow(sender, target, seen.flags, seen.seq, seen.ack, size)
        self._calm = sender.calm and target.calm
        self._note_states(number)

    def _note_states(self, number: int) -> None:
        client, server = (end.state for end in self._ends)
        if not self.states or self.states[-1][1:] != (client, server):
            self.states.append(States(number, client, server))


def _scale(record: Record) -> int | None:
    """The window scale that a SYN offers; None for none."""
    packet = record.whole or record.packet
    segment = packet.payload if packet is not None else None
    option = segment.option(WindowScale) if isinstance(segment, Segment) else None
    return None if option is None else min(option.shift, _MAX_SHIFT)
