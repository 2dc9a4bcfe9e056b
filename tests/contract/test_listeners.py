"""Ports that take connections, and ports that cannot be had."""

import pytest

from portlab import apps
from portlab.errors import (
    AddressError,
    ConnectionClosed,
    ConnectionRefused,
    LabError,
    PortError,
    PortInUse,
    TimedOut,
)
from portlab.host import Host

BAD_PORTS = [-1, 65536, "http", 80.0, None, True]


def test_a_port_is_chosen_when_none_is_named(server: Host) -> None:
    first, second = server.listen(), server.listen()
    assert first.port != second.port
    assert 1024 <= first.port <= 65535


def test_connections_are_accepted_in_order(server: Host, client: Host) -> None:
    listener = server.listen()
    first, second = (client.connect(server, listener.port) for _ in range(2))
    assert listener.accept().peer == first.local
    assert listener.accept().peer == second.local


def test_bytes_sent_before_accept_wait(server: Host, client: Host) -> None:
    listener = server.listen()
    with client.connect(server, listener.port) as near:
        near.send(b"early")
    far = listener.accept()
    assert far.receive_all() == b"early"


def test_nobody_connects(server: Host) -> None:
    listener = server.listen()
    with pytest.raises(TimedOut):
        listener.accept(timeout=0.05)


def test_an_app_leaves_nothing_to_accept(server: Host) -> None:
    listener = server.listen(app=apps.Echo())
    with pytest.raises(LabError):
        listener.accept(timeout=0.05)


def test_a_closed_listener_accepts_nothing_and_refuses(server: Host, client: Host) -> None:
    with server.listen() as listener:
        port = listener.port
    listener.close()
    with pytest.raises(ConnectionClosed):
        listener.accept(timeout=0.05)
    with pytest.raises(ConnectionRefused):
        client.connect(server, port)


@pytest.mark.parametrize("app", [None, apps.Echo()])
def test_a_closed_listeners_port_is_free_again(
    server: Host, client: Host, app: apps.App | None
) -> None:
    listener = server.listen(app=app)
    near = client.connect(server, listener.port)
    listener.close()
    again = server.listen(listener.port, apps.Echo())
    assert again.port == listener.port
    near.close()
    with client.connect(server, again.port) as connection:
        connection.send(b"x")
        assert connection.receive() == b"x"


def test_an_established_connection_outlives_its_listener(server: Host, client: Host) -> None:
    listener = server.listen(app=apps.Echo())
    with client.connect(server, listener.port) as connection:
        connection.send(b"1")
        assert connection.receive() == b"1"
        listener.close()
        connection.send(b"2")
        assert connection.receive() == b"2"


def test_one_port_one_listener(server: Host) -> None:
    port = server.listen().port
    with pytest.raises(PortInUse, match=str(port)):
        server.listen(port)


def test_one_port_one_udp_socket(server: Host) -> None:
    port = server.udp().port
    with pytest.raises(PortInUse, match=str(port)):
        server.udp(port)


def test_tcp_and_udp_have_ports_of_their_own(server: Host, client: Host) -> None:
    listener = server.listen(app=apps.Echo())
    server.udp(listener.port, apps.Discard())
    with client.connect(server, listener.port) as connection:
        connection.send(b"tcp")
        assert connection.receive_until(b"p") == b"tcp"
    with client.udp() as socket:
        socket.send_to(b"udp", server, listener.port)
        with pytest.raises(TimedOut):
            socket.receive(timeout=0.05)


@pytest.mark.parametrize("port", BAD_PORTS)
def test_a_port_is_a_number_of_16_bits(server: Host, client: Host, port: object) -> None:
    for call in (server.listen, server.udp):
        with pytest.raises(PortError):
            call(port)  # type: ignore[operator]
    with pytest.raises(PortError):
        client.connect(server, port)  # type: ignore[arg-type]
    with pytest.raises(PortError):
        client.connect(server, 7, source_port=port)  # type: ignore[arg-type]
    with client.udp() as socket:
        with pytest.raises(PortError):
            socket.send_to(b"", server, port)  # type: ignore[arg-type]
        with pytest.raises(PortError):
            socket.connect(server, port)  # type: ignore[arg-type]


def test_nothing_can_be_reached_at_port_0(server: Host, client: Host) -> None:
    with pytest.raises(PortError):
        client.connect(server, 0)
    with client.udp() as socket, pytest.raises(PortError):
        socket.send_to(b"", server, 0)


@pytest.mark.parametrize("name", ["nobody", "nobody.example", "", "ser ver", 5, None, b"server"])
def test_there_is_no_such_host(client: Host, name: object) -> None:
    with pytest.raises(AddressError):
        client.connect(name, 80)  # type: ignore[arg-type]
    with client.udp() as socket, pytest.raises(AddressError):
        socket.send_to(b"", name, 80)  # type: ignore[arg-type]


@pytest.mark.parametrize("address", ["203.0.113.9", "server", "10.0.0.300", "", 7])
def test_a_host_listens_at_its_own_addresses_only(server: Host, address: object) -> None:
    for call in (server.listen, server.udp):
        with pytest.raises(AddressError):
            call(0, address=address)  # type: ignore[operator]


@pytest.mark.parametrize("app", [apps.Echo, "Echo", 80])
def test_what_is_no_app_is_refused_at_once(server: Host, app: object) -> None:
    for call in (server.listen, server.udp):
        with pytest.raises(LabError):
            call(0, app)  # type: ignore[operator]


@pytest.mark.parametrize("backlog", [0, -1, "many"])
def test_a_backlog_is_at_least_one(server: Host, backlog: object) -> None:
    with pytest.raises(LabError):
        server.listen(backlog=backlog)  # type: ignore[arg-type]
