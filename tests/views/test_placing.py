"""Where things stand on the figure: time runs down, and text has room."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from portlab.views.ladder import layout
from portlab.views.placing import LABEL, TEXT, place_rows
from portlab.views.shapes import Arrow, Fold, Piece, Row
from tests.views import stories


def arrow(number: int, time: int, start: int, flight: int | None) -> Arrow:
    fate = "lost" if flight is None else "delivered"
    arrival = None if flight is None else time + flight
    pieces = (Piece("flags", "ACK"),)
    return Arrow(number, time, start, 1 - start, "ack", pieces, "modelled", fate, arrival)


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    time, made = 0, []
    for number in range(1, draw(st.integers(1, 40)) + 1):
        time += draw(st.sampled_from([0, 0, 1, 300, 10_000, 1_000_000, 240_000_000]))
        flight = draw(st.sampled_from([None, 0, 1, 10_000, 10_000, 500_000]))
        made.append(arrow(number, time, draw(st.integers(0, 1)), flight))
    return made


@settings(deadline=None)
@given(rows())
def test_what_is_later_stands_lower(all_rows):
    placed = place_rows(all_rows)
    ends = []
    for row, start, end in placed.rows:
        ends.append((row.time, start))
        if row.arrival is not None:
            ends.append((row.arrival, end))
    ends.sort()
    for (earlier, above), (later, below) in pairwise(ends):
        assert earlier == later or above < below


@settings(deadline=None)
@given(rows())
def test_packets_arrive_below_where_they_start_and_replies_start_below_that(all_rows):
    for row, start, end in place_rows(all_rows).rows:
        assert end > start, row


@settings(deadline=None)
@given(rows())
def test_text_beside_a_lane_and_labels_of_a_lane_have_room(all_rows):
    placed = place_rows(all_rows)
    for lane in (0, 1):
        beside = sorted(one.y for one in placed.beside if one.lane == lane)
        assert all(b - a >= TEXT - 1e-9 for a, b in pairwise(beside))
        starts = sorted(start for row, start, _ in placed.rows if row.start == lane)
        assert all(b - a >= LABEL - 1e-9 for a, b in pairwise(starts))


def test_a_second_and_a_round_trip_fit_on_one_picture():
    """SYN retries after 1, 3 and 7 seconds (RFC 6298 5.5), then a round trip of 20 ms."""
    times = [0, 1_000_000, 3_000_000, 7_000_000]
    tries = [arrow(at + 1, time, 0, None) for at, time in enumerate(times)]
    answer = [arrow(5, 7_000_000 + 1, 0, 10_000), arrow(6, 7_010_001, 1, 10_000)]
    placed = place_rows([*tries, *answer])
    assert placed.height < 8
    gaps = [b - a for (_, a, _), (_, b, _) in pairwise(placed.rows[:4])]
    assert gaps[0] <= gaps[1] <= gaps[2]
    assert [wait.time for wait in placed.breaks] == [1_000_000, 2_000_000, 4_000_000]


def test_each_time_is_written_once_at_each_host():
    placed = place_rows(layout(stories.transfer()).conversations[0].rows)
    told = [(one.lane, one.time) for one in placed.beside if one.time is not None]
    assert len(told) == len(set(told))
    assert {time for _, time in told} >= {0, 10_000, 20_000, 30_000, 40_000}


def test_every_state_is_written():
    trace = stories.closed()
    placed = place_rows(layout(trace).conversations[0].rows)
    written = [one.state for one in placed.beside if one.state]
    assert sorted(written) == sorted(change.new for change in trace.changes)


def test_a_fold_stands_below_what_was_still_under_way():
    before, after = arrow(1, 0, 0, 10_000), arrow(9, 90_000, 0, 10_000)
    placed = place_rows([before, Fold(2, 8, 100, 7, 0), after])
    (_, _, arrived), (_, band, _), (_, later, _) = placed.rows
    assert arrived < band < later


def test_nothing_needs_no_room():
    assert place_rows([]).height == 0
