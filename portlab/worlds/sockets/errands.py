"""What a session asks of its host besides its own socket: ports, connections, time, messages.

The same for a session on a connection and for one behind a UDP port. What was asked for `once`
ends with the session. Lives in the server's thread.
"""

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from portlab.apps.app import (
    Action,
    Connect,
    Event,
    Listen,
    Listening,
    Session,
    Tell,
    Told,
    Wake,
    Woken,
)
from portlab.apps.tls import layers
from portlab.ports import check_port

if TYPE_CHECKING:
    from portlab.worlds.sockets.server import Server


class Errands:
    """Those of one session; `tell` hands it an event."""

    def __init__(self, server: "Server", host: str, tell: Callable[[Event], None]) -> None:
        self._server = server
        self._host = host
        self._tell = tell
        self._session: Session | None = None
        self._once: list[socket.socket] = []
        self._over = False

    def of(self, session: Session) -> None:
        """Whose errands these are, once there is a session: now others can tell it something."""
        self._session = session
        self._server.errands.update((id(layer), self) for layer in layers(session))

    def run(self, action: Action, address: str) -> None:
        """Do what is asked for by a session that lives at `address`.

        Raises PortError, PortInUse, PortNotAllowed, AddressError, LimitReached, and TypeError for
        what is no action.
        """
        if isinstance(action, Wake):
            self._server.call_later(action.delay, self._woken)
        elif isinstance(action, Listen):
            self._listen(action, address)
        elif isinstance(action, Connect):
            self._server.connect(self._host, action)
        elif isinstance(action, Tell):
            if told := self._server.errands.get(id(action.session)):
                told.hear_soon(Told(action.message))
        else:
            raise TypeError(f"{action!r} is no action; see portlab.apps")

    def hear_soon(self, event: Event) -> None:
        """Hand the session an event after what is being done now, if it is still there."""
        self._server.call_later(0.0, lambda: self._hear(event))

    def end(self) -> None:
        """The session is over. Safe to repeat."""
        self._over = True
        for layer in layers(self._session):
            if self._server.errands.get(id(layer)) is self:
                del self._server.errands[id(layer)]
        for listener in self._once:
            self._server.drop(listener)
        self._once.clear()

    def _listen(self, action: Listen, address: str) -> None:
        local = (address, check_port(action.port, zero=True))
        listener = self._server.listen(self._host, local, action.app, once=action.once)
        if action.once:
            self._once.append(listener)
        self.hear_soon(Listening(self._server.core.sockets[listener].local))

    def _hear(self, event: Event) -> None:
        if not self._over:
            self._tell(event)

    def _woken(self) -> None:
        self._hear(Woken(self._server.core.log.now()))
