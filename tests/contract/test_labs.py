"""Labs used wrongly, socket tables, and what a Trace of any world holds."""

import pytest

from portlab import Lab, apps, run
from portlab.errors import ConnectionRefused, LabError, PortlabError
from portlab.host import Host, SocketInfo


def states(host: Host) -> list[tuple[str, str]]:
    return [(row.proto, row.state) for row in host.sockets()]


def test_two_hosts_cannot_have_one_name(lab: Lab, server: Host) -> None:
    with pytest.raises(LabError, match="server"):
        lab.host("server")


def test_a_closed_lab_is_closed(world: str) -> None:
    with Lab(world) as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen()
        connection = client.connect(server, listener.port)
        socket = client.udp()
    calls = [
        lambda: lab.host("another"),
        lambda: lab.run(0.01),
        lambda: server.listen(),
        lambda: server.udp(),
        lambda: client.connect(server, listener.port),
        lambda: listener.accept(timeout=0.05),
        lambda: connection.send(b"x"),
        lambda: connection.receive(timeout=0.05),
        lambda: socket.send_to(b"x", server, 9),
        lambda: socket.receive(timeout=0.05),
        lambda: server.sockets(),
    ]
    for call in calls:
        with pytest.raises(LabError):
            call()
    for thing in (connection, listener, socket, lab):
        thing.close()
    assert len(lab.trace) > 0


def test_a_host_of_another_lab_is_a_stranger(world: str, client: Host) -> None:
    with Lab(world) as other, pytest.raises(PortlabError):
        client.connect(other.host("server"), 80)


def test_the_socket_table_is_shown_as_a_table(server: Host) -> None:
    assert str(server.sockets()) == repr(server.sockets()) == "no sockets"
    listener, socket = server.listen(), server.udp()
    lines = str(server.sockets()).splitlines()
    assert [line.split()[:2] for line in lines] == [
        [row.proto, row.state] for row in server.sockets()
    ]
    assert any(f":{listener.port} " in line for line in lines if line.startswith("tcp  LISTEN"))
    assert any(f":{socket.port} " in line for line in lines if line.startswith("udp  UNCONN"))


def test_the_socket_table(server: Host, client: Host) -> None:
    listener = server.listen(app=apps.Echo())
    socket = server.udp(app=apps.Discard())
    connection = client.connect(server, listener.port)
    connection.send(b"x")
    assert connection.receive() == b"x"
    assert client.sockets() == (
        SocketInfo("tcp", "ESTABLISHED", connection.local, connection.peer),
    )
    table = server.sockets()
    assert [(row.proto, row.state) for row in table if row.local[1] != socket.port][-1] == (
        "tcp",
        "ESTABLISHED",
    )
    assert table[0].state == "LISTEN"
    assert table[0].local[1] == listener.port
    assert table[0].remote is None
    assert table[0].program == "Echo"
    established = next(row for row in table if row.state == "ESTABLISHED")
    assert established.local == connection.peer
    assert established.remote == connection.local
    assert established.program == "Echo"
    assert table[-1].state == "UNCONN"
    assert table[-1].local[1] == socket.port
    assert table[-1].program == "Discard"


def test_half_closed_states_show(lab: Lab, server: Host, client: Host) -> None:
    listener = server.listen()
    near = client.connect(server, listener.port)
    far = listener.accept()
    near.shutdown()
    assert far.receive() == b""
    lab.run(0.1)
    assert ("tcp", "FIN-WAIT-2") in states(client)
    assert ("tcp", "CLOSE-WAIT") in states(server)


def test_a_closed_listener_leaves_the_table(server: Host) -> None:
    with server.listen():
        assert ("tcp", "LISTEN") in states(server)
    assert server.sockets() == ()


def test_an_experiment_ends_in_a_trace(world: str) -> None:
    def hello(lab: Lab) -> bytes:
        server, client = lab.hosts("server", "client")
        with client.connect(server, server.listen(app=apps.Echo()).port) as connection:
            connection.send(b"hello")
            return connection.receive_until(b"o")

    trace = run(hello, world=world)
    assert trace.result == b"hello"
    assert trace.world == world
    assert {record.origin for record in trace} <= {"modelled", "captured", "called"}
    assert [record.number for record in trace] == list(range(1, len(trace) + 1))
    times = [record.time for record in trace]
    assert times == sorted(times)
    assert {"server", "client"} <= set(trace.hosts.values())
    again = trace.rerun([])
    assert again.result == b"hello"


def test_an_experiment_that_is_refused_keeps_its_trace(world: str) -> None:
    def knock(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        listener = server.listen()
        listener.close()
        client.connect(server, listener.port)

    trace = run(knock, world=world)
    assert isinstance(trace.error, ConnectionRefused)
    assert len(trace) > 0


def test_what_an_experiment_raises_is_raised(world: str) -> None:
    def mistaken(lab: Lab) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        run(mistaken, world=world)


def test_lab_run_takes_a_time(lab: Lab) -> None:
    lab.run()
    lab.run(0.01)
    for nonsense in (-1.0, float("nan"), "soon"):
        with pytest.raises(LabError):
            lab.run(nonsense)  # type: ignore[arg-type]
