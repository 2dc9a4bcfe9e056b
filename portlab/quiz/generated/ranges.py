"""The range of a number (RFC 6335 section 6), with numbers near the edges more often than not."""

from dataclasses import asdict
from random import Random

from portlab.ports import DYNAMIC, MAX_PORT, SYSTEM, USER, port_range
from portlab.quiz.generated.sheet import Sheet, one_choice, pick
from portlab.quiz.question import OneChoice

_RANGES = (SYSTEM, USER, DYNAMIC)


def range_of_port(chance: Random, subject: str = "") -> OneChoice:
    """In which of the three ranges is this number?"""
    if subject:
        number = int(subject)
    elif chance.random() < 0.5:
        edge = pick(chance, (SYSTEM.last, USER.last))
        number = edge - 8 + int(chance.random() * 18)
    else:
        number = 1 + int(chance.random() * MAX_PORT)
    right = port_range(number)
    sheet = Sheet(f"the {right.name} ports")
    for other in _RANGES:
        sheet.wrong(f"the {other.name} ports", f"Those are {other.first} to {other.last}.")
    return one_choice(
        chance,
        sheet,
        id=f"made-range-of-port-{number}",
        lesson="02",
        covers=("R1",),
        difficulty=1,
        prompt=f"To which range does port {number} belong?",
        explanation=f"{str(right)[0].upper()}{str(right)[1:]}: {number} is among them.",
        reference="RFC 6335 section 6",
        origin={"port": number, "range": asdict(right)},
    )
