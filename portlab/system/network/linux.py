"""Gateways and name servers as Linux keeps them: in files, so that no program need be asked."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from portlab.system.network.values import Gateway, NameServer

ROUTES, ROUTES6 = Path("/proc/net/route"), Path("/proc/net/ipv6_route")
RESOLVER = Path("/etc/resolv.conf")
BEHIND_RESOLVED = Path("/run/systemd/resolve/resolv.conf")
"""systemd-resolved's own servers, where /etc/resolv.conf names only itself."""

SOURCE = f"{ROUTES}, {ROUTES6}, {RESOLVER}"

_UP, _GATEWAY = 1, 2  # RTF_UP and RTF_GATEWAY of linux/route.h


def gateways() -> tuple[Gateway, ...]:
    """Raises OSError, ValueError."""
    found = list(gateways4(ROUTES.read_text()))
    if ROUTES6.exists():  # not there without IPv6
        found += gateways6(ROUTES6.read_text())
    return tuple(found)


def gateways4(table: str, byteorder: Literal["little", "big"] = sys.byteorder) -> Iterator[Gateway]:
    """The default routes of /proc/net/route (proc(5)): hex, in this computer's byte order."""
    routes = []
    for line in table.splitlines()[1:]:
        name, destination, gateway, flags, _, _, metric, mask, *_ = line.split()
        default = int(destination, 16) == int(mask, 16) == 0
        if default and int(flags, 16) & (_UP | _GATEWAY) == _UP | _GATEWAY:
            packed = int(gateway, 16).to_bytes(4, byteorder)
            routes.append((int(metric), Gateway(socket.inet_ntop(socket.AF_INET, packed), name)))
    yield from _in_order(routes)


def gateways6(table: str) -> Iterator[Gateway]:
    """The same of /proc/net/ipv6_route: destination and its length, source, next hop, metric ..."""
    routes = []
    for line in table.splitlines():
        destination, length, _, _, gateway, metric, _, _, flags, name = line.split()
        default = int(destination, 16) == int(length, 16) == 0
        if default and int(flags, 16) & (_UP | _GATEWAY) == _UP | _GATEWAY:
            text = socket.inet_ntop(socket.AF_INET6, bytes.fromhex(gateway))
            routes.append((int(metric, 16), Gateway(text, name)))
    yield from _in_order(routes)


def _in_order(routes: list[tuple[int, Gateway]]) -> list[Gateway]:
    """The lowest metric first: that is the one used."""
    return [gateway for _, gateway in sorted(routes, key=lambda route: route[0])]


def name_servers() -> tuple[NameServer, ...]:
    """Raises OSError."""
    behind: tuple[str, ...] = ()
    if BEHIND_RESOLVED.exists():
        behind = servers_in(BEHIND_RESOLVED.read_text())
    return tuple(
        NameServer(server, behind if server in ("127.0.0.53", "127.0.0.54") else ())
        for server in servers_in(RESOLVER.read_text())
    )


def servers_in(text: str) -> tuple[str, ...]:
    """The name servers of a resolv.conf (resolv.conf(5))."""
    lines = (line.split() for line in text.splitlines())
    return tuple(
        words[1].partition("%")[0]
        for words in lines
        if words[:1] == ["nameserver"] and len(words) > 1
    )
