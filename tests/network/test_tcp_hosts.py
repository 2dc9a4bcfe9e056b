"""TCP between model hosts, as stories: who sent what when, and what the caller learns."""

import time

import pytest

from portlab import Lab, Link, run
from portlab.errors import (
    AddressError,
    ConnectError,
    ConnectionAborted,
    ConnectionClosed,
    ConnectionRefused,
    LabError,
    PacketError,
    PortError,
    PortInUse,
    TimedOut,
)
from portlab.packets import IcmpMessage, Icmpv6Message, Packet
from portlab.packets.reason import Reason
from portlab.tcp import TRANSITIONS, Config
from tests.network.story import told, what


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


@pytest.fixture
def pair(lab):
    return lab.hosts("server", "client")


def connected(server, client):
    listener = server.listen(80)
    connection = client.connect(server, 80)
    return connection, listener.accept()


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


def test_a_host_that_is_not_there_costs_minutes_of_their_time_and_none_of_ours(lab, pair):
    _, client = pair
    before = time.perf_counter()
    with pytest.raises(TimedOut, match="not one SYN was answered"):
        client.connect("10.0.0.99", 80)
    assert time.perf_counter() - before < 1  # they waited more than four minutes
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


def test_what_is_bound_to_loopback_is_not_heard_from_outside(lab, pair):
    server, client = pair
    server.listen(80, address="127.0.0.1")
    with pytest.raises(ConnectionRefused):
        client.connect(server, 80)


def test_zero_is_all_of_ipv4_and_two_colons_are_everything(lab, pair):
    server, client = pair
    with server.listen(80, address="0.0.0.0"):
        client.connect(server.addresses[0], 80)
        with pytest.raises(ConnectionRefused):
            client.connect(server.addresses[1], 80)
    with server.listen(80, address="::"):
        client.connect(server.addresses[0], 80)
        client.connect(server.addresses[1], 80)


def test_a_port_is_given_once_for_each_address(lab, pair):
    server, _ = pair
    server.listen(80, address="127.0.0.1")
    server.listen(80, address="10.0.0.1")
    for address in (None, "0.0.0.0", "::", "10.0.0.1"):
        with pytest.raises(PortInUse, match="port"):
            server.listen(80, address=address)
    server.udp(80)  # another protocol, another door
    listener = server.listen(81)
    with pytest.raises(PortInUse):
        server.listen(81, address="127.0.0.1")
    listener.close()
    server.listen(81)


def test_only_its_own_addresses_can_be_bound(pair):
    server, client = pair
    with pytest.raises(AddressError, match="not one of its addresses"):
        server.listen(80, address=client.addresses[0])


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


def test_closing_a_listener_resets_those_nobody_took(lab, pair):
    server, client = pair
    listener = server.listen(80)
    connection = client.connect(server, 80)
    lab.run(1)
    listener.close()
    with pytest.raises(ConnectionAborted, match="RST"):
        connection.receive()
    with pytest.raises(ConnectionClosed):
        listener.accept()


def test_abort_is_a_reset(lab, pair):
    one, other = connected(*pair)
    one.abort()
    with pytest.raises(ConnectionAborted):
        other.receive()
    with pytest.raises(ConnectionAborted):
        other.send(b"anyone?")
    with pytest.raises(ConnectionClosed):
        one.send(b"more")
    assert what(lab.trace)[-1].startswith("RST")


def test_closing_with_unread_data_is_a_reset(lab, pair):
    one, other = connected(*pair)
    one.send(b"did you read this?")
    lab.run(1)
    other.close()
    with pytest.raises(ConnectionAborted):
        one.receive()


def test_a_reset_arrives_after_what_was_delivered(lab, pair):
    one, other = connected(*pair)
    one.send(b"last words")
    lab.run(1)
    one.abort()
    lab.run(1)
    assert other.receive() == b"last words"
    with pytest.raises(ConnectionAborted):
        other.receive()


def test_a_half_closed_connection_goes_on_the_other_way(pair):
    one, other = connected(*pair)
    one.shutdown()
    one.shutdown()
    with pytest.raises(ConnectionClosed, match="FIN"):
        one.send(b"more")
    assert other.receive() == b""
    other.send(b"I am not done")
    assert one.receive() == b"I am not done"


def test_waiting_for_what_never_comes_ends_in_their_time(lab, pair):
    one, other = connected(*pair)
    with pytest.raises(TimedOut):
        one.receive(timeout=30)
    other.send(b"late")
    lab.run(1)
    assert lab.trace[-1].time > 30_000_000
    with pytest.raises(TimedOut):
        one.receive_until(b"\n", timeout=1)
    assert one.receive() == b"late", "what came before the timeout is kept"


def test_a_wait_without_end_ends_when_nothing_can_happen_any_more(pair):
    one, _ = connected(*pair)
    with pytest.raises(TimedOut):
        one.receive(timeout=float("inf"))


def test_a_stream_that_ends_too_early_loses_nothing(pair):
    one, other = connected(*pair)
    other.send(b"half a li")
    other.close()
    with pytest.raises(ConnectionAborted, match="9 bytes"):
        one.receive_until(b"\n")
    assert one.receive_all() == b"half a li"


def test_nobody_calls(lab, pair):
    server, _ = pair
    with pytest.raises(TimedOut):
        server.listen(80).accept(timeout=3)


def test_closing_to_a_reader_who_does_not_read_does_not_wait_for_ever(lab, pair):
    server, client = pair
    server.config = Config(receive_buffer=2_000)
    one, other = connected(server, client)
    one.send(bytes(10_000))
    one.close()
    assert lab.trace[-1].time < 11_000_000
    assert other.receive_all() == bytes(10_000)
    assert other.receive() == b""


def test_a_close_that_is_never_answered_ends_after_ten_seconds(lab, pair):
    server, client = pair
    one, _ = connected(server, client)
    lab.link(server, client, loss=1)
    one.close()
    assert [record.fate for record in lab.trace[3:]] == ["lost"] * (len(lab.trace) - 3)
    assert lab.trace[-1].time < 10_100_000
    one.close()


def test_tcp_gives_up_on_a_dead_line(lab, pair):
    server, client = pair
    one, _ = connected(server, client)
    lab.link(server, client, loss=1)
    one.send(b"hello?")
    with pytest.raises(ConnectionAborted, match="gave up"):
        one.receive(timeout=float("inf"))


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


def answered(server, client, lab, packet):
    """What the server's host says to one packet that somebody else made."""
    network = server._stack.network
    with network.acting():
        network.send(client._stack, packet)
    before = len(lab.trace)
    lab.run(1)
    return lab.trace[before:]


def test_ping(lab, pair):
    server, client = pair
    ping = IcmpMessage.echo(7, 1, b"are you there")
    (reply,) = answered(server, client, lab, Packet.build("10.0.0.2", "10.0.0.1", ping))
    assert (
        reply.packet.payload.encode()
        == IcmpMessage.echo(7, 1, b"are you there", reply=True).encode()
    )
    ping6 = Icmpv6Message.echo(7, 2, b"six")
    (reply,) = answered(server, client, lab, Packet.build("fd00::2", "fd00::1", ping6))
    assert (reply.packet.payload.type, reply.packet.payload.body) == (129, ping6.body)
    assert isinstance(reply.reason, Reason)


def test_a_damaged_packet_is_dropped_without_a_word(lab, pair):
    server, client = pair
    server.listen(80)
    with Lab(seed=1) as other:
        _, caller = other.hosts("server", "client")
        with pytest.raises(ConnectionRefused):
            caller.connect("10.0.0.1", 80)
        syn = other.trace[0].packet
    assert what(answered(server, client, lab, syn)) == ["SYN,ACK", "RST"]
    for at in (4, len(syn.raw) - 1):
        raw = bytearray(syn.raw)
        raw[at] ^= 0xFF
        assert not answered(server, client, lab, Packet(bytes(raw)))
    unknown = Packet.build("10.0.0.2", "10.0.0.1", b"?", protocol=99)
    assert not answered(server, client, lab, unknown)


def test_a_hard_icmp_error_ends_an_attempt_to_connect(lab, pair):
    _, client = pair
    with pytest.raises(ConnectError, match="ICMP"):
        _connect_and_answer_with(lab, client, IcmpMessage.unreachable)


def test_a_soft_icmp_error_does_not(lab, pair):
    _, client = pair
    with pytest.raises(TimedOut):
        _connect_and_answer_with(lab, client, lambda raw: IcmpMessage.unreachable(raw, 1))
    assert what(lab.trace).count("SYN") == 8


def _connect_and_answer_with(lab, client, message):
    """Somebody on the way answers each SYN with an ICMP message about it."""
    router = lab.host("router")
    stack = router._stack
    network = stack.network
    network._owners["192.0.2.1"] = stack
    hear = stack.receive

    def complain(packet, now):
        if packet.dst == "192.0.2.1":
            stack.send("10.0.0.3", packet.src, message(packet.raw), Reason(792, "", "No way."))
        else:
            hear(packet, now)

    stack.receive = complain
    client.connect("192.0.2.1", 80)


@pytest.mark.parametrize("port", [-1, 0, 65536, "http", 80.0, None, True])
def test_what_is_no_port(pair, port):
    server, client = pair
    with pytest.raises(PortError):
        client.connect(server, port)
    if port != 0:
        with pytest.raises(PortError):
            server.listen(port)
        with pytest.raises(PortError):
            server.udp(port)


@pytest.mark.parametrize("peer", ["nowhere", "10.0.0.256", "010.0.0.1", "127.1", "", None, 7])
def test_who_is_nobody(pair, peer):
    _, client = pair
    with pytest.raises(AddressError, match="server, client"):
        client.connect(peer, 80)


def test_hosts_have_names(pair):
    server, client = pair
    server.listen(80)
    assert client.connect("server", 80).peer == ("10.0.0.1", 80)


def test_a_host_of_another_lab_is_out_of_reach(pair):
    _, client = pair
    with Lab() as other:
        stranger = other.host("server")
        with pytest.raises(LabError, match="another lab"):
            client.connect(stranger, 80)


@pytest.mark.parametrize("data", ["text", None, 5, ["bytes"]])
def test_only_bytes_travel(pair, data):
    one, _ = connected(*pair)
    with pytest.raises(PacketError, match="bytes"):
        one.send(data)


def test_nonsense_arguments_are_lab_errors(pair):
    server, _ = pair
    one, _ = connected(*pair)
    for call in (
        lambda: one.receive(0),
        lambda: one.receive("all"),
        lambda: one.receive(timeout=-1),
        lambda: one.receive(timeout="long"),
        lambda: one.receive(timeout=float("nan")),
        lambda: one.receive_until(b""),
        lambda: server.listen(81, backlog=0),
    ):
        with pytest.raises(LabError):
            call()
