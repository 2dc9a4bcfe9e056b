"""A TCP segment's numbers at a glance: what an observer of many packets needs, and no objects.

A Packet that is decoded becomes two headers with all their fields. Whoever sorts a hundred thousand
packets reads six numbers of each, and here they come straight from the bytes.
"""

import struct
from typing import NamedTuple

from portlab.packets.addresses import packed
from portlab.packets.packet import Packet
from portlab.packets.tcp import Segment

_NUMBERS = struct.Struct("!IIBBH")
_PORTS = struct.Struct("!HH")


class Glance(NamedTuple):
    """`ends` are both addresses and both ports as bytes, the sender's first.

    `seq`, `ack`, `flags` and `window` are as in the header; `length` is bytes of payload, those
    that a capture cut off too.
    """

    ends: bytes
    seq: int
    ack: int
    flags: int
    window: int
    length: int


def glance(raw: bytes) -> Glance | None:
    """The numbers of a plain TCP packet: whole, without IP options or extension headers.

    None for all else, which `Packet.decode` then has to look at: UDP, fragments, damaged bytes.
    What is seen here, `Packet.decode` reads without an error.

    >>> packet = Packet.build("10.0.0.1", "10.0.0.2", Segment(5000, 80, 7, payload=b"hello"))
    >>> glance(packet.raw)[1:]
    (7, 0, 0, 0, 5)
    """
    size = len(raw)
    if size < 40:
        return None
    if raw[0] == 0x45:
        if raw[9] != 6 or raw[6] & 0x3F or raw[7]:
            return None
        at, end, ends = 20, raw[2] << 8 | raw[3], raw[12:24]
    elif raw[0] >> 4 == 6 and raw[6] == 6 and size >= 60:
        at, end, ends = 40, 40 + (raw[4] << 8 | raw[5]), raw[8:44]
    else:
        return None
    seq, ack, offset, flags, window = _NUMBERS.unpack_from(raw, at + 4)
    header = offset >> 4 << 2
    length = end - at - header
    if header < 20 or length < 0:
        return None
    return Glance(ends, seq, ack, flags, window, length)


def glance_at(packet: Packet) -> Glance | None:
    """The same of any packet that is a whole TCP segment, whatever stands before it.

    Raises PacketError for bytes that are no packet.
    """
    return glance(packet.raw) or _decoded(packet)


def _decoded(packet: Packet) -> Glance | None:
    segment, ip = packet.payload, packet.ip
    if not isinstance(segment, Segment) or ip.fragment_offset or ip.more_fragments:
        return None
    length = len(segment.payload)
    if packet.truncated:
        length += (ip.packet_length or 0) - len(packet)
    ends = packed(packet.src) + packed(packet.dst)
    ends += _PORTS.pack(segment.source_port, segment.destination_port)
    return Glance(ends, segment.seq, segment.ack, segment.flags, segment.window, length)
