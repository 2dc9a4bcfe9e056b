"""One end of a TCP connection, for a learner's hands."""

import socket
from collections.abc import Callable
from typing import NoReturn

from portlab.apps.app import Address
from portlab.errors import (
    ConnectionAborted,
    ConnectionClosed,
    LabError,
    TimedOut,
)
from portlab.host import Closing, written
from portlab.network.checks import as_bytes, check_count
from portlab.worlds.sockets import failures
from portlab.worlds.sockets.core import Core
from portlab.worlds.sockets.opening import SLICE, reset_when_closed, wait_at_most, wait_writable

_MOST_AT_ONCE = 1 << 18
_SEND_PATIENCE = 10.0
_NOT_SET = object()


class SocketConnection(Closing):
    """See `portlab.host.Connection`. Only the calls are seen here, the packets are the kernel's.

    `send` waits while the peer's buffers and ours are full, and raises TimedOut when nothing
    moves for 10 s.
    """

    def __init__(
        self, core: Core, sock: socket.socket, local: Address, peer: Address, lab: object
    ) -> None:
        self._core = core
        self._lab = lab  # which would end if it were forgotten
        self._sock = sock
        self._local = local
        self._peer = peer
        self._kept = bytearray()
        self._shut = False
        self._closed = False
        self._timeout: object = _NOT_SET
        self._enter = core.log.add
        self._recv: Callable[[int], bytes] = sock.recv

    @property
    def local(self) -> Address:
        return self._local

    @property
    def peer(self) -> Address:
        return self._peer

    def send(self, data: bytes) -> None:
        if self._core.trouble or self._shut:
            self._check(sending=True)
        if type(data) is not bytes:
            data = as_bytes(data)
        length = len(data)
        if not length:
            return
        entry = self._enter("send", "tcp", self._local, self._peer, length)
        if self._core.trouble:
            self._core.log.failed(entry, "not sent")
            self._check(sending=True)
        try:
            sent = self._sock.send(data)
            if sent < length:
                self._send_rest(memoryview(data)[sent:])
        except (TimeoutError, BlockingIOError):
            self._send_rest(memoryview(data))
        except OSError as error:
            self._core.log.failed(entry, "reset")
            self._explain(error)

    def _send_rest(self, data: memoryview) -> None:
        waited = 0.0
        while data:
            self._core.check()
            if wait_writable(self._sock, SLICE):
                try:
                    data = data[self._sock.send(data[:_MOST_AT_ONCE]) :]
                except (TimeoutError, BlockingIOError):
                    continue
                except OSError as error:
                    self._explain(error)
                waited = 0.0
            elif (waited := waited + SLICE) >= _SEND_PATIENCE:
                raise TimedOut(
                    f"{len(data):,} bytes could not be handed over to {written(self._peer)}: it "
                    "reads nothing, and its buffer and ours are full. Let it receive."
                )

    def receive(self, limit: int = 65536, *, timeout: float = 10.0) -> bytes:
        if self._core.trouble or self._closed:
            self._check()
        if type(limit) is not int or limit < 1:
            check_count(limit, 1, "A limit")
        if self._kept:
            return self._give(limit)
        return self._take(limit, timeout)

    def _take(self, limit: int, timeout: float | None) -> bytes:
        """Bytes from the socket itself."""
        if timeout != self._timeout:
            self._use(timeout)
        try:
            data = self._recv(limit if limit < _MOST_AT_ONCE else _MOST_AT_ONCE)
        except (TimeoutError, BlockingIOError):
            return self._take_later(limit, timeout)
        except OSError as error:
            self._enter_failure("reset")
            self._explain(error)
        self._enter("receive", "tcp", self._local, self._peer, len(data))
        return data

    def _take_later(self, limit: int, timeout: float | None) -> bytes:
        """Go on after the first slice of a wait."""
        waited = SLICE if timeout is None else min(timeout, SLICE)
        until = self._core.until(None if timeout is None else timeout - waited)
        while (left := self._core.left(until)) > 0:
            self._check()
            self._use(left)
            try:
                data = self._recv(min(limit, _MOST_AT_ONCE))
            except (TimeoutError, BlockingIOError):
                continue
            except OSError as error:
                self._enter_failure("reset")
                self._explain(error)
            self._enter("receive", "tcp", self._local, self._peer, len(data))
            return data
        self._enter_failure("timed out")
        raise TimedOut(
            f"Nothing came from {written(self._peer)} in {timeout:g} s. Did it get what it waits "
            "for, and is its program running?"
        )

    def receive_until(self, separator: bytes, *, timeout: float = 10.0) -> bytes:
        separator = as_bytes(separator)
        if not separator:
            raise LabError("receive_until(b'') would never end: give the bytes to wait for.")
        self._check()
        until = self._core.until(timeout)
        looked = 0
        while (at := self._kept.find(separator, max(0, looked - len(separator)))) < 0:
            looked = len(self._kept)
            data = self._take(_MOST_AT_ONCE, max(0.0, self._core.left(until)))
            if not data:
                raise ConnectionAborted(
                    f"{written(self._peer)} ended the stream before {separator!r} came. What "
                    "did come is not lost: receive() gives it."
                )
            self._kept += data
        return self._give(at + len(separator))

    def receive_all(self, *, timeout: float = 10.0) -> bytes:
        self._check()
        until = self._core.until(timeout)
        while data := self._take(_MOST_AT_ONCE, max(0.0, self._core.left(until))):
            self._kept += data
        return self._give(len(self._kept))

    def _give(self, limit: int) -> bytes:
        data = bytes(self._kept[:limit])
        del self._kept[:limit]
        return data

    def shutdown(self) -> None:
        self._check()
        if self._shut:
            return
        self._shut = True
        self._enter("shutdown", "tcp", self._local, self._peer)
        try:
            self._sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            self._explain(error)

    def abort(self) -> None:
        self._end("abort", reset=True)

    def close(self) -> None:
        # Not every system turns unread data into a RST, nor knows of what is kept here.
        self._end("close", reset=bool(self._kept) or self._unread())

    def _end(self, call: str, *, reset: bool) -> None:
        if not self._closed and self._sock in self._core.sockets:
            self._enter(call, "tcp", self._local, self._peer)
            if reset:
                reset_when_closed(self._sock)
            self._core.release(self._sock)
        self._closed = self._shut = True

    def _unread(self) -> bool:
        if self._closed:
            return False
        try:
            self._sock.setblocking(False)
            return bool(self._sock.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def _use(self, timeout: float | None) -> None:
        """Let the socket wait for a slice of `timeout`; kept, because setting it costs a call."""
        self._timeout = _NOT_SET
        self._core.until(timeout)
        wait_at_most(self._sock, SLICE if timeout is None else min(SLICE, timeout))
        self._timeout = timeout

    def _check(self, *, sending: bool = False) -> None:
        """Raises what keeps a call from being made."""
        self._core.check()
        if self._closed:
            raise ConnectionClosed(
                f"This connection to {written(self._peer)} is closed at this end. Connect again."
            )
        if self._core.ended:
            raise self._core.closed
        if sending and self._shut:
            raise ConnectionClosed(
                f"This side told {written(self._peer)} that it sends no more (FIN). Send first, "
                "then shut down."
            )

    def _enter_failure(self, error: str) -> None:
        log = self._core.log
        log.failed(log.add("receive", "tcp", self._local, self._peer), error)

    def _explain(self, error: OSError) -> NoReturn:
        """Say why a call failed: what an app raised comes before what the socket saw of it."""
        # A socket tells of its reset once, and then claims that the stream just ended.
        self._recv = _reset
        self._core.check()
        raise failures.of_stream(error, self._peer) from None

    def __repr__(self) -> str:
        return f"<Connection {written(self._local)} to {written(self._peer)}>"


def _reset(limit: int) -> bytes:
    """Stands for the recv of a connection that was reset."""
    raise ConnectionResetError
