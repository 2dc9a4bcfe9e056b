"""Every field of every header stands where Wireshark's own dissector sees it, with its value."""

import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

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
from portlab.trace.capture import save
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from portlab.views.headers.reading import read
from portlab.views.headers.shapes import Field, Headers, Part
from tests.packets import strategies
from tests.requires import needs

needs("tshark")

SWITCHES = (
    "ip.defragment:FALSE",
    "ipv6.defragment:FALSE",
    "tcp.relative_sequence_numbers:FALSE",
    "tcp.analyze_sequence_numbers:FALSE",
    "ip.check_checksum:TRUE",
    "tcp.check_checksum:TRUE",
    "udp.check_checksum:TRUE",
)
CONTROL_BITS = {"PSH": "push", "RST": "reset"}
OUR_NAMES = {
    "IPv4": {
        "Version": "ip.version",
        "IHL": "ip.hdr_len",
        "DSCP": "ip.dsfield.dscp",
        "ECN": "ip.dsfield.ecn",
        "Total Length": "ip.len",
        "Identification": "ip.id",
        "Reserved": "ip.flags.rb",
        "DF": "ip.flags.df",
        "MF": "ip.flags.mf",
        "Fragment Offset": "ip.frag_offset",
        "Time to Live": "ip.ttl",
        "Protocol": "ip.proto",
        "Header Checksum": "ip.checksum",
        "Source Address": "ip.src",
        "Destination Address": "ip.dst",
        "Copied": "ip.opt.type.copy",
        "Option Class": "ip.opt.type.class",
        "Option Number": "ip.opt.type.number",
        "Option Length": "ip.opt.len",
        "Option Data": "ip.opt.ra",
        "Pointer": "ip.opt.ptr",
        "Route Address": None,  # named by what the pointer says of it
        "Padding": None,
    },
    "IPv6": {
        "Version": "ipv6.version",
        "DSCP": "ipv6.tclass.dscp",
        "ECN": "ipv6.tclass.ecn",
        "Flow Label": "ipv6.flow",
        "Payload Length": "ipv6.plen",
        "Next Header": "ipv6.nxt",
        "Hop Limit": "ipv6.hlim",
        "Source Address": "ipv6.src",
        "Destination Address": "ipv6.dst",
    },
    "Fragment": {
        "Next Header": "ipv6.fraghdr.nxt",
        "Reserved": "ipv6.fraghdr.reserved_octet",
        "Fragment Offset": "ipv6.fraghdr.offset",
        "Res": "ipv6.fraghdr.reserved_bits",
        "M": "ipv6.fraghdr.more",
        "Identification": "ipv6.fraghdr.ident",
    },
    **{
        kind: {
            "Next Header": f"ipv6.{name}.nxt",
            "Hdr Ext Len": f"ipv6.{name}.len",
            "Pad1": "ipv6.opt.type",
            "Action": "ipv6.opt.type.action",
            "Change": "ipv6.opt.type.change",
            "Option Type": "ipv6.opt.type.rest",
            "Opt Data Len": "ipv6.opt.length",
            "Value": "ipv6.opt.router_alert",
            "Option Data": None,
            "Routing Type": "ipv6.routing.type",
            "Segments Left": "ipv6.routing.segleft",
            "Type-specific Data": None,
        }
        for kind, name in (
            ("Hop-by-Hop", "hopopts"),
            ("Destination", "dstopts"),
            ("Routing", "routing"),
        )
    },
    "TCP": {
        "Source Port": "tcp.srcport",
        "Destination Port": "tcp.dstport",
        "Sequence Number": "tcp.seq_raw",
        "Acknowledgment Number": "tcp.ack_raw",
        "Data Offset": "tcp.hdr_len",
        "Rsrvd": None,  # split in two there, the second for accurate ECN
        **{
            name: f"tcp.flags.{CONTROL_BITS.get(name, name.lower())}"
            for name in ("CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN")
        },
        "Window": "tcp.window_size_value",
        "Checksum": "tcp.checksum",
        "Urgent Pointer": "tcp.urgent_pointer",
        "Kind": "tcp.option_kind",
        "Length": "tcp.option_len",
        "Maximum Segment Size": "tcp.options.mss_val",
        "shift.cnt": "tcp.options.wscale.shift",
        "TS Value": "tcp.options.timestamp.tsval",
        "TS Echo Reply": "tcp.options.timestamp.tsecr",
        **{f"Left Edge {block}": "tcp.options.sack_le" for block in range(1, 5)},
        **{f"Right Edge {block}": "tcp.options.sack_re" for block in range(1, 5)},
        "Data": None,
        "Header Padding": None,  # an option of kind 0 for each byte there
    },
    "UDP": {
        "Source Port": "udp.srcport",
        "Destination Port": "udp.dstport",
        "Length": "udp.length",
        "Checksum": "udp.checksum",
    },
    "ICMP": {
        "Type": "icmp.type",
        "Code": "icmp.code",
        "Checksum": "icmp.checksum",
        "Identifier": "icmp.ident",
        "Sequence Number": "icmp.seq",
        "Next-Hop MTU": "icmp.mtu",
        "Gateway Internet Address": "icmp.redir_gw",
        "Length": "icmp.length",
        "Pointer": "icmp.pointer",
        "Unused": None,
        "Originate Timestamp": "icmp.originate_timestamp",
        "Receive Timestamp": "icmp.receive_timestamp",
        "Transmit Timestamp": "icmp.transmit_timestamp",
    },
    "ICMPv6": {
        "Type": "icmpv6.type",
        "Code": "icmpv6.code",
        "Checksum": "icmpv6.checksum",
        "Identifier": "icmpv6.echo.identifier",
        "Sequence Number": "icmpv6.echo.sequence_number",
        "Length": "icmpv6.length",
        "Unused": None,
        "MTU": "icmpv6.mtu",
        "Pointer": "icmpv6.pointer",
        "Reserved": None,
        "Target Address": "icmpv6.nd.ns.target_address",
        "Cur Hop Limit": "icmpv6.nd.ra.cur_hop_limit",
        "M": "icmpv6.nd.ra.flag.m",
        "O": "icmpv6.nd.ra.flag.o",
        "H": "icmpv6.nd.ra.flag.h",
        "Prf": "icmpv6.nd.ra.flag.prf",
        "Router Lifetime": "icmpv6.nd.ra.router_lifetime",
        "Reachable Time": "icmpv6.nd.ra.reachable_time",
        "Retrans Timer": "icmpv6.nd.ra.retrans_timer",
        "Source Link-Layer Address": "icmpv6.opt.src_linkaddr",
    },
}
"""Ours, by header, with Wireshark's; None where it has no field of the same bits."""

LEFT_OUT_IF_ZERO = ("icmp.length", "icmp.mtu", "icmpv6.length")

FROM_THE_TEXT = {"ip.version": 1, "ip.hdr_len": 4, "tcp.hdr_len": 4, "ipv6.version": 1}
"""Fields whose value there is the whole byte: what is shown, and its unit."""

HEADERS = ("ip", "ipv6", "tcp", "udp", "icmp", "icmpv6")

Seen = dict[tuple[str, int, int], int]
"""Number by Wireshark's name, first byte and size."""


def tshark(file: Path, packets: Sequence[Packet]) -> list[Seen]:
    save(Trace([Record(n, n, "recorded", "seen", p) for n, p in enumerate(packets, 1)]), file)
    command = ["tshark", "-n", "-r", str(file), "-T", "pdml"]
    for switch in SWITCHES:
        command += ["-o", switch]
    run = subprocess.run(command, capture_output=True, check=True)
    return [_seen(packet) for packet in ElementTree.fromstring(run.stdout).iter("packet")]


def _seen(packet: ElementTree.Element) -> Seen:
    seen: Seen = {}
    headers = [proto for proto in packet.iter("proto") if proto.get("name") in HEADERS]
    for field in (field for proto in headers for field in proto.iter("field")):
        name, value = field.get("name", ""), field.get("value")
        size = int(field.get("size", "0"))
        key = (name, int(field.get("pos", "0")), size)
        if name in FROM_THE_TEXT:
            seen[key] = int(field.get("show", "")) // FROM_THE_TEXT[name]
        elif value and size:
            with suppress(ValueError):  # "field length invalid!", it says of some options
                seen.setdefault(key, int(value, 16))
        elif name.endswith("checksum.status"):
            seen[key] = int(field.get("show", ""))
    return seen


def kind_of(part: Part) -> str:
    words = part.name.removeprefix("Quoted ").split()
    return words[0]


def disagreements(headers: Headers, seen: Seen) -> list[str]:
    found = []
    for part in headers.parts:
        names = OUR_NAMES[kind_of(part)] if part.is_header else {}
        for field in part.fields if part.is_header else ():
            name = names[field.name]
            if name is None:
                continue
            if field.group and name in ("icmpv6.type", "icmpv6.length"):
                name = name.replace("icmpv6.", "icmpv6.opt.")
            there = _there(seen, name, field)
            if there != headers.bits(field) and not (there is None and name in LEFT_OUT_IF_ZERO):
                near = {key: value for key, value in seen.items() if key[0] == name}
                found.append(f"{part.name}, {field.name}: {headers.bits(field)}, but {near}")
            if field.name == "Checksum" and (verdict := _verdict(field, name, part, seen)):
                found.append(verdict)
    return found


def _there(seen: Seen, name: str, field: Field) -> int | None:
    """The number that Wireshark has for just those bytes; of single bits, for bytes around them."""
    whole = field.start % 8 == 0 and field.width % 8 == 0
    for (other, first, size), number in seen.items():
        last = first + size - 1
        exact = (first, last) == (field.first_byte, field.last_byte)
        around = first <= field.first_byte and field.last_byte <= last and not whole
        if other == name and (exact or around):
            return number
    return None


def _verdict(field: Field, name: str, part: Part, seen: Seen) -> str | None:
    """Right (1) or wrong (0) there; whatever else there is nothing to compare with."""
    status = seen.get((f"{name}.status", field.first_byte, 0))
    if part.depth or status not in (0, 1) or "not checked" in field.value:
        return None
    if field.wrong != (status == 0):
        return f"{part.name}: the checksum is {field.value}, but {status} there"
    return None


def check(file: Path, packets: Sequence[Packet]) -> None:
    for packet, seen in zip(packets, tshark(file, packets), strict=True):
        assert disagreements(read(packet.raw), seen) == [], packet


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


WITH_PORTS = st.one_of(
    st.builds(
        Packet.build,
        strategies.ipv4_addresses,
        strategies.ipv4_addresses,
        st.one_of(strategies.segments, strategies.datagrams),
    ),
    st.builds(
        Packet.build,
        strategies.ipv6_addresses,
        strategies.ipv6_addresses,
        st.one_of(strategies.segments, strategies.datagrams),
    ),
)


@settings(max_examples=4, deadline=None, phases=(Phase.generate,))
@given(st.lists(WITH_PORTS, min_size=25, max_size=60))
def test_so_are_those_of_any_segment_and_datagram(
    tmp_path_factory: pytest.TempPathFactory, packets: list[Packet]
) -> None:
    check(tmp_path_factory.mktemp("any") / "any.pcapng", packets)
