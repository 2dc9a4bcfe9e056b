"""What is on the wire between kernel hosts, and between kernel and model hosts: all of it."""

import socket
import threading
from itertools import pairwise
from pathlib import Path

import pytest

from portlab import Lab, Link, apps, delay, drop, duplicate, ladder, run
from portlab.errors import ConnectionRefused, LabError, TimedOut
from portlab.host import Host
from portlab.packets import Segment, Timestamps, UdpDatagram
from portlab.trace.trace import Trace
from portlab.worlds.kernel.host import KernelHost
from tests.requires import needs
from tests.views.test_page import scene_of

needs("kernel")

MEGABYTE = bytes(range(256)) * 4096


def echo(lab: Lab) -> bytes:
    server, client = lab.hosts("server", "client")
    server.listen(7, apps.Echo())
    with client.connect(server, 7) as connection:
        connection.send(b"hello")
        return connection.receive_until(b"o")


def flags(trace: Trace) -> list[str | None]:
    return [record.flags for record in trace]


def test_every_packet_is_a_record_of_a_real_kernel() -> None:
    trace = run(echo, world="kernel")
    assert {record.origin for record in trace} == {"captured"}
    assert flags(trace)[:3] == ["SYN", "SYN,ACK", "ACK"]
    assert all(record.packet and record.packet.checksum_ok for record in trace)
    assert all(record.reason is None for record in trace)  # nobody can ask a kernel why
    assert sum(record.length for record in trace) == 10
    assert (trace.changes, len(trace.snapshots)) == ([], 0)


@pytest.mark.parametrize("number", [0, 1])
def test_nothing_is_on_the_wire_that_nobody_asked_for(number: int) -> None:
    """No neighbour is asked for, no router, no address twice."""
    with Lab("kernel") as lab:
        server, client = lab.hosts("server", "client")
        client.udp().send_to(b"x", server.addresses[number], server.udp().port)
        lab.run(0.5)
        (record,) = lab.trace
        assert record.dst == server.addresses[number]


def test_what_a_host_says_to_itself_is_on_no_link() -> None:
    with Lab("kernel") as lab:
        host = lab.host("alone")
        port = host.listen(app=apps.Echo()).port
        for address in ("127.0.0.1", "::1", *host.addresses):
            with host.connect(address, port) as connection:
                connection.send(b"x")
                assert connection.receive() == b"x"
        assert len(lab.trace) == 0


def test_packets_to_nobody_are_seen_and_lost() -> None:
    with Lab("kernel") as lab:
        client = lab.host("client")
        for address in ("192.0.2.1", "8.8.8.8", "2001:db8::1", "10.0.0.77"):
            with pytest.raises(TimedOut):
                client.connect(address, 80, timeout=0.05)
        client.udp().send_to(b"x", "224.0.0.1", 9)
        lab.run(0.05)
        lost = {(record.dst, record.fate, record.cause) for record in lab.trace}
        assert ("192.0.2.1", "lost", "no host has 192.0.2.1") in lost
        assert {fate for _, fate, _ in lost} == {"lost"}
        assert {dst for dst, _, _ in lost} == {
            *("192.0.2.1", "8.8.8.8", "2001:db8::1", "10.0.0.77", "224.0.0.1"),
        }


def test_times_are_of_the_wall_clock_and_the_link_takes_its_time() -> None:
    with Lab("kernel", link=Link(delay=0.05)) as lab:
        server, client = lab.hosts("server", "client")
        assert client.ping(server) >= 0.1
        there, back = lab.trace
        assert there.arrival is not None
        assert there.arrival - there.time == 50_000
        assert back.time >= there.arrival
        lab.link(server, client, delay=0.0)
        assert lab.trace[0].time > 20_000_000_000_000  # microseconds: August 2026 is over
        client.ping(server)
        assert lab.trace[2].time == lab.trace[2].arrival


def test_a_lost_syn_ack_is_sent_again_by_the_kernel() -> None:
    trace = run(echo, world="kernel", faults=[drop(2)])
    assert trace.result == b"hello"
    assert trace[1].fate == "lost"
    assert trace[1].cause == "dropped on request: drop(2)"
    # Both sides' timers run for a second: which is first is chance.
    again = [record for record in trace if record.flags == "SYN,ACK"][1]
    assert again.fate == "delivered"
    assert again.time - trace[0].time >= 1_000_000
    without = trace.rerun([])
    assert flags(without)[:3] == ["SYN", "SYN,ACK", "ACK"]


def test_duplicates_and_delays_are_made_as_in_the_model_world() -> None:
    trace = run(echo, world="kernel", faults=[duplicate(1), delay(3, 0.2)])
    assert trace.result == b"hello"
    assert [record.fate for record in trace[:2]] == ["delivered", "duplicate"]
    assert trace[0].packet == trace[1].packet
    assert trace[2].arrival is not None
    assert trace[2].arrival - trace[2].time == 210_000


def test_a_megabyte_comes_through_a_bad_line() -> None:
    with Lab("kernel", seed=3, link=Link(delay=0.001, loss=0.02, reorder=0.05)) as lab:
        server, client = lab.hosts("server", "client")
        server.listen(7, apps.Echo())
        with client.connect(server, 7) as connection:
            connection.send(MEGABYTE)
            connection.shutdown()
            assert connection.receive_all(timeout=60) == MEGABYTE
        assert any(record.cause == "lost on the link" for record in lab.trace)


def test_a_large_datagram_is_seen_in_fragments() -> None:
    with Lab("kernel") as lab:
        server, client = lab.hosts("server", "client")
        far = server.udp()
        client.udp().send_to(bytes(4000), server, far.port)
        assert far.receive()[0] == bytes(4000)
        packets = [record.packet for record in lab.trace if record.packet]
        assert [len(packet.raw) for packet in packets] == [1500, 1500, 1068]


@pytest.mark.parametrize("kinds", [("kernel", "model"), ("model", "kernel"), ("model", "model")])
def test_kernel_and_model_hosts_talk(kinds: tuple[str, str]) -> None:
    with Lab("kernel") as lab:
        server = lab.host("server", world=kinds[0])
        client = lab.host("client", world=kinds[1])
        server.listen(7, apps.Echo())
        hand = server.listen(80)
        with client.connect(server, 7) as connection:
            connection.send(MEGABYTE)
            connection.shutdown()
            assert connection.receive_all(timeout=60) == MEGABYTE
        with client.connect(server.addresses[1], 80) as near, hand.accept() as far:
            far.send(b"from the server")
            assert near.receive_until(b"server") == b"from the server"
        answering = server.udp(app=apps.Echo())
        with client.udp() as asking:
            asking.send_to(b"?", server, answering.port)
            assert asking.receive()[0] == b"?"
        assert client.ping(server) >= 0.02
        assert server.ping(client.addresses[1]) >= 0.02
        lab.run()
        origins = {"kernel": "captured", "model": "modelled"}
        for host, kind in ((server, kinds[0]), (client, kinds[1])):
            sent = [record for record in lab.trace if record.src in host.addresses]
            assert {record.origin for record in sent} == {origins[kind]}
        assert bool(lab.trace.changes) == ("model" in kinds)


def test_an_app_of_a_model_host_that_raises_is_heard() -> None:
    class Broken:
        name = "Broken"

        def session(self, local: apps.Address, peer: apps.Address) -> apps.Session:
            raise ZeroDivisionError("on purpose")

    from portlab.errors import AppError

    def visit(lab: Lab) -> None:
        server, client = lab.host("server", world="model"), lab.host("client")
        server.listen(80, Broken())
        client.connect(server, 80).receive(timeout=5)

    with pytest.raises(AppError, match="on purpose"):
        run(visit, world="kernel")


def test_a_model_host_waits_for_a_real_time() -> None:
    with Lab("kernel") as lab:
        client = lab.host("client", world="model")
        with pytest.raises(TimedOut):
            client.ping("192.0.2.1", timeout=0.1)
        with pytest.raises(TimedOut):
            client.listen(80).accept(timeout=0.1)


def test_threads_may_wait_at_both_ends() -> None:
    with Lab("kernel") as lab:
        server = lab.host("server", world="model")
        client = lab.host("client")
        listener = server.listen(80)
        heard: list[bytes] = []

        def serve() -> None:
            with listener.accept() as far:
                heard.append(far.receive_until(b"\n"))
                far.send(b"answer\n")

        thread = threading.Thread(target=serve)
        thread.start()
        with client.connect(server, 80) as near:
            near.send(b"question\n")
            assert near.receive_until(b"\n") == b"answer\n"
        thread.join()
        assert heard == [b"question\n"]


def test_other_worlds_have_no_guests() -> None:
    for world, guest in (("model", "kernel"), ("loopback", "model"), ("kernel", "loopback")):
        with Lab(world) as lab, pytest.raises(LabError, match=f"no hosts of world '{guest}'"):
            lab.host("guest", world=guest)


def test_many_hosts_have_addresses_in_order_and_reach_each_other() -> None:
    with Lab("kernel", link=Link(delay=0)) as lab:
        hosts = lab.hosts(*(f"h{number}" for number in range(1, 31)))
        assert [host.addresses for host in hosts[:2]] == [
            ("10.0.0.1", "fd00::1"),
            ("10.0.0.2", "fd00::2"),
        ]
        assert hosts[29].addresses == ("10.0.0.30", "fd00::1e")
        for one, other in pairwise(hosts):
            one.ping(other, timeout=5)


def test_run_waits_until_nobody_waits_for_an_answer() -> None:
    """A SYN into silence is sent again after a second, and again: the lab is not at rest."""
    with Lab("kernel") as lab:
        server, client = lab.hosts("server", "client")
        lab.link(server, client, loss=1)
        opening = client.start_connect(server, 80)
        threading.Timer(1.5, lambda: lab.link(server, client, loss=0)).start()
        lab.run()
        assert [record.flags for record in lab.trace][-1] == "RST,ACK"
        with pytest.raises(Exception, match="refused"):
            opening.finish()


def test_the_table_is_the_kernels_own() -> None:
    """It shows what the lab did not open, and tells both versions of IP apart."""
    with Lab("kernel") as lab:
        server: Host = lab.host("server")
        assert isinstance(server, KernelHost)
        with server.inside(), socket.create_server(("10.0.0.1", 8080)):
            (row,) = server.sockets()
            assert (row.state, row.local, row.program) == ("LISTEN", ("10.0.0.1", 8080), None)
        server.listen(80, apps.Http())
        server.udp(53, address="fd00::1")
        assert [(row.proto, row.local, row.program) for row in server.sockets()] == [
            ("tcp", ("::", 80), "Http"),
            ("udp", ("fd00::1", 53), None),
        ]


def test_a_switch_of_one_host_is_no_other_hosts() -> None:
    here = Path("/proc/sys/net/ipv4/tcp_timestamps").read_text()
    with Lab("kernel") as lab:
        plain, other = lab.hosts("plain", "other")
        assert isinstance(plain, KernelHost)
        plain.sysctl("net.ipv4.tcp_timestamps", 0)
        for host, target in ((plain, other), (other, plain)):
            with pytest.raises(ConnectionRefused):
                host.connect(target, 80)
        syns = [record.segment for record in lab.trace if record.flags == "SYN"]
        has = [any(isinstance(one, Timestamps) for one in syn.options) for syn in syns if syn]
        assert has == [False, True]
        for name, value in (
            ("kernel.hostname", "x"),
            ("net.ipv4.no_such_switch", 1),
            ("net.ipv4.tcp_timestamps", "often"),
            ("net/../kernel/hostname", "x"),
        ):
            with pytest.raises(LabError, match="switch"):
                plain.sysctl(name, value)
    assert Path("/proc/sys/net/ipv4/tcp_timestamps").read_text() == here


def test_views_show_what_was_captured() -> None:
    trace = run(echo, world="kernel")
    shown = ladder(trace)
    text = shown.text()
    assert "packets, captured" in text
    assert "server" in text
    assert "RFC" not in shown.text(why=True)
    data, _ = shown._repr_mimebundle_()
    assert {"text/plain", "image/png"} <= set(data)
    scene = scene_of(trace)
    assert scene["can"] == {"fault": True, "undo": False, "why": None}
    dropped = trace.with_fault("drop", 2)
    assert "drop(2)" in str(ladder(trace, dropped))
    assert 'world="kernel"' in str(trace.code)


def test_a_real_kernels_options_are_decoded() -> None:
    trace = run(echo, world="kernel")
    syn = trace[0].packet.payload if trace[0].packet else None
    assert isinstance(syn, Segment)
    assert {type(option).__name__ for option in syn.options} >= {
        *("MaximumSegmentSize", "SackPermitted", "Timestamps", "WindowScale"),
    }
    assert not isinstance(syn, UdpDatagram)
