"""The states that an observer infers, beside those that the hosts of the model world had.

He cannot know all of them. What is compared, and what is not:

- a sender's state, as its TCP noted it in the record, once all that was sent before has arrived;
- a target's state when the packet arrives, if the packet travels alone, as far as what arrives
  decides it (a program's calls in that moment are yet to be seen);
- nothing after a packet was lost, until the next conversation: whether what it said got through
  shows later;
- a host that has closed while data still wait to be sent is in FIN-WAIT-1 or LAST-ACK, and nobody
  can see that before the FIN. It counts as what it was before.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from portlab.trace.analysis import Observed, analyse
from portlab.trace.record import Record, StateChange
from tests.trace.analysis.random_labs import traffic

BEFORE_ITS_FIN = {
    "FIN-WAIT-1": "ESTABLISHED",
    "FIN-WAIT-2": "ESTABLISHED",
    "LAST-ACK": "CLOSE-WAIT",
    "CLOSING": "CLOSE-WAIT",
}
LISTENS = {"LISTEN": "CLOSED"}


def compared(one: Observed, changes: list[StateChange]) -> Iterator[tuple[int, str, str, str]]:
    """Record, whose state, what is inferred, and what is true; as far as he can know."""
    talk = one.conversation
    ends = talk.client, talk.server
    fins = [False, False]
    tops: dict[int, int] = {}
    packets = [record for record in talk.trace if record.segment is not None]
    landed, arrivals = 0, Counter[tuple[int, int]]()
    for at, record in enumerate(packets):
        segment, way = record.segment, ends.index((record.src, record.sport))
        assert segment is not None
        fins[way] = fins[way] or segment.has_fin
        if record.arrival is None:
            return
        inferred = one.states_after(record.number)
        if landed <= record.time and arrivals[way, record.time] < 2:
            assert record.state is not None
            true = record.state if fins[way] else BEFORE_ITS_FIN.get(record.state, record.state)
            yield record.number, "sender", heard(inferred[way]), heard(true)
            after = packets[at + 1].time if at + 1 < len(packets) else record.arrival
            old = segment.has_rst and tops.get(way, segment.seq) != segment.seq
            if after >= record.arrival and not old:
                was = inferred_before(one, packets[at - 1].number)[1 - way] if at else None
                true = arrived(changes, ends[1 - way], record) or was or "unknown"
                if not fins[1 - way]:
                    true = BEFORE_ITS_FIN.get(true, true)
                yield record.number, "target", heard(inferred[1 - way]), heard(true)
        top = (segment.seq + segment.sequence_length) % 2**32
        if 0 < (top - tops.setdefault(way, top)) % 2**32 < 2**31:
            tops[way] = top
        landed = max(landed, record.arrival)
        arrivals[1 - way, record.arrival] += 1


def heard(state: str | None) -> str:
    return LISTENS.get(str(state), str(state))


def inferred_before(one: Observed, record: int) -> tuple[str | None, str | None]:
    client, server = one.states_after(record)
    return client and str(client), server and str(server)


def arrived(changes: list[StateChange], end: tuple[str, int | None], record: Record) -> str | None:
    """Where what the packet brought has led that end, by what its TCP said."""
    assert record.arrival is not None
    state = None
    for change in changes:
        other = (record.src, record.sport)
        if (change.local, change.remote) != (end, other) or change.time > record.arrival:
            continue
        if change.time > record.time and not change.event.startswith("rcv"):
            break
        state = str(change.new)
    return state


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_the_observer_is_right_wherever_he_can_know(first: int) -> None:
    states: Counter[str] = Counter()
    for seed in range(first, first + 20):
        trace = traffic(seed)
        for one in analyse(trace).observed:
            for record, whose, inferred, true in compared(one, trace.changes):
                if true in ("unknown", "TIME-WAIT") and inferred in ("SYN-RECEIVED", "None"):
                    continue  # a SYN to a port where nothing listens, or not yet again
                assert inferred == true, (seed, record, whose)
                states[true] += 1
    assert states["ESTABLISHED"] > 50
    assert len(states) >= 6
