"""Runs in which the statements of tutorials do hold, to try whether the judges can tell.

Where a statement depends on the system, they are runs in which it holds, and others in which not.

Each is what a learner may have seen, and taken for a rule.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from portlab import Lab, apps, lookup, run
from portlab.claims import CLAIMS
from portlab.claims.asking import SECRET, Answerer, two_languages
from portlab.claims.choosing import NAME, Answers, Tested, race, udp_test
from portlab.claims.ports import Shared, two_tabs
from portlab.claims.ranges import Answered, Asked, a_visit
from portlab.claims.remote import Heard, at_two_servers, from_port
from portlab.claims.silence import REFUSED, SILENT, Calls, TwoCalls
from portlab.claims.symptoms import CERTIFICATE, WRONG_NAME, Visit
from portlab.errors import TimedOut
from portlab.services import registry
from portlab.trace.record import Record
from portlab.trace.trace import Trace


def a_client_that_waits(lab: Lab) -> None:
    """4: it takes its time before it sends, though it need not."""
    server, client = lab.hosts("server", "client")
    server.listen(80)
    connection = client.connect(server, 80)
    lab.run(0.01)
    connection.send(b"hello")


def a_port_for_each_connection(lab: Lab) -> Shared:
    """9: two connections, and the system chose a port for each."""
    server, client = lab.hosts("server", "client")
    server.listen(7, apps.Echo())
    both = [client.connect(server, 7) for _ in range(2)]
    for one, word in zip(both, (b"one", b"two"), strict=True):
        one.send(word)
    echoes = tuple(one.receive_until(word) for one, word in zip(both, (b"e", b"o"), strict=True))
    return Shared(tuple((one.local, one.peer) for one in both), echoes)


def a_server_that_cannot_be_connected_to(lab: Lab) -> None:
    """10: connect() does not come back before somebody accepts, and nobody does."""
    server, client = lab.hosts("server", "client")
    listener = server.listen(80, backlog=1)
    client.connect(server, 80)
    client.connect(server, 80, timeout=5)
    listener.accept()


def a_client_and_a_server(lab: Lab) -> None:
    """26: one calls, the other listens."""
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80)


def segments_of_one_byte(lab: Lab) -> None:
    """27: numbers grow by one with each segment, so they might be counting packets."""
    server, client = lab.hosts("server", "client")
    server.listen(80)
    connection = client.connect(server, 80)
    for _ in range(3):
        connection.send(b"x")
        lab.run()


def two_that_are_silent(lab: Lab) -> TwoCalls:
    """28: what is taken for closed is filtered as well."""
    server, client = lab.hosts("server", "client")
    server.listen(80)
    lab.link(client, server, loss=1)
    for port in (81, 80):
        client.start_connect(server, port)
    lab.run(60)
    return TwoCalls(SILENT, SILENT)


def a_server_on_udp_alone(lab: Lab) -> Answers:
    """29: a name server whose owner has closed TCP 53, as some do."""
    server, client = lab.hosts("server", "client")
    server.udp(53, apps.Dns())
    return Answers(lookup(client, server, NAME), None)


def a_good_line(lab: Lab) -> None:
    """36: nothing is lost, and UDP saves a round trip each time."""
    for name in ("1", "2"):
        race(lab, name, outage=0)


def a_port_that_answers(lab: Lab) -> Tested:
    """40: the test succeeds, and a program is there."""
    server, client = lab.hosts("server", "client")
    server.udp(53, apps.Echo())
    return udp_test(lab, client, server, 53)


def a_port_that_is_closed(lab: Lab) -> Tested:
    """40: nothing listens, and the test says so."""
    server, client = lab.hosts("server", "client")
    return udp_test(lab, client, server, 53)


def telnet_on_both_ports(lab: Lab) -> Heard:
    """34: somebody has put the same terminal behind 22, and an SSH greeting before it."""

    class Both(apps.Telnet):
        def session(self, local: apps.Address, peer: apps.Address) -> apps.Session:
            return _Greeting(super().session(local, peer))

    return at_two_servers(lab, Both(), Both())


class _Greeting:
    """A terminal that says first which SSH it would speak."""

    def __init__(self, inside: apps.Session) -> None:
        self._inside = inside

    def handle(self, event: apps.Event) -> Iterable[apps.Action]:
        if isinstance(event, apps.Opened):
            yield apps.Send(b"SSH-2.0-terminal\r\n")
        yield from self._inside.handle(event)


def ftp_behind_20(lab: Lab) -> bytes:
    """41: whoever runs the server has put it there."""
    return from_port(lab, 20)


def silence_where_nobody_listens(lab: Lab) -> Calls:
    """35: no answer, and indeed nobody listens."""
    lab.hosts("server", "client")
    return Calls(False, 80, (SILENT,))


def an_answer_each_time(lab: Lab) -> Calls:
    """35: a program listens, but no call stayed without an answer."""
    lab.hosts("server", "client")
    return Calls(True, 80, ("connected", REFUSED))


def only_handshakes(lab: Lab) -> None:
    """39: every packet that passes has ports."""
    a_client_and_a_server(lab)


def a_connection_for_each_tab(lab: Lab) -> object:
    """43: as browsers did, and still do for different sites."""
    return two_tabs(lab, connections=2)


def a_warning_where_nobody_answered(lab: Lab) -> tuple[Visit, ...]:
    """42: as a page reads that says of every failure that the site is not safe."""
    server, client = lab.hosts("server", "client")
    lab.link(server, client, filtered=(WRONG_NAME,))
    with suppress(TimedOut):
        client.connect(server, WRONG_NAME, timeout=1)
    return (Visit(WRONG_NAME, CERTIFICATE),)


def as_linux_chooses(lab: Lab) -> tuple[int, ...]:
    """1: the client's ports are taken from 32768 on, and half of them are not dynamic."""
    server, client = lab.hosts("server", "client")
    server.listen(80)
    ports = (33000, 40000, 47000, 54000)
    return tuple(client.connect(server, 80, source_port=port).local[1] for port in ports)


def refused_to_whoever_has_no_right(lab: Lab) -> Asked:
    """2: as an ordinary user of Linux is."""
    a_client_and_a_server(lab)
    return Asked(80, allowed=False, right=False, kept_below=1024, call="nothing listens there")


def allowed_to_root(lab: Lab) -> Asked:
    """2: root got it, and nobody else would have."""
    a_client_and_a_server(lab)
    return Asked(80, allowed=True, right=True, kept_below=1024, call="connected")


def allowed_to_root_and_to_all(lab: Lab) -> Asked:
    """2: root got it, and so would have others."""
    a_client_and_a_server(lab)
    return Asked(80, allowed=True, right=True, kept_below=1, call="connected")


def refused_to_another(lab: Lab) -> Asked:
    """2: root got it, and a program without its rights was seen to be refused."""
    return replace(allowed_to_root_and_to_all(lab), refused_without=True)


def refused_to_nobody(lab: Lab) -> Asked:
    """2: the system states a rule, and what was tried shows that it does not keep to it."""
    return replace(allowed_to_root(lab), refused_without=False)


def only_tls_behind_443(lab: Lab) -> Answered:
    """32: whoever says hello to a server of TLS gets an alert, and no echo."""
    a_client_and_a_server(lab)
    return Answered(443, b"hello", b"")


def the_service_that_is_expected(lab: Lab) -> Answerer:
    """30: the program that the catalogue names is there."""
    return two_languages(lab, apps.Tacacs(SECRET, {}))


def calls_to_unassigned_ports(lab: Lab) -> None:
    """33: as if the registry were empty between 1024 and 49151, which is true of most of it."""
    server, client = lab.hosts("server", "client")
    free = sorted(set(range(1024, 49152)) - registry().numbers)[:3]
    for port in free:
        server.listen(port)
        client.connect(server, port)


def a_door_nobody_knows_of(lab: Lab) -> None:
    """38: the only high port is one that was called, from a low one."""
    a_visit(lab, port=54321, source_port=1000)


def moved(trace: Trace) -> Trace:
    """8: what was accepted, had it gone to a port of its own."""
    accepted = trace.result
    moved_ends = tuple(((own[0], own[1] + 1), peer) for own, peer in accepted.ends)
    trace.result = replace(accepted, ends=moved_ends)
    return trace


def counted_from_zero(trace: Trace) -> Trace:
    """27: the same segments, had both sides begun at 0."""
    starts: dict[str, int] = {}
    changed = []
    for record in trace:
        start = starts.setdefault(record.src or "", record.seq or 0)
        changed.append(_renumbered(record, start))
    return trace.with_records(changed)


def _renumbered(record: Record, start: int) -> Record:
    from portlab.packets import Packet

    assert record.packet is not None
    assert record.segment is not None
    segment = replace(record.segment, seq=record.segment.seq - start, checksum=None)
    return replace(record, packet=Packet.build(record.packet.src, record.packet.dst, segment))


@dataclass(frozen=True)
class CounterExample:
    number: int
    experiment: Callable[[Lab], object] | None = None
    change: Callable[[Trace], Trace] | None = None
    holds: bool = True

    @property
    def name(self) -> str:
        return f"{self.number}-{(self.experiment or self.change).__name__}"

    def trace(self) -> Trace:
        experiment = self.experiment or CLAIMS[self.number].trials["model"].experiment
        trace = run(experiment, seed=1)
        return self.change(trace) if self.change else trace


COUNTER_EXAMPLES = [
    CounterExample(1, as_linux_chooses, holds=False),
    CounterExample(2, refused_to_whoever_has_no_right),
    CounterExample(2, allowed_to_root),
    CounterExample(2, allowed_to_root_and_to_all, holds=False),
    CounterExample(2, refused_to_another),
    CounterExample(2, refused_to_nobody, holds=False),
    CounterExample(30, the_service_that_is_expected),
    CounterExample(32, only_tls_behind_443),
    CounterExample(33, calls_to_unassigned_ports),
    CounterExample(38, a_door_nobody_knows_of),
    CounterExample(4, a_client_that_waits),
    CounterExample(8, change=moved),
    CounterExample(9, a_port_for_each_connection),
    CounterExample(10, a_server_that_cannot_be_connected_to),
    CounterExample(26, a_client_and_a_server),
    CounterExample(27, segments_of_one_byte),
    CounterExample(27, change=counted_from_zero),
    CounterExample(28, two_that_are_silent),
    CounterExample(29, a_server_on_udp_alone),
    CounterExample(36, a_good_line),
    CounterExample(40, a_port_that_answers),
    CounterExample(40, a_port_that_is_closed),
    CounterExample(34, telnet_on_both_ports),
    CounterExample(41, ftp_behind_20),
    CounterExample(35, silence_where_nobody_listens),
    CounterExample(35, an_answer_each_time),
    CounterExample(39, only_handshakes),
    CounterExample(42, a_warning_where_nobody_answered),
    CounterExample(43, a_connection_for_each_tab),
]
