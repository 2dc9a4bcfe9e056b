"""Conversations written down line by line, turned into captures by scapy.

    > S 0 0          the client sends a SYN of (relative) number 0
    < SA 0 1         the server answers
    > A 1 1 len=5 win=0 t=0.5

Numbers are relative to each side's SYN; each line is a millisecond after the one before, or `t`
seconds. What stands behind a `:` is what an observer is to conclude.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLIENT_ISN, SERVER_ISN = 0xFFFF_FFF0, 1000
"""The client's numbers run over the end of the circle."""

_START = 1_767_225_600


@dataclass(frozen=True)
class Line:
    """One packet of a story."""

    way: str
    flags: str
    seq: int
    ack: int
    options: dict[str, str]
    expected: frozenset[str]


def lines(story: str) -> list[Line]:
    return [_line(text) for text in story.strip().splitlines() if text.strip()]


def _line(text: str) -> Line:
    packet, _, expected = text.partition(":")
    words = packet.split()
    options = dict(word.split("=") for word in words if "=" in word)
    way, flags, seq, ack = (word for word in words if "=" not in word)
    kinds = frozenset(kind.strip() for kind in expected.split("+") if kind.strip())
    return Line(way, flags, int(seq), int(ack), options, kinds)


def mirrored(story: str) -> str:
    """What one side does, the other does."""
    return story.translate(str.maketrans("<>", "><"))


def write(path: Path, stories: Iterable[str], version: int = 4) -> Path:
    """A capture of all the stories, each from a port of its own; `path` is given back."""
    from scapy.utils import wrpcap

    packets, time = [], float(_START)
    for port, story in enumerate(stories, start=40000):
        for line in lines(story):
            time += float(line.options.get("t", 0.001))
            packet = _packet(line, port, version)
            packet.time = round(time, 6)
            packets.append(packet)
    wrpcap(str(path), packets)
    return path


def _packet(line: Line, port: int, version: int) -> Any:
    from scapy.layers.inet import IP, TCP
    from scapy.layers.inet6 import IPv6

    from_client = line.way == ">"
    bases = (CLIENT_ISN, SERVER_ISN) if from_client else (SERVER_ISN, CLIENT_ISN)
    ports = (port, 80) if from_client else (80, port)
    hosts = ("10.0.0.2", "10.0.0.1") if version == 4 else ("fd00::2", "fd00::1")
    source, target = hosts if from_client else hosts[::-1]
    header = IP if version == 4 else IPv6
    options = line.options
    segment = TCP(
        sport=ports[0],
        dport=ports[1],
        flags=line.flags,
        seq=(bases[0] + line.seq) % 2**32,
        ack=(bases[1] + line.ack) % 2**32 if "A" in line.flags else 0,
        window=int(options.get("win", 8000)),
        options=[("WScale", int(options["scale"]))] if "scale" in options else [],
    )
    return header(src=source, dst=target) / segment / bytes(int(options.get("len", 0)))
