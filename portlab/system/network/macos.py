"""Gateways and name servers as macOS tells them: `netstat -rn` and `scutil --dns`.

Its /etc/resolv.conf says itself that most programs do not read it.
"""

from collections.abc import Iterator

from portlab.system.commands import output
from portlab.system.network.values import Gateway, NameServer

SOURCE = "netstat -rn, scutil --dns"


def gateways() -> tuple[Gateway, ...]:
    """Raises OSError, ValueError."""
    return tuple(gateways_in(output("netstat", "-rn")))


def gateways_in(table: str) -> Iterator[Gateway]:
    """The default routes of `netstat -rn` that lead to a router.

    Left out are those scoped to one interface (flag I), which only programs bound to it use, and
    those of tunnels, which have no router's address (`link#20`, or nothing behind `fe80::`).
    Columns differ from version to version; the heading says where the interface stands.
    """
    place = 3
    for line in table.splitlines():
        words = line.split()
        if "Netif" in words:
            place = words.index("Netif")
        if len(words) <= place or words[0] != "default" or "I" in words[2]:
            continue
        address = words[1].partition("%")[0]
        if "G" in words[2] and not address.startswith("link#") and address != "fe80::":
            yield Gateway(address, words[place])


def name_servers() -> tuple[NameServer, ...]:
    """Raises OSError."""
    return tuple(map(NameServer, servers_in(output("scutil", "--dns"))))


def servers_in(text: str) -> tuple[str, ...]:
    """The servers of `scutil --dns` that are asked for any name.

    A resolver with a domain is asked for that domain only, and those behind the heading "for
    scoped queries" only by programs bound to one interface.
    """
    found: dict[str, None] = {}
    for resolver in text.partition("(for scoped queries)")[0].split("resolver #")[1:]:
        pairs = [line.partition(" : ") for line in resolver.splitlines()]
        if any(key.strip() == "domain" for key, _, _ in pairs):
            continue
        for key, _, value in pairs:
            if key.strip().startswith("nameserver["):
                found[value.strip().partition("%")[0]] = None
    return tuple(found)
