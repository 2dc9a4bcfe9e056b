"""The worlds under the contract, and two hosts in each of them."""

from collections.abc import Iterator

import pytest

from portlab import Lab
from portlab.host import Host
from portlab.worlds import WORLDS
from tests.requires import needs


@pytest.fixture(params=sorted(WORLDS))
def world(request: pytest.FixtureRequest) -> str:
    if request.param == "kernel":
        needs("kernel")
    return request.param


@pytest.fixture
def lab(world: str) -> Iterator[Lab]:
    with Lab(world) as lab:
        yield lab


@pytest.fixture
def server(lab: Lab) -> Host:
    return lab.host("server")


@pytest.fixture
def client(lab: Lab) -> Host:
    return lab.host("client")


@pytest.fixture(params=["IPv4", "IPv6"])
def address(request: pytest.FixtureRequest, server: Host) -> str:
    """The server's address in each version of IP that this computer has."""
    wanted = [one for one in server.addresses if (":" in one) == (request.param == "IPv6")]
    if not wanted:
        needs("ipv6")
    return wanted[0]
