"""A packet's headers as a learner meets them: read, printed, refused, and what stays unread."""

import base64

import pytest

from portlab import header
from portlab.errors import PacketError, PortlabError
from portlab.packets import (
    ACK,
    SYN,
    FragmentHeader,
    IcmpMessage,
    Ipv4,
    Ipv6,
    Packet,
    Sack,
    Segment,
    UdpDatagram,
)
from portlab.trace.capture import load
from portlab.trace.record import Record
from portlab.views.header import as_data, read_headers
from portlab.views.headers.shapes import Field, Headers, Numbers
from tests.trace.files import ethernet, pcap, write
from tests.views import stories

V4, V6 = ("10.0.0.1", "10.0.0.2"), ("fd00::1", "fd00::2")
QUERY = Packet.build(*V4, UdpDatagram(50000, 53, b"who?"))


def fields(headers: Headers, part: str) -> dict[str, Field]:
    """The fields by name of the first part whose name begins so."""
    found = next(one for one in headers.parts if one.name.startswith(part))
    return {field.name: field for field in found.fields}


def parts(headers: Headers) -> list[tuple[str, int]]:
    return [(part.name, part.size) for part in headers.parts]


# ---- what a learner reads ------------------------------------------------------------------------


def test_a_datagram_is_drawn_as_the_rfc_draws_it_with_its_bytes_beside():
    assert header(UdpDatagram(50000, 53, b"who?", checksum=0xBEEF)).text(ascii=False) == (
        """\
UDP, not yet in a packet
12 bytes: UDP header 8 + Payload 4

UDP header, 8 bytes (RFC 768)
       0                   1                   2                   3
       0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
      ┌───────────────────────────────┬───────────────────────────────┐
    0 │          Source Port          │        Destination Port       │   c3 50 00 35
      │             50000             │               53              │
      ├───────────────────────────────┼───────────────────────────────┤
    4 │             Length            │            Checksum           │   00 0c be ef
      │               12              │             0xbeef            │
      └───────────────────────────────┴───────────────────────────────┘
  Source Port       0-1  50000, a dynamic port
  Destination Port  2-3  53, a system port
  Length            4-5  12 bytes
  Checksum          6-7  0xbeef, not checked: it covers addresses, and here are none

Payload, 4 bytes
What the program sent: UDP does not look inside.
    8 77 68 6f 3f                                       who?"""
    )


def test_single_bits_have_their_names_upright():
    lines = header(Segment(1, 2, 3, flags=SYN | ACK)).text(ascii=True).splitlines()
    row = next(number for number, line in enumerate(lines) if "|C|E|U|A|P|R|S|F|" in line)
    assert lines[row : row + 4] == [
        "   12 |  Data | Rsrvd |C|E|U|A|P|R|S|F|             Window            |   50 12 00 00",
        "      | Offset|       |W|C|R|C|S|S|Y|I|                               |",
        "      |       |       |R|E|G|K|H|T|N|N|                               |",
        "      |   5   |   0   |0|0|0|1|0|0|1|0|               0               |",
    ]


@pytest.mark.parametrize("meanings", [False, True])
def test_text_fits_a_page_and_every_terminal(meanings):
    for record in [*stories.closed(), *stories.udp_refused(True)]:
        text = header(record).text(meanings=meanings, ascii=True)
        assert text.isascii()
        assert max(map(len, text.splitlines())) <= 100
        assert text == header(record).text(meanings=meanings, ascii=True)


def test_meanings_explain_every_field_and_say_where_it_is_defined():
    record = stories.handshake()[0]
    text = " ".join(header(record).text(meanings=True).split())
    for part in read_headers(record).parts:
        for field in part.fields:
            assert f"{field.meaning} ({field.source})" in text


def test_all_of_a_header_is_in_the_words_for_who_cannot_see_it():
    record = stories.handshake()[0]
    words = header(record).alt_text
    for part in read_headers(record).parts:
        assert part.title in words
        for field in part.fields:
            assert f"{field.name} {field.value}" in words


# ---- what the numbers mean -----------------------------------------------------------------------


def test_with_its_trace_a_segment_has_relative_numbers_and_a_scaled_window():
    trace = stories.handshake()
    alone, known = (
        fields(h.headers[0], "TCP") for h in (header(trace[2]), header(trace[2], trace=trace))
    )
    assert alone["Sequence Number"].value == "3000000001"
    assert alone["Window"].value == "512, to be scaled if both SYNs agreed on that"
    assert known["Sequence Number"].value == "3000000001, relative 1"
    assert known["Acknowledgment Number"].value == "4294967291, relative 1"
    assert known["Window"].value == "512, times 128: 65,536 bytes"
    syn = fields(header(trace[0], trace=trace).headers[0], "TCP")
    assert syn["Window"].value == "65,535 bytes, never scaled in a SYN"
    assert syn["Acknowledgment Number"].value == "0, without meaning: ACK is not set"


def test_the_edges_of_sack_count_as_the_acknowledgment_does():
    segment = Segment(80, 50000, 1, 1000, ACK, options=(Sack(((1500, 1600),)),))
    packet = Packet.build(*V4, segment)
    shown = fields(read_headers(packet, Numbers(ack=11)), "TCP")
    assert shown["Left Edge 1"].value == "1500, relative 511"
    assert shown["Right Edge 1"].value == "1600, relative 611"


def test_a_window_seen_without_its_syn_is_not_called_scaled():
    trace = stories.closed()[3:]
    window = fields(header(trace[0], trace=trace).headers[0], "TCP")["Window"]
    assert window.value == "512, to be scaled if both SYNs agreed on that"


def test_a_checksum_is_said_to_be_right_or_what_it_should_be():
    good = fields(read_headers(QUERY), "UDP")["Checksum"]
    assert (good.wrong, good.value.partition(", ")[2]) == (False, "right")
    damaged = bytearray(QUERY.raw)
    damaged[-1] ^= 1
    bad = fields(read_headers(bytes(damaged)), "UDP")["Checksum"]
    assert bad.wrong
    expected = Packet.build(*V4, UdpDatagram(50000, 53, bytes(damaged[28:]))).raw[26:28].hex()
    assert bad.value.endswith(f"wrong: 0x{expected} would be right")


def test_udp_without_a_checksum_is_allowed_over_ipv4_only():
    bare = UdpDatagram(1, 2, b"x", checksum=0)
    v4 = fields(read_headers(Packet.build(*V4, bare)), "UDP")["Checksum"]
    v6 = fields(read_headers(Packet.build(*V6, bare)), "UDP")["Checksum"]
    assert (v4.wrong, v4.value) == (False, "0x0000: the sender made none")
    assert v6.wrong
    assert v6.value == "0x0000: the sender made none, which IPv6 allows to tunnels only"


def test_a_checksum_over_more_than_is_here_is_not_judged():
    piece = Packet(Ipv4(*V4, 17, flags=1).encode(UdpDatagram(1, 2, b"12345678").encode(*V4)))
    later = Packet(Ipv6(*V6, 44, extensions=(FragmentHeader(17, 0, True, 5),)).encode(bytes(8)))
    cut = Packet(QUERY.raw[:-1])
    for packet in (piece, cut):
        checksum = fields(read_headers(packet), "UDP")["Checksum"]
        assert "not checked" in checksum.value
        assert not checksum.wrong
    assert fields(read_headers(later), "UDP")["Checksum"].value.startswith("0x0000")


# ---- what an ICMP error quotes -------------------------------------------------------------------


def test_an_icmp_error_shows_the_packet_it_is_about():
    headers = read_headers(stories.udp_refused()[1])
    assert parts(headers) == [
        ("IPv4 header", 20),
        ("ICMP header", 8),
        ("Quoted IPv4 header", 20),
        ("Quoted UDP header", 8),
        ("Quoted payload", 5),
    ]
    assert [part.depth for part in headers.parts] == [0, 0, 1, 1, 1]
    assert fields(headers, "ICMP")["Code"].value == "3, port unreachable"
    assert fields(headers, "Quoted UDP")["Destination Port"].value == "9999, a user port"


def test_a_short_quotation_ends_where_it_ends():
    error = IcmpMessage.unreachable(stories.handshake()[0].packet.raw[:28])
    headers = read_headers(Packet.build(*V4, error))
    assert parts(headers)[-1] == ("Quoted TCP header", 8)
    assert headers.stops == (
        "The packet is cut off: it had 52 bytes, and 28 are here.",
        "The bytes end before the Acknowledgment Number.",
    )


# ---- damaged, cut and unknown --------------------------------------------------------------------


def test_a_packet_cut_in_a_field_shows_what_is_there():
    headers = read_headers(stories.handshake()[0].packet.raw[:26])
    last = headers.parts[-1].fields[-1]
    assert (last.name, last.cut) == ("Sequence Number", True)
    assert last.value == "cut off: 16 of 32 bits are here"
    assert headers.stops[-1] == "The bytes end within the Sequence Number."


@pytest.mark.parametrize("size", range(40, 52))
def test_an_option_that_is_cut_off_is_called_neither_wrong_nor_impossible(size):
    headers = read_headers(stories.handshake()[0].packet.raw[:size])
    assert not any(field.wrong for part in headers.parts for field in part.fields)
    assert headers.stops[-1].startswith("The bytes end ")


def test_a_header_that_lies_about_its_length_is_caught():
    raw = bytearray(stories.handshake()[0].packet.raw)
    raw[32] = 0x20  # a data offset of 2 words
    headers = read_headers(bytes(raw))
    assert fields(headers, "TCP")["Data Offset"].wrong
    assert headers.parts[-1].name == "Bytes not read"
    assert "no TCP header has less than 20" in headers.stops[0]
    assert "Bytes not read" in header(bytes(raw)).text()


@pytest.mark.parametrize(
    ("protocol", "at", "options", "name"),
    [
        ("IPv4", 20, "01010183", "Option Number"),
        ("TCP", 40, "01010102", "Kind"),
    ],
)
def test_an_option_whose_length_has_no_room_leaves_the_rest_readable(protocol, at, options, name):
    raw = bytearray(Packet.build(*V4, Segment(50000, 80, 1, payload=b"hello")).raw)
    raw[at:at] = bytes.fromhex(options)
    raw[3] += 4
    raw[0 if protocol == "IPv4" else 32] += 0x01 if protocol == "IPv4" else 0x10
    headers = read_headers(bytes(raw))
    assert headers.stops == ()
    last = [f for p in headers.parts if p.name == f"{protocol} header" for f in p.fields][-1]
    assert (last.name, last.wrong) == (name, True)
    assert last.value.endswith("without its length")
    assert headers.parts[-1].name == "Payload"


def test_an_extension_headers_option_without_its_length_leaves_the_rest_readable():
    raw = bytearray(Packet.build(*V6, UdpDatagram(5, 53, b"hello")).raw)
    raw[40:40] = bytes.fromhex("11 00 00 00 00 00 00 01")  # UDP follows; the last is a PadN
    raw[5], raw[6] = raw[5] + 8, 0
    headers = read_headers(bytes(raw))
    assert headers.stops == ()
    assert parts(headers)[1:] == [
        ("Hop-by-Hop Options header", 8),
        ("UDP header", 8),
        ("Payload", 5),
    ]


def test_an_option_that_cannot_be_read_is_shown_as_bytes():
    packet = bytearray(stories.handshake()[0].packet.raw)
    packet[41] = 77  # the length of the MSS option
    shown = fields(read_headers(bytes(packet)), "TCP")
    assert shown["Length"].wrong
    assert shown["Not readable"].width == 10 * 8


def test_an_unknown_protocol_is_bytes_with_its_name():
    headers = read_headers(Packet.build(*V4, b"something", protocol=47))
    assert parts(headers)[-1] == ("Payload of GRE", 9)


def test_what_stands_behind_the_packet_is_kept_apart():
    headers = read_headers(QUERY.raw + bytes(6))
    assert parts(headers)[-1] == ("Bytes behind the packet", 6)
    assert headers.stops == ()


def test_a_damaged_packet_of_a_file_can_be_looked_at(tmp_path):
    damaged = bytearray(QUERY.raw)
    damaged[25] = 3  # UDP's length: less than its header
    record = load(write(tmp_path, pcap([(0, ethernet(Packet(bytes(damaged))))])))[0]
    assert record.packet is None
    assert fields(read_headers(record), "UDP")["Length"].wrong


def test_records_without_a_packet_are_refused_with_their_reason(tmp_path):
    with pytest.raises(PacketError, match="socket call"):
        header(stories.loopback()[0])
    with pytest.raises(PacketError, match="Record 7 holds no IP packet: ARP"):
        header(Record(7, 0, "recorded", "seen", problem="ARP, not an IP packet"))


def test_a_trace_is_refused_with_the_way_to_one_packet():
    with pytest.raises(PortlabError, match=r"header\(trace\[0\]\)"):
        header(stories.handshake())  # type: ignore[arg-type]
    with pytest.raises(PortlabError, match="int is none"):
        header(7)  # type: ignore[arg-type]


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\x55abc"])
def test_bytes_that_are_no_ip_packet_are_refused(raw):
    with pytest.raises(PacketError, match="No headers to show"):
        header(raw)


# ---- in a notebook, and as a file ----------------------------------------------------------------


def test_a_notebook_gets_text_and_picture_and_outside_a_kernel_no_widget():
    shown = header(stories.handshake()[0])
    data, metadata = shown._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png"}
    assert data["text/plain"] == shown.text(ascii=False)
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata["image/png"]["width"] == 920


def test_two_packets_stand_side_by_side():
    both = header(stories.handshake()[0], QUERY)
    assert [one.title.split(", ")[1] for one in both.headers] == ["TCP SYN", "UDP"]
    text = both.text()
    assert text.index("TCP header, 32 bytes") < text.index("UDP header, 8 bytes")


@pytest.mark.parametrize(
    ("suffix", "begin"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("txt", b"10.")]
)
def test_it_is_saved_as_its_name_says(tmp_path, suffix, begin):
    path = tmp_path / f"header.{suffix}"
    header(stories.handshake()[0]).save(path)
    assert path.read_bytes().startswith(begin)


def test_the_page_gets_all_fields_and_only_the_beginning_of_a_long_payload():
    long = Packet.build(*V4, UdpDatagram(1, 2, bytes(1400)))
    data = as_data(long)
    assert (len(data["bytes"]) // 2, data["more"]) == (256, 1428 - 256)
    short = as_data(stories.handshake()[0])
    assert short["more"] == 0
    assert [part["title"] for part in short["parts"]] == [
        "IPv4 header, 20 bytes",
        "TCP header, 32 bytes",
    ]
    assert short["parts"][1]["fields"][0]["value"] == "49152, a dynamic port"
