"""Lab and run: how an experiment begins, ends, is repeated, and is used wrongly."""

import socket
import subprocess
import sys

import pytest

import portlab
from portlab import Lab, Link, delay, drop, duplicate, run
from portlab.errors import (
    AddressError,
    AppError,
    ConnectionAborted,
    ConnectionClosed,
    ConnectionRefused,
    LabError,
    PortUnreachable,
    TimedOut,
    WorldError,
)
from tests.network.story import told, what


def hello(lab):
    server, client = lab.hosts("server", "client")
    listener = server.listen(80)
    with client.connect(server, 80) as connection:
        accepted = listener.accept()
        connection.send(b"hello")
        accepted.send(accepted.receive().upper())
        return connection.receive()


def test_run_gives_the_trace_and_what_the_experiment_returned():
    trace = run(hello, seed=1)
    assert trace.result == b"HELLO"
    assert trace.error is None
    assert (trace.title, trace.world, trace.faults) == ("hello", "model", ())
    assert trace.hosts == {
        "10.0.0.1": "server",
        "fd00::1": "server",
        "10.0.0.2": "client",
        "fd00::2": "client",
    }
    assert what(trace)[:3] == ["SYN", "SYN,ACK", "ACK"]
    assert [record.number for record in trace] == list(range(1, len(trace) + 1))


def test_a_trace_of_run_can_be_run_again_with_faults():
    trace = run(hello, seed=1, link=Link(delay=0.1))
    again = trace.rerun([drop(2)])
    assert again[:2].records != trace[:2].records
    assert (again[1].fate, again.faults, again.result) == ("lost", (drop(2),), b"HELLO")
    assert again.rerun([]).records == trace.records


def test_one_more_fault_on_a_trace():
    trace = run(hello, seed=1).with_fault("drop", 2)
    assert trace.faults == (drop(2),)
    later = trace.with_fault("delay", 4, 0.25)
    assert later.faults == (drop(2), delay(4, 0.25))
    assert later[:3].records == trace[:3].records
    assert later.with_fault("duplicate", 1).faults == (duplicate(1),)
    assert trace.takes_faults


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (("lose", 2), "no fault"),
        (("drop", 0), "names no transmission"),
        (("drop", "2"), "names no transmission"),
        (("delay", 2, -1), "time only goes forward"),
        (("delay", 2, None), "number of seconds"),
    ],
)
def test_what_is_no_fault(wrong, words):
    with pytest.raises(LabError, match=words):
        run(hello).with_fault(*wrong)


def test_no_fault_on_real_sockets_and_none_without_an_experiment():
    trace = run(hello, world="loopback")
    assert not trace.takes_faults
    with pytest.raises(LabError, match=r"loopback world.*world='model'"):
        trace.with_fault("drop", 1)
    with Lab() as lab:
        lab.hosts("server", "client")
    with pytest.raises(LabError, match="cannot be run again"):
        lab.trace.with_fault("drop", 1)


def test_a_run_again_is_of_the_same_seed_and_reads_the_notebook_as_it_is_now():
    ports = [80]

    def visit(lab):
        server, client = lab.hosts("server", "client")
        server.listen(ports[-1])
        client.connect(server, ports[-1])

    trace = run(visit, seed=5)
    assert trace.with_fault("drop", 3).notes == ()
    assert trace.rerun([]).records == trace.records
    ports.append(8080)
    (note,) = trace.with_fault("drop", 3).notes
    assert "Nothing was to change before packet 3, and yet packet 1 is another one" in note
    assert trace.rerun([])[0].dport == 8080
    # What comes after the fault may differ, and mostly does.
    assert trace.with_fault("drop", 1).notes == ()


@pytest.mark.parametrize("world", ["model", "loopback"])
def test_an_interrupted_run_again_leaves_nothing(world):
    kept = []

    def visit(lab):
        server, client = lab.hosts("server", "client")
        listener = server.listen()
        client.connect(server, listener.port)
        kept.append((lab, listener.port))
        if len(kept) > 1:
            raise KeyboardInterrupt

    trace = run(visit, world=world, seed=1)
    before = list(trace.records)
    with pytest.raises(KeyboardInterrupt):
        trace.rerun([])
    assert trace.records == before
    lab, port = kept[1]
    with pytest.raises(LabError, match="closed"):
        lab.host("another")
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", port))
    kept.clear()
    assert len(trace.rerun([])) == len(before)


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


def refused(lab):
    server, client = lab.hosts("server", "client")
    client.connect(server, 80)


def silent(lab):
    lab.host("client").connect("10.0.0.200", 80)


def reset(lab):
    server, client = lab.hosts("server", "client")
    listener = server.listen(80)
    connection = client.connect(server, 80)
    listener.accept().abort()
    connection.receive()


def unreachable(lab):
    server, client = lab.hosts("server", "client")
    socket = client.udp()
    socket.connect(server, 9)
    socket.send(b"?")
    socket.receive()


@pytest.mark.parametrize(
    ("experiment", "error"),
    [
        (refused, ConnectionRefused),
        (silent, TimedOut),
        (reset, ConnectionAborted),
        (unreachable, PortUnreachable),
    ],
)
def test_an_experiment_that_the_network_ends_still_has_a_trace(experiment, error):
    trace = run(experiment)
    assert type(trace.error) is error
    assert trace.result is None
    assert len(trace) >= 2
    assert trace[:1].error is trace.error


class Broken:
    name = "broken"

    def session(self, local, peer):
        raise RuntimeError("broken")


def mistaken(lab):
    raise ZeroDivisionError


def broken(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80, Broken())
    client.connect(server, 80)


@pytest.mark.parametrize(
    ("experiment", "error"), [(mistaken, ZeroDivisionError), (broken, AppError)]
)
def test_every_other_exception_is_the_experiments_own(experiment, error):
    with pytest.raises(error):
        run(experiment)


def test_what_is_no_experiment():
    for wrong in (hello(Lab()), "hello", None):
        with pytest.raises(LabError, match="no experiment"):
            run(wrong)


def test_an_experiment_takes_a_lab_and_nothing_else():
    def two(lab, port):
        raise AssertionError

    for wrong, shown in ((lambda: 1, "experiment"), (two, "two")):
        with pytest.raises(LabError, match=rf"called with one argument.* def {shown}\(lab\):"):
            run(wrong)
    assert run(lambda lab, port=80: port).result == 80
    assert run(lambda *labs: len(labs)).result == 1


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


PROGRAM = """
import hashlib
from portlab import Lab, Link, drop
with Lab(seed={seed}, faults=[drop(5)], link=Link(loss=.1, reorder=.1, duplicate=.1)) as lab:
    hosts = lab.hosts("a", "b", "c")
    listeners = [host.listen(80) for host in hosts]
    for one, other in ((0, 1), (1, 2), (2, 0), (0, 1)):
        with hosts[one].connect(hosts[other].addresses[one % 2], 80) as connection:
            accepted = listeners[other].accept(timeout=100)
            connection.send(bytes(20_000))
            connection.shutdown()
            accepted.send(accepted.receive_all(timeout=1000))
            accepted.close()
            connection.receive_all(timeout=1000)
    hosts[0].udp().send_to(b"?", hosts[1], 9)
story = "".join(
    f"{{r.number}} {{r.time}} {{r.arrival}} {{r.fate}} {{r.cause}} {{r.packet.raw.hex()}}\\n"
    for r in lab.trace
)
print(len(lab.trace), hashlib.sha256(story.encode()).hexdigest())
"""


def output(seed, hash_seed):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(seed=seed)],
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_same_seed_gives_the_same_bytes_in_every_process():
    one, other = output(7, "1"), output(7, "2")
    assert one == other
    assert int(one.split()[0]) > 100
    assert output(8, "1") != one


def test_these_numbers_on_every_platform_and_in_every_version():
    """A change here changes what the course has recorded: mean it."""
    first, second = run(refused, seed=1), run(refused, seed=2)
    assert [(trace[0].sport, trace[0].seq) for trace in (first, second)] == [
        (63188, 1099165196),
        (57979, 544971427),
    ]


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
