"""Claims about what an error message says of the port behind which it arose."""

from collections.abc import Iterable
from dataclasses import dataclass

from portlab import apps
from portlab.apps.app import Action, Close, Data, Event, PeerClosed, Send
from portlab.claims.trial import Claim, Finding, Trial, result_of
from portlab.errors import CertificateError, TimedOut
from portlab.host import Host
from portlab.lab import Lab
from portlab.tools.tls import tls
from portlab.trace.trace import Trace

WRONG_NAME, BUSY, BLOCKED = 443, 80, 8443
CERTIFICATE, UNAVAILABLE, NOTHING = "a certificate error", "503 Service Unavailable", "nothing"


@dataclass(frozen=True, slots=True)
class Visit:
    """What a client was told that called a port."""

    port: int
    told: str


class Overloaded:
    """A web server that can do nothing for anybody just now (RFC 9110 15.6.4)."""

    name = "Overloaded"

    def session(self, local: apps.Address, peer: apps.Address) -> "Overloaded":
        return self

    def handle(self, event: Event) -> Iterable[Action]:
        if isinstance(event, Data):
            yield Send(f"HTTP/1.1 {UNAVAILABLE}\r\nContent-Length: 0\r\n\r\n".encode())
        elif isinstance(event, PeerClosed):
            yield Close()


def three_visits(lab: Lab) -> tuple[Visit, ...]:
    """To a server with another one's certificate, to an overloaded one, and to a blocked port."""
    server, client = lab.hosts("server", "client")
    lab.link(server, client, filtered=(BLOCKED,))
    authority = apps.Authority()
    locked = apps.Tls(apps.Http(), authority.certificate("another.example"))
    for port, app in ((WRONG_NAME, locked), (BUSY, Overloaded()), (BLOCKED, locked)):
        server.listen(port, app)
    return (
        _visit_over_tls(client, server, WRONG_NAME, authority),
        _visit(client, server, BUSY),
        _visit_over_tls(client, server, BLOCKED, authority),
    )


def _visit_over_tls(client: Host, server: Host, port: int, trusts: apps.Authority) -> Visit:
    try:
        connection = client.connect(server, port, timeout=5)
    except TimedOut:
        return Visit(port, NOTHING)
    try:
        tls(connection, trusts, "server").close()
    except CertificateError:
        return Visit(port, CERTIFICATE)
    return Visit(port, "nothing is wrong")


def _visit(client: Host, server: Host, port: int) -> Visit:
    with client.connect(server, port) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: server\r\n\r\n")
        line = connection.receive_until(b"\r\n").decode("ascii").strip()
        connection.receive_until(b"\r\n\r\n")
    return Visit(port, line.partition(" ")[2])


def an_error_means_a_blocked_port(trace: Trace) -> Finding:
    visits = result_of(trace, tuple)
    answered = {record.sport for record in trace if record.flags == "SYN,ACK"}
    lines = [
        f"Port {one.port}: the client is told {one.told}. "
        f"{'It was answered with SYN,ACK.' if one.port in answered else 'No segment came back.'}"
        for one in visits
    ]
    errors = {one.port for one in visits if one.told in (CERTIFICATE, UNAVAILABLE)}
    return Finding(bool(errors - answered), tuple(lines))


CLAIMS = (
    Claim(
        42,
        "A certificate error or an HTTP 503 can mean that the port is blocked.",
        "false",
        "A certificate comes over TLS, TLS over TCP, and a status of HTTP over both or the second: "
        "who sees one has got through the port. What is blocked brings silence or a refusal. Look "
        "at the certificate (whose is it? a box on the way may answer in the server's place), or "
        "at the program.",
        "RFC 8446 section 2; RFC 9110 section 15.6.4; RFC 9293 section 3.5",
        dict.fromkeys(("model", "kernel"), Trial(three_visits, an_error_means_a_blocked_port)),
        only_there="it takes a wire that blocks a port",
    ),
)
