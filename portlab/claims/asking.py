"""Claims about what answers on a port, and what its number says about that."""

from dataclasses import dataclass

from portlab import apps
from portlab.apps import tacacs
from portlab.claims.trial import Claim, Finding, Trial, result_of
from portlab.errors import PortlabError
from portlab.host import Host
from portlab.lab import Lab
from portlab.services import service
from portlab.trace.trace import Trace

NUMBER = 49
SECRET = "shared"
REQUEST = b"GET / HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answerer:
    """What stands in the catalogue under a port, and who answered there in whose language."""

    port: int
    by_number: str
    answered: frozenset[str]


def two_languages(lab: Lab, app: apps.App | None = None) -> Answerer:
    """Speak TACACS+ and HTTP to TCP port 49 of a server, and see who is understood."""
    server, client = lab.hosts("server", "client")
    server.listen(NUMBER, apps.Http() if app is None else app)
    login = tacacs.sign_in("somebody", "something", SECRET, session_id=1)
    said = {
        service(NUMBER, "tcp").short: tacacs.reply_status(_said(client, server, login), SECRET),
        "HTTP": _said(client, server, REQUEST).startswith(b"HTTP/1.1 200") or None,
    }
    understood = frozenset(name for name, answer in said.items() if answer is not None)
    return Answerer(NUMBER, service(NUMBER, "tcp").short, understood)


def _said(client: Host, server: Host, question: bytes) -> bytes:
    """All that comes back to a question on the port."""
    try:
        with client.connect(server, NUMBER) as connection:
            connection.send(question)
            connection.shutdown()
            return connection.receive_all()
    except PortlabError:
        return b""


def the_number_proves_the_service(trace: Trace) -> Finding:
    found = result_of(trace, Answerer)
    lines = [
        f"The catalogue has {found.by_number} under TCP port {found.port}. The port is open.",
        *(
            f"Asked in the language of {name}, the program behind it "
            f"{'answers in the same' if name in found.answered else 'does not understand'}."
            for name in (found.by_number, "HTTP")
        ),
    ]
    return Finding(found.answered == {found.by_number}, tuple(lines))


CLAIMS = (
    Claim(
        30,
        "The port number proves which service is behind it.",
        "false",
        "The number says what is to be expected. Whoever runs the host decides what listens there, "
        "and what listens may pass the connection on to something else. To know, ask the service "
        "in its own language.",
        "the note at the head of IANA's registry; RFC 7605 section 5",
        dict.fromkeys(("model", "kernel"), Trial(two_languages, the_number_proves_the_service)),
        only_there="elsewhere port 49 may be kept for administrators",
    ),
)
