"""The IPv4 and IPv6 headers: lengths that lie, fragments, extension headers."""

import pytest

from portlab.errors import AddressError, PacketError
from portlab.packets import (
    DONT_FRAGMENT,
    MORE_FRAGMENTS,
    ExtensionHeader,
    FragmentHeader,
    Ipv4,
    Ipv6,
    Packet,
    UdpDatagram,
)

V4 = "10.0.0.1", "10.0.0.2"
V6 = "fd00::1", "fd00::2"
HELLO4 = UdpDatagram(1000, 2000, b"hello").encode(*V4)
HELLO6 = UdpDatagram(1000, 2000, b"hello").encode(*V6)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"protocol": 256}, "protocol=256"),
        ({"type_of_service": -1}, "type_of_service=-1"),
        ({"total_length": 65536}, "total_length=65536"),
        ({"identification": "one"}, "identification='one'"),
        ({"flags": 8}, "flags=8"),
        ({"fragment_offset": 8192}, "fragment_offset=8192"),
        ({"time_to_live": 256}, "time_to_live=256"),
        ({"header_checksum": -1}, "header_checksum=-1"),
        ({"options": b"\x01"}, "options of 1 bytes"),
        ({"options": bytes(44)}, "options of 44 bytes"),
        ({"options": "none"}, "options='none'"),
    ],
)
def test_what_no_ipv4_header_can_carry(fields: dict[str, object], named: str) -> None:
    with pytest.raises(PacketError, match=f"Ipv4 cannot have {named}"):
        Ipv4(*V4, **{"protocol": 17, **fields})


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"next_header": -1}, "next_header=-1"),
        ({"traffic_class": 256}, "traffic_class=256"),
        ({"flow_label": 1 << 20}, "flow_label=1048576"),
        ({"payload_length": 65536}, "payload_length=65536"),
        ({"hop_limit": None}, "hop_limit=None"),
        (
            {"extensions": (ExtensionHeader(17, bytes(6)),)},
            "ExtensionHeader.* after next_header=17",
        ),
        (
            {"next_header": 44, "extensions": (ExtensionHeader(17, bytes(6)),)},
            "ExtensionHeader.* after next_header=44",
        ),
        (
            {"next_header": 0, "extensions": (FragmentHeader(17, 0, False, 1),)},
            "FragmentHeader.* after next_header=0",
        ),
    ],
)
def test_what_no_ipv6_header_can_carry(fields: dict[str, object], named: str) -> None:
    with pytest.raises(PacketError, match=f"Ipv6 cannot have {named}"):
        Ipv6(*V6, **{"next_header": 17, **fields})


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"next_header": 256}, "next_header=256"),
        ({"fragment_offset": 8192}, "fragment_offset=8192"),
        ({"more_fragments": 2}, "more_fragments=2"),
        ({"identification": 1 << 32}, "identification=4294967296"),
        ({"reserved": 256}, "reserved=256"),
        ({"res": 4}, "res=4"),
        ({"res": "x"}, "res='x'"),
    ],
)
def test_what_no_fragment_header_can_carry(fields: dict[str, object], named: str) -> None:
    right = {"next_header": 17, "fragment_offset": 0, "more_fragments": False, "identification": 1}
    with pytest.raises(PacketError, match=f"FragmentHeader cannot have {named}"):
        FragmentHeader(**{**right, **fields})


@pytest.mark.parametrize("size", [0, 5, 7, 8, 2054])
def test_an_extension_header_fills_units_of_eight(size: int) -> None:
    with pytest.raises(PacketError, match=f"data of {size} bytes"):
        ExtensionHeader(17, bytes(size))


def test_addresses_of_one_family() -> None:
    for header in (Ipv4(V4[0], V6[0], 17), Ipv4(V6[0], V6[1], 17)):
        with pytest.raises(PacketError, match="both addresses must be IPv4"):
            header.encode(b"")
    with pytest.raises(PacketError, match="both addresses must be IPv6"):
        Ipv6(V6[0], V4[0], 17).encode(b"")
    with pytest.raises(AddressError, match="'server' is not an address"):
        Ipv4("server", V4[0], 17).encode(b"")


@pytest.mark.parametrize("size", [1, 19])
def test_too_short_for_an_ipv4_header(size: int) -> None:
    with pytest.raises(PacketError, match=f"No IPv4 packet: {size} bytes"):
        Packet.decode(Ipv4(*V4, 17).encode(HELLO4)[:size])


@pytest.mark.parametrize("size", [1, 39])
def test_too_short_for_an_ipv6_header(size: int) -> None:
    with pytest.raises(PacketError, match=f"No IPv6 packet: {size} bytes"):
        Packet.decode(Ipv6(*V6, 17).encode(HELLO6)[:size])


@pytest.mark.parametrize("words", [0, 1, 4, 15])
def test_a_bogus_ipv4_header_length(words: int) -> None:
    raw = Ipv4(*V4, 17).encode(HELLO4)
    with pytest.raises(PacketError, match=f"header length says {4 * words} bytes"):
        Packet.decode(bytes([0x40 | words]) + raw[1:])


@pytest.mark.parametrize("length", [1, 19])
def test_a_total_length_less_than_the_header(length: int) -> None:
    with pytest.raises(PacketError, match=f"total length says {length} bytes"):
        Packet.decode(Ipv4(*V4, 17, total_length=length).encode(HELLO4))


def test_each_reads_its_own_version() -> None:
    v4, v6 = Ipv4(*V4, 17).encode(bytes(40)), Ipv6(*V6, 17).encode(HELLO6)
    with pytest.raises(PacketError, match="version is 6"):
        Ipv4.decode(v6)
    with pytest.raises(PacketError, match="version is 4"):
        Ipv6.decode(v4)


def test_an_ipv4_payload_too_large() -> None:
    with pytest.raises(PacketError, match=r"payload of 65516 bytes.*65,515"):
        Ipv4(*V4, 17).encode(bytes(65516))
    with pytest.raises(PacketError, match="payload of 65536 bytes"):
        Ipv6(*V6, 17).encode(bytes(65536))


def test_extension_headers_are_walked() -> None:
    header = Ipv6(
        *V6,
        next_header=0,
        extensions=(
            ExtensionHeader(43, bytes(6)),
            ExtensionHeader(60, bytes(14)),
            ExtensionHeader(44, bytes(6)),
            FragmentHeader(17, 0, False, 99),
        ),
    )
    packet = Packet.decode(header.encode(HELLO6))
    assert isinstance(packet.ip, Ipv6)
    assert packet.ip.extensions == header.extensions
    assert packet.ip.header_length == 40 + 8 + 16 + 8 + 8
    assert (packet.proto, packet.sport, packet.dport) == ("udp", 1000, 2000)
    assert packet.checksum_ok is True


@pytest.mark.parametrize("kind", [0, 43, 60])
def test_an_extension_header_longer_than_the_packet(kind: int) -> None:
    raw = Ipv6(*V6, kind).encode(bytes([17, 200]) + bytes(30))
    with pytest.raises(PacketError, match=f"extension header {kind} needs 1608 bytes"):
        Packet.decode(raw)
    with pytest.raises(PacketError, match=f"extension header {kind} needs 8 bytes"):
        Packet.decode(Ipv6(*V6, kind).encode(b"\x11"))


def test_a_snap_length_within_extension_headers() -> None:
    extension = ExtensionHeader(60, bytes(6)), ExtensionHeader(17, bytes(22))
    raw = Ipv6(*V6, 0, extensions=extension).encode(HELLO6)
    packet = Packet.decode(raw[: 40 + 8 + 10])
    assert packet.truncated
    assert (packet.proto, packet.payload) == ("60", raw[48:58])
    assert packet.flow == ("60", "fd00::1", None, "fd00::2", None)


def test_no_next_header_means_nothing_follows() -> None:
    """RFC 8200 4.7; bytes behind it are Ethernet's padding."""
    packet = Packet.decode(Ipv6(*V6, 59).encode(b"") + bytes(6))
    assert (packet.proto, packet.payload, packet.truncated) == ("59", b"", False)


def test_only_the_first_ipv4_fragment_has_ports() -> None:
    whole = UdpDatagram(1000, 2000, bytes(32)).encode(*V4)
    first = Packet.decode(Ipv4(*V4, 17, identification=5, flags=MORE_FRAGMENTS).encode(whole[:24]))
    later = Packet.decode(Ipv4(*V4, 17, identification=5, fragment_offset=3).encode(whole[24:]))
    assert (first.sport, first.dport, first.checksum_ok) == (1000, 2000, None)
    assert isinstance(first.payload, UdpDatagram)
    assert (first.payload.length, len(first.payload.payload)) == (40, 16)
    assert (later.sport, later.dport, later.checksum_ok) == (None, None, None)
    assert later.payload == whole[24:]
    assert str(first.ip).endswith("fragment at 0, more follow")
    assert str(later.ip).endswith("fragment at 24, the last")
    assert str(later) == "10.0.0.1 > 10.0.0.2 udp fragment at 24 len 16"


def test_only_the_first_ipv6_fragment_has_ports() -> None:
    whole = UdpDatagram(1000, 2000, bytes(32)).encode(*V6)
    fragment = FragmentHeader(17, 0, True, 5), FragmentHeader(17, 3, False, 5)
    first = Packet.decode(Ipv6(*V6, 44, extensions=fragment[:1]).encode(whole[:24]))
    later = Packet.decode(Ipv6(*V6, 44, extensions=fragment[1:]).encode(whole[24:]))
    assert (first.sport, first.dport, first.checksum_ok) == (1000, 2000, None)
    assert (later.sport, later.dport, later.checksum_ok) == (None, None, None)
    assert later.payload == whole[24:]
    assert str(first.ip).endswith("fragment at 0, more follow")
    assert str(later.ip).endswith("fragment at 24, the last")


def test_the_middle_of_a_datagram_is_not_read_as_a_header() -> None:
    """What was cut up began with destination options; a later fragment has none (RFC 8200 4.5)."""
    fragment = FragmentHeader(60, 3, False, 5)
    packet = Packet.decode(Ipv6(*V6, 44, extensions=(fragment,)).encode(b"\x11\xffmiddle"))
    assert isinstance(packet.ip, Ipv6)
    assert packet.ip.extensions == (fragment,)
    assert (packet.proto, packet.payload) == ("60", b"\x11\xffmiddle")


def test_a_first_fragment_too_short_for_the_header() -> None:
    raw = Ipv4(*V4, 6, flags=MORE_FRAGMENTS).encode(bytes([0, 80, 0, 81, 0, 0, 0, 0]))
    packet = Packet.decode(raw)
    assert packet.flow == ("tcp", "10.0.0.1", 80, "10.0.0.2", 81)
    assert packet.payload == raw[20:]


def test_a_source_route_leaves_the_checksum_open() -> None:
    """The checksum was made for the last stop, which the header need not show."""
    for options in (b"\x01\x83\x07\x04\x0a\x00\x00\x03", b"\x89\x07\x04\x0a\x00\x00\x03\x00"):
        raw = Ipv4(*V4, 17, options=options).encode(HELLO4)
        assert Packet(raw).checksum_ok is None
    ended = b"\x94\x04\x00\x00\x00\x83\x83\x83"
    assert Packet(Ipv4(*V4, 17, options=ended).encode(HELLO4)).checksum_ok is True
    for left, ok in ((1, None), (0, True)):
        routing = ExtensionHeader(17, bytes([0, left, 0, 0, 0, 0]))
        assert Packet(Ipv6(*V6, 43, extensions=(routing,)).encode(HELLO6)).checksum_ok is ok


def test_a_learner_reads_a_header() -> None:
    assert str(Ipv4(*V4, 6, flags=DONT_FRAGMENT)) == "10.0.0.1 > 10.0.0.2 proto 6 ttl 64 id 0 DF"
