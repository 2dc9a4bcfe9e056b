"""Small traces written by hand, so that the views are tested without the stack that makes them."""

from collections.abc import Sequence

from portlab.packets import (
    ACK,
    FIN,
    PSH,
    RST,
    SYN,
    IcmpMessage,
    Icmpv6Message,
    MaximumSegmentSize,
    Packet,
    Payload,
    Reason,
    SackPermitted,
    Segment,
    UdpDatagram,
    WindowScale,
)
from portlab.trace.record import Call, Fate, Origin, Record, StateChange
from portlab.trace.trace import Trace

CLIENT, SERVER = ("10.0.0.2", 49152), ("10.0.0.1", 80)
HOSTS = {"10.0.0.2": "client", "10.0.0.1": "server"}
CLIENT_ISS, SERVER_ISS = 3_000_000_000, 4_294_967_290
OPTIONS = (MaximumSegmentSize(1460), SackPermitted(), WindowScale(7))
MS = 1000
SECOND = 1_000_000

REASONS = {
    "SYN-SENT": Reason(9293, "3.10.1", "A program calls: a SYN goes out."),
    "SYN-RECEIVED": Reason(9293, "3.10.7.2", "A caller's SYN came: answer SYN,ACK."),
    "ESTABLISHED": Reason(9293, "3.10.7.3", "Both numberings are known."),
}
OTHER = Reason(9293, "3.10.7.4", "The peer said so.")


class Story:
    """A Trace in the making: what was sent, line by line, times in milliseconds."""

    def __init__(
        self,
        client: tuple[str, int] = CLIENT,
        server: tuple[str, int] = SERVER,
        hosts: dict[str, str] | None = None,
        origin: Origin = "modelled",
    ) -> None:
        self.ends = {"client": client, "server": server}
        self.hosts = HOSTS if hosts is None else hosts
        self.origin: Origin = origin
        self.records: list[Record] = []
        self.changes: list[StateChange] = []

    def packet(
        self,
        src: str,
        dst: str,
        payload: Payload,
        at: float,
        arrives: float | None,
        fate: Fate = "delivered",
        cause: str | None = None,
        reason: Reason | None = None,
        **more: int,
    ) -> Packet:
        packet = Packet.build(src, dst, payload, reason=reason, **more)
        arrival = None if arrives is None else round(arrives * MS)
        number = len(self.records) + 1
        self.records.append(
            Record(number, round(at * MS), self.origin, fate, packet, arrival, cause)
        )
        return packet

    def tcp(
        self,
        sender: str,
        flags: int,
        seq: int,
        ack: int = 0,
        *,
        at: float,
        takes: float | None = 10,
        lost: str | None = None,
        payload: bytes = b"",
        window: int | None = None,
        why: Reason | None = None,
        copy: bool = False,
    ) -> Packet:
        """A segment; `seq` and `ack` count from the two initial sequence numbers.

        The window, unless given, is 65,535 in a SYN and 512, times 2**7, in all else.
        """
        own, peer = self.ends[sender], self.ends["server" if sender == "client" else "client"]
        iss, irs = (CLIENT_ISS, SERVER_ISS) if sender == "client" else (SERVER_ISS, CLIENT_ISS)
        segment = Segment(
            own[1],
            peer[1],
            (iss + seq) % 2**32,
            (irs + ack) % 2**32 if flags & ACK else 0,
            flags,
            (0xFFFF if flags & SYN else 512) if window is None else window,
            OPTIONS if flags & SYN else (),
            payload,
        )
        fate: Fate = "lost" if lost else "duplicate" if copy else "delivered"
        arrives = None if lost or takes is None else at + takes
        if takes is None:
            fate = "seen"
        return self.packet(own[0], peer[0], segment, at, arrives, fate, lost, why)

    def state(self, host: str, at: float, old: str, event: str, new: str) -> None:
        own, peer = self.ends[host], self.ends["server" if host == "client" else "client"]
        reason = REASONS.get(new, OTHER)
        self.changes.append(StateChange(round(at * MS), host, own, peer, old, event, new, reason))

    def call(self, host: str, name: str, at: float, **more: object) -> None:
        own, peer = self.ends[host], self.ends["server" if host == "client" else "client"]
        alone = name == "listen"
        call = Call(name, "tcp", *own, *((None, None) if alone else peer), **more)  # type: ignore[arg-type]
        number = len(self.records) + 1
        fate: Fate = "failed" if call.error else "returned"
        self.records.append(Record(number, round(at * MS), "called", fate, call=call))

    def trace(self, **more: object) -> Trace:
        return Trace(self.records, changes=self.changes, hosts=self.hosts, **more)  # type: ignore[arg-type]


def handshake(lose: Sequence[int] = ()) -> Trace:
    """Three segments; each number in `lose` is lost once, and TCP tries again after a second."""
    story, start = Story(), 0.0
    fault = {number: f"drop({number})" for number in lose}
    story.state("client", start, "CLOSED", "active OPEN", "SYN-SENT")
    syn = Reason(9293, "3.10.1", "Asks for a connection; its numbering begins at {seq}.")
    story.tcp("client", SYN, 0, at=start, lost=fault.get(1), why=syn)
    if 1 in lose:
        start += 1000
        story.tcp("client", SYN, 0, at=start)
    story.state("server", start + 10, "LISTEN", "rcv SYN", "SYN-RECEIVED")
    story.tcp("server", SYN | ACK, 0, 1, at=start + 10, lost=fault.get(2))
    if 2 in lose:
        start += 1000
        story.tcp("client", SYN, 0, at=start)
        story.tcp("server", SYN | ACK, 0, 1, at=start + 10)
    story.state("client", start + 20, "SYN-SENT", "rcv SYN,ACK", "ESTABLISHED")
    story.tcp("client", ACK, 1, 1, at=start + 20, lost=fault.get(3))
    if 3 in lose:
        story.tcp("client", PSH | ACK, 1, 1, at=start + 25, payload=b"hello")
        start += 5
    story.state("server", start + 30, "SYN-RECEIVED", "rcv ACK of SYN", "ESTABLISHED")
    if 3 in lose:
        story.tcp("server", ACK, 1, 6, at=start + 30)
    return story.trace()


def filtered() -> Trace:
    """A call to a port that is filtered on the way: a SYN, and three more of the same."""
    story = Story()
    for at in (0, 1000, 3000, 7000):
        story.tcp("client", SYN, 0, at=at, lost="filtered on the line: port 80")
    return story.trace()


def closed() -> Trace:
    """Handshake, a request and its answer, FIN from both sides, TIME-WAIT to its end."""
    story = Story()
    first = handshake()
    story.records, story.changes = list(first.records), list(first.changes)
    story.tcp("client", PSH | ACK, 1, 1, at=20, payload=b"x" * 36)
    story.tcp("server", PSH | ACK, 1, 37, at=30, payload=b"y" * 90)
    story.tcp("client", FIN | ACK, 37, 91, at=40)
    story.state("client", 40, "ESTABLISHED", "CLOSE", "FIN-WAIT-1")
    story.state("server", 50, "ESTABLISHED", "rcv FIN", "CLOSE-WAIT")
    story.state("server", 50, "CLOSE-WAIT", "CLOSE", "LAST-ACK")
    story.tcp("server", FIN | ACK, 91, 38, at=50)
    story.state("client", 60, "FIN-WAIT-1", "rcv ACK of FIN", "FIN-WAIT-2")
    story.state("client", 60, "FIN-WAIT-2", "rcv FIN", "TIME-WAIT")
    story.tcp("client", ACK, 38, 92, at=60)
    story.state("server", 70, "LAST-ACK", "rcv ACK of FIN", "CLOSED")
    story.state("client", 120_060, "TIME-WAIT", "timeout 2 MSL", "CLOSED")
    return story.trace()


def refused() -> Trace:
    story = Story()
    story.state("client", 0, "CLOSED", "active OPEN", "SYN-SENT")
    story.tcp("client", SYN, 0, at=0)
    own, peer = SERVER, CLIENT
    segment = Segment(own[1], peer[1], 0, (CLIENT_ISS + 1) % 2**32, RST | ACK)
    story.packet(own[0], peer[0], segment, 10, 20)
    story.state("client", 20, "SYN-SENT", "rcv RST", "CLOSED")
    return story.trace()


def transfer(segments: int = 20, lose: int | None = 5, gap: float = 0.0) -> Trace:
    """One direction of data in windows of ten, an ACK for every second segment, one loss."""
    story = Story()
    first = handshake()
    story.records, story.changes = list(first.records), list(first.changes)
    size, at, seq = 1460, 20.0, 1
    missing: int | None = None
    sent = 0
    while sent < segments:
        burst = min(10, segments - sent)
        got = []
        for index in range(burst):
            gone = "drop" if sent == lose else None
            when = at + index * gap
            story.tcp("client", ACK, seq, 1, at=when, payload=b"z" * size, lost=gone)
            missing = seq if gone else missing
            if not gone:
                got.append((when + 10, seq + size))
            seq, sent = seq + size, sent + 1
        for when, end in got[1::2] if missing is None else got[1:]:
            ack = end if missing is None or end <= missing else missing
            story.tcp("server", ACK, 1, ack, at=when)
        at += 20 + burst * gap
        if missing is not None:
            story.tcp("client", ACK, missing, 1, at=at, payload=b"z" * size)
            story.tcp("server", ACK, 1, seq, at=at + 10)
            missing, at = None, at + 20
    return story.trace()


def udp_refused(v6: bool = False) -> Trace:
    """A datagram to a closed port, and the ICMP error that quotes it."""
    client, server = ("fd00::2", "fd00::1") if v6 else ("10.0.0.2", "10.0.0.1")
    hosts = {client: "client", server: "server"}
    story = Story((client, 50000), (server, 9999), hosts)
    sent = story.packet(client, server, UdpDatagram(50000, 9999, b"hello"), 0, 10)
    message = Icmpv6Message if v6 else IcmpMessage
    story.packet(server, client, message.unreachable(sent.raw), 10, 20)
    return story.trace()


def loopback() -> Trace:
    """Socket calls of one computer; no packet seen."""
    story = Story(("127.0.0.1", 40404), ("127.0.0.1", 5000), {})
    story.call("server", "listen", 0)
    story.call("client", "connect", 0.31)
    story.call("server", "accept", 0.4)
    story.call("client", "send", 0.5, length=18)
    story.call("server", "receive", 0.7, length=18)
    story.call("client", "close", 0.9)
    return story.trace()


def from_file() -> Trace:
    """A capture begun in mid conversation: no arrivals, no states, no names."""
    story = Story(hosts={}, origin="recorded")
    story.tcp("server", PSH | ACK, 5000, 700, at=0, takes=None, payload=b"q" * 10)
    story.tcp("client", ACK, 700, 5010, at=0.123, takes=None)
    story.records.append(Record(3, 200, "recorded", "seen", problem="ARP: not an IP packet"))
    return story.trace()


def router_refuses() -> Trace:
    """Long IPv6 addresses without names, a full queue, a router's ICMP error, and a copy."""
    client, server = (f"2001:db8:aaaa:bbbb:cccc:dddd:eeee:{end}" for end in (1, 2))
    story = Story((client, 51234), (server, 53), {})
    story.packet(client, server, UdpDatagram(51234, 53, b"?"), 0, None, "lost", "queue full")
    sent = story.packet(client, server, UdpDatagram(51234, 53, b"?"), 1000, 1005)
    story.packet("2001:db8::fe", client, Icmpv6Message.unreachable(sent.raw, 1), 1005, 1010)
    copy = UdpDatagram(51234, 53, b"?")
    story.packet(client, server, copy, 1020, 1030, "duplicate", "doubled by the link")
    return story.trace()
