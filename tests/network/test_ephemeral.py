"""Choosing a source port after RFC 6056, and a first sequence number after RFC 9293 3.4.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import Lab
from portlab.errors import PortInUse
from portlab.network.ephemeral import EphemeralPorts
from portlab.network.isn import initial_sequence_number
from portlab.network.secret import Secret

PEER = ("10.0.0.1", 80)


def choose(ports, free=lambda port: True, peer=PEER):
    return ports.choose("10.0.0.2", peer, free)


@given(seed=st.integers())
def test_every_choice_is_in_the_dynamic_range(seed):
    ports = EphemeralPorts(Secret(str(seed)))
    assert all(49152 <= choose(ports) <= 65535 for _ in range(50))


def test_a_port_comes_back_only_after_all_the_others():
    ports = EphemeralPorts(Secret("x"))
    first_round = [choose(ports) for _ in range(16_384)]
    assert sorted(first_round) == list(range(49152, 65536))
    assert [choose(ports) for _ in range(3)] == first_round[:3]


@given(st.sets(st.integers(49152, 65535), max_size=40))
def test_a_taken_port_is_passed_over(taken):
    ports = EphemeralPorts(Secret("x"))
    chosen = [choose(ports, lambda port: port not in taken) for _ in range(40)]
    assert not taken.intersection(chosen)
    assert len(set(chosen)) == 40


def test_when_all_are_taken_there_is_none():
    assert choose(EphemeralPorts(Secret("x")), lambda port: False) is None


def test_where_it_begins_depends_on_the_secret_and_on_the_peer():
    # Section 3.3.3: to another peer the next port is not simply the next one.
    starts = {
        choose(EphemeralPorts(Secret(secret)), peer=peer)
        for secret in ("one", "two")
        for peer in (PEER, ("10.0.0.1", 443), ("10.0.0.3", 80))
    }
    assert len(starts) == 6


def test_a_host_with_all_its_ports_in_use_says_so():
    with Lab(seed=1) as lab:
        (host,) = lab.hosts("host")
        sockets = [host.udp() for _ in range(16_384)]
        assert len({socket.port for socket in sockets}) == 16_384
        with pytest.raises(PortInUse, match="no ephemeral port left"):
            host.udp()
        sockets[7].close()
        assert host.udp().port == sockets[7].port


def test_initial_sequence_numbers_climb_with_the_clock():
    ends = (("10.0.0.2", 50_000), PEER)
    secret = Secret("x")
    start = initial_sequence_number(0, *ends, secret)
    # One step each 4 microseconds, so round in 4.77 hours (3.4.1).
    assert initial_sequence_number(4_000_000, *ends, secret) == (start + 1_000_000) % 2**32
    assert initial_sequence_number(4 * 2**32, *ends, secret) == start


def test_initial_sequence_numbers_of_other_ends_or_secrets_tell_nothing():
    local, peer = ("10.0.0.2", 50_000), PEER
    numbers = {
        initial_sequence_number(0, *ends, Secret(secret))
        for secret in ("one", "two")
        for ends in ((local, peer), (peer, local), (local, ("10.0.0.1", 81)))
    }
    assert len(numbers) == 6
