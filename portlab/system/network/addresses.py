"""The addresses of this computer's interfaces, with their masks. psutil knows them everywhere."""

import socket

from portlab.system.network.values import OwnAddress

SOURCE = "psutil.net_if_addrs()"


def own_addresses() -> tuple[OwnAddress, ...]:
    """Those of the interfaces that are up, in the system's order. Raises OSError, ImportError."""
    import psutil

    states = psutil.net_if_stats()
    return tuple(
        OwnAddress(one.address.partition("%")[0], prefix_of(one.netmask), name)
        for name, addresses in psutil.net_if_addrs().items()
        for one in addresses
        if one.family in (socket.AF_INET, socket.AF_INET6)
        and (name not in states or states[name].isup)
    )


def prefix_of(mask: str | None) -> int | None:
    """A mask as a number of bits; None for none, which is what Windows says of IPv6.

    >>> prefix_of("255.255.255.0"), prefix_of("ffff:ffff:ffff:ffff::"), prefix_of(None)
    (24, 64, None)
    """
    if not mask:
        return None
    family = socket.AF_INET6 if ":" in mask else socket.AF_INET
    return int.from_bytes(socket.inet_pton(family, mask), "big").bit_count()
