"""When a program could read what was sent to it: datagrams as they arrive, a stream in order.

Computed from the packets alone, so it can be said of a capture as well: TCP hands on a byte when it
and all before it have arrived (RFC 9293 3.8). Whether the program then did read it, nobody sees.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from portlab.trace.record import Record
from portlab.trace.trace import Trace

End = tuple[str, int | None]
_CIRCLE = 1 << 32


@dataclass(frozen=True, slots=True)
class Delivery:
    """What could be read from `time` (microseconds) on: one datagram, or a piece of a stream."""

    time: int
    data: bytes


def deliveries(trace: Trace, to: End) -> list[Delivery]:
    """What came to an address and port, in the order in which it could be read there.

    `trace` is one conversation. Of a packet in a file the time of the capture is taken.
    """
    return _in_order(trace, to, [(arrival(one), one) for one in trace if one.dst is not None])


def sendings(trace: Trace, to: End) -> list[Delivery]:
    """The same as it left: each byte when it was sent for the first time, lost ones too."""
    return _in_order(trace, to, [(one.time, one) for one in trace])


def arrival(record: Record) -> int | None:
    """When a packet was there; of one in a file, when it was seen. None if it never was."""
    return record.time if record.fate == "seen" else record.arrival


def _in_order(trace: Trace, to: End, times: Iterable[tuple[int | None, Record]]) -> list[Delivery]:
    come = [
        (time, record)
        for time, record in times
        if time is not None and (record.dst, record.dport) == to and record.packet is not None
    ]
    come.sort(key=lambda one: (one[0], one[1].number))
    if any(record.segment for _, record in come):
        return _stream(come)
    return [
        Delivery(time, record.packet.payload.payload)  # type: ignore[union-attr]
        for time, record in come
        if record.proto == "udp"
    ]


def _stream(come: list[tuple[int, Record]]) -> list[Delivery]:
    """The segments' bytes from the SYN on, or from the lowest number that is there."""
    segments = [(time, record.segment) for time, record in come if record.segment]
    first = segments[0][1].seq
    syns = [segment.seq + 1 for _, segment in segments if segment.has_syn]
    nearest = min(((s.seq - first + _CIRCLE // 2) % _CIRCLE for _, s in segments), default=0)
    start = syns[0] if syns else first + nearest - _CIRCLE // 2
    held: dict[int, bytes] = {}
    ready, found = 0, []
    for time, segment in segments:
        at = (segment.seq + segment.has_syn - start + _CIRCLE // 2) % _CIRCLE - _CIRCLE // 2
        if len(segment.payload) > len(held.get(at, b"")):
            held[at] = segment.payload
        piece = b""
        while fits := [at for at, data in held.items() if at <= ready < at + len(data)]:
            at = fits[0]
            new = held.pop(at)[ready - at :]
            piece, ready = piece + new, ready + len(new)
        if piece:
            found.append(Delivery(time, piece))
    return found
