"""A proxy: takes connections on a port, and has others answer them. Over TCP; on any port.

With several servers behind it, it is a load balancer: each new connection goes to the next in turn.
Whoever connects sees one address and one port, and cannot see who answers.
"""

from collections.abc import Iterator
from itertools import cycle

from portlab.apps.app import (
    Abort,
    Action,
    Address,
    Close,
    Connect,
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
from portlab.errors import LabError

MOST_WAITING = 65_536
"""Bytes of a client that are kept until a server is reached; who sends more is hung up on."""


class Proxy:
    """Passes each connection on to one of `servers` (addresses and ports), in turn.

    It reads nothing of what passes. If its server cannot be reached, the client is hung up on.
    """

    name = "Proxy"

    def __init__(self, *servers: Address) -> None:
        if not servers:
            raise LabError(
                "A proxy has to pass its connections on to somebody. Name a server behind it, such "
                "as apps.Proxy(('10.0.0.2', 80))."
            )
        self._turn = cycle(servers)

    def session(self, local: Address, peer: Address) -> "_Front":
        return _Front(next(self._turn))


class _Half:
    """One of the two connections: what comes on it is told to the other, and the other way."""

    other: Session | None = None

    def handle(self, event: Event) -> Iterator[Action]:
        if isinstance(event, Told):
            yield from self._said(event.message)
        elif isinstance(event, Data | PeerClosed | Reset) and self.other is not None:
            yield Tell(self.other, event)

    def _said(self, message: object) -> Iterator[Action]:
        """What happened at the other connection happens here."""
        if isinstance(message, Data):
            yield Send(message.data)
        elif isinstance(message, PeerClosed):
            yield Close()
        elif isinstance(message, Reset):
            yield Abort()


class _Front(_Half):
    """The client's connection. Until a server is there, what the client says waits."""

    def __init__(self, server: Address) -> None:
        self.back: _Back | None = None
        """The server's connection, from the moment that it is begun."""
        self.gone = False
        self._server = server
        self._given_up = False
        self._waiting: list[Event] | None = []
        self._bytes = 0

    def handle(self, event: Event) -> Iterator[Action]:
        if isinstance(event, Opened):
            yield Connect(self._server, _Behind(self))
        elif isinstance(event, Reset):
            self.gone = True
            if self.back is not None:
                yield Tell(self.back, event)
        elif self._waiting is None or isinstance(event, Told):
            yield from super().handle(event)
        elif not self._given_up:
            self._waiting.append(event)
            self._bytes += len(event.data) if isinstance(event, Data) else 0
            if self._bytes > MOST_WAITING:
                self._waiting.clear()
                self.gone = True
                if self.back is not None:
                    yield Tell(self.back, Reset())
                yield Abort()

    def _said(self, message: object) -> Iterator[Action]:
        if isinstance(message, Reset) and self._waiting is not None:
            self._given_up = True  # there is no server
            self._waiting.clear()
            yield Close()
            return
        if not isinstance(message, _Back):
            yield from super()._said(message)
            return
        self.other = message
        waited, self._waiting = self._waiting or [], None
        for event in waited:
            yield from self.handle(event)


class _Behind:
    """What runs on the connection to the server."""

    name = "Proxy"

    def __init__(self, front: _Front) -> None:
        self._front = front

    def session(self, local: Address, peer: Address) -> "_Back":
        return _Back(self._front)


class _Back(_Half):
    def __init__(self, front: _Front) -> None:
        self.other = front
        self._front = front
        front.back = self

    def handle(self, event: Event) -> Iterator[Action]:
        if isinstance(event, Opened):
            yield Abort() if self._front.gone else Tell(self._front, self)
        else:
            yield from super().handle(event)
