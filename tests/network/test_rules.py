"""Rules decide as their printed lines read, and as Linux's nftables decides over the same bytes."""

import struct
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab.errors import AddressError, LabError, PacketError, PortError
from portlab.network.rules import Rule, bounds, deciding, written
from portlab.packets import (
    ACK,
    MORE_FRAGMENTS,
    RST,
    SYN,
    IcmpMessage,
    Ipv4,
    Packet,
    Segment,
    UdpDatagram,
    fragments,
)
from tests.oracle.access_list import Line, first_match, seen
from tests.requires import needs

CLIENT, SERVER = "10.1.2.57", "192.0.2.7"
WEB = Packet.build(CLIENT, SERVER, Segment(50000, 443, 1, flags=SYN))


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (Rule("deny"), "deny ip any any"),
        (Rule("deny", "icmp", "any", SERVER), "deny icmp any host 192.0.2.7"),
        (Rule("permit", "ip", "10.0.0.0/8"), "permit ip 10.0.0.0 0.255.255.255 any"),
        (Rule("permit", "ip", "0.0.0.0/0", "10.1.2.56/31"), "permit ip any 10.1.2.56 0.0.0.1"),
        (Rule("permit", "ip", "10.1.2.57/32"), "permit ip host 10.1.2.57 any"),
        (
            Rule("permit", "tcp", "10.1.2.0/26", "any", source_port=443, established=True),
            "permit tcp 10.1.2.0 0.0.0.63 eq 443 any established",
        ),
        (
            Rule("deny", "udp", destination_port=(137, 139), source_port=(0, 65535)),
            "deny udp any range 0 65535 any range 137 139",
        ),
    ],
)
def test_a_rule_prints_as_a_line_of_an_extended_access_list(rule: Rule, line: str) -> None:
    assert str(rule) == line


@pytest.mark.parametrize(
    ("rule", "missed"),
    [
        (Rule("permit", "tcp", "10.1.2.0/24", SERVER, destination_port=443), ()),
        (Rule("permit", "tcp", "10.1.2.0/26", destination_port=(443, 444)), ()),
        (Rule("permit", "udp", destination_port=443), ("protocol",)),
        (Rule("permit", "tcp", "10.1.3.0/24"), ("source",)),
        (Rule("permit", "tcp", "10.1.2.64/26"), ("source",)),
        (Rule("permit", "ip", "any", "192.0.2.8"), ("destination",)),
        (Rule("permit", "tcp", source_port=443), ("source port",)),
        (Rule("permit", "tcp", destination_port=(1, 442)), ("destination port",)),
        (Rule("permit", "tcp", established=True), ("established",)),
        (
            Rule("deny", "tcp", SERVER, CLIENT, source_port=443, destination_port=50000),
            ("source", "destination", "source port", "destination port"),
        ),
    ],
)
def test_what_a_line_misses_is_named(rule: Rule, missed: tuple[str, ...]) -> None:
    assert rule.misses(WEB) == missed
    assert rule.matches(WEB) == (not missed)


@pytest.mark.parametrize(("flags", "there"), [(SYN, 0), (SYN | ACK, 1), (ACK, 1), (RST, 1)])
def test_established_is_all_but_the_segment_that_opens(flags: int, there: int) -> None:
    packet = Packet.build(CLIENT, SERVER, Segment(50000, 443, 1, flags=flags))
    assert Rule("permit", "tcp", established=True).matches(packet) == bool(there)


def test_the_first_that_matches_decides_and_what_none_matches_has_none() -> None:
    narrow = Rule("deny", "tcp", CLIENT, destination_port=443)
    wide = Rule("permit", "tcp", destination_port=443)
    assert deciding([wide, narrow], WEB) is wide
    assert deciding([narrow, wide], WEB) is narrow
    assert deciding([Rule("permit", "udp")], WEB) is None
    assert deciding([], WEB) is None


# ---- fragments and other odd packets ------------------------------------------------------------


def test_only_the_first_fragment_has_ports_and_a_later_one_is_let_follow() -> None:
    large = Packet.build(CLIENT, SERVER, UdpDatagram(5000, 53, bytes(3000)), dont_fragment=False)
    first, *later = fragments(large, 1500)
    assert len(later) == 2
    dns, web = (Rule("permit", "udp", CLIENT, destination_port=port) for port in (53, 443))
    no_dns, nothing = Rule("deny", "udp", CLIENT, destination_port=53), Rule("deny", "udp")
    assert [rule.matches(first) for rule in (dns, web, no_dns, nothing)] == [
        True,
        False,
        True,
        True,
    ]
    for one in later:
        # Permitted on what can be seen; without its first fragment it is of no use to anybody.
        assert [rule.matches(one) for rule in (dns, web, nothing)] == [True, True, True]
        assert no_dns.misses(one) == ("destination port",)
        assert Rule("permit", "udp", SERVER, destination_port=53).misses(one) == ("source",)
        assert Rule("permit", "tcp", destination_port=53).misses(one) == ("protocol",)


@pytest.mark.parametrize(("size", "ports", "flags"), [(3, 0, 0), (4, 1, 0), (13, 1, 0), (14, 1, 1)])
def test_what_is_cut_before_its_ports_or_flags_matches_no_line_that_asks(
    size: int, ports: int, flags: int
) -> None:
    whole = Segment(50000, 443, 1, flags=ACK).encode(CLIENT, SERVER)
    tiny = Packet(Ipv4(CLIENT, SERVER, 6, flags=MORE_FRAGMENTS).encode(whole[:size]))
    assert Rule("permit", "tcp").matches(tiny)
    assert Rule("permit", "tcp", destination_port=443).matches(tiny) == bool(ports)
    assert Rule("permit", "tcp", established=True).matches(tiny) == bool(flags)
    # What the line put behind the packet is none of it.
    padded = Packet(tiny.raw + whole[size:])
    assert Rule("permit", "tcp", destination_port=443).matches(padded) == bool(ports)
    assert Rule("permit", "tcp", established=True).matches(padded) == bool(flags)


def test_a_segment_that_no_receiver_would_take_is_still_filtered_by_its_ports() -> None:
    damaged = bytearray(WEB.raw)
    damaged[32] = 0  # a TCP header of no bytes
    with pytest.raises(PacketError):
        Packet(bytes(damaged)).payload  # noqa: B018
    assert Rule("deny", "tcp", destination_port=443).matches(Packet(bytes(damaged)))


def test_a_list_for_ipv4_has_nothing_to_say_to_ipv6() -> None:
    packet = Packet.build("fd00::1", "fd00::2", Segment(50000, 443, 1, flags=SYN))
    assert Rule("permit").misses(packet) == ("version",)
    assert deciding([Rule("permit")], packet) is None


def test_bytes_that_are_no_packet() -> None:
    with pytest.raises(PacketError):
        Rule("permit").matches(Packet(b""))


# ---- what is no rule -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda: Rule("allow"), LabError, "write 'permit' or 'deny'"),  # type: ignore[arg-type]
        (lambda: Rule("permit", "http"), LabError, "'ip' (any protocol)"),  # type: ignore[arg-type]
        (lambda: Rule("permit", "ip", destination_port=53), LabError, "belong to TCP and to UDP"),
        (lambda: Rule("permit", "icmp", source_port=53), LabError, "belong to TCP and to UDP"),
        (lambda: Rule("permit", "udp", established=True), LabError, "the flags of TCP"),
        (lambda: Rule("permit", "ip", "10.0.0.5/24"), LabError, "write '10.0.0.0/24' for all"),
        (lambda: Rule("permit", "ip", "10.0.0.0/33"), LabError, "names no IPv4 addresses"),
        (lambda: Rule("permit", "ip", "10.0.0.0/"), LabError, "names no IPv4 addresses"),
        (lambda: Rule("permit", "ip", "any", "10.0.0.0/x"), LabError, "names no IPv4 addresses"),
        (lambda: Rule("permit", "ip", "fd00::1"), LabError, "names no IPv4 addresses"),
        (lambda: Rule("permit", "ip", "server"), AddressError, "is not an address"),
        (lambda: Rule("permit", "ip", None), AddressError, "is not an address"),  # type: ignore[arg-type]
        (lambda: Rule("permit", "tcp", destination_port=65536), PortError, "65536 is not a port"),
        (lambda: Rule("permit", "tcp", source_port=True), PortError, "True is not a port"),
        (lambda: Rule("permit", "tcp", source_port=(21, 20)), LabError, "write its lowest"),
        (lambda: Rule("permit", "tcp", source_port=("a", 2)), PortError, "not a port"),  # type: ignore[arg-type]
        (lambda: Rule("permit", "tcp", source_port=(1, 2, 3)), LabError, "no range"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_a_remedy(make: Any, error: type, said: str) -> None:
    with pytest.raises(error) as raised:
        make()
    assert said in str(raised.value)


# ---- any rule, any packet ------------------------------------------------------------------------


def any_list(chance: Random) -> list[Rule]:
    """Up to five rules out of few values, so that they match often enough."""
    return [_any_rule(chance) for _ in range(chance.randint(1, 5))]


def _any_rule(chance: Random) -> Rule:
    protocol: Any = chance.choice(["ip", "icmp", "tcp", "udp", "tcp", "udp"])
    asked: dict[str, Any] = {}
    if protocol in ("tcp", "udp"):
        for name in ("source_port", "destination_port"):
            asked[name] = chance.choice([None, None, 53, 443, (0, 1023), (53, 443), (443, 65535)])
    if protocol == "tcp":
        asked["established"] = chance.random() < 0.3
    action: Any = chance.choice(["permit", "deny"])
    return Rule(action, protocol, _any_block(chance), _any_block(chance), **asked)


def _any_block(chance: Random) -> str:
    bits = chance.randint(0, 32)
    number = int.from_bytes(bytes(map(int, _any_address(chance).split("."))), "big")
    first = number >> 32 - bits << 32 - bits
    return chance.choice(["any", f"{'.'.join(map(str, first.to_bytes(4, 'big')))}/{bits}"])


def _any_address(chance: Random) -> str:
    return chance.choice(["10.1.2.57", "10.1.2.130", "10.1.3.57", "192.0.2.7"])


def any_packet(chance: Random) -> bytes:
    """A whole packet or a fragment of one, with or without options, cut short or damaged.

    Bytes of the line behind it (Ethernet fills up small frames) are none of its own.
    """
    ports = [chance.choice([53, 443, 1023, 50000]) for _ in range(2)]
    protocol = chance.choice([6, 6, 6, 17, 17, 1, 47])
    carried = {
        6: struct.pack("!HHIIBBHHH", *ports, 1, 2, 80, chance.randrange(256), 9, 0, 0),
        17: struct.pack("!HHHH", *ports, 8, 0),
        1: IcmpMessage.echo(7, 1, b"ping").encode(),
        47: bytes(range(20)),
    }[protocol]
    if chance.random() < 0.3:
        carried = carried[: chance.randrange(len(carried))]
    return Ipv4(
        _any_address(chance),
        _any_address(chance),
        protocol,
        flags=chance.choice([0, 0, MORE_FRAGMENTS]),
        fragment_offset=chance.choice([0, 0, 0, 1, 100]),
        options=chance.choice([b"", b"", b"\1\1\1\0"]),
    ).encode(carried) + chance.choice([b"", b"", b"\1\xbb\0\x35\x10\x10"])


def place(rules: list[Rule], raw: bytes) -> int:
    """Of the rule that decides; behind the last one for none."""
    decided = deciding(rules, Packet(raw))
    return len(rules) if decided is None else rules.index(decided)


@given(st.randoms(use_true_random=False))
def test_rules_decide_as_their_printed_lines_read(chance: Random) -> None:
    rules, raw = any_list(chance), any_packet(chance)
    lines = [Line.read(str(rule)) for rule in rules]
    assert place(rules, raw) == first_match(lines, seen(raw))
    for rule, line in zip(rules, lines, strict=True):
        assert list(rule.misses(Packet(raw))) == line.differs_in(seen(raw))
        assert bounds(rule.source) == (str(line.source[0]), str(line.source[-1]))
        assert written(rule.destination) in str(rule)


def test_rules_decide_as_nftables_does() -> None:
    needs("kernel")
    needs("nft")
    from tests.oracle.nftables import first_matches

    chance = Random(14)
    cases = [(any_list(chance), any_packet(chance)) for _ in range(600)]
    told = first_matches([[str(one) for one in rules] for rules, _ in cases], [c[1] for c in cases])
    assert told == [place(rules, raw) for rules, raw in cases]
    by_end = [len(rules) == where for (rules, _), where in zip(cases, told, strict=True)]
    assert 100 < by_end.count(True) < 500
