"""What a segment does in its connection, where nobody can ask its sender and nothing odd was seen.

The analysis has labels for what goes wrong or stands out. All the other segments of a capture still
open, carry, acknowledge or close something, and an observer can say which: their numbers name the
records that they answer.
"""

from collections.abc import Iterable
from dataclasses import replace

from portlab.packets import ACK, FIN, RST, SYN
from portlab.views.observed import SOURCE
from portlab.views.shapes import Arrow
from portlab.wording import count

_MODULUS = 1 << 32


def with_roles(arrows: Iterable[Arrow], flags: dict[int, int]) -> list[Arrow]:
    """The arrows of a conversation, in order; `flags` are those of its TCP segments, by record.

    Only a segment that is in `flags` and has no reason is given one.
    """
    told = []
    ends: dict[tuple[int, int], int] = {}  # lane and number behind the last byte: the record
    acked: dict[int, int] = {}  # lane: what it acknowledged last
    for arrow in arrows:
        bits = flags.get(arrow.number)
        if bits is None or arrow.seq is None:
            told.append(arrow)
            continue
        parts = list(_sends(arrow, bits))
        if arrow.ack is not None:
            answered = ends.get((arrow.end, arrow.ack))
            if answered is not None and acked.get(arrow.start) != arrow.ack:
                parts.append(_answers(answered, flags[answered]))
            acked[arrow.start] = arrow.ack
        taken = arrow.length + bool(bits & SYN) + bool(bits & FIN)
        if taken:
            ends.setdefault((arrow.start, (arrow.seq + taken) % _MODULUS), arrow.number)
        why = " ".join(parts)
        told.append(replace(arrow, why=why, source=SOURCE) if why and not arrow.why else arrow)
    return told


def _sends(arrow: Arrow, bits: int) -> Iterable[str]:
    if bits & SYN:
        yield "It agrees to the connection." if bits & ACK else "It asks for a connection."
    if arrow.length and not bits & SYN:
        yield f"It carries {count(arrow.length, 'new byte')}."
    if bits & FIN:
        yield "Its sender has nothing more to send (FIN)."
    if bits & RST:
        yield "Its sender ends the connection at once (RST)."


def _answers(number: int, bits: int) -> str:
    if bits & SYN:
        return f"It acknowledges the {'SYN,ACK' if bits & ACK else 'SYN'} in record {number}."
    if bits & FIN:
        return f"It acknowledges all up to and with the FIN in record {number}."
    return f"It acknowledges all up to and with record {number}."
