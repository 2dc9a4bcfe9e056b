"""Who talked to whom: a Trace taken apart by the five values that tell conversations apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from portlab.errors import PacketError
from portlab.host import written
from portlab.packets import (
    ACK,
    FIN,
    RST,
    SYN,
    Flow,
    FragmentHeader,
    Glance,
    Ipv4,
    Ipv6,
    Packet,
    glance,
)
from portlab.trace.record import Record, StateChange
from portlab.trace.snapshot import Snapshot
from portlab.trace.trace import Trace

End = tuple[str, int | None]
"""An address and a port; None where the protocol has no ports, or a fragment shows none."""

_Pair = tuple[str, frozenset[End]]
_Ends = frozenset[End]
_Said = TypeVar("_Said", StateChange, Snapshot)
_Datagram = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class Conversation:
    """The packets of one protocol between two ends, and the ICMP errors about them.

    `number` counts from 1 in the order of first packets. The client is who sent a SYN without
    ACK; where none was seen it is *inferred*: whoever did not send SYN,ACK, or else who spoke
    first. `packets_*` and `bytes_*` (of payload) count what each end sent, retransmissions and
    lost packets too, but not the ICMP errors; those are in `trace` only.
    """

    number: int
    proto: str
    client: End
    server: End
    inferred: bool
    trace: Trace
    packets_from_client: int
    packets_from_server: int
    bytes_from_client: int
    bytes_from_server: int

    @property
    def duration(self) -> int:
        """Microseconds from the first record to the last."""
        times = [record.time for record in self.trace]
        return max(times) - min(times)

    def __str__(self) -> str:
        client, server = (
            _written(self.trace.name_of(host), port) for host, port in (self.client, self.server)
        )
        total = self.bytes_from_client + self.bytes_from_server
        inferred = " (client inferred)" if self.inferred else ""
        return (
            f"{self.number}: {self.proto} {client} > {server}{inferred}, "
            f"{len(self.trace)} packets, {total} bytes"
        )


def conversations(trace: Trace) -> tuple[Conversation, ...]:
    """The conversations of `trace`, by protocol and both ends, whichever direction.

    A TCP connection that takes the ports of one that is over, with a new first sequence number,
    is a conversation of its own. An ICMP error belongs to the conversation of the packet that it
    quotes, and a later fragment to that of its first. Records that show no two ends (ARP, a
    listening socket) belong to none.
    """
    return tuple(talk for talk, _ in conversations_at_a_glance(trace))


def conversations_at_a_glance(trace: Trace) -> list[tuple[Conversation, list[Glance | None]]]:
    """The same, with what was seen of each record's segment on the way; None where it was not one
    at a glance.
    """
    sorter = _Sorter()
    for record in trace:
        sorter.add(record)
    changes, snapshots = _by_ends(trace.changes), _by_ends(trace.snapshots)
    return [
        (making.made(number, trace, changes, snapshots), making.seen)
        for number, making in enumerate(sorter.all, start=1)
    ]


def _by_ends(said: Iterable[_Said]) -> dict[_Ends, list[_Said]]:
    """What hosts said about their TCP, by the two ends that it was about."""
    found: dict[_Ends, list[_Said]] = {}
    for one in said:
        found.setdefault(frozenset((one.local, one.remote)), []).append(one)
    return found


class _Making:
    """A conversation being collected; the sender of an ICMP error about it is None."""

    def __init__(self, flow: Flow, start: int | None = None) -> None:
        self.flow = flow
        self.records: list[Record] = []
        self.seen: list[Glance | None] = []
        self.sent: dict[End, list[int]] = {}
        self.first_seq: dict[End, int] = {}
        self.answered: End | None = None
        self.over = False
        self.start = start
        self.end: int | None = None

    def add(self, record: Record, sender: End | None, flags: int, seq: int, length: int) -> None:
        self.records.append(record)
        if sender is None:
            return
        counts = self.sent.get(sender)
        if counts is None:
            counts = self.sent[sender] = [0, 0]
        counts[0] += 1
        counts[1] += length
        if not flags & (SYN | FIN | RST):
            return
        if flags & SYN and flags & ACK:
            self.answered = sender
        elif flags & SYN:
            self.first_seq.setdefault(sender, seq)
        self.over = self.over or flags & (FIN | RST) != 0

    def is_followed_by(self, sender: End | None, flags: int, seq: int) -> bool:
        """Does this record open another connection between the same ports?"""
        if not self.over or sender is None or flags & (SYN | ACK) != SYN:
            return False
        return self.first_seq.get(sender) != seq

    def made(
        self,
        number: int,
        trace: Trace,
        changes: Mapping[_Ends, list[StateChange]],
        snapshots: Mapping[_Ends, list[Snapshot]],
    ) -> Conversation:
        proto, src, sport, dst, dport = self.flow
        first, second = (src, sport), (dst, dport)
        opener = next(iter(self.first_seq), None)
        client = opener or (second if self.answered == first else first)
        server = second if client == first else first
        from_client = self.sent.get(client, (0, 0))
        from_server = self.sent.get(server, (0, 0)) if server != client else (0, 0)
        part = trace.with_records(self.records)
        ends = frozenset((first, second)) if proto == "tcp" else frozenset()
        part.changes = self._while_it_lasts(changes.get(ends, ()))
        part.snapshots = self._while_it_lasts(snapshots.get(ends, ()))
        return Conversation(
            number,
            proto,
            client,
            server,
            inferred=opener is None,
            trace=part,
            packets_from_client=from_client[0],
            packets_from_server=from_server[0],
            bytes_from_client=from_client[1],
            bytes_from_server=from_server[1],
        )

    def _while_it_lasts(self, said: Iterable[_Said]) -> list[_Said]:
        """Without what belongs to an earlier or later connection between the same ends."""
        start, end = self.start, self.end
        return [
            one
            for one in said
            if (start is None or start <= one.time) and (end is None or one.time < end)
        ]


class _Sorter:
    def __init__(self) -> None:
        self.all: list[_Making] = []
        self._current: dict[_Pair, _Making] = {}
        self._fragments: dict[_Datagram, Flow] = {}
        self._known: dict[bytes, tuple[Flow, _Pair]] = {}

    def add(self, record: Record) -> None:
        packet = record.packet
        seen = glance(packet.raw) if packet is not None else None
        if packet is not None and seen is not None:
            # Most packets of a long capture; their text is made once for each direction.
            known = self._known.get(seen.ends)
            if known is None:
                known = self._known[seen.ends] = packet.flow, _pair(packet.flow)
            flow, pair = known
            making = self._put(
                record, flow, pair, (flow[1], flow[2]), seen.flags, seen.seq, seen.length
            )
            making.seen.append(seen)
            return
        found, is_error = self._flow(record)
        if found is None:
            return
        sender = None if is_error else (found[1], found[2])
        segment = record.segment
        flags, seq = (segment.flags, segment.seq) if segment else (0, 0)
        making = self._put(record, found, _pair(found), sender, flags, seq, record.length)
        making.seen.append(None)

    def _put(
        self,
        record: Record,
        flow: Flow,
        pair: _Pair,
        sender: End | None,
        flags: int,
        seq: int,
        length: int,
    ) -> "_Making":
        making = self._current.get(pair)
        if making is None:
            making = self._current[pair] = _Making(flow)
            self.all.append(making)
        elif making.is_followed_by(sender, flags, seq):
            making.end = record.time
            making = self._current[pair] = _Making(flow, start=record.time)
            self.all.append(making)
        making.add(record, sender, flags, seq, length)
        return making

    def _flow(self, record: Record) -> tuple[Flow | None, bool]:
        """The five values that the record belongs to, and whether it only reports about them."""
        packet = record.whole or record.packet
        if packet is None:
            call = record.call
            if call is None or call.dst is None:
                return None, False
            return (call.proto, call.src, call.sport, call.dst, call.dport), False
        quoted = packet.quoted
        if quoted:
            try:
                return self._whole(quoted), True
            except PacketError:
                pass  # quoted too little, or wrongly: a message like any other
        return self._whole(packet), False

    def _whole(self, packet: Packet) -> Flow:
        """The packet's own values; a later fragment has those of the first one."""
        ip = packet.ip
        if not ip.fragment_offset and not ip.more_fragments:
            return packet.flow
        datagram = (packet.proto, packet.src, packet.dst, _identification(ip))
        if not ip.fragment_offset:
            self._fragments[datagram] = packet.flow
        return self._fragments.get(datagram, packet.flow)


def _pair(flow: Flow) -> _Pair:
    proto, src, sport, dst, dport = flow
    return proto, frozenset(((src, sport), (dst, dport)))


def _identification(ip: Ipv4 | Ipv6) -> int:
    if isinstance(ip, Ipv4):
        return ip.identification
    return next((h.identification for h in ip.extensions if isinstance(h, FragmentHeader)), 0)


def _written(name: str, port: int | None) -> str:
    return name if port is None else written((name, port))
