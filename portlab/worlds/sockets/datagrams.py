"""A UDP port of an app: one session for each peer that has written to it."""

import socket
from typing import TYPE_CHECKING

from portlab.apps.app import (
    Abort,
    Action,
    Address,
    App,
    Close,
    Datagram,
    Event,
    Send,
    SendTo,
    Session,
)
from portlab.network.checks import as_bytes
from portlab.worlds.sockets.ends import check_end, check_size, end_of, own_end, same_family
from portlab.worlds.sockets.errands import Errands
from portlab.worlds.sockets.opening import udp_send

if TYPE_CHECKING:
    from portlab.worlds.sockets.server import Server

_READS_AT_ONCE = 16


class DatagramPort:
    """Lives in the server's thread. A port opened for one session gives it all that comes."""

    def __init__(
        self,
        server: "Server",
        sock: socket.socket,
        host: str,
        app: App,
        only: "Exchange | None" = None,
    ) -> None:
        self.server = server
        self.sock = sock
        self.host = host
        self.app = app
        self.ground = server.core.ground(host)
        self.local = own_end(sock)
        self._only = only
        self._exchanges: dict[Address, Exchange] = {}

    def open(self) -> None:
        self.server.readiness.watch(self.sock, self._ready, read=True, write=False)

    def forget(self, exchange: "Exchange") -> None:
        self._exchanges.pop(exchange.peer, None)
        if self._only is exchange:
            self.server.drop(self.sock)

    def _ready(self, readable: bool) -> None:
        for _ in range(_READS_AT_ONCE):
            try:
                data, name = self.sock.recvfrom(65_536)
            except BlockingIOError:
                return
            except OSError:
                if self.sock not in self.server.core.sockets:
                    return
                continue  # Windows tells that an earlier answer was not wanted
            peer = end_of(name)
            now = self.server.core.log.now()
            self.server.core.log.add("recvfrom", "udp", self.local, peer, len(data))
            (self._only or self._exchange_with(peer)).tell(Datagram(data, peer, now))

    def _exchange_with(self, peer: Address) -> "Exchange":
        exchange = self._exchanges.pop(peer, None)
        if exchange is None:
            exchange = Exchange(self, peer)
            # UDP has no ends, so the one that was silent longest is forgotten.
            while len(self._exchanges) >= self.server.core.limits.connections:
                self._exchanges.pop(next(iter(self._exchanges))).forgotten()
        self._exchanges[peer] = exchange
        return exchange


class Exchange:
    """All the datagrams with one peer, and the session that answers them."""

    def __init__(self, port: DatagramPort, peer: Address) -> None:
        self.peer = peer
        self._port = port
        self._session: Session | None = None
        self._errands = Errands(port.server, port.host, self.tell)

    def forgotten(self) -> None:
        """There was no room for it any more."""
        self._errands.end()

    def tell(self, event: Event) -> None:
        try:
            if self._session is None:
                self._session = self._port.app.session(self._port.local, self.peer)
                self._errands.of(self._session)
            for action in self._session.handle(event):
                self._do(action)
        except BaseException as error:  # also what would end a thread unseen, such as SystemExit
            self._port.server.core.report(self._port.app.name, error)
            self._forget()

    def _do(self, action: Action) -> None:
        port = self._port
        if isinstance(action, Send):
            self._send(action.data, self.peer)
        elif isinstance(action, SendTo):
            if action.new_port:
                self._move()
            self._send(action.data, check_end(port.ground, action.peer))
        elif isinstance(action, Close | Abort):
            self._forget()
        else:
            self._errands.run(action, port.local[0])

    def _send(self, data: bytes, peer: Address) -> None:
        data = as_bytes(data)
        port = self._port
        same_family(port.ground, port.local[0], peer[0])
        check_size(data, peer[0])
        port.server.core.log.add("sendto", "udp", port.local, peer, len(data))
        udp_send(port.ground, port.sock, data, peer)

    def _move(self) -> None:
        """Go on from a fresh port, as TFTP does; what comes to it is this session's."""
        old = self._port
        sock = old.server.fresh_udp(old.host, old.local[0], old.app.name)
        self._port = DatagramPort(old.server, sock, old.host, old.app, only=self)
        self._port.open()
        old.forget(self)

    def _forget(self) -> None:
        self._errands.end()
        self._port.forget(self)
