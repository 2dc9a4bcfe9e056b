"""Byte for byte what scapy makes of the same fields, and field for field what it reads.

Both ways: portlab's bytes are scapy's, scapy reads the fields out of portlab's bytes, and portlab
reads the fields out of scapy's.
"""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers import inet, inet6
from scapy.packet import Packet as ScapyPacket
from scapy.packet import Raw

from portlab.packets import (
    ExtensionHeader,
    FragmentHeader,
    IcmpMessage,
    Icmpv6Message,
    Ipv4,
    Ipv6,
    Packet,
    Segment,
    UdpDatagram,
    packed,
)
from tests.packets import scapy_oracle
from tests.packets.strategies import (
    bits,
    data,
    datagrams,
    ipv4_addresses,
    ipv4_headers,
    ipv6_addresses,
    segments,
)

in_peace = settings(deadline=None)


@in_peace
@given(segments, ipv4_addresses, ipv4_addresses)
def test_tcp_over_ipv4(segment: Segment, src: str, dst: str) -> None:
    theirs = bytes(inet.IP(src=src, dst=dst, flags="DF", id=0) / scapy_oracle.transport(segment))
    ours = Packet.build(src, dst, segment)
    assert ours.raw == theirs
    _same_segment(inet.IP(ours.raw)[inet.TCP], segment)
    _reads(theirs, segment)


@in_peace
@given(segments, ipv6_addresses, ipv6_addresses)
def test_tcp_over_ipv6(segment: Segment, src: str, dst: str) -> None:
    theirs = bytes(inet6.IPv6(src=src, dst=dst) / scapy_oracle.transport(segment))
    ours = Packet.build(src, dst, segment)
    assert ours.raw == theirs
    _same_segment(inet6.IPv6(ours.raw)[inet.TCP], segment)
    _reads(theirs, segment)


@in_peace
@given(datagrams, ipv4_addresses, ipv4_addresses)
def test_udp_over_ipv4(datagram: UdpDatagram, src: str, dst: str) -> None:
    theirs = bytes(inet.IP(src=src, dst=dst, flags="DF", id=0) / scapy_oracle.transport(datagram))
    ours = Packet.build(src, dst, datagram)
    assert ours.raw == theirs
    _same_datagram(inet.IP(ours.raw)[inet.UDP], datagram)
    _reads(theirs, datagram)


@in_peace
@given(datagrams, ipv6_addresses, ipv6_addresses)
def test_udp_over_ipv6(datagram: UdpDatagram, src: str, dst: str) -> None:
    theirs = bytes(inet6.IPv6(src=src, dst=dst) / scapy_oracle.transport(datagram))
    ours = Packet.build(src, dst, datagram)
    assert ours.raw == theirs
    _same_datagram(inet6.IPv6(ours.raw)[inet.UDP], datagram)
    _reads(theirs, datagram)


@in_peace
@given(bits(16), bits(16), data, st.booleans())
def test_icmp_echo(identifier: int, sequence: int, payload: bytes, reply: bool) -> None:
    ours = IcmpMessage.echo(identifier, sequence, payload, reply=reply)
    theirs = inet.ICMP(type=0 if reply else 8, id=identifier, seq=sequence) / Raw(payload)
    assert ours.encode() == bytes(theirs)
    read = IcmpMessage.decode(bytes(theirs))
    assert (read.identifier, read.sequence, read.body[4:]) == (identifier, sequence, payload)
    assert inet.ICMP(ours.encode()).seq == sequence


@in_peace
@given(bits(16), bits(16), data, st.booleans(), ipv6_addresses, ipv6_addresses)
def test_icmpv6_echo(
    identifier: int, sequence: int, payload: bytes, reply: bool, src: str, dst: str
) -> None:
    message = Icmpv6Message.echo(identifier, sequence, payload, reply=reply)
    layer = inet6.ICMPv6EchoReply if reply else inet6.ICMPv6EchoRequest
    theirs = bytes(inet6.IPv6(src=src, dst=dst) / layer(id=identifier, seq=sequence, data=payload))
    ours = Packet.build(src, dst, message)
    assert ours.raw == theirs
    _reads(theirs, message)
    dissected = inet6.IPv6(ours.raw)[layer]
    assert (dissected.id, dissected.seq, dissected.data) == (identifier, sequence, payload)


@in_peace
@given(datagrams, ipv4_addresses, ipv4_addresses, st.integers(0, 15))
def test_icmp_errors(datagram: UdpDatagram, src: str, dst: str, code: int) -> None:
    """About a datagram that nobody took; scapy reads who had sent it out of portlab's quotation."""
    offending = Packet.build(src, dst, datagram)
    message = IcmpMessage.unreachable(offending.raw, code)
    assert message.encode() == bytes(inet.ICMP(type=3, code=code) / Raw(offending.raw))
    quoted = inet.ICMP(message.encode())[inet.UDPerror]
    assert (quoted.sport, quoted.dport) == (datagram.source_port, datagram.destination_port)

    exceeded = IcmpMessage.error(IcmpMessage.TIME_EXCEEDED, 0, offending.raw)
    assert exceeded.encode() == bytes(inet.ICMP(type=11, code=0) / Raw(offending.raw))


@in_peace
@given(bits(16), ipv4_addresses, ipv4_addresses)
def test_icmp_says_which_mtu_would_do(mtu: int, src: str, dst: str) -> None:
    offending = Packet.build(src, dst, UdpDatagram(1, 2, bytes(100))).raw
    ours = IcmpMessage.error(3, IcmpMessage.FRAGMENTATION_NEEDED, offending, rest=mtu)
    assert ours.encode() == bytes(inet.ICMP(type=3, code=4, nexthopmtu=mtu) / Raw(offending))


@in_peace
@given(segments, ipv6_addresses, ipv6_addresses, bits(3), bits(32))
def test_icmpv6_errors(segment: Segment, src: str, dst: str, code: int, mtu: int) -> None:
    offending = Packet.build(src, dst, segment).raw
    under = inet6.IPv6(src=dst, dst=src)
    unreachable = Icmpv6Message.unreachable(offending, code)
    theirs = bytes(under / inet6.ICMPv6DestUnreach(code=code) / Raw(offending))
    assert Packet.build(dst, src, unreachable).raw == theirs
    too_big = Icmpv6Message.error(Icmpv6Message.PACKET_TOO_BIG, 0, offending, rest=mtu)
    theirs = bytes(under / inet6.ICMPv6PacketTooBig(mtu=mtu) / Raw(offending))
    assert Packet.build(dst, src, too_big).raw == theirs
    quoted = inet6.IPv6(theirs)[inet.TCPerror]
    assert (quoted.sport, quoted.dport) == (segment.source_port, segment.destination_port)


@in_peace
@given(ipv4_headers, data)
def test_ipv4_headers(header: Ipv4, payload: bytes) -> None:
    theirs = bytes(scapy_oracle.ipv4(header) / Raw(payload))
    ours = header.encode(payload)
    assert ours == theirs
    dissected = inet.IP(ours)
    assert (dissected.src, dissected.dst) == (header.source_address, header.destination_address)
    assert (dissected.proto, dissected.ttl) == (header.protocol, header.time_to_live)
    assert (int(dissected.flags), dissected.frag) == (header.flags, header.fragment_offset)
    assert (dissected.tos, dissected.id) == (header.type_of_service, header.identification)
    read, rest = Ipv4.decode(theirs)
    assert replace(read, total_length=None, header_checksum=None) == header
    assert rest == payload


@st.composite
def routed_headers(draw: st.DrawFn) -> Ipv6:
    """The extension headers that scapy can be told to make byte for byte."""
    kinds = draw(st.permutations([0, 43, 60, 44]))[: draw(st.integers(0, 4))]
    chain = [*kinds, 253]  # for experiments: nobody takes the payload apart (RFC 3692)
    headers: list[ExtensionHeader | FragmentHeader] = []
    for kind, following in zip(kinds, chain[1:], strict=True):
        size = draw(st.sampled_from([6, 14, 22]))
        filling = bytes([0x1E, size - 2]) + draw(st.binary(min_size=size - 2, max_size=size - 2))
        if kind == 43:
            headers.append(ExtensionHeader(following, bytes([0, draw(bits(8)), 0, 0, 0, 0])))
        elif kind == 44:
            offset = draw(bits(13)) if following == 253 else 0
            rest = draw(st.tuples(st.booleans(), bits(32), bits(8), bits(2)))
            headers.append(FragmentHeader(following, offset, *rest))
        else:
            headers.append(ExtensionHeader(following, filling))
    addresses = draw(ipv6_addresses), draw(ipv6_addresses)
    numbers = draw(bits(8)), draw(bits(20))
    hop_limit = draw(bits(8))
    return Ipv6(*addresses, chain[0], *numbers, None, hop_limit, tuple(headers))


@in_peace
@given(routed_headers(), data)
def test_ipv6_headers(header: Ipv6, payload: bytes) -> None:
    theirs = bytes(scapy_oracle.ipv6(header) / Raw(payload))
    ours = header.encode(payload)
    assert ours == theirs
    dissected = inet6.IPv6(ours)
    # As bytes: scapy writes the last 32 bits of ::1:0 as the C library does, ::0.1.0.0.
    assert packed(dissected.src) == packed(header.source_address)
    assert packed(dissected.dst) == packed(header.destination_address)
    assert (dissected.tc, dissected.fl) == (header.traffic_class, header.flow_label)
    assert (dissected.nh, dissected.hlim) == (header.next_header, header.hop_limit)
    read, rest = Ipv6.decode(theirs)
    assert replace(read, payload_length=None) == header
    assert rest == payload


@in_peace
@given(routed_headers(), datagrams)
def test_a_checksum_behind_extension_headers(header: Ipv6, datagram: UdpDatagram) -> None:
    """The pseudo-header has the protocol behind them, and no length of theirs (RFC 8200 8.1)."""
    extensions = header.extensions
    if extensions:
        extensions = (*extensions[:-1], replace(extensions[-1], next_header=17))
        ours = replace(header, extensions=extensions)
    else:
        ours = replace(header, next_header=17)
    if ours.fragment_offset or ours.source_routed:
        return
    raw = ours.encode(datagram.encode(ours.source_address, ours.destination_address))
    assert raw == bytes(scapy_oracle.ipv6(ours) / scapy_oracle.transport(datagram))
    assert Packet(raw).checksum_ok is (None if ours.more_fragments else True)


def _same_segment(dissected: ScapyPacket, segment: Segment) -> None:
    """scapy, reading portlab's bytes, finds the fields of `segment`."""
    assert (dissected.sport, dissected.dport) == (segment.source_port, segment.destination_port)
    assert (dissected.seq, dissected.ack) == (segment.seq, segment.ack)
    assert int(dissected.flags) & 0xFF == segment.flags
    assert dissected.reserved << 1 | int(dissected.flags) >> 8 == segment.reserved
    assert (dissected.window, dissected.urgptr) == (segment.window, segment.urgent_pointer)
    assert bytes(dissected.payload) == segment.payload
    found = [each for each in dissected.options if each[0] != "EOL"]
    assert found == [scapy_oracle.option(each) for each in segment.options]


def _same_datagram(dissected: ScapyPacket, datagram: UdpDatagram) -> None:
    """scapy, reading portlab's bytes, finds the fields of `datagram`."""
    assert (dissected.sport, dissected.dport) == (datagram.source_port, datagram.destination_port)
    assert dissected.len == 8 + len(datagram.payload)
    assert bytes(dissected.payload) == datagram.payload


def _reads(theirs: bytes, sent: Segment | UdpDatagram | Icmpv6Message) -> None:
    """portlab, reading scapy's bytes, finds what was sent, with right checksums."""
    packet = Packet.decode(theirs)
    payload = packet.payload
    assert not isinstance(payload, bytes)
    computed = {"checksum": None, "length": None}
    if not isinstance(payload, UdpDatagram):
        del computed["length"]
    assert replace(payload, **computed) == sent
    assert packet.checksum_ok is True
