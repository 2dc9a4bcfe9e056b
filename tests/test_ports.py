"""The three ranges of RFC 6335 section 6, and what is no port at all."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import port_range
from portlab.errors import PortError
from portlab.ports import RANGES, PortRange


@pytest.mark.parametrize(("first", "last", "name", "also"), [
    (0, 1023, "system", {"well-known"}),
    (1024, 49151, "user", {"registered"}),
    (49152, 65535, "dynamic", {"private", "ephemeral"}),
])  # fmt: skip
def test_the_ranges_end_where_the_rfc_says_under_both_names(
    first: int, last: int, name: str, also: set[str]
) -> None:
    for port in (first, last):
        home = port_range(port)
        assert (home.name, home.first, home.last, set(home.also)) == (name, first, last, also)
    for outside in {first - 1, last + 1} & set(range(65536)):
        assert port_range(outside) is not port_range(first)


def test_together_they_are_all_numbers_of_sixteen_bits() -> None:
    assert RANGES[0].first == 0
    assert all(after.first == before.last + 1 for before, after in pairwise(RANGES))
    assert sum(map(len, RANGES)) == 2**16
    assert str(PortRange("own", 5, 7)) == "own ports, 5 to 7"


@given(st.integers(0, 65535))
def test_every_number_is_in_exactly_one(port: int) -> None:
    assert [port in one for one in RANGES].count(True) == 1
    assert port in port_range(port)


@pytest.mark.parametrize("port", [-1, 65536, 70000, True, 4.5, "443", None])
def test_what_is_no_port_has_no_range(port: object) -> None:
    with pytest.raises(PortError, match="is not a port"):
        port_range(port)  # type: ignore[arg-type]
