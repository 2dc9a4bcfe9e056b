"""One TCP connection of an app: events into its session, its actions out to the socket."""

import socket
from typing import TYPE_CHECKING

from portlab.apps.app import (
    Abort,
    Action,
    Address,
    App,
    Close,
    Data,
    Event,
    Opened,
    PeerClosed,
    Reset,
    Send,
    SendTo,
    Session,
)
from portlab.errors import ConnectionClosed, PortInUse, PortNotAllowed
from portlab.network.checks import as_bytes
from portlab.worlds.sockets.core import Held
from portlab.worlds.sockets.ends import check_end, check_size, own_end
from portlab.worlds.sockets.errands import Errands
from portlab.worlds.sockets.opening import (
    begin_to_connect,
    bind,
    raise_failure_of,
    reset_when_closed,
    udp_send,
)
from portlab.worlds.sockets.readiness import is_ready

if TYPE_CHECKING:
    from portlab.worlds.sockets.server import Server

_READ_AT_ONCE = 65_536
_ENOUGH_WAITING = 1 << 18


class Conversation:
    """Lives in the server's thread. `gone` once the socket is closed."""

    def __init__(
        self,
        server: "Server",
        sock: socket.socket,
        host: str,
        app: App,
        local: Address,
        peer: Address,
    ) -> None:
        self._server = server
        self._sock = sock
        self._host = host
        self._app = app
        self._local = local
        self._peer = peer
        self._session: Session | None = None
        self._errands = Errands(server, host, self._tell)
        self._out = bytearray()
        self._closing = False
        self._shut = False
        self._peer_closed = False
        self._gone = False
        self._asked = (False, False)
        self._enter = server.core.log.add

    def open(self) -> None:
        """The connection is established."""
        self._ask_for_events()
        self._tell(Opened(self._server.core.log.now()))

    def connect(self) -> None:
        """Begin to connect; the session hears Opened, or Reset if nothing comes of it."""
        core = self._server.core
        try:
            if self._local[1]:
                bind(core, self._sock, core.sockets[self._sock])
            begin_to_connect(core.ground(self._host), self._sock, self._peer)
            self._local = own_end(self._sock)
            held = Held(self._host, "tcp", "connection", self._local, self._peer, self._app.name)
            core.hold(self._sock, held)
            self._server.readiness.watch(self._sock, self._connected, read=False, write=True)
        except (OSError, PortInUse, PortNotAllowed):
            self._broken()

    def _connected(self, _: bool) -> None:
        try:
            raise_failure_of(self._sock)
        except OSError:
            self._broken()
            return
        if is_ready(self._sock, 0.0, write=True):
            self.open()

    # ---- what happens

    def _ready(self, readable: bool) -> None:
        if self._gone:
            return
        if self._out:
            self._flush()
        if not readable or self._peer_closed or self._gone:
            return
        try:
            data = self._sock.recv(_READ_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            self._broken()
            return
        self._enter("receive", "tcp", self._local, self._peer, len(data))
        if data:
            self._tell(Data(data))
        else:
            self._peer_closed = True
            self._tell(PeerClosed())
            self._finish_if_over()

    def _broken(self) -> None:
        log = self._server.core.log
        log.failed(log.add("receive", "tcp", self._local, self._peer), "reset")
        self._gone = True
        self._tell(Reset())
        self._let_go()

    def _let_go(self) -> None:
        self._errands.end()
        self._server.drop(self._sock)

    def _tell(self, event: Event) -> None:
        try:
            if self._session is None:
                self._session = self._app.session(self._local, self._peer)
                self._errands.of(self._session)
            for action in self._session.handle(event):
                self._do(action)
        except BaseException as error:  # also what would end a thread unseen, such as SystemExit
            self._server.core.report(self._app.name, error)
            self._abort()

    # ---- what the session asks for

    def _do(self, action: Action) -> None:
        if isinstance(action, Send):
            self._send(action.data)
        elif isinstance(action, Close):
            self._close()
        elif isinstance(action, Abort):
            self._abort()
        elif isinstance(action, SendTo):
            self._send_to(action)
        else:
            self._errands.run(action, self._local[0])

    def _send(self, data: bytes) -> None:
        if self._gone:
            return
        if self._closing:
            raise ConnectionClosed("It sent after Close: no more comes from this side after a FIN.")
        if type(data) is not bytes:
            data = as_bytes(data)
        if not data:
            return
        self._enter("send", "tcp", self._local, self._peer, len(data))
        if self._out:
            self._out += data
            return
        try:
            sent = self._sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            sent = len(data)  # reading will tell that it is broken
        if sent < len(data):
            self._out += data[sent:]
            self._ask_for_events()

    def _flush(self) -> None:
        try:
            del self._out[: self._sock.send(self._out)]
        except BlockingIOError:
            return
        except OSError:
            self._broken()
            return
        if not self._out and self._closing:
            self._shutdown()
        self._ask_for_events()

    def _close(self) -> None:
        if not self._closing and not self._gone:
            self._closing = True
            if not self._out:
                self._shutdown()

    def _shutdown(self) -> None:
        self._shut = True
        if not self._peer_closed:
            self._enter("shutdown", "tcp", self._local, self._peer)
            try:
                self._sock.shutdown(socket.SHUT_WR)
            except OSError:
                return  # reading will tell that it is broken
        self._finish_if_over()

    def _finish_if_over(self) -> None:
        if self._shut and self._peer_closed and not self._gone:
            self._enter("close", "tcp", self._local, self._peer)
            self._gone = True
            self._let_go()
        else:
            self._ask_for_events()

    def _abort(self) -> None:
        if not self._gone:
            self._enter("abort", "tcp", self._local, self._peer)
            self._gone = True
            reset_when_closed(self._sock)
            self._let_go()

    def _send_to(self, action: SendTo) -> None:
        ground = self._server.core.ground(self._host)
        peer, data = check_end(ground, action.peer), as_bytes(action.data)
        sock = self._server.fresh_udp(self._host, ground.own_address(peer[0]), self._app.name)
        try:
            local = own_end(sock)
            check_size(data, local[0])
            self._enter("sendto", "udp", local, peer, len(data))
            udp_send(ground, sock, data, peer)
        finally:
            self._server.drop(sock)

    def _ask_for_events(self) -> None:
        """Read unless too much waits to be sent; write while something does."""
        if self._gone:
            return
        wanted = (not self._peer_closed and len(self._out) < _ENOUGH_WAITING, bool(self._out))
        if wanted != self._asked:
            self._asked = wanted
            self._server.readiness.watch(self._sock, self._ready, read=wanted[0], write=wanted[1])
