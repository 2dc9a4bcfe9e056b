"""The link layers that are looked through here, against scapy's own dissection."""

from typing import Literal

import pytest
import scapy.layers.all  # noqa: F401
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.config import conf
from scapy.contrib.mpls import MPLS
from scapy.layers.dot11 import Dot11, RadioTap
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import (
    ARP,
    LLC,
    SNAP,
    STP,
    CookedLinux,
    CookedLinuxV2,
    Dot1AD,
    Dot1Q,
    Dot3,
    Ether,
    Loopback,
    LoopbackOpenBSD,
)
from scapy.layers.ppp import HDLC, PPP, PPPoE
from scapy.packet import Packet as Layer
from scapy.packet import Raw

from portlab.packets import Packet
from portlab.trace.links import UnknownLinkType, find_ip
from tests.trace.files import HANDSHAKE, QUERY

ETHER = Ether(dst="02:00:00:00:00:01", src="02:00:00:00:00:02")
V4 = IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=1, dport=2) / b"four"
V6 = IPv6(src="2001:db8::1", dst="2001:db8::2") / TCP(sport=1, dport=2) / b"six"
QUICK = (0, 1, 12, 14, 101, 108, 113, 228, 229, 276)


def ip_bytes(link_type: int, frame: bytes) -> bytes | None:
    """The first IP packet in the frame after scapy, without what follows its length."""
    layer = conf.l2types.num2layer[link_type](frame)
    while layer and not isinstance(layer, IP | IPv6):
        layer = layer.payload
    if not layer:
        return None
    return layer.original[: layer.len if isinstance(layer, IP) else 40 + layer.plen]


def found_bytes(link_type: int, frame: bytes) -> bytes | None:
    found = find_ip(link_type, frame)
    return None if isinstance(found, str) else frame[found[0] : found[1]]


FRAMES = {
    "ethernet": (1, ETHER / V4),
    "ethernet, IPv6": (1, ETHER / V6),
    "one tag": (1, ETHER / Dot1Q(vlan=7) / V4),
    "two tags": (1, ETHER / Dot1AD(vlan=8) / Dot1Q(vlan=7) / V6),
    "PPPoE": (1, ETHER / PPPoE(sessionid=1) / PPP() / V4),
    "MPLS": (1, ETHER / MPLS(label=16, s=1) / V4),
    "SNAP": (1, Dot3(dst=ETHER.dst, src=ETHER.src) / LLC() / SNAP() / V4),
    "cooked": (113, CookedLinux() / V4),
    "cooked, IPv6": (113, CookedLinux() / V6),
    "cooked, tagged": (113, CookedLinux() / Dot1Q(vlan=7) / V4),
    "cooked 2": (276, CookedLinuxV2() / V4),
    "cooked 2, IPv6": (276, CookedLinuxV2() / V6),
    "BSD loopback": (0, Loopback() / V4),
    "OpenBSD loopback": (108, LoopbackOpenBSD() / V4),
    "raw": (101, V4),
    "raw, IPv6": (101, V6),
    "raw of Linux": (12, V4),
    "raw IPv4": (228, V4),
    "raw IPv6": (229, V6),
    "PPP": (9, PPP() / V4),
    "PPP with HDLC": (50, HDLC() / PPP() / V6),
    "Wi-Fi": (105, Dot11(type=2, addr1=ETHER.dst, addr2=ETHER.src) / LLC() / SNAP() / V4),
    "Wi-Fi, monitored": (
        127,
        RadioTap() / Dot11(type=2, addr1=ETHER.dst, addr2=ETHER.src) / LLC() / SNAP() / V6,
    ),
}


@pytest.mark.parametrize("name", FRAMES)
def test_the_packet_that_was_put_in_is_found(name: str) -> None:
    link_type, layers = FRAMES[name]
    packet = bytes(V6 if IPv6 in layers else V4)
    frame = bytes(layers)
    assert found_bytes(link_type, frame) == packet == ip_bytes(link_type, frame)
    # What a card appends is not the packet's.
    assert found_bytes(link_type, frame + b"padding") == packet


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        (ETHER / ARP(hwsrc=ETHER.src, psrc="192.0.2.1", hwdst=ETHER.dst), "ARP"),
        (ETHER / Dot1Q(vlan=1) / ARP(hwsrc=ETHER.src, psrc="192.0.2.1", hwdst=ETHER.dst), "ARP"),
        (Dot3(dst=ETHER.dst, src=ETHER.src) / LLC() / STP(), "802.3"),
        (Ether(dst=ETHER.dst, src=ETHER.src, type=0x88CC) / Raw(b"\0\0"), "LLDP"),
        (Ether(dst=ETHER.dst, src=ETHER.src, type=0x9999) / Raw(b"\0\0"), "Ether / Raw"),
    ],
)
def test_a_frame_without_a_packet_says_what_it_is(layers: Layer, said: str) -> None:
    found = find_ip(1, bytes(layers))
    assert isinstance(found, str)
    assert said in found
    assert ip_bytes(1, bytes(layers)) is None


tags = st.lists(st.tuples(st.sampled_from([0x8100, 0x88A8]), st.integers(0, 4095)), max_size=4)
kinds = st.one_of(
    st.sampled_from([0x0800, 0x86DD, 0x0806, 0x8864, 0x8847, 0x88E7, 0x05DC, 4]),
    st.integers(0, 0xFFFF),
)


@settings(deadline=None)
@given(tags, kinds, st.sampled_from(HANDSHAKE))
def test_ethernet_agrees_with_scapy_whatever_is_announced(
    tags: list[tuple[int, int]], kind: int, packet: Packet
) -> None:
    """Where scapy finds an IP packet, so do we, and nowhere else."""
    frame = bytes(12)
    for tag, number in tags:
        frame += tag.to_bytes(2, "big") + number.to_bytes(2, "big")
    frame += kind.to_bytes(2, "big") + (QUERY if kind == 0x86DD else packet).raw
    assert found_bytes(1, frame) == ip_bytes(1, frame)


@given(st.sampled_from(QUICK), st.binary(max_size=60))
def test_any_bytes_are_a_place_or_a_reason(link_type: int, frame: bytes) -> None:
    found = find_ip(link_type, frame)
    if isinstance(found, str):
        assert found
    else:
        start, end = found
        assert 0 <= start <= end <= len(frame)


@pytest.mark.parametrize("family", [10, 24, 28, 30])
@pytest.mark.parametrize("order", ["big", "little"])
def test_a_loopback_family_of_any_system(family: int, order: Literal["big", "little"]) -> None:
    """IPv6 on Linux, NetBSD, FreeBSD and macOS; scapy knows fewer."""
    frame = family.to_bytes(4, order) + bytes(V6)
    assert find_ip(0, frame) == (4, len(frame))


def test_tags_without_end() -> None:
    assert find_ip(1, bytes(12) + b"\x81\x00\0\0" * 1000) == "more than 8 VLAN tags"


def test_nobody_knows_every_link() -> None:
    with pytest.raises(UnknownLinkType):
        find_ip(147, bytes(40))
