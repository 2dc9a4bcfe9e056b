"""How fast a long capture is understood: against tshark, asked for the same fields.

The capture is of our own making: many connections of the model world, one after another, over a
line that loses and reorders. Ours is timed in this process, as in a notebook that has portlab
already, from the file to the last label; tshark is a program, and started each time. Both take
turns, and the median of the turns' ratios counts.
"""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks import Row, median
from portlab import Lab, Link
from portlab.trace.analysis import analyse
from portlab.trace.capture import load, save
from portlab.trace.trace import Trace

PACKETS = 100_000
TURNS = 5
CLIENTS = 10

FIELDS = (
    "retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order",
    "lost_segment", "ack_lost_segment", "duplicate_ack", "zero_window", "zero_window_probe",
    "zero_window_probe_ack", "window_full", "window_update", "keep_alive", "keep_alive_ack",
    "reused_ports",
)  # fmt: skip


def measure() -> list[Row]:
    """(what, value, "<=" or ">=", target)."""
    what = f"load and analysis of {PACKETS:,} packets / tshark's time for the same fields"
    if shutil.which("tshark") is None:
        return [(what, None, "<=", 1.0)]
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "long.pcap")
        save(traffic(), path)
        load(path, first=1)  # imports
        ratios = [_our_time(path) / _tsharks_time(path) for _ in range(TURNS)]
        return [(what, median(ratios), "<=", 1.0)]


def traffic() -> Trace:
    """Downloads of 150 kB, until there are enough packets."""
    with Lab(seed=7, link=Link(loss=0.01, reorder=0.005)) as lab:
        server, *clients = lab.hosts("server", *(f"client-{n}" for n in range(CLIENTS)))
        listener = server.listen(80)
        while len(lab.trace) < PACKETS:
            for client in clients:
                near = client.connect(server, 80, timeout=600)
                far = listener.accept()
                far.send(bytes(150_000))
                far.shutdown()
                near.receive_all(timeout=600)
                near.close()
                far.close()
        return lab.trace[:PACKETS]


def _our_time(path: str) -> float:
    start = perf_counter()
    analysis = analyse(load(path))
    seconds = perf_counter() - start
    assert analysis.labels
    return seconds


def _tsharks_time(path: str) -> float:
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.number"]
    for field in FIELDS:
        command += ["-e", f"tcp.analysis.{field}"]
    start = perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return perf_counter() - start
