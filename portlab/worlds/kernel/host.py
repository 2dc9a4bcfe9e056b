"""A kernel host, for a learner's hands: a Linux of its own, as far as the network goes."""

import re
import socket
from collections.abc import Callable, Sequence

from portlab.apps.app import Address
from portlab.errors import LabError, TimedOut
from portlab.host import Host, Printed, SocketInfo, SocketTable
from portlab.network.checks import as_bytes
from portlab.ports import check_port
from portlab.worlds.kernel import ping
from portlab.worlds.kernel.ground import KernelGround
from portlab.worlds.kernel.inside import Inside
from portlab.worlds.kernel.opening import KernelOpening
from portlab.worlds.kernel.programs import run
from portlab.worlds.kernel.tables import TABLES, Row, rows
from portlab.worlds.sockets import failures
from portlab.worlds.sockets.core import Core
from portlab.worlds.sockets.ends import check_size, family_of
from portlab.worlds.sockets.host import SocketHost
from portlab.worlds.sockets.opening import begin_connection


class KernelHost(SocketHost):
    """See `portlab.host.Host`. Without an `address`, a socket is at all addresses of the host.

    Every port is free for everybody, those under 1024 too.
    """

    def __init__(
        self,
        core: Core,
        name: str,
        addresses: tuple[str, ...],
        address_of: "Callable[[Host | str], str]",
        ground: KernelGround,
    ) -> None:
        super().__init__(core, name, addresses, address_of)
        self._place = ground

    def start_connect(
        self, peer: "Host | str", port: int, *, source_port: int = 0
    ) -> KernelOpening:
        self._core.check()
        whom = (self._address_of(peer), check_port(port))
        check_port(source_port, zero=True)
        self._core.room_for_connection()
        sock = begin_connection(self._core, self._name, whom, source_port)
        return KernelOpening(self._core, sock, whom, self)

    def ping(self, peer: "Host | str", *, data: bytes = b"portlab", timeout: float = 1.0) -> float:
        self._core.check()
        address, body = self._address_of(peer), as_bytes(data)
        check_size(body, address)
        until = self._core.until(timeout)
        try:
            seconds = self._echo(address, body, until)
        except OSError as error:
            ends = ((address, 0), (self._addresses[0], 0))
            raise failures.of_datagram(error, *ends, self._ground) from None
        if seconds is None:
            raise TimedOut(
                f"No answer from {address} to a ping of {self._name} in {timeout:g} s: the host "
                "may be down or not exist, or the packet or its answer was lost. That says nothing "
                "of any port: ICMP has none."
            )
        return seconds

    def _echo(self, address: str, body: bytes, until: int | None) -> float | None:
        """Seconds until the answer to one echo request; None if none came in time."""
        place, family = self._place, family_of(address)
        protocol = ping.protocol(address)
        try:
            sock = place.basement.new_socket(place.number, family, socket.SOCK_DGRAM, protocol)
        except PermissionError:
            raise LabError(
                "This system lets no program ping, and its switch net.ipv4.ping_group_range cannot "
                "be set here, as in some containers. Use world='model' for pings."
            ) from None
        with sock:
            start = self._core.log.now()
            ping.send(sock, address, body)
            while not ping.answered(sock, address, body, self._core.left(until)):
                self._core.check()
                if self._core.left(until) <= 0:
                    return None
            return (self._core.log.now() - start) / 1_000_000

    def inside(self) -> Inside:
        """A `with` block in which this thread's Python sockets are made in this host.

        So http.client, urllib, smtplib, ftplib and whatever else is built on `socket` run here
        unchanged; names mean the lab's hosts (AddressError for others). Threads that are started in
        the block are inside until they end, other threads and all programs are outside.
        """
        self._core.check()
        return Inside(self._place)

    def run(
        self, argv: Sequence[str], *, input: bytes = b"", timeout: float | None = 10.0
    ) -> Printed:
        """Run a program of this computer in this host, and give what it printed.

        It has the host's network, names and socket table, reads `input`, and sees the files of
        this computer, but none of its processes and Unix sockets. Everything it started ends with
        it. Raises LabError if there is no such program, TimedOut after `timeout` seconds (None:
        never), LimitReached if it prints more than 16 MiB, WorldError where the system does not let
        it be closed in.
        """
        self._core.check()
        return run(self._core, self._place, argv, input, timeout)

    def take_address(self, address: str) -> None:
        """Have `address` besides its own from now on; whoever calls has looked that it is free."""
        self._place.basement.add_address(self._place.number, self._name, address)
        self._addresses = (address, *self._addresses)
        self._place.addresses = self._addresses

    def sysctl(self, name: str, value: int | str) -> None:
        """Set a switch of this host's network, as `host.sysctl("net.ipv4.tcp_sack", 0)`.

        For connections opened from now on; no other host has it. Raises LabError for what is no
        switch of a network, or has no such value.
        """
        self._core.check()
        path = name.replace(".", "/")
        if not re.fullmatch(r"net(/[A-Za-z0-9_-]+)+", path):
            raise LabError(
                f"{name!r} is no switch of a network. Those begin with net., such as "
                "'net.ipv4.tcp_sack'."
            )
        try:
            self._place.basement.sysctl(self._place.number, path, value)
        except OSError as error:
            raise LabError(
                f"{name} cannot be {value!r} in a host: {error.strerror or error}. A switch that "
                "is not of one network namespace stays as this computer has it."
            ) from None

    def sockets(self) -> SocketTable:
        self._core.check()
        held = tuple(self._core.sockets.copy().values())
        programs = {
            (one.proto, one.local, one.remote): one.program
            for one in held
            if one.host == self._name
        }
        table = [
            SocketInfo(
                row.proto,
                row.state,
                row.local,
                row.remote,
                programs.get((row.proto, row.local, row.remote)),
            )
            for row in self.rows()
        ]
        return SocketTable(sorted(table, key=_order))

    def rows(self, patience: float = 30.0) -> list[Row]:
        """The kernel's own tables. Raises AppError if an app does not let them be read in time."""
        texts = self._place.basement.read(self._place.number, *TABLES, patience=patience)
        found = zip(TABLES, texts, strict=True)
        return [row for name, text in found for row in rows(name[:3], text)]


def _order(row: SocketInfo) -> tuple[int, Address]:
    return ({"LISTEN": 0, "UNCONN": 2}.get(row.state, 1), row.local)
