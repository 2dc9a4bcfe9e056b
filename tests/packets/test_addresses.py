"""Addresses: one spelling out, many in, nothing odd; held against the standard library."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab.errors import AddressError
from portlab.packets import packed, unpacked
from tests.packets.strategies import ipv4_addresses, ipv6_addresses


@given(st.one_of(ipv4_addresses, ipv6_addresses))
def test_text_and_bytes_are_the_standard_librarys(text: str) -> None:
    theirs = ipaddress.ip_address(text)
    assert packed(text) == theirs.packed
    assert unpacked(theirs.packed) == text
    if "." not in text:
        assert text == str(theirs)
    if isinstance(theirs, ipaddress.IPv6Address):
        assert packed(theirs.exploded) == packed(text.upper()) == theirs.packed


@pytest.mark.parametrize(
    ("data", "text"),
    [
        # The examples of RFC 5952, sections 4.1, 4.2.2, 4.2.3 and 5.
        ("20010db8000000000000000000000001", "2001:db8::1"),
        ("20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1"),
        ("20010db8000000000001000000000001", "2001:db8::1:0:0:1"),
        ("20010000000000010000000000000001", "2001:0:0:1::1"),
        ("00000000000000000000ffffc0000201", "::ffff:192.0.2.1"),
        ("00000000000000000000000000000000", "::"),
        ("fd000000000000000000000000000000", "fd00::"),
        ("c0000207", "192.0.2.7"),
    ],
)
def test_one_spelling(data: str, text: str) -> None:
    assert unpacked(bytes.fromhex(data)) == text
    assert packed(text) == bytes.fromhex(data)


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "127.1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1..2.3"),
        *("0x7f.0.0.1", "-1.2.3.4", "+1.2.3.4", "1.2.3.٤", "1.2.3.4\n", "localhost", "1.2.3.²"),
        *(":", ":::", "1::2::3", "12345::", "::g", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", ":1:2"),
        *("1:2:3:4:5:6:7:", "1:2:3:4:5:6:7::8", "fe80::1%eth0", "[::1]", "::1.2.3", "1.2.3.4::"),
        *("::1.2.3.4:5", "::-1", "::+1", "::0x1", "1:2:3:4:5:6:7:1.2.3.4", ":: 1"),
        *(None, 2130706433, b"\x7f\x00\x00\x01", 1.5),
    ],
)
def test_what_is_no_address(text: object) -> None:
    with pytest.raises(AddressError, match="is not an address"):
        packed(text)


@pytest.mark.parametrize("size", [0, 3, 5, 15, 17])
def test_bytes_that_are_no_address(size: int) -> None:
    with pytest.raises(AddressError, match=f"{size} bytes are not an address"):
        unpacked(bytes(size))


@given(st.text(alphabet="0123456789abcdefABCDEF:.%gx ", max_size=45))
def test_random_text_is_read_as_the_standard_library_reads_it(text: str) -> None:
    try:
        theirs = ipaddress.ip_address(text).packed if "%" not in text else None
    except ValueError:
        theirs = None
    try:
        ours = packed(text)
    except AddressError:
        ours = None
    assert ours == theirs
