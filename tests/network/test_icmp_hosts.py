"""What a model host does with packets that are for no socket: ping, damage, ICMP errors."""

import pytest

from portlab import Lab
from portlab.errors import (
    ConnectError,
    ConnectionRefused,
    TimedOut,
)
from portlab.packets import IcmpMessage, Icmpv6Message, Packet
from portlab.packets.reason import Reason
from tests.network.story import what


def answered(server, client, lab, packet):
    """What the server's host says to one packet that somebody else made."""
    network = server._stack.network
    with network.acting():
        network.send(client._stack, packet)
    before = len(lab.trace)
    lab.run(1)
    return lab.trace[before:]


def test_ping(lab, pair):
    server, client = pair
    ping = IcmpMessage.echo(7, 1, b"are you there")
    (reply,) = answered(server, client, lab, Packet.build("10.0.0.2", "10.0.0.1", ping))
    assert (
        reply.packet.payload.encode()
        == IcmpMessage.echo(7, 1, b"are you there", reply=True).encode()
    )
    ping6 = Icmpv6Message.echo(7, 2, b"six")
    (reply,) = answered(server, client, lab, Packet.build("fd00::2", "fd00::1", ping6))
    assert (reply.packet.payload.type, reply.packet.payload.body) == (129, ping6.body)
    assert isinstance(reply.reason, Reason)


def test_a_damaged_packet_is_dropped_without_a_word(lab, pair):
    server, client = pair
    server.listen(80)
    with Lab(seed=1) as other:
        _, caller = other.hosts("server", "client")
        with pytest.raises(ConnectionRefused):
            caller.connect("10.0.0.1", 80)
        syn = other.trace[0].packet
    assert what(answered(server, client, lab, syn)) == ["SYN,ACK", "RST"]
    for at in (4, len(syn.raw) - 1):
        raw = bytearray(syn.raw)
        raw[at] ^= 0xFF
        assert not answered(server, client, lab, Packet(bytes(raw)))
    unknown = Packet.build("10.0.0.2", "10.0.0.1", b"?", protocol=99)
    assert not answered(server, client, lab, unknown)


def test_a_hard_icmp_error_ends_an_attempt_to_connect(lab, pair):
    _, client = pair
    with pytest.raises(ConnectError, match="ICMP"):
        _connect_and_answer_with(lab, client, IcmpMessage.unreachable)


def test_a_soft_icmp_error_does_not(lab, pair):
    _, client = pair
    with pytest.raises(TimedOut):
        _connect_and_answer_with(lab, client, lambda raw: IcmpMessage.unreachable(raw, 1))
    assert what(lab.trace).count("SYN") == 8


def _connect_and_answer_with(lab, client, message):
    """Somebody on the way answers each SYN with an ICMP message about it."""
    router = lab.host("router")
    stack = router._stack
    network = stack.network
    network._owners["192.0.2.1"] = stack
    hear = stack.receive

    def complain(packet, now):
        if packet.dst == "192.0.2.1":
            stack.send("10.0.0.3", packet.src, message(packet.raw), Reason(792, "", "No way."))
        else:
            hear(packet, now)

    stack.receive = complain
    client.connect("192.0.2.1", 80)
