"""One file on its way by TFTP: what was sent last is sent again until it is answered.

Only time makes it send again, never a second copy of the same answer: else two copies would go
around for ever after (RFC 1123 4.2.3.1, where this is called the sorcerer's apprentice).
"""

from collections.abc import Iterable, Iterator

from portlab.apps.app import Action, Address, Close, Datagram, Event, Send, SendTo, Wake, Woken
from portlab.apps.store import Store, joined
from portlab.apps.tftp.packets import (
    EXISTS,
    FULL,
    ILLEGAL,
    MODES,
    NOT_DEFINED,
    NOT_FOUND,
    READ,
    UNKNOWN_PORT,
    Acknowledgment,
    Block,
    Problem,
    Request,
    acknowledgment,
    agreed,
    block,
    decoded,
    problem,
)

BLOCK = 512
SMALLEST_BLOCK, LARGEST_BLOCK = 8, 1428
"""Bytes of a block that may be agreed on (RFC 2348); the largest passes every line in one piece."""

TRIES = 5
_WAIT = 1.0  # seconds for the first answer, and twice as many after each try (RFC 1123 4.2.3.2)
_DALLY = 3.0


class Transfer:
    """The session with one client: one request, and the file that follows."""

    def __init__(self, store: Store, peer: Address, *, busy: bool = False) -> None:
        self.ended = False
        self._busy = busy
        self._store = store
        self._peer = peer
        self._path: str | None = None
        self._reading = False
        self._netascii = False
        self._size = BLOCK
        self._wait = _WAIT
        self._content = bytearray()
        self._room = 0
        self._number = 0
        self._last = b""
        self._tries = 0
        self._moved = False
        self._due: int | None = None
        self._alarm = False

    def handle(self, event: Event) -> Iterable[Action]:
        match event:
            case Datagram(data, source, now):
                if self._moved and source != self._peer:
                    if not isinstance(decoded(data), Problem):
                        yield SendTo(problem(UNKNOWN_PORT, "Not your transfer"), source)
                elif not self.ended or self._moved:
                    yield from self._hear(data, now)
            case Woken(now):
                self._alarm = False
                yield from self._on_time(now)

    def _hear(self, data: bytes, now: int) -> Iterator[Action]:
        message = decoded(data)
        match message:
            case Problem():  # the client gave up; an error is never answered with another
                yield from self._finish()
            case Request() if self._path is None:
                yield from self._begin(message, now)
            case Acknowledgment(number) if self._path is not None and self._reading:
                if number == self._number % 65_536:
                    yield from self._next_block(now)
            case Block(number, content) if self._path is not None and not self._reading:
                yield from self._take(number, content, now)
            case _:
                yield from self._refuse(ILLEGAL, "Illegal operation")

    # ---- the request

    def _begin(self, asked: Request, now: int) -> Iterator[Action]:
        path = joined("/", asked.path)
        content = self._store.get(path)
        if self._busy:
            yield from self._refuse(NOT_DEFINED, "Too many transfers, try later")
        elif asked.mode not in MODES:
            yield from self._refuse(ILLEGAL, "Modes are netascii and octet")
        elif asked.kind == READ and content is None:
            yield from self._refuse(NOT_FOUND, "File not found")
        elif asked.kind != READ and content is not None:
            yield from self._refuse(EXISTS, "File already exists")
        else:
            self._path, self._reading = path, asked.kind == READ
            self._netascii = asked.mode == "netascii"
            self._content += to_netascii(content or b"") if self._netascii else content or b""
            self._room = self._store.room_for(path)
            taken = self._agree(asked.options)
            if taken:
                yield from self._say(agreed(taken), now)
            elif self._reading:
                yield from self._next_block(now)
            else:
                yield from self._say(acknowledgment(0), now)

    def _agree(self, options: dict[str, str]) -> dict[str, str]:
        """The options that are taken; those that make no sense are left out (RFC 2347)."""
        taken = {}
        size = _number(options.get("blksize"))
        if SMALLEST_BLOCK <= size <= 65_464:
            self._size = min(size, LARGEST_BLOCK)
            taken["blksize"] = str(self._size)
        wait = _number(options.get("timeout"))
        if 1 <= wait <= 255:
            self._wait = float(wait)
            taken["timeout"] = str(wait)
        total = _number(options.get("tsize"))
        if total >= 0:
            taken["tsize"] = str(len(self._content) if self._reading else total)
        return taken

    # ---- the file

    def _next_block(self, now: int) -> Iterator[Action]:
        start = self._number * self._size
        if start > len(self._content):  # the last block was answered
            yield from self._finish()
            return
        self._number += 1
        yield from self._say(block(self._number, bytes(self._content[start:][: self._size])), now)

    def _take(self, number: int, content: bytes, now: int) -> Iterator[Action]:
        assert self._path is not None
        if number != (self._number + 1) % 65_536:
            if number == self._number % 65_536 and self._number:  # our answer was lost
                yield self._send(self._last)
        elif len(content) > self._size:
            yield from self._refuse(ILLEGAL, "Block too long")
        elif len(self._content) + len(content) > self._room:
            yield from self._refuse(FULL, "Disk full")
        elif not self.ended:
            self._number += 1
            self._content += content
            if len(content) < self._size:
                refusal = self._keep(self._path)
                if refusal is not None:
                    yield from self._refuse(*refusal)
                    return
                self.ended = True
            yield from self._say(acknowledgment(self._number), now)

    def _keep(self, path: str) -> tuple[int, str] | None:
        """Put the whole file into the store, or say why not: others wrote while it travelled."""
        whole = bytes(self._content)
        if self._netascii:
            whole = from_netascii(whole)
        room = self._store.room_for(path)
        if path in self._store:
            return EXISTS, "File already exists"
        if not room or len(whole) > room:
            return FULL, "Disk full"
        self._store.put(path, whole)
        return None

    # ---- sending, and sending again

    def _say(self, message: bytes, now: int) -> Iterator[Action]:
        self._last, self._tries = message, 1
        yield self._send(message)
        yield from self._expect(now, _DALLY if self.ended else self._wait)

    def _send(self, message: bytes) -> Action:
        first, self._moved = not self._moved, True
        return SendTo(message, self._peer, new_port=first)

    def _expect(self, now: int, seconds: float) -> Iterator[Action]:
        self._due = now + round(seconds * 1_000_000)
        if not self._alarm:
            self._alarm = True
            yield Wake(seconds)

    def _on_time(self, now: int) -> Iterator[Action]:
        if self._due is None:
            return
        if now < self._due:
            self._alarm = True
            yield Wake((self._due - now) / 1_000_000)
        elif self.ended or self._tries >= TRIES:
            yield from self._finish()
        else:
            yield self._send(self._last)
            yield from self._expect(now, self._wait * 2**self._tries)
            self._tries += 1

    def _refuse(self, code: int, text: str) -> Iterator[Action]:
        message = problem(code, text)
        yield SendTo(message, self._peer) if self._moved else Send(message)
        yield from self._finish()

    def _finish(self) -> Iterator[Action]:
        self.ended, self._due = True, None
        self._content.clear()
        yield Close()


def to_netascii(data: bytes) -> bytes:
    """Text as it travels: each line ends with CR LF, and a CR alone has NUL behind it.

    >>> to_netascii(b"one\\ntwo\\r")
    b'one\\r\\ntwo\\r\\x00'
    """
    return data.replace(b"\r", b"\r\0").replace(b"\n", b"\r\n")


def from_netascii(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r\0", b"\r")


def _number(text: str | None) -> int:
    """What an option says; -1 if it is no number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else -1
