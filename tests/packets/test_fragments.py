"""A packet cut for a narrow line: every piece is what scapy makes, and only the first has ports."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers import inet, inet6

from portlab.errors import PacketError
from portlab.packets import Ipv4, Packet, Reassembler, UdpDatagram, fragments, fragments_of_sender
from tests.packets.strategies import ipv4_addresses

ENDS = "10.0.0.1", "10.0.0.2"


def large(size: int = 3000) -> Packet:
    datagram = UdpDatagram(5000, 53, bytes(size))
    return Packet.build(*ENDS, datagram, identification=7, dont_fragment=False)


@settings(deadline=None)
@given(st.integers(1, 9000), st.integers(68, 1500), ipv4_addresses, ipv4_addresses)
def test_the_pieces_are_those_of_scapy(size: int, mtu: int, src: str, dst: str) -> None:
    data = bytes(n % 251 for n in range(size))
    whole = Packet.build(
        src, dst, UdpDatagram(5000, 53, data), identification=7, dont_fragment=False
    )
    # scapy asks for the bytes behind the header, and rounds them up to a multiple of 8.
    theirs = inet.fragment(inet.IP(whole.raw), fragsize=(mtu - 20) // 8 * 8)
    if len(whole.raw) <= mtu:
        theirs = [inet.IP(whole.raw)]
    pieces = fragments(whole, mtu)
    assert [bytes(piece) for piece in theirs] == [piece.raw for piece in pieces]
    assert all(len(piece) <= mtu for piece in pieces)


@settings(deadline=None)
@given(st.integers(1, 9000), st.integers(1280, 1500))
def test_the_pieces_of_an_ipv6_sender_are_those_of_scapy(size: int, mtu: int) -> None:
    data = bytes(n % 251 for n in range(size))
    whole = Packet.build("fd00::1", "fd00::2", UdpDatagram(5000, 53, data))
    pieces = fragments_of_sender(whole, mtu, 7)
    ip = inet6.IPv6(whole.raw)
    marked = ip.copy()
    marked.remove_payload()
    del marked.nh, marked.plen  # scapy works them out again
    theirs = inet6.fragment6(marked / inet6.IPv6ExtHdrFragment(id=7) / ip.payload, mtu)
    if len(whole.raw) <= mtu:
        theirs = [ip]
    assert [bytes(piece) for piece in theirs] == [piece.raw for piece in pieces]
    together = Reassembler()
    if len(pieces) > 1:
        assert [together.add(piece, 0) for piece in pieces][-1].raw == whole.raw


def test_only_the_first_has_the_ports() -> None:
    first, *others = fragments(large(), 1500)
    assert (first.sport, first.dport, first.ip.fragment_offset) == (5000, 53, 0)
    assert [(piece.sport, piece.dport) for piece in others] == [(None, None)] * 2
    assert [piece.ip.more_fragments for piece in (first, *others)] == [True, True, False]
    assert {piece.ip.identification for piece in (first, *others)} == {7}
    assert {piece.proto for piece in (first, *others)} == {"udp"}


def test_a_piece_can_be_cut_again() -> None:
    again = [small for piece in fragments(large(), 1500) for small in fragments(piece, 500)]
    offsets = [piece.ip.fragment_offset for piece in again]
    assert offsets == sorted(offsets)
    data = b"".join(Ipv4.decode(piece.raw)[1] for piece in again)
    assert data == Ipv4.decode(large().raw)[1]
    assert [piece.ip.more_fragments for piece in again] == [True] * (len(again) - 1) + [False]


def test_options_that_say_so_are_in_every_piece() -> None:
    """RFC 791 3.1: the first bit of an option is its copied flag."""
    loose_route = bytes((131, 7, 4, 192, 0, 2, 1))
    record_route = bytes((7, 7, 4, 0, 0, 0, 0))
    header = Ipv4(*ENDS, 17, options=b"\x01" + record_route + loose_route + b"\x00")
    first, *others = fragments(Packet(header.encode(bytes(200))), 100)
    assert first.ip.options == header.options
    assert {piece.ip.options for piece in others} == {loose_route + b"\x00"}
    assert len(others) == 2


def test_what_fits_stays_whole() -> None:
    packet = large(100)
    assert fragments(packet, 128) == [packet]


@pytest.mark.parametrize(
    ("packet", "mtu", "why"),
    [
        (Packet.build(*ENDS, UdpDatagram(1, 2, bytes(600))), 576, "says DF"),
        (Packet.build("fd00::1", "fd00::2", UdpDatagram(1, 2, bytes(2000))), 1280, "IPv6"),
        (large(), 67, "less than IPv4 allows"),
        (large(), 65_536, "mtu"),
    ],
)
def test_what_is_not_cut(packet: Packet, mtu: int, why: str) -> None:
    with pytest.raises(PacketError, match=why):
        fragments(packet, mtu)
