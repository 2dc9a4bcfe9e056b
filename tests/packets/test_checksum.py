"""The Internet checksum: RFC 1071's own example, and its sum done word by word."""

from hypothesis import example, given
from hypothesis import strategies as st

from portlab.packets import Ipv4, Packet, UdpDatagram, checksum


def word_by_word(data: bytes) -> int:
    """RFC 1071 section 4.1: add 16-bit words in 32 bits, fold the carries, complement."""
    if len(data) % 2:
        data += b"\0"
    total = sum(data[i] << 8 | data[i + 1] for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def test_the_example_of_rfc_1071_section_3() -> None:
    data = bytes.fromhex("0001 f203 f4f5 f6f7")
    assert word_by_word(data) == checksum(data) == 0xFFFF - 0xDDF2


@given(st.binary(max_size=300))
@example(b"")
@example(bytes(7))
@example(b"\xff\xff")
@example(b"\xff\xff\xff\xff")
@example(b"\x00\x01\xff\xfe")
@example(b"\x80")
def test_one_division_is_the_sum_word_by_word(data: bytes) -> None:
    assert checksum(data) == word_by_word(data)


@given(st.binary(min_size=2, max_size=100).filter(any))
def test_data_with_its_checksum_sums_to_zero(data: bytes) -> None:
    if len(data) % 2:
        data += b"\0"
    assert checksum(data + checksum(data).to_bytes(2, "big")) == 0


def test_a_known_ipv4_header() -> None:
    """A header whose checksum, b861, can be added up by hand."""
    raw = bytes.fromhex("45000073 00004000 4011b861 c0a80001 c0a800c7")
    header, _ = Ipv4.decode(raw)
    assert header.header_checksum == 0xB861
    without_checksum = UdpDatagram(1, 2, bytes(87), checksum=0).encode("10.0.0.1", "10.0.0.2")
    spoiled = raw.replace(b"\xb8\x61", b"\xb8\x60")
    assert Packet(raw + without_checksum).checksum_ok is None
    assert Packet(spoiled + without_checksum).checksum_ok is False
