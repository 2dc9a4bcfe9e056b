"""Claims about calls that nobody answers, and what silence proves."""

from dataclasses import dataclass

from portlab.claims.trial import Claim, Finding, Trial, result_of
from portlab.errors import ConnectionRefused, TimedOut
from portlab.host import Host
from portlab.lab import Lab
from portlab.trace.trace import Trace

REFUSED, SILENT, CONNECTED = "refused", "no answer", "connected"
_PATIENCE = {"model": 60.0, "loopback": 0.5}
_MOST_CALLS = 8


@dataclass(frozen=True, slots=True)
class TwoCalls:
    """How a call to a closed port ended, and one to a port that is filtered."""

    closed: str
    filtered: str


def closed_and_filtered(lab: Lab) -> TwoCalls:
    server, client = lab.hosts("server", "client")
    server.listen(80)
    closed = _call(lab, client, server, 81)
    lab.link(client, server, loss=1)  # as a firewall does that drops what it does not want
    return TwoCalls(closed, _call(lab, client, server, 80))


def look_the_same(trace: Trace) -> Finding:
    """Whether the two calls ended alike, and whether the wire looked alike."""
    found = result_of(trace, TwoCalls)
    lines = []
    answered = {}
    for what, port, ended in (("closed", 81, found.closed), ("filtered", 80, found.filtered)):
        calls = sum(record.flags == "SYN" and record.dport == port for record in trace)
        resets = sum("RST" in (record.flags or "") and record.sport == port for record in trace)
        answered[what] = resets
        lines.append(
            f"Port {port} is {what}: SYNs sent {calls}, resets that came back {resets}. "
            f"connect() says: {ended}."
        )
    same = found.closed == found.filtered and answered["closed"] == answered["filtered"]
    return Finding(same, tuple(lines))


@dataclass(frozen=True, slots=True)
class Calls:
    """How calls to one port ended, one after the other, and whether it was listened on then."""

    listening: bool
    port: int
    ended: tuple[str, ...]


def a_full_queue(lab: Lab) -> Calls:
    """A program that listens, and accepts nobody; its queue has room for one."""
    server, client = lab.hosts("server", "client")
    listener = server.listen(80 if lab.world == "model" else 0, backlog=1)
    ended: list[str] = []
    while SILENT not in ended and len(ended) < _MOST_CALLS:
        ended.append(_call(lab, client, server, listener.port))
    listening = any(
        row.state == "LISTEN" and row.local[1] == listener.port for row in server.sockets()
    )
    return Calls(listening, listener.port, tuple(ended))


def silence_means_that_nobody_listens(trace: Trace) -> Finding:
    """The statement fails where a call gets no answer while a program listens."""
    found = result_of(trace, Calls)
    seen = "LISTEN" if found.listening else "nothing of it"
    lines = [
        f"A program listens on port {found.port}, and its queue of waiting connections is short.",
        *(f"Call {number}: {how}." for number, how in enumerate(found.ended, start=1)),
        f"The server's socket table says of port {found.port}: {seen}.",
    ]
    return Finding(not (found.listening and SILENT in found.ended), tuple(lines))


def _call(lab: Lab, client: Host, server: Host, port: int) -> str:
    """How one call ends; an answered one stays open."""
    try:
        client.connect(server, port, timeout=_PATIENCE[lab.world])
    except ConnectionRefused:
        return REFUSED
    except TimedOut:
        return SILENT
    return CONNECTED


CLAIMS = (
    Claim(
        28,
        "Closed and filtered look the same.",
        "false",
        "A closed port answers: a RST says at once that nobody listens. Of a filtered one nothing "
        "comes back, and the caller waits until its patience ends. (A firewall may also answer "
        "with ICMP or a RST of its own.)",
        "RFC 9293 section 3.5.2 (group 1) and section 3.8.3",
        {"model": Trial(closed_and_filtered, look_the_same)},
        "there is a wire on which something can be filtered",
    ),
    Claim(
        35,
        "A SYN without an answer proves that nothing listens there.",
        "false",
        "Where nothing listens a host normally says so, with a RST. Silence has other causes: the "
        "SYN or its answer was lost, a firewall drops it, the host is off, or a program does "
        "listen and its queue is full.",
        "RFC 9293 section 3.5.2 (group 1); listen(2) of Linux on a full queue",
        {
            "model": Trial(a_full_queue, silence_means_that_nobody_listens),
            "loopback": Trial(
                a_full_queue, silence_means_that_nobody_listens, platforms=("linux", "darwin")
            ),
        },
        "on Linux and macOS a full queue keeps silent, but elsewhere it may refuse the call, as "
        "on Windows (listen() of Windows Sockets)",
    ),
)
