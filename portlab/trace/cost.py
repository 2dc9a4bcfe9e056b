"""What an exchange costs: packets, bytes, round trips, and how long until the answer is there."""

from dataclasses import dataclass

from portlab.trace.delivery import arrival
from portlab.trace.record import Record
from portlab.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class Cost:
    """All that was sent, headers included, lost packets too; and the way to the answer.

    The answer is the last data that whoever sent first gets back. `answered` is the microseconds
    from the first packet to it, and `round_trips` how often the exchange had to cross the line
    and back for it: half the longest chain of packets in which each was sent when the one before
    had arrived. Both are None where no answer came. Of a capture that was made at one place, a
    packet counts as arrived when it was seen, so that `answered` depends on where that was.
    """

    packets: int
    bytes: int
    lost: int
    round_trips: float | None
    answered: int | None


def cost(trace: Trace) -> Cost:
    """The cost of all packets in `trace`; for one conversation of several, give its own trace."""
    sent = [record for record in trace if record.packet is not None]
    size = sum(
        record.packet.ip.packet_length or len(record.packet) for record in sent if record.packet
    )
    lost = sum(record.fate == "lost" for record in sent)
    last = _answer(sent)
    if last is None:
        return Cost(len(sent), size, lost, None, None)
    return Cost(len(sent), size, lost, _chain(sent, last) / 2, (arrival(last) or 0) - sent[0].time)


def _answer(sent: list[Record]) -> Record | None:
    """The packet that completes the answer: of the data, repeated or not, what is there last."""
    if not sent:
        return None
    asker = sent[0].src
    seen: dict[object, tuple[int, int, Record]] = {}
    for record in sent:
        there = arrival(record)
        if record.dst == asker and record.length and there is not None:
            key = record.seq if record.segment else record.number
            found = (there, record.number, record)
            seen[key] = min(seen.get(key, found), found, key=lambda one: one[:2])
    last = max(seen.values(), key=lambda one: one[:2], default=None)
    return last[2] if last else None


def _chain(sent: list[Record], last: Record) -> int:
    """How many packets stand in the longest chain that ends in `last`."""
    under_way: list[tuple[int, Record, int]] = []
    arrived: dict[str | None, int] = {}
    for record in sent:
        here = [one for one in under_way if one[0] <= record.time]
        under_way = [one for one in under_way if one[0] > record.time]
        for _, earlier, length in here:
            arrived[earlier.dst] = max(arrived.get(earlier.dst, 0), length)
        length = 1 + arrived.get(record.src, 0)
        if record is last:
            return length
        there = arrival(record)
        if there is not None:
            under_way.append((there, record, length))
    raise AssertionError("the last packet is none of those sent")
