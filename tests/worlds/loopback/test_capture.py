"""Packets of a loopback lab, as captured: all of them, once, as others see them, and no others'."""

import socket
import subprocess
import threading
from collections import Counter

import pytest

from portlab import Lab, Trace, apps, ladder, run
from portlab.errors import AppError, ConnectionRefused, LimitReached, PortUnreachable
from portlab.trace.capture import load, save
from portlab.trace.conversations import conversations
from portlab.worlds.loopback.world import LoopbackWorld
from portlab.worlds.sockets.limits import Limits
from tests.requires import needs
from tests.worlds.left_behind import belongings, left_behind
from tests.worlds.loopback.test_real_programs import Stuck

needs("sniffing")

BYTES = bytes(range(256)) * 4096


def flags(trace: Trace) -> list[str | None]:
    return [record.flags for record in trace]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_conversation_is_seen_from_its_first_packet_to_its_last(address: str) -> None:
    if ":" in address:
        needs("ipv6")
    with Lab("loopback", capture=True) as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen(app=apps.Echo(), address=address)
        with client.connect(address, listener.port) as connection:
            assert flags(lab.trace) == ["SYN", "SYN,ACK", "ACK"]  # the very first, as it stands
            connection.send(b"hello")
            assert connection.receive() == b"hello"
            own = connection.local
        lab.run()
        seen = lab.trace
    assert flags(lab.trace) == flags(seen)  # nothing came after it had come to rest
    assert [record.number for record in seen] == list(range(1, len(seen) + 1))
    assert {(record.origin, record.fate) for record in seen} == {("captured", "seen")}
    payloads = Counter({"PSH,ACK": 2, "FIN,ACK": 2, "SYN": 1, "SYN,ACK": 1})
    assert Counter(one for one in flags(seen) if one != "ACK") == payloads
    last = seen[-1]
    assert (last.flags, last.src, last.sport) == ("ACK", *own)  # of the other side's FIN
    assert seen.hosts[f"[{address}]:{own[1]}" if ":" in address else f"{address}:{own[1]}"]


@pytest.mark.parametrize("close_first", ["client", "server", "lab"])
def test_the_end_is_seen_whoever_brings_it(close_first: str) -> None:
    with Lab("loopback", capture=True) as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen()
        near = client.connect(server, listener.port)
        far = listener.accept()
        first, second = (near, far) if close_first == "client" else (far, near)
        if close_first != "lab":
            first.close()
            assert second.receive() == b""
            second.close()
    fins = [record for record in lab.trace if record.flags == "FIN,ACK"]
    assert {record.sport for record in fins} == {near.local[1], listener.port}
    for fin in fins:
        assert fin.seq is not None
        assert any(
            record.ack == fin.seq + 1 and record.sport == fin.dport
            for record in lab.trace[fin.number - 1 :]
        )


def test_what_is_refused_is_seen_too() -> None:
    with Lab("loopback", capture=True) as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen()
        listener.close()
        with pytest.raises(ConnectionRefused):
            client.connect(server, listener.port)
        assert flags(lab.trace) == ["SYN", "RST,ACK"]
        asking = client.udp()
        asking.connect(server, listener.port)
        asking.send(b"anybody?")
        with pytest.raises(PortUnreachable):
            asking.receive()
    datagram, unreachable = lab.trace[2:]
    assert (datagram.proto, datagram.length, datagram.dport) == ("udp", 8, listener.port)
    assert unreachable.proto == "icmp"
    assert unreachable.packet is not None
    assert unreachable.packet.quoted is not None
    assert unreachable.packet.quoted.flow == datagram.packet.flow  # type: ignore[union-attr]


def test_all_bytes_of_a_big_transfer_are_there_once() -> None:
    """The socket calls are the oracle: what was sent is what the segments carry, put together."""
    with Lab("loopback", capture=True) as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen(app=apps.Echo())
        with client.connect(server, listener.port) as connection:
            for _ in range(4):
                connection.send(BYTES)
            connection.shutdown()
            assert connection.receive_all() == BYTES * 4
    for port in (listener.port, connection.local[1]):
        sent = [record for record in lab.trace if record.sport == port and record.length]
        start = min(record.seq for record in sent if record.seq is not None)
        stream = bytearray(len(BYTES) * 4)
        for record in sent:
            assert record.segment is not None
            at = record.segment.seq - start
            stream[at : at + record.length] = record.segment.payload
        assert bytes(stream) == BYTES * 4
        # Each once: what Linux itself sends again, to a reader who is late, has another IP header.
        assert len({record.packet for record in sent}) == len(sent)
    # Larger than any link's frames: the kernel cuts for a wire only, and there is none.
    assert max(record.length for record in lab.trace) > 16_000


def test_tshark_sees_the_same_packets() -> None:
    needs("tshark")
    fields = ("frame.time_epoch", "tcp.srcport", "tcp.seq_raw", "tcp.ack_raw", "tcp.len")
    with Lab("loopback", capture=True) as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen(app=apps.Echo())
        listening = f"tcp port {listener.port} or udp port {listener.port}"
        asked = ["tshark", "-n", "-l", "-Q", "-i", "lo", "-f", listening, "-o"]
        asked += ["tcp.relative_sequence_numbers:FALSE", "-T", "fields"]
        asked += [part for one in fields for part in ("-e", one)]
        with (
            subprocess.Popen(asked, stdout=subprocess.PIPE, text=True) as tshark,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as marker,
        ):
            try:
                assert tshark.stdout is not None
                begun = threading.Event()
                lines: list[str] = []

                def read() -> None:
                    for line in tshark.stdout or ():
                        lines.append(line)
                        begun.set()

                reading = threading.Thread(target=read)
                reading.start()
                while not begun.wait(0.1):  # datagrams that are no lab's, until it sees one
                    marker.sendto(b"?", ("127.0.0.1", listener.port))
                with client.connect(server, listener.port) as connection:
                    connection.send(b"hello")
                    assert connection.receive() == b"hello"
                lab.run()
                ours = [record for record in lab.trace if record.proto == "tcp"]
                patience = threading.Event()
                for _ in range(300):
                    if sum("\t\t" not in line for line in lines) >= len(ours):
                        break
                    patience.wait(0.1)
            finally:
                tshark.terminate()
                reading.join()
    theirs = [line.rstrip("\n").split("\t") for line in lines]
    seen = [(port, seq, ack, length) for _, port, seq, ack, length in theirs if port]
    assert seen == [
        (str(one.sport), str(one.seq), str(one.ack or 0), str(one.length)) for one in ours
    ]
    assert all(record.proto == "tcp" for record in lab.trace)  # the marker's are nobody's here


def test_no_other_program_and_no_other_lab_is_shown() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as bare,
        Lab("loopback", capture=True) as one,
        Lab("loopback", capture=True) as other,
    ):
        with socket.create_connection(bare.getsockname()) as stranger:
            taken, _ = bare.accept()
            stranger.sendall(b"private")
            assert taken.recv(100) == b"private"
            taken.close()
        port = {}
        for lab in (one, other):
            server, client = lab.hosts("server", "client")
            listener = server.listen(app=apps.Echo())
            with client.connect(server, listener.port) as connection:
                connection.send(b"mine")
                assert connection.receive() == b"mine"
            port[lab] = listener.port
        # A lab that calls another program's server shows that, and no other client of it.
        with one.host("guest").connect("127.0.0.1", bare.getsockname()[1]):
            bare.accept()[0].close()
        with socket.create_connection(bare.getsockname()):
            bare.accept()[0].close()
    ports = [{record.sport for record in lab.trace} for lab in (one, other)]
    assert port[one] in ports[0]
    assert port[other] in ports[1]
    assert not ports[0] & ports[1]
    assert b"private" not in b"".join(
        record.packet.raw for lab in (one, other) for record in lab.trace if record.packet
    )
    assert sum(record.flags == "SYN" for record in one.trace) == 2
    assert sum(record.flags == "SYN" for record in other.trace) == 1


def test_twenty_connections_at_once_are_twenty_handshakes() -> None:
    with Lab("loopback", capture=True) as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen(app=apps.Echo())
        many = [client.connect(server, listener.port) for _ in range(20)]
        for number, one in enumerate(many):
            one.send(b"%d" % number)
            assert one.receive() == b"%d" % number
    found = conversations(lab.trace)
    assert len(found) == 20
    for one in found:
        assert flags(one.trace)[:3] == ["SYN", "SYN,ACK", "ACK"]


def test_of_a_checksum_not_yet_filled_in_nobody_says_it_is_wrong() -> None:
    def hello(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        client.connect(server, server.listen().port).send(b"hello")

    trace = run(hello, world="loopback", capture=True)
    packets = [record.packet for record in trace if record.packet]
    unfinished = [packet for packet in packets if packet.unfinished]
    assert unfinished
    assert all(packet.checksum_ok is not False for packet in packets)
    # What stands there is the sum of the pseudo-header alone: read as a checksum it is wrong.
    assert all(type(packet)(packet.raw).checksum_ok is False for packet in unfinished)
    assert f"The checksums of {len(unfinished)} packets are not yet filled in" in trace.notes[0]
    assert trace.notes[0].split(" of ")[0] in str(ladder(trace))


def test_times_are_the_kernels_between_before_and_after() -> None:
    world = LoopbackWorld(capture=True)
    try:
        before = world.now
        server, client = world.host("server"), world.host("client")
        client.connect(server, server.listen().port)
        after = world.now
        times = [record.time for record in world.records]
    finally:
        world.close()
    assert len(times) == 3
    assert times == sorted(times)
    second = 1_000_000  # the two clocks may drift apart by a little
    assert before - second < times[0] <= times[-1] < after + second


def test_a_run_can_be_captured_saved_and_shown(tmp_path) -> None:  # type: ignore[no-untyped-def]
    def hello(lab: Lab) -> bytes:
        server, client = lab.hosts("server", "client")
        listener = server.listen(app=apps.Echo())
        with client.connect(server, listener.port) as connection:
            connection.send(b"hello")
            return connection.receive()

    trace = run(hello, world="loopback", capture=True)
    assert trace.result == b"hello"
    assert "captured" in str(ladder(trace))
    assert trace.experiment is not None
    assert "capture=True" in trace.experiment.code(())
    assert flags(trace.experiment.run(()))[:3] == ["SYN", "SYN,ACK", "ACK"]
    save(trace, tmp_path / "hello.pcapng")
    again = load(tmp_path / "hello.pcapng")
    assert [one.packet for one in again] == [one.packet for one in trace]
    assert [one.time for one in again] == [one.time for one in trace]


def test_calls_are_not_mixed_in_and_without_capture_there_are_no_packets() -> None:
    def hello(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        client.connect(server, server.listen().port)

    assert {record.call for record in run(hello, world="loopback", capture=True)} == {None}
    assert {record.packet for record in run(hello, world="loopback")} == {None}


@pytest.mark.parametrize("world", ["model", "kernel"])
def test_where_every_packet_is_seen_anyway_asking_for_it_changes_nothing(world: str) -> None:
    if world == "kernel":
        needs("kernel")
    with Lab(world, capture=True) as lab:
        server, client = lab.hosts("server", "client")
        server.listen(80)
        client.connect(server, 80)
        lab.run()  # the last of them is on its way when connect() is done
        assert flags(lab.trace) == ["SYN", "SYN,ACK", "ACK"]


def test_a_lab_that_captures_leaves_nothing_behind() -> None:
    with Lab("loopback", capture=True):
        pass  # what libraries open once
    before = belongings()
    for how in ("closed", "forgotten", "limit"):
        lab = Lab("loopback", capture=True)
        server, client = lab.hosts("server", "client")
        client.connect(server, server.listen().port).send(b"x")
        if how == "closed":
            lab.close()
            assert flags(lab.trace)[:3] == ["SYN", "SYN,ACK", "ACK"]
            lab.close()
        elif how == "limit":
            lab._world._core.reach_limit("no more in this test")  # type: ignore[attr-defined]
            with pytest.raises(LimitReached):
                client.listen()
        del lab, server, client
        assert left_behind(before) is None


def test_an_app_that_never_returns_does_not_keep_the_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portlab.worlds.sockets.server._PATIENCE", 0.2)
    monkeypatch.setattr("portlab.worlds.loopback.capture._PATIENCE", 0.2)
    stuck = Stuck()
    lab = Lab("loopback", capture=True)
    server, client = lab.hosts("server", "client")
    client.connect(server, server.listen(app=stuck).port)
    before = len(lab.trace)
    with pytest.raises(AppError, match="never ends"):
        lab.close()
    assert len(lab.trace) >= max(before, 3)
    stuck.let_go.set()
    for thread in threading.enumerate():
        if thread.name == "portlab loopback":
            thread.join(10)


def test_too_many_packets_end_the_lab() -> None:
    world = LoopbackWorld(capture=True, limits=Limits(calls=50))
    try:
        server, client = world.host("server"), world.host("client")
        connection = client.connect(server, server.listen(app=apps.Echo()).port)

        def chatter() -> None:
            for _ in range(1000):
                connection.send(b"x")
                connection.receive()

        with pytest.raises(LimitReached, match="50 captured packets"):
            chatter()
    finally:
        world.close()
