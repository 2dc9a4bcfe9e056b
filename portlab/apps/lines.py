"""Lines out of a stream, for the apps that are spoken to in lines: mail, files, terminals.

A stream is cut anywhere, and whoever is at its other end may never end a line. So what is kept of
a line has a limit, and a longer one is thrown away as it comes.
"""

from collections.abc import Iterator

LONGEST = 512
"""Bytes of a line, its end included, unless an app says otherwise (RFC 5321 4.5.3.1.4)."""


class Lines:
    """Feed it what comes; iterate to take the whole lines that are there, without their ends.

    A line ends with CR LF; LF alone is taken too. In the place of a line of more than `longest`
    bytes there is None, once, and nothing of it is kept. Lines are cut one at a time: what follows
    the last one that was taken can be had as it is with `take`, so that an app can change in the
    middle of a stream from lines to bytes and back.

    >>> lines = Lines(longest=8)
    >>> lines.feed(b"USER a\\r\\nQU")
    >>> lines.ahead(), list(lines), lines.waiting
    ([b'USER a'], [b'USER a'], 2)
    >>> lines.feed(b"IT\\n" + b"x" * 1000 + b"\\r\\nNOOP\\r\\n")
    >>> list(lines)
    [b'QUIT', None, b'NOOP']
    """

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._come = bytearray()
        self._skipping = False

    @property
    def waiting(self) -> int:
        """How many bytes have come and were not taken."""
        return len(self._come)

    def feed(self, data: bytes) -> None:
        """More of the stream."""
        if self._skipping:
            end = data.find(b"\n")
            if end < 0:
                return
            self._skipping = False
            data = data[end + 1 :]
        self._come += data

    def __iter__(self) -> Iterator[bytes | None]:
        come = self._come
        while (end := come.find(b"\n")) >= 0:
            line = bytes(come[:end]).removesuffix(b"\r") if end < self._longest else None
            del come[: end + 1]
            yield line
        if len(come) >= self._longest:
            come.clear()
            self._skipping = True
            yield None

    def ahead(self) -> list[bytes]:
        """The whole lines that have come and were not taken. They stay."""
        return [line.removesuffix(b"\r") for line in bytes(self._come).split(b"\n")[:-1]]

    def take(self, most: int) -> bytes:
        """Up to `most` bytes that have come, not cut into lines."""
        taken = bytes(self._come[:most])
        del self._come[:most]
        return taken

    def forget(self) -> None:
        """Throw away what has come and was not taken, as when TLS begins (RFC 3207 section 6)."""
        self._come.clear()
        self._skipping = False
