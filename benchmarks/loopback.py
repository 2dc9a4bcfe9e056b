"""What it costs to go through the loopback world: an echo's round trip, against bare sockets.

Both run in turns in one process with the same payload, the bare ones as simply as Python allows:
a thread that blocks in recv, and a client that does. The fastest turn of each counts: what the
computer does beside can only make a turn slower. All threads share one processor where the system
lets us say so: a round trip between two processors takes two to four times as long, whoever makes
it, and which threads are parted is the scheduler's whim.
"""

import os
import socket
import threading
from time import perf_counter

from benchmarks import Row
from portlab import apps
from portlab.host import Connection
from portlab.worlds.loopback.world import LoopbackWorld
from portlab.worlds.sockets.limits import Limits

PAYLOAD = b"x" * 64
ROUND_TRIPS = 250
TURNS = 40


def measure() -> list[Row]:
    """(what, value, "<=" or ">=", target)."""
    if not hasattr(os, "sched_setaffinity"):
        return _measure()
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(processors)})
    try:
        return _measure()
    finally:
        os.sched_setaffinity(0, processors)


def _measure() -> list[Row]:
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_echo, args=(listener,), daemon=True).start()
    bare = socket.create_connection(listener.getsockname())
    world = LoopbackWorld(limits=Limits(calls=8 * TURNS * ROUND_TRIPS))
    server, client = world.host("server"), world.host("client")
    connection = client.connect(server, server.listen(app=apps.Echo()).port)
    turns = [(_lab_seconds(connection), _bare_seconds(bare)) for _ in range(TURNS)]
    world.close()
    bare.close()
    listener.close()
    in_lab, plain = map(min, zip(*turns, strict=True))
    return [("loopback echo round trip / bare sockets", in_lab / plain, "<=", 1.5)]


def _echo(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        while data := connection.recv(65536):
            connection.sendall(data)


def _bare_seconds(bare: socket.socket) -> float:
    start = perf_counter()
    for _ in range(ROUND_TRIPS):
        bare.sendall(PAYLOAD)
        bare.recv(65536)
    return perf_counter() - start


def _lab_seconds(connection: Connection) -> float:
    start = perf_counter()
    for _ in range(ROUND_TRIPS):
        connection.send(PAYLOAD)
        connection.receive()
    return perf_counter() - start
