"""The hosts of a lab that has a wire of its own: who there is, and where to reach them."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Generic, Protocol, TypeVar

from portlab.errors import AddressError, LabError
from portlab.host import Host
from portlab.network.addresses import addresses_of
from portlab.network.link import Link
from portlab.network.many import DIRECTED
from portlab.network.network import Network
from portlab.packets import NOBODY_YET, packed, unpacked

LAB = "10.0."
"""How the IPv4 addresses of a lab begin."""

MOST_HOSTS = 65_534
"""As many as 10.0.0.0/16 has addresses for."""


class Named(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def addresses(self) -> tuple[str, ...]: ...


H = TypeVar("H", bound=Named)


class Directory(Generic[H]):
    """Hosts by name. The n-th has the addresses 10.0.0.n and fd00::n (in hexadecimal)."""

    def __init__(self) -> None:
        self._hosts: dict[str, H] = {}
        self.names: dict[str, str] = {}
        """Names by address."""

    def __iter__(self) -> Iterator[H]:
        return iter(tuple(self._hosts.values()))

    def next_addresses(self, name: str, *, ipv4: bool = True) -> tuple[str, ...]:
        """Those of the next host, to be called `name`. Raises LabError if that cannot be.

        One without `ipv4` is called by its name where it speaks from 0.0.0.0, if it is the only.
        """
        if name in self._hosts:
            raise LabError(
                f"There is a host {name!r} in this lab already, and two of one name could not "
                "be told apart. Choose another name, or go on using the first."
            )
        if len(self._hosts) >= MOST_HOSTS:
            raise LabError(f"A lab has room for {MOST_HOSTS} hosts. Use fewer.")
        addresses = addresses_of(len(self._hosts) + 1)
        if ipv4 and addresses[0] in self.names:
            raise LabError(
                f"The next host of this lab would have {addresses[0]}, which was assigned to "
                f"{self.names[addresses[0]]}. Make all hosts before you assign addresses."
            )
        if ipv4:
            return addresses
        if NOBODY_YET in self.names:
            self.names[NOBODY_YET] = NOBODY_YET
        else:
            self.names[NOBODY_YET] = name
        return addresses[1:]

    def add(self, host: H) -> H:
        self._hosts[host.name] = host
        self.names.update(dict.fromkeys(host.addresses, host.name))
        return host

    def address_of(self, peer: Host | str) -> str:
        """The address for a host, a name or an address; IPv4 where there is a choice."""
        if isinstance(peer, str) and peer not in self._hosts:
            try:
                return unpacked(packed(peer))
            except AddressError:
                raise AddressError(
                    f"There is no host {peer!r} in this lab, and it is no address either. "
                    f"{self._who_there_is()}"
                ) from None
        return self.known(peer).addresses[0]

    def known(self, host: Host | str) -> H:
        """The host that is meant. Raises AddressError, and LabError for one of another lab."""
        name = host if isinstance(host, str) else getattr(host, "name", None)
        known = self._hosts.get(name) if isinstance(name, str) else None
        if known is None:
            raise AddressError(f"There is no host {host!r} in this lab. {self._who_there_is()}")
        if not isinstance(host, str) and host is not known:
            raise LabError(
                f"This host {name!r} belongs to another lab. Take the one of this lab: hosts of "
                "two labs have no wire between them."
            )
        return known

    def assignable(self, host: Host | str, address: str) -> tuple[H, str]:
        """The host that is meant, and the address in its plain spelling, if it can have that.

        Raises AddressError for an address that no host of a lab can have, or that one has, and
        LabError for a host that has an IPv4 address.
        """
        known, plain = self.known(host), unpacked(packed(address))
        if any(":" not in own for own in known.addresses):
            raise LabError(
                f"{known.name} has the IPv4 address {known.addresses[0]}, and a host here has one. "
                "Make a host that is yet to get one with lab.host(name, ipv4=False)."
            )
        if not plain.startswith(LAB) or plain in (f"{LAB}0.0", DIRECTED):
            raise AddressError(
                f"{plain} is no address for a host of this lab: its network is {LAB}0.0/16."
            )
        if plain in self.names:
            raise AddressError(
                f"{self.names[plain]} has {plain} already, and two hosts of one address would get "
                "each other's packets. Choose another."
            )
        self.names[plain] = known.name
        return known, plain

    def change_line(
        self,
        network: Network,
        usual: Link,
        one: Host | str,
        other: Host | str,
        properties: dict[str, Any],
    ) -> Link:
        """Change the line between two hosts, in both directions, from now on.

        `properties` are those of Link; those not named are as `usual` has them.
        """
        ends = [self.known(host).name for host in (one, other)]
        if ends[0] == ends[1]:
            raise LabError(f"A link has two ends, and {ends[0]!r} is only one. Name two hosts.")
        if unknown := set(properties) - set(asdict(usual)):
            raise LabError(
                f"A link has no {', '.join(sorted(unknown))}. It has {', '.join(asdict(usual))}."
            )
        link = Link(**{**asdict(usual), **properties})
        with network.acting():
            for sender, receiver in (ends, ends[::-1]):
                network.wire(sender, receiver).link = link
        return link

    def _who_there_is(self) -> str:
        if not self._hosts:
            return "It has no hosts yet: make some with lab.hosts('server', 'client')."
        return f"Its hosts are {', '.join(self._hosts)}."
