"""TCP between model hosts, as stories: who sent what when, and what the caller learns."""

import pytest

from portlab import Link, run
from portlab.errors import (
    ConnectionClosed,
    ConnectionRefused,
    PortInUse,
    TimedOut,
)
from portlab.tcp import TRANSITIONS
from tests.network.story import connected, told, what


def test_a_handshake(lab, pair):
    one, other = connected(*pair)
    assert told(lab.trace) == [
        "0 ms client > server SYN",
        "10 ms server > client SYN,ACK",
        "20 ms client > server ACK",
    ]
    assert [record.state for record in lab.trace] == ["SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"]
    assert all(record.why and record.origin == "modelled" for record in lab.trace)
    assert one.local == other.peer
    assert one.peer == other.local == ("10.0.0.1", 80)


def test_a_whole_conversation(lab, pair):
    one, other = connected(*pair)
    one.send(b"name?\nage?")
    assert other.receive_until(b"\n") == b"name?\n"
    assert other.receive(2) == b"ag"
    assert other.receive() == b"e?"
    one.shutdown()
    assert other.receive() == b""
    other.send(b"Ada, 36")
    other.close()
    assert one.receive_all() == b"Ada, 36"
    one.close()
    assert told(lab.trace)[3:] == [
        "30 ms client > server PSH,ACK 10",
        "40 ms client > server FIN,ACK",
        "50 ms server > client ACK",
        "50 ms server > client PSH,ACK 7",
        "50 ms server > client FIN,ACK",
        "60 ms client > server ACK",
    ]
    assert (one.state, other.state) == ("TIME-WAIT", "CLOSED")


def test_nobody_listens(lab, pair):
    server, client = pair
    with pytest.raises(ConnectionRefused, match=r"10\.0\.0\.1:81 refused"):
        client.connect(server, 81)
    assert told(lab.trace) == ["0 ms client > server SYN", "10 ms server > client RST,ACK"]


def test_a_host_that_is_not_there_is_called_for_four_minutes_of_virtual_time(lab, pair):
    _, client = pair
    with pytest.raises(TimedOut, match="not one SYN was answered"):
        client.connect("10.0.0.99", 80)
    # 1, 2, 4, ... seconds apart (RFC 6298 5.5), and over three minutes in all (RFC 9293 3.8.3).
    assert [record.time // 1_000_000 for record in lab.trace] == [0, 1, 3, 7, 15, 31, 63, 127]
    assert {record.cause for record in lab.trace} == {"no host has 10.0.0.99"}
    assert {record.fate for record in lab.trace} == {"lost"}


def test_a_line_that_loses_everything_looks_the_same():
    def call(lab):
        server, client = lab.hosts("server", "client")
        server.listen(80)
        client.connect(server, 80)

    trace = run(call, link=Link(loss=1))
    assert isinstance(trace.error, TimedOut)
    assert what(trace) == ["SYN"] * 8
    assert {record.cause for record in trace} == {"lost on the link"}


def test_a_shorter_patience(lab, pair):
    _, client = pair
    with pytest.raises(TimedOut):
        client.connect("10.0.0.99", 80, timeout=2.5)
    assert len(lab.trace) == 2
    lab.run()
    assert len(lab.trace) == 2, "the attempt is over, not merely out of sight"


def test_ipv6(lab, pair):
    server, client = pair
    listener = server.listen(80)
    connection = client.connect(server.addresses[1], 80)
    connection.send(b"six")
    accepted = listener.accept()
    assert accepted.receive() == b"six"
    assert connection.peer == ("fd00::1", 80)
    assert connection.local[0] == "fd00::2"
    assert {record.packet.ip.version for record in lab.trace} == {6}
    with pytest.raises(ConnectionRefused):
        client.connect("fd00:0::1", 81)


def test_a_host_can_call_itself(lab, pair):
    server, _ = pair
    for address in ("127.0.0.1", "::1", *server.addresses):
        with server.listen(8080, address=address) as listener:
            connection = server.connect(address, 8080)
            connection.send(b"me")
            assert listener.accept().receive() == b"me"
    assert lab.trace[0].arrival - lab.trace[0].time == 10


def test_five_values_keep_conversations_apart(lab, pair):
    server, client = pair
    listener = server.listen(80)
    callers = [client.connect(server, 80) for _ in range(20)]
    served = [listener.accept() for _ in range(20)]
    for number, caller in enumerate(callers):
        caller.send(b"%d" % number)
    assert [one.receive() for one in served] == [b"%d" % number for number in range(20)]
    assert len({caller.local for caller in callers}) == 20
    assert {one.local for one in served} == {("10.0.0.1", 80)}


def test_one_client_port_carries_many_connections(lab, pair):
    server, client = pair
    server.listen(80)
    server.listen(81)
    client.connect(server, 80, source_port=50_000)
    client.connect(server, 81, source_port=50_000)
    with pytest.raises(PortInUse, match="five values"):
        client.connect(server, 80, source_port=50_000)


def test_a_full_backlog_is_silent_until_there_is_room(lab, pair):
    server, client = pair
    listener = server.listen(80, backlog=1)
    client.connect(server, 80)
    with pytest.raises(TimedOut):
        client.connect(server, 80, timeout=0.5)
    listener.accept()
    client.connect(server, 80)


def test_a_half_closed_connection_goes_on_the_other_way(pair):
    one, other = connected(*pair)
    one.shutdown()
    one.shutdown()
    with pytest.raises(ConnectionClosed, match="FIN"):
        one.send(b"more")
    assert other.receive() == b""
    other.send(b"I am not done")
    assert one.receive() == b"I am not done"


@pytest.mark.parametrize("bytes_each", [1, 1_000, 100_000])
def test_a_stream_arrives_whole_over_a_bad_line(bytes_each):
    def send(lab):
        server, client = lab.hosts("server", "client")
        listener = server.listen(80)
        with client.connect(server, 80) as one:
            other = listener.accept()
            data = bytes(n % 251 for n in range(bytes_each))
            for _ in range(3):
                one.send(data)
            one.shutdown()
            assert other.receive_all(timeout=3600) == data * 3

    for seed in range(3):
        run(send, seed=seed, link=Link(loss=0.05, reorder=0.05, duplicate=0.05))


def test_every_move_is_one_that_the_table_knows(lab, pair):
    one, other = connected(*pair)
    one.close()
    other.close()
    lab.run()
    rows = {(str(row.state), str(row.cause), str(row.new)) for row in TRANSITIONS}
    moves = [(str(c.old), str(c.event), str(c.new)) for c in lab.trace.changes]
    assert set(moves) <= rows
    assert [c.new for c in lab.trace.changes if c.host == "client"][-2:] == ["TIME-WAIT", "CLOSED"]
    assert [c.new for c in lab.trace.changes if c.host == "server"][-2:] == ["LAST-ACK", "CLOSED"]


def test_the_socket_table(lab, pair):
    server, client = pair
    listener = server.listen(80, address="0.0.0.0")
    connection = client.connect(server, 80)
    listener.accept()
    server.udp(53)
    assert [(s.proto, s.state, s.local, s.remote) for s in server.sockets()] == [
        ("tcp", "LISTEN", ("0.0.0.0", 80), None),
        ("tcp", "ESTABLISHED", ("10.0.0.1", 80), connection.local),
        ("udp", "UNCONN", ("0.0.0.0", 53), None),
        ("udp", "UNCONN", ("::", 53), None),
    ]


def test_a_filtered_port_is_silent_and_its_neighbour_answers():
    def call(lab):
        server, client = lab.hosts("server", "client")
        server.listen(23)
        with pytest.raises(ConnectionRefused):
            client.connect(server, 22)
        client.connect(server, 23, timeout=2)

    trace = run(call, link=Link(filtered=(23,)))
    assert isinstance(trace.error, TimedOut)
    assert what(trace) == ["SYN", "RST,ACK", "SYN", "SYN"]
    assert {record.cause for record in trace[2:]} == {"filtered on the line: port 23"}
