"""A connection of a kernel host that is being opened: its SYN is under way."""

import socket

from portlab.apps.app import Address
from portlab.errors import ConnectionClosed
from portlab.host import written
from portlab.worlds.sockets.connection import SocketConnection
from portlab.worlds.sockets.core import Core
from portlab.worlds.sockets.ends import own_end
from portlab.worlds.sockets.opening import finish_connection


class KernelOpening:
    """See `portlab.host.Opening`."""

    def __init__(self, core: Core, sock: socket.socket, peer: Address, lab: object) -> None:
        self._core = core
        self._sock = sock
        self._peer = peer
        self._lab = lab
        self._connection: SocketConnection | None = None

    def finish(self, *, timeout: float | None = None) -> SocketConnection:
        if self._connection is None:
            self._core.check()
            if self._sock not in self._core.sockets:
                raise ConnectionClosed(
                    f"This attempt to reach {written(self._peer)} has failed before. Start another."
                )
            finish_connection(self._core, self._sock, timeout)
            local = own_end(self._sock)
            self._connection = SocketConnection(
                self._core, self._sock, local, self._peer, self._lab
            )
        return self._connection

    def __repr__(self) -> str:
        return f"<Opening to {written(self._peer)}>"
