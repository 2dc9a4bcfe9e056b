"""Who talked to whom: a Trace taken apart by the five values that tell conversations apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from portlab.errors import PacketError
from portlab.host import written
from portlab.packets import Flow, FragmentHeader, Ipv4, Ipv6, Packet
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
    sorter = _Sorter()
    for record in trace:
        sorter.add(record)
    changes, snapshots = _by_ends(trace.changes), _by_ends(trace.snapshots)
    return tuple(
        making.made(number, trace, changes, snapshots)
        for number, making in enumerate(sorter.all, start=1)
    )


def _by_ends(said: Iterable[_Said]) -> dict[_Ends, list[_Said]]:
    """What hosts said about their TCP, by the two ends that it was about."""
    found: dict[_Ends, list[_Said]] = {}
    for one in said:
        found.setdefault(frozenset((one.local, one.remote)), []).append(one)
    return found


class _Making:
    """A conversation being collected, with the sender of each record (None: an ICMP error)."""

    def __init__(self, flow: Flow, start: int | None = None) -> None:
        self.flow = flow
        self.sent: list[tuple[Record, End | None]] = []
        self.first_seq: dict[End, int] = {}
        self.answered: End | None = None
        self.over = False
        self.start = start
        self.end: int | None = None

    def add(self, record: Record, sender: End | None) -> None:
        self.sent.append((record, sender))
        segment = record.segment
        if segment is None or sender is None:
            return
        if segment.has_syn and segment.has_ack:
            self.answered = sender
        elif segment.has_syn:
            self.first_seq.setdefault(sender, segment.seq)
        self.over = self.over or segment.has_fin or segment.has_rst

    def is_followed_by(self, record: Record, sender: End | None) -> bool:
        """Does this record open another connection between the same ports?"""
        segment = record.segment
        opens = segment and segment.has_syn and not segment.has_ack
        if not (segment and opens and sender and self.over):
            return False
        return self.first_seq.get(sender) != segment.seq

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
        from_client = [record for record, sender in self.sent if sender == client]
        from_server = [record for record, sender in self.sent if sender not in (client, None)]
        part = trace.with_records([record for record, _ in self.sent])
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
            packets_from_client=len(from_client),
            packets_from_server=len(from_server),
            bytes_from_client=sum(record.length for record in from_client),
            bytes_from_server=sum(record.length for record in from_server),
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

    def add(self, record: Record) -> None:
        flow, is_error = self._flow(record)
        if flow is None:
            return
        proto, src, sport, dst, dport = flow
        pair = (proto, frozenset(((src, sport), (dst, dport))))
        sender = None if is_error else (src, sport)
        making = self._current.get(pair)
        if making is None:
            making = self._current[pair] = _Making(flow)
            self.all.append(making)
        elif making.is_followed_by(record, sender):
            making.end = record.time
            making = self._current[pair] = _Making(flow, start=record.time)
            self.all.append(making)
        making.add(record, sender)

    def _flow(self, record: Record) -> tuple[Flow | None, bool]:
        """The five values that the record belongs to, and whether it only reports about them."""
        packet = record.packet
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


def _identification(ip: Ipv4 | Ipv6) -> int:
    if isinstance(ip, Ipv4):
        return ip.identification
    return next((h.identification for h in ip.extensions if isinstance(h, FragmentHeader)), 0)


def _written(name: str, port: int | None) -> str:
    return name if port is None else written((name, port))
