"""What lies under the hosts of one kernel lab: the helper, the network, the wire.

It knows no world and no host of a learner's, so those can be forgotten while its threads run. All
that hands over descriptors is done in the lab's server thread, which no interrupt reaches.
"""

import _socket
import contextlib
import socket
from collections.abc import Callable, Iterable
from typing import TypeVar
from weakref import WeakSet

from portlab.errors import WorldError
from portlab.network.faults import Fault
from portlab.network.link import Link
from portlab.worlds.kernel.channel import Channel, read_all
from portlab.worlds.kernel.inside import from_descriptor
from portlab.worlds.kernel.node import MTU, KernelNode
from portlab.worlds.kernel.wall import WallNetwork
from portlab.worlds.kernel.wire import WireThread
from portlab.worlds.sockets.core import Core

_WISHES: dict[str, object] = {
    "net/ipv4/ip_unprivileged_port_start": 0,
    "net/ipv4/ping_group_range": "0 0",
}
"""Every port for everybody, and ICMP echo without a raw socket (icmp(7)); of each host alone."""

_PATIENCE = 30.0
"""Seconds: longer than the channel's, which knows better what is wrong."""

Result = TypeVar("Result")


class Basement:
    """Raises WorldError if there can be no namespaces on this computer."""

    def __init__(self, core: Core, *, seed: int, link: Link, faults: Iterable[Fault]) -> None:
        self._core = core
        self._channel: Channel | None = None
        self._adopted: WeakSet[socket.socket] = WeakSet()
        self.wire = WireThread(core)
        core.at_the_end(self.stop)
        self.network = WallNetwork(
            clock=core.log.now,
            check=core.check,
            ring=self.wire.ring,
            seed=seed,
            link=link,
            faults=faults,
        )
        self.in_server(self._start)

    def in_server(self, work: Callable[[], Result], patience: float = _PATIENCE) -> Result:
        """Have `work` done in the server's thread, and wait.

        Raises LabError if that has ended, AppError if an app keeps it for so many seconds.
        """
        done: list[Result] = []
        self._core.server().ask(lambda: done.append(work()), patience)
        if not done:
            self._core.check()
            raise self._core.closed
        return done[0]

    @property
    def pid(self) -> int | None:
        """Of the helper process."""
        return self._channel.pid if self._channel else None

    def new_host(self, name: str, addresses: tuple[str, ...], mtu: int = MTU) -> int:
        """A namespace on the wire; its number. In the server's thread only.

        Raises WorldError if the system gives no more of what it takes.
        """
        try:
            (tun,) = self._helper.ask("host", list(addresses), mtu, {}, _WISHES)
        except OSError as error:
            raise WorldError(
                f"The system refused another host: {error.strerror or error}. Close other labs, or "
                "use fewer hosts."
            ) from None
        self.wire.add(KernelNode(name, addresses, tun, mtu))
        self._hosts_made += 1
        return self._hosts_made - 1

    def new_socket(self, host: int, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """A socket that lives in a host."""

        def make() -> socket.socket:
            (descriptor,) = self._helper.ask("socket", host, int(family), int(kind), protocol)
            return socket.socket(fileno=descriptor)

        return self.in_server(make)

    def fill(self, sock: socket.socket, host: int, family: int, kind: int, protocol: int) -> None:
        """Let `sock`, which is nothing yet, be a socket that lives in a host."""

        def make() -> None:
            (descriptor,) = self._helper.ask("socket", host, int(family), int(kind), protocol)
            from_descriptor(sock, family, kind, protocol, descriptor)
            self.adopt(sock)

        self.in_server(make)

    def adopt(self, sock: socket.socket) -> None:
        """Have a socket of a learner's closed at the end, unless somebody closes it before."""
        self._adopted.add(sock)

    def read(self, host: int, *names: str, patience: float = _PATIENCE) -> list[str]:
        """Files of /proc/net as a host has them."""

        def read() -> list[str]:
            found = self._helper.ask("open", host, *names)
            return [read_all(one).decode("ascii", "replace") for one in found]

        return self.in_server(read, patience)

    def sysctl(self, host: int, name: str, value: int | str) -> None:
        """Set one of a host's network."""
        self.in_server(lambda: self._helper.ask("sysctl", host, name, value))

    def add_address(self, host: int, name: str, address: str) -> None:
        """Let the host of this number and name have an IPv4 address more."""
        self.in_server(lambda: self._helper.ask("address", host, address))
        with self.network.acting():
            self.network.own(name, address)

    def run(self, host: int, runner: str, descriptors: list[int]) -> None:
        """Have a program started in a host. In the server's thread only."""
        self._helper.ask("run", host, runner, give=descriptors)

    def stop(self) -> None:
        """Close adopted sockets, end the wire and the helper. Safe to repeat, and to be
        interrupted.
        """
        for sock in list(self._adopted):
            # Python's own close() would wait for the files that were made of it.
            with contextlib.suppress(OSError):
                _socket.socket.close(sock)
        self.wire.stop()
        if self._channel is not None:
            self._channel.close()

    def _start(self) -> None:
        self._hosts_made = 0
        self._channel = Channel()
        self.wire.start(self.network)

    @property
    def _helper(self) -> Channel:
        if self._channel is None:
            raise self._core.closed
        return self._channel
