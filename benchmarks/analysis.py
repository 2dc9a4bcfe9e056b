"""How fast a long capture is understood: against tshark, asked for the same fields.

The capture is of our own making: many connections of the model world, one after another, over a
line that loses and reorders. Ours is timed in this process, from the file to every label; tshark in
a process of its own, as there is no other way. Each start-up is left out: what tshark needs for a
capture of one packet is taken off its time. Both take turns, and the median of the turns' ratios
counts.
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
        long, short = Path(folder) / "long.pcap", Path(folder) / "short.pcap"
        trace = traffic()
        save(trace, long)
        save(trace[:1], short)
        _our_time(short)
        ratios = []
        for _ in range(TURNS):
            theirs = _tsharks_time(long) - _tsharks_time(short)
            ratios.append(_our_time(long) / theirs)
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


def _our_time(path: Path) -> float:
    start = perf_counter()
    analysis = analyse(load(path))
    seconds = perf_counter() - start
    assert analysis.observed
    return seconds


def _tsharks_time(path: Path) -> float:
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-e", "frame.number"]
    for field in FIELDS:
        command += ["-e", f"tcp.analysis.{field}"]
    start = perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return perf_counter() - start
