"""The story of a TCP connection, told from both ends."""

import pytest

from portlab import Lab, apps
from portlab.errors import (
    ConnectionAborted,
    ConnectionClosed,
    ConnectionRefused,
    LabError,
    PacketError,
    TimedOut,
)
from portlab.host import Connection, Host

MEGABYTE = bytes(range(256)) * 4096


def opened(server: Host, client: Host) -> tuple[Connection, Connection]:
    """A connection without an app: the client's end and the server's."""
    listener = server.listen()
    near = client.connect(server, listener.port)
    return near, listener.accept()


def test_an_echo_comes_back(server: Host, client: Host, address: str) -> None:
    listener = server.listen(app=apps.Echo(), address=address)
    with client.connect(address, listener.port) as connection:
        connection.send(b"hello")
        assert connection.receive_until(b"o") == b"hello"
        assert connection.peer == (address, listener.port)
        assert connection.local[0] in client.addresses


def test_a_host_is_reached_by_its_name(server: Host, client: Host) -> None:
    port = server.listen(app=apps.Echo()).port
    with client.connect("server", port) as connection:
        assert connection.peer[0] == server.addresses[0]


def test_both_ends_agree_on_the_four_numbers(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    assert near.local == far.peer
    assert near.peer == far.local


def test_the_source_port_can_be_chosen(server: Host, client: Host) -> None:
    free = client.udp().port  # most likely free for TCP too
    with client.connect(server, server.listen().port, source_port=free) as connection:
        assert connection.local[1] == free


def test_a_megabyte_arrives_whole(server: Host, client: Host) -> None:
    listener = server.listen(app=apps.Echo())
    with client.connect(server, listener.port) as connection:
        connection.send(MEGABYTE)
        connection.shutdown()
        assert connection.receive_all() == MEGABYTE


def test_a_stream_has_no_messages(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    near.send(b"one")
    near.send(b"two")
    near.shutdown()
    assert far.receive_all() == b"onetwo"


def test_receive_gives_at_most_its_limit(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    near.send(b"abcdef")
    near.shutdown()
    pieces = []
    while piece := far.receive(2):
        assert len(piece) <= 2
        pieces.append(piece)
    assert b"".join(pieces) == b"abcdef"


def test_receive_until_leaves_the_rest(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    near.send(b"HELO a\r\nMAIL b\r\nDA")
    near.send(b"TA")
    near.shutdown()
    assert far.receive_until(b"\r\n") == b"HELO a\r\n"
    assert far.receive_until(b"\r\n") == b"MAIL b\r\n"
    assert far.receive_all() == b"DATA"


def test_a_separator_may_come_in_two_pieces(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    near.send(b"line\r")
    assert far.receive() == b"line\r"
    near.send(b"\nmore\r")
    near.send(b"\n")
    assert far.receive_until(b"\r\n") == b"\nmore\r\n"


def test_a_stream_that_ends_early_loses_nothing(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    near.send(b"half a li")
    near.shutdown()
    with pytest.raises(ConnectionAborted):
        far.receive_until(b"\n")
    assert far.receive() == b"half a li"
    assert far.receive() == b""


def test_a_half_closed_connection_still_carries_the_answer(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    near.send(b"question")
    near.shutdown()
    assert far.receive_all() == b"question"
    far.send(b"answer")
    far.close()
    assert near.receive_all() == b"answer"
    with pytest.raises(ConnectionClosed):
        near.send(b"one more thing")


def test_the_end_of_the_stream_stays_the_end(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    far.close()
    assert near.receive() == b""
    assert near.receive() == b""


def test_nobody_listens(server: Host, client: Host) -> None:
    listener = server.listen()
    port = listener.port
    listener.close()
    with pytest.raises(ConnectionRefused):
        client.connect(server, port)


def test_nothing_comes(server: Host, client: Host) -> None:
    near, _ = opened(server, client)
    with pytest.raises(TimedOut):
        near.receive(timeout=0.05)
    with pytest.raises(TimedOut):
        near.receive_until(b"\n", timeout=0.05)
    with pytest.raises(TimedOut):
        near.receive_all(timeout=0.05)


def test_a_wait_that_ran_out_loses_nothing(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    far.send(b"part")
    with pytest.raises(TimedOut):
        near.receive_until(b"\n", timeout=0.05)
    far.send(b"ial\n")
    assert near.receive_until(b"\n") == b"partial\n"


def test_a_full_queue_answers_nobody(server: Host, client: Host) -> None:
    listener = server.listen(backlog=1)
    connections: list[Connection] = []

    def knock() -> None:
        for _ in range(6):
            connections.append(client.connect(server, listener.port, timeout=0.3))

    with pytest.raises(TimedOut):
        knock()
    assert connections


def test_an_abort_is_seen_as_one(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    near.abort()
    with pytest.raises(ConnectionAborted):
        far.receive()
    with pytest.raises(ConnectionClosed):
        near.receive()


def test_sending_after_a_reset_fails(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    far.abort()
    with pytest.raises(ConnectionAborted):
        near.receive()
    with pytest.raises(ConnectionAborted):
        near.send(b"is anybody there?")


def test_closing_with_unread_data_resets(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    near.send(b"you will never read this")
    lines = far.receive_until(b" ")
    assert lines == b"you "
    far.close()
    with pytest.raises(ConnectionAborted):
        near.receive()


def test_closing_without_unread_data_does_not(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    near.send(b"read")
    assert far.receive_until(b"d") == b"read"
    far.close()
    assert near.receive() == b""


def test_close_may_be_repeated_and_ends_everything(server: Host, client: Host) -> None:
    near, _ = opened(server, client)
    near.close()
    near.close()
    near.abort()
    for call in (
        lambda: near.send(b"x"),
        near.receive,
        lambda: near.receive_until(b"x"),
        near.receive_all,
        near.shutdown,
    ):
        with pytest.raises(ConnectionClosed):
            call()


def test_the_with_block_closes(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    with near:
        pass
    assert far.receive() == b""
    with pytest.raises(ConnectionClosed):
        near.send(b"x")


def test_an_empty_send_sends_nothing(server: Host, client: Host) -> None:
    near, far = opened(server, client)
    near.send(b"")
    near.send(b"x")
    assert far.receive() == b"x"


@pytest.mark.parametrize("data", [bytearray(b"ok"), memoryview(b"ok")])
def test_whatever_holds_bytes_can_be_sent(server: Host, client: Host, data: bytes) -> None:
    near, far = opened(server, client)
    near.send(data)
    near.shutdown()
    assert far.receive_all() == b"ok"


@pytest.mark.parametrize("data", ["text", 5, None, [1, 2]])
def test_text_is_no_bytes(server: Host, client: Host, data: object) -> None:
    near, _ = opened(server, client)
    with pytest.raises(PacketError, match="bytes"):
        near.send(data)  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [0, -1, "10", None])
def test_a_limit_is_at_least_one_byte(server: Host, client: Host, limit: object) -> None:
    near, _ = opened(server, client)
    with pytest.raises(LabError):
        near.receive(limit)  # type: ignore[arg-type]


@pytest.mark.parametrize("timeout", [-1.0, float("nan"), "soon"])
def test_a_timeout_is_a_time(server: Host, client: Host, timeout: object) -> None:
    near, _ = opened(server, client)
    with pytest.raises(LabError):
        near.receive(timeout=timeout)  # type: ignore[arg-type]


def test_connections_are_told_apart(server: Host, client: Host) -> None:
    listener = server.listen(app=apps.Echo())
    many = [client.connect(server, listener.port) for _ in range(5)]
    for number, connection in enumerate(many):
        connection.send(b"%d" % number)
    for number, connection in reversed(list(enumerate(many))):
        assert connection.receive() == b"%d" % number


def test_a_connection_outlives_the_name_of_its_lab(world: str) -> None:
    lab = Lab(world)
    server, client = lab.hosts("server", "client")
    connection = client.connect(server, server.listen(app=apps.Echo()).port)
    del server, client
    connection.send(b"still here")
    assert connection.receive_until(b"here") == b"still here"
    lab.close()
