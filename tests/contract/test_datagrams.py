"""UDP: whole datagrams or none, and no promise that they arrive."""

import pytest

from portlab import apps
from portlab.errors import (
    ConnectionClosed,
    LabError,
    PacketError,
    PortUnreachable,
    TimedOut,
)
from portlab.host import Host
from tests.requires import needs


def test_an_echo_comes_back_from_where_it_was_sent(
    server: Host, client: Host, address: str
) -> None:
    own = next(one for one in client.addresses if (":" in one) == (":" in address))
    echo = server.udp(app=apps.Echo(), address=address)
    with client.udp(address=own) as socket:
        socket.send_to(b"hello", address, echo.port)
        assert socket.receive() == (b"hello", (address, echo.port))


def test_datagrams_keep_their_boundaries(server: Host, client: Host) -> None:
    far = server.udp()
    with client.udp() as near:
        for data in (b"one", b"", b"three"):
            near.send_to(data, server, far.port)
    received = [far.receive() for _ in range(3)]
    assert [data for data, _ in received] == [b"one", b"", b"three"]
    assert {source[1] for _, source in received} == {near.port}


def test_an_empty_datagram_is_answered_with_one(server: Host, client: Host) -> None:
    echo = server.udp(app=apps.Echo())
    with client.udp() as socket:
        socket.send_to(b"", server, echo.port)
        assert socket.receive()[0] == b""


def test_what_does_not_fit_is_lost(server: Host, client: Host) -> None:
    far = server.udp()
    with client.udp() as near:
        near.send_to(b"abcdef", server, far.port)
        near.send_to(b"next", server, far.port)
    assert far.receive(4)[0] == b"abcd"
    assert far.receive(4)[0] == b"next"


@pytest.mark.parametrize(("version", "most"), [("IPv4", 65_507), ("IPv6", 65_527)])
def test_the_largest_datagram(server: Host, client: Host, version: str, most: int) -> None:
    own = [
        [one for one in host.addresses if (":" in one) == (version == "IPv6")]
        for host in (server, client)
    ]
    if not all(own):
        needs("ipv6")
    far, near = server.udp(address=own[0][0]), client.udp(address=own[1][0])
    near.send_to(bytes(most), own[0][0], far.port)
    assert far.receive()[0] == bytes(most)
    with pytest.raises(PacketError, match=f"{most}|{most:,}"):
        near.send_to(bytes(most + 1), own[0][0], far.port)


def test_nobody_writes(client: Host) -> None:
    with client.udp() as socket, pytest.raises(TimedOut):
        socket.receive(timeout=0.05)


def test_a_connected_socket_hears_that_nobody_listens(server: Host, client: Host) -> None:
    gone = server.udp()
    gone.close()
    with client.udp() as socket:
        socket.connect(server, gone.port)
        socket.send(b"anybody?")
        with pytest.raises(PortUnreachable):
            socket.receive(timeout=2.0)


def test_an_unconnected_socket_hears_nothing(server: Host, client: Host) -> None:
    gone = server.udp()
    gone.close()
    with client.udp() as socket:
        socket.send_to(b"anybody?", server, gone.port)
        with pytest.raises(TimedOut):
            socket.receive(timeout=0.2)


def test_a_connected_socket_hears_its_peer_only(server: Host, client: Host) -> None:
    peer, stranger = server.udp(), server.udp()
    with client.udp() as socket:
        socket.connect(server, peer.port)
        stranger.send_to(b"psst", client, socket.port)
        peer.send_to(b"hello", client, socket.port)
        assert socket.receive()[0] == b"hello"


def test_send_needs_a_peer(client: Host) -> None:
    with client.udp() as socket, pytest.raises(LabError):
        socket.send(b"to whom?")


def test_a_closed_socket_is_closed(server: Host, client: Host) -> None:
    socket = client.udp()
    socket.close()
    socket.close()
    for call in (
        lambda: socket.send_to(b"", server, 9),
        lambda: socket.connect(server, 9),
        lambda: socket.receive(timeout=0.05),
    ):
        with pytest.raises(ConnectionClosed):
            call()


def test_a_closed_sockets_port_is_free_again(client: Host) -> None:
    with client.udp() as socket:
        port = socket.port
    assert client.udp(port, apps.Echo()).port == port


def test_an_apps_socket_is_not_for_the_hand(server: Host) -> None:
    socket = server.udp(app=apps.Echo())
    with pytest.raises(LabError):
        socket.receive(timeout=0.05)


def test_text_is_no_bytes(server: Host, client: Host) -> None:
    with client.udp() as socket, pytest.raises(PacketError, match="bytes"):
        socket.send_to("text", server, 9)  # type: ignore[arg-type]


def test_the_versions_of_ip_do_not_mix(server: Host, client: Host) -> None:
    if len(server.addresses) < 2:
        needs("ipv6")
    with (
        client.udp(address=client.addresses[0]) as socket,
        pytest.raises(PacketError, match="IPv6"),
    ):
        socket.send_to(b"", server.addresses[1], 9)
