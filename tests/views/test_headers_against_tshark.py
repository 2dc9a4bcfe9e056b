"""Every field of each kind of header stands where Wireshark sees it: packets chosen one by one."""

import pytest

from portlab.packets import (
    ACK,
    SYN,
    ExtensionHeader,
    FragmentHeader,
    IcmpMessage,
    Icmpv6Message,
    Ipv4,
    Ipv6,
    MaximumSegmentSize,
    NoOperation,
    Packet,
    Sack,
    SackPermitted,
    Segment,
    Timestamps,
    UdpDatagram,
    WindowScale,
)
from portlab.views.headers.reading import read
from tests.requires import needs
from tests.views.wireshark import Seen, disagreements, tshark

needs("tshark")

V4, V6 = ("10.0.0.1", "10.0.0.2"), ("fd00::1", "fd00::2")
OPTIONS = (
    MaximumSegmentSize(1460),
    SackPermitted(),
    Timestamps(123456, 654321),
    NoOperation(),
    WindowScale(7),
)
BLOCKS = ((5000, 6000), (7000, 4294967295))
OFFENDING = Packet.build(*V4, UdpDatagram(50000, 9999, b"hello"))
OFFENDING_6 = Packet.build(*V6, Segment(50000, 80, seq=9, flags=SYN, options=OPTIONS))
NAMED = {
    "a SYN with every option": Packet.build(
        *V4, Segment(50000, 80, 4294967290, 0, SYN, 64240, OPTIONS)
    ),
    "SACK": Packet.build(
        *V6, Segment(80, 50000, 1, 5, ACK, 512, (NoOperation(), NoOperation(), Sack(BLOCKS)))
    ),
    "all flags": Packet.build(*V4, Segment(1, 65535, 1, 2, 0xFF, 0, (), b"data", 7)),
    "a wrong checksum": Packet.build(*V4, Segment(1, 2, 3, checksum=0x1234)),
    "UDP": OFFENDING,
    "UDP over IPv6": Packet.build(*V6, UdpDatagram(5353, 53, b"odd")),
    "UDP with a wrong checksum": Packet.build(*V6, UdpDatagram(5353, 53, b"odd", checksum=9)),
    "a router alert": Packet(
        Ipv4(*V4, 17, options=b"\x94\x04\x00\x00").encode(UdpDatagram(1, 2).encode(*V4))
    ),
    "a fragment": Packet(
        Ipv4(*V4, 17, flags=1, fragment_offset=185, identification=77).encode(bytes(32))
    ),
    "an IPv6 fragment": Packet(
        Ipv6(*V6, 44, extensions=(FragmentHeader(17, 185, True, 0xCAFE),)).encode(bytes(24))
    ),
    "hop-by-hop options": Packet(
        Ipv6(*V6, 0, extensions=(ExtensionHeader(17, b"\x05\x02\x00\x00\x01\x00"),)).encode(
            UdpDatagram(1, 2).encode(*V6)
        )
    ),
    "a route to record": Packet(
        Ipv4(*V4, 17, options=bytes.fromhex("010707040a0000fe")).encode(
            UdpDatagram(1, 2).encode(*V4)
        )
    ),
    "a routing header and destination options": Packet(
        Ipv6(
            *V6,
            60,
            extensions=(
                ExtensionHeader(43, b"\x00\x01\x03abc"),
                ExtensionHeader(17, bytes((4, 0)) + bytes(20)),
            ),
        ).encode(UdpDatagram(1, 2).encode(*V6))
    ),
    "neighbor solicitation": Packet.build(
        *V6, Icmpv6Message(135, 0, bytes(4) + b"\xfd" + bytes(15) + b"\x01\x01\x02abcde")
    ),
    "router advertisement": Packet.build(
        *V6, Icmpv6Message(134, 0, bytes.fromhex("40c00708000003e8000007d0"))
    ),
    "traffic class and flow label": Packet(
        Ipv6(*V6, 17, 0xBA, 0xABCDE).encode(UdpDatagram(1, 2).encode(*V6))
    ),
    "echo": Packet.build(*V4, IcmpMessage.echo(7, 300, b"ping")),
    "echo over IPv6": Packet.build(*V6, Icmpv6Message.echo(7, 300, b"ping", reply=True)),
    "port unreachable": Packet.build(*V4, IcmpMessage.unreachable(OFFENDING.raw)),
    "port unreachable over IPv6": Packet.build(*V6, Icmpv6Message.unreachable(OFFENDING_6.raw)),
    "fragmentation needed": Packet.build(
        *V4, IcmpMessage.error(3, 4, OFFENDING.raw[:28], rest=1400)
    ),
    "time exceeded": Packet.build(*V4, IcmpMessage.error(11, 0, OFFENDING.raw)),
    "redirect": Packet.build(*V4, IcmpMessage.error(5, 1, OFFENDING.raw, rest=0x0A0000FE)),
    "parameter problem": Packet.build(*V4, IcmpMessage.error(12, 0, OFFENDING.raw, rest=9 << 24)),
    "timestamps": Packet.build(
        *V4, IcmpMessage(14, 0, bytes.fromhex("00070001000003e8000007d000000bb8"))
    ),
    "packet too big": Packet.build(*V6, Icmpv6Message.error(2, 0, OFFENDING_6.raw, rest=1280)),
    "parameter problem over IPv6": Packet.build(
        *V6, Icmpv6Message.error(4, 1, OFFENDING_6.raw, rest=40)
    ),
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    file = tmp_path_factory.mktemp("named") / "named.pcapng"
    return dict(zip(NAMED, tshark(file, list(NAMED.values())), strict=True))


@pytest.mark.parametrize("name", NAMED)
def test_the_fields_are_where_wireshark_sees_them(name: str, seen: dict[str, Seen]) -> None:
    assert disagreements(read(NAMED[name].raw), seen[name]) == []


def test_and_a_wrong_checksum_is_found_by_both(seen: dict[str, Seen]) -> None:
    name = "a wrong checksum"
    (checksum,) = [
        field
        for part in read(NAMED[name].raw).parts
        for field in part.fields
        if field.name == "Checksum"
    ]
    assert checksum.wrong
    assert seen[name]["tcp.checksum.status", checksum.first_byte, 0] == 0
