"""Asking a name server, as a resolver does: over UDP first, over TCP where the answer is too long.

Names are those of `dig`: status, answer, and what carried it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from portlab.apps.dns import framed
from portlab.errors import ConnectionAborted, LabError, TimedOut
from portlab.host import Connection, Host, UdpSocket

PORT = 53
TIMEOUT = 5.0
TRIES = 2
"""Seconds for each try, and how many there are: what resolv.conf(5) of Linux says if nothing else
is set."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `values` as a zone file writes them, in the server's order.

    `status` is `NOERROR`, `NXDOMAIN` or another of RFC 1035 4.1.1. `over` is what carried it, and
    `truncated` whether an answer over UDP had to be left for one over TCP.
    """

    name: str
    kind: str
    status: str
    values: tuple[str, ...]
    over: str
    truncated: bool
    size: int

    def __str__(self) -> str:
        number = len(self.values)
        said = f"{number} answers" if number > 1 else self.values[0] if number else "no answer"
        return f"{self.name} {self.kind}: {self.status}, {said}, {self.size} bytes over {self.over}"


def lookup(
    client: Host,
    server: Host | str,
    name: str,
    kind: str = "A",
    *,
    over: Literal["udp", "tcp"] = "udp",
    port: int = PORT,
    timeout: float = TIMEOUT,
    tries: int = TRIES,
) -> Answer:
    """Let `client` ask `server` for records of `kind` of `name`.

    `over="udp"` goes on to TCP by itself when the answer is truncated (RFC 7766 section 5);
    `over="tcp"` begins there. Raises TimedOut when nothing has come in all `tries`,
    PortUnreachable or ConnectionRefused where no server is, ConnectionAborted when it closes before
    its answer is complete, LabError for a name or kind that is none.
    """
    question = _question(name, kind)
    if over == "tcp":
        return _over_tcp(client, server, port, question, timeout, truncated=False)
    if over != "udp":
        raise LabError(f"DNS goes over 'udp' or over 'tcp', and not over {over!r}.")
    with client.udp() as socket:
        socket.connect(server, port)
        # A resolver draws its ids by chance, so that an outsider has one more number to guess (RFC
        # 5452). Here it is the port's, so that the same seed gives the same bytes.
        question.header.id = socket.port
        raw, reply = _over_udp(socket, question, timeout, tries)
    if reply.header.tc:
        return _over_tcp(client, server, port, question, timeout, truncated=True)
    return _answer(question, reply, len(raw), "UDP", truncated=False)


def _over_udp(socket: UdpSocket, question: Any, timeout: float, tries: int) -> tuple[bytes, Any]:
    message = question.pack()
    for _ in range(tries):
        socket.send(message)
        try:
            return _matching(lambda: socket.receive(timeout=timeout)[0], question)
        except TimedOut:
            continue
    raise TimedOut(
        f"No answer to the question for {question.q.qname} in {tries} tries of {timeout:g} s. The "
        "question or the answer was lost each time, or nobody is there. UDP repeats nothing by "
        "itself."
    )


def _over_tcp(
    client: Host, server: Host | str, port: int, question: Any, timeout: float, truncated: bool
) -> Answer:
    with client.connect(server, port) as connection:
        if not question.header.id:
            question.header.id = connection.local[1]
        connection.send(framed(question.pack()))
        raw, reply = _matching(lambda: _message(connection, timeout), question)
    return _answer(question, reply, len(raw), "TCP", truncated)


def _message(connection: Connection, timeout: float) -> bytes:
    """One message off the stream, behind its length (RFC 1035 4.2.2)."""
    length = int.from_bytes(_exactly(connection, 2, timeout), "big")
    return _exactly(connection, length, timeout)


def _exactly(connection: Connection, number: int, timeout: float) -> bytes:
    come = b""
    while len(come) < number:
        more = connection.receive(number - len(come), timeout=timeout)
        if not more:
            raise ConnectionAborted(
                "The server closed the connection before its answer was complete. Ask again, or "
                "look at the program on that port: is it a name server?"
            )
        come += more
    return come


def _matching(receive: Callable[[], bytes], question: Any) -> tuple[bytes, Any]:
    """The next message that answers this very question (RFC 5452 section 9.1)."""
    from dnslib import DNSRecord

    while True:
        raw = receive()
        try:
            reply = DNSRecord.parse(raw)
        except Exception:  # dnslib raises many kinds for bytes that are no message
            continue
        same = reply.header.id == question.header.id and reply.questions == question.questions
        if reply.header.qr and same:
            return raw, reply


def _question(name: str, kind: str) -> Any:
    from dnslib import QTYPE, DNSHeader, DNSQuestion, DNSRecord

    try:
        number = getattr(QTYPE, kind)
        record = DNSRecord(DNSHeader(id=0, rd=1), q=DNSQuestion(name, number))
        record.pack()
    except Exception as error:  # dnslib raises many kinds here too
        raise LabError(
            f"{name!r} {kind!r} cannot be asked for. Give a name such as 'portlab.example', and a "
            "kind of record such as 'A', 'AAAA', 'MX' or 'TXT'."
        ) from error
    return record


def _answer(question: Any, reply: Any, size: int, over: str, truncated: bool) -> Answer:
    from dnslib import QTYPE, RCODE

    return Answer(
        str(question.q.qname).rstrip("."),
        str(QTYPE[question.q.qtype]),
        str(RCODE[reply.header.rcode]),
        tuple(str(record.rdata) for record in reply.rr),
        over,
        truncated,
        size,
    )
