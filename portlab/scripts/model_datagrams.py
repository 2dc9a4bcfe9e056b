"""A UDP socket of the model host as a program holds it; what the RFCs leave open is as on Linux."""

from dataclasses import dataclass

from portlab.apps.app import Address
from portlab.errors import PacketError
from portlab.network.udp_sockets import UdpSocket
from portlab.scripts.model_sockets import Descriptor, Fails, WouldWait


@dataclass(slots=True, eq=False)
class Datagrams(Descriptor):
    """A UDP socket, on a port of its own as soon as it needs one."""

    socket: UdpSocket | None = None

    def bind(self, address: str | None, port: int) -> None:
        bound = self.wildcard if address is None else address
        self.socket = self.stack.udp.bind(bound, port)
        self.bound = address, self.socket.port

    def connect(self, remote: Address) -> None:
        self._socket().peer = remote

    def read(self, limit: int) -> bytes:
        socket = self._socket()
        self._hear_of_errors(socket)
        if not socket.inbox:
            raise WouldWait
        data, _ = socket.inbox.popleft()
        return data[:limit]

    def write(self, data: bytes, to: Address | None) -> int:
        socket = self._socket()
        self._hear_of_errors(socket)
        peer = to or socket.peer
        if peer is None:
            raise Fails("EDESTADDRREQ")
        try:
            self.stack.udp.send(socket, data, peer, None)
        except PacketError:
            raise Fails("EMSGSIZE") from None
        return len(data)

    def close(self) -> None:
        if self.socket is not None:
            self.stack.udp.close(self.socket)

    @property
    def pending_error(self) -> str | None:
        return "ECONNREFUSED" if self.socket is not None and self.socket.came_back else None

    def take_error(self) -> str | None:
        error = self.pending_error
        if self.socket is not None:
            self.socket.came_back = False
        return error

    def events(self) -> set[str]:
        seen = {"POLLOUT"}
        if self.socket is not None and self.socket.inbox:
            seen.add("POLLIN")
        if self.pending_error:
            seen |= {"POLLIN", "POLLERR"}
        return seen

    def _hear_of_errors(self, socket: UdpSocket) -> None:
        if error := self.take_error():
            raise Fails(error)

    def _socket(self) -> UdpSocket:
        if self.socket is None:
            self.bind(None, 0)
        assert self.socket is not None
        return self.socket
