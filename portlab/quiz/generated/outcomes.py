"""What a client sees when it connects: each answer comes from having tried it in a lab."""

from random import Random

from portlab.apps import Echo
from portlab.errors import ConnectionRefused, TimedOut
from portlab.lab import Lab, run
from portlab.network.link import Link
from portlab.quiz.generated.distractors import Distractors, one_choice, pick
from portlab.quiz.question import OneChoice
from portlab.services import catalogue
from portlab.trace.json import as_dicts

SUCCESS = "the connection opens"
REFUSED = "refused, after one round trip"
SILENCE = "nothing, until it gives up"


def outcome_of_connecting(chance: Random, subject: str = "") -> OneChoice:
    """A program may listen or not, on the right port or not, behind a filter or not."""
    tcp = [one.number for one in catalogue() if one.level == "by heart" and one.uses("tcp")]
    port = pick(chance, tcp)
    other = pick(chance, [number for number in tcp if number != port])
    listens, filtered, over_udp, there = pick(chance, _CASES)
    where = {"yes": port, "elsewhere": other, "no": None}[listens]

    def experiment(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        if where is not None:
            if over_udp:
                server.udp(where, Echo())
            else:
                server.listen(where, Echo())
        client.connect(server if there else "10.0.0.99", port, timeout=600)

    link = Link(filtered=(port,)) if filtered else Link()
    trace = run(experiment, seed=chance.getrandbits(32), link=link)
    distractors = Distractors(seen(trace.error))
    distractors.add(
        SUCCESS,
        "For that a SYN,ACK must come back, and no program sends it here."
        if not filtered
        else "For that its SYN must arrive, and the filter takes it.",
    )
    distractors.add(REFUSED, _WHY_NOT_REFUSED[seen(trace.error)])
    distractors.add(SILENCE, "Here somebody answers: the server's TCP does, with SYN,ACK or RST.")
    distractors.add(
        "an ICMP message: port unreachable", "That is how UDP is answered. TCP sends RST."
    )
    story = _story(port, where, filtered=filtered, over_udp=over_udp, there=there)
    return one_choice(
        chance,
        distractors,
        id=f"made-what-the-client-sees-{listens}-{filtered}-{over_udp}-{there}-{port}".lower(),
        lesson="10" if over_udp else "05",
        covers=("C4",) if over_udp else ("T1",),
        difficulty=2,
        prompt=f"{story} A client connects to TCP port {port}. What does it see?",
        explanation=_EXPLAINED[seen(trace.error)],
        reference="RFC 9293 section 3.5.2; RFC 9293 section 3.10.7.1",
        origin={"trace": as_dicts(trace)},
    )


_CASES = (
    # listens, filtered, over UDP, is there
    ("yes", False, False, True),
    ("yes", True, False, True),
    ("yes", False, True, True),
    ("elsewhere", False, False, True),
    ("no", False, False, True),
    ("no", True, False, True),
    ("no", False, False, False),
)


def seen(error: Exception | None) -> str:
    """What a client sees whose call ended so."""
    match error:
        case None:
            return SUCCESS
        case ConnectionRefused():
            return REFUSED
        case TimedOut():
            return SILENCE
    raise error


def _story(port: int, where: int | None, *, filtered: bool, over_udp: bool, there: bool) -> str:
    if not there:
        return "No computer has the address that a client was given."
    if where is None:
        program = "On a server no program listens."
    else:
        program = f"On a server a program listens on {'UDP' if over_udp else 'TCP'} port {where}."
    on_the_way = f" A filter on the way drops what goes to port {port}, and says nothing."
    return program + (on_the_way if filtered else "")


_WHY_NOT_REFUSED = {
    SUCCESS: "A program listens there, and nothing keeps the SYN from it.",
    SILENCE: "A refusal is a RST that comes back, and here nobody gets a SYN to answer.",
    REFUSED: "",
}
_EXPLAINED = {
    SUCCESS: "A program listens on just this port of TCP, so SYN is answered by SYN,ACK.",
    REFUSED: "The SYN arrives, and no program listens on this port of TCP: RST comes back.",
    SILENCE: "The SYN reaches nobody who would answer, so the client tries again and gives up.",
}
