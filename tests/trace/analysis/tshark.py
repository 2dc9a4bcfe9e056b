"""What tshark concludes of each packet of a capture, in our words, to be held beside ours."""

import subprocess
from pathlib import Path

from portlab.trace.analysis import Analysis, Kind

FIELDS: dict[str, Kind] = {
    "retransmission": "retransmission",
    "fast_retransmission": "fast retransmission",
    "spurious_retransmission": "spurious retransmission",
    "out_of_order": "out of order",
    "lost_segment": "lost segment",
    "ack_lost_segment": "ACK of unseen segment",
    "duplicate_ack": "duplicate ACK",
    "zero_window": "zero window",
    "zero_window_probe": "zero-window probe",
    "zero_window_probe_ack": "zero-window probe ACK",
    "window_full": "window full",
    "window_update": "window update",
    "keep_alive": "keep-alive",
    "keep_alive_ack": "keep-alive ACK",
    "reused_ports": "ports reused",
}
"""Wireshark's fields tcp.analysis.*, and our names of the same."""

COMPARED = frozenset(FIELDS.values())

Kinds = frozenset[str]


def seen_by_tshark(path: Path) -> dict[int, Kinds]:
    """By the frame's number; frames of which it says nothing are left out."""
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-e", "frame.number"]
    for field in FIELDS:
        command += ["-e", f"tcp.analysis.{field}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    found = {}
    for line in run.stdout.splitlines():
        number, *cells = line.split("\t")
        kinds = {kind for kind, cell in zip(FIELDS.values(), cells, strict=True) if cell}
        if kinds & {"fast retransmission", "spurious retransmission"}:
            kinds.discard("retransmission")  # which it sets beside each of them
        if kinds:
            found[int(number)] = frozenset(kinds)
    return found


def seen_by_us(analysis: Analysis) -> dict[int, Kinds]:
    """The same of ours, without what tshark has no name for."""
    found = {
        number: frozenset(label.kind for label in labels) & COMPARED
        for number, labels in analysis.labels.items()
    }
    return {number: kinds for number, kinds in found.items() if kinds}
