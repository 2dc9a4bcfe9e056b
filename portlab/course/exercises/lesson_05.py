"""Exercises of lesson 05: how do two computers agree to talk?"""

from portlab.course.exercises.draw import Draw
from portlab.course.exercises.exercise import Task, define
from portlab.course.exercises.fields import Whole
from portlab.lab import Lab, run


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
