"""Claims about ranges: who assigns numbers, who may listen on them, and what clients get."""

from dataclasses import dataclass

from portlab import apps
from portlab.claims.trial import Claim, Finding, Trial, result_of
from portlab.errors import ConnectionRefused, PortInUse, PortNotAllowed
from portlab.host import Connection, Host
from portlab.lab import Lab
from portlab.ports import DYNAMIC, SYSTEM, USER
from portlab.services import registry
from portlab.system import has_right_to_low_ports, low_ports, refused_without_rights
from portlab.trace.conversations import conversations
from portlab.trace.trace import Trace
from portlab.wording import count, listed

CALLS = 30
"""So many that a range of which less than half is dynamic does not hide by chance."""


def many_calls(lab: Lab) -> tuple[int, ...]:
    """The ports that the client's system chose for its ends.

    Each call goes to another service: to one and the same, systems count on from where they began
    (RFC 6056 section 3.3.3).
    """
    server, client = lab.hosts("server", "client")
    wanted = [0] * CALLS if lab.world == "loopback" else range(80, 80 + CALLS)
    listeners = [server.listen(port) for port in wanted]
    return tuple(client.connect(server, one.port).local[1] for one in listeners)


def all_are_dynamic(trace: Trace) -> Finding:
    ports = result_of(trace, tuple)
    inside = sum(port in DYNAMIC for port in ports)
    return Finding(
        inside == len(ports),
        (
            f"The client called {count(len(ports), 'service')}. Its system chose ports from "
            f"{min(ports)} to {max(ports)} for its own ends.",
            f"Of these, {inside} lie in {DYNAMIC.first} to {DYNAMIC.last}.",
        ),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking for a low port, and of calling it.

    `right`: whether the program had a right to low ports. `kept_below`: below which port its system
    keeps them for such programs, 1 if it keeps none. `refused_without`: whether a second program,
    which had given the right away, was refused the port; None where that was not tried.
    """

    port: int
    allowed: bool
    right: bool
    kept_below: int
    call: str
    refused_without: bool | None = None


def ask_for_a_low_port(lab: Lab) -> Asked:
    server, client = lab.hosts("server", "client")
    own = lab.world == "loopback"
    port, allowed = 80, True
    for port in range(SYSTEM.last, 0, -1) if own else (80,):
        try:
            server.listen(port)
        except PortNotAllowed:
            allowed = False
        except PortInUse:
            continue
        break
    try:
        client.connect(server, port)
        call = "connected"
    except ConnectionRefused:
        call = "nothing listens there"
    right, kept = (has_right_to_low_ports(), low_ports().first) if own else (False, 1)
    without = refused_without_rights(port) if own else None
    return Asked(port, allowed, right, kept, call, without)


def rights_were_needed(trace: Trace) -> Finding:
    """A refusal shows it, to this program or to one without the right that was tried as well.

    Where none was, what the system says of others has to do.
    """
    found = result_of(trace, Asked)
    who = "with a right to low ports" if found.right else "without special rights"
    got = "got it" if found.allowed else "was refused"
    keeps = "lets every program listen on every port"
    if found.kept_below > 1:
        keeps = f"keeps the ports below {found.kept_below} for programs with a right to them"
    elif trace.world == "model":
        keeps = "is portlab's model, which was built to ask nobody for a right, like Windows"
    others = found.right and found.port < found.kept_below
    tried: tuple[str, ...] = ()
    if found.refused_without is not None:
        others = found.refused_without
        met = "was refused" if others else "was not refused"
        tried = (f"Another program gave its rights away, asked for the same port, and {met}.",)
    return Finding(
        not found.allowed or others,
        (
            f"A program {who} asked for port {found.port}, and {got}.",
            *tried,
            f"Its system {keeps}.",
            f"A client called port {found.port}: {found.call}. It needed no right to call.",
        ),
    )


@dataclass(frozen=True, slots=True)
class Answered:
    """What a program on a famous port sent back to the same word."""

    port: int
    sent: bytes
    back: bytes


WORD = b"hello"


def echo_behind_443(lab: Lab) -> Answered:
    server, client = lab.hosts("server", "client")
    server.listen(443, apps.Echo())
    with client.connect(server, 443) as connection:
        return Answered(443, WORD, _back(connection))


def _back(connection: Connection) -> bytes:
    connection.send(WORD)
    return connection.receive_until(WORD[-1:])


def nothing_else_runs(trace: Trace) -> Finding:
    """Whether the port is out of reach for any but its own service: TLS never sends a word back."""
    found = result_of(trace, Answered)
    names = listed(registry().names_at(found.port))
    other = found.back == found.sent
    back = f"{found.back.decode()!r} came back" if found.back else "nothing came back"
    return Finding(
        not other,
        (
            f"The registry has {names} at port {found.port}.",
            f"The client sent {found.sent.decode()!r} there, and {back}: "
            f"{'that is Echo' if other else 'no Echo is there'}.",
        ),
    )


CALLED = (3306, 3389, 5432)


def calls_to_user_ports(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    for port in CALLED:
        server.listen(port)
        client.connect(server, port)


def nobody_assigned_them(trace: Trace) -> Finding:
    """What the registry has for the user ports that were called."""
    ports = {one.server[1] or 0 for one in conversations(trace)}
    called = sorted(port for port in ports if port in USER)
    names = {port: registry().names_at(port) for port in called}
    lines = [
        f"Port {port}, in {USER.first} to {USER.last}, is assigned to {listed(found)}."
        if found
        else f"Port {port}, in {USER.first} to {USER.last}, is assigned to nobody."
        for port, found in names.items()
    ]
    assigned = sum(number in USER for number in registry().numbers)
    lines.append(f"The registry has {assigned:,} of the {len(USER):,} user ports.")
    return Finding(not any(names.values()), tuple(lines))


def a_visit(lab: Lab, *, port: int = 80, source_port: int = 0) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(port, apps.Http())
    _fetch(client, server, port, source_port)


def _fetch(client: Host, server: Host, port: int, source_port: int) -> None:
    with client.connect(server, port, source_port=source_port) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n")
        connection.receive_all()


def each_is_unexplained(trace: Trace) -> Finding:
    """A high port is explained by who opened the conversation: a client's end is just that."""
    lines, unexplained, high = [], 0, 0
    for one in conversations(trace):
        for role, (_, port) in (("client", one.client), ("server", one.server)):
            if port in SYSTEM:
                continue
            high += 1
            if role == "client":
                lines.append(
                    f"Port {port} is the end that opened the conversation: a client's, chosen by "
                    "its own system."
                )
            else:
                unexplained += 1
                lines.append(f"Port {port} was called: ask what listens there.")
    lines.append(f"High ports in the capture: {high}, of which clients' own: {high - unexplained}.")
    return Finding(high > 0 and unexplained == high, tuple(lines))


def _on_linux_too(trial: Trial) -> dict[str, Trial]:
    return {
        "model": trial,
        "kernel": Trial(trial.experiment, trial.judge, platforms=("linux",)),
    }


_FAMOUS = "there a host has every port for itself, the famous ones too"

CLAIMS = (
    Claim(
        1,
        "Ephemeral ports are 49152 to 65535.",
        "depends",
        "That is the range which is never assigned, and what Windows, macOS and portlab's model "
        "take clients' ports from. Linux takes them from 32768 to 60999, and each system can be "
        "told another range.",
        "RFC 6335 section 6; RFC 6056 section 3.2; ip(7) of Linux, ip_local_port_range",
        _on_linux_too(Trial(many_calls, all_are_dynamic))
        | {"loopback": Trial(many_calls, all_are_dynamic)},
    ),
    Claim(
        2,
        "Listening on a port under 1024 needs administrator rights.",
        "depends",
        "It is a rule of some systems, not of TCP or UDP. Linux asks for a right by default, and "
        "can be told otherwise; macOS asks only where a program wants one address; Windows does "
        "not ask. To connect to such a port nobody needs a right.",
        'ip(7) of Linux; capabilities(7), CAP_NET_BIND_SERVICE; Linux, "IP Sysctl", '
        "ip_unprivileged_port_start",
        {world: Trial(ask_for_a_low_port, rights_were_needed) for world in ("model", "loopback")},
    ),
    Claim(
        32,
        "It is impossible to run anything else on a well-known port.",
        "false",
        "An assignment is an entry in a list. No host, router or line checks what speaks behind "
        "a number: who runs something else there only confuses people, and firewalls.",
        "RFC 7605 section 5; the note at the head of IANA's registry",
        _on_linux_too(Trial(echo_behind_443, nothing_else_runs)),
        _FAMOUS,
    ),
    Claim(
        33,
        "Registered ports are not assigned by anyone.",
        "false",
        "IANA assigns user ports, the registered ones, on request, as it does system ports; the "
        "way to get one is easier. Only dynamic ports are never assigned.",
        "RFC 6335 section 6 and section 8.1.2",
        {"model": Trial(calls_to_user_ports, nobody_assigned_them)},
        _FAMOUS,
    ),
    Claim(
        38,
        "Every high port in a capture is suspicious.",
        "false",
        "Each conversation of an ordinary client has one: its own end. What deserves a question "
        "is a high port that was called, and even that is often a service with a number in the "
        "registry.",
        "RFC 6335 section 6; RFC 6056 section 2.1",
        _on_linux_too(Trial(a_visit, each_is_unexplained)),
        _FAMOUS,
    ),
)
