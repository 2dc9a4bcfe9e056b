"""The kernel world: how soon it is there, beside Mininet, and how much its wire carries.

Mininet (`apt install mininet bridge-utils`, and root) starts and stops two hosts on a bridge, its
lightest kind; ours also exchange a line over TCP, on a wire that has no delay, as Mininet's have
none (the lab's usual one takes 10 ms each way, which is waiting and no work). Both take turns. The
wire is Python, between two kernels whose packets are 1500 bytes, each of them recorded; the fastest
turn counts, for what the computer does beside can only make a turn slower.
"""

import os
import shutil
import subprocess
import sys
import threading
import time

from benchmarks import Row, median
from portlab import Lab, Link
from portlab.errors import WorldError

ROUNDS = 7
READY_ROUNDS = 15
BULK = 30_000_000
BULK_ROUNDS = 5
CHUNK = 1_000_000

ONE_LINE = """
from portlab import Lab, Link, apps
with Lab("kernel", link=Link(delay=0)) as lab:
    server, client = lab.hosts("server", "client")
    server.listen(7, apps.Echo())
    with client.connect(server, 7) as connection:
        connection.send(b"hello\\n")
        assert connection.receive_until(b"\\n") == b"hello\\n"
"""
MININET = ["mn", "--switch", "lxbr", "--controller", "none", "--test", "none"]


def measure() -> list[Row]:
    """(what, value, "<=" or ">=", target); None where there is no kernel world, or no Mininet."""
    names = (
        "two kernel hosts ready, after the first use (ms)",
        "a process with two kernel hosts, a line of TCP, no delay / mn of two",
        "kernel world, bulk over TCP through the Python wire (MB/s)",
    )
    try:
        Lab("kernel").close()
    except WorldError:
        return [(names[0], None, "<=", 100), (names[1], None, "<=", 1), (names[2], None, ">=", 20)]
    return [
        (names[0], 1000 * median(_ready() for _ in range(READY_ROUNDS)), "<=", 100),
        (names[1], _beside_mininet(), "<=", 1),
        (names[2], max(_megabytes_a_second() for _ in range(BULK_ROUNDS)), ">=", 20),
    ]


def _ready() -> float:
    """Seconds until two hosts can be used."""
    start = time.perf_counter()
    with Lab("kernel") as lab:
        lab.hosts("server", "client")
        return time.perf_counter() - start


def _beside_mininet() -> float | None:
    if os.geteuid() != 0 or not (shutil.which("mn") and shutil.which("brctl")):
        return None
    return median(
        _seconds([sys.executable, "-c", ONE_LINE]) / _seconds(MININET) for _ in range(ROUNDS)
    )


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def _megabytes_a_second() -> float:
    with Lab("kernel", link=Link(delay=0)) as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen(10)
        near = client.connect(server, 10)
        far = listener.accept()

        def send() -> None:
            for _ in range(BULK // CHUNK):
                near.send(bytes(CHUNK))
            near.shutdown()

        sender = threading.Thread(target=send)
        start = time.perf_counter()
        sender.start()
        count = 0
        while data := far.receive(1 << 18):
            count += len(data)
        seconds = time.perf_counter() - start
        sender.join()
        assert count == BULK
        return count / seconds / 1e6
