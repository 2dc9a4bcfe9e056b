"""Whatever the bytes: every bit of them is in exactly one field, or they are no IP packet."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from portlab.errors import PacketError
from portlab.packets import ExtensionHeader, FragmentHeader, Packet, Segment, UdpDatagram
from portlab.views.headers import box, grid, text
from portlab.views.headers.figure import draw
from portlab.views.headers.reading import read, read_alone
from portlab.views.headers.shapes import Headers
from tests.packets import strategies


def in_order_and_complete(headers: Headers) -> None:
    at = 0
    for part in headers.parts:
        assert part.start * 8 == at
        for field in part.fields:
            assert field.start == at
            assert field.width > 0
            at = field.end
    assert at == len(headers.raw) * 8


@settings(deadline=None, max_examples=300)
@given(strategies.packets)
def test_every_bit_of_a_packet_belongs_to_one_field(packet):
    headers = read(packet.raw)
    in_order_and_complete(headers)
    # Only a message of ICMP may be too short for what its type promises.
    assert headers.stops == () or packet.proto.startswith("icmp")


@settings(deadline=None, max_examples=500)
@given(strategies.any_bytes)
def test_so_does_every_bit_of_any_bytes_or_they_are_refused(raw):
    try:
        headers = read(raw)
    except PacketError:
        assert raw[:1] == b"" or raw[0] >> 4 not in (4, 6)
        return
    in_order_and_complete(headers)
    shown = text.render(headers, meanings=True, ascii=True)
    assert max(map(len, shown.splitlines())) <= text.WIDTH


@settings(deadline=None, max_examples=200)
@given(strategies.packets)
def test_the_fields_agree_with_the_decoded_packet(packet):
    """Two readers of the same bytes, written apart: the decoder of packets/ and the tables here."""
    headers = read(packet.raw)
    values = {
        field.name: headers.bits(field)
        for part in headers.parts
        if part.depth == 0 and part.kind in ("tcp", "udp")
        for field in part.fields
    }
    payload = packet.payload
    if isinstance(payload, Segment | UdpDatagram):
        assert values["Source Port"] == payload.source_port
        assert values["Destination Port"] == payload.destination_port
    if isinstance(payload, Segment):
        assert (values["Sequence Number"], values["Window"]) == (payload.seq, payload.window)
        size = values["Data Offset"] * 4
        (part,) = [part for part in headers.parts if part.kind == "tcp"]
        assert part.size == size
    sizes = [
        part.size for part in headers.parts if part.kind in ("ip", "extension") and not part.depth
    ]
    assert sum(sizes) == packet.ip.header_length


@given(strategies.packets)
@settings(deadline=None, max_examples=200)
def test_a_wrong_checksum_is_one_that_the_packet_calls_wrong(packet):
    headers = read(packet.raw)
    wrong = [
        field
        for part in headers.parts
        if part.depth == 0
        for field in part.fields
        if "Checksum" in field.name and field.wrong
    ]
    if packet.checksum_ok is not None:
        assert bool(wrong) == (not packet.checksum_ok)
    else:
        assert not wrong


@given(strategies.segments | strategies.datagrams | strategies.messages | strategies.v6_messages)
@settings(deadline=None)
def test_a_header_in_no_packet_yet_is_read_too(payload):
    in_order_and_complete(read_alone(payload))


@given(strategies.packets)
@settings(deadline=None, max_examples=100)
def test_the_grid_holds_every_bit_once_and_every_name(packet):
    for part in read(packet.raw).parts:
        cells = [
            (row, column)
            for piece in grid.pieces(part)
            for row in range(piece.row, piece.row + piece.rows)
            for column in range(piece.column, piece.column + piece.width)
        ]
        assert sorted(cells) == [divmod(bit, grid.ROW) for bit in range(part.size * 8)]
        named = [piece.field for piece in grid.pieces(part) if piece.named]
        assert named == list(part.fields)


@given(strategies.packets)
@settings(deadline=None, max_examples=100)
def test_the_picture_in_characters_has_straight_edges(packet):
    headers = read(packet.raw)
    for part in headers.parts:
        lines = box.draw(part, headers.raw, ascii=False)
        inside = [line[6 : 6 + box.WIDTH] for line in lines]
        assert all(line[0] in "│├┌└" for line in inside)
        for above, below in pairwise(inside):
            for one, other in zip(above.ljust(box.WIDTH), below.ljust(box.WIDTH), strict=True):
                assert (one in "│├┤┬┼┌┐") == (other in "│├┤┴┼└┘")


@given(st.lists(st.sampled_from([0, 43, 44, 60]), min_size=1, max_size=40))
@settings(deadline=None, max_examples=5)
def test_a_figure_of_many_headers_stays_a_picture(kinds):
    chain = [*kinds, 59]
    raw = b"".join(
        FragmentHeader(following, 0, False, 1).encode()
        if kind == 44
        else ExtensionHeader(following, bytes(6)).encode()
        for kind, following in zip(kinds, chain[1:], strict=True)
    )
    packet = Packet(
        b"\x60\0\0\0" + len(raw).to_bytes(2, "big") + bytes((kinds[0], 64)) + bytes(32) + raw
    )
    figure = draw((read(packet.raw),))
    assert figure.get_size_inches()[1] < 20
