"""What there is to know about ranges of ports, as skills of their own; and which numbers a
question puts on the map."""

import re

from portlab.ports import MAX_PORT
from portlab.quiz.adaptive import Guise, Skill
from portlab.quiz.question import OneChoice, Question


def _edge(name: str, about: str, *numbers: int) -> Skill:
    """Who has the edge elsewhere may know the range of each number, but not the number itself."""
    these = tuple(map(str, numbers))
    ways = ("edge-of-range", "number-in-range", "range-of-port")
    return Skill(name, about, (tuple(Guise(way, these) for way in ways),), ordered=True)


SKILLS = (
    Skill(
        "range",
        "the range of a number, by its new and its old name",
        (
            (
                Guise("range-of-port", ("22", "443", "3389", "5432", "8443", "51820", "60000")),
                Guise("number-in-range", ("80", "636", "1521", "8080", "50000", "64738")),
            ),
        ),
    ),
    _edge("low edge", "where system ports end and user ports begin", 1023, 1024),
    Skill(
        "side",
        "whose number it is in a capture",
        (
            (Guise("whose-port", ("plain",)), Guise("client-or-server")),
            (Guise("whose-port", ("high",)),),
        ),
    ),
    _edge("high edge", "where user ports end and dynamic ports begin", 49151, 49152),
    Skill(
        "other number",
        "what would change with another number at one end",
        ((Guise("other-number", ("plain",)),), (Guise("other-number", ("high",)),)),
    ),
    Skill(
        "address",
        "what clients write when a server listens elsewhere",
        ((Guise("what-to-write"),),),
    ),
    _edge("ends", "the very first and the very last number", 0, 65535),
    Skill(
        "finding it",
        "who finds a server that listens elsewhere",
        ((Guise("without-number"), Guise("found-by-scan")),),
    ),
    Skill(
        "rights",
        "where listening takes a right",
        (
            (Guise("right-to-listen", ("cross",)),),
            (Guise("right-to-listen", ("low", "high", "1023-1024", "49152-49151")),),
        ),
    ),
    Skill("rule", "which rule of a firewall lets a call in", ((Guise("rule-to-let-in"),),)),
    Skill("firewall", "what gets past a firewall", ((Guise("past-the-firewall"),),)),
)
"""In the order in which they are asked; what is alike stands apart."""

_ENDS = ("the client's", "the service's")
_MOVED = ("as it is", "instead")
_LAID = {
    "range-of-port": ("asked for",),
    "number-in-range": ("asked for",),
    "edge-of-range": ("asked for",),
    "client-or-server": _ENDS,
    "whose-port": _ENDS,
    "other-number": (*_ENDS, "instead"),
    "what-to-write": _MOVED,
    "right-to-listen": _MOVED,
    "rule-to-let-in": _MOVED,
    "past-the-firewall": _MOVED,
    "without-number": ("what is called", "where it listens"),
    "found-by-scan": ("the web's own", "where it listens"),
}
"""What the numbers are that stand in a question's id, by its generator."""


def on_the_map(question: Question) -> dict[str, set[int]]:
    """The numbers that a question is about, by what they are in it; none for any other question."""
    for generator, names in _LAID.items():
        if question.id.startswith(f"made-{generator}-"):
            numbers = re.findall(r"\d+", question.id.removeprefix(f"made-{generator}-"))
            laid = {name: {int(number)} for name, number in zip(names, numbers, strict=False)}
            if generator == "number-in-range" and isinstance(question, OneChoice):
                others = {int(choice.text) for choice in question.choices if not choice.right}
                laid["the others"] = {number for number in others if number <= MAX_PORT}
            return laid
    return {}
