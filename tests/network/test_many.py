"""What is sent to many: who gets it, who answers, and who must keep silent."""

import pytest

from portlab import Lab, Link, apps
from portlab.errors import AddressError, TimedOut
from portlab.network.many import DIRECTED
from portlab.network.network import Network
from portlab.packets import EVERYBODY, Packet, Reason, Segment
from tests.network.story import told


@pytest.fixture
def four(lab):
    return lab.hosts("asker", "one", "other", "silent")


BROADCASTS = pytest.mark.parametrize("address", [EVERYBODY, DIRECTED])


@BROADCASTS
def test_a_broadcast_reaches_whoever_has_the_port(lab, four, address):
    asker, *others = four
    listening = [host.udp(67) for host in others[:2]]
    asker.udp(68).send_to(b"anybody?", address, 67)
    assert [one.receive() for one in listening] == [(b"anybody?", ("10.0.0.1", 68))] * 2
    lab.run()
    assert told(lab.trace) == [f"0 ms asker > {address} udp 8"] * 3
    assert [record.cause for record in lab.trace] == [
        "copy for one",
        "copy for other",
        "copy for silent",
    ]
    assert len({record.packet.raw for record in lab.trace}) == 1


@BROADCASTS
def test_each_that_answers_does_so_from_its_own_address(lab, four, address):
    asker, *others = four
    for host in others[:2]:
        host.udp(7, apps.Echo())
    socket = asker.udp()
    socket.send_to(b"hello", address, 7)
    assert {socket.receive()[1] for _ in range(2)} == {("10.0.0.2", 7), ("10.0.0.3", 7)}


def test_nobody_says_port_unreachable_to_a_broadcast(lab, four):
    asker, *_ = four
    asker.udp().send_to(b"hello", EVERYBODY, 9)
    lab.run()
    assert [record.proto for record in lab.trace] == ["udp"] * 3


def test_a_socket_at_one_address_does_not_hear_it(lab, four):
    asker, one, *_ = four
    socket = one.udp(67, address="10.0.0.2")
    asker.udp().send_to(b"hello", EVERYBODY, 67)
    with pytest.raises(TimedOut):
        socket.receive()


def test_the_sender_does_not_hear_itself(lab, four):
    asker, *_ = four
    socket = asker.udp(67)
    socket.send_to(b"hello", EVERYBODY, 67)
    with pytest.raises(TimedOut):
        socket.receive()


def test_alone_in_a_network_nobody_is_reached(lab):
    lab.host("asker").udp().send_to(b"hello", EVERYBODY, 67)
    assert [(r.fate, r.cause) for r in lab.trace] == [("lost", "no other host is there")]


def test_each_copy_has_its_own_luck():
    with Lab(link=Link(loss=0.5), seed=3) as lab:
        sender, *others = lab.hosts("sender", *(f"host-{n}" for n in range(20)))
        listening = [host.udp(67) for host in others]
        sender.udp().send_to(b"hello", EVERYBODY, 67)
        lab.run()
        lost = {r.cause for r in lab.trace if r.fate == "lost"}
    assert 0 < len(lost) < len(listening)
    assert all(cause.endswith(": lost on the link") for cause in lost)


@pytest.mark.parametrize("group", ["224.0.0.251", "239.1.2.3", "ff02::fb"])
def test_a_group_is_heard_by_those_who_joined(lab, four, group):
    asker, one, other, silent = four
    joined, same_port = one.udp(5353), other.udp(5353)
    joined.join(group)
    other_group = silent.udp(5353)
    other_group.join("224.0.0.1")
    asker.udp().send_to(b"who is printer?", group, 5353)
    assert joined.receive()[0] == b"who is printer?"
    for socket in (same_port, other_group):
        with pytest.raises(TimedOut):
            socket.receive()


def test_one_who_joined_hears_what_is_sent_to_itself_as_well(lab, four):
    asker, one, *_ = four
    socket = one.udp(5353)
    socket.join("224.0.0.251")
    asker.udp().send_to(b"you", one, 5353)
    assert socket.receive()[0] == b"you"


@pytest.mark.parametrize("address", ["10.0.0.1", EVERYBODY, "fd00::1"])
def test_only_a_group_can_be_joined(four, address):
    with pytest.raises(AddressError, match="no group"):
        four[1].udp(5353).join(address)


@pytest.mark.parametrize("address", [EVERYBODY, DIRECTED, "224.0.0.251", "ff02::fb"])
def test_tcp_connects_to_one_host_and_not_to_many(lab, four, address):
    asker, one, *_ = four
    one.listen(80)
    with pytest.raises(AddressError, match="many hosts"):
        asker.connect(address, 80)
    assert len(lab.trace) == 0


def test_a_syn_to_many_is_dropped_without_a_word(lab, four):
    """RFC 9293 3.9.2.3, MUST-57: put on the wire by hand, since no host of ours would."""
    asker, one, *_ = four
    one.listen(80)
    network: Network = asker._network
    syn = Segment(50000, 80, seq=1, flags=0x02)
    packet = Packet.build("10.0.0.1", EVERYBODY, syn, reason=Reason(9293, "3.5", "By hand."))
    with network.acting():
        network.send(asker._stack, packet)
    lab.run()
    assert [record.flags for record in lab.trace] == ["SYN"] * 3


def test_a_ping_to_many_stays_without_an_answer(lab, four):
    with pytest.raises(TimedOut):
        four[0].ping(EVERYBODY)
    assert {record.dst for record in lab.trace} == {EVERYBODY}


@pytest.mark.parametrize("address", [EVERYBODY, "224.0.0.251"])
def test_real_sockets_do_not_send_to_many(address):
    with Lab("loopback") as lab, pytest.raises(AddressError, match="not this computer"):
        lab.host("client").udp().send_to(b"hello", address, 67)
