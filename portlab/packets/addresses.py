"""Addresses: canonical text everywhere, bytes only in here and in the headers.

Text is what people read, so it is what every other room of the house passes around, in one
spelling: dotted decimal for IPv4, RFC 5952 for IPv6. Both directions are cached, since a
conversation has two addresses and thousands of packets.
"""

from functools import lru_cache

from portlab.errors import AddressError

EVERYBODY = "255.255.255.255"
"""Every host on this network, whichever that is (RFC 919 section 7)."""

NOBODY_YET = "0.0.0.0"
"""Where a host without an IPv4 address says that it speaks from (RFC 1122 3.2.1.3)."""

_DIGITS = frozenset("0123456789")
_HEX = frozenset("0123456789abcdefABCDEF")
_MAPPED = bytes(10) + b"\xff\xff"


@lru_cache(maxsize=4096)
def packed(text: str) -> bytes:
    """The 4 or 16 bytes of an address. Raises AddressError for anything but an address.

    Other spellings of IPv6 (RFC 4291 2.2) are read too. Odd spellings of IPv4 are not: `010` is 8
    to some programs and 10 to others, and `127.1` is a whole address to a few.

    >>> packed("10.0.0.1")
    b'\\n\\x00\\x00\\x01'
    >>> packed("fd00::1").hex()
    'fd000000000000000000000000000001'
    >>> packed("10.0.0.256")
    Traceback (most recent call last):
    portlab.errors.AddressError: '10.0.0.256' is not an address: ...
    """
    if not isinstance(text, str):
        raise AddressError(
            f"{text!r} is not an address: portlab writes addresses as text. "
            "Write it as '10.0.0.1' or 'fd00::1'."
        )
    found = _ipv6(text) if ":" in text else _ipv4(text)
    if found is None:
        raise AddressError(
            f"{text!r} is not an address: IPv4 is four numbers from 0 to 255 without leading "
            "zeros, IPv6 eight groups of up to four hex digits, of which one run of zeros may be "
            "written '::'. Write it as '10.0.0.1' or 'fd00::1'."
        )
    return found


@lru_cache(maxsize=4096)
def unpacked(data: bytes) -> str:
    """The canonical text of 4 or 16 bytes (RFC 5952). Raises AddressError for other lengths.

    >>> unpacked(bytes([192, 0, 2, 7]))
    '192.0.2.7'
    >>> unpacked(bytes.fromhex("20010db8000000000001000000000001"))
    '2001:db8::1:0:0:1'
    """
    if len(data) == 4:
        return ".".join(map(str, data))
    if len(data) != 16:
        raise AddressError(
            f"{len(data)} bytes are not an address: IPv4 has 4, IPv6 has 16. "
            "Give the bytes of one address and nothing else."
        )
    if data.startswith(_MAPPED):
        return "::ffff:" + unpacked(data[12:])
    groups = [f"{data[i] << 8 | data[i + 1]:x}" for i in range(0, 16, 2)]
    start, length = _longest_zeros(groups)
    if length < 2:
        return ":".join(groups)
    return ":".join(groups[:start]) + "::" + ":".join(groups[start + length :])


def _longest_zeros(groups: list[str]) -> tuple[int, int]:
    """Where the first of the longest runs of zero groups starts, and how long it is (4.2.3)."""
    best = (0, 0)
    start = None
    for i, group in enumerate([*groups, "end"]):
        if group == "0":
            start = i if start is None else start
        elif start is not None:
            best = max(best, (start, i - start), key=lambda run: run[1])
            start = None
    return best


def _ipv4(text: str) -> bytes | None:
    parts = text.split(".")
    if len(parts) != 4:
        return None
    for part in parts:
        if not 1 <= len(part) <= 3 or not _DIGITS.issuperset(part):
            return None
        if (part[0] == "0" and part != "0") or int(part) > 255:
            return None
    return bytes(int(part) for part in parts)


def _ipv6(text: str) -> bytes | None:
    head, gap, tail = text.partition("::")
    if "::" in tail:
        return None
    # Only the last 32 bits may be written as IPv4, so never what stands before a '::'.
    left = _groups(head, ipv4_at_end=not gap)
    right = _groups(tail, ipv4_at_end=True)
    if left is None or right is None:
        return None
    missing = 16 - len(left) - len(right)
    if (gap and missing >= 2) or (not gap and missing == 0):
        return left + bytes(missing) + right
    return None


def _groups(text: str, *, ipv4_at_end: bool) -> bytes | None:
    if not text:
        return b""
    groups = text.split(":")
    last = b""
    if ipv4_at_end and "." in groups[-1]:
        embedded = _ipv4(groups.pop())
        if embedded is None:
            return None
        last = embedded
    for group in groups:
        if not 1 <= len(group) <= 4 or not _HEX.issuperset(group):
            return None
    return b"".join(int(group, 16).to_bytes(2, "big") for group in groups) + last
