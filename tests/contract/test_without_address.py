"""A host that has no IPv4 address yet: it speaks to all, hears what is said to all, gets one."""

from collections.abc import Iterator

import pytest

from portlab import Lab, apps
from portlab.errors import AddressError, LabError, PortlabError
from portlab.packets import EVERYBODY
from tests.requires import needs


@pytest.fixture(params=["model", "kernel"])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    if request.param == "kernel":
        needs("kernel")
    with Lab(request.param) as lab:
        yield lab


def test_it_is_heard_as_nobody_and_hears_what_is_said_to_all(lab: Lab) -> None:
    server, laptop = lab.host("server"), lab.host("laptop", ipv4=False)
    assert [":" in one for one in laptop.addresses] == [True]
    with server.udp(67) as far, laptop.udp(68) as near:
        near.send_to(b"anybody?", EVERYBODY, 67)
        assert far.receive() == (b"anybody?", ("0.0.0.0", 68))
        far.send_to(b"I", EVERYBODY, 68)
        assert near.receive() == (b"I", (server.addresses[0], 67))


def test_a_host_with_an_address_broadcasts_from_it(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    with server.udp(67) as far, client.udp(68) as near:
        near.send_to(b"anybody?", EVERYBODY, 67)
        assert far.receive() == (b"anybody?", (client.addresses[0], 68))


def test_a_broadcast_passes_who_listens_at_one_address(lab: Lab) -> None:
    server, laptop = lab.host("server"), lab.host("laptop", ipv4=False)
    with server.udp(67, address=server.addresses[0]) as narrow, laptop.udp(68) as near:
        near.send_to(b"anybody?", EVERYBODY, 67)
        with pytest.raises(PortlabError, match="No datagram"):
            narrow.receive(timeout=0.2)


def test_nobody_answers_what_it_calls(lab: Lab) -> None:
    """The model says why at once; Linux sends a SYN from 0.0.0.0, which nothing can answer."""
    server, laptop = lab.host("server"), lab.host("laptop", ipv4=False)
    server.listen(80, apps.Echo())
    with pytest.raises(PortlabError):
        laptop.connect(server, 80, timeout=0.3)
    with laptop.connect(server.addresses[1], 80) as connection:  # IPv6 it has
        connection.send(b"hello")
        assert connection.receive() == b"hello"


def test_it_gets_an_address_and_uses_it(lab: Lab) -> None:
    server, laptop = lab.host("server"), lab.host("laptop", ipv4=False)
    server.listen(80, apps.Echo())
    lab.assign(laptop, "10.0.0.100")
    assert laptop.addresses[0] == "10.0.0.100"
    with laptop.connect(server, 80) as connection:
        assert connection.local[0] == "10.0.0.100"
        connection.send(b"hello")
        assert connection.receive() == b"hello"
    laptop.udp(7, apps.Echo(), address="10.0.0.100")
    with server.udp() as socket:
        socket.send_to(b"back", laptop, 7)
        assert socket.receive() == (b"back", ("10.0.0.100", 7))
    assert lab.trace.name_of("10.0.0.100") == lab.trace.name_of("0.0.0.0") == "laptop"


def test_two_without_an_address_cannot_be_told_apart(lab: Lab) -> None:
    for name in ("one", "other"):
        lab.host(name, ipv4=False)
    assert lab.trace.name_of("0.0.0.0") == "0.0.0.0"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("10.0.0.1", "server has 10.0.0.1 already"),
        ("192.0.2.7", "no address for a host of this lab"),
        ("10.0.0.0", "no address for a host"),
        ("10.0.255.255", "no address for a host"),
        ("fd00::99", "no address for a host"),
        ("somewhere", "not an address"),
    ],
)
def test_an_address_that_it_cannot_have(lab: Lab, address: str, words: str) -> None:
    lab.host("server")
    laptop = lab.host("laptop", ipv4=False)
    with pytest.raises(AddressError, match=words):
        lab.assign(laptop, address)
    assert len(laptop.addresses) == 1


def test_who_has_one_gets_no_second(lab: Lab) -> None:
    server, laptop = lab.host("server"), lab.host("laptop", ipv4=False)
    lab.assign(laptop, "10.0.0.3")
    for host in (server, laptop):
        with pytest.raises(LabError, match="has the IPv4 address"):
            lab.assign(host, "10.0.0.77")
    with pytest.raises(LabError, match="Make all hosts before"):
        lab.host("third")


def test_a_closed_lab_assigns_nothing() -> None:
    with Lab() as lab:
        laptop = lab.host("laptop", ipv4=False)
    with pytest.raises(LabError, match="closed"):
        lab.assign(laptop, "10.0.0.100")


def test_on_this_computer_every_host_has_its_addresses() -> None:
    with Lab("loopback") as lab:
        with pytest.raises(LabError, match="addresses of this computer"):
            lab.host("laptop", ipv4=False)
        with pytest.raises(LabError, match="addresses of this computer"):
            lab.assign(lab.host("laptop"), "127.0.0.9")
