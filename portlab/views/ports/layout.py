"""The port map's layout: what the registry says of each number, and the sets that are laid on it.

The names are the catalogue's where it has the number, because the registry's are often those of
nobody's programs; else the registry's own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby

from portlab.ports import DYNAMIC, MAX_PORT, RANGES, PortRange, port_range
from portlab.services import catalogue, registry
from portlab.views.ports.shapes import (
    KINDS,
    SIGNS,
    Band,
    Kind,
    Laid,
    PortLayout,
    PortSet,
    Spot,
    Stretch,
)

LINUX_CLIENTS = PortRange("Linux clients", 32768, 60999)
"""`ip_local_port_range` as the kernel comes (Documentation/networking/ip-sysctl)."""

RESERVED = "reserved: it asks a system to choose a port"
"""What 0 is (RFC 6335 section 6); it is assigned to nobody."""

STRETCHES_SHOWN = 3


def layout(sets: Sequence[PortSet] = ()) -> PortLayout:
    """The map with `sets` on it, one sign for each of them."""
    laid = tuple(
        Laid(one.name, sign, tuple(map(spot, one)), one.note)
        for one, sign in zip(sets, SIGNS, strict=False)
    )
    return replace(_empty(), laid=laid)


def spot(port: int) -> Spot:
    """What there is to say of one number."""
    return Spot(port, name_of(port), port_range(port), port in LINUX_CLIENTS)


def kind_of(port: int) -> Kind:
    """What the registry has assigned a number for.

    >>> kind_of(443), kind_of(50000)
    ('both', 'none')
    """
    transports = {one.transport for one in registry().at(port)}
    if not transports:
        return "none"
    if {"tcp", "udp"} <= transports:
        return "both"
    return "tcp" if "tcp" in transports else "udp" if "udp" in transports else "other"


def name_of(port: int) -> str:
    """What is expected behind a number; empty where nothing is known.

    >>> name_of(443), name_of(1), name_of(50000)
    ('HTTPS, encrypted web pages', 'tcpmux', '')
    """
    if port == 0:
        return RESERVED
    return _names().get(port) or " or ".join(registry().names_at(port))


@cache
def _names() -> dict[int, str]:
    """The catalogue's names, by number; two services of one number with a word between them."""
    return {
        number: "; or ".join(
            ", ".join(dict.fromkeys((one.short, one.everyday))) for one in services
        )
        for number, services in groupby(catalogue(), lambda one: one.number)
    }


@cache
def _empty() -> PortLayout:
    kinds = bytes(KINDS.index(kind_of(port)) for port in range(MAX_PORT + 1))
    assigned = sorted(registry().numbers)
    stretches = sorted(_stretches(kinds), key=lambda one: (-len(one[1]), one[1].first))
    full = [stretch for is_full, stretch in stretches if is_full]
    gaps = [stretch for is_full, stretch in stretches if not is_full]
    return PortLayout(
        kinds,
        tuple(Band(one, _counts(kinds[one.first : one.last + 1])) for one in RANGES),
        LINUX_CLIENTS,
        tuple(full[:STRETCHES_SHOWN]),
        tuple(gaps[:STRETCHES_SHOWN]),
        half=assigned[(len(assigned) - 1) // 2],
        most=assigned[(len(assigned) - 1) * 9 // 10],
    )


def _counts(kinds: bytes) -> dict[Kind, int]:
    return {kind: kinds.count(place) for place, kind in enumerate(KINDS)}


def _stretches(kinds: bytes) -> Iterator[tuple[bool, Stretch]]:
    """The numbers below the dynamic ones, cut wherever assigned ones and free ones meet."""
    none = KINDS.index("none")
    for is_full, ports in groupby(range(DYNAMIC.first), lambda port: kinds[port] != none):
        first, *rest = ports
        yield is_full, Stretch(first, rest[-1] if rest else first)
