"""A listening TCP port: the kernel queues connections, an app or `accept` takes them."""

import socket

from portlab.apps.app import App
from portlab.errors import ConnectionClosed, LabError, TimedOut
from portlab.host import Closing, written
from portlab.worlds.sockets.connection import SocketConnection
from portlab.worlds.sockets.core import Core
from portlab.worlds.sockets.ends import own_end
from portlab.worlds.sockets.opening import wait_readable


class SocketListener(Closing):
    """See `portlab.host.Listener`."""

    def __init__(self, core: Core, sock: socket.socket, app: App | None, lab: object) -> None:
        self._core = core
        self._lab = lab  # which would end if it were forgotten
        self._sock = sock
        self._app = app
        self._local = own_end(sock)

    @property
    def address(self) -> str:
        return self._local[0]

    @property
    def port(self) -> int:
        return self._local[1]

    def accept(self, *, timeout: float = 10.0) -> SocketConnection:
        self._core.check()
        if self._app is not None:
            raise LabError(
                f"{self._app.name} takes the connections of {written(self._local)}. Listen "
                "without an app to accept by hand."
            )
        until = self._core.until(timeout)
        while True:
            self._core.check()
            if self._sock not in self._core.sockets:
                raise ConnectionClosed(
                    f"The listener at {written(self._local)} is closed. Listen again."
                )
            left = self._core.left(until)
            # The server's thread takes it: an interrupt here cannot lose it halfway.
            if wait_readable(self._sock, left) and (
                taken := self._core.server().accept(self._sock)
            ):
                return SocketConnection(self._core, *taken, self._lab)
            if left <= 0:
                log = self._core.log
                log.failed(log.add("accept", "tcp", self._local, None), "timed out")
                raise TimedOut(
                    f"Nobody connected to {written(self._local)} in {timeout:g} s. Connect from "
                    "a client first."
                )

    def close(self) -> None:
        if self._sock in self._core.sockets:
            self._core.log.add("close", "tcp", self._local, None)
            self._core.discard(self._sock)

    def __repr__(self) -> str:
        return f"<Listener {written(self._local)} {self._app.name if self._app else ''}>".replace(
            " >", ">"
        )
