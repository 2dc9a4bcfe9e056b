"""Every row of the transition table is driven once, and nothing else ever happens.

A row without a scenario fails, and so does a scenario for a move that the table does not have.
"""

from collections.abc import Callable

import pytest

from portlab.tcp import TRANSITIONS, State
from portlab.tcp.states import ACTIVE, PASSIVE, Cause
from tests.tcp.story import Story

Scenario = Callable[[], Story]
Row = tuple[str, str, str]

SCENARIOS: dict[Row, Scenario] = {}

REACHED: dict[State, Scenario] = {
    State.SYN_SENT: lambda: Story().syn_sent(),
    State.SYN_RECEIVED: lambda: Story().syn_received(),
    State.ESTABLISHED: lambda: Story().established(),
    State.FIN_WAIT_1: lambda: Story().fin_wait_1(),
    State.FIN_WAIT_2: lambda: Story().fin_wait_2(),
    State.CLOSE_WAIT: lambda: Story().close_wait(),
    State.CLOSING: lambda: Story().closing(),
    State.LAST_ACK: lambda: Story().last_ack(),
    State.TIME_WAIT: lambda: Story().time_wait(),
}


def drives(state: State, cause: Cause, guard: str = "") -> Callable[[Scenario], Scenario]:
    def register(scenario: Scenario) -> Scenario:
        SCENARIOS[state, cause, guard] = scenario
        return scenario

    return register


# ---- opening ----------------------------------------------------------------------------------


@drives(State.CLOSED, Cause.PASSIVE_OPEN)
def a_program_listens() -> Story:
    return Story().calls("open_passive").sends_nothing().is_in("LISTEN")


@drives(State.CLOSED, Cause.ACTIVE_OPEN)
def a_program_calls() -> Story:
    story = Story().calls("open_active")
    story.sends("SYN", 100)
    return story.is_in("SYN-SENT")


@drives(State.LISTEN, Cause.ACTIVE_OPEN)
def a_waiting_program_calls_instead() -> Story:
    story = Story().listening().calls("open_active")
    story.sends("SYN", 100)
    return story.is_in("SYN-SENT")


@drives(State.LISTEN, Cause.SEND)
def data_for_the_peer_turns_waiting_into_calling() -> Story:
    story = Story().listening().calls("send", b"hello")
    story.sends("SYN", 100)
    story.is_in("SYN-SENT").receives("SYN,ACK", 300, 101)
    story.sends("PSH,ACK", 101, 301, b"hello")  # the data rides on the ACK of the SYN
    return story.is_in("ESTABLISHED")


@drives(State.LISTEN, Cause.SYN)
def a_call_comes() -> Story:
    return Story().syn_received()


@drives(State.LISTEN, Cause.CLOSE)
def nobody_called() -> Story:
    return Story().listening().calls("close").is_in("CLOSED").ended(None)


@drives(State.LISTEN, Cause.ABORT)
def nobody_called_and_the_program_aborts() -> Story:
    return Story().listening().calls("abort").is_in("CLOSED").ended("aborted")


@drives(State.SYN_SENT, Cause.SYN_ACK)
def the_peer_agrees() -> Story:
    return Story().established()


@drives(State.SYN_SENT, Cause.SYN)
def both_call_at_once() -> Story:
    return Story().syn_received_actively()


@drives(State.SYN_SENT, Cause.RST)
def refused() -> Story:
    return Story().syn_sent().receives("RST,ACK", 0, 101).is_in("CLOSED").ended("refused")


@drives(State.SYN_SENT, Cause.CLOSE)
def hung_up_before_an_answer() -> Story:
    return Story().syn_sent().calls("close").is_in("CLOSED").ended(None)


@drives(State.SYN_SENT, Cause.UNREACHABLE)
def the_network_says_never() -> Story:
    return Story().syn_sent().calls("icmp_error", True).is_in("CLOSED").ended("unreachable")


@drives(State.SYN_RECEIVED, Cause.ACK_OF_SYN)
def the_handshake_completes() -> Story:
    return Story().syn_received().receives("ACK", 301, 101).sends_nothing().is_in("ESTABLISHED")


@drives(State.SYN_RECEIVED, Cause.RST, PASSIVE)
def the_caller_takes_it_back() -> Story:
    story = Story().syn_received().receives("RST", 301).is_in("LISTEN").sends_nothing()
    assert story.tcb.next_deadline() is None
    story.receives("SYN", 700).sends("SYN,ACK", 100, 701)  # and the next caller is served
    return story


@drives(State.SYN_RECEIVED, Cause.RST, ACTIVE)
def refused_after_the_syns_crossed() -> Story:
    story = Story().syn_received_actively().receives("RST", 301)
    return story.is_in("CLOSED").ended("refused")


@drives(State.SYN_RECEIVED, Cause.NEW_SYN, PASSIVE)
def another_syn_in_the_window() -> Story:
    return Story().syn_received().receives("SYN", 305).is_in("LISTEN").sends_nothing()


@drives(State.SYN_RECEIVED, Cause.CLOSE)
def closed_before_the_last_ack() -> Story:
    story = Story().syn_received().calls("close").is_in("FIN-WAIT-1")
    story.sends("FIN,ACK", 101, 301)
    return story.receives("ACK", 301, 102).is_in("FIN-WAIT-2")  # acknowledges SYN and FIN


def test_a_close_before_the_last_ack_waits_for_data_that_is_queued() -> None:
    story = Story().syn_received().calls("send", b"bye").calls("close")
    story.is_in("SYN-RECEIVED").sends_nothing()
    story.receives("ACK", 301, 101).is_in("FIN-WAIT-1")
    story.sends("FIN,PSH,ACK", 101, 301, b"bye")


# ---- closing ----------------------------------------------------------------------------------


@drives(State.ESTABLISHED, Cause.CLOSE)
def we_close_first() -> Story:
    return Story().fin_wait_1()


@drives(State.ESTABLISHED, Cause.FIN)
def the_peer_closes_first() -> Story:
    return Story().close_wait()


@drives(State.FIN_WAIT_1, Cause.ACK_OF_FIN)
def our_fin_is_acknowledged() -> Story:
    return Story().fin_wait_2()


@drives(State.FIN_WAIT_1, Cause.FIN)
def the_fins_cross() -> Story:
    return Story().closing()


@drives(State.FIN_WAIT_2, Cause.FIN)
def the_peer_closes_too() -> Story:
    return Story().time_wait()


@drives(State.CLOSE_WAIT, Cause.CLOSE)
def we_close_second() -> Story:
    return Story().last_ack()


@drives(State.CLOSING, Cause.ACK_OF_FIN)
def both_fins_are_acknowledged() -> Story:
    return Story().closing().receives("ACK", 302, 102).is_in("TIME-WAIT").sends_nothing()


@drives(State.LAST_ACK, Cause.ACK_OF_FIN)
def the_last_ack_comes() -> Story:
    return Story().last_ack().receives("ACK", 302, 102).is_in("CLOSED").ended(None)


@drives(State.TIME_WAIT, Cause.TWO_MSL)
def two_msl_pass() -> Story:
    story = Story().time_wait().waits(239.9).is_in("TIME-WAIT")
    return story.waits(0.1).is_in("CLOSED").ended(None)


# ---- ends that figure 5 leaves out ------------------------------------------------------------


def _next_numbers(story: Story) -> tuple[int, int]:
    return int(story.tcb.rcv.nxt), int(story.tcb.snd.nxt)


def _reset(state: State) -> Scenario:
    def scenario() -> Story:
        story = REACHED[state]()
        seq, _ = _next_numbers(story)
        # 3.10.7.4, second: in TIME-WAIT nothing is lost any more, and nobody is told.
        error = None if state is State.TIME_WAIT else "reset"
        return story.receives("RST", seq).is_in("CLOSED").ended(error)

    return scenario


def _abort(state: State) -> Scenario:
    tells = (
        State.SYN_RECEIVED,
        State.ESTABLISHED,
        State.FIN_WAIT_1,
        State.FIN_WAIT_2,
        State.CLOSE_WAIT,
    )

    def scenario() -> Story:
        story = REACHED[state]()
        _, nxt = _next_numbers(story)
        story.calls("abort").is_in("CLOSED")
        if state in tells:
            story.sends("RST", nxt)
        return story.ended("aborted")

    return scenario


def _gives_up(state: State) -> Scenario:
    def scenario() -> Story:
        story = REACHED[state]()
        if state in (State.ESTABLISHED, State.CLOSE_WAIT):
            story.calls("send", b"anyone?")
        before = len(story.said)
        story.waits(3600).is_in("CLOSED")
        repeats = [line for line in story.said[before:] if "  sends " in line]
        limit = story.config.syn_retries if "SYN" in state else story.config.retries
        assert len(repeats) == limit, story.told(f"{len(repeats)} repeats, not {limit}")
        story._out.clear()
        return story.ended("timed out")

    return scenario


def _unreadable(state: State) -> Scenario:
    def scenario() -> Story:
        story = Story().established().calls("discard")
        story.sends("FIN,ACK", 101, 301)
        if state is State.FIN_WAIT_2:
            story.receives("ACK", 301, 102)
        story.is_in(state).receives("PSH,ACK", 301, 102 if "2" in state else 101, b"too late")
        story.sends("RST", 102)
        return story.is_in("CLOSED").ended("aborted")

    return scenario


def _keep_alive(state: State) -> Scenario:
    def scenario() -> Story:
        story = Story(keep_alive=True)
        {
            State.ESTABLISHED: story.established,
            State.FIN_WAIT_2: story.fin_wait_2,
            State.CLOSE_WAIT: story.close_wait,
        }[state]()
        seq, nxt = _next_numbers(story)
        story.waits(7199).sends_nothing()
        story.waits(1 + 8 * 75)
        for _ in range(9):
            story.sends("ACK", nxt - 1, seq, length=0)
        story.is_in(state).waits(75)
        return story.is_in("CLOSED").ended("timed out")

    return scenario


for _row in TRANSITIONS:
    _make = {
        Cause.RST: _reset,
        Cause.ABORT: _abort,
        Cause.GIVE_UP: _gives_up,
        Cause.UNREADABLE: _unreadable,
        Cause.NO_ANSWER: _keep_alive,
    }.get(_row.cause)
    if _make and _row.state in REACHED:
        SCENARIOS.setdefault((_row.state, _row.cause, _row.guard), _make(_row.state))


@pytest.mark.parametrize(
    "row", TRANSITIONS, ids=lambda r: f"{r.state}, {r.cause} {r.guard}".strip()
)
def test_each_row_has_a_scenario_that_takes_it(row) -> None:
    story = SCENARIOS[row.state, row.cause, row.guard]()
    assert (row.state, row.cause, row.new) in story.taken, story.told("the row was not taken")


def test_the_moves_taken_and_the_table_are_the_same_set() -> None:
    taken = {move for scenario in SCENARIOS.values() for move in scenario().taken}
    assert taken == {(row.state, row.cause, row.new) for row in TRANSITIONS}


def test_no_two_rows_compete() -> None:
    keys = [(row.state, row.cause, row.guard) for row in TRANSITIONS]
    assert len(keys) == len(set(keys))
    for state, cause, guard in keys:
        if guard:
            assert (state, cause, "") not in keys


def test_every_state_can_be_reached_and_left() -> None:
    assert {row.new for row in TRANSITIONS} == set(State)
    assert {row.state for row in TRANSITIONS} == set(State)
