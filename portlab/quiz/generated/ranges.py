"""The range of a number (RFC 6335 section 6), asked three ways, near the edges most often."""

from dataclasses import asdict
from decimal import Decimal
from random import Random

from portlab.ports import MAX_PORT, RANGES, SYSTEM, USER, PortRange, port_range
from portlab.quiz.generated.distractors import Distractors, one_choice, pick
from portlab.quiz.generated.subjects import UnknownSubject, ports_of
from portlab.quiz.question import Number, OneChoice
from portlab.wording import listed

EDGES = tuple(number for one in RANGES for number in (one.first, one.last))
"""The first and the last number of each range."""

_ROUND = {1000: "A round number to people, and none to computers: ranges end with full bytes."}
_LINUX = {
    32768: "From there on Linux takes its clients' ports. The ranges of RFC 6335 end elsewhere.",
    60999: "There Linux stops taking clients' ports. The ranges of RFC 6335 end elsewhere.",
}


def range_of_port(chance: Random, subject: str = "") -> OneChoice:
    """In which of the three ranges is this number?"""
    number = ports_of(subject, 1)[0] if subject else _near_an_edge_or_not(chance)
    right = port_range(number)
    distractors = Distractors(f"the {right.name} ports")
    for other in RANGES:
        distractors.add(f"the {other.name} ports", f"Those are {other.first} to {other.last}.")
    return one_choice(
        chance,
        distractors,
        id=f"made-range-of-port-{number}",
        lesson="02",
        covers=("R1",),
        difficulty=1,
        prompt=f"To which range does port {number} belong?",
        explanation=f"{str(right)[0].upper()}{str(right)[1:]}: {number} is among them.",
        reference="RFC 6335 section 6",
        origin={"port": number, "range": asdict(right)},
    )


def number_in_range(chance: Random, subject: str = "") -> OneChoice:
    """Which of these numbers is in a range, by its new name or an old one?"""
    number = ports_of(subject, 1)[0] if subject else _near_an_edge_or_not(chance)
    right = port_range(number)
    name = pick(chance, (right.name, *right.also))
    distractors = Distractors(number)
    for beyond in (right.first - 1, right.last + 1):
        if beyond > MAX_PORT:
            distractors.add(beyond, f"That is no port at all: 16 bits end at {MAX_PORT}.")
        elif beyond >= 0:
            distractors.add(beyond, _is_in(beyond))
    others = [one for one in RANGES if one is not right]
    for other in (*others, *others):
        inside = other.first + int(chance.random() * len(other))
        distractors.add(inside, _is_in(inside))
    return one_choice(
        chance,
        distractors,
        id=f"made-number-in-range-{number}",
        lesson="02",
        covers=("R1",),
        difficulty=2,
        prompt=f"Which of these numbers is one of the {name} ports?",
        explanation=_named(right),
        reference="RFC 6335 section 6",
        origin={"port": number, "range": asdict(right)},
    )


def edge_of_range(chance: Random, subject: str = "") -> Number:
    """With which number does a range begin or end?"""
    number = ports_of(subject, 1)[0] if subject else pick(chance, EDGES)
    if number not in EDGES:
        raise UnknownSubject(subject)
    right = port_range(number)
    lowest = number == right.first
    distractors = Distractors(number)
    for beside in (number - 1, number + 1):
        if 0 <= beside <= MAX_PORT:
            there = "The range goes on by one." if beside in right else _is_in(beside)
            distractors.add(beside, f"Near, by one. {there}")
    distractors.add(
        MAX_PORT + 1, "So many numbers there are, and this is none: 16 bits do not reach it."
    )
    for edge in EDGES:
        distractors.add(edge, f"There the {port_range(edge).name} ports {_ends(edge)}.")
    for other, why in (_ROUND | _LINUX).items():
        distractors.add(other, why)
    return Number(
        id=f"made-edge-of-range-{number}",
        lesson="02",
        covers=("R1",),
        difficulty=1,
        prompt=(
            f"Which is the {'lowest' if lowest else 'highest'} number of the "
            f"{pick(chance, (right.name, *right.also))} ports?"
        ),
        key=Decimal(number),
        mistakes=distractors.mistakes(),
        explanation=_named(right),
        reference="RFC 6335 section 6",
        origin={"port": number, "range": asdict(right)},
    )


def _near_an_edge_or_not(chance: Random) -> int:
    if chance.random() < 0.5:
        edge: int = pick(chance, (SYSTEM.last, USER.last))
        return edge - 8 + int(chance.random() * 18)
    return 1 + int(chance.random() * MAX_PORT)


def _is_in(number: int) -> str:
    home = port_range(number)
    return f"That is one of the {home.name} ports, {home.first} to {home.last}."


def _ends(edge: int) -> str:
    return "begin" if edge == port_range(edge).first else "end"


def _named(home: PortRange) -> str:
    return (
        f"The {home.name} ports, also called {listed(home.also, 'or')}, are {home.first} to "
        f"{home.last}."
    )
