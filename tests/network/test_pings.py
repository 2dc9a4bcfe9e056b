"""A host asks another whether it is there, and no port is named (RFC 792; RFC 4443 4)."""

import pytest

from portlab.errors import AddressError, LabError, PacketError, TimedOut
from portlab.packets import IcmpMessage, Reason
from tests.network.story import told

FORGED = Reason(792, "Echo or Echo Reply Message", "Forged.")


def test_a_ping_takes_a_round_trip(lab, pair):
    server, client = pair
    assert client.ping(server, data=b"hello") == 0.02
    assert told(lab.trace) == [
        "0 ms client > server ICMP echo request id 1 seq 1",
        "10 ms server > client ICMP echo reply id 1 seq 1",
    ]
    request, reply = (record.packet.payload for record in lab.trace)
    assert request.body == reply.body
    assert request.body.endswith(b"hello")
    assert [record.packet.ip.protocol for record in lab.trace] == [1, 1]
    assert all(record.why for record in lab.trace)


def test_ipv6_has_its_own_ping(lab, pair):
    _, client = pair
    assert client.ping("fd00::1") == 0.02
    assert told(lab.trace) == [
        "0 ms client > server ICMPv6 echo request id 1 seq 1",
        "10 ms server > client ICMPv6 echo reply id 1 seq 1",
    ]
    assert [record.packet.ip.protocol for record in lab.trace] == [58, 58]


def test_a_host_answers_itself(lab, pair):
    server, _ = pair
    for address in (server, "127.0.0.1", "::1"):
        assert 0 < server.ping(address) < 0.001


def test_each_ping_has_an_identifier_of_its_own(lab, pair):
    server, client = pair
    client.ping(server)
    lab.link(client, server, delay=2)
    with pytest.raises(TimedOut, match="says nothing of any port"):
        client.ping(server)
    lab.link(client, server, delay=0.01)
    assert client.ping(server) == 0.02
    lab.run()  # the late answer of the second finds nobody who waits
    identifiers = [record.packet.payload.identifier for record in lab.trace]
    assert sorted(identifiers) == [1, 1, 2, 2, 3, 3]


def test_an_answer_of_somebody_else_is_none(lab, pair):
    server, client = pair
    other = lab.host("other")
    lab.link(client, server, loss=1)
    forged = IcmpMessage.echo(1, 1, b"portlab", reply=True)
    other._stack.send(other.addresses[0], client.addresses[0], forged, FORGED)
    with pytest.raises(TimedOut):
        client.ping(server)


def test_who_is_not_there_does_not_answer(lab, pair):
    _, client = pair
    for timeout, said in ((1.0, "in 1 s"), (0, "in 0 s"), (None, "ever")):
        with pytest.raises(TimedOut, match=rf"192\.0\.2\.1 to a ping of client {said}: the host"):
            client.ping("192.0.2.1", timeout=timeout)


def test_what_cannot_be_sent(lab, pair):
    server, client = pair
    with pytest.raises(PacketError):
        client.ping(server, data="text")
    with pytest.raises(PacketError):
        client.ping(server, data=bytes(65_508))
    with pytest.raises(LabError):
        client.ping(server, timeout=-1)
    with pytest.raises(AddressError):
        client.ping("nobody")
    assert not lab.trace
