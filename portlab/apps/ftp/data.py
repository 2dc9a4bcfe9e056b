"""One data connection of FTP: it brings or takes one file, and its end is the file's end.

It tells the conversation what becomes of it, and is told what to do, with Tell.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portlab.apps.app import (
    Abort,
    Action,
    Address,
    Close,
    Data,
    Event,
    Opened,
    PeerClosed,
    Reset,
    Send,
    Session,
    Tell,
    Told,
)


@dataclass(frozen=True, slots=True)
class Bring:
    """The conversation says: send these bytes, and close."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Take:
    """The conversation says: take what comes, but no more than `room` bytes."""

    room: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The connection says: it is over; `data` is what came. `problem` is the reply if it failed."""

    transfer: "Transfer"
    data: bytes = b""
    problem: str | None = None


NOT_OPENED = "425 The data connection could not be opened."
BROKEN = "426 The data connection broke off; the transfer is void."
TOO_MUCH = "552 There is no room for so many bytes."
_EARLY = 65_536  # bytes that may come before the conversation has said what they are


class Transfer:
    """The app and the session of one data connection, for a conversation with `client`."""

    name = "Ftp data"

    def __init__(self, control: Session, client: Address) -> None:
        self.opened = False
        self.called = False
        """Whether somebody has come to its port, which is used up by that."""
        self.moved = True
        """Whether anything has happened; who looks after it sets this back."""
        self.task: Bring | Take | None = None
        self._control = control
        self._client = client
        self._come = bytearray()
        self._all = False
        self._over = False

    def session(self, local: Address, peer: Address) -> Session:
        self.called = True
        # Whoever finds the port first gets the file (RFC 2577 section 8): it must at least be the
        # same computer (section 4).
        return self if peer[0] == self._client[0] and not self.opened else _Stranger()

    def begin(self, task: Bring | Take) -> Action:
        """What the conversation has to do to set it going, now or as soon as it is open."""
        self.task, self.moved = task, True
        return Tell(self, task)

    def give_up(self) -> None:
        """Nobody waits for it any more: if it still calls it stops, if it opens it is hung up."""
        self._over = True

    def handle(self, event: Event) -> Iterable[Action]:
        if self._over:
            return (Abort(),) if isinstance(event, Opened | Told) else ()
        self.moved = True
        match event:
            case Opened():
                self.opened = True
                return self._go_on()
            case Told():
                return self._go_on() if self.opened else ()
            case Data(data):
                self._come += data
                return self._go_on()
            case PeerClosed():
                self._all = True
                return self._go_on()
            case Reset():
                self._over = True
                return [Tell(self._control, Ended(self, problem=self._why()))]
        return ()

    def _go_on(self) -> Iterator[Action]:
        """Whatever can be done with what has come and what is to be done."""
        match self.task:
            case Bring(data):
                if data:
                    yield Send(data)
                yield from self._end(Close(), Ended(self))
            case Take(room) if len(self._come) > room:
                yield from self._end(Abort(), Ended(self, problem=TOO_MUCH))
            case Take() if self._all:
                yield from self._end(Close(), Ended(self, bytes(self._come)))
            case None if len(self._come) > _EARLY:
                yield from self._end(Abort(), Ended(self, problem=BROKEN))

    def _end(self, how: Action, ended: Ended) -> Iterator[Action]:
        self._over = True
        self._come.clear()
        yield Tell(self._control, ended)
        yield how

    def _why(self) -> str:
        return BROKEN if self.opened else NOT_OPENED


class _Stranger:
    def handle(self, event: Event) -> Iterable[Action]:
        return (Abort(),) if isinstance(event, Opened) else ()
