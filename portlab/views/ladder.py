"""The ladder's layout: a Trace turned into lanes, arrows, labels, states and notes.

Plain data (`shapes`), the same for the text, the figure and whatever else draws it. Nothing here
knows of characters or colours; nothing that draws looks at the Trace.
"""

from collections.abc import Sequence
from dataclasses import replace

from portlab.errors import PacketError
from portlab.packets import Packet
from portlab.trace.conversations import Conversation as Talk
from portlab.trace.conversations import End, conversations
from portlab.trace.record import Record, StateChange
from portlab.trace.trace import Trace
from portlab.views.labels import call_text, kind_of, other_pieces, sack_blocks, tcp_pieces
from portlab.views.numbering import Numbering
from portlab.views.printable import printable
from portlab.views.shapes import (
    INFERRED,
    Arrow,
    Change,
    Conversation,
    Lane,
    Layout,
    Mark,
    Piece,
    Row,
)
from portlab.views.states import known_after_the_end, place

_PROBLEMS_SHOWN = 5
"""Frames without a packet are named one by one up to this many; the rest are counted."""


def layout(trace: Trace, *, relative: bool = True) -> Layout:
    """The ladder of `trace`, one Conversation for every two ends that spoke.

    `relative` counts sequence numbers from each side's SYN (modulo 2**32, RFC 9293 3.4); the raw
    ones are kept beside them. An empty trace has no conversations, and a note that says so.
    """
    zero = trace[0].time if len(trace) else 0
    talks = conversations(trace)
    single, rest = _left_over(trace, talks)
    built = [
        _Builder(talk.trace, (talk.client, talk.server), talk.proto, zero, relative)
        for talk in talks
    ]
    for record in single:
        _take_in(built, record, trace, zero)
    many = f" of {len(talks)}: " if len(talks) > 1 else ""
    made = [
        one.build(f"Conversation {number}{many}" if many and number <= len(talks) else "")
        for number, one in enumerate(built, start=1)
    ]
    notes = (*_notes(trace, rest), *_footnotes(made, relative))
    return Layout(printable(trace.title), tuple(made), notes, zero, relative)


class _Builder:
    """One conversation in the making; `ends[0]`, the client, is drawn at the left."""

    def __init__(
        self, trace: Trace, ends: tuple[End, End], proto: str, zero: int, relative: bool
    ) -> None:
        self.trace = trace
        self.ends = ends
        self.proto = proto
        self.zero = zero
        # Two ends on one host (loopback) are told apart by port, else a host is one lane.
        self.one_host = trace.name_of(ends[0][0]) == trace.name_of(ends[1][0])
        self.lanes: list[Lane] = []
        self.places: dict[End | str, int] = {}
        for end in ends:
            self.lane(*end)
        self.calls: list[Record] = []
        segments = [(self.direction(r), r.segment) for r in trace]
        self.numbers = Numbering([(d, s) for d, s in segments if s], relative=relative)

    def lane(self, address: str, port: int | None) -> int:
        name = self.trace.name_of(address)
        key: End | str = (address, port) if self.one_host else name
        if key not in self.places:
            self.places[key] = len(self.lanes)
            self.lanes.append(Lane(printable(name), address, port))
        return self.places[key]

    def direction(self, record: Record) -> int:
        return int((record.src, record.sport) != self.ends[0])

    def build(self, number: str) -> Conversation:
        calls = [record for record in self.trace if record.call]
        marks = [self.call(record) for record in (*calls, *self.calls)]
        arrows = [self.arrow(record) for record in self.trace if record.packet]
        changes = [self.change(change) for change in self.trace.changes]
        before: list[str | None] = [None] * len(self.lanes)
        for change in reversed(changes):
            before[change.lane] = change.old
        sent, came, alone = place(changes, arrows)
        arrows = [
            replace(a, sent=tuple(sent.get(a.number, ())), arrived=tuple(came.get(a.number, ())))
            for a in arrows
        ]
        end = max((max(a.time, a.arrival or 0) for a in arrows), default=0)
        for lane in range(len(self.lanes)):
            mine = [change for change in alone if change.lane == lane]
            known = [change for change in mine if change.time <= end]
            known += known_after_the_end(mine[len(known) :])
            marks += [Mark(c.time, lane, c.event, changes=(c,)) for c in known]
        heading = number + self.heading(len(arrows), len(calls) + len(self.calls))
        return Conversation(heading, tuple(self.lanes), _merged(arrows, marks), tuple(before))

    def heading(self, packets: int, calls: int) -> str:
        name = self.proto.upper() if self.proto.isalpha() else f"IP protocol {self.proto}"
        words = [name]
        if packets:
            origins = dict.fromkeys(record.origin for record in self.trace if record.packet)
            words += [_many(packets, "packet"), " and ".join(origins)]
        if calls:
            words += [_many(calls, "socket call"), "no packet seen"]
        return ", ".join(words)

    def call(self, record: Record) -> Mark:
        assert record.call is not None
        lane = self.lane(record.call.src, record.call.sport)
        failed = record.fate == "failed"
        text = call_text(record.call)
        return Mark(record.time - self.zero, lane, text, record.number, failed)

    def change(self, change: StateChange) -> Change:
        return Change(
            self.lane(*change.local),
            change.time - self.zero,
            change.old,
            change.event,
            change.new,
            change.reason.sentence,
            change.reason.source,
        )

    def arrow(self, record: Record) -> Arrow:
        packet, segment, number = record.packet, record.segment, record.number
        assert packet is not None
        seq = ack = again = None
        if segment is not None:
            way = self.direction(record)
            seq = self.numbers.seq(way, segment.seq)
            ack = self.numbers.ack(way, segment.ack) if segment.has_ack else None
            if record.fate != "duplicate":
                again = self.numbers.repeats(way, segment, number)
            sack = [
                (self.numbers.ack(way, left), self.numbers.ack(way, right))
                for left, right in sack_blocks(segment)
            ]
            pieces = tcp_pieces(segment, seq, ack, record.length, sack)
        else:
            pieces = other_pieces(packet, record.length)
        start, end = self.lanes_of(record)
        reason = record.reason
        about = self.about(record)
        return Arrow(
            number=number,
            time=record.time - self.zero,
            start=start,
            end=end,
            kind=kind_of(packet),
            pieces=(*pieces, *_beyond(record, again, about)),
            origin=record.origin,
            fate=record.fate,
            arrival=None if record.arrival is None else record.arrival - self.zero,
            cause=record.cause,
            length=record.length,
            seq=seq,
            ack=ack,
            raw_seq=record.seq,
            raw_ack=record.ack,
            again=again,
            about=about,
            why=record.why,
            source=reason.source if reason else None,
        )

    def lanes_of(self, record: Record) -> tuple[int, int]:
        source, target = (record.src or "", record.sport), (record.dst or "", record.dport)
        quoted = _quoted(record)
        if quoted is not None:
            # An ICMP error has no ports: take them from the packet it comes back to.
            target = (target[0], quoted.sport) if target[0] == quoted.src else target
            source = (source[0], quoted.dport) if source[0] == quoted.dst else source
        return self.lane(*source), self.lane(*target)

    def about(self, record: Record) -> int | None:
        """The record that an ICMP error quotes: the latest that begins with the same bytes."""
        quoted = _quoted(record)
        if quoted is None:
            return None
        begin = _after_ip_header(quoted.raw)[:8]
        for earlier in reversed(self.trace):
            packet = earlier.packet
            if packet is None or earlier.number >= record.number or packet.src != quoted.src:
                continue
            if _after_ip_header(packet.raw)[: len(begin)] == begin:
                return earlier.number
        return None


def _beyond(record: Record, again: int | None, about: int | None) -> list[Piece]:
    """What is known about a packet that its own header does not say."""
    pieces = []
    if again is not None:
        pieces.append(Piece("again", f"retransmission of {again}{INFERRED}"))
    if about is not None:
        pieces.append(Piece("about", f"about {about}{INFERRED}"))
    cause = f": {printable(record.cause)}" if record.cause else ""
    if record.fate == "lost":
        pieces.append(Piece("lost", f"lost{cause}"))
    elif record.fate == "duplicate":
        pieces.append(Piece("copy", f"copy{cause}"))
    elif record.cause:
        pieces.append(Piece("cause", printable(record.cause), 1))
    return pieces


def _quoted(record: Record) -> Packet | None:
    """The packet that an ICMP error is about, if enough of it is quoted to say."""
    quoted = record.packet.quoted if record.packet else None
    try:
        return quoted if quoted and quoted.flow else None
    except PacketError:
        return None


def _left_over(trace: Trace, talks: Sequence[Talk]) -> tuple[list[Record], list[Record]]:
    """What is in no conversation: calls that name no peer, and records without a packet."""
    known = {record.number for talk in talks for record in talk.trace}
    rest = [record for record in trace if record.number not in known]
    return [r for r in rest if r.call], [r for r in rest if not r.call]


def _take_in(built: list[_Builder], record: Record, trace: Trace, zero: int) -> None:
    """Put a call without a peer into the first conversation of its port, or into its own."""
    assert record.call is not None
    end = (record.call.src, record.call.sport)
    for one in built:
        if end in one.ends and one.proto == record.call.proto:
            one.calls.append(record)
            return
    own = _Builder(Trace(hosts=trace.hosts), (end, end), record.call.proto, zero, False)
    own.calls.append(record)
    built.append(own)


def _merged(arrows: list[Arrow], marks: list[Mark]) -> tuple[Row, ...]:
    """Arrows in the order of their records, each mark before the first that is later."""
    rows: list[Row] = list(arrows)
    at = 0
    for mark in sorted(marks, key=lambda m: (m.time, m.number or 0)):
        while at < len(rows) and rows[at].time <= mark.time:
            at += 1
        rows.insert(at, mark)
        at += 1
    return tuple(rows)


def _notes(trace: Trace, rest: Sequence[Record]) -> list[str]:
    """What cannot be drawn: how the run ended, what was no packet."""
    notes = [printable(note) for note in trace.notes]
    if not len(trace):
        notes.append("Nothing to show: no packet was sent and no socket was called.")
    for record in rest[:_PROBLEMS_SHOWN]:
        notes.append(f"Record {record.number}: {printable(record.problem or '')}")
    if len(rest) > _PROBLEMS_SHOWN:
        notes.append(f"{_many(len(rest) - _PROBLEMS_SHOWN, 'more record')} without a packet.")
    if trace.error is not None:
        notes.append(f"It ended with {type(trace.error).__name__}: {trace.error}")
    if trace.unused_faults:
        named = ", ".join(map(repr, trace.unused_faults))
        notes.append(f"Met nothing, because no packet had that number: {named}.")
    return notes


def _footnotes(made: Sequence[Conversation], relative: bool) -> list[str]:
    """How to read what stands in the labels."""
    arrows = [
        (at, row) for at, one in enumerate(made) for row in one.rows if isinstance(row, Arrow)
    ]
    sides = {(at, a.start) for at, a in arrows if a.seq is not None and a.kind != "reset"}
    opened = {(at, a.start) for at, a in arrows if a.kind == "syn"}
    notes = []
    if relative and sides:
        note = "seq and ack are relative: each side's SYN counts as 0."
        unseen = " A side whose SYN was not seen starts at 1." if sides - opened else ""
        notes.append(note + unseen)
    if any(arrow.again is not None or arrow.about is not None for _, arrow in arrows):
        notes.append(f"{INFERRED} inferred by comparing packets; no header says so.")
    return notes


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' if count != 1 else ''}"


def _after_ip_header(raw: bytes) -> bytes:
    return raw[40:] if raw[0] >> 4 == 6 else raw[(raw[0] & 0xF) * 4 :]
