"""Run: what an experiment gives back, how it is repeated, and whose its errors are."""

import socket
import subprocess
import sys

import pytest

from portlab import Lab, Link, delay, drop, duplicate, run
from portlab.errors import (
    AppError,
    ConnectionAborted,
    ConnectionRefused,
    LabError,
    PortUnreachable,
    TimedOut,
)
from tests.hello import hello
from tests.network.story import what


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
