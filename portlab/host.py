"""What a computer in a lab can do, whichever world it lives in.

Three worlds implement these four protocols, and one contract suite holds them all to it
(`tests/contract`). Times are seconds, sizes are bytes. In the model world time moves only inside
`connect`, `accept`, `receive*` and `close`; elsewhere the same calls wait.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from portlab.apps.app import Address, App


@dataclass(frozen=True, slots=True)
class SocketInfo:
    """One row of a host's socket table, as `ss` prints it.

    `state` is an RFC 9293 state name (`LISTEN`, `ESTABLISHED`), or `UNCONN` for UDP, which has no
    states.
    """

    proto: str
    state: str
    local: Address
    remote: Address | None = None
    program: str | None = None

    def __str__(self) -> str:
        remote = written(self.remote) if self.remote else "*:*"
        program = f" {self.program}" if self.program else ""
        return f"{self.proto:<4} {self.state:<12} {written(self.local):<24} {remote:<24}{program}"


class SocketTable(tuple[SocketInfo, ...]):
    """The rows of a host's socket table; shown, a line for each."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(str(row).rstrip() for row in self) or "no sockets"

    __repr__ = __str__


@dataclass(frozen=True, slots=True)
class Printed:
    """What a program printed, and how it ended: `status` 0 is well, below 0 a signal's number."""

    stdout: str
    stderr: str
    status: int
    raw: bytes = field(repr=False)
    """Its standard output as it came."""

    def __str__(self) -> str:
        return self.stdout


def written(address: Address) -> str:
    """An address and port as people write them; IPv6 in brackets (RFC 5952 section 6).

    >>> written(("192.0.2.7", 443)), written(("2001:db8::1", 443))
    ('192.0.2.7:443', '[2001:db8::1]:443')
    """
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Closing(Protocol):
    """What a `with` block closes at its end."""

    def close(self) -> None:
        """End it. Safe to repeat."""
        ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        try:
            self.close()
        finally:
            self.close()  # once more, should an interrupt have broken off the first try


class Connection(Closing, Protocol):
    """One end of a TCP connection. Leaving its `with` block closes it."""

    @property
    def local(self) -> Address: ...

    @property
    def peer(self) -> Address: ...

    def send(self, data: bytes) -> None:
        """Hand all of `data` to TCP. Returning does not mean that the peer has it.

        Raises ConnectionClosed after close or shutdown here, ConnectionAborted after a reset.
        """
        ...

    def receive(self, limit: int = 65536, *, timeout: float = 10.0) -> bytes:
        """Some bytes, at least one and at most `limit`; `b""` once the peer has closed.

        Raises TimedOut after `timeout` seconds, ConnectionAborted after a reset.
        """
        ...

    def receive_until(self, separator: bytes, *, timeout: float = 10.0) -> bytes:
        """Everything up to and with `separator`; what follows waits for the next call.

        Raises ConnectionAborted if the stream ends first (nothing already received is lost: the
        next `receive` gives it), TimedOut after `timeout` seconds.
        """
        ...

    def receive_all(self, *, timeout: float = 10.0) -> bytes:
        """Everything until the peer closes."""
        ...

    def shutdown(self) -> None:
        """Send FIN: no more from this side, the other side may go on (RFC 9293 3.6)."""
        ...

    def abort(self) -> None:
        """Send RST and forget the connection (RFC 9293 3.10.5)."""
        ...

    def close(self) -> None:
        """Close both directions. Unread data turns it into a RST, as on Linux. Safe to repeat."""
        ...


class Opening(Protocol):
    """A connection that is being opened: its SYN is under way, and nobody has waited yet."""

    def finish(self, *, timeout: float | None = None) -> Connection:
        """Wait for the connection, and give it; the same one whenever asked again.

        `timeout` (seconds) None leaves it to TCP to give up. Raises ConnectionRefused, TimedOut,
        and ConnectError where an ICMP message says that the peer cannot be reached.
        """
        ...


class Listener(Closing, Protocol):
    """A port that takes connections. Leaving its `with` block closes it."""

    @property
    def address(self) -> str: ...

    @property
    def port(self) -> int: ...

    def accept(self, *, timeout: float = 10.0) -> Connection:
        """The oldest established connection that nobody has taken yet. Not with an app.

        Raises TimedOut after `timeout` seconds.
        """
        ...


class UdpSocket(Closing, Protocol):
    """A UDP socket. Leaving its `with` block closes it."""

    @property
    def address(self) -> str: ...

    @property
    def port(self) -> int: ...

    def connect(self, peer: "Host | str", port: int) -> None:
        """Fix the peer. Sends nothing, but lets errors come back (RFC 1122 4.1.3.3)."""
        ...

    def send(self, data: bytes) -> None:
        """One datagram to the connected peer.

        Raises PortUnreachable when an earlier datagram came back as ICMP port unreachable.
        """
        ...

    def send_to(self, data: bytes, peer: "Host | str", port: int) -> None:
        """One datagram. Raises PacketError over 65,507 bytes (IPv4) or 65,527 (IPv6)."""
        ...

    def receive(self, limit: int = 65536, *, timeout: float = 10.0) -> tuple[bytes, Address]:
        """One datagram and who sent it; what does not fit in `limit` is lost.

        Raises TimedOut, or PortUnreachable on a connected socket.
        """
        ...


class Host(Protocol):
    """A computer in a lab."""

    @property
    def name(self) -> str: ...

    @property
    def addresses(self) -> tuple[str, ...]:
        """IPv4 first, then IPv6."""
        ...

    def listen(
        self,
        port: int = 0,
        app: App | None = None,
        *,
        address: str | None = None,
        backlog: int = 128,
    ) -> Listener:
        """Take TCP connections on `port` (0: choose one), at `address` (None: see the world).

        With an `app` its sessions serve them; without, `accept` hands them out.
        Raises PortError, PortInUse, PortNotAllowed, AddressError.
        """
        ...

    def connect(
        self,
        peer: "Host | str",
        port: int,
        *,
        source_port: int = 0,
        timeout: float | None = None,
    ) -> Connection:
        """An established TCP connection to `port` of `peer` (a host, its name or an address).

        `timeout` None leaves it to TCP to give up. Raises ConnectionRefused, TimedOut,
        PortError, AddressError.
        """
        ...

    def start_connect(self, peer: "Host | str", port: int, *, source_port: int = 0) -> Opening:
        """Send the SYN and do not wait, so that the peer can call at the same moment.

        Raises LabError where one computer plays both hosts: there two calls never cross. Otherwise
        PortError, PortInUse, AddressError.
        """
        ...

    def ping(self, peer: "Host | str", *, data: bytes = b"portlab", timeout: float = 1.0) -> float:
        """Ask whether `peer` is there (ICMP echo): seconds until its answer came.

        No port is named: ICMP has none (RFC 792, RFC 4443 section 4.1). Raises TimedOut without an
        answer, AddressError, and LabError where only the system's own `ping` may do so.
        """
        ...

    def udp(
        self, port: int = 0, app: App | None = None, *, address: str | None = None
    ) -> UdpSocket:
        """A UDP socket on `port` (0: choose one); with an `app`, its sessions answer."""
        ...

    def sockets(self) -> SocketTable:
        """The socket table: listeners first, then connections, then UDP."""
        ...

    def inside(self) -> AbstractContextManager[None]:
        """A `with` block in which Python's own sockets are made in this host.

        Raises LabError where the host is no Linux of its own: only the kernel world's are.
        """
        ...

    def run(
        self, argv: Sequence[str], *, input: bytes = b"", timeout: float | None = 10.0
    ) -> Printed:
        """Run a program of this computer in this host. Raises LabError where `inside` does."""
        ...
