"""A learner's hands on a model host (see `portlab.host.Host`).

Everything here is a thin shell: it checks what it was given, asks the host's `Stack`, and lets
the network's time pass until there is an answer.
"""

from collections.abc import Callable, Sequence
from typing import NoReturn

from portlab.apps.app import App, check_app
from portlab.errors import LabError, TimedOut
from portlab.host import Host, SocketInfo, SocketTable
from portlab.network.checks import as_bytes, check_count
from portlab.network.clock import SECOND, deadline_after, in_words
from portlab.network.connection import ModelConnection
from portlab.network.datagrams import ModelUdpSocket
from portlab.network.listener import ModelListener
from portlab.network.opening import ModelOpening
from portlab.network.stack import Stack
from portlab.network.udp_programs import UdpService
from portlab.ports import check_port
from portlab.tcp import Config, State


class ModelHost:
    """A computer of the model world. Without an `address`, `listen` and `udp` take all of its own.

    `config` holds the sizes and times of its TCP, for connections made from now on.
    """

    def __init__(self, stack: Stack, resolve: Callable[[Host | str], str]) -> None:
        self._stack = stack
        self._network = stack.network
        self._resolve = resolve

    @property
    def name(self) -> str:
        return self._stack.name

    @property
    def addresses(self) -> tuple[str, ...]:
        return self._stack.addresses

    @property
    def config(self) -> Config:
        return self._stack.config

    @config.setter
    def config(self, config: Config) -> None:
        self._stack.config = config

    def listen(
        self,
        port: int = 0,
        app: App | None = None,
        *,
        address: str | None = None,
        backlog: int = 128,
    ) -> ModelListener:
        check_app(app)
        check_port(port, zero=True)
        check_count(backlog, 1, "A backlog")
        with self._network.acting(self._stack):
            bound = self._stack.bindable(address)
            listening = self._stack.tcp.listen(bound, port, backlog=backlog, app=app)
        return ModelListener(self._stack, listening)

    def connect(
        self, peer: Host | str, port: int, *, source_port: int = 0, timeout: float | None = None
    ) -> ModelConnection:
        deadline_after(self._network.now, timeout)  # looked at before a SYN is on its way
        opening = self.start_connect(peer, port, source_port=source_port)
        return opening.finish(timeout=timeout)

    def start_connect(self, peer: Host | str, port: int, *, source_port: int = 0) -> ModelOpening:
        check_port(port)
        check_port(source_port, zero=True)
        with self._network.acting(self._stack):
            remote = (self._resolve(peer), port)
            socket = self._stack.tcp.open(remote, source_port=source_port)
        return ModelOpening(self._stack, socket)

    def ping(self, peer: Host | str, *, data: bytes = b"portlab", timeout: float = 1.0) -> float:
        body = as_bytes(data)
        network = self._network
        deadline = deadline_after(network.now, timeout)
        with network.acting(self._stack):
            address = self._resolve(peer)
            ping = self._stack.pings.send(address, body)
        network.run(lambda: ping.answered is not None, deadline)
        self._stack.pings.forget(ping)
        if ping.answered is None:
            raise TimedOut(
                f"No answer from {address} to a ping of {self.name} {in_words(timeout)}: the host "
                "may be down or not exist, or the packet or its answer was lost. That says nothing "
                "of any port: ICMP has none."
            )
        return (ping.answered - ping.sent) / SECOND

    def udp(
        self, port: int = 0, app: App | None = None, *, address: str | None = None
    ) -> ModelUdpSocket:
        check_app(app)
        check_port(port, zero=True)
        with self._network.acting(self._stack):
            bound = self._stack.bindable(address)
            socket = self._stack.udp.bind(bound, port, getattr(app, "name", None))
            service = None if app is None else UdpService(self._stack, socket, app)
        return ModelUdpSocket(self._stack, socket, service, self._resolve)

    def sockets(self) -> SocketTable:
        with self._network.acting():
            return self._table()

    def _table(self) -> SocketTable:
        rows = []
        for listening in self._stack.tcp.listening():
            program = getattr(listening.app, "name", None)
            for address in _rows(listening.bound):
                local = (address, listening.port)
                rows.append(SocketInfo("tcp", str(State.LISTEN), local, None, program))
        for socket in self._stack.tcp:
            program = getattr(socket.program.app, "name", None) if socket.program else None
            state = str(socket.endpoint.state)
            rows.append(SocketInfo("tcp", state, socket.local, socket.remote, program))
        for one in self._stack.udp:
            for address in _rows(one.bound):
                local = (address, one.port)
                rows.append(SocketInfo("udp", "UNCONN", local, one.peer, one.program))
        return SocketTable(rows)

    def take_address(self, address: str) -> None:
        """Have `address` besides its own from now on; whoever calls has looked that it is free."""
        self._stack.addresses = (address, *self._stack.addresses)
        self._network.own(self.name, address)

    def inside(self) -> NoReturn:
        raise LabError(
            f"{self.name} is a host of the model world: its TCP is portlab's own, and no socket of "
            "Python's can be made in it. Programs written for real sockets need Lab('kernel') "
            "(`portlab doctor` says whether it runs here). In this world use connect(), and "
            "listen() with an app."
        )

    def run(
        self, argv: Sequence[str], *, input: bytes = b"", timeout: float | None = 10.0
    ) -> NoReturn:
        raise LabError(
            f"{self.name} is a host of the model world: its TCP is portlab's own, and no program "
            "of this computer can run in it. That needs Lab('kernel') (`portlab doctor` says "
            "whether it runs here). In this world use connect(), and listen() with an app."
        )

    def is_under_way(self) -> bool:
        """Whether its TCP still waits for an answer: to a SYN, a FIN, or to bytes it has sent."""
        return any(socket.endpoint.unsent for socket in self._stack.tcp)

    def close_connections(self, *, called: bool) -> None:
        """Close, without waiting, each connection a learner holds: those that this host opened
        (`called`), or those that others opened to it.
        """
        with self._network.acting(self._stack):
            for socket in self._stack.tcp:
                if socket.program is None and socket.endpoint.passive is not called:
                    socket.endpoint.discard(self._network.now)
                    self._stack.tcp.settle(socket)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<Host {self.name}: {', '.join(self.addresses)}>"


def _rows(bound: str | None) -> tuple[str, ...]:
    """A socket at no particular address is shown at both wildcards, as servers often open two."""
    return ("0.0.0.0", "::") if bound is None else (bound,)
