"""What other systems do differently, played here: no poll, other errors, no kernel timeouts."""

import errno
import os
import select
import socket
from collections.abc import Callable

import pytest

from portlab import Lab, apps
from portlab.errors import (
    AddressError,
    ConnectionRefused,
    LimitReached,
    PortInUse,
    PortlabError,
    PortNotAllowed,
    TimedOut,
    WorldError,
)
from portlab.worlds.sockets import opening


def exercise() -> None:
    """Everything that waits, once."""
    with Lab("loopback") as lab:
        server, client = lab.hosts("server", "client")
        echo, hand = server.listen(app=apps.Echo()), server.listen()
        with client.connect(server, echo.port) as connection:
            connection.send(bytes(1_000_000))
            connection.shutdown()
            assert connection.receive_all() == bytes(1_000_000)
        with client.connect(server, hand.port) as near, hand.accept() as far:
            with pytest.raises(TimedOut):
                near.receive(timeout=0.02)
            far.send(b"x")
            assert near.receive(timeout=1) == b"x"
        hand.close()
        with pytest.raises(ConnectionRefused):
            client.connect(server, hand.port)
        answering = server.udp(app=apps.Echo())
        with client.udp() as socket_:
            socket_.send_to(b"x", server, answering.port)
            assert socket_.receive()[0] == b"x"
            with pytest.raises(TimedOut):
                socket_.receive(timeout=0.02)


def test_without_poll_select_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(select, "poll", raising=False)
    exercise()


def test_without_timeouts_in_the_kernel_pythons_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: socket.socket, level: int, option: int, *value: object) -> None:
        if option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            raise OSError(errno.EINVAL, "the timeval has other sizes here")
        original(self, level, option, *value)

    original = socket.socket.setsockopt
    monkeypatch.setattr(socket.socket, "setsockopt", refuse)
    exercise()


def test_without_ipv6_there_is_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: socket.socket, address: tuple[object, ...]) -> None:
        if self.family == socket.AF_INET6:
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        original(self, address)

    original = socket.socket.bind
    monkeypatch.setattr(socket.socket, "bind", refuse)
    with Lab("loopback") as lab:
        server = lab.host("server")
        assert server.addresses == ("127.0.0.1",)
        with pytest.raises(AddressError, match="does not have ::1"):
            server.listen(address="::1")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.EACCES, PortNotAllowed),
        (errno.EPERM, PortNotAllowed),
        (errno.EADDRINUSE, PortInUse),
        (errno.EADDRNOTAVAIL, AddressError),
        (errno.EMFILE, LimitReached),
        (errno.ENOBUFS, WorldError),
    ],
)
@pytest.mark.parametrize("proto", ["tcp", "udp"])
def test_why_a_port_could_not_be_had(
    monkeypatch: pytest.MonkeyPatch, number: int, expected: type[PortlabError], proto: str
) -> None:
    with Lab("loopback") as lab:
        server = lab.host("server")
        call: Callable[[int], object] = server.listen if proto == "tcp" else server.udp

        def refuse(self: socket.socket, address: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(socket.socket, "bind", refuse)
        with pytest.raises(expected) as refused:
            call(80)
        assert len(str(refused.value).split(". ")) >= 2  # what happened, and what to try
        monkeypatch.undo()
        assert server.sockets() == ()


@pytest.mark.parametrize(
    "number", [errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EMFILE, errno.ECONNRESET, errno.EPIPE]
)
def test_whatever_a_system_says_to_connect_is_a_portlab_error(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(opening, "_TIME_WAIT_PATIENCE", 100_000)
    with Lab("loopback") as lab:
        client = lab.host("client")
        monkeypatch.setattr(socket.socket, "connect_ex", lambda *_: number)
        for source_port in (0, 40_000):
            with pytest.raises(PortlabError):
                client.connect("127.0.0.1", 9, source_port=source_port)
        assert client.sockets() == ()


def test_a_chosen_port_in_time_wait_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = [errno.EADDRNOTAVAIL, errno.EADDRNOTAVAIL]
    original = socket.socket.connect_ex
    with Lab("loopback") as lab:
        server, client = lab.hosts("server", "client")
        port, source = server.listen().port, client.udp().port

        def at_first_not(self: socket.socket, address: tuple[str, int]) -> int:
            return refusals.pop() if refusals else original(self, address)

        monkeypatch.setattr(socket.socket, "connect_ex", at_first_not)
        assert client.connect(server, port, source_port=source).local[1] == source
        assert not refusals


def test_a_connection_to_itself_is_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """TCP may open simultaneously with itself, when the port it is given is the one it calls."""
    with Lab("loopback") as lab:
        client = lab.host("client")
        free = client.listen()
        port = free.port
        free.close()
        with pytest.raises(ConnectionRefused):
            client.connect("127.0.0.1", port, source_port=port, timeout=2)


def test_a_broadcast_address_is_called_one_where_the_system_refuses_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Linux does, with EACCES; what others say of 127.255.255.255 differs."""

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(opening, "check_end", refuse)
    with (
        Lab("loopback") as lab,
        pytest.raises(AddressError, match=r"127\.255\.255\.255 is a broad"),
    ):
        lab.host("client").udp().send_to(b"x", "127.255.255.255", 9)
