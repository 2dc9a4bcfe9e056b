"""How fast a long capture is understood: against tshark, asked for the same fields.

The capture is of our own making: many connections of the model world, one after another, over a
line that loses and reorders. tshark is a program, and started each time. Ours is timed twice, from
the file to the last label: in this process, as in a notebook that has portlab already, and as a
program that is started like tshark. All take turns, and the median of the turns' ratios counts.
"""

import shutil
import subprocess
import sys
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
    size = f"{PACKETS:,} packets"
    here = f"load and analysis of {size} / tshark's time for the same fields"
    afresh = f"a program that loads and analyses {size} / the same of tshark"
    if shutil.which("tshark") is None:
        return [(here, None, "<=", 1.0), (afresh, None, "<=", 1.0)]
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "long.pcap")
        save(traffic(), path)
        load(path, first=1)  # imports
        turns = [
            (_our_time(path), _our_programs_time(path), _tsharks_time(path)) for _ in range(TURNS)
        ]
        return [
            (here, median([ours / theirs for ours, _, theirs in turns]), "<=", 1.0),
            (afresh, median([ours / theirs for _, ours, theirs in turns]), "<=", 1.0),
        ]


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


PROGRAM = """
import sys
from portlab.trace.analysis import analyse
from portlab.trace.capture import load

assert analyse(load(sys.argv[1])).labels
"""


def _our_programs_time(path: str) -> float:
    return _time_of([sys.executable, "-c", PROGRAM, path])


def _tsharks_time(path: str) -> float:
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.number"]
    for field in FIELDS:
        command += ["-e", f"tcp.analysis.{field}"]
    return _time_of(command)


def _time_of(command: list[str]) -> float:
    start = perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return perf_counter() - start
