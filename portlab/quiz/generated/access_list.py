"""An access list, and a packet that meets it.

Most lines are near misses, each with one thing that is not the packet's: what is mixed up when
somebody writes or reads such a list at night.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from portlab.network.rules import Rule
from portlab.packets import ACK, PSH, SYN, Packet, Payload, Segment, UdpDatagram
from portlab.quiz.generated.distractors import pick
from portlab.quiz.generated.subjects import UnknownSubject
from portlab.services import catalogue

_NOT_ASKED = (20, 67, 68)
"""FTP's data connections go the other way, and who asks DHCP has no address yet."""
_SILENT = (69, 162, 514)
"""From here no answer comes: TFTP's has another port, and traps and logs have none."""


def drawn(chance: Random, subject: str = "") -> tuple[str, int, list[Rule], Packet]:
    """What can be mixed up, the service's port, the list, and the packet.

    `subject` is the first two as an id ends with them: the same again, with other lines.
    """
    wanted, _, port = subject.rpartition("-")
    if wanted not in ("", "turn", "implicit", *_MISSES):
        raise UnknownSubject(subject)
    size = 4 + int(chance.random() * 2)
    # Each line decides as often as another, and the deny at the end as often as a line.
    place = _between(chance, 0, size)
    if wanted:
        place = {"turn": 0, "implicit": size}.get(wanted, _between(chance, 1, size - 1))
    trap = wanted or {0: "turn", size: "implicit"}.get(place) or pick(chance, tuple(_MISSES))
    scene = Scene.drawn(chance, port, opens=trap == "established")
    names = [name for name in _MISSES if scene.opens or name != "established"]
    names.sort(key=lambda name: (name != trap, chance.random()))
    near = [scene.rule(chance, _action(chance), _MISSES[name](scene, chance)) for name in names]
    # One of two that match decides. The other says the opposite, and never gets its turn.
    pair = [pick(chance, ways)(scene, chance) for ways in (_WIDE, _NARROW)]
    if trap != "turn" and chance.random() < 0.5:
        pair.reverse()
    action = _action(chance)
    decider = scene.rule(chance, action, pair[0])
    later = scene.rule(chance, "deny" if action == "permit" else "permit", pair[1])
    rules = [*near[:place], decider, *near[place : size - 2], later][:size]
    return trap, scene.port, rules, scene.packet(chance)


@dataclass(frozen=True, slots=True)
class Scene:
    """A client and a server, and a packet of one of them. Of UDP, `flags` are 0."""

    protocol: str
    client: tuple[int, ...]
    server: int
    port: int
    lent: int
    flags: int
    replies: bool

    @classmethod
    def drawn(cls, chance: Random, port: str, *, opens: bool) -> "Scene":
        transports = ("tcp",) if opens else ("tcp", "udp")
        there = [(over, number) for over in transports for number in _ports(over)]
        there = [one for one in there if port in ("", str(one[1]))]
        if not there:
            raise UnknownSubject(port)
        over, number = pick(chance, there)
        replies = not opens and number not in _SILENT and chance.random() < 0.4
        flags = pick(chance, (SYN | ACK, ACK, PSH | ACK) if replies else (SYN, SYN, ACK, PSH | ACK))
        return cls(
            protocol=over,
            client=(10, *(_between(chance, 2, 250) for _ in range(3))),
            server=_between(chance, 2, 250),
            port=number,
            lent=_between(chance, 49152, 65535),
            flags=(SYN if opens else flags) if over == "tcp" else 0,
            replies=replies,
        )

    @property
    def opens(self) -> bool:
        return self.flags == SYN

    def packet(self, chance: Random) -> Packet:
        ends = [(_text(self.client), self.lent), (f"192.0.2.{self.server}", self.port)]
        (source, sport), (target, dport) = reversed(ends) if self.replies else ends
        data = bytes(_between(chance, 10, 200)) if not self.flags or self.flags & PSH else b""
        payload: Payload = UdpDatagram(sport, dport, data)
        if self.protocol == "tcp":
            seq = chance.getrandbits(32)
            ack = chance.getrandbits(32) if self.flags & ACK else 0
            payload = Segment(sport, dport, seq, ack, flags=self.flags, payload=data)
        return Packet.build(source, target, payload)

    def network(self, bits: int, *, beside: bool = False) -> str:
        """The network of that many bits that the client is in, or the one beside it."""
        number = int.from_bytes(bytes(self.client), "big") >> (32 - bits) ^ beside
        return f"{_text((number << 32 - bits).to_bytes(4, 'big'))}/{bits}"

    def rule(self, chance: Random, action: Any, changes: dict[str, Any]) -> Rule:
        """The line that says the packet, but for `changes`."""
        asked: dict[str, Any] = {
            "protocol": self.protocol,
            "client": self.network(pick(chance, (22, 23, 24, 24, 24, 26, 27))),
            "server": f"192.0.2.{self.server}",
            "port": self.port,
            "lent": None,
            "established": False,
        } | changes
        ends = [(asked["client"], asked["lent"]), (asked["server"], asked["port"])]
        (source, sport), (target, dport) = reversed(ends) if self.replies else ends
        return Rule(
            action,
            asked["protocol"],
            source,
            target,
            source_port=sport,
            destination_port=dport,
            established=asked["established"],
        )


_Change = Callable[[Scene, Random], dict[str, Any]]
"""What makes a line another than the one that says just the packet."""


def _from_beside(scene: Scene, chance: Random) -> dict[str, Any]:
    return {"client": scene.network(pick(chance, (24, 25, 26, 27)), beside=True)}


def _other_server(scene: Scene, chance: Random) -> dict[str, Any]:
    return {"server": f"192.0.2.{scene.server ^ _between(chance, 1, 3)}"}


def _neighbour(scene: Scene, chance: Random) -> dict[str, Any]:
    return {"port": pick(chance, _by_nearness(scene)[:3])}


def _other_service(scene: Scene, chance: Random) -> dict[str, Any]:
    return {"port": pick(chance, _by_nearness(scene)[3:])}


def _ends_before(scene: Scene, chance: Random) -> dict[str, Any]:
    lower, higher = _around(scene)
    return {"port": (lower[-2], scene.port - 1) if lower[1:] else (scene.port + 1, higher[1])}


_MISSES: dict[str, _Change] = {
    "protocol": lambda scene, _: {"protocol": "udp" if scene.protocol == "tcp" else "tcp"},
    "side": lambda scene, _: {"port": None, "lent": scene.port},
    "network": _from_beside,
    "server": _other_server,
    "neighbour": _neighbour,
    "service": _other_service,
    "range": _ends_before,
    "established": lambda *_: {"established": True},
}
"""By what is mixed up; `established` only misses the segment that opens a conversation."""


def _under_way(scene: Scene, chance: Random) -> dict[str, Any]:
    return {"client": "any", "server": "any"} | (
        {"port": None, "established": True} if scene.flags & ACK else {}
    )


def _in_range(scene: Scene, chance: Random) -> dict[str, Any]:
    lower, higher = _around(scene)
    return {"port": ([scene.port, *lower][-1], [*higher, scene.port][0])}


_WIDE: tuple[_Change, ...] = (
    _under_way,
    lambda *_: {"client": "any", "server": "any"},
    lambda *_: {"protocol": "ip", "server": "any", "port": None},
    lambda *_: {"protocol": "ip", "client": "any", "server": "any", "port": None},
)
_NARROW: tuple[_Change, ...] = (
    lambda *_: {},
    lambda scene, _: {"client": _text(scene.client)},
    _in_range,
)


def _action(chance: Random) -> str:
    return "permit" if chance.random() < 0.65 else "deny"


def _ports(transport: str) -> list[int]:
    """What everybody knows by heart, each number once."""
    known = [one for one in catalogue() if one.level == "by heart" and one.uses(transport)]
    return sorted({one.number for one in known if one.number not in _NOT_ASKED})


def _around(scene: Scene) -> tuple[list[int], list[int]]:
    """The lower ones and the higher ones."""
    known = _ports(scene.protocol)
    return [n for n in known if n < scene.port], [n for n in known if n > scene.port]


def _by_nearness(scene: Scene) -> list[int]:
    lower, higher = _around(scene)
    return sorted(lower + higher, key=lambda number: abs(number - scene.port))


def _between(chance: Random, first: int, last: int) -> int:
    return first + int(chance.random() * (last - first + 1))


def _text(octets: tuple[int, ...] | bytes) -> str:
    return ".".join(map(str, octets))
