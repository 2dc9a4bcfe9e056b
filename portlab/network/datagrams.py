"""A learner's hands on a UDP socket of the model world."""

from collections.abc import Callable

from portlab.apps.app import Address
from portlab.errors import AddressError, ConnectionClosed, LabError, PortUnreachable, TimedOut
from portlab.host import Closing, Host, written
from portlab.network.binding import shown
from portlab.network.checks import as_bytes, check_count
from portlab.network.clock import deadline_after, in_words
from portlab.network.many import is_multicast
from portlab.network.stack import Stack
from portlab.network.udp_programs import UdpService
from portlab.network.udp_sockets import UdpSocket
from portlab.packets import packed, unpacked
from portlab.ports import check_port


class ModelUdpSocket(Closing):
    """A UDP socket (see `portlab.host.UdpSocket`). Time moves in `receive`."""

    def __init__(
        self,
        stack: Stack,
        socket: UdpSocket,
        service: UdpService | None,
        resolve: Callable[[Host | str], str],
    ) -> None:
        self._stack = stack
        self._socket = socket
        self._service = service
        self._resolve = resolve
        self._closed = False

    @property
    def address(self) -> str:
        return shown(self._socket.bound)

    @property
    def port(self) -> int:
        return self._socket.port

    def connect(self, peer: Host | str, port: int) -> None:
        with self._stack.network.acting(self._stack):
            self._check_usable()
            self._socket.peer = (self._resolve(peer), check_port(port))
            self._socket.came_back = False

    def join(self, group: str) -> None:
        """Hear what is sent to this multicast group on this port (RFC 1112). In the model only.

        Raises AddressError for what is no group.
        """
        address = unpacked(packed(group))
        if not is_multicast(address):
            raise AddressError(
                f"{group} is no group to join: it is the address of a host, or of all. Multicast "
                "groups are 224.0.0.0 to 239.255.255.255, and ff00:: and up in IPv6."
            )
        with self._stack.network.acting(self._stack):
            self._socket.groups.add(address)

    def send(self, data: bytes) -> None:
        self._check_usable()
        peer = self._socket.peer
        if peer is None:
            raise LabError(
                "This UDP socket has no fixed peer. Call connect(host, port) first, or say whom "
                "each datagram is for: send_to(data, host, port)."
            )
        self._check_came_back()
        self._send(data, peer)

    def send_to(self, data: bytes, peer: Host | str, port: int) -> None:
        self._check_usable()
        self._check_came_back()
        self._send(data, (self._resolve(peer), check_port(port)))

    def receive(self, limit: int = 65536, *, timeout: float = 10.0) -> tuple[bytes, Address]:
        self._check_usable()
        check_count(limit, 0, "A number of bytes to receive")
        network, socket = self._stack.network, self._socket
        network.run(
            lambda: bool(socket.inbox) or socket.came_back, deadline_after(network.now, timeout)
        )
        self._check_came_back()
        if not socket.inbox:
            raise TimedOut(
                f"No datagram came to {written((self.address, self.port))} {in_words(timeout)}. "
                "UDP does not say whether one was lost, or none was sent: look at the ladder."
            )
        data, source = socket.inbox.popleft()
        return data[:limit], source

    def close(self) -> None:
        if self._closed or self._stack.network.is_over:
            return
        with self._stack.network.acting(self._stack):
            self._closed = True
            self._stack.udp.close(self._socket)
            if self._service is not None:
                self._service.end()

    def __repr__(self) -> str:
        return f"<UDP socket at {written((self.address, self.port))}>"

    # ---- inside

    def _send(self, data: bytes, peer: Address) -> None:
        payload = as_bytes(data)
        with self._stack.network.acting(self._stack):
            self._stack.udp.send(self._socket, payload, peer, None)

    def _check_usable(self) -> None:
        if self._closed:
            raise ConnectionClosed(
                f"The UDP socket on port {self.port} was closed before. Open another with udp()."
            )
        if self._service is not None:
            raise LabError(
                f"A program, {self._socket.program!r}, uses the UDP socket on port {self.port}. "
                "Open one without an app to send and receive yourself."
            )

    def _check_came_back(self) -> None:
        if self._socket.came_back:
            self._socket.came_back = False
            peer = self._socket.peer
            raise PortUnreachable(
                f"A datagram to {written(peer) if peer else 'the peer'} came back: port "
                "unreachable. Nothing listens on that UDP port there; is the program running, "
                "and is the number right?"
            )
