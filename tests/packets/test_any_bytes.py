"""Whatever a capture holds: a packet, or a PacketError that says what is wrong. Nothing else."""

from dataclasses import replace

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from portlab.errors import PacketError
from portlab.packets import Icmpv6Message, Ipv4, Ipv6, Packet, Segment, UdpDatagram
from tests.packets.strategies import (
    any_bytes,
    ipv4_addresses,
    ipv6_addresses,
    ipv6_headers,
    messages,
    mutated,
    packets,
    segments,
    v6_messages,
)

thorough = settings(deadline=None, max_examples=400)


def encoded_again(packet: Packet) -> bytes:
    """Every layer of `packet` written again from what was read."""
    payload = packet.payload
    if not isinstance(payload, bytes):
        payload = payload.encode(packet.src, packet.dst)
    return packet.ip.encode(payload)


def holds_nothing_unread(packet: Packet) -> bool:
    """Are there no bytes outside the lengths that the headers give, and none missing?"""
    if packet.ip.packet_length not in (None, len(packet.raw)):
        return False
    payload = packet.payload
    if isinstance(payload, UdpDatagram):
        behind = len(packet.raw) - packet.ip.header_length
        return payload.length == 0 or len(payload.payload) + 8 == behind
    return True


@thorough
@given(any_bytes)
def test_any_bytes_are_a_packet_or_a_packet_error(raw: bytes) -> None:
    try:
        packet = Packet.decode(raw)
    except PacketError:
        event("PacketError")
        assert repr(Packet(raw)).startswith(f"<Packet of {len(raw)} bytes: No ")
        return
    event(packet.proto if not packet.proto.isdigit() else "other protocol")
    assert packet.checksum_ok in (True, False, None)
    assert packet.proto in str(packet).lower()
    assert packet.flow[1::2] == (packet.src, packet.dst)
    assert isinstance(packet.payload, bytes) or packet.payload.protocol == packet.ip.protocol
    assert all(port is None or 0 <= port <= 65535 for port in (packet.sport, packet.dport))
    if packet.quoted is not None:
        assert packet.quoted.raw in raw


@thorough
@given(mutated())
def test_encoding_what_was_decoded_gives_the_same_bytes(raw: bytes) -> None:
    try:
        packet = Packet.decode(raw)
    except PacketError:
        return
    if holds_nothing_unread(packet):
        event("compared")
        assert encoded_again(packet) == raw


@settings(deadline=None)
@given(packets)
def test_every_packet_made_is_read_and_written_again(packet: Packet) -> None:
    try:
        found = Packet.decode(packet.raw)
    except PacketError:
        # A made-up IP header may announce a protocol that its made-up payload is not.
        assert isinstance(Packet(packet.raw).ip, Ipv4 | Ipv6)
        return
    assert found == packet
    if holds_nothing_unread(found):
        assert encoded_again(found) == packet.raw


@settings(deadline=None)
@given(segments, ipv4_addresses, ipv4_addresses)
def test_a_segment_survives_the_wire(segment: Segment, src: str, dst: str) -> None:
    assert replace(Segment.decode(segment.encode(src, dst)), checksum=None) == segment


@settings(deadline=None)
@given(v6_messages, ipv6_addresses, ipv6_addresses)
def test_an_icmpv6_message_survives_the_wire(message: Icmpv6Message, src: str, dst: str) -> None:
    data = message.encode(src, dst)
    assert replace(Icmpv6Message.decode(data), checksum=None) == message
    assert Packet.build(src, dst, message).checksum_ok is True


@settings(deadline=None)
@given(messages, ipv4_addresses, ipv4_addresses)
def test_an_icmp_message_survives_the_wire(message: object, src: str, dst: str) -> None:
    packet = Packet.build(src, dst, message)
    assert replace(packet.payload, checksum=None) == message
    assert packet.checksum_ok is True


@settings(deadline=None)
@given(ipv6_headers(st.just(59)), st.binary(max_size=40))
def test_an_ipv6_header_survives_the_wire(header: Ipv6, payload: bytes) -> None:
    found, rest = Ipv6.decode(header.encode(payload))
    assert replace(found, payload_length=None) == header
    assert rest == payload


@settings(deadline=None)
@given(packets, st.data())
def test_one_flipped_bit_is_noticed(packet: Packet, data: st.DataObject) -> None:
    """The Internet checksum finds every single wrong bit in what it covers (RFC 1071 4)."""
    # Behind ports, lengths and TCP's data offset, so that the packet stays readable.
    first = packet.ip.header_length + 16
    assume(packet.proto in ("tcp", "icmp", "icmpv6") and first < len(packet.raw))
    assume(packet.checksum_ok)
    raw = bytearray(packet.raw)
    raw[data.draw(st.integers(first, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert Packet.decode(bytes(raw)).checksum_ok is False
