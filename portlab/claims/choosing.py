"""Claims about UDP and TCP beside each other: what each is for, which wins, what tests say."""

from dataclasses import dataclass

from portlab import apps
from portlab.claims.trial import Claim, Finding, Trial, result_of
from portlab.errors import PortUnreachable, TimedOut
from portlab.host import Host
from portlab.lab import Lab
from portlab.tools.lookup import Answer, lookup
from portlab.trace.conversations import Conversation, conversations
from portlab.trace.cost import cost
from portlab.trace.trace import Trace
from portlab.wording import brief, count

NAME = "portlab.example"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a name server answered to one question over each; None where nothing came."""

    udp: Answer | None
    tcp: Answer | None


def a_question_over_both(lab: Lab) -> Answers:
    server, client = lab.hosts("server", "client")
    listener = server.listen(53 if lab.world == "model" else 0, apps.Dns())
    server.udp(listener.port, apps.Dns())
    return Answers(
        lookup(client, server, NAME, over="udp", port=listener.port),
        lookup(client, server, NAME, over="tcp", port=listener.port),
    )


def dns_is_udp_only(trace: Trace) -> Finding:
    """The statement says two things, and fails with the first: that nothing answers over TCP."""
    found = result_of(trace, Answers)
    lines = [
        f"The question for {NAME} over {over}: {_said(answer)}."
        for over, answer in (("UDP", found.udp), ("TCP", found.tcp))
    ]
    if found.udp and found.tcp:
        same = "the same" if found.udp.values == found.tcp.values else "not the same"
        lines.append(f"The two answers are {same}.")
    return Finding(found.tcp is None, tuple(lines))


def _said(answer: Answer | None) -> str:
    if answer is None:
        return "no answer"
    return f"{answer.status}, {', '.join(answer.values)}, in {count(answer.size, 'byte')}"


OUTAGE, RESOLVER_WAITS = 0.5, 5.0
"""Seconds for which the line is dead, and after which a resolver asks again (resolv.conf(5))."""


def two_races(lab: Lab) -> None:
    """The same small question over both: on a good line, and while it fails for a moment."""
    race(lab, "1", outage=0)
    race(lab, "2", outage=OUTAGE)


def race(lab: Lab, name: str, *, outage: float) -> None:
    """Ask over TCP and over UDP; each finds the line dead for the first `outage` seconds."""
    server, client = lab.hosts(f"server-{name}", f"client-{name}")
    server.listen(7, apps.Echo())
    server.udp(7, apps.Echo())
    lab.link(client, server, loss=1 if outage else 0)
    calling = client.start_connect(server, 7)
    _mend(lab, client, server, outage)
    with calling.finish() as connection:
        connection.send(b"hello")
        connection.receive_until(b"o")
    lab.link(client, server, loss=1 if outage else 0)
    with client.udp() as socket:
        socket.send_to(b"hello", server, 7)
        _mend(lab, client, server, outage)
        try:
            socket.receive(timeout=RESOLVER_WAITS - outage)
        except TimedOut:  # UDP repeats nothing: whoever asks has to, and has to decide when
            socket.send_to(b"hello", server, 7)
            lab.run()


def _mend(lab: Lab, client: Host, server: Host, outage: float) -> None:
    if outage:
        lab.run(outage)
        lab.link(client, server, loss=0)


def udp_wins_every_race(trace: Trace) -> Finding:
    """Each race is the two conversations of one pair of hosts; the earlier answer wins."""
    races: dict[frozenset[str], dict[str, Conversation]] = {}
    for one in conversations(trace):
        races.setdefault(frozenset((one.client[0], one.server[0])), {})[one.proto] = one
    lines, won = [], []
    for number, race in enumerate(races.values(), start=1):
        times = {proto: cost(one.trace) for proto, one in race.items()}
        lost = sum(one.lost for one in times.values())
        line = f"{count(lost, 'packet')} lost" if lost else "nothing lost"
        said = {
            proto: "never" if one.answered is None else f"after {brief(one.answered)}"
            for proto, one in times.items()
        }
        lines.append(
            f"Race {number}, {line}: the answer came over UDP {said['udp']}, over TCP "
            f"{said['tcp']}."
        )
        by_udp, by_tcp = (times[proto].answered for proto in ("udp", "tcp"))
        won.append(by_udp is not None and (by_tcp is None or by_udp < by_tcp))
    return Finding(all(won), tuple(lines))


@dataclass(frozen=True, slots=True)
class Tested:
    """What a test of a UDP port said, as `nc -vzu` tests: no error means success."""

    port: int
    succeeded: bool
    listening: bool


def a_filtered_port(lab: Lab) -> Tested:
    server, client = lab.hosts("server", "client")
    lab.link(client, server, loss=1)  # as a firewall does that drops what it does not want
    return udp_test(lab, client, server, 53)


def udp_test(lab: Lab, client: Host, server: Host, port: int) -> Tested:
    """Send a datagram, wait for an error, and call it success if none comes."""
    with client.udp() as socket:
        socket.connect(server, port)
        socket.send(b"")
        try:
            socket.receive(timeout=1)
        except PortUnreachable:
            succeeded = False
        except TimedOut:
            succeeded = True
        else:
            succeeded = True
    listening = any(row.proto == "udp" and row.local[1] == port for row in server.sockets())
    return Tested(port, succeeded, listening)


def success_means_that_something_listens(trace: Trace) -> Finding:
    found = result_of(trace, Tested)
    answers = sum(record.sport == found.port for record in trace)
    errors = sum(record.proto == "icmp" for record in trace)
    said = "succeeded" if found.succeeded else "failed"
    there = "has UDP port" if found.listening else "has no program on UDP port"
    return Finding(
        not found.succeeded or found.listening,
        (
            f"The test sent {count(len(trace) - answers - errors, 'datagram')} to UDP port "
            f"{found.port}, and heard {count(answers, 'answer')} and {count(errors, 'error')}: "
            f"{said}.",
            f"The server's socket table says: it {there} {found.port}"
            f"{' in use' if found.listening else ''}.",
        ),
    )


CLAIMS = (
    Claim(
        29,
        "DNS is UDP only; the web is TCP only.",
        "false",
        "A name server must be able to answer over both, and long answers need TCP. And HTTP/3 "
        "runs on QUIC, which runs on UDP. (Only the first half is run here: portlab speaks no "
        "QUIC.)",
        "RFC 7766 section 5; RFC 9114 section 3",
        {world: Trial(a_question_over_both, dns_is_udp_only) for world in ("model", "loopback")},
    ),
    Claim(
        36,
        "UDP is always faster than TCP.",
        "false",
        "Both travel on the same line at the same speed. UDP saves the round trip that opens a "
        "connection. But it repeats nothing, and the program that must notice a loss by itself "
        "often notices it later than TCP does.",
        "RFC 768; RFC 6298 section 2.1 (TCP's first wait); resolv.conf(5) of Linux (a resolver's)",
        {"model": Trial(two_races, udp_wins_every_race)},
        "only there can a line fail on purpose, and only there do times mean anything",
    ),
    Claim(
        40,
        "A successful UDP port test means something listens.",
        "false",
        "Such a test succeeds if no error comes back. None comes where a firewall drops the "
        "datagram, or the error, or where the host sends few of them. Only an answer of the "
        "program itself proves that it is there.",
        "RFC 1122 section 3.2.2.1 and section 4.1.3.1; RFC 1812 section 4.3.2.8 (errors are "
        "rationed)",
        {"model": Trial(a_filtered_port, success_means_that_something_listens)},
        "only there is a wire on which something can be filtered",
    ),
)
