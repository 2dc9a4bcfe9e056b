"""Whoever is at the ends, the same story leaves the same packets, but for what is listed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.differential.differences import DIFFERENCES, expected
from tests.differential.traces import JUDGE, PAIRS, Case, cases, changes, play
from tests.requires import needs

needs("kernel")

CASES = {case.name: case for case in cases()}
AT_ONCE = 12


def compare(case: Case) -> dict[tuple[str, str], tuple[str, ...]]:
    """What each pairing does differently from Linux with Linux."""
    judge = play(case, *JUDGE)
    return {pair: changes(judge, play(case, *pair)) for pair in PAIRS}


@pytest.fixture(scope="module")
def compared():
    """All cases at once, since most of each is waiting for timers."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {name: pool.submit(compare, case) for name, case in CASES.items()}


@pytest.mark.parametrize("name", CASES)
def test_the_packets_are_those_of_linux_but_for_the_list(compared, name):
    for pair, found in compared[name].result().items():
        assert found == expected(name, *pair), f"{name}: client, server = {pair}"


def test_every_row_names_a_scenario_that_is_played():
    assert {one.scenario for one in DIFFERENCES} <= set(CASES)


def test_the_textbook_trace():
    """What every book prints (RFC 9293 figures 6 and 12), from Linux itself."""
    assert play(CASES["hello"], *JUDGE) == [
        "> SYN seq=0",
        "< SYN,ACK seq=0 ack=1",
        "> ACK seq=1 ack=1",
        "> PSH,ACK seq=1 ack=1 len=5",
        "< ACK seq=1 ack=6",
        "< PSH,ACK seq=1 ack=6 len=14",
        "> ACK seq=6 ack=15",
        "> FIN,ACK seq=6 ack=15",
        "< ACK seq=15 ack=7",
        "< FIN,ACK seq=15 ack=7",
        "> ACK seq=7 ack=16",
    ]
