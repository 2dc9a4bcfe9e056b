"""Exercises of lesson 01: how does one computer keep forty conversations apart?"""

from portlab.apps import Echo
from portlab.course.exercises.definition import Task, define
from portlab.course.exercises.draw import Draw
from portlab.course.exercises.fields import Address, Choice, Several, Whole
from portlab.course.exercises.made import OfExperiment, Want
from portlab.errors import ConnectionRefused, TimedOut
from portlab.lab import Lab, run
from portlab.trace.conversations import conversations
from portlab.trace.trace import Trace

NAME = b"portlab.example"


@define("01.1", "The reply", covers=("A5", "A7"), source="RFC 9293 3.1, RFC 768")
def reply(draw: Draw) -> Task:
    proto = draw.one_of(("tcp", "udp"))
    port = draw.one_of((7, 53, 443, 3389, 8443))

    def ask(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        if proto == "tcp":
            server.listen(port)
            client.connect(server, port)
        else:
            server.udp(port, Echo())
            socket = client.udp()
            socket.send_to(NAME, server, port)
            socket.receive()

    asked, answer = run(ask, seed=draw.seed())[:2]
    return Task(
        given={
            "protocol": asked.proto,
            "from_address": asked.src,
            "from_port": asked.sport,
            "to_address": asked.dst,
            "to_port": asked.dport,
        },
        fields=[
            Choice(
                "protocol",
                answer.proto,
                choices=("tcp", "udp", "icmp"),
                right="A conversation keeps to one protocol.",
                wrong=[
                    (
                        "udp" if proto == "tcp" else "tcp",
                        "The same port number in another protocol is another door.",
                    ),
                    ("icmp", "ICMP has no ports, and reports trouble. Here all is well."),
                ],
                look="Which protocol does the first packet speak?",
            ),
            Address(
                "from_address",
                answer.src,
                right="Now the other computer speaks.",
                wrong=[(asked.src, "That one asked. Who answers?")],
                look="Who sends the reply?",
            ),
            Whole(
                "from_port",
                answer.sport,
                right="The program answers from the port that it was asked on.",
                wrong=[(asked.sport, "The question came from there. Which program answers it?")],
                look="Which port belongs to the program that answers?",
            ),
            Address(
                "to_address",
                answer.dst,
                right="The reply goes to whoever asked.",
                wrong=[(asked.dst, "That one answers. Who is waiting for it?")],
                look="Who is waiting for the reply?",
            ),
            Whole(
                "to_port",
                answer.dport,
                right="On that port the client's program waits: the reply swaps the two ports.",
                wrong=[
                    (asked.dport, "There the server listens. Where does the client's program wait?")
                ],
                look="Where does the program that asked wait for its answer?",
            ),
        ],
        hints=[
            "Two of the five values trade places, and then another two. One stays.",
            "What was the source of the question is the destination of the reply.",
        ],
    )


VALUES = ("protocol", "client address", "client port", "server address", "server port")


@define("01.2", "Two conversations at once", covers=("A6", "A7", "A8"), source="RFC 9293 3.4.1")
def two_conversations(draw: Draw) -> Task:
    port, seed = draw.one_of((443, 5432, 8080, 3306, 22)), draw.seed()

    def visits(
        lab: Lab, *, second: int = port, one_by_one: bool = False, guest: bool = False
    ) -> None:
        server, client, neighbour = lab.hosts("server", "client", "neighbour")
        server.listen(port)
        server.listen(port + 1)
        first = client.connect(server, port)
        if one_by_one:
            first.close()
        (neighbour if guest else client).connect(server, second)

    def connection_and_datagram(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(port)
        client.connect(server, port)
        client.udp().send_to(NAME, server, port)

    one, other = (
        (c.proto, c.client[0], c.client[1], c.server[0], c.server[1])
        for c in conversations(run(visits, seed=seed))
    )
    differ = {name for name, mine, yours in zip(VALUES, one, other, strict=True) if mine != yours}
    return Task(
        given={"port": port},
        fields=[
            OfExperiment(
                "experiment",
                seed=seed,
                right="Two conversations, open at once, between the same two computers.",
                open_while=lambda trace: len(conversations(trace)) < 2,
                begin="There is one conversation so far.",
                wants=[
                    Want(
                        lambda trace: _server_ports(trace) == {port},
                        f"They do not all go to port {port} of the server. Call that port twice.",
                        unlike=lambda: lambda lab: visits(lab, second=port + 1),
                    ),
                    Want(
                        lambda trace: {c.proto for c in conversations(trace)} == {"tcp"},
                        "Not all of them are connections: UDP has none. Connect a second time.",
                        unlike=lambda: connection_and_datagram,
                    ),
                    Want(
                        lambda trace: len({c.client[0] for c in conversations(trace)}) == 1,
                        "Two different computers call. Let the same client call twice.",
                        unlike=lambda: lambda lab: visits(lab, guest=True),
                    ),
                    Want(
                        _all_opened_before_one_closed,
                        "The first is over before the second begins. Do not close it in between.",
                        unlike=lambda: lambda lab: visits(lab, one_by_one=True),
                    ),
                ],
            ),
            Several(
                "differ",
                differ,
                choices=VALUES,
                right="The client's system chose a new port, and that alone tells the two apart.",
                wrong=[
                    (
                        {"server port"},
                        "The server keeps answering from its own port; look at the ladder again.",
                    ),
                    (
                        {"client port", "server port"},
                        "One of these two stays the same: a server does not move to a new port.",
                    ),
                    ({"client address"}, "It is the same computer, with the same address."),
                    (
                        set(VALUES),
                        "If all of them differed, it would be another pair of computers.",
                    ),
                ],
                look="Compare the first SYN with the second, value by value.",
            ),
        ],
        hints=[
            "A client may call the same port as often as it likes. Nothing has to be closed first.",
            "One more client.connect does it. Then compare what stands at the top of the ladders.",
        ],
    )


def _server_ports(trace: Trace) -> set[int | None]:
    return {conversation.server[1] for conversation in conversations(trace)}


def _all_opened_before_one_closed(trace: Trace) -> bool:
    """Whether the last SYN stands before the first segment that ends anything."""
    flags = {record.number: set((record.flags or "").split(",")) for record in trace}
    last = max((number for number in flags if "SYN" in flags[number]), default=0)
    return all(number > last for number in flags if flags[number] & {"FIN", "RST"})


@define("01.3", "Port 53 twice", covers=("A10", "A11"), source="RFC 7766, RFC 1122 4.1.3.1")
def two_doors(draw: Draw) -> Task:
    order = draw.shuffled(("udp", "udp", "tcp", "wrong door"))

    def ask(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(53, Echo())
        server.udp(53, Echo())
        for what in order:
            if what == "tcp":
                client.connect(server, 53).send(NAME)
            else:
                # From port 53 to another one: the trap for whoever looks at one number only.
                socket = client.udp(53 if what == "wrong door" else 0)
                socket.send_to(NAME, server, 54 if what == "wrong door" else 53)
            lab.run()

    def only_udp(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.udp(53, Echo())
        client.connect(server, 53)

    trace = run(ask, seed=draw.seed())
    with_53 = [r for r in trace if 53 in (r.sport, r.dport)]
    to_53 = [r for r in with_53 if r.dport == 53]
    error = run(only_udp).error
    refused, late = isinstance(error, ConnectionRefused), isinstance(error, TimedOut)
    seen = "refused" if refused else "timed out" if late else "connected"
    return Task(
        given={"trace": trace},
        fields=[
            Several(
                "for_udp_53",
                {r.number for r in to_53 if r.proto == "udp"},
                choices=[r.number for r in trace],
                right="Only a UDP packet whose destination port is 53 goes through that door.",
                wrong=[
                    (
                        {r.number for r in to_53},
                        "Those for TCP 53 are among them: another door, another program.",
                    ),
                    (
                        {r.number for r in with_53 if r.proto == "udp"},
                        "Some of these only come from port 53. The destination chooses the door.",
                    ),
                    (
                        {r.number for r in with_53},
                        "All of these have a 53 somewhere. Mind the protocol, and the direction.",
                    ),
                    (
                        {r.number for r in to_53 if r.proto == "tcp"},
                        "That is what the program on TCP 53 gets. Which ones are UDP?",
                    ),
                ],
                look="Ask of each packet: is it UDP, and is its destination port 53?",
            ),
            Choice(
                "only_udp_open",
                seen,
                choices=("connected", "refused", "timed out"),
                right="Nothing listens on TCP 53 there, so the host answers with RST.",
                wrong=[
                    ("connected", "A program on UDP 53 gets nothing of what comes for TCP 53."),
                    (
                        "timed out",
                        "Silence would mean that nobody is there; this host does answer.",
                    ),
                ],
                look="Try it: a server with udp(53) only, and a client that connects to it.",
            ),
        ],
        hints=[
            "TCP 53 and UDP 53 are two doors that happen to have the same number.",
            "A packet is handed over by its protocol and its destination port, nothing else.",
        ],
    )
