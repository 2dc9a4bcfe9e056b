"""The state map that print and page draw from holds what the transition table says."""

import json

import pytest

from portlab.tcp import TRANSITIONS, State
from portlab.views.state_map import END, MEANINGS, PLACES, SUDDEN, as_data, boxes, moves
from tests.tcp.test_figures import FIGURE_5

DATA = json.loads(json.dumps(as_data()))


def test_its_arrows_are_those_of_figure_5() -> None:
    drawn = {(str(m.old), cause, str(m.new)) for m in moves() for cause in m.causes}
    # Two that section 3.10 has and the figure leaves out.
    more = {("LISTEN", "active OPEN", "SYN-SENT"), ("SYN-RECEIVED", "rcv another SYN", "LISTEN")}
    assert drawn == FIGURE_5 | more
    told = {
        (old, cause, new) for old, new, *_, causes in DATA["moves"] for cause in causes.split(", ")
    }
    assert told == drawn


def test_what_is_not_drawn_ends_the_connection() -> None:
    drawn = {row for move in moves() for row in move.rows}
    left_out = [row for row in TRANSITIONS if row not in drawn]
    assert {row.cause for row in left_out} == set(SUDDEN)
    assert {row.new for row in left_out} == {State.CLOSED}


def test_every_state_has_a_place_of_its_own_and_a_meaning() -> None:
    places = [place for _, place in boxes()]
    assert len(places) == len(set(places)) == len(State) + 1
    assert set(DATA["meanings"]) == {str(state) for state in State} == {str(s) for s in MEANINGS}
    assert DATA["boxes"][-1] == ["CLOSED", *END]


def test_arrows_begin_and_end_in_the_middle_of_boxes() -> None:
    for old, new, *numbers, _ in DATA["moves"]:
        start, control, end = numbers[:2], numbers[2:4], numbers[4:]
        assert [old, *start] in DATA["boxes"]
        assert [new, *end] in DATA["boxes"]
        middle = [(a + b) / 2 for a, b in zip(start, end, strict=True)]
        there_and_back = [new, old] in [move[:2] for move in DATA["moves"]]
        assert (control == pytest.approx(middle)) != there_and_back


def test_arrows_there_and_back_bow_to_opposite_sides() -> None:
    pairs = {(m.old, m.new): m for m in moves()}
    there, back = pairs[State.LISTEN, State.CLOSED], pairs[State.CLOSED, State.LISTEN]
    middle = PLACES[State.LISTEN][0]
    assert (there.control[0] - middle) * (back.control[0] - middle) < 0
