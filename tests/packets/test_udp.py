"""UDP datagrams, and the three meanings of a checksum of 0."""

import pytest

from portlab.errors import PacketError
from portlab.packets import Packet, UdpDatagram

V4 = "10.0.0.1", "10.0.0.2"
V6 = "fd00::1", "fd00::2"


def summing_to_zero(addresses: tuple[str, str]) -> UdpDatagram:
    """A datagram whose checksum comes out as 0: its own checksum is put into the data."""
    plain = UdpDatagram(1000, 2000, b"\0\0").encode(*addresses)
    return UdpDatagram(1000, 2000, plain[6:8])


@pytest.mark.parametrize("addresses", [V4, V6])
def test_a_checksum_that_comes_out_as_zero_is_sent_as_all_ones(addresses: tuple[str, str]) -> None:
    """RFC 768, and RFC 8200 8.1: zero in the field means something else."""
    datagram = summing_to_zero(addresses)
    assert datagram.encode(*addresses)[6:8] == b"\xff\xff"
    assert Packet.build(*addresses, datagram).checksum_ok is True


def test_ipv4_may_go_without_a_checksum_and_ipv6_may_not() -> None:
    without = UdpDatagram(1000, 2000, b"data", checksum=0)
    assert without.encode(*V4)[6:8] == b"\0\0"
    assert Packet.build(*V4, without).checksum_ok is None
    assert Packet.build(*V6, without).checksum_ok is False


def test_a_wrong_checksum_is_found() -> None:
    right = Packet.build(*V4, UdpDatagram(1000, 2000, b"data"))
    assert right.checksum_ok is True
    assert Packet(right.raw[:-1] + b"A").checksum_ok is False


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"source_port": 65536}, "source_port=65536"),
        ({"destination_port": "domain"}, "destination_port='domain'"),
        ({"payload": "text"}, "payload='text'"),
        ({"length": 65536}, "length=65536"),
        ({"checksum": -1}, "checksum=-1"),
    ],
)
def test_what_no_datagram_can_carry(fields: dict[str, object], named: str) -> None:
    right: dict[str, object] = {"source_port": 1, "destination_port": 2}
    with pytest.raises(PacketError, match=f"UdpDatagram cannot have {named}"):
        UdpDatagram(**{**right, **fields})


@pytest.mark.parametrize(("addresses", "most"), [(V4, 65507), (V6, 65527)])
def test_the_largest_datagram(addresses: tuple[str, str], most: int) -> None:
    packet = Packet.build(*addresses, UdpDatagram(1, 2, bytes(most)))
    assert len(packet.raw) == 65535 + (0 if addresses is V4 else 40)
    assert isinstance(packet.payload, UdpDatagram)
    assert len(packet.payload.payload) == most
    with pytest.raises(PacketError, match="payload of"):
        Packet.build(*addresses, UdpDatagram(1, 2, bytes(most + 1)))


def test_bytes_behind_the_length_are_not_summed() -> None:
    data = UdpDatagram(1000, 2000, b"data").encode(*V4)
    packet = Packet.build(*V4, data + b"surplus", protocol=17)
    assert packet.checksum_ok is True
    assert isinstance(packet.payload, UdpDatagram)
    assert packet.payload.payload == b"data"


@pytest.mark.parametrize("size", [0, 7])
def test_too_short_for_a_header(size: int) -> None:
    with pytest.raises(PacketError, match=f"No UDP datagram: {size} bytes"):
        UdpDatagram.decode(bytes(size))


@pytest.mark.parametrize("length", [1, 7])
def test_a_bogus_length(length: int) -> None:
    with pytest.raises(PacketError, match=f"length field says {length} bytes"):
        UdpDatagram.decode(bytes([0, 1, 0, 2, 0, length, 0, 0]) + b"data")


@pytest.mark.parametrize(
    ("length", "payload"),
    [(8, b""), (10, b"da"), (12, b"data"), (200, b"data"), (0, b"data")],
)
def test_the_length_bounds_the_payload(length: int, payload: bytes) -> None:
    found = UdpDatagram.decode(bytes([0, 1, 0, 2, 0, length, 0, 0]) + b"data")
    assert (found.payload, found.length) == (payload, length)
