"""Running apps inside a model host: events in, actions out.

A program is one session of an app and what it may act with: a TCP socket, UDP sockets, alarms.
What it does happens at once and in order; the packets it causes travel like all others. If it
raises, its conversation ends, and the error waits in the network for the learner's current call.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from portlab.apps.app import (
    Abort,
    Action,
    Address,
    App,
    Close,
    Connect,
    Data,
    Datagram,
    Event,
    Listen,
    Listening,
    Opened,
    PeerClosed,
    Reset,
    Send,
    SendTo,
    Session,
    Tell,
    Told,
    Wake,
)
from portlab.apps.tls import layers
from portlab.errors import AppError, ConnectionClosed, PortInUse
from portlab.host import written
from portlab.network.alarm import Alarm
from portlab.network.clock import microseconds
from portlab.network.udp_sockets import UdpSocket
from portlab.packets import packed, unpacked
from portlab.ports import check_port

if TYPE_CHECKING:
    from portlab.network.stack import Stack
    from portlab.network.tcp_sockets import ListeningSocket, TcpSocket


class Program(ABC):
    """What TCP and UDP programs share."""

    def __init__(self, stack: "Stack", app: App, local: Address, peer: Address) -> None:
        self.app = app
        self.ended = False
        self._stack = stack
        self._own = local[0]
        self._peer = peer
        self._where = f"{stack.name} port {local[1]}"
        self._udp: UdpSocket | None = None
        self._once: list[ListeningSocket] = []
        self._session: Session | None = None
        try:
            self._session = app.session(local, peer)
            stack.sessions.update((id(layer), self) for layer in layers(self._session))
        except Exception as error:
            self._failed(error)

    def tell(self, event: Event, now: int) -> None:
        """Hand the session an event and do what it says."""
        if self.ended or self._session is None:
            return
        try:
            for action in self._session.handle(event):
                self._do(action, now)
        except Exception as error:
            self._failed(error)

    def wake(self, event: Event, now: int) -> None:
        """Hand the session an event that did not come through its own socket."""
        self.tell(event, now)

    def _do(self, action: Action, now: int) -> None:
        stack = self._stack
        match action:
            case Send(data):
                self._send(bytes(data), now)
            case SendTo(data, peer, new_port):
                self._send_to(bytes(data), _checked(peer), new_port)
            case Close():
                self._close(now)
            case Abort():
                self._abort(now)
            case Listen():
                self._listen(action, now)
            case Connect(peer, app, source_port):
                peer, source_port = _checked(peer), check_port(source_port, zero=True)
                try:
                    stack.tcp.open(peer, app=app, source_port=source_port)
                except PortInUse:
                    never = NeverOpened(stack, app, (self._own, source_port), peer)
                    never.tell(Reset(), now)
                    never.end()
            case Tell(session, message):
                if listener := stack.sessions.get(id(session)):
                    stack.timers.set(Alarm(listener, Told(message)), now)
            case Wake(delay):
                alarm = Alarm(self)
                stack.timers.set(alarm, now + microseconds(delay, "A wake"))
            case _:
                raise TypeError(f"{action!r} is not an action that portlab.apps knows")

    def _listen(self, action: Listen, now: int) -> None:
        tcp = self._stack.tcp
        listening = tcp.listen(
            None, check_port(action.port, zero=True), app=action.app, once=action.once
        )
        if action.once:
            self._once.append(listening)
        self._stack.timers.set(Alarm(self, Listening((self._own, listening.port))), now)

    @abstractmethod
    def _send(self, data: bytes, now: int) -> None: ...

    def _send_to(self, data: bytes, peer: Address, new_port: bool) -> None:
        if self._udp is None or new_port:
            self._hang_up()
            self._udp = self._stack.udp.bind(None, 0, self.app.name)
            self._udp.handler = self._hear
        self._stack.udp.send(self._udp, data, peer, None)

    def _hear(self, data: bytes, source: Address, local: Address, now: int) -> None:
        self.wake(Datagram(data, source, now), now)

    @abstractmethod
    def _close(self, now: int) -> None: ...

    @abstractmethod
    def _abort(self, now: int) -> None: ...

    def _hang_up(self) -> None:
        """Give back a UDP port of this program's own."""
        if self._udp is not None:
            self._stack.udp.close(self._udp)
            self._udp = None

    def end(self) -> None:
        self.ended = True
        self._hang_up()
        for layer in layers(self._session):
            if self._stack.sessions.get(id(layer)) is self:
                del self._stack.sessions[id(layer)]
        for listening in self._once:
            self._stack.tcp.close_listener(listening)
        self._once.clear()

    def _failed(self, error: Exception) -> None:
        problem = AppError(
            f"The program {getattr(self.app, 'name', self.app)!r} on {self._where} raised "
            f"{type(error).__name__}: {error}. Its conversation with {written(self._peer)} was "
            "ended. Mend the program; the original error is below."
        )
        problem.__cause__ = error
        self._stack.network.failures.append(problem)
        self._abort(self._stack.network.now)


class TcpProgram(Program):
    """One session on one TCP connection."""

    def __init__(self, stack: "Stack", socket: "TcpSocket", app: App) -> None:
        self._socket = socket
        self._opened = False
        self._peer_closed = False
        self._sent_close = False
        super().__init__(stack, app, socket.local, socket.remote)

    def advance(self, now: int) -> bool:
        """Tell the session the next thing that happened to its socket; False if nothing did."""
        if self.ended:
            return False
        endpoint = self._socket.endpoint
        if not self._opened and self._socket.was_established:
            self._opened = True
            self.tell(Opened(now), now)
        elif endpoint.readable:
            self.tell(Data(endpoint.receive(endpoint.readable, now)), now)
        elif endpoint.peer_closed and not self._peer_closed:
            self._peer_closed = True
            self.tell(PeerClosed(), now)
        elif endpoint.error is not None:
            self.tell(Reset(), now)
            self.end()
        elif self._socket.is_over:
            self.end()
        else:
            return False
        return True

    def wake(self, event: Event, now: int) -> None:
        self.tell(event, now)
        self._stack.tcp.settle(self._socket)

    def _send(self, data: bytes, now: int) -> None:
        if self._sent_close:
            raise ConnectionClosed("The program sent Close before; after it nothing can be sent.")
        if not self._socket.is_over:
            self._socket.endpoint.send(data, now)

    def _close(self, now: int) -> None:
        if not self._sent_close and not self._socket.is_over:
            self._socket.endpoint.close(now)
        self._sent_close = True

    def _abort(self, now: int) -> None:
        if not self._socket.is_over:
            self._socket.endpoint.abort(now)
        self.end()


class NeverOpened(Program):
    """A session whose connection could not be begun: it hears so, and has nothing to send on."""

    def _send(self, data: bytes, now: int) -> None: ...

    def _close(self, now: int) -> None: ...

    def _abort(self, now: int) -> None: ...


def _checked(peer: Address) -> Address:
    address, port = peer
    return unpacked(packed(address)), check_port(port)
