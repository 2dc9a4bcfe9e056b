"""The TCP half of a model host: which connection a segment is for (RFC 9293 section 3.10.7).

The five values of a segment find its connection; failing that, its destination finds a listener;
failing that, the answer is a reset. How a connection behaves is the business of `portlab.tcp`.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from portlab.apps.app import Address, App
from portlab.errors import AddressError, PortInUse
from portlab.host import written
from portlab.network.binding import hears, in_use, overlap, specific_first
from portlab.network.isn import initial_sequence_number
from portlab.network.many import is_for_many
from portlab.network.programs import TcpProgram
from portlab.packets import Segment
from portlab.tcp import Config, Endpoint, Listener, State, reset_for
from portlab.tcp.variables import variables
from portlab.trace.record import StateChange

if TYPE_CHECKING:
    from portlab.network.stack import Stack

_NOT_YET = (State.CLOSED, State.LISTEN, State.SYN_SENT, State.SYN_RECEIVED)
_OVER = (State.CLOSED, State.LISTEN)


class TcpSocket:
    """One end of one connection: the machine, and who it works for."""

    def __init__(self, stack: "Stack", endpoint: Endpoint, local: Address, remote: Address) -> None:
        self.endpoint = endpoint
        self.local = local
        self.remote = remote
        self.owner = (stack.name, local, remote)
        self.listening: ListeningSocket | None = None
        self.program: TcpProgram | None = None
        self.was_established = False
        self._stack = stack

    @property
    def is_over(self) -> bool:
        """Nothing more can happen here. A child whose caller gave up goes back to LISTEN."""
        return self.endpoint.state in _OVER

    def expire(self, now: int) -> None:
        self.endpoint.on_deadline(now)
        self._stack.tcp.settle(self)

    def only_keeps_alive(self) -> bool:
        return self.endpoint.idle


class ListeningSocket:
    """A port that takes connections, and those that nobody has taken yet."""

    def __init__(
        self, bound: str | None, port: int, app: App | None, once: bool, listener: Listener
    ) -> None:
        self.bound = bound
        self.port = port
        self.app = app
        self.once = once
        self.listener = listener
        self.children: dict[Endpoint, TcpSocket] = {}


class TcpSockets:
    """All TCP sockets of one host."""

    def __init__(self, stack: "Stack") -> None:
        self._stack = stack
        self._flows: dict[tuple[str, int, str, int], TcpSocket] = {}
        self._listening: dict[int, list[ListeningSocket]] = {}

    def __iter__(self) -> Iterator[TcpSocket]:
        return iter(list(self._flows.values()))

    def listening(self) -> Iterator[ListeningSocket]:
        for port in sorted(self._listening):
            yield from self._listening[port]

    # ---- calls from programs and learners

    def listen(
        self,
        bound: str | None,
        port: int,
        *,
        backlog: int = 128,
        app: App | None = None,
        once: bool = False,
    ) -> ListeningSocket:
        """Take connections on `port` (0: choose one), or `once` a single one. Raises PortInUse."""
        stack = self._stack
        if port == 0:
            local = stack.addresses[0]
            chosen = stack.ports.choose(local, (local, 0), self._unused)
            if chosen is None:
                raise self._no_port_left()
            port = chosen
        for other in self._listening.get(port, ()):
            if overlap(bound, other.bound):
                holder = getattr(other.app, "name", None) or "another listener"
                raise in_use(stack.name, "TCP", bound, port, holder)
        config = self._config_for(app)
        listener = Listener((bound or "0.0.0.0", port), backlog=backlog, config=config)
        listening = ListeningSocket(bound, port, app, once, listener)
        self._listening.setdefault(port, []).append(listening)
        return listening

    def open(self, remote: Address, *, source_port: int = 0, app: App | None = None) -> TcpSocket:
        """Start a connection: the SYN is on its way when this returns.

        Raises PortInUse, and AddressError for an address of many hosts (RFC 9293 3.9.1.1, MUST-46).
        """
        stack = self._stack
        if is_for_many(remote[0]):
            raise AddressError(
                f"{stack.name} cannot connect to {remote[0]}, which means many hosts: a TCP "
                "connection has two ends. Name one host, or use UDP."
            )
        source = stack.source_for(remote[0])
        if source_port == 0:
            chosen = stack.ports.choose(
                source,
                remote,
                lambda p: p not in self._listening and (source, p, *remote) not in self._flows,
            )
            if chosen is None:
                raise self._no_port_left()
            source_port = chosen
        elif (source, source_port, *remote) in self._flows:
            raise PortInUse(
                f"{stack.name} has a connection from port {source_port} to {written(remote)} "
                "already (it may be waiting in TIME-WAIT): all five values would be the same. "
                "Choose another source port, or 0 to have one chosen."
            )
        local = (source, source_port)
        now = stack.network.now
        iss = initial_sequence_number(now, local, remote, stack.secret)
        endpoint = Endpoint(local, remote, iss=iss, config=self._config_for(app))
        socket = self._add(endpoint, local, remote)
        if app is not None:
            socket.program = TcpProgram(stack, socket, app)
        endpoint.open_active(now)
        self.settle(socket)
        return socket

    def close_listener(self, listening: ListeningSocket) -> None:
        """Stop listening. Connections that nobody took are reset, as on Linux."""
        sockets = self._listening.get(listening.port, [])
        if listening not in sockets:
            return
        sockets.remove(listening)
        if not sockets:
            del self._listening[listening.port]
        for child in list(listening.children.values()):
            child.endpoint.abort(self._stack.network.now)
            self.settle(child)

    def accept(self, listening: ListeningSocket) -> TcpSocket | None:
        """The oldest established connection that nobody has taken yet."""
        endpoint = listening.listener.accept()
        if endpoint is None:
            return None
        socket = listening.children.pop(endpoint)
        socket.listening = None
        return socket

    # ---- what comes from the network

    def receive(self, segment: Segment, src: str, dst: str, now: int) -> None:
        remote = (src, segment.source_port)
        local = (dst, segment.destination_port)
        socket = self._flows.get((*local, *remote))
        if socket is not None:
            socket.endpoint.segment_arrives(segment, now)
            self.settle(socket)
            return
        listening = self._listener_for(local)
        if listening is None:
            answer = reset_for(segment)
            if answer is not None:
                self._stack.send(dst, src, *answer, State.CLOSED)
            return
        iss = initial_sequence_number(now, local, remote, self._stack.secret)
        endpoint = listening.listener.segment_arrives(segment, local, remote, now, iss=iss)
        if endpoint is not None:
            socket = self._add(endpoint, local, remote)
            socket.listening = listening
            listening.children[endpoint] = socket
            self.settle(socket)

    def icmp_error(self, local: Address, remote: Address, hard: bool, now: int) -> None:
        """A packet of the connection from `local` to `remote` came back (RFC 1122 4.2.3.9)."""
        socket = self._flows.get((*local, *remote))
        if socket is not None:
            socket.endpoint.icmp_error(hard, now)
            self.settle(socket)

    # ---- between the machine and the rest

    def settle(self, socket: TcpSocket) -> None:
        """Carry out what came of a call: tell the program, send, record, set the timer.

        The program is first, so that its answer can ride on the acknowledgment.
        """
        stack, endpoint = self._stack, socket.endpoint
        now = stack.network.now
        if not socket.was_established and endpoint.state not in _NOT_YET:
            socket.was_established = True
            self._established(socket)
        if socket.program is not None:
            while socket.program.advance(now):
                pass
        for segment, reason in endpoint.segments_to_send():
            stack.send(socket.local[0], socket.remote[0], segment, reason, endpoint.state)
        for old, event, new, reason in endpoint.changes():
            stack.network.changes.append(
                StateChange(now, stack.name, socket.local, socket.remote, old, event, new, reason)
            )
        stack.network.noted.extend((now, socket.owner, *variables(endpoint)))
        stack.timers.set(socket, endpoint.next_deadline())
        if endpoint.state in _OVER:
            self._over(socket)

    def _over(self, socket: TcpSocket) -> None:
        flow = (*socket.local, *socket.remote)
        if self._flows.get(flow) is socket:  # and no later connection between the same ends
            del self._flows[flow]
        if socket.listening is not None:
            socket.listening.listener.forget(socket.endpoint)
            socket.listening.children.pop(socket.endpoint, None)
            socket.listening = None

    def _established(self, socket: TcpSocket) -> None:
        listening = socket.listening
        if listening is None:
            return
        listening.listener.established(socket.endpoint)
        if listening.app is not None:
            self.accept(listening)
            socket.program = TcpProgram(self._stack, socket, listening.app)
            if listening.once:
                self.close_listener(listening)

    # ---- finding

    def _add(self, endpoint: Endpoint, local: Address, remote: Address) -> TcpSocket:
        socket = TcpSocket(self._stack, endpoint, local, remote)
        self._flows[(*local, *remote)] = socket
        return socket

    def _listener_for(self, local: Address) -> ListeningSocket | None:
        address, port = local
        hearing = [s for s in self._listening.get(port, ()) if hears(s.bound, address)]
        return min(hearing, key=lambda s: specific_first(s.bound), default=None)

    def _unused(self, port: int) -> bool:
        return port not in self._listening and all(flow[1] != port for flow in self._flows)

    def _config_for(self, app: App | None) -> Config:
        config = self._stack.config
        return replace(config, nagle=False) if getattr(app, "nodelay", False) else config

    def _no_port_left(self) -> PortInUse:
        return PortInUse(
            f"{self._stack.name} has no ephemeral port left: all of 49152 to 65535 are in use. "
            "Close connections that are no longer needed, or give a port yourself."
        )
