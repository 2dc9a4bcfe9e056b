"""A host on real sockets: it listens and connects. What else it can do is its world's to say."""

from collections.abc import Callable

from portlab.apps.app import App, check_app
from portlab.errors import ConnectionRefused, TimedOut
from portlab.host import Host
from portlab.network.checks import check_count
from portlab.ports import check_port
from portlab.worlds.sockets.connection import SocketConnection
from portlab.worlds.sockets.core import Core, Held, Kind
from portlab.worlds.sockets.ends import own_end
from portlab.worlds.sockets.listener import SocketListener
from portlab.worlds.sockets.opening import tcp_connection, tcp_listener, udp_socket
from portlab.worlds.sockets.udp import SocketUdp

ORDER: dict[Kind, int] = {"listener": 0, "connection": 1, "udp": 2}
"""Of the rows of a socket table."""

_OUTCOMES: dict[type[BaseException], str] = {ConnectionRefused: "refused", TimedOut: "timed out"}


class SocketHost:
    """The part of `portlab.host.Host` that is the same wherever its sockets are made."""

    def __init__(
        self,
        core: Core,
        name: str,
        addresses: tuple[str, ...],
        address_of: "Callable[[Host | str], str]",
    ) -> None:
        self._core = core
        self._name = name
        self._addresses = addresses
        self._address_of = address_of
        self._ground = core.ground(name)

    @property
    def name(self) -> str:
        return self._name

    @property
    def addresses(self) -> tuple[str, ...]:
        return self._addresses

    def listen(
        self,
        port: int = 0,
        app: App | None = None,
        *,
        address: str | None = None,
        backlog: int = 128,
    ) -> SocketListener:
        self._core.check()
        check_app(app)
        local = (self._ground.bindable(address), check_port(port, zero=True))
        check_count(backlog, 1, "A backlog")
        held = Held(self._name, "tcp", "listener", local, program=app.name if app else None)
        sock = None
        try:
            sock = tcp_listener(self._core, held, backlog)
            server = self._core.server()  # started now, so that the first accept does not wait
            if app is not None:
                server.serve(sock, app)
            return SocketListener(self._core, sock, app, self)
        except BaseException:
            if sock is not None:
                self._core.discard(sock)
            raise

    def connect(
        self,
        peer: "Host | str",
        port: int,
        *,
        source_port: int = 0,
        timeout: float | None = None,
    ) -> SocketConnection:
        self._core.check()
        whom = (self._address_of(peer), check_port(port))
        own = (self._ground.own_address(whom[0]), check_port(source_port, zero=True))
        self._core.room_for_connection()
        entry = self._core.log.add("connect", "tcp", own, whom)
        sock = None
        try:
            sock = tcp_connection(self._core, self._name, whom, source_port, timeout)
            own = own_end(sock)
            self._core.log.started_at(entry, own)
            return SocketConnection(self._core, sock, own, whom, self)
        except BaseException as error:
            self._core.log.failed(entry, _OUTCOMES.get(type(error), "failed"))
            if sock is not None:
                self._core.release(sock)
            raise

    def udp(
        self, port: int = 0, app: App | None = None, *, address: str | None = None
    ) -> SocketUdp:
        self._core.check()
        check_app(app)
        local = (self._ground.bindable(address), check_port(port, zero=True))
        held = Held(self._name, "udp", "udp", local, program=app.name if app else None)
        sock = None
        try:
            sock = udp_socket(self._core, held)
            if app is not None:
                self._core.server().serve_datagrams(sock, app)
            return SocketUdp(self._core, sock, app, self._address_of)
        except BaseException:
            if sock is not None:
                self._core.discard(sock)
            raise

    def __repr__(self) -> str:
        return f"<Host {self._name} at {' and '.join(self._addresses)}>"
