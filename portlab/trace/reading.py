"""A capture file frame by frame, as scapy's raw readers give it: pcap, pcapng, either gzipped.

No format is taken apart here. What lives here is what scapy leaves open: bounds on what a file may
make us read, times in whole microseconds, and what to say of a file that is damaged.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from portlab.errors import CaptureError
from portlab.trace.record import EPOCH

if TYPE_CHECKING:
    from logging import LogRecord

MAX_BYTES = 256 * 2**20
"""How many bytes of a capture are read at most, unpacked."""

_MAX_BLOCK = 16 * 2**20
_MAX_FRAME = 2**18
_DECRYPTION_SECRETS = 10

SeenFrame = tuple[int, int, bytes, int, list[bytes]]
"""Time (microseconds since 2026), link type, bytes, number of bytes cut off, comments."""


class _Damaged(Exception):
    """A length in the file that no capture can have."""


class _Stream:
    """The file as scapy reads it: no single read, and no file, without a bound."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.count = 0

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _MAX_BLOCK:
            raise _Damaged
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
        reader = self._open()
        if hasattr(reader, "interfaces"):
            step, meaning = reader._read_block, self._pcapng_meaning()
            # Keys to encrypted packets: scapy would set them for the whole process.
            reader.blocktypes.pop(_DECRYPTION_SECRETS, None)
        else:
            step, meaning = reader._read_packet, self._pcap_meaning(reader)
        number = 0
        while True:
            start = self._stream.count
            try:
                item = step(_MAX_FRAME)
                frame = None if item is None else meaning(*item)
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

    def _open(self) -> Any:
        """scapy's reader. A class of pcapng's own, because a new section starts new interfaces."""
        from scapy.error import Scapy_Exception
        from scapy.utils import RawPcapNgReader, RawPcapReader

        class Sections(RawPcapNgReader):
            def _read_block_shb(self) -> None:
                super()._read_block_shb()
                self.interfaces.clear()

        empty = True
        readers: tuple[Any, ...] = (Sections, RawPcapReader)
        for reader in readers:
            try:
                self._stream.rewind()
                return reader(self._stream)
            except Exception as error:
                # As below. Nothing at all to read is the one thing scapy itself says plainly.
                empty = empty and isinstance(error, Scapy_Exception) and not self._stream.count
        if empty:
            raise CaptureError(f"{self._name} is empty. Capture again, and stop before you save.")
        raise CaptureError(
            f"{self._name} is not a pcap or pcapng capture, or is cut off in its header. "
            "If Wireshark opens it, save it there as pcapng."
        )

    def _pcap_meaning(self, reader: Any) -> Callable[..., Any]:
        # The upper half of the field may hold the length of a checksum.
        link_type = reader.linktype & 0xFFFF
        per_microsecond = 1000 if reader.nano else 1

        def meaning(data: bytes, meta: Any) -> SeenFrame:
            seconds, fraction, wire_length, length = meta
            if len(data) < length:
                raise _Damaged
            time = (seconds - EPOCH) * 1_000_000 + fraction // per_microsecond
            return time, link_type, data, max(0, wire_length - length), []

        return meaning

    def _pcapng_meaning(self) -> Callable[..., Any]:
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
