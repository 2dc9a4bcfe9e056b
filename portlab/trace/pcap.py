"""The classic capture format, which is 24 bytes about the file and 16 before each frame.

Read here and not by scapy, whose import and whose objects for each header would be a quarter of the
time that a long capture takes. The format: draft-ietf-opsawg-pcap, and pcap-savefile(5).
"""

import struct
from collections.abc import Callable

from portlab.trace.record import EPOCH

MAX_FRAME = 2**18

SeenFrame = tuple[int, int, bytes, int, list[bytes]]
"""Time (microseconds since 2026), link type, bytes, number of bytes cut off, comments."""

_MAGIC = {
    b"\xa1\xb2\xc3\xd4": (">", 1),
    b"\xd4\xc3\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1000),
}
"""How a file begins: the order of its bytes, and what a microsecond is in its times."""


class Damaged(Exception):
    """A length in the file that no capture can have, or fewer bytes than it says."""


def frames_of_pcap(read: Callable[[int], bytes]) -> Callable[[], SeenFrame] | None:
    """What gives one frame after another of the file that `read` reads, from its first byte on.

    It raises EOFError where there is no further one. None for another format; Damaged where the
    file ends in its own header.
    """
    known = _MAGIC.get(read(4))
    if known is None:
        return None
    order, per_microsecond = known
    about = read(20)
    if len(about) < 20:
        raise Damaged
    # The upper half of the field may hold the length of a checksum.
    link_type = struct.unpack(order + "16xI", about)[0] & 0xFFFF
    unpack = struct.Struct(order + "IIII").unpack

    def step() -> SeenFrame:
        header = read(16)
        if len(header) < 16:
            raise EOFError
        seconds, fraction, length, wire_length = unpack(header)
        if length > MAX_FRAME:
            raise Damaged
        data = read(length)
        if len(data) < length:
            raise Damaged
        time = (seconds - EPOCH) * 1_000_000 + fraction // per_microsecond
        return time, link_type, data, max(0, wire_length - length), []

    return step
