"""Capture files byte by byte, after the formats' descriptions: also what no program would write.

tshark reads them in `test_capture_against_tshark`, so that the writer here is checked too.
"""

import struct
from collections.abc import Iterable
from pathlib import Path

from portlab.packets import ACK, SYN, Packet, Segment, UdpDatagram
from portlab.trace.links import ETHERNET, RAW_IP

HEADER = bytes.fromhex("020000000001 020000000002")
NEW_YEAR = 1_767_225_600
"""2026-01-01T00:00Z in Unix time."""

SYN_PACKET = Packet.build("10.0.0.2", "10.0.0.1", Segment(49152, 80, seq=1000, flags=SYN))
SYN_ACK_PACKET = Packet.build(
    "10.0.0.1", "10.0.0.2", Segment(80, 49152, seq=5000, ack=1001, flags=SYN | ACK)
)
ACK_PACKET = Packet.build("10.0.0.2", "10.0.0.1", Segment(49152, 80, seq=1001, ack=5001, flags=ACK))
HANDSHAKE = (SYN_PACKET, SYN_ACK_PACKET, ACK_PACKET)
QUERY = Packet.build("fd00::2", "fd00::1", UdpDatagram(5353, 53, b"who is there?"))


def ethernet(packet: Packet) -> bytes:
    """As a card sends it: with padding up to 60 bytes."""
    kind = b"\x08\x00" if packet.raw[0] >> 4 == 4 else b"\x86\xdd"
    return (HEADER + kind + packet.raw).ljust(60, b"\0")


ARP = HEADER + b"\x08\x06" + bytes.fromhex("0001080006040001") + bytes(20)


def pcap(
    frames: Iterable[tuple[int, bytes]],
    *,
    link_type: int = ETHERNET,
    nano: bool = False,
    order: str = "<",
    wire_length: int | None = None,
) -> bytes:
    """A pcap file. Each frame comes with its Unix time in microseconds (nanoseconds if `nano`)."""
    data = struct.pack(
        order + "IHHIIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 2**18, link_type
    )
    for time, frame in frames:
        seconds, rest = divmod(time, 10**9 if nano else 10**6)
        length = len(frame) if wire_length is None else wire_length
        data += struct.pack(order + "IIII", seconds, rest, len(frame), length) + frame
    return data


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(kind: int, body: bytes, options: bytes = b"", order: str = "<") -> bytes:
    body += bytes(-len(body) % 4) + options + (bytes(4) if options else b"")
    length = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + length + body + length


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order=order)


def interface(link_type: int = RAW_IP, resolution: int | None = None, order: str = "<") -> bytes:
    """`resolution` is if_tsresol: a negative power of 10, or of 2 with the highest bit set."""
    options = b"" if resolution is None else option(9, bytes([resolution]), order)
    return block(1, struct.pack(order + "HHI", link_type, 0, 2**18), options, order)


def enhanced(
    frame: bytes, ticks: int, *, interface: int = 0, comments: Iterable[str] = (), order: str = "<"
) -> bytes:
    header = struct.pack(
        order + "IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame)
    )
    options = b"".join(option(1, comment.encode(), order) for comment in comments)
    return block(6, header + frame, options, order)


def simple(frame: bytes) -> bytes:
    """A simple packet block: no time, no interface."""
    return block(3, struct.pack("<I", len(frame)) + frame)


def write(folder: Path, data: bytes, name: str = "capture.pcap") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
