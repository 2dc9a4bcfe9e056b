"""One thing that was seen: a packet on a link, or a socket call.

A Record never pretends. `origin` says what made it, `fate` what became of it as far as the
observer can know, and what the observer cannot know is None.
"""

from dataclasses import dataclass
from typing import Literal

from portlab.packets import IcmpMessage, Icmpv6Message, Packet, Reason, Segment, UdpDatagram

EPOCH = 1_767_225_600
"""2026-01-01T00:00Z, from where times count, in seconds of Unix time."""

Origin = Literal["captured", "modelled", "recorded", "called"]
"""A real kernel's packet; portlab's own stack; from a file; a socket call with no packet seen."""

Fate = Literal["delivered", "lost", "duplicate", "seen", "returned", "failed"]
"""Of a packet on portlab's wire: delivered, lost, or delivered as an extra copy (duplicate).
Of a packet in a file or sniffed: seen, which is all a capture can say.
Of a socket call: returned or failed."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a socket call shows: the two ends and the number of bytes, and no headers."""

    name: str
    proto: str
    src: str
    sport: int | None
    dst: str | None
    dport: int | None
    length: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What a capture file holds around a packet: the frame is `before + packet.raw + after`.

    Where there is no packet, all of the frame is in `before`. `cut` is the number of bytes that
    were on the wire and that the capture left out; `comments` are what people wrote beside it.
    Where the packet came through a tunnel, `outer` is the place in `before` at which the packet
    that carries it begins.
    """

    link_type: int
    before: bytes = b""
    after: bytes = b""
    cut: int = 0
    comments: tuple[str, ...] = ()
    outer: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a Trace.

    `number` counts from 1; faults name a transmission by it. `time` and `arrival` are whole
    microseconds since 2026-01-01T00:00Z (`arrival` is None where nothing arrived, or nobody
    knows). `cause` says in words why a packet was lost, delayed or doubled; `state` is the
    sender's TCP state after sending, where it is known; `problem` says why a frame of a capture
    holds no packet of ours (`packet` is then None). `frame` is the rest of what a capture held.
    `whole` is the packet that this one, a fragment, was the last missing piece of.
    """

    number: int
    time: int
    origin: Origin
    fate: Fate
    packet: Packet | None = None
    arrival: int | None = None
    cause: str | None = None
    state: str | None = None
    call: Call | None = None
    problem: str | None = None
    frame: Frame | None = None
    whole: Packet | None = None

    @property
    def outer(self) -> Packet | None:
        """The packet that carried this one through a tunnel; None for what came without."""
        frame = self.frame
        if frame is None or frame.outer is None or self.packet is None:
            return None
        return Packet(frame.before[frame.outer :] + self.packet.raw)

    @property
    def comments(self) -> tuple[str, ...]:
        """What was written beside the packet in a capture file; nobody vouches for it."""
        return self.frame.comments if self.frame else ()

    @property
    def segment(self) -> Segment | None:
        payload = self.packet.payload if self.packet is not None else None
        return payload if isinstance(payload, Segment) else None

    @property
    def _seen(self) -> Packet | Call | None:
        return self.call if self.packet is None else self.packet

    @property
    def src(self) -> str | None:
        seen = self._seen
        return None if seen is None else seen.src

    @property
    def dst(self) -> str | None:
        seen = self._seen
        return None if seen is None else seen.dst

    @property
    def sport(self) -> int | None:
        seen = self._seen
        return None if seen is None else seen.sport

    @property
    def dport(self) -> int | None:
        seen = self._seen
        return None if seen is None else seen.dport

    @property
    def proto(self) -> str | None:
        """`tcp`, `udp`, `icmp`, `icmpv6`, or the IP protocol's number as text."""
        seen = self._seen
        return None if seen is None else seen.proto

    @property
    def flags(self) -> str | None:
        """As `SYN,ACK`; None for what is not a TCP segment."""
        segment = self.segment
        return segment.flag_names if segment else None

    @property
    def seq(self) -> int | None:
        segment = self.segment
        return segment.seq if segment else None

    @property
    def ack(self) -> int | None:
        """The acknowledgment number; None where the ACK bit is off and the field means nothing."""
        segment = self.segment
        return segment.ack if segment and segment.has_ack else None

    @property
    def length(self) -> int:
        """Bytes of payload that the transport carries, also those that a capture left out."""
        if self.call:
            return self.call.length
        if self.packet is None:
            return 0
        payload = self.packet.payload
        if isinstance(payload, Segment | UdpDatagram):
            held = len(payload.payload)
        elif isinstance(payload, IcmpMessage | Icmpv6Message):
            held = len(payload.body)
        else:
            held = len(payload)
        if self.packet.truncated:
            held += (self.packet.ip.packet_length or 0) - len(self.packet)
        return held

    @property
    def reason(self) -> Reason | None:
        return self.packet.reason if self.packet is not None else None

    @property
    def why(self) -> str | None:
        """The sender's reason with this packet's numbers in it; None where nobody can know."""
        return self.explain(self.seq, self.ack)

    def explain(self, seq: int | None, ack: int | None) -> str | None:
        """The sender's reason in other numbers, such as those counted from the SYN."""
        reason, segment = self.reason, self.segment
        if reason is None:
            return None
        window = segment.window if segment else None
        return reason.fill(seq=seq, ack=ack, length=self.length, window=window)


@dataclass(frozen=True, slots=True)
class StateChange:
    """A TCP endpoint went from `old` to `new`, because of `event`; a row of the table in tcp/."""

    time: int
    host: str
    local: tuple[str, int]
    remote: tuple[str, int]
    old: str
    event: str
    new: str
    reason: Reason
