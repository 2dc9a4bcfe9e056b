"""The UDP half of a model host: which socket a datagram is for (RFC 768).

There are no connections here. A socket may fix its peer, which only filters what it hears, and
lets errors find it (RFC 1122 4.1.3.3). What waits to be read is not limited: a model host loses
no datagram for lack of memory.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from portlab.apps.app import Address
from portlab.errors import PacketError, PortInUse
from portlab.network.binding import hears, in_use, overlap, specific_first
from portlab.network.many import is_for_many, is_multicast
from portlab.packets import Reason, UdpDatagram

if TYPE_CHECKING:
    from portlab.network.stack import Stack

MOST_BYTES = {4: 65_507, 6: 65_527}
"""The largest payload by IP version: 65,535 less the headers that count (IPv6's does not)."""

SENT = Reason(
    768,
    "User Interface",
    "A program sends {length} bytes as one datagram; UDP does not wait for an answer.",
)

Handler = Callable[[bytes, Address, Address, int], None]
"""What an app does with a datagram: data, source, destination, time."""


class UdpSocket:
    """One bound port. Datagrams go to `handler`, or wait in `inbox` without one."""

    def __init__(self, bound: str | None, port: int, program: str | None) -> None:
        self.bound = bound
        self.port = port
        self.program = program
        self.peer: Address | None = None
        self.handler: Handler | None = None
        self.inbox: deque[tuple[bytes, Address]] = deque()
        self.came_back = False
        self.groups: set[str] = set()

    def wants(self, address: str, source: Address) -> bool:
        here = address in self.groups if is_multicast(address) else hears(self.bound, address)
        return here and self.peer in (None, source)


class UdpSockets:
    """All UDP sockets of one host."""

    def __init__(self, stack: "Stack") -> None:
        self._stack = stack
        self._by_port: dict[int, list[UdpSocket]] = {}

    def __iter__(self) -> Iterator[UdpSocket]:
        for port in sorted(self._by_port):
            yield from self._by_port[port]

    def bind(self, bound: str | None, port: int, program: str | None = None) -> UdpSocket:
        """A socket on `port` (0: choose one). Raises PortInUse."""
        if port == 0:
            local = self._stack.source_for("127.0.0.1") if bound is None else bound
            chosen = self._stack.ports.choose(local, (local, 0), lambda p: p not in self._by_port)
            if chosen is None:
                raise PortInUse(
                    f"{self._stack.name} has no ephemeral port left for UDP: all of 49152 to "
                    "65535 are taken. Close sockets that are no longer needed."
                )
            port = chosen
        for other in self._by_port.get(port, ()):
            if overlap(bound, other.bound):
                holder = other.program or "another socket"
                raise in_use(self._stack.name, "UDP", bound, port, holder)
        socket = UdpSocket(bound, port, program)
        self._by_port.setdefault(port, []).append(socket)
        return socket

    def close(self, socket: UdpSocket) -> None:
        sockets = self._by_port.get(socket.port, [])
        if socket in sockets:
            sockets.remove(socket)
            if not sockets:
                del self._by_port[socket.port]

    def send(self, socket: UdpSocket, data: bytes, peer: Address, source: str | None) -> None:
        """One datagram, from `source` (None: the address that fits). Raises PacketError."""
        address, port = peer
        most = MOST_BYTES[6 if ":" in address else 4]
        if len(data) > most:
            raise PacketError(
                f"A datagram of {len(data)} bytes does not fit into one packet: its length is "
                f"written in 16 bits, headers included, which leaves {most} bytes of data. Send "
                "several datagrams, or use TCP, which cuts the data for you."
            )
        if source is None:
            fixed = socket.bound not in (None, "::", "0.0.0.0")
            source = str(socket.bound) if fixed else self._stack.source_for(address)
        if (":" in source) != (":" in address):
            raise PacketError(
                f"A datagram cannot go from {source} to {address}: one is IPv4, the other IPv6. "
                "Use two addresses of the same kind."
            )
        self._stack.send(source, address, UdpDatagram(socket.port, port, data), SENT)

    def receive(self, datagram: UdpDatagram, src: str, dst: str, now: int) -> bool:
        """Give a datagram to its socket; False if no socket wants it."""
        source = (src, datagram.source_port)
        socket = self._find(dst, datagram.destination_port, source)
        if socket is None:
            return False
        if socket.handler is None:
            socket.inbox.append((datagram.payload, source))
        else:
            # An answer comes from one host, also where the question went to many.
            own = self._stack.source_for(dst) if is_for_many(dst) else dst
            local = (own, datagram.destination_port)
            socket.handler(datagram.payload, source, local, now)
        return True

    def icmp_error(self, local: Address, remote: Address) -> None:
        """A datagram from `local` to `remote` came back; only a connected socket is told."""
        address, port = local
        socket = self._find(address, port, remote)
        if socket is not None and socket.peer is not None:
            socket.came_back = True

    def _find(self, address: str, port: int, source: Address) -> UdpSocket | None:
        wanting = [s for s in self._by_port.get(port, ()) if s.wants(address, source)]
        return min(wanting, key=lambda s: specific_first(s.bound), default=None)
