"""The model world: portlab's own network, in this process and in virtual time.

It runs everywhere, a browser included, opens no socket and starts no thread, and two runs from one
seed agree to the byte. Nothing can leave it, because nothing in it touches the computer.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from portlab.errors import LabError
from portlab.host import Host
from portlab.network.clock import microseconds
from portlab.network.connection import CLOSE_WAITS
from portlab.network.faults import Fault, check_faults
from portlab.network.host import ModelHost
from portlab.network.link import Link, check_link
from portlab.network.network import Network
from portlab.network.stack import Stack
from portlab.trace.record import Record, StateChange
from portlab.trace.snapshot import Snapshot, Snapshots
from portlab.worlds.directory import Directory


class ModelWorld:
    """Hosts named as you like, each linked with each other.

    The n-th host has the addresses 10.0.0.n and fd00::n (in hexadecimal). `seed` decides all that
    is random, `faults` what goes wrong on purpose, and `link` how every line behaves.
    """

    name = "model"
    takes_faults = True

    def __init__(
        self, *, seed: int = 0, faults: Iterable[Fault] = (), link: Link | None = None
    ) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise LabError(f"A seed is a whole number such as 1, and not {seed!r}.")
        self._seed = seed
        self._link = check_link(link)
        self._network = Network(seed=seed, link=self._link, faults=check_faults(faults))
        self._directory: Directory[ModelHost] = Directory()

    @property
    def records(self) -> Sequence[Record]:
        return self._network.records

    @property
    def changes(self) -> Sequence[StateChange]:
        return self._network.changes

    @property
    def snapshots(self) -> Sequence[Snapshot]:
        return Snapshots(self._network.noted)

    @property
    def notes(self) -> tuple[()]:
        """Nothing is odd where every packet passes a wire of ours."""
        return ()

    @property
    def hosts(self) -> dict[str, str]:
        """Names by address."""
        return dict(self._directory.names)

    def host(self, name: str, world: str | None = None, *, ipv4: bool = True) -> ModelHost:
        """A new host. Raises LabError if there is one of this name."""
        with self._network.acting():
            addresses = self._directory.next_addresses(name, ipv4=ipv4)
            stack = Stack(name, addresses, self._network, self._seed)
            self._network.add(stack)
            return self._directory.add(ModelHost(stack, self._directory.address_of))

    def assign(self, host: Host | str, address: str) -> None:
        """Give a host that has none its IPv4 address. Raises AddressError, LabError."""
        with self._network.acting():
            known, plain = self._directory.assignable(host, address)
            known.take_address(plain)

    def link(self, one: Host | str, other: Host | str, **properties: Any) -> Link:
        """Change the line between two hosts, in both directions, from now on.

        `properties` are those of Link; those not named are as the lab's `link` has them.
        """
        return self._directory.change_line(self._network, self._link, one, other, properties)

    def run(self, seconds: float | None = None) -> None:
        """Let `seconds` pass; None: until nothing but keep-alive is left to happen.

        Raises LimitReached if that never comes, and what a program raised meanwhile.
        """
        network = self._network
        if seconds is None:
            network.run_to_quiet()
        else:
            network.run_until(network.now + microseconds(seconds, "A run"))

    def close(self) -> None:
        """End everything: connections are closed, and what follows from that happens.

        Safe to repeat. Raises AppError if a program raised and nobody heard of it yet.
        """
        network = self._network
        if network.is_over:
            return
        try:
            # Who called hangs up first: if both did at once, their FINs would cross.
            for called in (True, False):
                for host in self._directory:
                    host.close_connections(called=called)
                network.run(network.is_quiet, network.now + CLOSE_WAITS)
            network.run_to_quiet()
        finally:
            network.close()
