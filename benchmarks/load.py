"""How fast, and in how much memory, a capture of 100,000 packets is loaded.

Against scapy's PcapReader, which also reads and dissects each packet. It is ten times as slow, so
it reads the first tenth of the same file, and the times for one packet are compared. Both take
turns, and the median of the turns' ratios counts.
"""

import tracemalloc
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks import Row, median
from portlab.packets import ACK, NoOperation, Packet, Segment, Timestamps
from portlab.trace.capture import load, save
from portlab.trace.links import ETHERNET
from portlab.trace.record import Frame, Record
from portlab.trace.trace import Trace

PACKETS = 100_000
SCAPYS = 10_000
TURNS = 3


def measure() -> list[Row]:
    """(what, value, "<=" or ">=", target)."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / "long.pcap", Path(folder) / "long.pcapng"]
        _save_download(paths)
        rows: list[Row] = []
        for path in paths:
            ratios = [_scapys_time(path) / _our_time(path) for _ in range(TURNS)]
            what = f"loading {PACKETS:,} packets from {path.suffix} / scapy's PcapReader, speed"
            rows.append((what, median(ratios), ">=", 5))
        what = "memory at the peak of loading them, beside the file's bytes, bytes/packet"
        return [*rows, (what, _memory(paths[0]), "<=", 400)]


def _save_download(paths: list[Path]) -> None:
    """What a long download looks like: two segments of data, then an acknowledgment."""
    frame = Frame(ETHERNET, bytes.fromhex("020000000001 020000000002 0800"))
    server, client = ("192.0.2.1", 443), ("192.0.2.2", 50000)
    records = []
    for i in range(PACKETS):
        source, to = (client, server) if i % 3 == 2 else (server, client)
        options = (NoOperation(), NoOperation(), Timestamps(i, i))
        payload = b"" if i % 3 == 2 else bytes(1448)
        segment = Segment(source[1], to[1], i, i, ACK, 500, options, payload)
        packet = Packet.build(source[0], to[0], segment)
        records.append(Record(i + 1, i * 100, "recorded", "seen", packet, frame=frame))
    for path in paths:
        save(Trace(records), path)


def _our_time(path: Path) -> float:
    """Seconds for one packet."""
    start = perf_counter()
    trace = load(path)
    seconds = perf_counter() - start
    assert len(trace) == PACKETS
    return seconds / PACKETS


def _scapys_time(path: Path) -> float:
    """Seconds for one packet."""
    import scapy.layers.inet
    import scapy.layers.l2  # noqa: F401
    from scapy.utils import PcapReader

    start = perf_counter()
    with PcapReader(str(path)) as reader:
        count = sum(1 for _ in islice(reader, SCAPYS))
    seconds = perf_counter() - start
    assert count == SCAPYS
    return seconds / SCAPYS


def _memory(path: Path) -> float:
    load(path, first=1)
    tracemalloc.start()
    trace = load(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (peak - path.stat().st_size) / len(trace)
