"""Exercises of lesson 05: how do two computers agree to talk?"""

from dataclasses import dataclass

from portlab.apps import Echo
from portlab.course.exercises.definition import Task, define
from portlab.course.exercises.draw import Draw
from portlab.course.exercises.fields import Choice, Order, Whole
from portlab.course.exercises.made import OfTrace, Want
from portlab.lab import Lab, run
from portlab.network.faults import drop
from portlab.network.link import Link
from portlab.trace.record import Record
from portlab.trace.trace import Trace


def handshake(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80)


@define("05.1", "The numbers of a handshake", covers=("T1", "T2"), source="RFC 9293 3.4, 3.5")
def numbers(draw: Draw) -> Task:
    syn, syn_ack, ack = run(handshake, seed=draw.seed())
    x, y = syn.seq, syn_ack.seq
    assert x is not None
    assert y is not None
    return Task(
        given={"client_isn": x, "server_isn": y},
        fields=[
            Whole(
                "syn_ack_seq",
                y,
                right="The server's SYN carries the number that the server starts from.",
                wrong=[
                    (x, "That is where the client starts. Each side numbers its own bytes."),
                    (x + 1, "The server acknowledges with that; its own bytes have other numbers."),
                    (y + 1, "That is what the server sends *after* its SYN. What has the SYN?"),
                    (0, "A ladder shows 0, counting from the SYN. What is in the header?"),
                ],
                look="Whose numbering does the sequence number of the server's segment belong to?",
            ),
            Whole(
                "syn_ack_ack",
                syn_ack.ack,
                right="It names the byte expected next, and the client's SYN took one number.",
                wrong=[
                    (x, "That is the SYN itself. An acknowledgment names what is expected next."),
                    (y + 1, "That is what the client will expect of the server. Who speaks here?"),
                    (1, "A ladder shows 1, counting from the SYN. What is in the header?"),
                ],
                look="Which number does the server expect from the client next?",
            ),
            Whole(
                "ack_seq",
                ack.seq,
                right="The SYN took the first number, so the client goes on with the next.",
                wrong=[
                    (x, "The client's SYN had that one, and a SYN counts as one byte."),
                    (x + 2, "A bare ACK takes no number, so there is nothing to add for it."),
                    (y + 1, "That is what the client acknowledges. Its own bytes have others."),
                ],
                look="What is the number of the next byte the client has not sent yet?",
            ),
            Whole(
                "ack_ack",
                ack.ack,
                right="The server's SYN took one number as well, so that the next is expected.",
                wrong=[
                    (y, "That is the server's SYN itself. Name what is expected next."),
                    (x + 1, "The client sends that; what does it expect of the server?"),
                    (1, "A ladder shows 1, counting from the SYN. What is in the header?"),
                ],
                look="Which number does the client expect from the server next?",
            ),
        ],
        hints=[
            "Each side counts its own bytes: seq is the sender's count, ack the other side's.",
            "An acknowledgment names the number expected next, and a SYN takes one number.",
            "The SYN-ACK starts the server's own count, and expects the client's first number + 1.",
        ],
    )


SECOND = 1_000_000


def established_at(trace: Trace, host: str = "client") -> int | None:
    """When a host became ESTABLISHED, in microseconds from the first packet; None if never."""
    times = [c.time for c in trace.changes if c.host == host and c.new == "ESTABLISHED"]
    return times[0] - trace[0].time if times else None


@define("05.2", "A slow start", covers=("T1", "T11"), source="RFC 6298 2, 5; RFC 9293 3.8.3")
def slow_start(draw: Draw) -> Task:
    seed, lost = draw.seed(), draw.whole(2, 4)

    def losing(count: int) -> Trace:
        """The handshake without its first SYNs: each lost one is followed by its repetition."""
        return run(handshake, seed=seed, faults=[drop(n) for n in range(1, count + 1)])

    trace = losing(lost)
    at = established_at(trace)
    assert at is not None
    earliest = at // SECOND
    return Task(
        given={"seed": seed, "seconds": earliest},
        fields=[
            OfTrace(
                "my_trace",
                right="Each SYN that is lost costs one wait, and every wait is twice the last.",
                open_while=lambda trace: all(r.fate != "lost" for r in trace),
                begin="Nothing is lost so far: put faults between the brackets.",
                wants=[
                    Want(
                        lambda trace: all(r.fate != "lost" for r in trace if _is_servers(r, trace)),
                        "Something that the server sent was lost. Lose only what the client sends.",
                        unlike=lambda: run(handshake, seed=seed, faults=[drop(2)]),
                    ),
                    Want(
                        lambda trace: established_at(trace) is not None,
                        "The client never becomes ESTABLISHED here. Let one SYN come through.",
                        unlike=lambda: run(handshake, seed=seed, link=Link(loss=1)),
                    ),
                    Want(
                        lambda trace: (established_at(trace) or 0) >= earliest * SECOND,
                        "The client is ESTABLISHED too early. What else must be lost?",
                        unlike=lambda: losing(lost - 1),
                    ),
                    Want(
                        lambda trace: (established_at(trace) or 0) < (earliest + 1) * SECOND,
                        "The client is ESTABLISHED too late: one loss too many.",
                        unlike=lambda: losing(lost + 1),
                    ),
                ],
            ),
            Whole(
                "syns",
                sum(r.flags == "SYN" for r in trace),
                right="Those that were lost, and the one that came through.",
                wrong=[
                    (lost, "So many were lost. Was that all of them?"),
                    (lost + 2, "That counts the server's SYN, ACK too. Only the client's."),
                    (1, "It is one SYN, sent again and again. How often, in all?"),
                ],
                look="Count the arrows that leave the client with SYN on them.",
            ),
        ],
        hints=[
            "When does the client send its SYN again? What happens if that one is lost as well?",
            "The waits double: 1 second, 2, 4, 8. Add them up until you have the time asked for.",
            "Drop 1, then 2, and so on: as long as no SYN arrives, those are the numbers.",
        ],
    )


def _is_servers(record: Record, trace: Trace) -> bool:
    return record.src is not None and trace.name_of(record.src) == "server"


SAID_OF_STATES = {
    "client": {
        "CLOSED": "It has called already: its SYN is on the way or has arrived.",
        "LISTEN": "That is who waits to be called. The client calls.",
        "SYN-SENT": "So it was until the SYN-ACK came.",
        "SYN-RECEIVED": "That is the state of who got a SYN first and answered it.",
        "ESTABLISHED": "Not yet: it has not heard where the server's numbering starts.",
    },
    "server": {
        "CLOSED": "A closed port would have answered with RST.",
        "LISTEN": "So it was until a SYN came. It has answered it.",
        "SYN-SENT": "That is who calls first. The server was called.",
        "SYN-RECEIVED": "So it was until its own SYN was acknowledged.",
        "ESTABLISHED": "Not yet: its own SYN has not been acknowledged.",
    },
}


@define("05.3", "Shuffled segments", covers=("T1", "T2", "T14"), source="RFC 9293 3.3.2, 3.5")
def shuffled_segments(draw: Draw) -> Task:
    words = draw.one_of((b"hello", b"good morning", b"is anybody there?"))

    def talk(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(7, Echo())
        connection = client.connect(server, 7)
        connection.send(words)
        connection.receive()

    trace = run(talk, seed=draw.seed())
    shuffled = draw.shuffled(trace)
    letters = "ABCDEFGH"[: len(trace)]
    letter_of = {r.number: letter for letter, r in zip(letters, shuffled, strict=True)}
    right = [letter_of[r.number] for r in trace]
    arrived = trace[draw.whole(0, 2)]
    return Task(
        given={
            "segments": {letter_of[r.number]: _seen(r, trace) for r in shuffled},
            "arrived": letter_of[arrived.number],
        },
        fields=[
            Order(
                "order",
                right,
                choices=letters,
                right="Every segment acknowledges what came before it, and that gives the order.",
                wrong=[
                    (
                        [right[0], right[2], right[1], *right[3:]],
                        "An ACK cannot name a number that nobody has announced yet.",
                    ),
                    (
                        [*right[:2], right[3], right[2], *right[4:]],
                        "With data on board, no bare ACK of the same numbers would follow.",
                    ),
                    (right[::-1], "That is the right order backwards."),
                ],
                look="Who opens? Then follow the numbers: each ack is one that was sent before.",
            ),
            *(
                Choice(
                    f"{host}_state",
                    (state := _state(trace, host, arrived)),
                    choices=list(SAID_OF_STATES[host]),
                    right=f"RFC 9293 figure 6 shows the {host} so, when that segment has arrived.",
                    wrong=[one for one in SAID_OF_STATES[host].items() if one[0] != state],
                    look="What has this side sent so far, and what has it heard?",
                )
                for host in ("client", "server")
            ),
        ],
        hints=[
            "The one without an ack comes first: nothing has been heard yet.",
            "Each side's seq goes on where it stopped: a SYN takes one number, data one per byte.",
            "SYN; SYN,ACK; ACK; then the bytes, the echo, and the acknowledgment of the echo.",
        ],
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """A segment without its time and its number."""

    sender: str
    flags: str | None
    seq: int
    ack: int | None
    length: int

    def __str__(self) -> str:
        ack = "" if self.ack is None else f" ack={self.ack}"
        return f"{self.sender}: {self.flags} seq={self.seq}{ack} len={self.length}"


def _seen(record: Record, trace: Trace) -> Seen:
    sender = trace.name_of(record.src or "")
    return Seen(sender, record.flags, record.seq or 0, record.ack, record.length)


def _state(trace: Trace, host: str, arrived: Record) -> str:
    """The state of a host at the moment when `arrived` has been taken in."""
    assert arrived.arrival is not None
    changes = [c for c in trace.changes if c.host == host and c.time <= arrived.arrival]
    return str(changes[-1].new)
