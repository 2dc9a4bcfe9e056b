"""Records into capture files, by scapy's raw writers."""

from typing import TYPE_CHECKING, Any, get_args

from portlab.errors import CaptureError
from portlab.trace.links import RAW_IP
from portlab.trace.record import EPOCH, Fate, Record

if TYPE_CHECKING:
    from pathlib import Path

_SNAP_LENGTH = 2**18
_MAX_COMMENT = 0xFFFF


class _Bytes(bytes):
    """A frame as scapy's writers take it: bytes, with what goes beside them as attributes.

    scapy 2.6 looks for `comment`, later ones look for `comments`.
    """

    comment: bytes | None = None
    comments: list[bytes] | None = None
    sniffed_on: str | None = None


def write_pcapng(records: list[Record], draft: "Path") -> None:
    from fractions import Fraction

    from scapy.utils import RawPcapNgWriter

    link_types = dict.fromkeys(map(_link_type, records))
    with RawPcapNgWriter(str(draft)) as writer:
        writer.linktype = default = next(iter(link_types))
        writer.write_header(None)
        for record in records:
            frame = _frame(record)
            if comments := _comments(record):
                frame.comment = b"\n".join(comments)[:_MAX_COMMENT]
                frame.comments = comments
            writer.linktype = _link_type(record)
            if writer.linktype != default:
                # An interface has one link type. scapy makes a new interface for each new name.
                frame.sniffed_on = f"link type {writer.linktype}"
            # A Fraction, because scapy multiplies: a float would lose the last microseconds.
            time: Any = Fraction(_unix_time(record, 1 << 64), 1_000_000)
            writer.write_packet(frame, sec=time, usec=0, wirelen=len(frame) + _cut(record))


def write_pcap(records: list[Record], draft: "Path") -> None:
    from scapy.utils import RawPcapWriter

    link_types = sorted(set(map(_link_type, records)))
    if len(link_types) > 1:
        raise CaptureError(
            f"These packets come from {len(link_types)} kinds of link, and a .pcap file holds "
            "one. Save as .pcapng."
        )
    with RawPcapWriter(str(draft), endianness="<", snaplen=_SNAP_LENGTH) as writer:
        # Not as an argument: the writer would take 0, which is a link type, for none.
        writer.linktype = link_types[0]
        writer.write_header(None)
        for record in records:
            frame = _frame(record)
            seconds, rest = divmod(_unix_time(record, 1_000_000 << 32), 1_000_000)
            writer.write_packet(frame, sec=seconds, usec=rest, wirelen=len(frame) + _cut(record))


def _frame(record: Record) -> _Bytes:
    raw = record.packet.raw if record.packet else b""
    frame = record.frame
    return _Bytes(frame.before + raw + frame.after if frame else raw)


def _link_type(record: Record) -> int:
    return record.frame.link_type if record.frame else RAW_IP


def _cut(record: Record) -> int:
    return record.frame.cut if record.frame else 0


def _unix_time(record: Record, end: int) -> int:
    """Microseconds since 1970, as the formats count; they know no time before, nor from `end`."""
    time = record.time + EPOCH * 1_000_000
    if not 0 <= time < end:
        raise CaptureError(
            f"The time of record {record.number} does not fit into this format. "
            "Save as .pcapng, or leave the record out with trace.where()."
        )
    return time


def _comments(record: Record) -> list[bytes]:
    """What a file said of a packet, or else what portlab knows of it."""
    if record.frame:
        texts = list(record.comments)
    else:
        reason = record.reason
        known = {
            "origin": record.origin,
            "fate": record.fate,
            "cause": record.cause,
            "arrived": record.arrival and f"{record.arrival - record.time} microseconds later",
            "state": record.state,
            "why": reason and f"{record.why} ({reason.source})",
        }
        texts = ["; ".join(f"{name}: {text}" for name, text in known.items() if text)]
    return [text.encode()[:_MAX_COMMENT] for text in texts]


def told(comment: str) -> tuple[Fate, str | None, int | None]:
    """What such a comment says of the wire: fate, cause, and microseconds to the arrival."""
    said = dict(part.split(": ", 1) for part in comment.split("; "))
    fate = next(fate for fate in get_args(Fate) if fate == said["fate"])
    delay = said.get("arrived")
    return fate, said.get("cause"), int(delay.split()[0]) if delay else None
