"""Ports and services, both ways, and what carries them: from the catalogue.

Wrong choices are what is really mixed up: the encrypted partner, what replaced it, the neighbours
by number, and others that are to be known as well.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from random import Random

from portlab.quiz.generated.distractors import REGISTRY, Distractors, one_choice, pick
from portlab.quiz.generated.subjects import UnknownSubject
from portlab.quiz.question import Number, OneChoice
from portlab.services import Service, catalogue
from portlab.wording import listed

_WAYS = {("tcp",): "TCP alone", ("udp",): "UDP alone", ("tcp", "udp"): "both TCP and UDP"}


def service_of_port(chance: Random, subject: str = "") -> OneChoice:
    """A number and a transport are given; which service is expected there?"""
    asked = _asked(chance, subject, _known())
    over = pick(chance, asked.used)
    distractors = Distractors(asked.short)
    for other in _mixed_up_with(asked, chance):
        if not (other.number == asked.number and other.uses(over)):
            distractors.add(other.short, f"{_is_at(other)}.")
    return one_choice(
        chance,
        distractors,
        id=f"made-service-of-port-{_as_id(asked)}",
        lesson="13",
        covers=("S1",),
        difficulty=1,
        prompt=f"Which service is expected behind {over.upper()} port {asked.number}?",
        explanation=_explained(asked),
        reference=_reference(asked),
        origin={"service": asdict(asked)},
    )


def port_of_service(chance: Random, subject: str = "") -> Number:
    """A service is named; on which port does it listen?"""
    asked = _asked(chance, subject, _known())
    distractors = Distractors(asked.number)
    for other in _mixed_up_with(asked, chance):
        distractors.add(other.number, f"{_is_at(other)}.")
    return Number(
        id=f"made-port-of-service-{_as_id(asked)}",
        lesson="13",
        covers=("S1",),
        difficulty=1,
        prompt=f"On which port does a server of {_called(asked)} listen by default?",
        key=Decimal(asked.number),
        mistakes=distractors.mistakes(),
        explanation=_explained(asked),
        reference=_reference(asked),
        origin={"service": asdict(asked)},
    )


def transport_of_service(chance: Random, subject: str = "") -> OneChoice:
    """Over which transport is a service really spoken? The registry would say both of most."""
    there = [one for one in _known() if tuple(sorted(one.used)) in _WAYS]
    asked = _asked(chance, subject, there)
    right = tuple(sorted(asked.used))
    distractors = Distractors(_WAYS[right])
    for way, words in _WAYS.items():
        missing = [t.upper() for t in right if t not in way]
        extra = [t.upper() for t in way if t not in right]
        why = f"It is spoken over {listed(missing)} too." if missing else ""
        if extra:
            why = f"Nobody speaks it over {listed(extra)}, although the registry may list that."
        distractors.add(words, why)
    return one_choice(
        chance,
        distractors,
        id=f"made-transport-of-service-{_as_id(asked)}",
        lesson="13",
        covers=("S1",),
        difficulty=2,
        prompt=f"What really carries {_called(asked)}, port {asked.number}?",
        explanation=_explained(asked),
        reference=_reference(asked),
        origin={"service": asdict(asked)},
    )


def _asked(chance: Random, subject: str, there: list[Service]) -> Service:
    """The one whose id is `subject`, or any of them for an empty one.

    Raises UnknownSubject for what is to be known by heart no longer.
    """
    named = [one for one in there if subject in ("", _as_id(one))]
    if not named:
        raise UnknownSubject(subject)
    one: Service = pick(chance, named)
    return one


def _as_id(one: Service) -> str:
    return f"{re.sub('[^a-z0-9]+', '-', one.name.lower()).strip('-')}-{one.number}"


def _known() -> list[Service]:
    """What is to be known by heart and has a name of its own: of two alike, none is asked."""
    names = [one.long for one in catalogue()] + [one.short for one in catalogue()]
    return [
        one
        for one in catalogue()
        if one.level == "by heart" and names.count(one.short) <= 1 + (one.short == one.long)
    ]


def _mixed_up_with(asked: Service, chance: Random) -> Iterator[Service]:
    """Other services, what is likeliest mixed up with `asked` first."""
    named = {one.name: one for one in catalogue()}
    for name in (*(partner.name for partner in asked.partners), *asked.replaced_by):
        yield named[name]
    heart = [one for one in catalogue() if one.level == "by heart" and one.number != asked.number]
    near = sorted(heart, key=lambda one: abs(one.number - asked.number))
    yield from near[:2]
    yield from [one for one in heart if _words(one) & _words(asked)][:2]
    yield from sorted(heart, key=lambda _: chance.random())


def _words(one: Service) -> set[str]:
    """The words that tell what it is for."""
    return {word for word in one.everyday.lower().split() if len(word) > 3}


def _called(one: Service) -> str:
    return one.long if one.short in (one.long, "") else f"{one.long} ({one.short})"


def _is_at(one: Service) -> str:
    return f"{one.short} is at {one.number}"


def _explained(one: Service) -> str:
    over = listed(transport.upper() for transport in one.used)
    said = f"{one.short}, {one.everyday}: port {one.number} over {over}."
    return f"{said} {one.hook}".strip()


def _reference(one: Service) -> str:
    rfcs = "; ".join(f"RFC {number}" for number in one.rfc)
    return f"{REGISTRY}; {rfcs}" if rfcs else REGISTRY
