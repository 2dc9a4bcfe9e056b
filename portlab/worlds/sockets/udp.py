"""A UDP socket, for a learner's hands; or one whose datagrams go to an app."""

import os
import socket
from collections.abc import Callable
from typing import NoReturn

from portlab.apps.app import Address, App
from portlab.errors import ConnectionClosed, LabError, TimedOut
from portlab.host import Closing, Host, written
from portlab.network.checks import as_bytes, check_count
from portlab.ports import check_port
from portlab.worlds.sockets import failures
from portlab.worlds.sockets.core import Core
from portlab.worlds.sockets.ends import check_size, end_of, own_end, same_family
from portlab.worlds.sockets.opening import udp_connect, udp_send, wait_readable


class SocketUdp(Closing):
    """See `portlab.host.UdpSocket`. Its address decides: an IPv4 socket reaches no IPv6 peer."""

    def __init__(
        self,
        core: Core,
        sock: socket.socket,
        app: App | None,
        address_of: "Callable[[Host | str], str]",
    ) -> None:
        self._core = core
        self._ground = core.ground(core.sockets[sock].host)
        self._sock = sock
        self._app = app
        self._address_of = address_of
        self._local = own_end(sock)
        self._peer: Address | None = None

    @property
    def address(self) -> str:
        return self._local[0]

    @property
    def port(self) -> int:
        return self._local[1]

    def connect(self, peer: "Host | str", port: int) -> None:
        self._check()
        whom = self._checked(peer, port)
        entry = self._core.log.add("connect", "udp", self._local, whom)
        try:
            udp_connect(self._ground, self._sock, whom)
        except OSError as error:
            self._core.log.failed(entry, "failed")
            raise failures.of_datagram(error, whom, self._local, self._ground) from None
        self._peer = whom

    def send(self, data: bytes) -> None:
        self._check()
        if self._peer is None:
            raise LabError("send() needs a peer: call connect(peer, port) first, or send_to().")
        self._send("send", data, self._peer)

    def send_to(self, data: bytes, peer: "Host | str", port: int) -> None:
        self._check()
        self._send("sendto", data, self._checked(peer, port))

    def _send(self, call: str, data: bytes, peer: Address) -> None:
        data = as_bytes(data)
        check_size(data, peer[0])
        entry = self._core.log.add(call, "udp", self._local, peer, len(data))
        if self._core.trouble:
            self._core.log.failed(entry, "not sent")
            self._check()
        try:
            udp_send(self._ground, self._sock, data, peer if call == "sendto" else None)
        except OSError as error:
            self._core.log.failed(
                entry, "port unreachable" if isinstance(error, ConnectionError) else "failed"
            )
            self._explain(error, peer)

    def receive(self, limit: int = 65536, *, timeout: float = 10.0) -> tuple[bytes, Address]:
        self._check()
        check_count(limit, 0, "A limit")
        until = self._core.until(timeout)
        call = "receive" if self._peer else "recvfrom"
        while True:
            self._check()
            left = self._core.left(until)
            if wait_readable(self._sock, left):
                try:
                    # Windows fails where others cut, so the cutting is done here.
                    data, source = self._sock.recvfrom(65_536)
                except BlockingIOError:
                    continue
                except OSError as error:
                    if (
                        os.name == "nt"
                        and self._peer is None
                        and isinstance(error, ConnectionError)
                    ):
                        continue  # Windows tells of an earlier datagram; unconnected, none asks
                    self._enter_failure(call, "port unreachable")
                    self._explain(error, self._peer)
                data, peer = data[:limit], end_of(source)
                self._core.log.add(call, "udp", self._local, peer, len(data))
                return data, peer
            if left <= 0:
                self._enter_failure(call, "timed out")
                raise TimedOut(
                    f"No datagram came to {written(self._local)} in {timeout:g} s. UDP promises "
                    "nothing: it may be lost, or nobody sent one."
                )

    def close(self) -> None:
        if self._sock in self._core.sockets:
            self._core.log.add("close", "udp", self._local, None)
            self._core.discard(self._sock)

    def _checked(self, peer: "Host | str", port: int) -> Address:
        whom = (self._address_of(peer), check_port(port))
        same_family(self._ground, self.address, whom[0])
        return whom

    def _check(self) -> None:
        self._core.check()
        if self._sock not in self._core.sockets:
            raise ConnectionClosed(
                f"The UDP socket {written(self._local)} is closed. Make another."
            )
        if self._app is not None:
            raise LabError(
                f"{self._app.name} has the datagrams of {written(self._local)}. Make a socket "
                "without an app to use it by hand."
            )

    def _enter_failure(self, call: str, error: str) -> None:
        log = self._core.log
        log.failed(log.add(call, "udp", self._local, self._peer), error)

    def _explain(self, error: OSError, peer: Address | None) -> NoReturn:
        self._core.check()
        raise failures.of_datagram(error, peer, self._local, self._ground) from None

    def __repr__(self) -> str:
        return f"<UdpSocket {written(self._local)}>"
