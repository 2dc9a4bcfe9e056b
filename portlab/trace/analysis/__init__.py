"""Reading a capture: what an observer concludes from the packets of a Trace, and why.

    analyse     a Trace -> an Analysis: conversations, labels, states, notes
    observer    the rules, one packet at a time
    side        what was seen of one direction
    states      the states of both ends
    resets      why a RST was sent
    labels      a conclusion, and the sentence that gives its grounds

Nothing here knows what really happened, even where a Trace does: the same packets from a file give
the same Analysis.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from portlab.errors import PacketError
from portlab.packets import Glance, glance_at
from portlab.tcp.states import State
from portlab.trace.analysis.labels import KINDS as KINDS
from portlab.trace.analysis.labels import RETRANSMISSIONS as RETRANSMISSIONS
from portlab.trace.analysis.labels import Kind as Kind
from portlab.trace.analysis.labels import Label as Label
from portlab.trace.analysis.observer import Observer
from portlab.trace.analysis.states import States as States
from portlab.trace.conversations import Conversation, conversations_at_a_glance
from portlab.trace.numbering import Numbering
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from portlab.trace.uncollected import uncollected
from portlab.wording import count


@dataclass(frozen=True, slots=True)
class Observed:
    """One TCP conversation as an observer understands it: all of this is inferred.

    `labels` are in the order of the records. `states` has one entry wherever either end's state
    changed. `notes` say what could not be known, such as the scale of the windows.
    """

    conversation: Conversation
    labels: tuple[Label, ...]
    states: tuple[States, ...]
    notes: tuple[str, ...]

    def states_after(self, record: int) -> tuple[State | None, State | None]:
        """The client's and the server's state after that record; None is what nobody can know."""
        at = bisect_right(self.states, record, key=lambda states: states.record)
        return self.states[at - 1][1:] if at else (None, None)

    @property
    def numbers(self) -> Numbering:
        """Its relative numbers: the client is direction 0."""
        client = self.conversation.client
        return Numbering(
            (int((record.src, record.sport) != client), segment)
            for record in self.conversation.trace
            if (segment := record.segment)
        )


@dataclass(frozen=True)
class Analysis:
    """What an observer concludes from a Trace.

    Printed, it lists every label with its grounds, and where each connection was left.
    """

    conversations: tuple[Conversation, ...]
    observed: tuple[Observed, ...]
    labels: dict[int, tuple[Label, ...]] = field(repr=False)
    """By the record's number; records without labels are left out."""

    def of(self, record: Record | int) -> tuple[Label, ...]:
        """The labels of one record, given as such or by its number."""
        number = record.number if isinstance(record, Record) else record
        return self.labels.get(number, ())

    def states(self) -> dict[int, tuple[State | None, State | None]]:
        """By the record's number, the client's and the server's state after it: see Observed."""
        return {
            record.number: one.states_after(record.number)
            for one in self.observed
            for record in one.conversation.trace
        }

    def __iter__(self) -> Iterator[Label]:
        return chain.from_iterable(self.labels.values())

    def __str__(self) -> str:
        lines = []
        for one in self.observed:
            lines += [str(one.conversation), *(f"  {note}" for note in one.notes)]
            lines += [f"  {label.record}: {label}" for label in one.labels]
            if one.states:
                client, server = (state or "unknown" for state in one.states[-1][1:])
                lines.append(f"  at the end: client {client}*, server {server}*")
        rest = len(self.conversations) - len(self.observed)
        if rest:
            lines.append(f"{count(rest, 'conversation')} without TCP.")
        if not self.conversations:
            return "No conversations."
        return "\n".join([*lines, "* inferred by comparing packets; no header says so."])


def analyse(trace: Trace) -> Analysis:
    """What an observer who sees these records, in this order, concludes from them.

    >>> from portlab import drop, run
    >>> def ask(lab):
    ...     server, client = lab.hosts("server", "client")
    ...     server.listen(80)
    ...     client.connect(server, 80)
    >>> analysis = analyse(run(ask, seed=1, faults=[drop(2)]))
    >>> for label in analysis:
    ...     print(label.record, label.kind, label.about)
    3 spurious retransmission 1
    4 retransmission 2
    >>> print(analysis.of(4)[0].sentence)
    What it carries (a SYN or FIN) was sent before, in record 2, and no ACK for it was seen.
    """
    with uncollected():
        return _analysed(trace)


def _analysed(trace: Trace) -> Analysis:
    talks = conversations_at_a_glance(trace)
    observed = []
    labels: dict[int, list[Label]] = {}
    earlier: dict[object, int] = {}
    for talk, segments in talks:
        if talk.proto != "tcp":
            continue
        ends = frozenset((talk.client, talk.server))
        one = _observe(talk, segments, earlier.get(ends))
        earlier[ends] = talk.trace[0].number
        observed.append(one)
        for label in one.labels:
            labels.setdefault(label.record, []).append(label)
    in_order = {number: tuple(labels[number]) for number in sorted(labels)}
    return Analysis(tuple(talk for talk, _ in talks), tuple(observed), in_order)


def _observe(talk: Conversation, segments: Sequence[Glance | None], before: int | None) -> Observed:
    observer: Observer | None = None
    for record, at_once in zip(talk.trace.records, segments, strict=True):
        seen = at_once or _looked_at(record)
        if seen is None:
            continue
        if observer is None:
            observer = Observer(talk.number, _clients(talk, record, seen), before)
        observer.take(record, seen)
    if observer is None:
        return Observed(talk, (), (), ("No whole segment was captured.",))
    return Observed(talk, tuple(observer.labels), tuple(observer.states), observer.notes())


def _looked_at(record: Record) -> Glance | None:
    """The segment that the record shows; None for calls, ICMP errors and parts of a segment."""
    packet = record.whole or record.packet
    try:
        return None if packet is None else glance_at(packet)
    except PacketError:
        return None


def _clients(talk: Conversation, record: Record, seen: Glance) -> bytes:
    """`ends` as the client's segments have them."""
    packet = record.whole or record.packet
    if packet is not None and (packet.src, packet.sport) == talk.client:
        return seen.ends
    size = (len(seen.ends) - 4) // 2
    source, target, ports = seen.ends[:size], seen.ends[size:-4], seen.ends[-4:]
    return target + source + ports[2:] + ports[:2]
