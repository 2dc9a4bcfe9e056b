"""A learner's hands on a connection that is being opened (RFC 9293 section 3.5)."""

from portlab.errors import ConnectError, ConnectionRefused, TimedOut
from portlab.host import written
from portlab.network.clock import deadline_after
from portlab.network.connection import ModelConnection
from portlab.network.stack import Stack
from portlab.network.tcp_sockets import TcpSocket
from portlab.tcp import State


class ModelOpening:
    """See `portlab.host.Opening`. Time moves in `finish`, and whenever it moves elsewhere."""

    def __init__(self, stack: Stack, socket: TcpSocket) -> None:
        self._stack = stack
        self._socket = socket
        self._connection: ModelConnection | None = None

    def finish(self, *, timeout: float | None = None) -> ModelConnection:
        if self._connection is None:
            self._wait(timeout)
            self._connection = ModelConnection(self._stack, self._socket)
        return self._connection

    def _wait(self, timeout: float | None) -> None:
        socket, network = self._socket, self._stack.network
        endpoint = socket.endpoint
        deadline = deadline_after(network.now, timeout)
        network.run(lambda: socket.was_established or endpoint.state is State.CLOSED, deadline)
        if socket.was_established:
            return
        where = written(socket.remote)
        if endpoint.error == "refused":
            raise ConnectionRefused(
                f"{where} refused the connection: it answered with RST, because nothing listens "
                "on that port there. Start a listener first, or check the number."
            )
        if endpoint.error == "unreachable":
            raise ConnectError(
                f"{where} cannot be reached: an ICMP message says so. Look at the ladder for "
                "who sent it and why."
            )
        with network.acting(self._stack):
            endpoint.abort(network.now)
            self._stack.tcp.settle(socket)
        raise TimedOut(
            f"No answer from {where}: not one SYN was answered. The host may be down or not "
            "exist, the packets may be lost, or a firewall may drop them."
        )

    def __repr__(self) -> str:
        ends = f"{written(self._socket.local)} to {written(self._socket.remote)}"
        return f"<Opening {ends}, {self._socket.endpoint.state}>"
