"""What a loopback lab tells of itself: socket calls, and never more than it saw."""

import threading
import time

import pytest

from portlab import Lab, Link, apps, drop, run
from portlab.errors import ConnectionAborted, ConnectionRefused, LabError, TimedOut
from portlab.trace.record import Record
from portlab.trace.trace import Trace

JANUARY_2026 = 1_767_225_600


def hello(lab: Lab) -> bytes:
    server, client = lab.hosts("server", "client")
    listener = server.listen(app=apps.Echo())
    with client.connect(server, listener.port) as connection:
        connection.send(b"hello")
        answer = connection.receive_until(b"o")
    lab.run()
    return answer


def calls(trace: Trace, host: str) -> list[tuple[str, int]]:
    """The calls of one host, with their bytes."""
    return [
        (record.call.name, record.call.length)
        for record in trace
        if record.call and trace.hosts[f"{record.call.src}:{record.call.sport}"] == host
    ]


def test_each_side_tells_its_own_calls_in_order() -> None:
    trace = run(hello, world="loopback")
    assert calls(trace, "client") == [("connect", 0), ("send", 5), ("receive", 5), ("close", 0)]
    server = calls(trace, "server")
    assert server == [("accept", 0), ("receive", 5), ("send", 5), ("receive", 0), ("close", 0)]


def test_a_record_of_a_call_claims_nothing_about_packets() -> None:
    for record in run(hello, world="loopback"):
        assert record.origin == "called"
        assert record.fate == "returned"
        assert record.packet is None
        unknown = (record.flags, record.seq, record.ack, record.arrival, record.state, record.why)
        assert unknown == (None,) * 6


def test_causes_come_before_effects() -> None:
    trace = run(hello, world="loopback")
    names = [(record.call.name, record.call.length) for record in trace if record.call]
    assert names.index(("send", 5)) < names.index(("receive", 5))
    times = [record.time for record in trace]
    assert times == sorted(times)


def test_times_are_this_computers() -> None:
    before = time.time()
    trace = run(hello, world="loopback")
    after = time.time()
    for record in trace:
        assert isinstance(record.time, int)
        assert before - 0.1 <= JANUARY_2026 + record.time / 1_000_000 <= after + 0.1


def last(lab: Lab, name: str) -> Record:
    return next(one for one in reversed(lab.trace) if one.call and one.call.name == name)


def test_what_failed_says_so() -> None:
    with Lab("loopback") as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen()
        with pytest.raises(TimedOut):
            listener.accept(timeout=0.01)
        assert (last(lab, "accept").fate, last(lab, "accept").cause) == ("failed", "timed out")
        near = client.connect(server, listener.port)
        with pytest.raises(TimedOut):
            near.receive(timeout=0.01)
        assert (last(lab, "receive").fate, last(lab, "receive").cause) == ("failed", "timed out")
        listener.accept().abort()
        with pytest.raises(ConnectionAborted):
            near.receive()
        assert (last(lab, "receive").fate, last(lab, "receive").cause) == ("failed", "reset")
        listener.close()
        with pytest.raises(ConnectionRefused):
            client.connect(server, listener.port)
        assert (last(lab, "connect").fate, last(lab, "connect").cause) == ("failed", "refused")


def test_datagrams_are_told_as_such() -> None:
    with Lab("loopback") as lab:
        server, client = lab.hosts("server", "client")
        echo = server.udp(app=apps.Echo())
        with client.udp() as socket:
            socket.send_to(b"abc", server, echo.port)
            socket.receive()
            socket.connect(server, echo.port)
            socket.send(b"de")
            socket.receive()
        told = [(one.call.name, one.call.length) for one in lab.trace if one.call]
    mine = [call for call in told if call[0] not in ("recvfrom", "sendto") or call[1] == 3]
    assert ("sendto", 3) in mine
    assert ("connect", 0) in mine
    assert [call for call in told if call[1] == 2] == [
        ("send", 2),
        ("recvfrom", 2),
        ("sendto", 2),
        ("receive", 2),
    ]


def test_many_threads_lose_no_record() -> None:
    with Lab("loopback") as lab:
        server, client = lab.hosts("server", "client")
        port = server.listen(app=apps.Echo()).port

        def chat() -> None:
            with client.connect(server, port) as connection:
                for _ in range(50):
                    connection.send(b"x")
                    connection.receive()

        threads = [threading.Thread(target=chat) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lab.run()
        names = [record.call.name for record in lab.trace if record.call]
    assert names.count("connect") == names.count("accept") == 4
    assert names.count("send") == 400
    assert names.count("close") == 8


def test_there_is_no_wire_to_spoil() -> None:
    for attempt in (
        lambda: Lab("loopback", faults=[drop(2)]),
        lambda: run(hello, world="loopback", faults=[drop(2)]),
        lambda: run(hello, world="loopback", link=Link(loss=0.1)),
        lambda: run(hello, world="loopback").rerun([drop(1)]),
    ):
        with pytest.raises(LabError, match="world='model'"):
            attempt()
    with Lab("loopback") as lab:
        hosts = lab.hosts("a", "b")
        with pytest.raises(LabError, match="world='model'"):
            lab.link(*hosts, delay=0.1)
