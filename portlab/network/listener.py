"""A learner's hands on a listening port of the model world."""

from portlab.errors import ConnectionClosed, LabError, TimedOut
from portlab.host import Closing, written
from portlab.network.binding import shown
from portlab.network.clock import deadline_after, in_words
from portlab.network.connection import ModelConnection
from portlab.network.stack import Stack
from portlab.network.tcp_sockets import ListeningSocket


class ModelListener(Closing):
    """A port that takes connections (see `portlab.host.Listener`). Time moves in `accept`."""

    def __init__(self, stack: Stack, listening: ListeningSocket) -> None:
        self._stack = stack
        self._listening = listening
        self._closed = False

    @property
    def address(self) -> str:
        return shown(self._listening.bound)

    @property
    def port(self) -> int:
        return self._listening.port

    def accept(self, *, timeout: float = 10.0) -> ModelConnection:
        where = written((self.address, self.port))
        if self._listening.app is not None:
            raise LabError(
                f"A program, {self._listening.app.name!r}, takes the connections of {where}, so "
                "there are none left to accept. Listen without an app to take them yourself."
            )
        if self._closed:
            raise ConnectionClosed(f"The listener at {where} was closed before. Listen again.")
        network, ready = self._stack.network, self._listening.listener.ready
        network.run(lambda: bool(ready), deadline_after(network.now, timeout))
        socket = self._stack.tcp.accept(self._listening)
        if socket is None:
            raise TimedOut(
                f"Nobody connected to {where} {in_words(timeout)}. Connect first, or give a "
                "longer timeout."
            )
        return ModelConnection(self._stack, socket)

    def close(self) -> None:
        if self._closed or self._stack.network.is_over:
            return
        with self._stack.network.acting(self._stack):
            self._closed = True
            self._stack.tcp.close_listener(self._listening)

    def __repr__(self) -> str:
        return f"<Listener at {written((self.address, self.port))}>"
