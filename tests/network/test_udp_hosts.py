"""UDP between model hosts: what arrives, what does not, and who hears of it."""

import pytest

from portlab import Lab, Link, drop, run
from portlab.errors import (
    ConnectionClosed,
    LabError,
    PacketError,
    PortInUse,
    PortUnreachable,
    TimedOut,
)
from tests.network.story import told, what


def test_one_send_is_one_datagram(lab, pair):
    server, client = pair
    inbox, outbox = server.udp(53), client.udp()
    for data in (b"first", b"", b"third"):
        outbox.send_to(data, server, 53)
    sender = ("10.0.0.2", outbox.port)
    assert [inbox.receive() for _ in range(3)] == [
        (b"first", sender),
        (b"", sender),
        (b"third", sender),
    ]
    assert 49152 <= outbox.port <= 65535
    inbox.send_to(b"back", *sender)
    assert outbox.receive() == (b"back", ("10.0.0.1", 53))


def test_what_does_not_fit_is_lost_and_does_not_wait(pair):
    server, client = pair
    inbox, outbox = server.udp(53), client.udp()
    outbox.send_to(b"too long", server, 53)
    outbox.send_to(b"next", server, 53)
    assert inbox.receive(3)[0] == b"too"
    assert inbox.receive(3)[0] == b"nex"


@pytest.mark.parametrize(("address", "most"), [("10.0.0.1", 65_507), ("fd00::1", 65_527)])
def test_the_largest_datagram(pair, address, most):
    server, client = pair
    inbox, outbox = server.udp(9), client.udp()
    outbox.send_to(bytes(most), address, 9)
    assert len(inbox.receive()[0]) == most
    with pytest.raises(PacketError, match=f"{most} bytes"):
        outbox.send_to(bytes(most + 1), address, 9)


@pytest.mark.parametrize(("address", "sizes"), [(0, [1500, 1500, 68]), (1, [1496, 1496, 160])])
def test_a_datagram_longer_than_the_line_carries_travels_in_pieces(lab, pair, address, sizes):
    server, client = pair
    inbox, outbox = server.udp(9), client.udp()
    data = bytes(n % 251 for n in range(3000))
    outbox.send_to(data, server.addresses[address], 9)
    assert inbox.receive() == (data, (client.addresses[address], outbox.port))
    assert [len(record.packet) for record in lab.trace] == sizes
    assert [record.dport for record in lab.trace] == [9, None, None]


@pytest.mark.parametrize("lost", [1, 2, 3])
@pytest.mark.parametrize("address", [0, 1], ids=["IPv4", "IPv6"])
def test_one_lost_piece_loses_the_datagram(lost, address):
    def story(lab):
        server, client = lab.hosts("server", "client")
        inbox, outbox = server.udp(9), client.udp()
        outbox.send_to(bytes(3000), server.addresses[address], 9)
        outbox.send_to(b"next", server.addresses[address], 9)
        return inbox.receive()[0]

    assert run(story, faults=[drop(lost)]).result == b"next"


def test_pieces_of_two_datagrams_are_not_mixed_up(lab, pair):
    """The line lets later packets overtake; the identification tells whose a piece is."""
    server, client = pair
    lab.link(server, client, delay=0.01, reorder=0.5)
    inbox, outbox = server.udp(9), client.udp()
    sent = [bytes([number]) * 4000 for number in range(20)]
    for data in sent:
        outbox.send_to(data, server, 9)
    assert sorted(inbox.receive()[0] for _ in sent) == sent


@pytest.mark.parametrize("address", [0, 1], ids=["IPv4", "IPv6"])
def test_a_closed_port_is_heard_of_by_a_connected_socket(lab, pair, address):
    server, client = pair
    socket = client.udp()
    socket.connect(server.addresses[address], 9)
    socket.send(b"hello?")
    with pytest.raises(PortUnreachable, match="port unreachable"):
        socket.receive()
    version = "ICMPv6" if address else "ICMP"
    assert what(lab.trace) == ["udp", f"{version} port unreachable"]
    quoted = lab.trace[1].packet.quoted
    assert quoted.raw == lab.trace[0].packet.raw
    socket.send(b"once is enough")
    with pytest.raises(PortUnreachable):
        socket.receive()


def test_the_error_may_come_with_the_next_send(lab, pair):
    server, client = pair
    socket = client.udp()
    socket.connect(server, 9)
    socket.send(b"hello?")
    lab.run()
    with pytest.raises(PortUnreachable):
        socket.send(b"hello??")
    socket.send(b"told once, and no more")


def test_a_closed_port_is_not_heard_of_without_connect(lab, pair):
    server, client = pair
    socket = client.udp()
    socket.send_to(b"hello?", server, 9)
    with pytest.raises(TimedOut):
        socket.receive(timeout=1)
    assert what(lab.trace) == ["udp", "ICMP port unreachable"]


def test_connecting_sends_nothing_and_hears_only_the_peer(lab, pair):
    server, client = pair
    socket = client.udp(1000)
    socket.connect(server, 53)
    assert not lab.trace
    server.udp(54).send_to(b"from another port", client, 1000)
    server.udp(53).send_to(b"from the peer", client, 1000)
    assert socket.receive()[0] == b"from the peer"
    assert what(lab.trace) == ["udp", "udp", "ICMP port unreachable"]


def test_an_error_is_never_answered_with_an_error(lab, pair):
    server, client = pair
    network = server._stack.network
    client.udp(1).send_to(b"x", server, 2)
    lab.run()
    error = lab.trace[1].packet
    with network.acting():
        network.send(server._stack, error)
    lab.run()
    assert what(lab.trace) == ["udp", "ICMP port unreachable", "ICMP port unreachable"]


def test_several_on_one_port_at_several_addresses(pair):
    server, client = pair
    everywhere = server.udp(53, address="0.0.0.0")
    with pytest.raises(PortInUse):
        server.udp(53, address="10.0.0.1")
    everywhere.close()
    one, other = server.udp(53, address="10.0.0.1"), server.udp(53, address="127.0.0.1")
    client.udp().send_to(b"outside", server, 53)
    server.udp().send_to(b"inside", "127.0.0.1", 53)
    assert one.receive()[0] == b"outside"
    assert other.receive()[0] == b"inside"


def test_loss_reorder_and_duplicates_reach_the_program():
    with Lab(seed=4, link=Link(loss=0.2, reorder=0.2, duplicate=0.2)) as lab:
        server, client = lab.hosts("server", "client")
        inbox, outbox = server.udp(9), client.udp()
        for number in range(100):
            outbox.send_to(bytes([number]), server, 9)
            lab.run(0.005)
        lab.run()
        came = []
        while True:
            try:
                came.append(inbox.receive(timeout=0)[0][0])
            except TimedOut:
                break
        fates = [record.fate for record in lab.trace]
    arrived = sorted(
        (record.arrival, at, record.packet.payload.payload[0])
        for at, record in enumerate(lab.trace)
        if record.arrival is not None
    )
    assert came == [number for _, _, number in arrived]
    assert came != sorted(came)
    assert fates.count("lost") == 100 - len(set(came))
    assert fates.count("duplicate") == len(came) - len(set(came)) > 0


def test_a_closed_socket_gives_its_port_back(lab, pair):
    server, client = pair
    with server.udp(53) as socket:
        pass
    socket.close()
    with pytest.raises(ConnectionClosed):
        socket.send_to(b"x", client, 1)
    server.udp(53)


def test_used_wrongly(pair):
    _, client = pair
    socket = client.udp()
    with pytest.raises(LabError, match="no fixed peer"):
        socket.send(b"to whom?")
    with pytest.raises(PacketError, match="IPv6"):
        client.udp(address="10.0.0.2").send_to(b"x", "fd00::1", 9)
    with pytest.raises(LabError):
        socket.receive(-1)
    with pytest.raises(TimedOut):
        socket.receive(timeout=0)


def test_a_datagram_to_oneself(lab, pair):
    server, _ = pair
    socket = server.udp(7)
    socket.send_to(b"note", "127.0.0.1", 7)
    assert socket.receive() == (b"note", ("127.0.0.1", 7))
    assert told(lab.trace) == ["0 ms 127.0.0.1 > 127.0.0.1 udp 4"]
