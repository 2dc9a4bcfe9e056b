"""Fragments put together: ours cut by us and by scapy, in any order, whole or not at all."""

from contextlib import suppress
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab.errors import PacketError
from portlab.packets import (
    FragmentHeader,
    Ipv4,
    Ipv6,
    Packet,
    Reassembler,
    Segment,
    UdpDatagram,
    fragments,
)
from portlab.packets.reassembly import PATIENCE
from tests.packets.strategies import any_bytes, packets

LARGE = Packet.build(
    "10.0.0.1",
    "10.0.0.2",
    UdpDatagram(5000, 53, bytes(range(250)) * 16),
    identification=7,
    dont_fragment=False,
)
LARGE_6 = Packet.build("fd00::1", "fd00::2", UdpDatagram(5000, 53, bytes(range(250)) * 16))


def put_together(pieces: list[Packet]) -> list[Packet]:
    """What comes out when these arrive, a millisecond apart."""
    collected = Reassembler()
    found = [collected.add(piece, 1000 * at) for at, piece in enumerate(pieces)]
    return [whole for whole in found if whole is not None]


def piece_of_6(offset: int, data: bytes, more: bool = True, identification: int = 7) -> Packet:
    header = FragmentHeader(17, offset, more, identification)
    return Packet(Ipv6("fd00::1", "fd00::2", 44, extensions=(header,)).encode(data))


def piece_of_4(offset: int, data: bytes, more: bool = True) -> Packet:
    header = Ipv4(
        "10.0.0.1", "10.0.0.2", 17, identification=7, flags=int(more), fragment_offset=offset
    )
    return Packet(header.encode(data))


@given(st.integers(68, 2000), st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_what_we_cut_is_whole_again_in_any_order(mtu: int, seed: int) -> None:
    pieces = fragments(LARGE, mtu)
    doubled = pieces + pieces[: len(pieces) // 2]
    Random(seed).shuffle(doubled)
    (whole, *again) = put_together(doubled)
    assert whole == LARGE
    assert whole.checksum_ok
    assert not again or again == [LARGE]


def test_what_scapy_cuts_is_whole_again() -> None:
    from scapy.layers.inet import IP, fragment
    from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment, fragment6

    pieces = [Packet(bytes(one)) for one in fragment(IP(LARGE.raw), 600)]
    assert put_together(pieces[::-1]) == [LARGE]
    whole = IPv6(LARGE_6.raw)
    with_header = IPv6(src=whole.src, dst=whole.dst, hlim=64) / IPv6ExtHdrFragment(id=9)
    pieces = [Packet(bytes(one)) for one in fragment6(with_header / whole.payload, 1280)]
    assert len(pieces) > 3
    assert put_together(pieces[::-1]) == [LARGE_6]


def test_headers_before_the_fragment_header_stay() -> None:
    from scapy.layers.inet import UDP
    from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop

    def cut(offset: int, more: int, data: bytes) -> Packet:
        fragment = IPv6ExtHdrFragment(nh=60, offset=offset, m=more, id=5)
        header = IPv6(src="fd00::1", dst="fd00::2") / IPv6ExtHdrHopByHop() / fragment
        return Packet(bytes(header / data))

    datagram = bytes(IPv6(LARGE_6.raw)[UDP])
    inside = bytes(IPv6ExtHdrDestOpt(nh=17)) + datagram
    (whole,) = put_together([cut(0, 1, inside[:1200]), cut(150, 0, inside[1200:])])
    expected = IPv6(src="fd00::1", dst="fd00::2") / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt()
    assert whole.raw == bytes(expected / UDP(datagram))
    assert whole.checksum_ok


def test_a_missing_piece_leaves_nothing() -> None:
    pieces = fragments(LARGE, 600)
    for missing in range(len(pieces)):
        assert put_together(pieces[:missing] + pieces[missing + 1 :]) == []


def test_pieces_of_other_packets_do_not_mix() -> None:
    assert put_together([piece_of_6(0, bytes(8)), piece_of_6(1, bytes(8), False, 8)]) == []


def test_of_overlapping_pieces_of_ipv4_the_later_counts() -> None:
    """RFC 791 3.2."""
    pieces = [piece_of_4(0, b"a" * 16), piece_of_4(1, b"b" * 16), piece_of_4(3, b"c" * 8, False)]
    (whole,) = put_together(pieces)
    assert whole.raw[20:] == b"a" * 8 + b"b" * 16 + b"c" * 8


def test_overlapping_pieces_of_ipv6_spoil_it_and_the_same_piece_again_does_not() -> None:
    """RFC 5722 4, RFC 8200 4.5."""
    pieces = [piece_of_6(0, b"a" * 16), piece_of_6(1, b"b" * 16), piece_of_6(3, b"c" * 8, False)]
    assert put_together([*pieces, piece_of_6(0, b"a" * 16)]) == []
    pieces = [piece_of_6(0, b"a" * 16), piece_of_6(0, b"a" * 16), piece_of_6(2, b"c" * 8, False)]
    (whole,) = put_together(pieces)
    assert whole.raw[40:] == b"a" * 16 + b"c" * 8


@pytest.mark.parametrize(
    "pieces",
    [
        [piece_of_4(0, bytes(12)), piece_of_4(1, bytes(8), False)],  # 12 is no multiple of 8
        [piece_of_4(1, bytes(8), False), piece_of_4(0, bytes(8)), piece_of_4(2, bytes(8))][::-1],
        [piece_of_4(8185, bytes(64), False), piece_of_4(0, bytes(65480))],  # more than fits
    ],
)
def test_pieces_that_cannot_be_leave_nothing(pieces: list[Packet]) -> None:
    assert put_together(pieces) == []


def test_what_is_not_whole_in_a_minute_is_given_up() -> None:
    first, *rest = fragments(LARGE, 2100)
    collected = Reassembler()
    assert collected.add(first, 0) is None
    assert [collected.add(piece, PATIENCE + 1) for piece in rest] == [None] * len(rest)
    assert collected.add(first, PATIENCE + 2) == LARGE


def test_a_whole_packet_is_nothing_to_it() -> None:
    assert put_together([LARGE, Packet.build("::1", "::1", Segment(1, 2, 3))]) == []


@given(st.lists(st.one_of(packets, any_bytes.map(Packet)), max_size=30))
@settings(deadline=None, max_examples=100)
def test_any_packets_in_any_order(pieces: list[Packet]) -> None:
    collected = Reassembler()
    for at, piece in enumerate(pieces):
        with suppress(PacketError):
            whole = collected.add(piece, at)
            assert whole is None or Packet.decode(whole.raw)
