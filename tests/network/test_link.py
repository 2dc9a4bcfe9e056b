"""What a line does to packets: delay, rate and queue by exact arithmetic, luck by its seed."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab.errors import LabError, PortError
from portlab.network.link import Link, Wire


def arrivals(wire: Wire, sent: list[tuple[int, int]]) -> list[int | None]:
    return [wire.carry(time, size)[0][0] for time, size in sent]


def test_a_packet_arrives_after_the_delay():
    assert arrivals(Wire(Link(delay=0.025), "x"), [(0, 1500), (7, 40)]) == [25_000, 25_007]


def test_a_rate_lets_packets_wait_for_each_other():
    # 1500 bytes at 1 Mbit/s are 12 ms on the line; the third finds the line free again.
    wire = Wire(Link(delay=0.010, rate=1_000_000), "x")
    assert arrivals(wire, [(0, 1500), (0, 1500), (60_000, 1500)]) == [22_000, 34_000, 82_000]


def test_fractions_of_microseconds_add_up_instead_of_being_lost():
    # 40 bytes at 1 Gbit/s take 0.32 us: 100 of them 32 us, not 100.
    wire = Wire(Link(delay=0, rate=1_000_000_000, queue=1000), "x")
    assert arrivals(wire, [(0, 40)] * 100)[-1] == 32


@given(
    rate=st.integers(1, 10**10),
    packets=st.lists(st.tuples(st.integers(0, 10**6), st.integers(20, 65_535)), max_size=30),
)
def test_never_more_bits_come_out_than_the_rate_allows(rate, packets):
    wire = Wire(Link(delay=0, rate=rate, queue=1000), "x")
    packets.sort()
    out = arrivals(wire, packets)
    assert out == sorted(out)
    bits = 0
    for (sent, size), arrived in zip(packets, out, strict=True):
        bits += size * 8
        assert arrived >= sent
        # All bits so far, from the first moment on: no faster than the rate.
        assert (arrived - packets[0][0]) * rate >= bits * 1_000_000
    for (sent, size), arrived, before in zip(packets, out, [0, *out], strict=False):
        # And no slower: as soon as the line is free, rounded up to a microsecond.
        assert arrived <= max(sent, before) + size * 8 * 1_000_000 // rate + 1


def test_a_full_queue_loses_the_last_comer():
    wire = Wire(Link(delay=0, rate=8_000, queue=3), "x")  # a byte each millisecond
    assert [wire.carry(0, 10)[0] for _ in range(4)] == [
        (10_000, None),
        (20_000, None),
        (30_000, None),
        (None, "queue full"),
    ]
    # At 10 ms the first is out, so there is room for one.
    assert arrivals(wire, [(10_000, 10), (10_000, 10)]) == [40_000, None]


def test_loss_is_the_generators_first_number_for_each_packet():
    wire, same = Wire(Link(loss=0.3), "7 a>b"), Random("7 a>b")
    lost = [wire.carry(0, 100)[0][0] is None for _ in range(2000)]
    numbers = [[same.random() for _ in range(3)] for _ in range(2000)]
    assert lost == [first < 0.3 for first, _, _ in numbers]
    assert 540 < sum(lost) < 660


def test_changing_one_chance_leaves_the_others_luck_alone():
    plain = Wire(Link(loss=0.2), "seed")
    busy = Wire(Link(loss=0.2, reorder=0.5, duplicate=0.5), "seed")
    assert [plain.carry(0, 9)[0][0] is None for _ in range(500)] == [
        busy.carry(0, 9)[0][0] is None for _ in range(500)
    ]


def test_a_reordered_packet_is_overtaken():
    wire = Wire(Link(delay=0.010, reorder=1.0), "x")
    ((held, cause),) = wire.carry(0, 100)
    wire.link = Link(delay=0.010)
    ((straight, _),) = wire.carry(5_000, 100)
    assert (held, straight) == (20_000, 15_000)
    assert "held back" in cause
    still = Wire(Link(delay=0, reorder=1.0), "x")
    assert still.carry(0, 100)[0][0] == 1_000, "without a delay it is held for a millisecond"


def test_a_doubled_packet_comes_twice():
    assert Wire(Link(duplicate=1), "x").carry(0, 100) == [
        (10_000, None),
        (10_000, "doubled by the link"),
    ]


def test_total_loss_loses_everything():
    wire = Wire(Link(loss=1), "x")
    assert {wire.carry(0, 100)[0] for _ in range(1000)} == {(None, "lost on the link")}


def test_no_loss_loses_nothing():
    wire = Wire(Link(loss=0, reorder=0.1), "x")
    assert all(wire.carry(0, 100)[0][0] is not None for _ in range(1000))


def test_a_filtered_port_swallows_what_goes_to_it_and_nothing_else():
    wire = Wire(Link(filtered=[3389, 23]), "x")
    assert wire.link == Link(filtered=(23, 3389))
    assert wire.carry(0, 60, 23) == [(None, "filtered on the line: port 23")]
    assert wire.carry(0, 60, 22) == [(10_000, None)]
    assert wire.carry(0, 60) == [(10_000, None)], "ICMP has no port"


@pytest.mark.parametrize("ports", [[70_000], [0], [-1], ["ssh"], [True]])
def test_a_filter_takes_ports(ports):
    with pytest.raises(PortError):
        Link(filtered=ports)


@pytest.mark.parametrize(
    "properties",
    [
        {"loss": 1.01},
        {"loss": -0.1},
        {"loss": float("nan")},
        {"loss": "5%"},
        {"duplicate": 2},
        {"reorder": True},
        {"delay": -1},
        {"delay": float("inf")},
        {"delay": "fast"},
        {"rate": 0},
        {"rate": float("inf")},
        {"rate": -5},
        {"queue": 0},
        {"queue": 1.5},
        {"filtered": 23},
        {"filtered": "23"},
    ],
)
def test_what_no_line_can_do_is_refused(properties):
    with pytest.raises(LabError):
        Link(**properties)
