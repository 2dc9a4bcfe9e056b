"""What a learner may type by mistake: each a clear error, and nothing happens."""

import pytest

from portlab import Lab
from portlab.errors import (
    AddressError,
    LabError,
    PacketError,
    PortError,
)
from tests.network.story import connected


@pytest.mark.parametrize("port", [-1, 0, 65536, "http", 80.0, None, True])
def test_what_is_no_port(pair, port):
    server, client = pair
    with pytest.raises(PortError):
        client.connect(server, port)
    if port != 0:
        with pytest.raises(PortError):
            server.listen(port)
        with pytest.raises(PortError):
            server.udp(port)


@pytest.mark.parametrize("peer", ["nowhere", "10.0.0.256", "010.0.0.1", "127.1", "", None, 7])
def test_who_is_nobody(pair, peer):
    _, client = pair
    with pytest.raises(AddressError, match="server, client"):
        client.connect(peer, 80)


def test_hosts_have_names(pair):
    server, client = pair
    server.listen(80)
    assert client.connect("server", 80).peer == ("10.0.0.1", 80)


def test_a_host_of_another_lab_is_out_of_reach(pair):
    _, client = pair
    with Lab() as other:
        stranger = other.host("server")
        with pytest.raises(LabError, match="another lab"):
            client.connect(stranger, 80)


@pytest.mark.parametrize("data", ["text", None, 5, ["bytes"]])
def test_only_bytes_travel(pair, data):
    one, _ = connected(*pair)
    with pytest.raises(PacketError, match="bytes"):
        one.send(data)


def test_nonsense_arguments_are_lab_errors(pair):
    server, _ = pair
    one, _ = connected(*pair)
    for call in (
        lambda: one.receive(0),
        lambda: one.receive("all"),
        lambda: one.receive(timeout=-1),
        lambda: one.receive(timeout="long"),
        lambda: one.receive(timeout=float("nan")),
        lambda: one.receive_until(b""),
        lambda: server.listen(81, backlog=0),
    ):
        with pytest.raises(LabError):
            call()
