"""A lab: how it is set up, changed, interrupted and closed; what importing portlab gives."""

import socket
import subprocess
import sys

import pytest

import portlab
from portlab import Lab, Link, drop, run
from portlab.errors import AddressError, ConnectionClosed, LabError, WorldError
from tests.hello import hello
from tests.network.story import told, what


def test_leaving_a_lab_closes_and_comes_to_rest():
    with Lab(seed=1) as lab:
        server, client = lab.hosts("server", "client")
        server.listen(80)
        client.connect(server, 80)
        assert len(lab.trace) == 3
    assert told(lab.trace)[3:] == [
        "20 ms client > server FIN,ACK",
        "30 ms server > client ACK",
        "40 ms server > client FIN,ACK",
        "50 ms client > server ACK",
    ]
    assert [(c.host, c.new) for c in lab.trace.changes][-1] == ("client", "CLOSED")


def test_the_one_who_called_hangs_up_first():
    with Lab(seed=1) as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen(80)
        client.connect(server, 80)
        listener.accept()
    states = [(change.host, str(change.new)) for change in lab.trace.changes]
    assert ("client", "TIME-WAIT") in states
    assert ("server", "LAST-ACK") in states
    assert not {"CLOSING"} & {state for _, state in states}


def test_a_trace_is_what_was_seen_up_to_then():
    with Lab(seed=1) as lab:
        server, client = lab.hosts("server", "client")
        server.listen(80)
        client.connect(server, 80)
        before = lab.trace
        client.connect(server, 80)
    assert len(before) == 3
    assert lab.trace[:3].records == before.records


def test_an_interrupt_closes_the_lab_and_leaves_its_trace():
    kept = []

    def interrupted(lab):
        kept.append(lab)
        server, client = lab.hosts("server", "client")
        server.listen(80)
        client.connect(server, 80)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(interrupted)
    assert what(kept[0].trace)[:3] == ["SYN", "SYN,ACK", "ACK"]
    with pytest.raises(LabError):
        kept[0].run()


def test_an_interrupt_in_the_middle_of_a_step_ends_the_lab_and_nothing_else():
    class Impatient:
        name = "impatient"

        def session(self, local, peer):
            raise KeyboardInterrupt

    lab = Lab()
    server, client = lab.hosts("server", "client")
    server.listen(80, Impatient())
    connection = client.connect(server, 80)
    with pytest.raises(KeyboardInterrupt):
        connection.receive()
    lab.close()
    assert what(lab.trace) == ["SYN", "SYN,ACK", "ACK"]
    connection.close()
    with pytest.raises(LabError):
        client.connect(server, 80)
    assert run(hello).result == b"HELLO"


def test_an_interrupt_while_a_lab_closes_still_closes_it(monkeypatch):
    lab = Lab("loopback")
    port, close = lab.host("server").listen().port, lab._world.close

    def interrupted():
        monkeypatch.setattr(lab._world, "close", close)
        raise KeyboardInterrupt

    monkeypatch.setattr(lab._world, "close", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lab.__exit__(None, None, None)
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", port))


def test_a_closed_lab_used_again():
    with Lab() as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen(80)
        connection = client.connect(server, 80)
        socket = client.udp()
    for call in (
        lambda: lab.host("third"),
        lambda: lab.run(),
        lambda: lab.link(server, client, loss=0.5),
        lambda: lab.__enter__(),
        lambda: server.listen(81),
        lambda: client.connect(server, 80),
        lambda: client.udp(),
        lambda: connection.send(b"x"),
        lambda: connection.receive(),
        lambda: listener.accept(),
        lambda: socket.send_to(b"x", server, 1),
    ):
        with pytest.raises((LabError, ConnectionClosed)):
            call()
    lab.close()
    connection.close()
    listener.close()
    socket.close()
    assert len(lab.trace) > 3
    assert repr(lab) == "<Lab in the model world, closed: server, client>"


def test_two_hosts_of_one_name():
    with Lab() as lab:
        lab.host("server")
        with pytest.raises(LabError, match="already"):
            lab.host("server")
        with pytest.raises(LabError):
            lab.hosts("client", "client")


@pytest.mark.parametrize(
    "name", ["", "10.0.0.1", "9lives", "a b", "-a", "a-", "a" * 64, "fd00::1", "größe", None, 7]
)
def test_names_that_no_host_can_have(name):
    with Lab() as lab, pytest.raises(LabError, match="no name for a host"):
        lab.host(name)


@pytest.mark.parametrize("name", ["a", "web-1", "Server", "a" * 63])
def test_names_that_a_host_can_have(name):
    with Lab() as lab:
        assert lab.host(name).name == name


@pytest.mark.parametrize("world", ["modell", None, "moon", 3])
def test_worlds_that_are_not_there(world):
    with pytest.raises(WorldError):
        Lab(world)


@pytest.mark.parametrize("seed", ["1", 1.5, None, True])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(LabError, match="seed"):
        Lab(seed=seed)


def test_links_can_be_changed_on_the_way():
    with Lab(link=Link(delay=0.1)) as lab:
        server, client, third = lab.hosts("server", "client", "third")
        server.listen(80)
        lab.link(server, "client", delay=0.001)
        client.connect(server, 80)
        third.connect(server, 80)
        assert [r.arrival - r.time for r in lab.trace] == [1_000] * 3 + [100_000] * 3
        for wrong in ({"los": 0.1}, {"loss": 7}):
            with pytest.raises(LabError):
                lab.link(server, client, **wrong)
        with pytest.raises(LabError, match="two ends"):
            lab.link(server, server)
        with pytest.raises(AddressError):
            lab.link(server, "fourth")


def test_time_passes_as_much_as_is_asked():
    with Lab() as lab:
        (client,) = lab.hosts("client")
        lab.run(90)
        socket = client.udp()
        socket.send_to(b"x", "10.0.0.9", 9)
        assert lab.trace[0].time == 90_000_000
        for seconds in (-1, "a while", float("nan"), float("inf")):
            with pytest.raises(LabError):
                lab.run(seconds)


def test_the_names_of_the_package():
    assert set(portlab.__all__) <= set(dir(portlab))
    for name in portlab.__all__:
        assert getattr(portlab, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = portlab.nonsense
    with pytest.raises(ImportError):
        exec("from portlab import nonsense")


def test_importing_the_package_loads_no_part_of_it():
    code = (
        "import sys, portlab; print([name for name in sys.modules if name.startswith('portlab.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_lines_of_this_computer_cannot_be_changed():
    with Lab("loopback") as lab:
        server, client = lab.hosts("server", "client")
        with pytest.raises(LabError, match="no wire of ours"):
            lab.link(server, client, loss=0.5)
    with pytest.raises(LabError):
        Lab("loopback", faults=[drop(1)])
