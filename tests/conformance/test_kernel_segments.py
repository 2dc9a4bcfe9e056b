"""In every state every kind of segment arrives (RFC 9293 3.10.7): the model answers as Linux does.

After each, a second look: an empty segment just before the window, which a living connection
answers with where it stands and a dead one with RST. Where the two differ, `differences.py` says
how and why; a new difference fails, and so does one that has gone.
"""

from itertools import count

import pytest

from portlab.packets import ACK, FIN, PSH, RST, SYN, Packet
from portlab.tcp import Config, reset_for
from tests.conformance.differences import DIFFERENCES
from tests.conformance.test_kernel_first_packets import CLOSED_PORT
from tests.oracle.ends import LinuxEnd, ModelEnd
from tests.oracle.kernel_host import KernelHost
from tests.oracle.puppet import FAR, STATES, Puppet
from tests.requires import needs

needs("kernel")

# name: flags, seq and ack counted from where we stand, payload
ARRIVALS = {
    "SYN": (SYN, 0, 0, b""),
    "SYN before the window": (SYN, -10, 0, b""),
    "SYN beyond the window": (SYN, FAR, 0, b""),
    "SYN with data": (SYN, 0, 0, b"data"),
    "SYN,ACK": (SYN | ACK, 0, 0, b""),
    "SYN,ACK of something never sent": (SYN | ACK, 0, 100, b""),
    "SYN,FIN": (SYN | FIN, 0, 0, b""),
    "RST": (RST, 0, 0, b""),
    "RST,ACK": (RST | ACK, 0, 0, b""),
    "RST,ACK of something never sent": (RST | ACK, 0, 100, b""),
    "RST further into the window": (RST, 100, 0, b""),
    "RST before the window": (RST, -1, 0, b""),
    "RST beyond the window": (RST, FAR, 0, b""),
    "RST,SYN": (RST | SYN, 0, 0, b""),
    "ACK": (ACK, 0, 0, b""),
    "ACK of one more": (ACK, 0, 1, b""),
    "ACK of something never sent": (ACK, 0, 100, b""),
    "ACK of the past": (ACK, 0, -1, b""),
    "ACK of the far past": (ACK, 0, -FAR, b""),
    "data": (PSH | ACK, 0, 0, b"data"),
    "data with ACK of one more": (PSH | ACK, 0, 1, b"data"),
    "data with ACK of something never sent": (PSH | ACK, 0, 100, b"data"),
    "data with ACK of the far past": (PSH | ACK, 0, -FAR, b"data"),
    "data after a hole": (PSH | ACK, 4, 0, b"data"),
    "data that begins before the window": (PSH | ACK, -1, 0, b"data"),
    "data that was there before": (PSH | ACK, -1, 0, b"d"),
    "data beyond the window": (PSH | ACK, FAR, 0, b"data"),
    "data without ACK": (PSH, 0, 0, b"data"),
    "FIN": (FIN | ACK, 0, 0, b""),
    "FIN with ACK of one more": (FIN | ACK, 0, 1, b""),
    "FIN with data": (FIN | ACK, 0, 0, b"data"),
    "FIN after a hole": (FIN | ACK, 4, 0, b""),
    "FIN that was there before": (FIN | ACK, -1, 0, b""),
    "FIN beyond the window": (FIN | ACK, FAR, 0, b""),
    "FIN without ACK": (FIN, 0, 0, b""),
    "no flags": (0, 0, 0, b""),
}

SYSCTLS = {
    "net/ipv4/tcp_timestamps": 0,
    "net/ipv4/tcp_invalid_ratelimit": 0,  # answer every odd segment, not two a second
}


@pytest.fixture(scope="module")
def linux():
    """A maker of Linux ends on one host, each case with a port of its own."""
    with KernelHost("10.0.0.1", "10.0.0.2", address6=None, sysctls=SYSCTLS) as host:
        yield lambda: LinuxEnd(host)


def model():
    return ModelEnd("10.0.0.1", "10.0.0.2", config=Config(delayed_ack=False))


ports = count(2000)


def outcome(end, state, arrival):
    """What is heard at once, what the second look hears, and what the program is told."""
    flags, seq, ack, payload = ARRIVALS[arrival]
    port = next(ports)
    puppet = Puppet(end, port, port)
    STATES[state](puppet)
    heard = puppet.tell(flags, seq, ack, payload)
    if state == "LISTEN":
        puppet.ack = 1  # of its SYN, if it has sent one
    second = puppet.tell(ACK, -1)
    return heard, second, end.error, bytes(end.received), end.peer_closed


def summary(outcome):
    """`ACK, open`, or `nothing, gone, reset`."""
    heard, second, error, _received, _peer_closed = outcome
    said = " ".join(flags for flags, *_ in heard) or "nothing"
    there = "open" if [flags for flags, *_ in second] == ["ACK"] else "gone"
    return ", ".join([said, there, error] if error else [said, there])


@pytest.mark.parametrize("arrival", ARRIVALS)
@pytest.mark.parametrize("state", STATES)
def test_the_model_answers_as_linux_does(linux, state, arrival):
    theirs, ours = outcome(linux(), state, arrival), outcome(model(), state, arrival)
    if known := DIFFERENCES.get((state, arrival)):
        assert (summary(theirs), summary(ours)) == (known.linux, known.model), known.why
    else:
        assert ours == theirs


@pytest.mark.parametrize("kind", ["linux", "model"])
def test_nothing_past_the_offered_window_is_taken(linux, kind):
    """A byte at its right edge and a hole before it; then the hole is filled."""
    puppet = Puppet(linux() if kind == "linux" else model(), *[next(ports)] * 2)
    puppet.to_established()
    offered = puppet.window
    assert 1460 < offered <= 65_535
    puppet.tell(PSH | ACK, offered, 0, b"x")
    first = 0
    while first < offered:
        piece = bytes(min(1460, offered - first))
        (answer,) = puppet.tell(ACK, first, 0, piece)
        first += len(piece)
        assert answer == ("ACK", 1, 1 + first, 0)


def test_a_closed_port_of_the_model_answers_as_linux_does():
    with KernelHost("10.0.0.1", "10.0.0.2") as host:
        for name, (sent, _) in CLOSED_PORT.items():
            host.write(Packet.build("10.0.0.2", "10.0.0.1", sent).raw)
            theirs = Packet.decode(host.read(5)).payload
            ours, _reason = reset_for(sent)
            encoded = [one.encode("10.0.0.1", "10.0.0.2") for one in (ours, theirs)]
            assert encoded[0] == encoded[1], name
