"""What only a world with a wire of its own can do; where it cannot be done, the host says why."""

from collections.abc import Callable

import pytest

from portlab import Lab
from portlab.errors import ConnectionRefused, LabError, PortError, TimedOut
from portlab.host import Host

CANNOT = {"loopback"}
"""The worlds in which one computer is both ends, and the system keeps ICMP for itself."""


@pytest.fixture
def able(world: str) -> bool:
    return world not in CANNOT


def test_a_call_is_begun_here_and_finished_there(able: bool, server: Host, client: Host) -> None:
    if not able:
        _says_no(lambda: client.start_connect(server, 9))
        return
    listener = server.listen()
    opening = client.start_connect(server, listener.port)
    near = opening.finish()
    assert opening.finish() is near
    near.send(b"hello")
    assert listener.accept().receive_until(b"o") == b"hello"


def test_two_who_call_each_other_at_once_meet(able: bool, server: Host, client: Host) -> None:
    if not able:
        _says_no(lambda: client.start_connect(server, 5000, source_port=5000))
        return
    one = server.start_connect(client, 5000, source_port=5000)
    other = client.start_connect(server, 5000, source_port=5000)
    here, there = one.finish(), other.finish()
    assert (here.local, here.peer) == (there.peer, there.local)
    there.send(b"nobody listened")
    assert here.receive_until(b"ned") == b"nobody listened"


def test_a_call_that_fails_says_so_when_it_is_finished(
    able: bool, server: Host, client: Host
) -> None:
    if not able:
        _says_no(lambda: client.start_connect(server, 9))
        return
    opening = client.start_connect(server, 9)
    with pytest.raises(ConnectionRefused):
        opening.finish()
    with pytest.raises(PortError):
        client.start_connect(server, 65_536)


def test_a_ping_is_answered(able: bool, lab: Lab, server: Host, client: Host, address: str) -> None:
    if not able:
        _says_no(lambda: client.ping(address))
        return
    assert 0 < client.ping(address, data=b"are you there?") < 1
    assert [(record.sport, record.dport) for record in lab.trace] == [(None, None)] * 2
    with pytest.raises(TimedOut):
        client.ping("192.0.2.1", timeout=0.5)


def _says_no(call: Callable[[], object]) -> None:
    """It cannot be done, and the message says where it can."""
    with pytest.raises(LabError, match="world='model'"):
        call()
