"""Apps that raise or ask for nonsense: it is heard, once, and names the app."""

from collections.abc import Iterable

import pytest

from portlab import Lab, apps
from portlab.errors import AppError, ConnectionAborted, PortlabError, TimedOut
from portlab.host import Host
from tests.contract.program import Program


class Broken(Exception):
    """What the apps here raise."""


def question(client: Host, server: Host, port: int) -> None:
    """Connect, send a byte, and read what comes; any of the three may fail."""
    connection = client.connect(server, port)
    connection.send(b"?")
    connection.receive_all(timeout=2.0)


@pytest.mark.parametrize("when", [apps.Opened, apps.Data])
def test_an_app_that_raises_is_heard(world: str, when: type) -> None:
    def handle(event: apps.Event) -> Iterable[apps.Action]:
        if isinstance(event, when):
            raise Broken("on purpose")
        return ()

    with Lab(world) as lab:
        server, client = lab.hosts("server", "client")
        port = server.listen(app=Program(handle)).port
        with pytest.raises(AppError, match="on purpose") as heard:
            question(client, server, port)
        assert isinstance(heard.value.__cause__, Broken)
        # Heard once, the lab goes on.
        echo = server.listen(app=apps.Echo())
        with client.connect(server, echo.port) as connection:
            connection.send(b"x")
            assert connection.receive() == b"x"


def test_the_connection_of_an_app_that_raised_is_reset(world: str) -> None:
    def handle(event: apps.Event) -> Iterable[apps.Action]:
        if isinstance(event, apps.Data):
            raise Broken
        return ()

    with Lab(world) as lab:
        server, client = lab.hosts("server", "client")
        connection = client.connect(server, server.listen(app=Program(handle)).port)
        connection.send(b"x")
        with pytest.raises(AppError):
            connection.receive()
        with pytest.raises(ConnectionAborted):
            connection.receive()


def test_what_nobody_heard_is_heard_at_the_end(world: str) -> None:
    def handle(event: apps.Event) -> Iterable[apps.Action]:
        raise Broken("unheard")

    lab = Lab(world)
    server, client = lab.hosts("server", "client")
    port = server.udp(app=Program(handle)).port
    client.udp().send_to(b"x", server, port)
    with pytest.raises(AppError, match="unheard"):
        lab.close()
    lab.close()


def test_a_session_that_cannot_be_made_is_heard(world: str) -> None:
    class Hopeless:
        name = "Hopeless"

        def session(self, local: apps.Address, peer: apps.Address) -> apps.Session:
            raise Broken

    with Lab(world) as lab:
        server, client = lab.hosts("server", "client")
        port = server.listen(app=Hopeless()).port
        with pytest.raises(AppError) as heard:
            client.connect(server, port).receive(timeout=2.0)
        assert isinstance(heard.value.__cause__, Broken)


@pytest.mark.parametrize(
    "actions",
    [
        ["not an action"],
        None,
        [apps.Close(), apps.Send(b"too late")],
        [apps.Send("text")],  # type: ignore[arg-type]
        [apps.Wake(-1.0)],
        [apps.Listen(65536, apps.Echo())],
        [apps.Connect(("not an address", 80), apps.Echo())],
        [apps.SendTo(b"", ("nobody.example", 80))],
    ],
)
def test_an_app_that_asks_for_nonsense_is_heard(world: str, actions: list[apps.Action]) -> None:
    def ask() -> None:
        with Lab(world) as lab:
            server, client = lab.hosts("server", "client")
            program = Program(lambda event: actions if isinstance(event, apps.Data) else ())
            question(client, server, server.listen(app=program).port)

    with pytest.raises(AppError):
        ask()


def test_the_program_is_named_in_its_error(world: str) -> None:
    with Lab(world) as lab:
        server, client = lab.hosts("server", "client")
        program = Program(lambda event: 1 / 0)  # type: ignore[arg-type, return-value]
        with pytest.raises(AppError, match=r"Program.*ZeroDivisionError"):
            client.connect(server, server.listen(app=program).port).receive(timeout=2.0)


def test_a_silent_app_times_out_and_nothing_else(server: Host, client: Host) -> None:
    connection = client.connect(server, server.listen(app=apps.Discard()).port)
    connection.send(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(TimedOut):
        connection.receive(timeout=0.05)
    assert not issubclass(TimedOut, AppError)
    assert issubclass(TimedOut, PortlabError)
