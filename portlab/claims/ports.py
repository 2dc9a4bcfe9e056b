"""Claims about ports: who has one, how many conversations share one, and what has none."""

from dataclasses import dataclass

from portlab import apps
from portlab.apps import Address
from portlab.claims.trial import Claim, Finding, Trial, result_of
from portlab.host import Connection, Host, written
from portlab.lab import Lab
from portlab.trace.trace import Trace
from portlab.wording import count, listed


@dataclass(frozen=True, slots=True)
class Accepted:
    """The port of a listener, and both ends of what it accepted: its own, and the caller's."""

    port: int
    ends: tuple[tuple[Address, Address], ...]


def two_callers_of_one_port(lab: Lab) -> Accepted:
    server, client = lab.hosts("server", "client")
    listener = server.listen(_port(lab, 80))
    calls = [client.connect(server, listener.port) for _ in range(2)]
    taken = [listener.accept() for _ in calls]
    return Accepted(listener.port, tuple((one.local, one.peer) for one in taken))


def moved_to_another_port(trace: Trace) -> Finding:
    """Which port the server's ends have, as the connections say, and as packets do where seen."""
    found = result_of(trace, Accepted)
    lines = [f"The server listens on port {found.port}."]
    lines += [
        f"accept() gave a connection from {written(peer)} to {written(own)}: port {own[1]} again."
        if own[1] == found.port
        else f"accept() gave a connection from {written(peer)} to {written(own)}: another port."
        for own, peer in found.ends
    ]
    ports = {own[1] for own, _ in found.ends}
    answers = [record for record in trace if record.flags == "SYN,ACK"]
    if answers:
        ports |= {record.sport or 0 for record in answers}
        from_ports = listed(sorted({record.sport or 0 for record in answers}))
        lines.append(f"The server's answers in the trace come from port {from_ports}.")
    return Finding(ports != {found.port}, tuple(lines))


@dataclass(frozen=True, slots=True)
class Shared:
    """Connections open at the same time, as (own end, peer), and what came back on each."""

    ends: tuple[tuple[Address, Address], ...]
    echoes: tuple[bytes, ...]


WORDS = (b"one", b"two")


def one_port_to_two_services(lab: Lab) -> Shared:
    server, client = lab.hosts("server", "client")
    listeners = [server.listen(_port(lab, port), apps.Echo()) for port in (7, 8007)]
    first = client.connect(server, listeners[0].port)
    second = client.connect(server, listeners[1].port, source_port=first.local[1])
    both = (first, second)
    for one, word in zip(both, WORDS, strict=True):
        one.send(word)
    echoes = tuple(one.receive_until(word[-1:]) for one, word in zip(both, WORDS, strict=True))
    return Shared(tuple((one.local, one.peer) for one in both), echoes)


def one_connection_per_port(trace: Trace) -> Finding:
    """Whether every open connection had a port of its own, or words arrived at the wrong one."""
    found = result_of(trace, Shared)
    own = {local for local, _ in found.ends}
    works = found.echoes == WORDS
    lines = [f"{written(local)} is connected to {written(peer)}." for local, peer in found.ends]
    lines.append(
        f"The client used {count(len(own), 'port')} for {count(len(found.ends), 'connection')} "
        "that were open at the same time."
    )
    heard = "each heard its own word back" if works else "the words got mixed up"
    lines.append(f"A different word was sent on each: {heard}.")
    return Finding(len(own) == len(found.ends) or not works, tuple(lines))


def a_ping(lab: Lab) -> float:
    server, client = lab.hosts("server", "client")
    return client.ping(server)


def every_packet_has_a_port(trace: Trace) -> Finding:
    """Looks for ports in each packet."""
    lines = []
    without = 0
    for record in trace:
        packet = record.packet
        if packet is None:
            continue
        ports = f"ports {packet.sport} and {packet.dport}"
        if packet.sport is None and packet.dport is None:
            without += 1
            ports = "no port"
        lines.append(
            f"Packet {record.number}: {packet}. Its IP header says protocol {packet.ip.protocol}, "
            f"and there is {ports}."
        )
    return Finding(not without, tuple(lines))


PAGES = ("/", "/hello.txt")


@dataclass(frozen=True, slots=True)
class Tabs:
    """From which of the client's ports each tab, in order, got its page; `statuses` as answered."""

    ports: tuple[int, ...]
    statuses: tuple[str, ...]


def two_tabs(lab: Lab, *, connections: int = 1) -> Tabs:
    """Two pages fetched as a browser's two tabs would, over so many connections."""
    server, client = lab.hosts("server", "client")
    listener = server.listen(_port(lab, 80), apps.Http())
    open_ones = [client.connect(server, listener.port) for _ in range(connections)]
    used = [open_ones[tab % connections] for tab in range(len(PAGES))]
    statuses = tuple(_fetch(one, server, page) for one, page in zip(used, PAGES, strict=True))
    return Tabs(tuple(one.local[1] for one in used), statuses)


def a_port_for_every_tab(trace: Trace) -> Finding:
    """Whether the tabs had as many ports as there are tabs."""
    found = result_of(trace, Tabs)
    lines = [
        f"Tab {tab} asked for {page} from port {port}: {status}."
        for tab, (page, port, status) in enumerate(
            zip(PAGES, found.ports, found.statuses, strict=True), start=1
        )
    ]
    ports = len(set(found.ports))
    lines.append(f"That is {count(ports, 'port')} for {count(len(PAGES), 'tab')}.")
    return Finding(ports == len(PAGES), tuple(lines))


def _fetch(connection: Connection, server: Host, page: str) -> str:
    """The status line of a page, which is read to its end."""
    request = f"GET {page} HTTP/1.1\r\nHost: {server.name}\r\n\r\n"
    connection.send(request.encode())
    header = connection.receive_until(b"\r\n\r\n").decode()
    status, *fields = header.splitlines()
    sizes = [int(one.split(":")[1]) for one in fields if one.lower().startswith("content-length:")]
    rest = sum(sizes)
    while rest:
        rest -= len(connection.receive(rest))
    return status


def _port(lab: Lab, port: int) -> int:
    """A famous port where every host has all of them; one that is free on this computer."""
    return port if lab.world == "model" else 0


BOTH = ("model", "loopback")

CLAIMS = (
    Claim(
        8,
        "An accepted TCP connection moves to a new port of the server.",
        "false",
        "Every connection that a listener accepts keeps the listener's port. The callers' own "
        "addresses and ports tell the connections apart; accept() makes a new socket, not a new "
        "port.",
        "RFC 9293 section 3.4.1 (a connection is a pair of sockets); accept(2) of Linux",
        {world: Trial(two_callers_of_one_port, moved_to_another_port) for world in BOTH},
    ),
    Claim(
        9,
        "A client's port can carry only one connection at a time.",
        "false",
        "A connection is the whole of both ends: one port of a client may carry many, as long as "
        "the other ends differ. Whether a program may ask for that is the system's business.",
        "RFC 9293 section 3.4.1",
        {world: Trial(one_port_to_two_services, one_connection_per_port) for world in BOTH},
    ),
    Claim(
        39,
        "Every packet has a port; ping uses one too.",
        "false",
        "Ports belong to TCP and UDP and their like. A ping is ICMP, right behind the IP header: "
        "it asks the host, and an identifier tells it from other pings. Nor has any but the first "
        "fragment of a packet a port to show.",
        "RFC 792, Echo or Echo Reply Message; RFC 4443 section 4.1",
        {"model": Trial(a_ping, every_packet_has_a_port)},
        "most systems let no program but their own send a ping",
    ),
    Claim(
        43,
        "Every browser tab has a port of its own.",
        "false",
        "A port belongs to a connection, not to a tab. Tabs that show one site usually share one "
        "connection (HTTP/2), and one tab that shows many sites needs many. Here HTTP/1.1 does "
        "one page after the other; HTTP/2 mixes them.",
        "RFC 9113 section 9.1; RFC 9112 section 9.3",
        {world: Trial(two_tabs, a_port_for_every_tab) for world in BOTH},
    ),
)
