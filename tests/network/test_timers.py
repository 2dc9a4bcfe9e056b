"""The timers against the obvious way to keep them: a dictionary, searched each time."""

from hypothesis import given
from hypothesis import strategies as st

from portlab.network.timers import Timers

STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("abcd"), st.none() | st.integers(0, 20)),
        st.integers(0, 25),
    ),
    max_size=40,
)


@given(STEPS)
def test_timers_agree_with_a_dictionary(steps):
    timers: Timers[str] = Timers()
    plain: dict[str, int] = {}
    for step in steps:
        if isinstance(step, tuple):
            key, deadline = step
            timers.set(key, deadline)
            plain.pop(key, None)
            if deadline is not None:
                plain[key] = deadline
        else:
            came = []
            while (key := timers.due(step)) is not None:
                came.append(key)
            due = {key: deadline for key, deadline in plain.items() if deadline <= step}
            assert sorted(came) == sorted(due)
            assert [due[key] for key in came] == sorted(due.values())
            plain = {key: deadline for key, deadline in plain.items() if deadline > step}
        assert timers.next() == min(plain.values(), default=None)
        assert set(timers) == set(plain)


def test_moving_a_deadline_to_later_costs_no_room():
    timers: Timers[str] = Timers()
    for deadline in range(1, 10_000):
        timers.set("retransmission", deadline)
    assert timers.next() == 9_999
    assert len(timers._heap) == 1


def test_equal_deadlines_come_in_the_order_they_were_set():
    timers: Timers[str] = Timers()
    for key in "dbca":
        timers.set(key, 5)
    assert [timers.due(5) for _ in range(5)] == ["d", "b", "c", "a", None]
