"""Apps that do well: each event reaches them, and what they ask for is done."""

from collections.abc import Iterable

import pytest

from portlab import Lab, apps
from portlab.errors import ConnectionAborted, ConnectionRefused
from portlab.host import Host
from tests.contract.program import Program


def test_the_story_of_one_connection(lab: Lab, server: Host, client: Host) -> None:
    def handle(event: apps.Event) -> Iterable[apps.Action]:
        if isinstance(event, apps.PeerClosed):
            yield apps.Close()

    program = Program(handle)
    with client.connect(server, server.listen(app=program).port) as connection:
        connection.send(b"hello")
        connection.shutdown()
        assert connection.receive_all() == b""
    opened, data, closed = program.events
    assert isinstance(opened, apps.Opened)
    assert opened.now >= 0
    assert data == apps.Data(b"hello")
    assert closed == apps.PeerClosed()


def test_an_app_may_speak_first_and_hang_up(server: Host, client: Host) -> None:
    port = server.listen(app=apps.Daytime()).port
    with client.connect(server, port) as connection:
        assert connection.receive_all().endswith(b"-UTC\r\n")


def test_an_app_hears_of_a_reset(lab: Lab, server: Host, client: Host) -> None:
    program = Program(lambda event: ())
    connection = client.connect(server, server.listen(app=program).port)
    connection.send(b"x")
    lab.run(0.1)
    connection.abort()
    lab.run(0.1)
    assert program.events[-1] == apps.Reset()


def test_an_app_may_abort(server: Host, client: Host) -> None:
    program = Program(lambda event: (apps.Abort(),) if isinstance(event, apps.Data) else ())
    connection = client.connect(server, server.listen(app=program).port)
    connection.send(b"x")
    with pytest.raises(ConnectionAborted):
        connection.receive()


def test_after_close_what_comes_is_still_delivered(lab: Lab, server: Host, client: Host) -> None:
    program = Program(lambda event: (apps.Close(),) if isinstance(event, apps.Opened) else ())
    with client.connect(server, server.listen(app=program).port) as connection:
        assert connection.receive() == b""
        connection.send(b"late")
    lab.run()
    assert program.events[1:] == [apps.Data(b"late"), apps.PeerClosed()]


def test_an_app_is_woken(server: Host, client: Host) -> None:
    def handle(event: apps.Event) -> Iterable[apps.Action]:
        match event:
            case apps.Opened():
                return [apps.Wake(0.02)]
            case apps.Woken():
                return [apps.Send(b"good morning"), apps.Close()]
        return []

    program = Program(handle)
    with client.connect(server, server.listen(app=program).port) as connection:
        assert connection.receive_all() == b"good morning"
    opened, woken = program.events[:2]
    assert isinstance(opened, apps.Opened)
    assert isinstance(woken, apps.Woken)
    assert woken.now - opened.now >= 20_000


def test_an_app_opens_another_port(server: Host, client: Host) -> None:
    spare = server.listen()
    port = spare.port
    spare.close()
    program = Program(
        lambda event: (
            [apps.Listen(port, apps.Echo()), apps.Send(b"ready")]
            if isinstance(event, apps.Opened)
            else []
        )
    )
    with client.connect(server, server.listen(app=program).port) as control:
        assert control.receive_until(b"ready") == b"ready"
        with client.connect(server, port) as data:
            data.send(b"x")
            assert data.receive() == b"x"


def test_an_app_connects_back(server: Host, client: Host) -> None:
    back = client.listen()
    greeting = Program(
        lambda event: [apps.Send(b"hi"), apps.Close()] if isinstance(event, apps.Opened) else []
    )
    target = (client.addresses[0], back.port)
    program = Program(
        lambda event: [apps.Connect(target, greeting)] if isinstance(event, apps.Opened) else []
    )
    with client.connect(server, server.listen(app=program).port):
        assert back.accept().receive_all() == b"hi"


def test_an_app_that_cannot_connect_hears_reset(lab: Lab, server: Host, client: Host) -> None:
    gone = client.listen()
    gone.close()
    greeting = Program(lambda event: ())
    target = (client.addresses[0], gone.port)
    program = Program(
        lambda event: [apps.Connect(target, greeting)] if isinstance(event, apps.Opened) else []
    )
    with client.connect(server, server.listen(app=program).port):
        lab.run(0.2)
    assert greeting.events == [apps.Reset()]


def test_an_app_learns_which_port_it_was_given(server: Host, client: Host) -> None:
    def handle(event: apps.Event) -> Iterable[apps.Action]:
        match event:
            case apps.Opened():
                return [apps.Listen(0, apps.Echo())]
            case apps.Listening((_, port)):
                return [apps.Send(b"%d\n" % port)]
        return []

    listener = server.listen(app=Program(handle))
    with client.connect(server, listener.port) as control:
        port = int(control.receive_until(b"\n"))
        for _ in range(2):
            with client.connect(server, port) as data:
                data.send(b"x")
                assert data.receive() == b"x"


def once(event: apps.Event) -> Iterable[apps.Action]:
    """Opens a port for one connection, and says which."""
    match event:
        case apps.Opened():
            yield apps.Listen(0, apps.Echo(), once=True)
        case apps.Listening((_, port)):
            yield apps.Send(b"%d\n" % port)
        case apps.PeerClosed():
            yield apps.Close()


def test_a_port_for_one_connection_takes_no_other(lab: Lab, server: Host, client: Host) -> None:
    listener = server.listen(app=Program(once))
    with client.connect(server, listener.port) as control:
        port = int(control.receive_until(b"\n"))
        with client.connect(server, port) as data:
            data.send(b"x")
            assert data.receive() == b"x"
            with pytest.raises(ConnectionRefused):
                client.connect(server, port)
            data.send(b"y")
            assert data.receive() == b"y", "the one that was first goes on"


def test_a_port_for_one_connection_ends_with_who_asked(
    lab: Lab, server: Host, client: Host
) -> None:
    listener = server.listen(app=Program(once))
    with client.connect(server, listener.port) as control:
        port = int(control.receive_until(b"\n"))
        control.shutdown()
        assert control.receive_all() == b""
    lab.run()
    with pytest.raises(ConnectionRefused):
        client.connect(server, port)


def test_an_app_chooses_the_port_it_connects_from(server: Host, client: Host) -> None:
    back, spare = client.listen(), server.listen()
    source = spare.port
    spare.close()
    target = (client.addresses[0], back.port)
    program = Program(
        lambda event: (
            [apps.Connect(target, apps.Echo(), source_port=source)]
            if isinstance(event, apps.Opened)
            else []
        )
    )
    with client.connect(server, server.listen(app=program).port):
        assert back.accept().peer[1] == source


def test_an_app_whose_source_port_is_taken_hears_reset(
    lab: Lab, server: Host, client: Host
) -> None:
    """Two connections between the same two ends cannot be told apart."""
    back, spare = client.listen(), server.listen()
    source, target = spare.port, (client.addresses[0], back.port)
    spare.close()
    second = Program(lambda event: ())
    program = Program(
        lambda event: (
            [apps.Connect(target, app, source_port=source) for app in (apps.Echo(), second)]
            if isinstance(event, apps.Opened)
            else []
        )
    )
    with client.connect(server, server.listen(app=program).port):
        assert back.accept().peer[1] == source
        lab.run(0.1)
    assert second.events == [apps.Reset()]


def test_one_session_tells_another(server: Host, client: Host) -> None:
    """What comes over the second connection is said on the first."""

    class Pair:
        name = "Pair"

        def __init__(self) -> None:
            self.first: Program | None = None

        def session(self, local: apps.Address, peer: apps.Address) -> Program:
            if self.first is None:
                self.first = Program(self.on_first)
                return self.first
            return Program(self.on_second)

        def on_first(self, event: apps.Event) -> Iterable[apps.Action]:
            if isinstance(event, apps.Told):
                yield apps.Send(b"heard %s\n" % event.message)

        def on_second(self, event: apps.Event) -> Iterable[apps.Action]:
            if isinstance(event, apps.Data) and self.first is not None:
                yield apps.Tell(self.first, event.data)
                yield apps.Close()

    port = server.listen(app=Pair()).port
    with client.connect(server, port) as first, client.connect(server, port) as second:
        second.send(b"hello")
        assert first.receive_until(b"\n") == b"heard hello\n"


def test_what_is_told_to_one_that_has_ended_is_lost(lab: Lab, server: Host, client: Host) -> None:
    gone = Program(lambda event: [apps.Abort()] if isinstance(event, apps.Data) else [])
    program = Program(
        lambda event: [apps.Tell(gone, "?")] if isinstance(event, apps.Opened) else []
    )
    with client.connect(server, server.listen(app=gone).port) as connection:
        connection.send(b"x")
        lab.run(0.1)
    with client.connect(server, server.listen(app=program).port):
        lab.run(0.1)
    assert all(isinstance(event, apps.Opened | apps.Data) for event in gone.events)


def test_an_app_answers_from_a_new_port(server: Host, client: Host) -> None:
    def handle(event: apps.Event) -> Iterable[apps.Action]:
        assert isinstance(event, apps.Datagram)
        if event.data == b"read":
            return [apps.SendTo(b"1", event.source, new_port=True)]
        return [apps.SendTo(b"2", event.source)]

    well_known = server.udp(app=Program(handle))
    with client.udp() as socket:
        socket.send_to(b"read", server, well_known.port)
        first, source = socket.receive()
        assert first == b"1"
        assert source[1] != well_known.port
        socket.send_to(b"ack", server, source[1])
        assert socket.receive() == (b"2", source)


def test_each_peer_has_a_session_of_its_own(server: Host, client: Host) -> None:
    class Counting:
        name = "Counting"

        def session(self, local: apps.Address, peer: apps.Address) -> Program:
            count = iter(range(100))
            return Program(lambda event: [apps.Send(b"%d" % next(count))])

    port = server.udp(app=Counting()).port
    one, other = client.udp(), client.udp()
    answers = []
    for socket in (one, one, other, one):
        socket.send_to(b"", server, port)
        answers.append(socket.receive()[0])
    assert answers == [b"0", b"1", b"0", b"2"]
