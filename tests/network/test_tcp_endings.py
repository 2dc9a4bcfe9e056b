"""How TCP connections between model hosts end, and how waiting ends when nothing comes."""

import pytest

from portlab.errors import (
    ConnectionAborted,
    ConnectionClosed,
    LimitReached,
    TimedOut,
)
from portlab.tcp import Config
from tests.network.story import connected, what


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


def test_a_wait_without_end_ends_though_tcp_probes_for_ever(lab, pair):
    server, client = pair
    server.config = Config(receive_buffer=2_000)
    one, _ = connected(server, client)
    one.send(bytes(10_000))
    with pytest.raises(TimedOut):
        one.receive(timeout=float("inf"))
    with pytest.raises(LimitReached, match="window that nobody opens"):
        lab.run()
    lab.run(10_000)


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


def test_keeping_alive_keeps_no_lab_awake(lab, pair):
    server, client = pair
    server.config = client.config = Config(keep_alive=True)
    one, _ = connected(server, client)
    lab.run()
    assert lab.trace[-1].time < 1_000_000
    lab.run(7_300)
    assert one.state == "ESTABLISHED"
    assert [record.time // 1_000_000 for record in lab.trace[3:]] == [7_200] * 2
