"""Which entries correspond: against every common subsequence there is, and for long sequences."""

from itertools import combinations, pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from portlab.views.alignment import align

few = st.lists(st.sampled_from("abc"), max_size=8)


def longest(one: list[str], other: list[str]) -> int:
    """By trying all that is left of one when some entries are taken out."""
    for length in range(min(len(one), len(other)), 0, -1):
        there = set(combinations(other, length))
        if any(kept in there for kept in combinations(one, length)):
            return length
    return 0


def check(one: list[str], other: list[str], pairs: list[tuple[int, int]]) -> None:
    assert all(one[a] == other[b] for a, b in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


@given(few, few)
def test_of_short_ones_as_many_as_can_be(one, other):
    pairs = align(one, other)
    check(one, other, pairs)
    assert len(pairs) == longest(one, other)


@given(few, few)
def test_it_does_not_matter_which_comes_first(one, other):
    assert align(other, one) == [(b, a) for a, b in align(one, other)]


@given(few)
def test_everything_corresponds_to_itself(one):
    assert align(one, one) == [(at, at) for at in range(len(one))]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32), st.sampled_from([2, 40, 100_000]))
def test_of_long_ones_what_was_only_taken_out_or_put_in_is_found(seed, kinds):
    """Thirty entries of 4,000 are taken out and thirty put in: all others find each other."""
    chance = Random(seed)
    one = [str(chance.randrange(kinds)) for _ in range(4000)]
    other = list(one)
    for _ in range(30):
        del other[chance.randrange(len(other))]
        other.insert(chance.randrange(len(other)), "new")
    pairs = align(one, other)
    check(one, other, pairs)
    if kinds > 2:
        assert len(pairs) >= len(one) - 60
    assert align(other, one) == [(b, a) for a, b in pairs]


def test_long_ones_with_nothing_rare_in_them_are_still_aligned():
    one, other = ["a", "b"] * 1000, ["b", "a"] * 1200
    pairs = align(one, other)
    check(one, other, pairs)
    assert len(pairs) >= 1000
