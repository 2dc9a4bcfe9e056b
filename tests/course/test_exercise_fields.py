"""What each kind of field makes of an answer: right, wrong, open, or none of its kind."""

from typing import Any

import pytest

from portlab import Lab, Link, drop, run
from portlab.course.exercises.fields import Address, Choice, Field, Order, Several, Text, Whole
from portlab.course.exercises.made import OfExperiment, OfTrace, Want
from portlab.errors import ConnectionRefused

SAID: dict[str, Any] = {"right": "Because.", "look": "Look again."}


def handshake(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80)


def silent(lab: Lab) -> None:
    """An experiment in which nothing happens."""


WANTS: dict[str, Any] = {
    "right": "Because.",
    "open_while": lambda trace: not len(trace),
    "begin": "Nothing was sent so far.",
    "wants": [
        Want(lambda t: len(t) < 9, "Too many.", unlike=lambda: run(handshake, link=Link(loss=1))),
        Want(lambda t: any(r.fate == "lost" for r in t), "Lose one.", lambda: run(handshake)),
    ],
}

WHOLE = Whole("n", 3, wrong=[(4, "One too many.")], **SAID)
TEXT = Text("n", "Three-way handshake", wrong=[("handshake", "Which one?")], **SAID)
ADDRESS = Address("n", "fd00::1", wrong=[("::1", "Loopback.")], **SAID)
CHOICE = Choice("n", "SYN-SENT", choices=("SYN-SENT", "SYN-RECEIVED", "LISTEN"), **SAID)
NUMBERS = Several("n", {2, 3}, choices=(1, 2, 3, 4), wrong=[({1, 2}, "Not those.")], **SAID)
ORDER = Order("n", "CAB", choices="ABC", wrong=[("BAC", "Backwards.")], **SAID)
TRACE = OfTrace("n", **WANTS)
EXPERIMENT = OfExperiment("n", **WANTS)

RIGHT = [
    (WHOLE, 3),
    (TEXT, "three-way  HANDSHAKE "),
    (ADDRESS, "FD00:0:0:0:0:0:0:1"),
    (ADDRESS, "[fd00::1]"),
    (CHOICE, "syn_sent"),
    (CHOICE, "Syn sent"),
    (NUMBERS, [3, 2, 2]),
    (ORDER, ["C", "A", "B"]),
    (ORDER, "c, a, b"),
    (TRACE, run(handshake, faults=[drop(1)])),
]

WRONG = [
    (WHOLE, 4, "One too many."),
    (WHOLE, -3, "Look again."),
    (TEXT, "Handshake", "Which one?"),
    (ADDRESS, "0::1", "Loopback."),
    (CHOICE, "LISTEN", "Look again."),
    (NUMBERS, {2, 1}, "Not those."),
    (NUMBERS, {2}, "something is still missing"),
    (NUMBERS, {1, 2, 3}, "not all of these belong"),
    (NUMBERS, {1, 4}, "Look again."),
    (ORDER, "BAC", "Backwards."),
    (ORDER, "CBA", "Right as far as C"),
    (ORDER, "ABC", "which comes first"),
    (TRACE, run(handshake), "Lose one."),
    (EXPERIMENT, handshake, "Lose one."),
]

UNCLEAR = [
    (WHOLE, int, "a whole number is asked for"),
    (WHOLE, "3", "Leave the quotes away: 3"),
    (WHOLE, "three", "is text"),
    (WHOLE, 3.0, "decimal point"),
    (WHOLE, True, "yes or no"),
    (WHOLE, [3], "[3] is a list"),
    (TEXT, 3, "between quotes"),
    (ADDRESS, "fd00::1/64", "without a prefix"),
    (ADDRESS, "10.0.0.1:80", "without a port"),
    (ADDRESS, "/16", "four numbers with dots"),
    (ADDRESS, "ten", "It looks like"),
    (ADDRESS, 10.1, "between quotes"),
    (CHOICE, "SYN-RECIEVED", "Did you mean 'SYN-RECEIVED'"),
    (CHOICE, "waiting", "Choose from 'SYN-SENT', 'SYN-RECEIVED' or 'LISTEN'"),
    (CHOICE, 1, "between quotes"),
    (NUMBERS, 2, "between braces"),
    (NUMBERS, "23", "between braces"),
    (NUMBERS, {2, 9}, "9 is none of the choices"),
    (NUMBERS, {True}, "True is none of the choices"),
    (NUMBERS, [[2]], "[2] is none of the choices"),
    (ORDER, {"A", "B", "C"}, "A set has no order"),
    (ORDER, 7, "7 is a number"),
    (ORDER, "CABA", "A stands there more than once"),
    (ORDER, "CA", "'B' still has no place"),
    (ORDER, "CAX", "'X' is none of the choices"),
    (TRACE, handshake, "run it first"),
    (TRACE, "trace", "as `run(...)` gives it"),
    (EXPERIMENT, run(handshake), "give the experiment itself"),
    (EXPERIMENT, 3, "a function of a lab"),
    (EXPERIMENT, lambda: None, "stopped"),
    (EXPERIMENT, lambda lab: 1 / 0, "ZeroDivisionError"),
    (EXPERIMENT, lambda lab: lab.host("no name"), "is no name for a host"),
]


def named(value: object) -> str:
    """The same in every process: an address or the order of a set would differ."""
    return type(value).__name__ if not isinstance(value, str | int) else repr(value)


@pytest.mark.parametrize(("field", "answer"), RIGHT, ids=named)
def test_an_answer_that_means_the_key_is_right(field: Field, answer: object) -> None:
    judged = field.judge(answer)
    assert (judged.mark, judged.says) == ("right", "Because.")


@pytest.mark.parametrize(("field", "answer", "says"), WRONG, ids=named)
def test_a_wrong_answer_hears_what_fits_it_best(field: Field, answer: object, says: str) -> None:
    judged = field.judge(answer)
    assert judged.mark == "wrong"
    assert says in judged.says


@pytest.mark.parametrize(("field", "answer", "says"), UNCLEAR, ids=named)
def test_what_is_no_answer_of_its_kind_is_not_held_against_anybody(
    field: Field, answer: object, says: str
) -> None:
    judged = field.judge(answer)
    assert judged.mark == "unclear"
    assert says in judged.says


def test_a_foreseen_answer_hears_its_sentence_alone_even_if_it_reads_like_look() -> None:
    field = Several("n", {2, 3}, choices=(1, 2, 3), wrong=[({2}, "Look again.")], **SAID)
    assert field.judge({2}).says == "Look again."
    assert (
        field.judge({3}).says == "All of these belong, and something is still missing. Look again."
    )


EVERY = [WHOLE, TEXT, ADDRESS, CHOICE, NUMBERS, ORDER, TRACE, EXPERIMENT]


@pytest.mark.parametrize("field", EVERY, ids=lambda field: type(field).__name__)
@pytest.mark.parametrize("nothing", [None, ...], ids=repr)
def test_nothing_is_open(field: Field, nothing: object) -> None:
    judged = field.judge(nothing)
    assert judged.mark == "open"
    assert judged.says.startswith("Not answered yet")


def test_nothing_can_be_the_answer() -> None:
    """Whoever has read that none fits has answered, and may be right."""
    none = Several("n", set(), choices=(1, 2, 3), wrong=[({1}, "That one is heard.")], **SAID)
    assert none.judge(set()).mark == none.judge([]).mark == "right"
    assert NUMBERS.judge(set()).says == "There is something that belongs. Look again."
    assert NUMBERS.judge({}).says == "{} is a dictionary in Python; a set of nothing is set()."
    assert TEXT.judge("").mark == "wrong"
    assert {one.judge("").mark for one in (WHOLE, CHOICE, ORDER)} == {"unclear"}


def test_many_numbers_in_a_row_are_not_named_one_by_one() -> None:
    many = Several("n", {2, 3}, choices=range(15), **SAID)
    assert many.judge(...).says == "Not answered yet: give a set of 0 to 14, as in {0}."
    assert many.judge({99}).says == "99 is none of the choices. Choose from 0 to 14."
    assert NUMBERS.judge(...).says == "Not answered yet: give a set of 1, 2, 3 and 4, as in {1}."
    named = Several("n", {"a"}, choices="abcdefgh", **SAID)
    assert "'a', 'b', 'c'" in named.judge(...).says


def test_the_starters_own_trace_is_open() -> None:
    assert TRACE.judge(run(silent)).says == "Not answered yet. Nothing was sent so far."
    assert EXPERIMENT.judge(silent).mark == "open"


@pytest.mark.parametrize("field", EVERY, ids=lambda field: type(field).__name__)
def test_anything_at_all_can_be_answered(field: Field) -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError("not to be compared")

        __hash__ = None  # type: ignore[assignment]

    for answer in (
        object(),
        Odd(),
        1j,
        b"3",
        float("nan"),
        print,
        {"a": 1},
        range(9),
        [None],
        [Odd()],
        [..., {}],
    ):
        assert field.judge(answer).mark in ("wrong", "unclear", "open")


def test_an_experiment_that_the_network_ends_says_how_and_what_is_missing() -> None:
    def refused(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        client.connect(server, 81)

    judged = EXPERIMENT.judge(refused)
    assert judged.mark == "wrong"
    assert judged.says.startswith("Your experiment broke off: 10.0.0.1:81 refused the connection")
    assert judged.says.endswith("Lose one.")


def test_of_an_end_that_is_wanted_nobody_hears_how_to_avoid_it() -> None:
    def refused(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        client.connect(server, 81)

    def silence(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.udp(7)
        client.udp().send_to(b"x", server, 7)
        client.udp().receive(timeout=1)

    wants_refusal = OfExperiment("n", ends_in=ConnectionRefused, **WANTS)
    assert wants_refusal.judge(refused).says == "Lose one."
    assert wants_refusal.judge(silence).says.startswith("Your experiment broke off: No datagram")


def test_an_experiment_that_breaks_off_is_no_untouched_starter() -> None:
    def lost_at_once(lab: Lab) -> None:
        lab.host("client").udp().receive(timeout=1)

    judged = EXPERIMENT.judge(lost_at_once)
    assert judged.mark == "wrong"
    assert "broke off" in judged.says


def test_what_the_network_ended_may_be_what_is_wanted() -> None:
    def all_lost(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        lab.link(client, server, loss=1)
        client.connect(server, 80, timeout=2)

    assert EXPERIMENT.judge(all_lost).mark == "right"


def test_an_experiment_that_stops_says_in_which_line_of_its_cell() -> None:
    source = "def mine(lab):\n    server = lab.host('server')\n    server.lisen(80)\n"
    names: dict[str, Any] = {}
    exec(compile(source, "<a cell>", "exec"), names)
    says = EXPERIMENT.judge(names["mine"]).says
    assert "stopped in line 3 of its cell" in says
    assert "lisen" in says
