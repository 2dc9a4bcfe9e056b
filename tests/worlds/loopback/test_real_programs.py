"""Programs that know nothing of portlab, against its servers; and servers that run on their own."""

import socket
import threading
from collections.abc import Iterable

import psutil
import pytest

from portlab import Lab, apps
from portlab.errors import AppError, PortInUse, TimedOut

MEGABYTES = bytes(range(256)) * 20_000


def test_a_bare_socket_talks_to_an_app() -> None:
    with Lab("loopback") as lab:
        listener = lab.host("server").listen(app=apps.Echo())
        with socket.create_connection((listener.address, listener.port)) as bare:
            bare.sendall(b"hello")
            assert bare.recv(100) == b"hello"


def test_a_host_talks_to_a_bare_socket() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bare, Lab("loopback") as lab:
        connection = lab.host("client").connect("127.0.0.1", bare.getsockname()[1])
        far, _ = bare.accept()
        connection.send(b"hello")
        assert far.recv(100) == b"hello"
        far.close()
        assert connection.receive() == b""


def test_a_slow_reader_gets_everything_and_the_server_stays_small() -> None:
    """An echo must not read megabytes ahead of a client that takes nothing."""
    with Lab("loopback") as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen(app=apps.Echo())
        with socket.create_connection((listener.address, listener.port)) as bare:
            sender = threading.Thread(target=bare.sendall, args=(MEGABYTES,))
            sender.start()
            # Another client is served meanwhile.
            with client.connect(server, listener.port) as connection:
                connection.send(b"x")
                assert connection.receive() == b"x"
            received = bytearray()
            while len(received) < len(MEGABYTES):
                received += bare.recv(65536)
            sender.join()
        assert received == MEGABYTES


def test_a_sender_whom_nobody_reads_is_told_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portlab.worlds.sockets.connection._SEND_PATIENCE", 0.5)
    with Lab("loopback") as lab:
        server, client = lab.hosts("server", "client")
        connection = client.connect(server, server.listen().port)
        with pytest.raises(TimedOut, match="reads nothing"):
            connection.send(bytes(50_000_000))


def test_the_holder_of_a_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bare, Lab("loopback") as lab:
        server = lab.host("server")
        with pytest.raises(PortInUse) as refused:
            server.listen(bare.getsockname()[1])
    try:
        psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return  # macOS tells only an administrator
    assert str(psutil.Process().pid) in str(refused.value)


def test_a_udp_port_that_another_program_has_cannot_be_had() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bare, Lab("loopback") as lab:
        bare.bind(("127.0.0.1", 0))
        server = lab.host("server")
        with pytest.raises(PortInUse, match="UDP"):
            server.udp(bare.getsockname()[1])


def test_a_hundred_connections_at_once() -> None:
    with Lab("loopback") as lab:
        listener = lab.host("server").listen(app=apps.Echo())
        many = [socket.create_connection((listener.address, listener.port)) for _ in range(100)]
        for number, bare in enumerate(many):
            bare.sendall(b"%d" % number)
        for number, bare in enumerate(many):
            assert bare.recv(10) == b"%d" % number
            bare.close()


class Stuck:
    """An app that does not come back."""

    name = "Stuck"

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def session(self, local: apps.Address, peer: apps.Address) -> "Stuck":
        return self

    def handle(self, event: apps.Event) -> Iterable[apps.Action]:
        self.let_go.wait(60)
        return ()


def test_an_app_that_never_returns_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portlab.worlds.sockets.server._PATIENCE", 0.2)
    stuck = Stuck()
    lab = Lab("loopback")
    server, client = lab.hosts("server", "client")
    client.connect(server, server.listen(app=stuck).port)
    with pytest.raises(AppError, match="never ends"):
        lab.close()
    stuck.let_go.set()
    for thread in threading.enumerate():
        if thread.name == "portlab loopback":
            thread.join(10)


def test_threads_print_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    class Exits:
        name = "Exits"

        def session(self, local: apps.Address, peer: apps.Address) -> "Exits":
            return self

        def handle(self, event: apps.Event) -> Iterable[apps.Action]:
            raise SystemExit("from the thread")

    with Lab("loopback") as lab:
        server, client = lab.hosts("server", "client")
        port = server.listen(app=Exits()).port
        with pytest.raises(AppError, match="SystemExit"):
            client.connect(server, port).receive()
    assert capfd.readouterr() == ("", "")
