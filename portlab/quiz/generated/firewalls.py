"""A firewall that goes by port, and a server that has moved: which rule, and what is seen?"""

from random import Random

from portlab.quiz.generated.distractors import Distractors, one_choice, pick
from portlab.quiz.generated.outcomes import REFUSED, SILENCE, SUCCESS, seen
from portlab.quiz.generated.relocation import call, moved
from portlab.quiz.question import OneChoice
from portlab.trace.json import as_dicts

_WAYS = ("stays-new", "stays-old", "follows-new", "follows-old")
"""Does the rule stay as it is or follow the server, and which number is called?"""


def rule_to_let_in(chance: Random, subject: str = "") -> OneChoice:
    """Which rule fits the first segment to a server that has moved?"""
    _, port, other = moved(chance, subject)
    trace = call(chance, listens=other, calls=other)
    syn = trace.records[0]
    own = syn.sport
    rules = {
        f"TCP to port {other}": (syn.dport, other, ""),
        f"TCP to port {port}": (syn.dport, port, f"Clients call {other} now, so it fits no call."),
        f"TCP from port {other}": (
            syn.sport, other,
            f"{other} is where they go to. They come from ports of the clients' own."),
        f"TCP to port {own}": (
            syn.dport, own,
            f"{own} is where this call comes from, not where it goes to; the next has another."),
    }  # fmt: skip
    (key,) = [rule for rule, (field, number, _) in rules.items() if field == number]
    distractors = Distractors(key)
    for rule, (_, _, why) in rules.items():
        distractors.add(rule, why)
    return one_choice(
        chance,
        distractors,
        id=f"made-rule-to-let-in-{port}-{other}",
        lesson="02",
        covers=("R7",),
        difficulty=2,
        prompt=(
            f"A firewall lets in TCP to port {port} of a server, and lets answers out. Had the "
            f"server listened on {other} instead, which rule lets in a client whose own port is "
            f"{own}?"
        ),
        explanation=(
            "A client's first segment goes to the server's port, so that is what a rule names as "
            "destination. Its source is another with each call."
        ),
        reference="RFC 9293 section 3.1",
        origin={"trace": as_dicts(trace)},
    )


def past_the_firewall(chance: Random, subject: str = "") -> OneChoice:
    """The server has moved, and the rule may have been forgotten: what does a client see?"""
    way = next((one for one in _WAYS if subject.endswith(one)), "") or pick(chance, _WAYS)
    _, port, other = moved(chance, subject.removesuffix(way).strip("-"))
    follows, calls = way.startswith("follows"), other if way.endswith("new") else port
    dropped = port if follows else other  # of the two that anybody calls; the rule is for the rest
    trace = call(chance, listens=other, calls=calls, dropped=(dropped,))
    distractors = Distractors(seen(trace.error))
    passes = calls != dropped
    distractors.add(
        SUCCESS,
        f"The call passes, but nobody listens on {calls} now."
        if passes
        else f"For that the SYN must arrive, and the firewall lets nothing to {calls}.",
    )
    distractors.add(
        REFUSED,
        f"A program listens on {calls}, and the firewall lets its calls pass."
        if passes
        else "A refusal is a RST that comes back, and here nobody gets a SYN to answer.",
    )
    distractors.add(
        SILENCE, f"What goes to {calls} passes, and the server's TCP answers every SYN."
    )
    distractors.add(
        "an ICMP message, from the firewall",
        "One that rejects may send that. This one drops, and drops without a word.",
    )
    rule = f"the rule now has {other} instead" if follows else "the rule is left as it was"
    return one_choice(
        chance,
        distractors,
        id=f"made-past-the-firewall-{port}-{other}-{way}",
        lesson="02",
        covers=("R7",),
        difficulty=3,
        prompt=(
            f"A firewall lets in TCP to port {port} of a server and drops the rest without a word. "
            f"The server moves to {other}, and {rule}. A client calls {calls}. What does it see?"
        ),
        explanation=(
            "A call must pass the firewall, which goes by the number, and then find a program at "
            "that number. Each of the two can be missing by itself."
        ),
        reference="RFC 9293 section 3.10.7.1; RFC 9293 section 3.8.1",
        origin={"trace": as_dicts(trace)},
    )
