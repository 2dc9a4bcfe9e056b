"""Gateways and name servers as Windows tells them: PowerShell's Get-NetRoute and its like.

Their answers come as JSON, which no language of the system translates.
"""

import json
from collections.abc import Sequence
from typing import Any

from portlab.system.commands import output
from portlab.system.network.values import Gateway, NameServer

SOURCE = "Get-NetRoute, Get-DnsClientServerAddress"

_AS_UTF8 = "[Console]::OutputEncoding = [Text.Encoding]::UTF8; "
_ROUTES = (
    "ConvertTo-Json @(Get-NetRoute -DestinationPrefix '0.0.0.0/0', '::/0' "
    "-ErrorAction SilentlyContinue | Select-Object NextHop, InterfaceAlias, "
    "@{n='Metric'; e={$_.RouteMetric + $_.InterfaceMetric}})"
)
_SERVERS = (
    "ConvertTo-Json @(Get-DnsClientServerAddress | Select-Object InterfaceAlias, ServerAddresses)"
)
_ON_LINK = ("0.0.0.0", "::")
"""The next hop of a tunnel: there is no router."""

_UNCONFIGURED = "fec0:0:0:ffff::"
"""How the three servers begin that Windows lists for IPv6 where nobody configured one."""


def gateways() -> tuple[Gateway, ...]:
    """Raises OSError, ValueError."""
    return gateways_in(_ask(_ROUTES))


def gateways_in(answer: str) -> tuple[Gateway, ...]:
    """The default routes that lead to a router; the lowest metric first, which is the one used."""
    routes = sorted(_listed(json.loads(answer)), key=lambda route: int(route["Metric"] or 0))
    return tuple(
        Gateway(route["NextHop"], route["InterfaceAlias"])
        for route in routes
        if route["NextHop"] not in _ON_LINK
    )


def name_servers() -> tuple[NameServer, ...]:
    """Raises OSError, ValueError."""
    return servers_in(_ask(_SERVERS), gateways())


def servers_in(answer: str, ways_out: Sequence[Gateway]) -> tuple[NameServer, ...]:
    """The servers of the interfaces with a way out (of all, where none has), in their order.

    Windows remembers servers for interfaces that are not connected as well.
    """
    by_interface: dict[str, list[str]] = {}
    for one in _listed(json.loads(answer)):
        by_interface.setdefault(one["InterfaceAlias"], []).extend(_listed(one["ServerAddresses"]))
    names = dict.fromkeys(way.interface for way in ways_out) or by_interface
    found = dict.fromkeys(
        server
        for name in names
        for server in by_interface.get(name, ())
        if not server.lower().startswith(_UNCONFIGURED)
    )
    return tuple(map(NameServer, found))


def _ask(question: str) -> str:
    return output(
        "powershell", "-NoProfile", "-NonInteractive", "-Command", _AS_UTF8 + question,
        encoding="utf-8",
    )  # fmt: skip


def _listed(value: Any) -> list[Any]:
    """PowerShell 5 writes some lists as {"value": [...], "Count": 2}, and an empty one as null."""
    if isinstance(value, dict) and "value" in value:
        value = value["value"]
    return value if isinstance(value, list) else [value] if value else []
