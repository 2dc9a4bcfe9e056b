"""Exercises of lesson 02: who decides what a port number means?"""

from portlab.apps import Http
from portlab.course.exercises.definition import Task, define
from portlab.course.exercises.draw import Draw
from portlab.course.exercises.fields import Choice, Several, Whole
from portlab.course.exercises.made import OfExperiment, Want
from portlab.lab import Lab, run
from portlab.ports import DYNAMIC, SYSTEM, USER, PortRange, port_range
from portlab.services import registry, service
from portlab.trace.conversations import Conversation, conversations
from portlab.trace.trace import Trace

LINUX = PortRange("Linux's clients'", 32768, 60999)


@define("02.1", "Three ranges", covers=("R1", "R3"), source="RFC 6335 6")
def three_ranges(draw: Draw) -> Task:
    ports = draw.shuffled(
        (
            draw.whole(2, SYSTEM.last - 1),
            draw.one_of((SYSTEM.last, USER.first)),
            draw.whole(USER.first + 1, LINUX.first - 1),
            draw.whole(LINUX.first, USER.last - 1),
            draw.one_of((USER.last, DYNAMIC.first)),
            draw.whole(LINUX.last + 1, DYNAMIC.last),
        )
    )
    system, user, dynamic = (
        {port for port in ports if port_range(port) is one} for one in (SYSTEM, USER, DYNAMIC)
    )
    return Task(
        given={"ports": tuple(ports)},
        fields=[
            Several(
                "system",
                system,
                choices=ports,
                right="The first 1,024 numbers, with 0: the last of them is one less.",
                wrong=[
                    (system | user, "These are all that can be assigned, in two ranges."),
                    (user, "These are the registered ones. Which are the well-known?"),
                ],
                look="Where do the well-known ports end?",
            ),
            Several(
                "user",
                user,
                choices=ports,
                right="Everything between: assigned on request, and also called registered.",
                wrong=[
                    (
                        {port for port in user if port < LINUX.first},
                        "Where Linux begins to take ports for clients, no range of the RFC ends.",
                    ),
                    (user | dynamic, "Some of these are never assigned to anybody."),
                    (system, "These are the well-known ones. Which are the registered?"),
                ],
                look="It begins where the system ports end, and ends before the last quarter.",
            ),
            Several(
                "dynamic",
                dynamic,
                choices=ports,
                right="The last quarter of all numbers, which is never assigned.",
                wrong=[
                    (
                        {port for port in ports if port >= LINUX.first},
                        "From the first of these on Linux serves clients. The RFC begins later.",
                    ),
                    (user, "These are the registered ones. Which are private?"),
                ],
                look="Three quarters of 65,536 come before them.",
            ),
        ],
        hints=[
            "Two borders part the three. Both are named in the table of the lesson.",
            "port_range(n) says it of any number, and str() of it where the range ends.",
        ],
    )


CALLED = (3306, 3389, 5432, 5900, 8080)
SYSTEMS = ("Linux", "Windows or macOS")


@define("02.2", "A number of one's own", covers=("R2", "R3", "R7"), source="RFC 6335 6, 8.1.2")
def own_number(draw: Draw) -> Task:
    seed = draw.seed()
    famous = draw.one_of((23, 53, 80, 110, 443, 993))
    free = [port for port in range(USER.first, LINUX.first) if port not in registry().numbers]
    for_clients = [port for port in range(LINUX.first, USER.last) if port not in registry().numbers]
    taken = tuple(sorted({draw.one_of(free) for _ in range(3)}))

    def visit(port: int, *, ask: bool = True) -> object:
        def experiment(lab: Lab) -> None:
            server, client = lab.hosts("server", "client")
            server.listen(port, Http())
            connection = client.connect(server, port)
            if ask:
                connection.send(b"GET / HTTP/1.1\r\nHost: server\r\n\r\n")
                connection.receive_until(b"\r\n")

        return experiment

    elsewhere = next(port for port in free if port not in taken)
    known = draw.one_of(CALLED)
    client_port = draw.one_of(for_clients)
    return Task(
        given={"port": famous, "taken": taken},
        fields=[
            OfExperiment(
                "experiment",
                seed=seed,
                right="Nobody has been promised this number, and no client gets it by chance.",
                open_while=lambda trace: _called(trace) == {famous},
                begin="The web server is still at the famous number.",
                wants=[
                    Want(
                        lambda trace: len(_called(trace)) == 1,
                        "One port shall be called, and one only.",
                        unlike=lambda: _nothing_happens,
                    ),
                    Want(
                        _page_came,
                        "No page came back. Listen and call on the same number, with apps.Http().",
                        unlike=lambda: visit(elsewhere, ask=False),
                    ),
                    Want(
                        lambda trace: _called(trace) <= set(range(USER.first, USER.last + 1)),
                        "That number is no user port, and only those are for such a program.",
                        unlike=lambda: visit(DYNAMIC.first + 1),
                    ),
                    Want(
                        lambda trace: not _called(trace) & registry().numbers,
                        "The registry has that number for somebody. search(number) says for whom.",
                        unlike=lambda: visit(known),
                    ),
                    Want(
                        lambda trace: max(_called(trace)) not in LINUX,
                        "Linux may give that number to a client before your program asks for it.",
                        unlike=lambda: visit(client_port),
                    ),
                    Want(
                        lambda trace: not _called(trace) & set(taken),
                        "Somebody in this network has taken that number already.",
                        unlike=lambda: visit(taken[0]),
                    ),
                ],
            ),
        ],
        hints=[
            "search(number) says whether a number is assigned, and in which range it lies.",
            "Numbers between 1024 and 32767 that have no entry: a few below 10,000, many above.",
        ],
    )


def _nothing_happens(lab: Lab) -> None:
    lab.hosts("server", "client")


def _called(trace: Trace) -> set[int]:
    return {one.server[1] or 0 for one in conversations(trace)}


def _page_came(trace: Trace) -> bool:
    """Whether the called port has answered as a web server does."""
    called = _called(trace)
    return any(
        record.sport in called and record.segment and b"HTTP/1.1 200" in record.segment.payload
        for record in trace
    )


@define("02.3", "Whose port is it?", covers=("R4", "R6"), source="RFC 6335 6, RFC 6056 2.1, 3.2")
def whose_port(draw: Draw) -> Task:
    linux = draw.one_of((True, False))
    high = draw.one_of(CALLED)
    order = draw.shuffled((22, 443, 443, high))
    # One of its ports lies where only that system takes them from.
    ranges = [(LINUX.first, USER.last) if linux else (LINUX.last + 1, DYNAMIC.last)]
    ranges += [(LINUX.first if linux else DYNAMIC.first, LINUX.last)] * 3
    own = [draw.whole(first, last) // 4 * 4 + number for number, (first, last) in enumerate(ranges)]

    sources = draw.shuffled(own)

    def calls(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        for port in sorted(set(order)):
            server.listen(port)
        for port, source in zip(order, sources, strict=True):
            client.connect(server, port, source_port=source)

    trace = run(calls, seed=draw.seed())
    found = conversations(trace)
    mine = {_port(one, client=True) for one in found}
    above = draw.shuffled(sorted(mine | {_port(one) for one in found if _port(one) not in SYSTEM}))
    called = next(_port(one) for one in found if _port(one) not in SYSTEM)
    names = sorted(service(port).short for port in CALLED)
    key = SYSTEMS[all(port in DYNAMIC for port in mine)]
    return Task(
        given={"trace": trace},
        fields=[
            Several(
                "clients_own",
                mine,
                choices=above,
                right="From each of these a SYN was sent: the end of a client.",
                wrong=[
                    (above, "One of these was called. Which one never sent the first segment?"),
                    ({called}, "That one was called. Whose are the others?"),
                ],
                look="Whoever sends the SYN is the client. Look at the sender's port.",
            ),
            Whole(
                "called",
                called,
                right="High or not: it was called, so a program listens there.",
                wrong=[
                    (443, "That one was called too, but it is a system port."),
                    (22, "It was called, and it lies below 1024: look for a higher one."),
                    (max(mine), "The highest number is not the one: a client sent its SYN there."),
                ],
                look="Which port above 1023 is the destination of a SYN?",
            ),
            Choice(
                "meant_for",
                service(called).short,
                choices=names,
                right="That is what the number is known for. Whether it is there, only it can say.",
                wrong=[
                    (name, f"{name} is known for another number. Ask of the one that was called.")
                    for name in names
                    if name != service(called).short
                ],
                look="Ask service(number).",
            ),
            Choice(
                "system_of_client",
                key,
                choices=SYSTEMS,
                right="One of its ports lies where only that system takes them from.",
                wrong=[
                    (name, "One of its ports lies where that system takes none from.")
                    for name in SYSTEMS
                    if name != key
                ],
                look="From where to where does each system take its clients' ports?",
            ),
        ],
        hints=[
            "Go by the first segment of each conversation: from where to where?",
            "Linux takes 32768 to 60999, Windows and macOS take 49152 to 65535.",
        ],
    )


def _port(one: Conversation, *, client: bool = False) -> int:
    return (one.client if client else one.server)[1] or 0
