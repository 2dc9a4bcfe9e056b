"""Sequence numbers against the plain definition: where you get by walking round the circle."""

from hypothesis import given
from hypothesis import strategies as st

from portlab.tcp import Seq

numbers = st.one_of(st.integers(0, 2**32 - 1), st.integers(-3, 3).map(lambda n: n % 2**32))
steps = st.integers(-(2**31) + 1, 2**31 - 1)


@given(numbers, steps)
def test_walking_and_measuring_are_inverse(start: int, step: int) -> None:
    place = Seq(start) + step
    assert 0 <= int(place) < 2**32
    assert int(place) == (start + step) % 2**32
    assert place - Seq(start) == step


@given(numbers, st.integers(1, 2**31 - 1))
def test_ahead_is_later_across_the_wrap(start: int, step: int) -> None:
    early, late = Seq(start), Seq(start) + step
    assert early < late
    assert early <= late
    assert late > early
    assert late >= early
    assert not any((late < early, late <= early, early > late, early >= late))
    assert early <= Seq(start) >= early


@given(numbers, st.integers(0, 2**31), st.integers(0, 2**32 - 1))
def test_within_a_window(start: int, size: int, step: int) -> None:
    assert (Seq(start) + step).within(Seq(start), size) == (step < size)
