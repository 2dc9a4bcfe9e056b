"""Apps inside model hosts: every event reaches them, every action is carried out."""

import pytest

from portlab import Lab, drop, run
from portlab.apps.app import (
    Abort,
    Close,
    Connect,
    Data,
    Datagram,
    Listen,
    Opened,
    PeerClosed,
    Reset,
    Send,
    SendTo,
    Wake,
    Woken,
)
from portlab.errors import ConnectionAborted, TimedOut
from tests.network.scripted import Scripted, replying
from tests.network.story import what


def test_the_life_of_a_tcp_session(lab, pair):
    server, client = pair
    app = Scripted(replying(Data=[Send(b"thanks")], PeerClosed=[Send(b"bye"), Close()]))
    server.listen(80, app)
    with client.connect(server, 80) as connection:
        connection.send(b"hello")
        assert connection.receive() == b"thanks"
        connection.shutdown()
        assert connection.receive_all() == b"bye"
    lab.run()
    assert app.heard == [Opened(30_000), Data(b"hello"), PeerClosed()]
    assert app.ends == [(("10.0.0.1", 80), connection.local)]


def test_an_answer_rides_on_the_acknowledgment(lab, pair):
    server, client = pair
    server.listen(80, Scripted(replying(Data=[Send(b"at once")])))
    connection = client.connect(server, 80)
    connection.send(b"now?")
    connection.receive()
    assert what(lab.trace)[3:] == ["PSH,ACK", "PSH,ACK"]


def test_each_connection_has_a_session(pair):
    server, client = pair
    app = Scripted(replying(Opened=[Send(b"hi")]))
    server.listen(80, app)
    connections = [client.connect(server, 80) for _ in range(5)]
    assert [connection.receive() for connection in connections] == [b"hi"] * 5
    assert [peer for _, peer in app.ends] == [connection.local for connection in connections]


def test_a_reset_is_told(lab, pair):
    server, client = pair
    app = Scripted(replying(Reset=[Send(b"too late, and no error")]))
    server.listen(80, app)
    connection = client.connect(server, 80)
    connection.send(b"last words")
    connection.abort()
    lab.run()
    assert app.heard[1:] == [Data(b"last words"), Reset()]


def test_abort_resets_the_peer(pair):
    server, client = pair
    server.listen(80, Scripted(replying(Data=[Abort()])))
    connection = client.connect(server, 80)
    connection.send(b"?")
    with pytest.raises(ConnectionAborted):
        connection.receive()


def test_after_close_the_session_still_hears(lab, pair):
    server, client = pair
    app = Scripted(replying(Opened=[Close()]))
    server.listen(80, app)
    connection = client.connect(server, 80)
    assert connection.receive() == b""
    connection.send(b"still talking")
    lab.run(1)
    assert app.heard[-1] == Data(b"still talking")


def test_a_wake_comes_on_time_and_not_after_the_end(lab, pair):
    server, client = pair
    app = Scripted(replying(Opened=[Wake(2), Wake(1.5)], Woken=[Send(b"tick")]))
    server.listen(80, app)
    connection = client.connect(server, 80)
    assert connection.receive() == b"tick"
    assert app.heard == [Opened(30_000), Woken(1_530_000)]
    connection.abort()
    lab.run()
    assert app.heard[2:] == [Reset()]


def test_connect_and_listen_from_inside(lab, pair):
    """As FTP does in active mode: the server calls the client back."""
    server, client = pair
    data = Scripted(replying(Opened=[Send(b"the file"), Close()]))

    def answer(event):
        if isinstance(event, Data):
            yield Connect((client.addresses[0], int(event.data)), data)
            yield Listen(2000, Scripted(replying(Opened=[Send(b"and here"), Close()])))

    server.listen(21, Scripted(answer))
    listener = client.listen(5000)
    control = client.connect(server, 21)
    control.send(b"5000")
    called = listener.accept()
    assert called.receive_all() == b"the file"
    assert called.peer[0] == server.addresses[0]
    assert client.connect(server, 2000).receive_all() == b"and here"


def test_a_call_from_inside_that_fails_is_a_reset(lab, pair):
    server, client = pair
    calling = Scripted()
    server.listen(80, Scripted(replying(Opened=[Connect(("10.0.0.2", 9), calling)])))
    client.connect(server, 80)
    lab.run()
    assert calling.heard == [Reset()]


def test_a_call_that_could_not_be_begun_is_forgotten(lab, pair):
    server, client = pair
    client.listen(9)
    first, second = Scripted(), Scripted()
    calls = [Connect((client.addresses[0], 9), app, source_port=20) for app in (first, second)]
    server.listen(80, Scripted(replying(Opened=calls)))
    client.connect(server, 80)
    lab.run()
    assert second.heard == [Reset()], "both would have the same two ends"
    known = [program.app for program in server._stack.sessions.values()]
    assert first in known
    assert second not in known


def test_a_session_for_each_udp_peer(lab, pair):
    server, client = pair
    app = Scripted(lambda event: [Send(event.data.upper())])
    server.udp(7, app)
    one, other = client.udp(), client.udp()
    one.send_to(b"one", server, 7)
    other.send_to(b"other", server, 7)
    one.send_to(b"more", server, 7)
    assert [one.receive()[0], one.receive()[0], other.receive()[0]] == [b"ONE", b"MORE", b"OTHER"]
    assert app.ends == [
        (("10.0.0.1", 7), ("10.0.0.2", one.port)),
        (("10.0.0.1", 7), ("10.0.0.2", other.port)),
    ]
    assert app.heard[0] == Datagram(b"one", ("10.0.0.2", one.port), 10_000)


def test_an_answer_comes_from_the_address_that_was_asked(pair):
    server, client = pair
    server.udp(7, Scripted(lambda event: [Send(b"yes")]))
    asker = client.udp()
    for address in server.addresses:
        asker.send_to(b"?", address, 7)
        assert asker.receive() == (b"yes", (address, 7))


def test_a_session_can_move_to_a_new_port(pair):
    """As TFTP does (RFC 1350 section 4)."""
    server, client = pair

    def answer(event):
        if event.data == b"read":
            return [SendTo(b"block 1", event.source, new_port=True)]
        return [Send(b"block 2")]

    app = Scripted(answer)
    server.udp(69, app)
    socket = client.udp()
    socket.send_to(b"read", server, 69)
    data, (address, port) = socket.receive()
    assert (data, address) == (b"block 1", "10.0.0.1")
    assert port != 69
    socket.send_to(b"ack", address, port)
    assert socket.receive() == (b"block 2", (address, port))
    assert len(app.ends) == 1
    socket.send_to(b"read", server, 69)
    assert socket.receive()[1][1] not in (69, port), "asked again, a new session answers"
    assert len(app.ends) == 2


def test_closing_a_udp_session_forgets_its_peer(lab, pair):
    server, client = pair
    app = Scripted(lambda event: [Send(b"bye"), Close()])
    server.udp(7, app)
    socket = client.udp()
    for _ in range(2):
        socket.send_to(b"hi", server, 7)
        socket.receive()
    assert len(app.ends) == 2


def test_closing_a_udp_service_ends_its_sessions(lab, pair):
    server, client = pair
    app = Scripted(replying(Datagram=[Wake(1)]))
    service = server.udp(7, app)
    client.udp().send_to(b"hi", server, 7)
    lab.run(0.5)
    service.close()
    lab.run()
    assert len(app.heard) == 1
    assert not server.sockets()


def test_an_app_hears_of_a_connection_only_when_it_is_established():
    app = Scripted()
    with Lab(seed=1, faults=[drop(3)]) as lab:
        server, client = lab.hosts("server", "client")
        server.listen(80, app)
        client.connect(server, 80)
        lab.run(0.5)
        assert not app.heard
        lab.run(1)
        assert app.heard == [Opened(1_030_000)]


def test_programs_show_in_the_socket_table(pair):
    server, client = pair
    server.listen(80, Scripted(name="web"), address="10.0.0.1")
    server.udp(53, Scripted(name="names"), address="10.0.0.1")
    client.connect(server, 80)
    with pytest.raises(TimedOut):
        client.udp().receive(timeout=1)
    assert [(s.state, s.program) for s in server.sockets()] == [
        ("LISTEN", "web"),
        ("ESTABLISHED", "web"),
        ("UNCONN", "names"),
    ]


@pytest.mark.parametrize("nodelay", [False, True])
def test_an_app_that_asks_for_it_has_small_pieces_sent_at_once(nodelay) -> None:
    """Else Nagle keeps the second until the first is acknowledged (RFC 9293 3.7.4)."""

    def answer(event):
        if isinstance(event, Opened):
            return [Send(b"one"), Wake(0.001)]
        return [Send(b"two")] if isinstance(event, Woken) else []

    app = Scripted(answer)
    app.nodelay = nodelay

    def call(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(7, app)
        client.connect(server, 7)

    trace = run(call)
    first, second = (record for record in trace if record.length)
    between = trace[first.number : second.number - 1]
    assert [record.ack for record in between] == ([] if nodelay else [second.seq])
