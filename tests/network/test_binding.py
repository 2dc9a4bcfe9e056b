"""Which socket hears what: addresses, wildcards, and one listener for each."""

import pytest

from portlab.errors import (
    AddressError,
    ConnectionRefused,
    PortInUse,
)


def test_what_is_bound_to_loopback_is_not_heard_from_outside(lab, pair):
    server, client = pair
    server.listen(80, address="127.0.0.1")
    with pytest.raises(ConnectionRefused):
        client.connect(server, 80)


def test_zero_is_all_of_ipv4_and_two_colons_are_everything(lab, pair):
    server, client = pair
    with server.listen(80, address="0.0.0.0"):
        client.connect(server.addresses[0], 80)
        with pytest.raises(ConnectionRefused):
            client.connect(server.addresses[1], 80)
    with server.listen(80, address="::"):
        client.connect(server.addresses[0], 80)
        client.connect(server.addresses[1], 80)


def test_a_port_is_given_once_for_each_address(lab, pair):
    server, _ = pair
    server.listen(80, address="127.0.0.1")
    server.listen(80, address="10.0.0.1")
    for address in (None, "0.0.0.0", "::", "10.0.0.1"):
        with pytest.raises(PortInUse, match="port"):
            server.listen(80, address=address)
    server.udp(80)  # another protocol, another door
    listener = server.listen(81)
    with pytest.raises(PortInUse):
        server.listen(81, address="127.0.0.1")
    listener.close()
    server.listen(81)


def test_only_its_own_addresses_can_be_bound(pair):
    server, client = pair
    with pytest.raises(AddressError, match="not one of its addresses"):
        server.listen(80, address=client.addresses[0])
