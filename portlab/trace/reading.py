"""A capture file frame by frame: pcap, or pcapng as scapy's raw reader gives it, either gzipped.

No format is taken apart here. What lives here is what holds for both: bounds on what a file may
make us read, times in whole microseconds, and what to say of a file that is damaged.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from portlab.errors import CaptureError
from portlab.trace.pcap import MAX_FRAME, Damaged, SeenFrame, frames_of_pcap
from portlab.trace.record import EPOCH

if TYPE_CHECKING:
    from logging import LogRecord

MAX_BYTES = 256 * 2**20
"""How many bytes of a capture are read at most, unpacked."""

_MAX_BLOCK = 16 * 2**20
_DECRYPTION_SECRETS = 10


class _Stream:
    """The file as scapy reads it: no single read, and no file, without a bound."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.count = 0

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _MAX_BLOCK:
            raise Damaged
        data: bytes = self.file.read(size)
        self.count += len(data)
        if self.count > MAX_BYTES:
            raise CaptureError(
                f"The capture is longer than {MAX_BYTES >> 20} MiB. "
                "Load its beginning with first=, or cut a part out of it in Wireshark."
            )
        return data

    def rewind(self) -> None:
        self.count = self.file.seek(0)


def _unpacked(file: Any) -> Any:
    if file.peek(2)[:2] == b"\x1f\x8b":
        from gzip import GzipFile

        return GzipFile(fileobj=file)
    return file


class Frames:
    """The frames in `file`, an open capture of that name.

    Iterating ends where the file ends or breaks; `notes` then says what was odd, and `broken`
    where it broke. Raises
    CaptureError when it is no capture at all, or longer than MAX_BYTES.
    """

    def __init__(self, name: str, file: Any) -> None:
        self.notes: list[str] = []
        self.broken: CaptureError | None = None
        self._name = name
        self._stream = _Stream(_unpacked(file))
        self._frames = self._read()

    def __iter__(self) -> Iterator[SeenFrame]:
        return self._frames

    def _read(self) -> Iterator[SeenFrame]:
        step = self._open()
        number = 0
        while True:
            start = self._stream.count
            try:
                frame = step()
            except CaptureError:
                raise
            except Exception as error:
                # Bad bytes make scapy, zlib and struct raise many things. A clean end is an
                # EOFError before the first byte of what would have been next.
                if not isinstance(error, EOFError) or self._stream.count > start:
                    self._broken(number)
                break
            if frame is not None:
                number += 1
                yield frame
        if number == 0 and not self.broken:
            self.notes.append(f"{self._name} is a capture without any frames.")

    def _broken(self, number: int) -> None:
        where = f"after frame {number}" if number else "before its first frame"
        self.broken = CaptureError(
            f"{self._name} is damaged or cut off {where}; what follows cannot be read. "
            "Copy it again from where it was captured, and stop the capture before you copy."
        )

    def _open(self) -> Callable[[], SeenFrame | None]:
        """What gives the next frame, or None for a block that holds none."""
        empty = False
        for opening in (frames_of_pcap, self._frames_of_pcapng):
            try:
                self._stream.rewind()
                step = opening(self._stream.read)
            except Exception:
                continue  # as in _read; what is wrong is told below
            if step is not None:
                return step
            empty = not self._stream.count
        if empty:
            raise CaptureError(f"{self._name} is empty. Capture again, and stop before you save.")
        raise CaptureError(
            f"{self._name} is not a pcap or pcapng capture, or is cut off in its header. "
            "If Wireshark opens it, save it there as pcapng."
        )

    def _frames_of_pcapng(self, _: Callable[[int], bytes]) -> Callable[[], SeenFrame | None]:
        """By scapy's reader. A class of our own, because a new section starts new interfaces."""
        from scapy.utils import RawPcapNgReader

        class Sections(RawPcapNgReader):
            def _read_block_shb(self) -> None:
                super()._read_block_shb()
                self.interfaces.clear()

        reader: Any = Sections(self._stream)  # type: ignore[arg-type]
        # Keys to encrypted packets: scapy would set them for the whole process.
        reader.blocktypes.pop(_DECRYPTION_SECRETS, None)
        meaning = self._pcapng_meaning()

        def step() -> SeenFrame | None:
            block = reader._read_block(MAX_FRAME)
            return None if block is None else meaning(*block)

        return step

    def _pcapng_meaning(self) -> Callable[..., SeenFrame]:
        last = 0

        def meaning(data: bytes, meta: Any) -> SeenFrame:
            nonlocal last
            # By place: the sixth is one comment in scapy 2.6, and a list of them later.
            link_type, per_second, high, low, wire_length, comments = meta[:6]
            if high is None:
                note = "Frames that were saved without a time have that of the frame before."
                if note not in self.notes:
                    self.notes.append(note)
            else:
                last = (high << 32 | low) * 1_000_000 // per_second - EPOCH * 1_000_000
            if isinstance(comments, bytes):
                comments = [comments]
            return last, link_type, data, max(0, wire_length - len(data)), comments or []

        return meaning


@contextmanager
def without_scapys_warnings() -> Iterator[None]:
    """What scapy would print about a damaged file, the Trace's notes say."""
    from logging import getLogger

    logger = getLogger("scapy.runtime")

    def nothing(_: "LogRecord") -> bool:
        return False

    logger.filters.insert(0, nothing)
    try:
        yield
    finally:
        logger.removeFilter(nothing)
