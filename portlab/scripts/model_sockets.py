"""A descriptor over the model host's sockets, and the kind that TCP has: as a program holds it.

What the RFCs leave to the system (which errno, how often it is told, what poll sees) is as on
Linux, because that is what scripts are written for. How TCP behaves stays with `portlab.tcp`.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portlab.apps.app import Address
from portlab.network.tcp_sockets import ListeningSocket, TcpSocket
from portlab.tcp import Config, Endpoint, State

if TYPE_CHECKING:
    from portlab.network.stack import Stack

OPENING = (State.SYN_SENT, State.SYN_RECEIVED)
_CAN_SEND = (State.ESTABLISHED, State.CLOSE_WAIT)
_ERRNO = {
    "refused": "ECONNREFUSED",
    "reset": "ECONNRESET",
    "timed out": "ETIMEDOUT",
    "unreachable": "ECONNREFUSED",  # what Linux makes of ICMP port unreachable
    "aborted": "ECONNABORTED",
}


class Fails(Exception):
    """A call returns -1 with this errno."""

    def __init__(self, errno: str) -> None:
        super().__init__(errno)
        self.errno = errno


class WouldWait(Exception):
    """There is nothing to return yet."""


@dataclass(slots=True, eq=False)
class Descriptor:
    """What both kinds share."""

    stack: "Stack"
    six: bool
    config: Config
    blocking: bool = True
    bound: tuple[str | None, int] | None = None

    @property
    def wildcard(self) -> str:
        return "::" if self.six else "0.0.0.0"


@dataclass(slots=True, eq=False)
class Stream(Descriptor):
    """A TCP socket: nothing yet, a listener, or one end of a connection."""

    listening: ListeningSocket | None = None
    socket: TcpSocket | None = None
    read_shut: bool = False
    write_shut: bool = False
    reset_on_close: bool = False
    opening_told: bool = False
    error_told: bool = False

    def connect(self, remote: Address) -> None:
        """Begin; raises Fails and WouldWait like the calls below."""
        if self.socket is not None:
            return self._connect_again()
        if self.listening is not None:
            raise Fails("EISCONN")
        self.stack.config = self.config
        port = self.bound[1] if self.bound else 0
        self.socket = self.stack.tcp.open(remote, source_port=port)
        raise WouldWait

    def _connect_again(self) -> None:
        endpoint = self._endpoint()
        if endpoint.state in OPENING:
            raise Fails("EALREADY")
        if error := self.take_error():
            raise Fails(error)
        if self.opening_told:
            raise Fails("EISCONN")
        self.opening_told = True

    def connected(self) -> None:
        """How a connect that waited returns."""
        if self._endpoint().state in OPENING:
            raise WouldWait
        if error := self.take_error():
            raise Fails(error)
        self.opening_told = True

    def listen(self, backlog: int) -> None:
        if self.socket is not None:
            raise Fails("EINVAL")
        if self.listening is not None:
            self.listening.listener.backlog = max(backlog, 1)
            return
        address, port = self.bound or (None, 0)
        self.stack.config = self.config
        self.listening = self.stack.tcp.listen(
            self.wildcard if address is None else address, port, backlog=max(backlog, 1)
        )

    def accept(self) -> "Stream":
        if self.listening is None:
            raise Fails("EINVAL")
        socket = self.stack.tcp.accept(self.listening)
        if socket is None:
            raise WouldWait
        return Stream(
            self.stack, self.six, socket.endpoint.config, socket=socket, opening_told=True
        )

    def read(self, limit: int) -> bytes:
        endpoint = self._endpoint()
        if endpoint.readable:
            data = endpoint.receive(limit, self.stack.network.now)
            self._settle()
            return data
        if endpoint.peer_closed:
            return b""
        if error := self.take_error():
            raise Fails(error)
        if self.read_shut or endpoint.state is State.CLOSED:
            return b""
        raise WouldWait

    def write(self, data: bytes) -> int:
        if self.socket is None:
            raise Fails("EPIPE")
        endpoint = self.socket.endpoint
        if error := self.take_error():
            raise Fails(error)
        if self.write_shut or endpoint.state is State.CLOSED:
            raise Fails("EPIPE")
        if endpoint.state in OPENING and not endpoint.passive:
            raise WouldWait
        endpoint.send(data, self.stack.network.now)
        self._settle()
        return len(data)

    def shutdown(self, reading: bool, writing: bool) -> None:
        endpoint = self._endpoint()
        if endpoint.state is State.CLOSED:
            raise Fails("ENOTCONN")
        self.read_shut = self.read_shut or reading
        if writing and not self.write_shut:
            self.write_shut = True
            endpoint.close(self.stack.network.now)
            self._settle()

    def close(self) -> None:
        if self.listening is not None:
            self.stack.tcp.close_listener(self.listening)
        if self.socket is not None:
            endpoint, now = self.socket.endpoint, self.stack.network.now
            if self.reset_on_close:
                endpoint.abort(now)
            else:
                endpoint.discard(now)
            self._settle()

    def configure(self, **changes: object) -> None:
        """Set fields of Config, for the connection if there is one, and for callers to come."""
        self.config = replace(self.config, **changes)  # type: ignore[arg-type]
        if self.listening is not None:
            self.listening.listener.config = self.config
        if self.socket is not None:
            self.socket.endpoint.configure(self.config)
            self._settle()

    def take_error(self) -> str | None:
        """The connection's error, which a program is told once."""
        error = self.pending_error
        self.error_told = self.error_told or error is not None
        return error

    @property
    def pending_error(self) -> str | None:
        """As errno; a reset after the peer's FIN is a broken pipe, for only writing can notice."""
        if self.socket is None or self.socket.endpoint.error is None or self.error_told:
            return None
        endpoint = self.socket.endpoint
        if endpoint.error == "reset" and endpoint.peer_closed and not self.write_shut:
            return "EPIPE"
        return _ERRNO[str(endpoint.error)]

    def events(self) -> set[str]:
        """What poll sees."""
        if self.listening is not None:
            return {"POLLIN"} if self.listening.listener.ready else set()
        if self.socket is None:
            return {"POLLOUT", "POLLHUP"}
        endpoint, seen = self.socket.endpoint, set()
        closed = endpoint.state is State.CLOSED
        if endpoint.readable:
            seen.add("POLLIN")
        if closed or endpoint.peer_closed or self.read_shut:
            seen |= {"POLLIN", "POLLRDHUP"}
        if closed or endpoint.state in _CAN_SEND or self.write_shut:
            seen.add("POLLOUT")
        if closed or ((endpoint.peer_closed or self.read_shut) and self.write_shut):
            seen.add("POLLHUP")
        if self.pending_error:
            seen.add("POLLERR")
        return seen

    def _endpoint(self) -> Endpoint:
        if self.socket is None:
            raise Fails("ENOTCONN")
        return self.socket.endpoint

    def _settle(self) -> None:
        if self.socket is not None:
            self.stack.tcp.settle(self.socket)
