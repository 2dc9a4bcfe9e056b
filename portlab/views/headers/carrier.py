"""What an IP header tells about what it carries, and the verdict on checksums made with it."""

from dataclasses import dataclass

from portlab.packets.checksum import transport_checksum
from portlab.views.headers.reader import Reader


@dataclass(frozen=True, slots=True)
class Carrier:
    """The IP packet around a header of TCP, UDP or ICMP.

    `unknown` says why its checksum cannot be judged; empty where it can. `offset` is where a
    fragment begins, in bytes.
    """

    version: int
    source: str
    destination: str
    protocol: int
    unknown: str = ""
    offset: int = 0


def judged(found: int, right: int) -> tuple[str, bool]:
    """A checksum in words, and whether it is wrong.

    >>> judged(0x1C46, 0x1C46), judged(0x1C46, 0x1C47)
    (('0x1c46, right', False), ('0x1c46, wrong: 0x1c47 would be right', True))
    """
    if found == right:
        return f"0x{found:04x}, right", False
    return f"0x{found:04x}, wrong: 0x{right:04x} would be right", True


def judge_transport(reader: Reader, carrier: Carrier, found: int, start: int, at: int) -> None:
    """Say of the field Checksum whether it is right.

    `start` is the bit where its header begins, `at` the byte in there where it stands. What it
    covers ends where the reader does.
    """
    if carrier.unknown:
        reader.amend("Checksum", f"0x{found:04x}, not checked: {carrier.unknown}")
        return
    data = bytearray(reader.raw[start // 8 : reader.end // 8])
    data[at : at + 2] = b"\0\0"
    right = transport_checksum(carrier.source, carrier.destination, carrier.protocol, bytes(data))
    if carrier.protocol == 17:
        right = right or 0xFFFF  # zero would say that there is none (RFC 768)
    elif found in (0, 0xFFFF) and right in (0, 0xFFFF):
        right = found  # two ways to write zero
    reader.amend("Checksum", *judged(found, right))
