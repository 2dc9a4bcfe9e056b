"""Which rule matches: one line of an access list decides about a packet.

The rules themselves decide, over the packet's bytes, and say what the others do not match.
"""

from random import Random

from portlab.host import written
from portlab.network.rules import Ports, Rule, bounds, deciding
from portlab.packets import Packet, Segment
from portlab.quiz.generated import access_list
from portlab.quiz.question import Choice, OneChoice

_NONE = "none of them: the deny at the end, which nobody writes"
_DONE = {"permit": "permitted", "deny": "denied"}


def which_rule(chance: Random, subject: str = "") -> OneChoice:
    """Which line of the list decides about the packet?"""
    trap, port, rules, packet = access_list.drawn(chance, subject)
    decided = deciding(rules, packet)
    place = len(rules) if decided is None else rules.index(decided)
    lines = [
        Choice(f"`{_numbered(n)} {rule}`", n == place, _why(rule, packet, n, place))
        for n, rule in enumerate(rules)
    ]
    last = "" if decided is None else f"That is asked last, and line {_numbered(place)} matches."
    return OneChoice(
        choices=(*lines, Choice(_NONE, decided is None, last)),  # not mixed: they are the list
        id=f"made-which-rule-{trap}-{port}",
        lesson="14",
        covers=("F1", "F10"),
        difficulty=3,
        prompt=(
            "These lines are an access list, read in the order of their numbers. A packet meets "
            f"it: {_in_words(packet)}. Which line decides?"
        ),
        explanation=(
            "No line matches, and behind the last one all is denied: so is this packet."
            if decided is None
            else f"Line {_numbered(place)} is the first that matches, so the packet is "
            f"{_DONE[decided.action]}. Nobody reads on."
        ),
        reference='Cisco, "IOS IP Configuration Guide", "Filtering IP Packets Using Access Lists"',
        origin={"rules": list(map(str, rules)), "packet": bytes(packet.raw).hex()},
    )


def _why(rule: Rule, packet: Packet, number: int, place: int) -> str:
    """Why the line at `number` does not decide; nothing for the one at `place`, which does."""
    missed = rule.misses(packet)
    if missed:
        return " ".join(_missed(name, rule, packet) for name in missed)
    if number == place:
        return ""
    return f"It matches too, but line {_numbered(place)} comes before it and has decided."


def _missed(name: str, rule: Rule, packet: Packet) -> str:
    match name:
        case "protocol":
            return f"It is about {rule.protocol.upper()}, and the packet is {packet.proto.upper()}."
        case "source":
            return f"It wants a packet from {_among(rule.source)}, and this is from {packet.src}."
        case "destination":
            return f"It wants a packet to {_among(rule.destination)}, and this is to {packet.dst}."
        case "source port":
            return _port(name, rule.source_port, packet.sport, packet.dport, "destination port")
        case "destination port":
            return _port(name, rule.destination_port, packet.dport, packet.sport, "source port")
    return "`established` wants ACK or RST, and this segment has neither."


def _among(addresses: str) -> str:
    first, last = bounds(addresses)
    return first if first == last else f"{first} to {last}"


def _port(name: str, asked: Ports, port: int | None, other: int | None, other_name: str) -> str:
    if isinstance(asked, tuple):
        return f"It wants {name}s {asked[0]} to {asked[1]}, and this is {port}."
    if asked == other:
        return f"It wants {name} {asked}. Here {asked} is the {other_name}."
    return f"It wants {name} {asked}, and this is {port}."


def _in_words(packet: Packet) -> str:
    source, target = (packet.src, packet.sport or 0), (packet.dst, packet.dport or 0)
    words = f"{packet.proto.upper()} from {written(source)} to {written(target)}"
    payload = packet.payload
    return f"{words}, flags {payload.flag_names}" if isinstance(payload, Segment) else words


def _numbered(place: int) -> int:
    """IOS counts its lines in tens, so that others fit between."""
    return 10 * (place + 1)
