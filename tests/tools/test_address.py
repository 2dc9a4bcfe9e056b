"""A computer asks for its address: in the model, on Linux, and with a client that is not ours."""

from pathlib import Path
from typing import Any

import pytest

from portlab import Lab, apps, ask_for_address, drop, give_back, run
from portlab.apps.dhcp_message import DhcpMessage
from portlab.errors import AddressError, TimedOut
from tests.requires import needs

NETWORK = pytest.mark.parametrize("world", ["model", "kernel"])


def server_of(lab: Lab, **how: Any) -> apps.Dhcp:
    server = lab.host("server")
    dhcp = apps.Dhcp(
        server.addresses[0], "10.0.0.100", "10.0.0.101", router="10.0.0.1", name_servers=["9.9.9.9"]
    )
    server.udp(67, dhcp, **how)
    return dhcp


def said(trace: Any) -> list[str]:
    """Each DHCP message of a trace, with whence and whither."""
    found = [(one, DhcpMessage.decode(one.packet.payload.payload)) for one in trace]
    return [f"{one.src} > {one.dst} {message}" for one, message in found]


def morning(lab: Lab) -> Any:
    dhcp = server_of(lab)
    laptop = lab.host("laptop", ipv4=False)
    lease = ask_for_address(laptop)
    lab.assign(laptop, lease.address)
    return lease, dhcp.bindings


@NETWORK
def test_four_messages_and_it_has_an_address(world: str) -> None:
    if world == "kernel":
        needs("kernel")
    trace = run(morning, world=world)
    lease, [binding] = trace.result
    assert str(lease) == "10.0.0.100 for 3600 s, from 10.0.0.1"
    assert (lease.mask, lease.router) == ("255.255.0.0", "10.0.0.1")
    assert lease.name_servers == ("9.9.9.9",)
    assert (binding.address, binding.lent) == ("10.0.0.100", True)
    assert said(trace) == [
        "0.0.0.0 > 255.255.255.255 DHCPDISCOVER",
        "10.0.0.1 > 255.255.255.255 DHCPOFFER",
        "0.0.0.0 > 255.255.255.255 DHCPREQUEST",
        "10.0.0.1 > 255.255.255.255 DHCPACK",
    ]
    assert {(one.sport, one.dport) for one in trace} == {(68, 67), (67, 68)}


@NETWORK
def test_a_relay_agent_asks_a_server_that_does_not_hear(world: str) -> None:
    if world == "kernel":
        needs("kernel")
    with Lab(world) as lab:
        server_of(lab, address="10.0.0.1")
        router, laptop = lab.host("router"), lab.host("laptop", ipv4=False)
        router.udp(67, apps.DhcpRelay(router.addresses[0], "10.0.0.1"))
        assert ask_for_address(laptop).address == "10.0.0.100"
        lab.run()
        alone = [line for line in said(lab.trace) if "255.255.255.255" not in line]
    assert alone == [
        "10.0.0.2 > 10.0.0.1 DHCPDISCOVER",
        "10.0.0.1 > 10.0.0.2 DHCPOFFER",
        "10.0.0.2 > 10.0.0.1 DHCPREQUEST",
        "10.0.0.1 > 10.0.0.2 DHCPACK",
    ]


def test_what_is_lost_is_asked_again() -> None:
    trace = run(morning, faults=[drop(1), drop(3)])
    assert trace.result[0].address == "10.0.0.100"
    assert [line.split()[-1] for line in said(trace)] == [
        *("DHCPDISCOVER", "DHCPDISCOVER", "DHCPOFFER", "DHCPDISCOVER", "DHCPOFFER"),
        *("DHCPREQUEST", "DHCPACK"),
    ]
    assert [one.time // 1_000_000 for one in trace if one.sport == 68] == [0, 4, 12, 12]


def test_a_wish() -> None:
    with Lab() as lab:
        server_of(lab)
        assert ask_for_address(lab.host("a", ipv4=False), wish="10.0.0.101").address == "10.0.0.101"


def test_given_back_it_is_the_next_ones() -> None:
    with Lab() as lab:
        dhcp = server_of(lab)
        first, second, third = (lab.host(name, ipv4=False) for name in ("a", "b", "c"))
        lease = ask_for_address(first)
        ask_for_address(second)
        with pytest.raises(TimedOut, match="pool"):
            ask_for_address(third)
        lab.assign(first, lease.address)
        give_back(first, lease)
        assert ask_for_address(third).address == lease.address
        assert len(dhcp.bindings) == 2


def test_without_a_server_it_gives_up() -> None:
    with Lab() as lab:
        lab.host("server")
        laptop = lab.host("laptop", ipv4=False)
        with pytest.raises(TimedOut, match="No DHCP server"):
            ask_for_address(laptop)
    assert [record.time // 1_000_000 for record in lab.trace] == [0, 4, 12, 28]


def test_a_server_that_takes_its_offer_back() -> None:
    class Fickle(apps.Dhcp):
        def answer(self, asked: DhcpMessage, now: int) -> DhcpMessage | None:
            reply = super().answer(asked, now)
            self._bindings.clear()
            return reply

    with Lab() as lab:
        server, laptop = lab.host("server"), lab.host("laptop", ipv4=False)
        server.udp(67, Fickle("10.0.0.1", "10.0.0.100", "10.0.0.101"))
        with pytest.raises(AddressError, match="took it back"):
            ask_for_address(laptop)


SCRIPT = """#!/bin/sh
[ "$1" = bound ] && echo "$ip $mask $router $dns $lease $serverid"
exit 0
"""


def test_a_client_that_is_not_ours_gets_an_address(tmp_path: Path) -> None:
    """BusyBox's, which hears and speaks below UDP, as real ones do."""
    needs("kernel")
    needs("busybox")
    script = tmp_path / "bound"
    script.write_text(SCRIPT, encoding="utf-8")
    script.chmod(0o755)
    with Lab("kernel") as lab:
        dhcp = server_of(lab)
        laptop: Any = lab.host("laptop", ipv4=False)
        options = ["-i", "portlab0", "-f", "-n", "-q", "-t", "5", "-T", "2", "-s", str(script)]
        printed = laptop.run(["busybox", "udhcpc", *options], timeout=60)
        assert printed.status == 0, printed
        assert "10.0.0.100 16 10.0.0.1 9.9.9.9 3600 10.0.0.1" in printed.stdout
        [binding] = dhcp.bindings
        assert binding.lent
        kinds = [line.split()[-1] for line in said(lab.trace)]
    assert kinds == ["DHCPDISCOVER", "DHCPOFFER", "DHCPREQUEST", "DHCPACK"]
