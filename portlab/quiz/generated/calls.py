"""One call, as a capture has it: whose number is it, and what if it had been another?

Each is made in the model world. What is the client's and what is the service's is who sent the
first segment, as the trace shows it, and never how high a number is.
"""

from random import Random

from portlab.host import written
from portlab.lab import Lab, run
from portlab.ports import DYNAMIC, MAX_PORT, USER
from portlab.quiz.generated.distractors import Distractors, one_choice, pick
from portlab.quiz.question import OneChoice
from portlab.services import catalogue
from portlab.trace.conversations import Conversation, conversations
from portlab.trace.json import as_dicts
from portlab.trace.record import Record

PLAIN, HIGH = "plain", "high"
"""A service with a number that learners know, or one whose number is higher than the client's."""

_LOWEST_OF_LINUX = 32768


def called(chance: Random, level: str = PLAIN) -> Conversation:
    """A client calls a service once; its own port is from where systems take them."""
    known = [one for one in catalogue() if one.level == "by heart" and one.used == ("tcp",)]
    port: int = pick(chance, known).number
    lowest = pick(chance, (_LOWEST_OF_LINUX, DYNAMIC.first))
    own = lowest + int(chance.random() * (60000 - lowest))
    if level == HIGH:
        port = own + 1 + int(chance.random() * (MAX_PORT - own))
    seed = chance.getrandbits(32)

    def experiment(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(port)
        client.connect(server, port, source_port=own)

    (only,) = conversations(run(experiment, seed=seed))
    return only


def whose_port(chance: Random, subject: str = "") -> OneChoice:
    """A segment of the opening is given; is one of its numbers the client's or the service's?"""
    level = level_of(chance, subject)
    made = called(chance, level)
    client, server = made.client[1] or 0, made.server[1] or 0
    asked = pick(chance, (client, server))
    record = pick(chance, made.trace.records[:2])
    own = asked == client
    distractors = Distractors(_CLIENTS if own else _SERVICES)
    distractors.add(
        _SERVICES, f"The first SYN comes from it. Called is {server}: there the service waits."
    )
    distractors.add(
        _CLIENTS, f"The first SYN goes to it, so it was called. The client's own is {client}."
    )
    distractors.add(
        "a second port of the server, opened for this client",
        "An accepted connection keeps the server's port; the five values tell it from others.",
    )
    distractors.add(
        "a sign of something hidden, for no service has it"
        if asked >= USER.first
        else "the number of the page or file that is wanted",
        "How high a number is says nothing. Look who called."
        if asked >= USER.first
        else "What is wanted stands in the data. A port finds the program.",
    )
    return one_choice(
        chance,
        distractors,
        id=f"made-whose-port-{level}-{client}-{server}-{'client' if own else 'service'}",
        lesson="02",
        covers=("R6",),
        difficulty=2 if level == PLAIN else 3,
        prompt=f"In a capture: {_line(record)}. What is {asked} here?",
        explanation=(
            f"Who sends the first SYN is the client: it called {server}, and {client} was chosen "
            "by its system for this one conversation."
        ),
        reference="RFC 9293 section 3.5; RFC 6056 section 2.1",
        origin={"trace": as_dicts(made.trace)},
    )


_CLIENTS = "the client's own port, lent to it for this conversation"
_SERVICES = "the port of the service that is called"


def other_number(chance: Random, subject: str = "") -> OneChoice:
    """Had one end another number, what else would be different? Nothing, or what others know."""
    level = level_of(chance, subject)
    made = called(chance, level)
    client, server = made.client[1] or 0, made.server[1] or 0
    asked = pick(chance, (client, server))
    own = asked == client
    other = _another(chance, own, {client, server})
    record = made.trace.records[0]
    distractors = Distractors(
        f"nothing: answers would go to {other}" if own else _all_must_know(other)
    )
    distractors.add(
        f"nothing: answers would go to {other}",
        "The client writes this number into its first segment, so it must know it beforehand.",
    )
    distractors.add(
        _all_must_know(other),
        "Nobody needs to know the client's number beforehand: it stands in the SYN, as its source.",
    )
    distractors.add(
        f"another service would answer: that of {other}",
        "Who answers is the program that is called there, whatever a list says of the number."
        if not own
        else "The call goes to the same number as before, so the same service answers.",
    )
    distractors.add(
        "it could not be: IANA would have to assign it first",
        "IANA's list enforces nothing. A system hands out any number that is free.",
    )
    return one_choice(
        chance,
        distractors,
        id=f"made-other-number-{level}-{client}-{server}-{other}",
        lesson="02",
        covers=("R6", "R7"),
        difficulty=2 if level == PLAIN else 3,
        prompt=(
            f"In a capture: {_line(record)}. Had the end with {asked} been given {other} instead, "
            "what would have to change?"
        ),
        explanation=(
            f"{client} is the client's own, and another would do as well: the server answers to "
            "whatever number the SYN came from."
            if own
            else f"{server} was called. Where a service waits must be known before the first "
            "segment: to clients, and to the firewalls on the way."
        ),
        reference="RFC 6056 section 2.1; RFC 9293 section 3.1",
        origin={"trace": as_dicts(made.trace)},
    )


def _all_must_know(other: int) -> str:
    return f"clients must call {other}, firewalls let it pass"


def _another(chance: Random, own: bool, taken: set[int]) -> int:
    """A number that the end might have had: of a client from where systems take theirs."""
    first, last = (_LOWEST_OF_LINUX, 60999) if own else (USER.first, MAX_PORT)
    while (number := first + int(chance.random() * (last + 1 - first))) in taken:
        pass
    return number


def level_of(chance: Random, subject: str) -> str:
    """Of a question asked again, what it was; else one or the other."""
    given = subject.split("-", maxsplit=1)[0]
    level: str = given if given in (PLAIN, HIGH) else pick(chance, (PLAIN, HIGH))
    return level


def _line(record: Record) -> str:
    ends = ((record.src or "", record.sport or 0), (record.dst or "", record.dport or 0))
    return f"{' to '.join(map(written, ends))}, TCP, {record.flags}"
