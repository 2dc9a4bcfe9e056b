"""macOS and Windows, by answers in the form in which their programs give them."""

import json

import pytest

from portlab.system.network import macos, windows
from portlab.system.network.values import Gateway, NameServer

NETSTAT = """\
Routing tables

Internet:
Destination        Gateway            Flags               Netif Expire
default            192.0.2.1          UGScg                 en0
default            link#20            UCSIg             bridge0      !
default            198.51.100.1       UGScIg                en7
127                127.0.0.1          UCS                   lo0
192.0.2            link#12            UCS                   en0      !

Internet6:
Destination                             Gateway                         Flags               Netif Expire
default                                 fe80::1%en0                     UGcg                  en0
default                                 fe80::%utun0                    UGcIg               utun0
default                                 fe80::                          UGcg                utun1
::1                                     ::1                             UHL                   lo0
"""  # noqa: E501 - as macOS writes it

NETSTAT_BEFORE_11 = """\
Routing tables

Internet:
Destination        Gateway            Flags        Refs      Use   Netif Expire
default            192.0.2.1          UGSc           20       16     en0
127                127.0.0.1          UCS             0        0     lo0
"""

SCUTIL = """\
DNS configuration

resolver #1
  search domain[0] : home.example
  nameserver[0] : fe80::1%12
  nameserver[1] : 192.0.2.53
  if_index : 12 (en0)
  flags    : Request A records, Request AAAA records
  reach    : 0x00020002 (Reachable,Directly Reachable Address)

resolver #2
  domain   : local
  options  : mdns
  timeout  : 5
  flags    : Request A records, Request AAAA records
  reach    : 0x00000000 (Not Reachable)
  order    : 300000

resolver #3
  domain   : office.example
  nameserver[0] : 198.51.100.53
  order    : 102000

DNS configuration (for scoped queries)

resolver #1
  nameserver[0] : 203.0.113.53
  if_index : 12 (en0)
  flags    : Scoped, Request A records
  reach    : 0x00020002 (Reachable,Directly Reachable Address)
"""

ROUTES = [
    {"NextHop": "198.51.100.1", "InterfaceAlias": "WLAN Büro", "Metric": 60},
    {"NextHop": "0.0.0.0", "InterfaceAlias": "VPN", "Metric": 1},
    {"NextHop": "192.0.2.1", "InterfaceAlias": "Ethernet", "Metric": 25},
    {"NextHop": "fe80::1", "InterfaceAlias": "Ethernet", "Metric": 281},
    {"NextHop": "::", "InterfaceAlias": "VPN", "Metric": None},
]
SERVERS = [
    {"InterfaceAlias": "WLAN Büro", "ServerAddresses": ["198.51.100.53", "192.0.2.53"]},
    {"InterfaceAlias": "WLAN Büro", "ServerAddresses": []},
    {"InterfaceAlias": "Ethernet", "ServerAddresses": {"value": ["192.0.2.53"], "Count": 1}},
    {"InterfaceAlias": "Ethernet", "ServerAddresses": ["fec0:0:0:ffff::1", "2001:db8::53"]},
    {"InterfaceAlias": "Unplugged", "ServerAddresses": ["203.0.113.53"]},
    {"InterfaceAlias": "Loopback Pseudo-Interface 1", "ServerAddresses": None},
]


@pytest.mark.parametrize("table", [NETSTAT, NETSTAT_BEFORE_11])
def test_macos_has_a_router_behind_a_default_route(table: str) -> None:
    expected = [Gateway("192.0.2.1", "en0"), Gateway("fe80::1", "en0")]
    assert list(macos.gateways_in(table)) == expected[: 1 + (table is NETSTAT)]
    assert list(macos.gateways_in("")) == []


def test_macos_asks_these_servers_for_any_name() -> None:
    assert macos.servers_in(SCUTIL) == ("fe80::1", "192.0.2.53")
    assert macos.servers_in("No DNS configuration available\n") == ()


def test_macos_is_asked_by_two_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {("netstat", "-rn"): NETSTAT, ("scutil", "--dns"): SCUTIL}
    monkeypatch.setattr(macos, "output", lambda *command: answers[command])
    assert macos.gateways()[0] == Gateway("192.0.2.1", "en0")
    assert macos.name_servers() == (NameServer("fe80::1"), NameServer("192.0.2.53"))


def test_windows_has_its_gateways_by_metric_and_tunnels_have_none() -> None:
    assert windows.gateways_in(json.dumps(ROUTES)) == (
        Gateway("192.0.2.1", "Ethernet"),
        Gateway("198.51.100.1", "WLAN Büro"),
        Gateway("fe80::1", "Ethernet"),
    )
    assert windows.gateways_in("[]") == ()


def test_windows_asks_the_servers_of_what_is_connected() -> None:
    connected = windows.gateways_in(json.dumps(ROUTES))
    assert windows.servers_in(json.dumps(SERVERS), connected) == (
        NameServer("192.0.2.53"),
        NameServer("2001:db8::53"),
        NameServer("198.51.100.53"),
    )


def test_windows_without_a_way_out_has_the_servers_that_are_set() -> None:
    servers = windows.servers_in(json.dumps(SERVERS), ())
    assert NameServer("203.0.113.53") in servers
    assert len(servers) == 4


def test_windows_is_asked_in_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(*command: str, encoding: str) -> str:
        assert command[0] == "powershell"
        assert encoding == "utf-8"
        return json.dumps(SERVERS if "Get-DnsClientServerAddress" in command[-1] else ROUTES)

    monkeypatch.setattr(windows, "output", answer)
    assert windows.gateways()[1].interface == "WLAN Büro"
    assert windows.name_servers()[0] == NameServer("192.0.2.53")
