"""What a listener hears of a voice: each packet of sound on time, too late, or never.

Sound is played at the moment it was spoken, plus a wait that is the same for all of it, so that
packets may take a little longer now and then. What has not come by then is not played any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from portlab.apps.voice import Chunk
from portlab.errors import PortlabError
from portlab.trace.conversations import Conversation, conversations
from portlab.trace.delivery import Delivery, deliveries, sendings
from portlab.trace.record import Origin
from portlab.trace.trace import Trace

WAIT = 0.150
"""Seconds from mouth to ear that most talk bears (ITU-T G.114)."""

HeardAs = Literal["on time", "late", "lost"]


@dataclass(frozen=True, slots=True)
class HeardChunk:
    """One packet of sound; times in microseconds from the first word.

    `readable` is when the listener's program could have it, None if never.
    """

    number: int
    spoken: int
    readable: int | None
    heard: HeardAs


@dataclass(frozen=True, slots=True)
class HeardVoice:
    """All packets of one voice, in the order in which they were spoken.

    `proto` is what carried them, `origin` what made those packets, `wait` the seconds from mouth to
    ear.
    """

    proto: str
    origin: Origin
    wait: float
    chunks: tuple[HeardChunk, ...]

    def __len__(self) -> int:
        return len(self.chunks)

    @property
    def on_time(self) -> int:
        return self._count("on time")

    @property
    def late(self) -> int:
        return self._count("late")

    @property
    def lost(self) -> int:
        return self._count("lost")

    def _count(self, heard: HeardAs) -> int:
        return sum(chunk.heard == heard for chunk in self.chunks)


def heard_voice(trace: Trace, wait: float = WAIT) -> HeardVoice:
    """What became of the first voice in `trace`, played `wait` seconds after it was spoken.

    Raises PortlabError where nobody speaks, and for a wait that is none.
    """
    if isinstance(wait, bool) or not isinstance(wait, int | float) or not 0 <= wait < 3600:
        raise PortlabError(
            f"A listener cannot wait for {wait!r} seconds. Give a number such as 0.15, which is "
            "150 milliseconds from mouth to ear."
        )
    for one in conversations(trace):
        for listener in (one.client, one.server):
            said = _chunks(one, sendings(one.trace, listener))
            if said:
                come = _chunks(one, deliveries(one.trace, listener))
                chunks = tuple(_judged(said, come, round(wait * 1_000_000)))
                return HeardVoice(one.proto, one.trace[0].origin, wait, chunks)
    raise PortlabError(
        "Nobody speaks in this trace: there is no voice to hear. Let a host serve apps.Voice(), "
        "and another connect to it, or send it a datagram."
    )


def _judged(said: dict[int, int], come: dict[int, int], wait: int) -> Iterator[HeardChunk]:
    first = min(said)
    begin = said[first] - Chunk(first).spoken
    for number in sorted(said):
        spoken = Chunk(number).spoken
        readable = come[number] - begin if number in come else None
        heard: HeardAs = "lost"
        if readable is not None:
            heard = "on time" if readable <= spoken + wait else "late"
        yield HeardChunk(number, spoken, readable, heard)


def _chunks(conversation: Conversation, come: list[Delivery]) -> dict[int, int]:
    """When each packet of sound was there first, by its number."""
    packets = _framed(come) if conversation.proto == "tcp" else come
    times: dict[int, int] = {}
    for one in packets:
        chunk = Chunk.decode(one.data)
        if chunk is not None:
            times.setdefault(chunk.number, one.time)
    return times


def _framed(come: list[Delivery]) -> Iterator[Delivery]:
    """Each packet of a stream, when its last byte was there (RFC 4571 section 2)."""
    waiting = b""
    for one in come:
        waiting += one.data
        while len(waiting) >= 2 and len(waiting) >= (end := 2 + int.from_bytes(waiting[:2], "big")):
            yield Delivery(one.time, waiting[2:end])
            waiting = waiting[end:]
