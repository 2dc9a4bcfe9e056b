"""The Basic Encoding Rules of ASN.1, as much of them as SNMP uses (RFC 3417 section 8).

Everything is a tag, a length and a content; a content may be made of such again. Numbers are as
short as they can be, lengths are always given.
"""

from collections.abc import Iterator

from portlab.errors import PacketError

INTEGER, OCTET_STRING, NULL, OBJECT_IDENTIFIER, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30

Oid = tuple[int, ...]
"""The name of an object: 1.3.6.1.2.1.1.5.0 as numbers."""

Element = tuple[int, bytes]
"""A tag and a content."""

_MOST_BYTES = 9  # of a number: 64 bits and a sign
_MOST_PARTS = 128  # of a name (RFC 2578 section 3.5)


def element(tag: int, content: bytes) -> bytes:
    """
    >>> element(OCTET_STRING, b"public").hex()
    '04067075626c6963'
    """
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def elements(data: bytes) -> Iterator[Element]:
    """What stands one after the other in `data`. Raises PacketError where it breaks off."""
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            raise _broken("a length is missing")
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4 or at + count > len(data):
                raise _broken("a length cannot be read")
            length = int.from_bytes(data[at : at + count], "big")
            at += count
        if at + length > len(data):
            raise _broken("a content breaks off")
        yield tag, data[at : at + length]
        at += length


def whole(data: bytes, *tags: int) -> tuple[bytes, ...]:
    """The contents of `data`, which is made of exactly these tags. Raises PacketError otherwise."""
    found = tuple(elements(data))
    if tuple(tag for tag, _ in found) != tags:
        raise _broken("its parts are not those expected")
    return tuple(content for _, content in found)


def integer(number: int, tag: int = INTEGER) -> bytes:
    """A whole number, in two's complement.

    >>> integer(128).hex(), integer(-1).hex()
    ('02020080', '0201ff')
    """
    size = (number + (number < 0)).bit_length() // 8 + 1
    return element(tag, number.to_bytes(size, "big", signed=True))


def number(content: bytes) -> int:
    """Raises PacketError for no bytes at all, and for too many."""
    if not 1 <= len(content) <= _MOST_BYTES:
        raise _broken("a number has a size that none has")
    return int.from_bytes(content, "big", signed=True)


def identifier(oid: Oid) -> bytes:
    """
    >>> identifier((1, 3, 6, 1, 2, 1, 1, 5, 0)).hex()
    '06082b06010201010500'
    """
    first, second, *rest = oid
    return element(OBJECT_IDENTIFIER, b"".join(map(_base128, (first * 40 + second, *rest))))


def oid(content: bytes) -> Oid:
    """Raises PacketError for what is no name."""
    parts, value = [], 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if value >> 32:
            raise _broken("a name has too large a number")
        if not byte & 0x80:
            parts.append(value)
            value = 0
    if not parts or content[-1] & 0x80 or len(parts) >= _MOST_PARTS:
        raise _broken("a name cannot be read")
    first = min(parts[0] // 40, 2)
    return (first, parts[0] - first * 40, *parts[1:])


def _base128(value: int) -> bytes:
    """Seven bits to a byte, the last one without the eighth."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))


def _broken(why: str) -> PacketError:
    return PacketError(f"This is no BER that SNMP could have written: {why}.")
