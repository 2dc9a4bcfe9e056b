"""Questions about a conversation: its ends, acknowledgments, fields, order and states.

Each draws one from the seed, with other ports, sizes and first sequence numbers, or asks about the
one that is given as `made`.
"""

from collections.abc import Callable
from decimal import Decimal
from random import Random

from portlab.errors import QuizError
from portlab.host import written
from portlab.packets import Segment
from portlab.ports import SYSTEM
from portlab.quiz.generated.distractors import Distractors, one_choice, pick
from portlab.quiz.generated.talks import MODULUS, acknowledged, drawn, orderly, takes, talk
from portlab.quiz.question import Blank, Fill, Mistake, Number, OneChoice, Order, Question, mixed
from portlab.tcp.states import State
from portlab.trace.conversations import Conversation
from portlab.trace.json import as_dicts
from portlab.trace.record import Record
from portlab.trace.trace import Trace

_LENT = 32768
"""The lowest number that systems lend to clients by themselves (RFC 6056 section 3.2: Linux)."""


def side_of_conversation(
    chance: Random, subject: str = "", made: Conversation | None = None
) -> OneChoice:
    """A packet is given, and the ports alone say who is who."""
    made = made or drawn(chance, fits=tells_sides)
    record = pick(chance, [one for one in made.trace if one.length])
    client, server = (written((host, port or 0)) for host, port in (made.client, made.server))
    distractors = Distractors(client)
    distractors.add(server, "Its port is that of a service: who is called has the known number.")
    distractors.add(
        "neither, both are servers",
        "Then both would have the number of a service, and one was lent for this conversation.",
    )
    distractors.add(
        "it cannot be told from the ports",
        "It can, nearly always: one number is a service's, the other a lent one.",
    )
    return one_choice(
        chance,
        distractors,
        id=f"made-client-or-server-{made.client[1]}-{made.server[1]}",
        lesson="01",
        covers=("A5", "A6"),
        difficulty=2,
        prompt=(
            f"In a capture: {_ends(record)}, TCP, {record.length} bytes. Which end is most likely "
            "the client?"
        ),
        explanation=(
            f"{made.server[1]} is the number of a service. {made.client[1]} was chosen by the "
            "client's system for this one conversation."
        ),
        reference="RFC 6335 section 6; RFC 6056 section 3.2",
        origin={"trace": as_dicts(made.trace)},
    )


def tells_sides(made: Conversation) -> bool:
    """Whether it has data, and the numbers of its ports are as clear as they can be."""
    client, server = made.client[1] or 0, made.server[1] or 0
    return server in SYSTEM and client >= _LENT and any(record.length for record in made.trace)


def next_ack(chance: Random, subject: str = "", made: Conversation | None = None) -> Number:
    """A segment has arrived and nothing is missing before it; what does the answer acknowledge?"""
    made = made or drawn(chance)
    record, segment = pick(chance, acknowledged(made))
    key = (segment.seq + takes(segment)) % MODULUS
    distractors = Distractors(key)
    distractors.add(segment.seq, "That byte has arrived. The number names the next one expected.")
    if record.length:
        distractors.add((key - 1) % MODULUS, "That is the last byte that has come, not the next.")
        distractors.add((key + 1) % MODULUS, "Data counts its bytes and nothing besides.")
    if record.ack:
        distractors.add(
            (record.ack + takes(segment)) % MODULUS,
            "Each direction counts for itself: the sender's number counts here.",
        )
    counted = {0: "", 1: f" {segment.flag_names.split(',')[0]} counts as one."}
    return Number(
        id=f"made-next-ack-{key}",
        lesson="05",
        covers=("T2", "T1"),
        difficulty=3,
        prompt=(
            f"A segment arrives: {segment.flag_names}, seq={segment.seq}, {record.length} bytes of "
            "data. All before it is there. Which acknowledgment number goes back?"
        ),
        key=Decimal(key),
        mistakes=distractors.mistakes(),
        explanation=(
            f"{segment.seq} and {record.length} bytes."
            f"{counted[takes(segment) - record.length]} The next byte expected is {key}."
        ),
        reference="RFC 9293 section 3.4",
        origin={"trace": as_dicts(made.trace)},
    )


def hidden_fields(chance: Random, subject: str = "", made: Conversation | None = None) -> Fill:
    """A handshake is given, and some fields of one of its segments are not."""
    made = made or drawn(chance)
    first, second, third = (_segment(one) for one in made.trace.records[:3])
    number, wanted = pick(chance, [(2, second), (3, third)])
    lines = [
        _line(at, one, hide=at == number) for at, one in enumerate((first, second, third), start=1)
    ]
    other = first if number == 2 else second
    blanks = (
        Blank(
            "source port",
            str(wanted.source_port),
            mistakes=(Mistake(str(wanted.destination_port), "That is where it goes to."),),
        ),
        Blank(
            "ack",
            str(wanted.ack),
            mistakes=(Mistake(str(other.seq), "The SYN counts as one: the next is expected."),),
        ),
    )
    return Fill(
        id=f"made-hidden-fields-{wanted.ack}",
        lesson="05",
        covers=("T1", "T2"),
        difficulty=3,
        prompt=f"Two fields of segment {number} are hidden. What stands there?",
        shown="\n".join(lines),
        blanks=blanks,
        explanation=(
            "Answers swap the ports, and an acknowledgment names the next number expected: one "
            "more than that of the SYN."
        ),
        reference="RFC 9293 section 3.5, figure 6",
        origin={"trace": as_dicts(made.trace)},
    )


def shuffled_segments(chance: Random, subject: str = "", made: Conversation | None = None) -> Order:
    """The segments of a conversation, to be put in order by their numbers."""
    made = made or drawn(chance, 1, fits=begins_with_a_question)
    trace = made.trace
    names = {made.client: "client", made.server: "server"}
    bases = {
        made.client: _segment(trace.records[0]).seq,
        made.server: _segment(trace.records[1]).seq,
    }
    items = []
    for record in trace.records[:5]:
        segment = _segment(record)
        sender, receiver = (record.src or "", record.sport), (record.dst or "", record.dport)
        words = f"{names[sender]}: {segment.flag_names}, seq {segment.seq - bases[sender]:d}"
        if segment.has_ack:
            words += f", ack {(segment.ack - bases[receiver]) % MODULUS}"
        items.append(f"{words}, {record.length} bytes")
    return Order(
        id=f"made-order-of-segments-{bases[made.client]}",
        lesson="05",
        covers=("T1", "T2"),
        difficulty=2,
        prompt="The first five segments of a conversation, mixed. In which order did they go?",
        items=tuple(items),
        explanation=(
            "The SYN goes first, and each acknowledgment names what has come before it, so the "
            "numbers grow."
        ),
        reference="RFC 9293 section 3.5, figure 6",
        origin={"trace": as_dicts(made.trace)},
    )


def begins_with_a_question(made: Conversation) -> bool:
    """Whether behind the handshake the client says something, and the server's segment follows.

    Then the numbers tell the order: who speaks next could else be either.
    """
    first, second = [*list(made.trace)[3:5], None, None][:2]
    if first is None or second is None or not first.length:
        return False
    return (first.src, first.sport) == made.client and (second.src, second.sport) == made.server


_SAID = {
    "active OPEN": "the program connects",
    "rcv SYN": "a SYN arrives",
    "rcv SYN,ACK": "a SYN,ACK arrives that acknowledges its SYN",
    "rcv ACK of SYN": "the ACK of its SYN arrives",
    "rcv FIN": "a FIN arrives",
    "rcv ACK of FIN": "the ACK of its FIN arrives",
    "CLOSE": "the program closes",
    "timeout 2 MSL": "twice the longest life of a segment has passed",
}


def state_after(chance: Random, subject: str = "") -> OneChoice:
    """One end is in a state, something happens: in which state is it then?"""
    made = talk(chance)
    change = pick(chance, [one for one in made.trace.changes if one.event in _SAID])
    distractors = Distractors(change.new)
    distractors.add(change.old, "It leaves that state: what happened is one of its ways out.")
    others = [str(state) for state in State if state not in (change.old, change.new)]
    for state in mixed(str(chance.random()), tuple(others)):
        distractors.add(state, f"No way leads from {change.old} to {state} when this happens.")
    return one_choice(
        chance,
        distractors,
        id=f"made-state-after-{change.old}-{change.event}".lower()
        .replace(" ", "-")
        .replace(",", "-"),
        lesson="05",
        covers=("T1",),
        difficulty=2,
        prompt=f"One end of a connection is in {change.old}, and {_SAID[change.event]}. And then?",
        explanation=f"From {change.old} it goes to {change.new}. {change.reason.fill()}",
        reference=f"RFC {change.reason.rfc} section {change.reason.section}",
        origin={"trace": as_dicts(made.trace)},
    )


_OF_ANY: tuple[tuple[Callable[..., Question], Callable[[Conversation], bool]], ...] = (
    (next_ack, lambda made: bool(acknowledged(made))),
    (hidden_fields, lambda made: len(made.trace) >= 3),
    (shuffled_segments, begins_with_a_question),
    (side_of_conversation, tells_sides),
)
"""What can be asked about any conversation, and of which it can."""


def asked_of(trace: Trace, count: int, seed: int) -> list[Question]:
    """Up to `count` questions, no two the same, about the orderly conversations of `trace`.

    Fewer where it has no more to ask about. Raises QuizError where it has none.
    """
    there = orderly(trace)
    if not there:
        raise QuizError(
            f"In {trace.title or 'this trace'} there is nothing to ask about: no TCP conversation "
            "that begins with its handshake, and of which nothing is missing or there twice."
        )
    chance = Random(f"{seed} of a trace")
    made: dict[str, Question] = {}
    for turn in range(_TURNS * count):
        ask, fits = _OF_ANY[turn % len(_OF_ANY)]
        if (of := [one for one in there if fits(one)]) and len(made) < count:
            question = ask(chance, made=pick(chance, of))
            made.setdefault(question.id, question)
    return list(made.values())


_TURNS = 10
"""So often, for each question that is wanted, one is made before there are held to be no more."""


def _segment(record: Record) -> Segment:
    assert record.segment is not None
    return record.segment


def _ends(record: Record) -> str:
    source, target = ((record.src or "", record.sport or 0), (record.dst or "", record.dport or 0))
    return f"{written(source)} to {written(target)}"


def _line(number: int, segment: Segment, *, hide: bool) -> str:
    source, ack = (
        ("?", "?")
        if hide
        else (str(segment.source_port), str(segment.ack if segment.has_ack else "-"))
    )
    return (
        f"{number}  port {source:>5} to {segment.destination_port:>5}  {segment.flag_names:7}  "
        f"seq {segment.seq:<10}  ack {ack}"
    )
