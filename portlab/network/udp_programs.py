"""Apps on the UDP ports of a model host: a session for each peer."""

from typing import TYPE_CHECKING

from portlab.apps.app import Address, App, Datagram
from portlab.network.programs import Program
from portlab.network.udp_sockets import UdpSocket

if TYPE_CHECKING:
    from portlab.network.stack import Stack


class UdpProgram(Program):
    """One session with one peer, of a service on a port.

    After a SendTo from a new port the session lives there, as TFTP's do (RFC 1350 section 4): its
    later datagrams come from that port, and the service's port is free for the peer to ask again.
    """

    def __init__(
        self, stack: "Stack", service: "UdpService", app: App, local: Address, peer: Address
    ) -> None:
        self._service = service
        self._local = local
        super().__init__(stack, app, local, peer)

    def _send(self, data: bytes, now: int) -> None:
        self._send_to(data, self._peer, new_port=False)

    def _send_to(self, data: bytes, peer: Address, new_port: bool) -> None:
        if new_port:
            self._service.forget(self._local, self._peer)
        if new_port or self._udp is not None:
            super()._send_to(data, peer, new_port)
        else:
            self._stack.udp.send(self._service.socket, data, peer, self._local[0])

    def _close(self, now: int) -> None:
        self._service.forget(self._local, self._peer)
        self.end()

    def _abort(self, now: int) -> None:
        self._close(now)


class UdpService:
    """An app on a UDP port: a session for each peer."""

    def __init__(self, stack: "Stack", socket: UdpSocket, app: App) -> None:
        self.socket = socket
        self._stack = stack
        self._app = app
        self._programs: dict[tuple[Address, Address], UdpProgram] = {}
        socket.handler = self._hear

    def _hear(self, data: bytes, source: Address, local: Address, now: int) -> None:
        program = self._programs.get((local, source))
        if program is None:
            program = UdpProgram(self._stack, self, self._app, local, source)
            if program.ended:
                return
            self._programs[local, source] = program
        program.tell(Datagram(data, source, now), now)

    def forget(self, local: Address, peer: Address) -> None:
        self._programs.pop((local, peer), None)

    def end(self) -> None:
        """Stop all sessions, when the port is closed."""
        for program in list(self._programs.values()):
            program.end()
        self._programs.clear()
