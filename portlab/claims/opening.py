"""Claims about opening a connection: who may send when, who must be there, what is numbered."""

from dataclasses import dataclass
from itertools import pairwise

from portlab.claims.trial import Claim, Finding, Trial
from portlab.errors import PortlabError
from portlab.lab import Lab
from portlab.packets import SYN
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from portlab.wording import brief, count, listed


def data_right_after_the_handshake(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80).send(b"hello")


def waited_before_data(trace: Trace) -> Finding:
    """How long after its SYN the client sends data, measured in round trips of this run."""
    syn = _first(trace, "SYN")
    answer = _first(trace, "SYN,ACK")
    data = next(record for record in trace if record.src == syn.src and record.length)
    round_trip = (answer.arrival or answer.time) - syn.time
    waited = data.time - syn.time
    return Finding(
        2 * waited >= 3 * round_trip,
        (
            f"The client's SYN left at {brief(syn.time)}, and the server's answer was there at "
            f"{brief(syn.time + round_trip)}: one round trip.",
            f"The client's first data left at {brief(data.time)} (segment {data.number}), "
            f"{count(waited / round_trip, 'round trip')} after its SYN.",
        ),
    )


@dataclass(frozen=True, slots=True)
class Unaccepted:
    """What could be done before `accept` was called, and what was waiting when it was."""

    local: tuple[str, int]
    received: bytes


def nobody_accepts_at_first(lab: Lab) -> Unaccepted:
    server, client = lab.hosts("server", "client")
    listener = server.listen(80 if lab.world == "model" else 0)
    connection = client.connect(server, listener.port, timeout=5)
    connection.send(b"hello")
    received = listener.accept().receive_until(b"o")
    return Unaccepted(connection.local, received)


def connected_before_accept(trace: Trace) -> Finding:
    """The experiment gets beyond `connect` only if that needs no `accept`."""
    done = trace.result
    if not isinstance(done, Unaccepted):
        ended = type(trace.error).__name__ if trace.error else "nothing"
        return Finding(True, (f"connect() ended in {ended} while nobody called accept().",))
    seen = [
        "The server listened, and had not called accept(), when connect() returned at the client.",
        "The client sent 5 bytes at once; accept() was called only then.",
        f"It handed out a connection in which {len(done.received)} bytes were waiting already.",
    ]
    if trace.changes:
        open_ends = {change.host for change in trace.changes if change.new == "ESTABLISHED"}
        seen.insert(1, f"Both ends became ESTABLISHED by themselves: {listed(sorted(open_ends))}.")
    return Finding(False, tuple(seen))


def both_call_at_once(lab: Lab) -> bytes:
    anna, ben = lab.hosts("anna", "ben")
    calls = (
        anna.start_connect(ben, 5000, source_port=5000),
        ben.start_connect(anna, 5000, source_port=5000),
    )
    one, other = (call.finish() for call in calls)
    one.send(b"hello")
    return other.receive_until(b"o")


def somebody_listened(trace: Trace) -> Finding:
    """In a connection of client and server one side calls, and the other was in LISTEN."""
    callers = {record.src: record for record in trace if record.flags == "SYN"}
    listeners = {change.host for change in trace.changes if "LISTEN" in (change.old, change.new)}
    established = {change.host for change in trace.changes if change.new == "ESTABLISHED"}
    names = listed(sorted(trace.name_of(address or "?") for address in callers))
    return Finding(
        bool(listeners) or len(callers) < 2 or len(established) < 2,
        (
            f"Hosts that called, with a SYN that acknowledges nothing: {names}.",
            f"Hosts that were in LISTEN: {listed(sorted(listeners)) or 'none'}.",
            f"Hosts that are ESTABLISHED in the end: {listed(sorted(established))}.",
        ),
    )


def two_segments_of_500_bytes(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    listener = server.listen(80)
    connection = client.connect(server, 80)
    for _ in range(2):
        connection.send(bytes(500))
        lab.run()
    listener.accept()


def what_the_numbers_count(trace: Trace) -> Finding:
    """Where each side's numbers start, and by how much they grow from one segment to the next."""
    starts = [record for record in trace if record.segment and record.segment.flags & SYN]
    lines = [
        f"The numbers of {trace.name_of(record.src or '?')} start at {record.seq}."
        for record in starts
    ]
    at_zero = any(record.seq == 0 for record in starts)
    data = [record for record in trace if record.segment and record.length]
    steps = [
        (one, other, ((other.seq or 0) - (one.seq or 0)) % 2**32)
        for one, other in pairwise(data)
        if one.src == other.src
    ]
    lines += [
        f"Segment {one.number} carries {one.length} bytes; segment {other.number}, the next with "
        f"data, has a number that is {step} higher."
        for one, other, step in steps
    ]
    counts_packets = all(step == 1 for _, _, step in steps)
    return Finding(at_zero or counts_packets, tuple(lines))


def _first(trace: Trace, flags: str) -> Record:
    found = next((record for record in trace if record.flags == flags), None)
    if found is None:
        raise PortlabError(f"This run shows no {flags}, so the claim cannot be judged by it.")
    return found


CLAIMS = (
    Claim(
        4,
        "The client must wait one and a half round trips before it may send data.",
        "false",
        "One round trip is enough: with the SYN-ACK the client is ESTABLISHED, and its data may "
        "leave right behind the ACK, or in the same segment.",
        "RFC 9293 section 3.5 (figure 6) and section 3.10.7.3",
        {"model": Trial(data_right_after_the_handshake, waited_before_data)},
    ),
    Claim(
        10,
        "accept() performs the handshake.",
        "false",
        "The system's TCP performs the handshake as soon as somebody listens. accept() only hands "
        "a finished connection to the program.",
        "listen(2) and accept(2) of Linux; RFC 9293 section 3.10.7.2 (a SYN in LISTEN is answered "
        "without asking the program)",
        {
            world: Trial(nobody_accepts_at_first, connected_before_accept)
            for world in ("model", "loopback")
        },
    ),
    Claim(
        26,
        "TCP needs a client and a server.",
        "false",
        "Two hosts may call each other at the same moment (simultaneous open): nobody listens, "
        "and one connection comes about. It is rare, but every TCP must be able to do it.",
        "RFC 9293 section 3.5 (figure 7, MUST-10)",
        {"model": Trial(both_call_at_once, somebody_listened)},
        "on one computer two calls cannot cross",
    ),
    Claim(
        27,
        "Sequence numbers count packets, and start at 0.",
        "false",
        "They count bytes (and the SYN and the FIN, one each), and each side starts at a number "
        "that an outsider cannot guess. Wireshark and portlab's ladders show them from 0 to be "
        "read more easily.",
        "RFC 9293 section 3.4 and section 3.4.1",
        {"model": Trial(two_segments_of_500_bytes, what_the_numbers_count)},
    ),
)
