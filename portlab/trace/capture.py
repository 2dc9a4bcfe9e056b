"""Capture files into Traces, and Traces into capture files.

What a file is belongs to `reading` and `writing`, what a frame is to `links`. Everything that a
file can do wrong ends here as a CaptureError, as a note of the Trace, or as a record's `problem`.
"""

from itertools import islice
from typing import TYPE_CHECKING

from portlab.errors import CaptureError, PacketError
from portlab.packets import Packet, Reassembler, glance
from portlab.trace.links import UnknownLinkType, find_ip
from portlab.trace.reading import Frames, without_scapys_warnings
from portlab.trace.record import Frame, Record
from portlab.trace.trace import Trace
from portlab.trace.tunnels import innermost
from portlab.trace.uncollected import uncollected
from portlab.trace.writing import write_pcap, write_pcapng

if TYPE_CHECKING:
    from pathlib import Path

MAX_PACKETS = 500_000
"""How many frames `load` takes from one file without being told how many."""

_SHARED_FRAMES = 4096


def load(path: "str | Path", *, first: int | None = None) -> Trace:
    """The frames of a capture file, numbered from 1 as Wireshark numbers them.

    Each becomes a Record of origin "recorded" and fate "seen", with its time to the microsecond
    (finer times are cut). Frames that hold no IP packet, or a damaged one, have no `packet` but a
    `problem`. Of what came through a tunnel, `packet` is the innermost, and `outer` what carried
    it; the last fragment of a packet has the `whole` beside it. A file that breaks off gives the
    frames before the break, and `trace.error` says so. `first` reads only that many frames. Of
    pcapng, the offset that a file may add to all its times (if_tsoffset) is not applied, because
    scapy does not read it.

    Raises CaptureError when there is nothing to read: no such file, no capture, no link type that
    is known, more than MAX_PACKETS frames (unless `first` allows it) or more than 256 MiB.
    """
    from pathlib import Path

    if first is not None and first < 1:
        raise CaptureError(f"first={first} asks for no frames. Give a number from 1.")
    file = Path(path)
    try:
        if not file.exists():
            raise CaptureError(f"There is no file {file}. Check the folder and the spelling.")
        if not file.is_file():
            raise CaptureError(f"{file} is not a file. Give the path of a capture file.")
        with file.open("rb") as opened, without_scapys_warnings(), uncollected():
            return _load(file.name, Frames(file.name, opened), first)
    except OSError as error:
        raise CaptureError(
            f"{file} cannot be read ({error.strerror or error}). "
            "Check that it is complete and that you are allowed to read it."
        ) from error


def save(trace: Trace, path: "str | Path") -> int:
    """Write the packets of `trace` to a capture file, and return how many were written.

    The ending chooses the format. `.pcapng` keeps, in a comment beside each packet, what made it,
    its fate and the cause, the sender's state and the reason (the comments of a loaded file stay as
    they are). `.pcap` has no comments: all that is lost, lost packets look like others, and only
    one kind of link fits. Packets from a file go back in their old frames, others as raw IP.
    Socket calls show no packet, so they are left out.

    An existing file is replaced in one step once everything is written; until then, and if
    anything goes wrong, it stays as it was.

    Raises CaptureError where no packet is left to save, the format cannot hold the trace, or the
    file cannot be written.
    """
    from pathlib import Path
    from tempfile import TemporaryDirectory

    target = Path(path)
    write = {".pcapng": write_pcapng, ".pcap": write_pcap}.get(target.suffix.lower())
    if write is None:
        raise CaptureError(
            f"{target} has no ending that says which format to write. "
            "Use .pcapng (keeps comments) or .pcap (for older programs)."
        )
    records = [record for record in trace if record.packet or record.frame]
    if not records:
        raise CaptureError(
            "This trace holds no packets, so there is nothing to save"
            + (" (socket calls show none)." if len(trace) else ".")
            + " The model world sees every packet."
        )
    try:
        target = target.resolve()
        if target.exists() and not target.is_file():
            raise CaptureError(f"{target} is not a file. Give the path of a capture file.")
        with TemporaryDirectory(prefix=".portlab-", dir=target.parent) as folder:
            draft = Path(folder) / target.name
            write(records, draft)
            draft.replace(target)
    except OSError as error:
        raise CaptureError(
            f"{target} cannot be written ({error.strerror or error}). "
            "Choose another folder, or make room."
        ) from error
    return len(records)


def as_pcapng(trace: Trace) -> bytes:
    """What `save` writes to a .pcapng file, as bytes. Raises CaptureError as `save` does."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    try:
        # scapy's writer takes a path and nothing else.
        with TemporaryDirectory(prefix="portlab-") as folder:
            file = Path(folder) / "trace.pcapng"
            save(trace, file)
            return file.read_bytes()
    except OSError as error:
        raise CaptureError(
            f"The packets cannot be put together ({error.strerror or error}). "
            "Make room in this computer's folder for temporary files."
        ) from error


def _load(name: str, frames: Frames, first: int | None) -> Trace:
    limit = MAX_PACKETS if first is None else first
    take = _Taker()
    records = [take(number, *frame) for number, frame in enumerate(islice(frames, limit), start=1)]
    if first is None and len(records) == limit and next(iter(frames), None):
        raise CaptureError(
            f"{name} holds more than {limit:,} frames. "
            "Load its beginning with first=, or cut a part out of it in Wireshark."
        )
    if frames.broken and not records:
        raise frames.broken
    unknown = take.unknown_link_types
    if records and take.known == 0:
        numbers = ", ".join(map(str, sorted(unknown)))
        raise CaptureError(
            f"{name} was captured on a kind of link that scapy cannot take apart (link type "
            f"{numbers} of tcpdump.org's list). Capture on another interface, or have Wireshark "
            "export the packets as raw IP."
        )
    return Trace(records, title=name, error=frames.broken, notes=frames.notes)


class _Taker:
    """Turns frames into Records."""

    def __init__(self) -> None:
        self.known = 0
        self.unknown_link_types: set[int] = set()
        self._fragments = Reassembler()
        self._frames: dict[tuple[int, bytes, bytes, int, int | None], Frame] = {}

    def __call__(
        self, number: int, time: int, link_type: int, data: bytes, cut: int, comments: list[bytes]
    ) -> Record:
        packet, problem, whole, outer = None, None, None, None
        before, after = data, b""
        try:
            found = find_ip(link_type, data)
            self.known += 1
            if isinstance(found, str):
                problem = found
            else:
                start, end = found
                raw = data[start:end]
                if glance(raw) is None:
                    # Looked at once, to know that it can be; what was seen is let go, for that is
                    # most of the memory of a long capture.
                    Packet.decode(raw)
                    inside, after_inside = innermost(Packet(raw))
                    if inside:
                        outer = start
                        start, end = start + inside, start + after_inside
                        raw = data[start:end]
                    whole = self._completed(raw, time)
                packet = Packet(raw)
                before, after = data[:start], data[end:]
        except UnknownLinkType:
            self.unknown_link_types.add(link_type)
            problem = f"link type {link_type}, which scapy cannot take apart"
        except PacketError as error:
            problem = str(error)
        frame = self._frame(link_type, before, after, cut, comments, outer)
        return Record(
            number, time, "recorded", "seen", packet, problem=problem, frame=frame, whole=whole
        )

    def _completed(self, raw: bytes, time: int) -> Packet | None:
        """The packet that a fragment completes, out of its tunnel, if it can be read."""
        whole = self._fragments.add(Packet(raw), time)
        if whole is None:
            return None
        try:
            Packet.decode(whole.raw)
        except PacketError:
            return None
        start, end = innermost(whole)
        return Packet(whole.raw[start:end])

    def _frame(
        self,
        link_type: int,
        before: bytes,
        after: bytes,
        cut: int,
        comments: list[bytes],
        outer: int | None,
    ) -> Frame:
        """Most frames of a capture differ in nothing but their packets: one Frame serves them."""
        if comments:
            texts = tuple(comment.decode("utf-8", "replace") for comment in comments)
            return Frame(link_type, before, after, cut, texts, outer)
        key = (link_type, before, after, cut, outer)
        frame = self._frames.get(key)
        if frame is None:
            if len(self._frames) == _SHARED_FRAMES:
                self._frames.clear()
            frame = self._frames[key] = Frame(link_type, before, after, cut, outer=outer)
        return frame
