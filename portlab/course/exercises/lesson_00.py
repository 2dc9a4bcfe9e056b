"""Exercises of lesson 00: a ladder read, an experiment changed, a computer's own settings.

The first two practise the course itself, so they cover no row.
"""

from ipaddress import ip_interface

from portlab.apps import Echo
from portlab.course.exercises.definition import Task, define
from portlab.course.exercises.draw import Draw
from portlab.course.exercises.fields import Address, Choice, Whole
from portlab.course.exercises.made import OfExperiment, Want
from portlab.lab import Lab, run
from portlab.network.link import Link
from portlab.trace.conversations import conversations
from portlab.trace.record import Record
from portlab.trace.trace import Trace

HELLO = b"hello"


@define("00.1", "Read a ladder", covers=(), source="RFC 9293 3.1")
def read_a_ladder(draw: Draw) -> Task:
    port = draw.one_of((80, 443, 2300, 7000, 8080))

    def talk(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(port, Echo())
        with client.connect(server, port) as connection:
            for word in (HELLO, b"goodbye"):
                connection.send(word)
                connection.receive()

    # Chance loses the packet: the title of a run with a fault would name its number.
    link, trace, losses = Link(loss=0.07), run(talk), list[Record]()
    while len(losses) != 1 or not losses[0].length:
        trace = run(talk, seed=draw.seed(), link=link)
        losses = [record for record in trace if record.fate == "lost"]
    first, lost = trace[0], losses[0]
    later = trace.where(lambda record: record.number > lost.number)
    again = next(r.number for r in later if (r.src, r.seq) == (lost.src, lost.seq) and r.length)
    return Task(
        given={"trace": trace},
        fields=[
            Whole(
                "packets",
                len(trace),
                right="Each arrow is one packet, and the lost one was sent as well.",
                wrong=[
                    (len(trace) - 1, "Did you leave the lost one out? It was sent, so it counts."),
                    (3, "The first three only open the conversation. Count all the arrows."),
                ],
                look="Each arrow is one packet, and each has a number: look at the last one.",
            ),
            Whole(
                "server_port",
                first.dport,
                right="It stands behind the server's address, at the top of its line.",
                wrong=[
                    (first.sport, "That is the client's port. Look at the top of the other line.")
                ],
                look="At the top of each line stand an address, a colon and the port.",
            ),
            Whole(
                "lost_packet",
                lost.number,
                right="Its arrow ends in a cross before it reaches the other line.",
                wrong=[
                    (again, "That is the repetition, which arrived. What was repeated?"),
                    (
                        1,
                        "That one arrived: its arrow has a head, and the other host changed state.",
                    ),
                ],
                look="A lost packet's arrow does not reach the other line.",
            ),
        ],
        hints=[
            "Time runs downwards. Each arrow is one packet, and its number stands on it.",
            "At the top of each line: address, colon, port. The arrow of a lost packet ends in X.",
        ],
    )


def _sent(trace: Trace, name: str) -> bytes:
    """All the bytes that a host sent over TCP, in order."""
    segments = [r.segment for r in trace if r.src and trace.name_of(r.src) == name]
    return b"".join(segment.payload for segment in segments if segment)


@define("00.2", "Change an experiment", covers=(), source="RFC 862")
def change_an_experiment(draw: Draw) -> Task:
    words = (b"is anybody there?", b"good morning", b"good night", b"see you", b"thanks a lot")
    message = draw.one_of(words)

    def talk(
        lab: Lab,
        *,
        first: bytes = HELLO,
        second: bytes = message,
        wait: bool = True,
        again: bool = False,
    ) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(7, Echo())
        with client.connect(server, 7) as connection:
            connection.send(first)
            connection.receive()
            if not again:
                connection.send(second)
                if wait:
                    connection.receive()
        if again:
            with client.connect(server, 7) as other:
                other.send(second)
                other.receive()

    answer = len(_sent(run(talk), "server"))
    return Task(
        given={"message": message},
        fields=[
            OfExperiment(
                "experiment",
                right="One conversation carried both, and the server sent both back.",
                open_while=lambda trace: _sent(trace, "client") in (b"", HELLO),
                begin="The client says hello, and nothing else so far.",
                wants=[
                    Want(
                        lambda trace: message in _sent(trace, "client"),
                        "The client sends something else. The words to send are in given.message.",
                        unlike=lambda: lambda lab: talk(lab, second=b"hello again"),
                    ),
                    Want(
                        lambda trace: _sent(trace, "client").startswith(HELLO),
                        "The client no longer says hello first. Leave those two lines as they "
                        "were, and add yours below them.",
                        unlike=lambda: lambda lab: talk(lab, first=message),
                    ),
                    Want(
                        lambda trace: len(conversations(trace)) == 1,
                        "That opens a second conversation. Use the connection that is open: "
                        "put the new line inside the `with` block.",
                        unlike=lambda: lambda lab: talk(lab, again=True),
                    ),
                    Want(
                        lambda trace: "RST" not in " ".join(r.flags or "" for r in trace),
                        "The client hangs up before it has read the answer, which ends in a RST. "
                        "Receive once more before the block ends.",
                        unlike=lambda: lambda lab: talk(lab, wait=False),
                    ),
                ],
            ),
            Whole(
                "bytes_back",
                answer,
                right="An echo server sends back every byte that it gets: both messages.",
                wrong=[
                    (len(message), "That is your message alone. The server answered twice."),
                    (2 * answer, "That counts both directions. Only what the server sends."),
                    (len(HELLO), "That is the first answer alone. What came after it?"),
                ],
                look="Add up `len` on the arrows that leave the server.",
            ),
        ],
        hints=[
            "Two lines do it, and they look like the two above the place for them.",
            "Send given.message on the same connection, then receive; inside the `with` block.",
            "connection.send(given.message) and then connection.receive(), one below the other.",
        ],
    )


@define("00.3", "What a computer knows of itself", covers=("D0",), source="RFC 4632 3.1")
def own_settings(draw: Draw) -> Task:
    bits = draw.one_of((16, 24))
    second, third, last = draw.whole(16, 199), draw.whole(16, 199), draw.whole(20, 199)
    own = ip_interface(f"10.{second}.{third}.{last}/{bits}")
    network = own.network
    gateway = network[1]
    server = f"10.{second + 1}.{draw.whole(1, 9)}.53"
    inside = draw.whole(0, 1) == 1
    near = f"10.{second}.{third}.{last + 20}"
    far = f"10.{second}.{third + 1}.{last + 20}" if bits == 24 else f"10.{second + 2}.{third}.9"
    other = ip_interface(near if inside else far).ip
    ways = ("straight", "gateway")
    return Task(
        given={
            "report": (
                "lo    127.0.0.1/8",
                f"eth0  {own}",
                f"default via {gateway} dev eth0",
                f"nameserver {server}",
            ),
            "other": str(other),
        },
        fields=[
            Address(
                "address",
                str(own.ip),
                right="It belongs to eth0, the interface that leads out of the computer.",
                wrong=[
                    ("127.0.0.1", "That is the loopback address, and every computer has it."),
                    (str(gateway), "That is the router's address. Which is the computer's own?"),
                ],
                look="An address belongs to an interface. Which one leads out of the computer?",
            ),
            Address(
                "mask",
                str(network.netmask),
                right=f"/{bits} says that the first {bits} of the 32 bits name the network.",
                wrong=[
                    (str(network.hostmask), "That is the mask turned round (a wildcard mask)."),
                    ("255.0.0.0", "That would be /8, which belongs to the loopback interface."),
                    (str(network.network_address), "That is the network. Which bits belong to it?"),
                ],
                look="Write the number behind the slash as ones, then as four numbers with dots.",
            ),
            Address(
                "gateway",
                str(gateway),
                right="Whatever leaves the network goes there: `default` means all the rest.",
                wrong=[
                    (str(own.ip), "That is the computer itself. Where does it send the rest?"),
                    (server, "That one turns names into addresses. Where does the rest go?"),
                ],
                look="Which line says where everything goes that has no other way?",
            ),
            Address(
                "name_server",
                server,
                right="That one is asked what address belongs to a name.",
                wrong=[
                    (str(gateway), "That is the router. A line of its own names the name server."),
                    (str(own.ip), "That is the computer itself. Whom does it ask for names?"),
                ],
                look="Which line is about names?",
            ),
            Choice(
                "way",
                ways[other not in network],
                choices=ways,
                right=f"{other} is {'in' if other in network else 'not in'} the network {network}.",
                wrong=[
                    (
                        ways[other in network],
                        f"Compare the first {bits} bits of the two addresses: are they the same?",
                    )
                ],
                look="Compare the two addresses, as far as the mask says.",
            ),
        ],
        hints=[
            "One line for each: two interfaces, the way out, and who knows names.",
            "/8 is 255.0.0.0: eight ones, then zeros. Near is what has the same network part.",
        ],
    )
