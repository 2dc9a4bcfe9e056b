"""The kernel world itself: its hosts, and its end, which comes whatever happens.

It ends when closed, when forgotten, when Python ends or is killed, and when a limit is reached.
"""

import sys
import time
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portlab.errors import LabError, LimitReached, PortlabError, WorldError
from portlab.host import Host
from portlab.network.clock import microseconds
from portlab.network.faults import Fault, check_faults
from portlab.network.link import Link, check_link
from portlab.trace.record import Record, StateChange
from portlab.trace.snapshot import Snapshot, Snapshots
from portlab.worlds.directory import Directory
from portlab.worlds.kernel.basement import Basement
from portlab.worlds.kernel.ground import KernelGround
from portlab.worlds.kernel.host import KernelHost
from portlab.worlds.sockets.calls import Meter
from portlab.worlds.sockets.core import Core
from portlab.worlds.sockets.limits import Limits

if TYPE_CHECKING:
    from portlab.network.host import ModelHost

_POLITE = 2.0
"""Seconds that what is under way when a lab is closed has for its end."""

_MOST_SECONDS = 120.0
"""How long `run()` waits for the end of all that is under way."""

_LOOK_AGAIN = 0.002
"""Seconds between two looks whether all has come to rest."""
_QUIET = 20_000
"""Microseconds without a packet after which the kernels are asked whether they are done."""


class KernelWorld:
    """Each host with a Linux network of its own; see `portlab.worlds.World`.

    Addresses, links, faults and seed are as in the model world, and `host(name, "model")` puts a
    host of that world on the same wire. Time is real. Raises WorldError where it cannot run.
    """

    name = "kernel"
    takes_faults = True

    def __init__(
        self,
        *,
        seed: int = 0,
        faults: Iterable[Fault] = (),
        link: Link | None = None,
        limits: Limits | None = None,
    ) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise LabError(f"A seed is a whole number such as 1, and not {seed!r}.")
        if not sys.platform.startswith("linux"):
            raise WorldError(
                f"The kernel world is Linux's own TCP/IP, and this is {sys.platform}. Use "
                "world='model', where every packet is seen too."
            )
        self._seed = seed
        self._link = check_link(link)
        self._core = Core(self.name, limits or Limits(), Meter)
        self._forgotten = weakref.finalize(self, self._core.end)
        self._directory: Directory[KernelHost | ModelHost] = Directory()
        self._kernels: list[KernelHost] = []
        self._models: list[ModelHost] = []
        self._basement = Basement(
            self._core, seed=seed, link=self._link, faults=check_faults(faults)
        )
        self._network = self._basement.network

    @property
    def records(self) -> Sequence[Record]:
        """One for each packet on a link; origin `captured`, or `modelled` if a model host sent it.

        What a host says to itself stays on its own `lo`, and is no record.
        """
        return list(self._network.records)

    @property
    def changes(self) -> Sequence[StateChange]:
        """Of model hosts; nobody can see a kernel's TCP change its state."""
        return list(self._network.changes)

    @property
    def snapshots(self) -> Sequence[Snapshot]:
        """Of model hosts."""
        return Snapshots(list(self._network.noted))

    @property
    def notes(self) -> tuple[()]:
        """Nothing is odd where every packet passes a wire of ours."""
        return ()

    @property
    def hosts(self) -> dict[str, str]:
        """Names by address."""
        return dict(self._directory.names)

    def host(
        self, name: str, world: str | None = None, *, ipv4: bool = True
    ) -> "KernelHost | ModelHost":
        """A new host, with Linux's TCP/IP or (`world="model"`) with portlab's own."""
        self._core.check()
        if world == "model":
            return self._model_host(name, ipv4)
        return self._basement.in_server(lambda: self._kernel_host(name, ipv4))

    def _kernel_host(self, name: str, ipv4: bool) -> KernelHost:
        # All of it in the server's thread, so that an interrupt leaves no half of a host.
        addresses = self._directory.next_addresses(name, ipv4=ipv4)
        if not Path("/proc/sys/net/ipv6").exists():
            addresses = tuple(one for one in addresses if ":" not in one)
        if not addresses:
            raise WorldError(
                f"{name} would have no address at all: this Linux has no IPv6. Use world='model'."
            )
        number = self._basement.new_host(name, addresses)
        names = self._directory.names
        ground = KernelGround(self._basement, number, name, addresses, names)
        self._core.grounds[name] = ground
        host = KernelHost(self._core, name, addresses, self._address_of, ground)
        self._directory.add(host)
        self._kernels.append(host)
        return host

    def _model_host(self, name: str, ipv4: bool) -> "ModelHost":
        # Imported here, as half of a short lab's time is start-up.
        from portlab.network.host import ModelHost
        from portlab.network.stack import Stack

        with self._network.acting():
            addresses = self._directory.next_addresses(name, ipv4=ipv4)
            stack = Stack(name, addresses, self._network, self._seed)
            self._network.add(stack)
            host = ModelHost(stack, self._address_of)
            self._directory.add(host)
            self._models.append(host)
        return host

    def assign(self, host: Host | str, address: str) -> None:
        """Give a host that has none its IPv4 address. Raises AddressError, LabError."""
        self._core.check()
        with self._network.acting():
            known, plain = self._directory.assignable(host, address)
        known.take_address(plain)

    def link(self, one: Host | str, other: Host | str, **properties: Any) -> Link:
        """Change the line between two hosts, in both directions, from now on.

        `properties` are those of Link; those not named are as the lab's `link` has them.
        """
        self._core.check()
        return self._directory.change_line(self._network, self._link, one, other, properties)

    def run(self, seconds: float | None = None) -> None:
        """Wait `seconds`; or (None) until nothing is under way.

        That is when no packet is on the wire, none came for a moment, apps have dealt with all
        that arrived, and no TCP waits for an answer. Raises LimitReached when that has
        not come after two minutes, and AppError if a program raised.
        """
        self._core.check()
        if seconds is None:
            if not self._come_to_rest(_MOST_SECONDS):
                raise LimitReached(
                    f"This lab did not come to rest in {_MOST_SECONDS:g} s: a host still sends, or "
                    "waits for an answer that does not come. Give lab.run() a number of seconds, "
                    "or close what keeps it busy."
                )
        else:
            until = self._core.log.now() + microseconds(seconds, "A run")
            while (left := until - self._core.log.now()) > 0:
                time.sleep(min(left / 1_000_000, 0.1))
                self._core.check()
        self._core.check()

    def _come_to_rest(self, seconds: float) -> bool:
        """Wait for that, and say whether it came."""
        until = self._core.log.now() + microseconds(seconds)
        while (now := self._core.log.now()) < until:
            self._core.check()
            left = (until - now) / 1_000_000
            if now - self._network.last_sent >= _QUIET and self._is_at_rest(left):
                self._core.settle(left)
                if self._network.last_sent <= now:
                    return True
            else:
                time.sleep(_LOOK_AGAIN)
        return False

    def _is_at_rest(self, patience: float) -> bool:
        if self._network.carries:
            return False
        with self._network.acting():
            if any(host.is_under_way() for host in self._models):
                return False
        return not any(row.under_way for host in self._kernels for row in host.rows(patience))

    def close(self) -> None:
        """Close every socket, let everybody see it, then end it all. Safe to repeat.

        Raises AppError if a program raised and no call has said so.
        """
        try:
            if not self._core.ended:
                self._hang_up()
        finally:
            self._network.close()
            self._core.end()
        self._forgotten.detach()
        self._core.raise_unnoticed()

    def _address_of(self, peer: Host | str) -> str:
        """Of this world, and not its directory, so that who holds a host holds the world."""
        return self._directory.address_of(peer)

    def _hang_up(self) -> None:
        self._core.close_by_hand()
        if not self._network.is_over:
            # Who called hangs up first: if both did at once, their FINs would cross.
            for called in (True, False):
                for host in self._models:
                    host.close_connections(called=called)
            self._rest_before_the_end()

    def _rest_before_the_end(self) -> None:
        try:
            self._come_to_rest(_POLITE)
        except WorldError:
            return  # the hosts are gone already
        except PortlabError as error:
            self._core.report("", error)  # an app raised only now, or earlier and unheard
