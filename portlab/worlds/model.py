"""The model world: portlab's own network, in this process and in virtual time.

It runs everywhere, a browser included, opens no socket and starts no thread, and two runs from one
seed agree to the byte. Nothing can leave it, because nothing in it touches the computer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from portlab.errors import AddressError, LabError
from portlab.host import Host
from portlab.network.clock import microseconds
from portlab.network.connection import CLOSE_WAITS
from portlab.network.faults import Fault, check_faults
from portlab.network.host import ModelHost
from portlab.network.link import Link, check_link
from portlab.network.network import Network
from portlab.network.stack import Stack
from portlab.packets import packed, unpacked
from portlab.trace.record import Record, StateChange
from portlab.trace.snapshot import Snapshot, Snapshots

MOST_HOSTS = 65_534
"""As many as 10.0.0.0/16 has addresses for."""


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
        self._hosts: dict[str, ModelHost] = {}

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
    def hosts(self) -> dict[str, str]:
        """Names by address."""
        return {address: host.name for host in self._hosts.values() for address in host.addresses}

    def host(self, name: str) -> ModelHost:
        """A new host. Raises LabError if there is one of this name."""
        with self._network.acting():
            if name in self._hosts:
                raise LabError(
                    f"There is a host {name!r} in this lab already, and two of one name could not "
                    "be told apart. Choose another name, or go on using the first."
                )
            number = len(self._hosts) + 1
            if number > MOST_HOSTS:
                raise LabError(f"A lab has room for {MOST_HOSTS} hosts. Use fewer.")
            addresses = (f"10.0.{number >> 8}.{number & 0xFF}", f"fd00::{number:x}")
            stack = Stack(name, addresses, self._network, self._seed)
            self._network.add(stack)
            host = self._hosts[name] = ModelHost(stack, self._address_of)
        return host

    def link(self, one: Host | str, other: Host | str, **properties: Any) -> Link:
        """Change the line between two hosts, in both directions, from now on.

        `properties` are those of Link; those not named are as the lab's `link` has them.
        """
        ends = [self._known(host).name for host in (one, other)]
        if ends[0] == ends[1]:
            raise LabError(f"A link has two ends, and {ends[0]!r} is only one. Name two hosts.")
        unknown = set(properties) - set(asdict(self._link))
        if unknown:
            raise LabError(
                f"A link has no {', '.join(sorted(unknown))}. It has "
                f"{', '.join(asdict(self._link))}."
            )
        link = Link(**{**asdict(self._link), **properties})
        with self._network.acting():
            for sender, receiver in (ends, ends[::-1]):
                self._network.wire(sender, receiver).link = link
        return link

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
                for host in self._hosts.values():
                    host.close_connections(called=called)
                network.run(network.is_quiet, network.now + CLOSE_WAITS)
            network.run_to_quiet()
        finally:
            network.close()

    def _address_of(self, peer: Host | str) -> str:
        """The address for a host, a name or an address; IPv4 where there is a choice."""
        if isinstance(peer, str) and peer not in self._hosts:
            try:
                return unpacked(packed(peer))
            except AddressError:
                raise AddressError(
                    f"There is no host {peer!r} in this lab, and it is no address either. "
                    f"{self._names()}"
                ) from None
        return self._known(peer).addresses[0]

    def _known(self, host: Host | str) -> ModelHost:
        name = host if isinstance(host, str) else getattr(host, "name", None)
        known = self._hosts.get(name) if isinstance(name, str) else None
        if known is None:
            raise AddressError(f"There is no host {host!r} in this lab. {self._names()}")
        if not isinstance(host, str) and host is not known:
            raise LabError(
                f"This host {name!r} belongs to another lab. Take the one of this lab: hosts of "
                "two labs have no wire between them."
            )
        return known

    def _names(self) -> str:
        if not self._hosts:
            return "It has no hosts yet: make some with lab.hosts('server', 'client')."
        return f"Its hosts are {', '.join(self._hosts)}."
