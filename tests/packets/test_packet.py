"""Packets as they pass between nodes, and as captures hold them."""

import pytest

from portlab.errors import AddressError, PacketError
from portlab.packets import ACK, PSH, IcmpMessage, Ipv4, Ipv6, Packet, Reason, Segment, UdpDatagram

V4 = "10.0.0.1", "10.0.0.2"
V6 = "fd00::1", "fd00::2"
HELLO = Segment(40000, 80, 100, 200, PSH | ACK, 1000, payload=b"hello")


@pytest.mark.parametrize("addresses", [V4, V6])
def test_what_was_sent_is_what_arrives(addresses: tuple[str, str]) -> None:
    packet = Packet.build(*addresses, HELLO, ttl=7)
    assert (packet.src, packet.dst) == addresses
    assert (packet.sport, packet.dport, packet.proto) == (40000, 80, "tcp")
    assert packet.flow == ("tcp", addresses[0], 40000, addresses[1], 80)
    assert isinstance(packet.payload, Segment)
    assert packet.payload.payload == b"hello"
    assert packet.checksum_ok is True
    assert not packet.truncated
    ip = packet.ip
    assert (ip.hop_limit if isinstance(ip, Ipv6) else ip.time_to_live) == 7


def test_a_learner_reads_a_packet() -> None:
    assert str(Packet.build(*V4, HELLO)) == (
        "10.0.0.1:40000 > 10.0.0.2:80 tcp PSH,ACK seq 100 ack 200 win 1000 len 5"
    )
    assert (
        repr(Packet.build(*V6, UdpDatagram(1, 2))) == "<Packet [fd00::1]:1 > [fd00::2]:2 udp len 0>"
    )
    assert str(Packet.build(*V4, b"abc", protocol=89)) == "10.0.0.1 > 10.0.0.2 89 len 3"


def test_a_packet_is_atomic_unless_told_otherwise() -> None:
    """RFC 6864 4.1: only a packet that may be fragmented needs an identification of its own."""
    atomic = Packet.build(*V4, HELLO).ip
    assert isinstance(atomic, Ipv4)
    assert (atomic.dont_fragment, atomic.identification) == (True, 0)
    other = Packet.build(*V4, HELLO, dont_fragment=False, identification=77).ip
    assert isinstance(other, Ipv4)
    assert (other.dont_fragment, other.identification) == (False, 77)


def test_the_reason_travels_beside_the_bytes() -> None:
    reason = Reason(9293, "3.4", "Carries {length} bytes.")
    packet = Packet.build(*V4, HELLO, reason=reason)
    assert packet.reason is reason
    assert packet == Packet(packet.raw)
    assert hash(packet) == hash(Packet(packet.raw))
    assert packet != packet.raw
    assert Packet.decode(packet.raw, reason).reason is reason


def test_decoding_happens_once() -> None:
    packet = Packet.build(*V4, HELLO)
    assert packet.payload is packet.payload
    assert packet.ip is packet.ip


def test_nothing_is_looked_at_before_someone_looks() -> None:
    bogus = Packet(b"nothing")
    assert len(bogus) == 7
    with pytest.raises(PacketError, match="No IPv6 packet: 7 bytes"):
        bogus.src  # noqa: B018
    assert repr(bogus).startswith("<Packet of 7 bytes: No IPv6 packet")


def test_a_good_ip_header_shows_where_a_bad_segment_came_from() -> None:
    packet = Packet.build(*V4, b"short", protocol=6)
    assert (packet.src, packet.proto) == ("10.0.0.1", "tcp")
    with pytest.raises(PacketError, match="No TCP segment: 5 bytes"):
        packet.payload  # noqa: B018


@pytest.mark.parametrize("addresses", [V4, V6])
@pytest.mark.parametrize("snap", [44, 57, 60, 62])
def test_a_capture_with_a_snap_length(addresses: tuple[str, str], snap: int) -> None:
    """The IP header promises more than there is: what there is counts."""
    whole = Packet.build(*addresses, HELLO)
    packet = Packet.decode(whole.raw[:snap])
    header = 20 if addresses is V4 else 40
    if snap >= len(whole.raw):
        assert packet == whole
        return
    assert packet.truncated
    assert packet.checksum_ok is None
    assert packet.flow == whole.flow
    if snap < header + 20:
        assert packet.payload == whole.raw[header:snap]
    else:
        assert isinstance(packet.payload, Segment)
        assert packet.payload.payload == b"hello"[: snap - header - 20]


def test_a_snap_length_before_the_ports() -> None:
    packet = Packet.decode(Packet.build(*V4, HELLO).raw[:23])
    assert packet.flow == ("tcp", "10.0.0.1", None, "10.0.0.2", None)
    assert len(packet.payload) == 3


@pytest.mark.parametrize("addresses", [V4, V6])
def test_ethernet_pads_short_frames(addresses: tuple[str, str]) -> None:
    packet = Packet.decode(Packet.build(*addresses, HELLO).raw + b"\xaa" * 6)
    assert isinstance(packet.payload, Segment)
    assert packet.payload.payload == b"hello"
    assert packet.checksum_ok is True


def test_segmentation_offload_leaves_the_length_open() -> None:
    """Captured before the network card wrote it: 0 means all there is."""
    data = HELLO.encode(*V4)
    packet = Packet.decode(Ipv4(*V4, 6, total_length=0).encode(data))
    assert isinstance(packet.payload, Segment)
    assert packet.payload.payload == b"hello"
    assert (packet.truncated, packet.checksum_ok) == (False, None)
    packet = Packet.decode(Ipv6(*V6, 6, payload_length=0).encode(HELLO.encode(*V6)))
    assert isinstance(packet.payload, Segment)
    assert (packet.payload.payload, packet.checksum_ok) == (b"hello", None)


def test_ip_in_ip_is_bytes() -> None:
    inner = Packet.build(*V4, HELLO)
    outer = Packet.decode(Packet.build("192.0.2.1", "192.0.2.2", inner.raw, protocol=4).raw)
    assert (outer.proto, outer.sport, outer.payload) == ("4", None, inner.raw)
    assert outer.checksum_ok is None
    assert Packet(outer.payload) == inner


def test_zero_bytes() -> None:
    with pytest.raises(PacketError, match="there are no bytes"):
        Packet.decode(b"")


@pytest.mark.parametrize("first", [0x00, 0x55, 0xFF])
def test_neither_ipv4_nor_ipv6(first: int) -> None:
    with pytest.raises(PacketError, match=f"version is {first >> 4}, not 4 or 6"):
        Packet.decode(bytes([first]) * 60)


def test_the_same_number_means_one_thing_in_each_version() -> None:
    echo = IcmpMessage.echo(1, 1).encode()
    assert Packet.build(*V4, echo, protocol=1).proto == "icmp"
    assert Packet.build(*V6, echo, protocol=1).proto == "1"
    assert Packet.build(*V4, bytes(8), protocol=58).proto == "58"
    assert Packet.build(*V6, bytes(8), protocol=58).proto == "icmpv6"


def test_a_wrong_header_checksum_is_found() -> None:
    raw = Packet.build(*V4, HELLO).raw
    assert Packet(raw[:8] + b"\x01" + raw[9:]).checksum_ok is False


def test_what_cannot_be_built() -> None:
    with pytest.raises(PacketError, match="bytes of no protocol"):
        Packet.build(*V4, b"data")
    with pytest.raises(PacketError, match="ttl=256"):
        Packet.build(*V4, HELLO, ttl=256)
    with pytest.raises(PacketError, match="ttl='far'"):
        Packet.build(*V4, HELLO, ttl="far")
    for nothing in ("text", None, bytearray(8)):
        with pytest.raises(PacketError, match="A packet cannot carry "):
            Packet.build(*V4, nothing)
    with pytest.raises(PacketError, match="protocol=300"):
        Packet.build(*V4, b"data", protocol=300)
    with pytest.raises(PacketError, match="identification=-1"):
        Packet.build(*V4, HELLO, identification=-1)
    with pytest.raises(PacketError, match="both addresses must be IPv6"):
        Packet.build(V6[0], V4[0], HELLO)
    with pytest.raises(PacketError, match="both addresses must be IPv4"):
        Packet.build(V4[0], V6[0], HELLO)
    with pytest.raises(AddressError, match="'server' is not an address"):
        Packet.build("server", V4[0], HELLO)
