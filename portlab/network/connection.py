"""A learner's hands on one TCP connection of the model world."""

from contextlib import suppress
from types import TracebackType
from typing import Self

from portlab.apps.app import Address
from portlab.errors import ConnectionAborted, ConnectionClosed, LabError, PortlabError, TimedOut
from portlab.host import written
from portlab.network.checks import as_bytes, check_count
from portlab.network.clock import SECOND, deadline_after
from portlab.network.stack import Stack
from portlab.network.tcp_sockets import TcpSocket
from portlab.tcp import State

CLOSE_WAITS = 10 * SECOND
"""How long `close` lets time pass at most."""

_ONE_READ = 65536
_FIN_ACKNOWLEDGED = (State.FIN_WAIT_2, State.TIME_WAIT, State.CLOSED)


class ModelConnection:
    """One end of a TCP connection (see `portlab.host.Connection`).

    Time moves in `receive*` until what they wait for is there, and in `close` until the peer has
    acknowledged our FIN, TCP has given up, or ten seconds have passed; what is left to do then
    goes on whenever time moves. `send`, `shutdown` and `abort` take no time.
    """

    def __init__(self, stack: Stack, socket: TcpSocket) -> None:
        self._stack = stack
        self._network = stack.network
        self._socket = socket
        self._endpoint = socket.endpoint
        self._read = bytearray()
        self._shut = False
        self._closed = False

    @property
    def local(self) -> Address:
        return self._socket.local

    @property
    def peer(self) -> Address:
        return self._socket.remote

    @property
    def state(self) -> str:
        """The state of RFC 9293 3.3.2 that this end is in, such as `ESTABLISHED`."""
        return str(self._endpoint.state)

    def send(self, data: bytes) -> None:
        chunk = as_bytes(data)
        with self._network.acting(self._stack):
            self._check_open()
            if self._shut:
                raise ConnectionClosed(
                    f"This end of the connection to {written(self.peer)} has sent its FIN: it "
                    "promised to send no more. Send before shutdown(), or open a new connection."
                )
            self._check_alive()
            self._endpoint.send(chunk, self._network.now)
            self._settle()

    def receive(self, limit: int = _ONE_READ, *, timeout: float = 10.0) -> bytes:
        self._check_open()
        check_count(limit, 1, "A number of bytes to receive")
        if self._read:
            data = bytes(self._read[:limit])
            del self._read[:limit]
            return data
        return self._take(limit, deadline_after(self._network.now, timeout), "Nothing")

    def receive_until(self, separator: bytes, *, timeout: float = 10.0) -> bytes:
        self._check_open()
        end = as_bytes(separator)
        if not end:
            raise LabError("An empty separator stands everywhere: give at least one byte.")
        deadline = deadline_after(self._network.now, timeout)
        searched = 0
        while True:
            at = self._read.find(end, searched)
            if at >= 0:
                data = bytes(self._read[: at + len(end)])
                del self._read[: at + len(end)]
                return data
            searched = max(0, len(self._read) - len(end) + 1)
            more = self._take(_ONE_READ, deadline, f"No {end!r}")
            if not more:
                raise ConnectionAborted(
                    f"{written(self.peer)} closed before it sent {end!r}. What came so far, "
                    f"{len(self._read)} bytes, is not lost: receive_all() gives it."
                )
            self._read += more

    def receive_all(self, *, timeout: float = 10.0) -> bytes:
        self._check_open()
        deadline = deadline_after(self._network.now, timeout)
        while more := self._take(_ONE_READ, deadline, "No end of the stream"):
            self._read += more
        data = bytes(self._read)
        self._read.clear()
        return data

    def shutdown(self) -> None:
        with self._network.acting(self._stack):
            self._check_open()
            if not self._shut:
                self._check_alive()
                self._shut = True
                self._endpoint.close(self._network.now)
                self._settle()

    def abort(self) -> None:
        if self._closed or self._network.is_over:
            return
        with self._network.acting(self._stack):
            self._closed = True
            self._endpoint.abort(self._network.now)
            self._settle()

    def close(self) -> None:
        if self._begin_close():
            self._network.run(
                lambda: self._endpoint.state in _FIN_ACKNOWLEDGED, self._network.now + CLOSE_WAITS
            )

    def _begin_close(self) -> bool:
        if self._closed or self._network.is_over:
            return False
        with self._network.acting(self._stack):
            self._closed = True
            if self._read:
                self._endpoint.abort(self._network.now)
            else:
                self._endpoint.discard(self._network.now)
            self._settle()
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            # Whatever happens next must not hide what went wrong already.
            with suppress(PortlabError):
                self._begin_close()

    def __repr__(self) -> str:
        return f"<Connection {written(self.local)} to {written(self.peer)}, {self.state}>"

    # ---- inside

    def _take(self, limit: int, deadline: int | None, what: str) -> bytes:
        """Up to `limit` bytes as soon as there are some; empty at the end of the stream."""
        endpoint = self._endpoint
        self._network.run(
            lambda: (
                bool(endpoint.readable) or endpoint.peer_closed or endpoint.state is State.CLOSED
            ),
            deadline,
        )
        if endpoint.readable:
            with self._network.acting(self._stack):
                data = endpoint.receive(limit, self._network.now)
                self._settle()
            return data
        if endpoint.error is None and endpoint.peer_closed:
            return b""
        self._check_alive()
        raise TimedOut(
            f"{what} came from {written(self.peer)} in the time allowed. Is it waiting for "
            "something from this side, or was a packet lost? Look at the ladder, or give a longer "
            "timeout."
        )

    def _settle(self) -> None:
        self._stack.tcp.settle(self._socket)

    def _check_open(self) -> None:
        if self._closed:
            raise ConnectionClosed(
                f"The connection to {written(self.peer)} was closed at this end before. "
                "Open a new one with connect()."
            )

    def _check_alive(self) -> None:
        error = self._endpoint.error
        if error == "reset":
            raise ConnectionAborted(
                f"{written(self.peer)} reset the connection (RST): it ended without a FIN, and "
                "what was not yet delivered is lost. Perhaps the program there ended early."
            )
        if error is not None:
            raise ConnectionAborted(
                f"TCP gave up on the connection to {written(self.peer)} ({error}): no "
                "acknowledgment came, however often it sent. The line or the other host is down."
            )
