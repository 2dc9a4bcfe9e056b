"""Conversations to ask about: made in the model a moment ago, captured from Linux, or a learner's.

What comes from a capture is asked about only where it is orderly: then the numbers in one segment
follow from those before it, and a key needs no guess about what the capture lacks.
"""

from collections.abc import Callable
from functools import cache
from random import Random

from portlab import material
from portlab.apps import Echo
from portlab.lab import Lab, run
from portlab.packets import Segment
from portlab.quiz.generated.distractors import pick
from portlab.services import catalogue
from portlab.trace.capture import load
from portlab.trace.conversations import Conversation, End, conversations
from portlab.trace.record import Record
from portlab.trace.trace import Trace

MODULUS = 1 << 32
_CAPTURED = 1 / 3
"""How often a conversation is one that Linux has had."""


def drawn(
    chance: Random, lines: int = 2, fits: Callable[[Conversation], bool] = lambda _: True
) -> Conversation:
    """One that the model makes now, or one of Linux's that `fits`."""
    if chance.random() < _CAPTURED:
        one: Conversation = pick(chance, [one for one in of_linux() if fits(one)])
        return one
    return talk(chance, lines)


def talk(chance: Random, lines: int = 2) -> Conversation:
    """A client sends some lines to a server on a port that learners know, and both close."""
    known = [one for one in catalogue() if one.level == "by heart" and one.used == ("tcp",)]
    port = pick(chance, known).number
    sizes = [20 + int(chance.random() * 400) for _ in range(lines)]
    seed = chance.getrandbits(32)

    def experiment(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(port, Echo())
        with client.connect(server, port) as connection:
            for size in sizes:
                connection.send(b"x" * size)
                left = size
                while left:
                    left -= len(connection.receive())

    (only,) = conversations(run(experiment, seed=seed))
    return only


@cache
def of_linux() -> tuple[Conversation, ...]:
    """The orderly conversations in the course's own captures, `data/captures`."""
    files = sorted((material.data() / "captures").glob("*.pcapng"))
    return tuple(one for file in files for one in orderly(load(file)))


def orderly(trace: Trace) -> list[Conversation]:
    """The TCP conversations of `trace` that open with a handshake and lack and repeat nothing."""
    return [one for one in conversations(trace) if one.proto == "tcp" and _is_orderly(one)]


def _is_orderly(made: Conversation) -> bool:
    records = made.trace.records
    if [record.flags for record in records[:3]] != ["SYN", "SYN,ACK", "ACK"]:
        return False
    due: dict[End, int] = {}  # by sender, the number that its next segment begins with
    for record in records:
        segment = record.segment
        if segment is None or record.fate == "lost":
            return False
        sender = (record.src or "", record.sport)
        if segment.seq != due.get(sender, segment.seq):
            return False
        due[sender] = (segment.seq + takes(segment)) % MODULUS
    return True


def takes(segment: Segment) -> int:
    """How many sequence numbers a segment takes: its data, and one for SYN and FIN each."""
    return len(segment.payload) + segment.has_syn + segment.has_fin


def acknowledged(made: Conversation) -> list[tuple[Record, Segment]]:
    """What takes sequence numbers and was acknowledged by itself: an ACK names what follows it."""
    segments = [(record, record.segment) for record in made.trace if record.segment]
    acks = {(record.sport, segment.ack) for record, segment in segments if segment.has_ack}
    return [
        (record, segment)
        for record, segment in segments
        if takes(segment) and (record.dport, (segment.seq + takes(segment)) % MODULUS) in acks
    ]
