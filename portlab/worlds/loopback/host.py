"""A host of the loopback world: a name for part of this program, at 127.0.0.1 and ::1."""

from collections.abc import Callable
from typing import NoReturn

from portlab.apps.app import App, check_app
from portlab.errors import ConnectionRefused, LabError, TimedOut
from portlab.host import Host, SocketInfo
from portlab.network.checks import check_count
from portlab.ports import check_port
from portlab.worlds.guard import check_address
from portlab.worlds.loopback.connection import LoopbackConnection
from portlab.worlds.loopback.core import Core, Held, Kind
from portlab.worlds.loopback.listener import LoopbackListener
from portlab.worlds.loopback.opening import (
    own_address,
    own_end,
    tcp_connection,
    tcp_listener,
    udp_socket,
)
from portlab.worlds.loopback.udp import LoopbackUdp

_ORDER: dict[Kind, int] = {"listener": 0, "connection": 1, "udp": 2}
_STATES = {"FIN_WAIT1": "FIN-WAIT-1", "FIN_WAIT2": "FIN-WAIT-2", "SYN_RECV": "SYN-RECEIVED"}
_OUTCOMES: dict[type[BaseException], str] = {ConnectionRefused: "refused", TimedOut: "timed out"}


class LoopbackHost:
    """See `portlab.host.Host`. Without an `address`, a socket is at 127.0.0.1.

    All hosts share this computer's ports: two of them cannot have the same one.
    """

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
    ) -> LoopbackListener:
        self._core.check()
        check_app(app)
        local = (self._own(address), check_port(port, zero=True))
        check_count(backlog, 1, "A backlog")
        held = Held(self._name, "tcp", "listener", local, program=app.name if app else None)
        sock = None
        try:
            sock = tcp_listener(self._core, held, backlog)
            server = self._core.server()  # started now, so that the first accept does not wait
            if app is not None:
                server.serve(sock, app)
            return LoopbackListener(self._core, sock, app, self)
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
    ) -> LoopbackConnection:
        self._core.check()
        whom = (self._address_of(peer), check_port(port))
        own = (own_address(whom[0]), check_port(source_port, zero=True))
        self._core.room_for_connection()
        entry = self._core.log.add("connect", "tcp", own, whom)
        sock = None
        try:
            sock = tcp_connection(self._core, self._name, whom, source_port, timeout)
            own = own_end(sock)
            self._core.log.started_at(entry, own)
            return LoopbackConnection(self._core, sock, own, whom, self)
        except BaseException as error:
            self._core.log.failed(entry, _OUTCOMES.get(type(error), "failed"))
            if sock is not None:
                self._core.release(sock)
            raise

    def start_connect(self, peer: "Host | str", port: int, *, source_port: int = 0) -> NoReturn:
        raise LabError(
            "Two calls cannot cross in the loopback world: this computer is both ends, so it has "
            "answered the first SYN before the second call is made. Use connect(), or "
            "world='model'."
        )

    def ping(
        self, peer: "Host | str", *, data: bytes = b"portlab", timeout: float = 1.0
    ) -> NoReturn:
        raise LabError(
            "A ping is ICMP, for which most systems ask administrator rights of every program but "
            "their own `ping`. Type `ping 127.0.0.1` in a terminal, or use world='model'."
        )

    def udp(
        self, port: int = 0, app: App | None = None, *, address: str | None = None
    ) -> LoopbackUdp:
        self._core.check()
        check_app(app)
        local = (self._own(address), check_port(port, zero=True))
        held = Held(self._name, "udp", "udp", local, program=app.name if app else None)
        sock = None
        try:
            sock = udp_socket(self._core, held)
            if app is not None:
                self._core.server().serve_datagrams(sock, app)
            return LoopbackUdp(self._core, sock, app, self._address_of)
        except BaseException:
            if sock is not None:
                self._core.discard(sock)
            raise

    def sockets(self) -> tuple[SocketInfo, ...]:
        self._core.check()
        mine = [held for held in self._core.sockets.copy().values() if held.host == self._name]
        states = _states_of_connections() if any(one.remote for one in mine) else {}
        return tuple(
            SocketInfo(
                held.proto,
                {"listener": "LISTEN", "udp": "UNCONN"}.get(held.kind)
                or states.get((held.local, held.remote), "CLOSED"),
                held.local,
                held.remote,
                held.program,
            )
            for held in sorted(mine, key=lambda held: _ORDER[held.kind])
        )

    def _own(self, address: str | None) -> str:
        return self._addresses[0] if address is None else check_address(address)

    def __repr__(self) -> str:
        return f"<Host {self._name} at {' and '.join(self._addresses)}>"


def _states_of_connections() -> dict[tuple[object, object], str]:
    """The TCP state of every connection of this program, as the system tells it."""
    import psutil

    process = psutil.Process()
    # psutil 6 renamed it.
    connections = getattr(process, "net_connections", None) or process.connections
    try:
        found = connections(kind="tcp")
    except (psutil.Error, OSError):
        return {}
    return {
        (tuple(one.laddr), tuple(one.raddr)): _STATES.get(one.status, one.status.replace("_", "-"))
        for one in found
        if one.raddr
    }
