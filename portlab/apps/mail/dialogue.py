"""A dialogue in lines: what the conversations of SMTP, POP3 and IMAP have in common.

Lines come and are answered in their order; what is said in answer to one piece of the stream goes
out as one piece. Now and then bytes come that are no lines (a mail, a literal of IMAP). Who says
nothing for long is hung up on.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import cast

from portlab.apps.app import (
    Action,
    Close,
    Data,
    Event,
    Opened,
    PeerClosed,
    Reset,
    Send,
    Session,
    Wake,
    Woken,
)
from portlab.apps.certificates import Certificate
from portlab.apps.lines import Lines
from portlab.apps.tls import StartTls, TlsSession

_NONE_YET = object()
_PIECE = 4096


class Dialogue(ABC):
    """One session. `patience` is how many seconds it waits for a client at the least."""

    def __init__(self, *, longest: int, patience: float) -> None:
        self.now = 0
        """When the connection was opened, or the last alarm rang: an app knows no other time."""
        self.over = False
        self.in_bytes = False
        """Whether what comes next is bytes for `hear_bytes`, and no line."""
        self.secured = False
        """Whether TLS began in this conversation."""
        self._stream = Lines(longest)
        self._patience = patience
        self._heard = False
        self._ends = 0
        self._said = bytearray()
        self._actions: list[Action | StartTls] = []

    # ---- what a protocol does

    def greet(self) -> None:
        """The connection is there. Who speaks first says something."""

    @abstractmethod
    def hear(self, line: bytes) -> None:
        """A line came, here without its end."""

    @abstractmethod
    def hear_too_long(self) -> None:
        """A line came, or begins to, that is too long to be kept."""

    def hear_bytes(self, data: bytes) -> bytes:
        """Bytes came; what is left over is given back, and read in lines unless `in_bytes`."""
        return data

    def woken(self) -> None:
        """A Wake of its own came to its end."""

    def lose_patience(self) -> None:
        """Nothing came for a long time. A last word may be said; then it hangs up."""

    def leave(self) -> None:
        """The conversation is over, one way or the other. May come more than once."""

    # ---- what it may use

    def say(self, line: str | bytes) -> None:
        """One line, to which its end is added."""
        self._said += (line.encode("utf-8") if isinstance(line, str) else line) + b"\r\n"

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self._said += data

    def do(self, action: Action) -> None:
        """Anything else, after what was said."""
        self._actions.append(action)

    def start_tls(self) -> None:
        """TLS, from the next byte on, and whatever came in the clear before it is forgotten."""
        self.secured = True
        self._stream.forget()
        self._actions.append(StartTls())

    def hang_up(self) -> None:
        """No more from this side, once all is said."""
        self.over = True

    # ---- the session

    def handle(self, event: Event) -> Iterator[Action | StartTls]:
        if self.over:
            return
        match event:
            case Opened(now):
                self.now = now
                self.greet()
                self._be_patient()
            case Data(data):
                self._heard = True
                self._read(data)
            case Woken(now):
                self.now = now
                self._wake()
            case PeerClosed():
                self.hang_up()
            case Reset():
                self.over = True
                self.leave()
                self._said.clear()
        yield from self._done()

    def _read(self, data: bytes) -> None:
        """In small pieces: what `hear_bytes` gives back is read again."""
        for at in range(0, len(data), _PIECE):
            self._stream.feed(data[at : at + _PIECE])
            self._read_piece()
            if self.over or any(isinstance(action, StartTls) for action in self._actions):
                return

    def _read_piece(self) -> None:
        stream = self._stream
        while not self.over:
            if self.in_bytes:
                stream.feed(self.hear_bytes(stream.take(stream.waiting)))
                if self.in_bytes:
                    return
                continue
            line = next(iter(stream), _NONE_YET)
            if line is _NONE_YET:
                return
            if isinstance(line, bytes):
                self.hear(line)
            else:
                self.hear_too_long()

    def _wake(self) -> None:
        if self.now < self._ends:
            self.woken()
        elif self._heard:
            self._heard = False
            self._be_patient()
        else:
            self.lose_patience()
            self.hang_up()

    def _be_patient(self) -> None:
        self._ends = self.now + round(self._patience * 1_000_000)
        self.do(Wake(self._patience))

    def _done(self) -> Iterator[Action | StartTls]:
        """What is to be done about the event, its words first."""
        if self.over:
            self.leave()
        if self._said:
            said, self._said = bytes(self._said), bytearray()
            yield Send(said)
        actions, self._actions = self._actions, []
        yield from actions
        if self.over:
            yield Close()


def served(dialogue: Dialogue, certificate: Certificate | None) -> Session:
    """The session for a dialogue that may begin TLS if there is a certificate for it."""
    if certificate is None:
        return cast(Session, dialogue)  # which never says StartTls then
    return TlsSession(dialogue, certificate)
