"""A runaway loop ends by itself: connections, bytes, calls and seconds are limited."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from portlab import apps
from portlab.errors import LimitReached
from portlab.worlds.loopback.host import LoopbackHost
from portlab.worlds.loopback.world import LoopbackWorld
from portlab.worlds.sockets.limits import Limits
from tests.worlds.left_behind import belongings, left_behind


@contextmanager
def limited(limits: Limits) -> Iterator[tuple[LoopbackWorld, LoopbackHost, LoopbackHost]]:
    """A world with these limits and two hosts; nothing may be left of it."""
    before = belongings()
    world = LoopbackWorld(limits=limits)
    try:
        yield world, world.host("server"), world.host("client")
    finally:
        world.close()
    assert not left_behind(before)


def test_connections_are_limited_and_closing_one_makes_room() -> None:
    with limited(Limits(connections=6)) as (world, server, client):
        port = server.listen(app=apps.Echo()).port
        three = []
        for _ in range(3):
            three.append(client.connect(server, port))
            world.run()  # so that its other end counts too
        with pytest.raises(LimitReached, match="6 ends"):
            client.connect(server, port)
        three[0].close()
        world.run()
        with client.connect(server, port) as connection:
            connection.send(b"x")
            assert connection.receive() == b"x"


def test_a_stranger_cannot_fill_a_server() -> None:
    with limited(Limits(connections=2)) as (world, server, _):
        address = ("127.0.0.1", server.listen(app=apps.Echo()).port)
        strangers = [socket.create_connection(address) for _ in range(3)]
        with pytest.raises(LimitReached):
            world.run()
        strangers[0].sendall(b"x")
        assert strangers[0].recv(1) == b"x"
        for stranger in strangers:
            stranger.close()
        world.run()


def test_bytes_are_limited() -> None:
    with limited(Limits(bytes=1000)) as (_, server, client):
        connection = client.connect(server, server.listen(app=apps.Echo()).port)
        connection.send(b"x" * 100)
        with pytest.raises(LimitReached, match="1,000 bytes"):
            connection.send(b"x" * 1000)
        with pytest.raises(LimitReached):
            client.udp()


class HotPotato:
    """Sends back what it gets, as Echo does; told to begin, it throws the first one."""

    name = "HotPotato"

    def __init__(self, target: apps.Address) -> None:
        self._target = target

    def session(self, local: apps.Address, peer: apps.Address) -> "HotPotato":
        return self

    def handle(self, event: apps.Event) -> list[apps.Action]:
        assert isinstance(event, apps.Datagram)
        return [apps.SendTo(b"potato", self._target if event.data == b"go" else event.source)]


def test_two_apps_that_answer_each_other_for_ever_are_stopped() -> None:
    with limited(Limits(calls=500)) as (world, server, client):
        echo = client.udp(app=apps.Echo())
        potato = server.udp(app=HotPotato((echo.address, echo.port)))
        with client.udp() as starter:
            starter.send_to(b"go", server, potato.port)
        with pytest.raises(LimitReached, match="500 socket calls"):
            world.run(60)


def test_seconds_are_limited() -> None:
    with limited(Limits(seconds=0.2)) as (world, server, client):

        def wait_for_an_answer() -> None:
            connection = client.connect(server, server.listen(app=apps.Discard()).port)
            connection.receive(timeout=60)

        with pytest.raises(LimitReached, match=r"0\.2 seconds"):
            wait_for_an_answer()
        with pytest.raises(LimitReached):
            world.run(1)


def test_calls_are_limited() -> None:
    with limited(Limits(calls=100)) as (world, server, client):
        connection = client.connect(server, server.listen(app=apps.Echo()).port)

        def chat_for_ever() -> None:
            while True:
                connection.send(b"x")
                connection.receive()

        with pytest.raises(LimitReached, match="100 socket calls"):
            chat_for_ever()
        assert 100 <= len(world.records) < 110
