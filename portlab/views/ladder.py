"""The ladder's layout: a Trace turned into lanes, arrows, labels, states and notes.

Plain data (`shapes`), the same for the text, the figure and whatever else draws it. Nothing here
knows of characters or colours; nothing that draws looks at the Trace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from portlab.errors import PacketError
from portlab.packets import Packet, Segment
from portlab.trace.analysis import Label
from portlab.trace.conversations import Conversation as Talk
from portlab.trace.conversations import End, conversations
from portlab.trace.numbering import Numbering
from portlab.trace.record import Record, StateChange
from portlab.trace.trace import Trace
from portlab.views.labels import (
    call_text,
    kind_of,
    other_pieces,
    protocol_name,
    sack_blocks,
    tcp_pieces,
)
from portlab.views.notes import about_the_trace, how_to_read, outcome
from portlab.views.observed import SOURCE, label_pieces, labels_by_record, reason, repeated
from portlab.views.printable import printable
from portlab.views.roles import with_roles
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
    Snapshot,
)
from portlab.views.snapshots import shown
from portlab.views.states import known_after_the_end, place
from portlab.wording import count, listed


def layout(trace: Trace, *, relative: bool = True) -> Layout:
    """The ladder of `trace`, one Conversation for every two ends that spoke.

    `relative` counts sequence numbers from each side's SYN (modulo 2**32, RFC 9293 3.4) and gives
    windows in bytes (RFC 7323 2.2); the raw sequence numbers are kept beside them. An empty trace
    has no conversations, and a note that says so.
    """
    zero = trace[0].time if len(trace) else 0
    talks = conversations(trace)
    single, rest = _left_over(trace, talks)
    labels = labels_by_record(trace)
    built = [
        _Builder(talk.trace, (talk.client, talk.server), talk.proto, zero, relative, labels)
        for talk in talks
    ]
    for record in single:
        _take_in(built, record, trace, zero)
    many = f" of {len(talks)}: " if len(talks) > 1 else ""
    made = [
        one.build(f"Conversation {number}{many}" if many and number <= len(talks) else "")
        for number, one in enumerate(built, start=1)
    ]
    scaled = any(one.numbers.scaled for one in built)
    notes = (*about_the_trace(trace, rest), *how_to_read(made, relative, scaled))
    title = printable(trace.title)
    return Layout(title, tuple(made), notes, zero, relative, outcome(trace))


class _Builder:
    """One conversation in the making; `ends[0]`, the client, is drawn at the left."""

    def __init__(
        self,
        trace: Trace,
        ends: tuple[End, End],
        proto: str,
        zero: int,
        relative: bool,
        labels: Mapping[int, tuple[Label, ...]],
    ) -> None:
        self.trace = trace
        self.labels = labels
        self.ends = ends
        self.proto = proto
        self.zero = zero
        # Two ends on one host (loopback) are told apart by port, else a host is one lane.
        self.one_host = trace.name_of(*ends[0]) == trace.name_of(*ends[1])
        self.lanes: list[Lane] = []
        self.places: dict[End | str, int] = {}
        self.places_of = {end: self.lane(*end) for end in ends}
        self.calls: list[Record] = []
        self.numbers = Numbering(
            [(int((r.src, r.sport) != ends[0]), s) for r in trace if (s := r.segment)],
            relative=relative,
        )

    def lane(self, address: str, port: int | None) -> int:
        name = self.trace.name_of(address, port)
        key: End | str = (address, port) if self.one_host else name
        if key not in self.places:
            self.places[key] = len(self.lanes)
            self.lanes.append(Lane(printable(name), address, port))
        return self.places[key]

    def build(self, number: str) -> Conversation:
        calls = [record for record in self.trace if record.call]
        marks = [self.call(record) for record in (*calls, *self.calls)]
        arrows = [self.arrow(record) for record in self.trace if record.packet is not None]
        unexplained = {
            r.number: s.flags for r in self.trace if (s := r.segment) and r.number in self.labels
        }
        arrows = with_roles(arrows, unexplained)
        changes = [self.change(change) for change in self.trace.changes]
        before: list[str | None] = [None] * len(self.lanes)
        for change in reversed(changes):
            before[change.lane] = change.old
        sent, came, alone = place(changes, arrows)
        arrows = [
            replace(a, sent=tuple(sent.get(a.number, ())), arrived=tuple(came.get(a.number, ())))
            if a.number in sent or a.number in came
            else a
            for a in arrows
        ]
        end = max((max(a.time, a.arrival or 0) for a in arrows), default=0)
        for lane in range(len(self.lanes)):
            mine = [change for change in alone if change.lane == lane]
            known = [change for change in mine if change.time <= end]
            known += known_after_the_end(mine[len(known) :])
            marks += [Mark(c.time, lane, c.event, changes=(c,)) for c in known]
        heading = number + self.heading(len(arrows), len(calls) + len(self.calls))
        rows = _merged(arrows, marks)
        snapshots = self.snapshots(max([end, *(mark.time for mark in marks)]))
        return Conversation(heading, tuple(self.lanes), rows, tuple(before), snapshots)

    def heading(self, packets: int, calls: int) -> str:
        words = [protocol_name(self.proto)]
        if packets:
            origins = dict.fromkeys(
                record.origin for record in self.trace if record.packet is not None
            )
            words += [count(packets, "packet"), listed(origins)]
        if calls:
            words += [count(calls, "socket call"), "no packet seen"]
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

    def snapshots(self, end: int) -> tuple[Snapshot, ...]:
        """What both ends said until the ladder's end."""
        said = [one for one in self.trace.snapshots if one.time - self.zero <= end]
        lanes = [self.lane(*one.local) for one in said]
        ways = [int(one.local != self.ends[0]) for one in said]
        return shown(said, lanes, ways, self.numbers, self.zero)

    def arrow(self, record: Record) -> Arrow:
        packet, number, length = record.packet, record.number, record.length
        assert packet is not None
        payload = packet.payload
        source, target = (packet.src, packet.sport), (packet.dst, packet.dport)
        seq = ack = again = about = raw_seq = raw_ack = window = None
        labels = self.labels.get(number)
        if isinstance(payload, Segment):
            way = int(source != self.ends[0])
            numbers = self.numbers
            raw_seq, seq = payload.seq, numbers.seq(way, payload.seq)
            if payload.has_ack:
                raw_ack, ack = payload.ack, numbers.ack(way, payload.ack)
            if labels is not None:
                again = repeated(labels)
            elif record.fate != "duplicate":
                again = numbers.repeats(way, payload, number)
            sack = [
                (numbers.ack(way, left), numbers.ack(way, right))
                for left, right in sack_blocks(payload)
            ]
            window = numbers.window(way, payload)
            pieces = tcp_pieces(payload, seq, ack, length, window, sack)
        else:
            pieces = other_pieces(packet, length)
            about = self.about(record)
        start, end = self.lanes_of(packet, source, target)
        if start > 1:
            pieces.append(Piece("from", f"from {source[0]}"))
        return Arrow(
            number=number,
            time=record.time - self.zero,
            start=start,
            end=end,
            kind=kind_of(packet),
            pieces=(*pieces, *_beyond(record, again, about, labels)),
            origin=record.origin,
            fate=record.fate,
            arrival=None if record.arrival is None else record.arrival - self.zero,
            cause=record.cause,
            length=length,
            size=packet.ip.packet_length or len(packet),
            seq=seq,
            ack=ack,
            raw_seq=raw_seq,
            raw_ack=raw_ack,
            window=window,
            again=again,
            about=about,
            why=reason(labels) if labels else record.explain(seq, ack),
            source=SOURCE if labels else packet.reason.source if packet.reason else None,
        )

    def lanes_of(self, packet: Packet, source: End, target: End) -> tuple[int, int]:
        if source in self.places_of and target in self.places_of:
            return self.places_of[source], self.places_of[target]
        quoted = _quoted(packet)
        if quoted is not None:
            # An ICMP error has no ports: take them from the packet it comes back to.
            target = (target[0], quoted.sport) if target[0] == quoted.src else target
            source = (source[0], quoted.dport) if source[0] == quoted.dst else source
        return self.lane(*source), self.lane(*target)

    def about(self, record: Record) -> int | None:
        """The record that an ICMP error quotes: the latest that begins with the same bytes."""
        quoted = _quoted(record.packet) if record.packet is not None else None
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


def _beyond(
    record: Record, again: int | None, about: int | None, labels: Sequence[Label] | None
) -> list[Piece]:
    """What is known about a packet that its own header does not say."""
    pieces = label_pieces(labels or ())
    if again is not None and labels is None:
        pieces.append(Piece("again", f"retransmission of {again}{INFERRED}"))
    if about is not None:
        pieces.append(Piece("about", f"about {about}{INFERRED}"))
    cause = printable(record.cause) if record.cause else ""
    if record.fate == "lost":
        known = cause.startswith(("lost", "dropped"))
        pieces.append(Piece("lost", cause if known else f"lost: {cause}".rstrip(": ")))
    elif record.fate == "duplicate":
        pieces.append(Piece("copy", f"copy: {cause}".rstrip(": ")))
    elif cause:
        pieces.append(Piece("cause", cause, 1))
    return pieces


def _quoted(packet: Packet) -> Packet | None:
    """The packet that an ICMP error is about, if enough of it is quoted to say."""
    quoted = packet.quoted
    try:
        return quoted if quoted is not None and quoted.flow else None
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
    own = _Builder(Trace(hosts=trace.hosts), (end, end), record.call.proto, zero, False, {})
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


def _after_ip_header(raw: bytes) -> bytes:
    return raw[40:] if raw[0] >> 4 == 6 else raw[(raw[0] & 0xF) * 4 :]
