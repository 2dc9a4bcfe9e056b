"""A STUN server, RFC 8489: tells who asks from which address and port the question came.

Behind a NAT a computer does not know the address that others see. Before a call it asks somebody
outside, and passes the answer on to whom it wants to speak with. Over UDP and TCP; its port is
3478.
"""

import struct
from collections.abc import Iterable, Iterator

from portlab.apps.app import Action, Address, Close, Data, Datagram, Event, PeerClosed, Send
from portlab.errors import PacketError
from portlab.packets import packed, unpacked

BINDING_REQUEST, BINDING_SUCCESS, BINDING_ERROR = 0x0001, 0x0101, 0x0111
"""Types of messages: the method Binding in three of its classes (section 5)."""

ERROR_CODE, UNKNOWN_ATTRIBUTES, XOR_MAPPED_ADDRESS = 0x0009, 0x000A, 0x0020
"""Types of attributes (section 14)."""

MAGIC_COOKIE = 0x2112A442
TRANSACTION_ID = 12
"""Bytes of the number by which an answer is known to belong to its question."""

_HEADER = struct.Struct(f"!HHI{TRANSACTION_ID}s")
_ATTRIBUTE = struct.Struct("!HH")
_FAMILIES = {4: 1, 16: 2}  # by the bytes of an address (section 14.1)
_OPTIONAL = 0x8000  # from here on, who does not understand an attribute passes it over
# Those of section 14 that a question may bring: of the ways to prove who asks, which nobody must.
_UNDERSTOOD = {0x0006, 0x0008, 0x0014, 0x0015, 0x001C, 0x001D, 0x001E}
_UNKNOWN = (420, b"Unknown Attribute")  # section 14.8

Message = tuple[int, bytes, list[tuple[int, bytes]]]
"""Type, transaction id, attributes in order."""


class Stun:
    """Answers Binding requests, of anybody; what is no STUN stays without an answer."""

    name = "Stun"

    def session(self, local: Address, peer: Address) -> "_StunSession":
        return _StunSession(peer)


class _StunSession:
    def __init__(self, peer: Address) -> None:
        self._peer = peer
        self._come = bytearray()
        self._over = False

    def handle(self, event: Event) -> Iterable[Action]:
        if isinstance(event, Datagram):
            answer = _answer(event.data, self._peer)
            if answer is not None:
                yield Send(answer)
        elif self._over:
            return
        elif isinstance(event, Data):
            yield from self._stream(event.data)
        elif isinstance(event, PeerClosed):
            self._over = True
            yield Close()

    def _stream(self, data: bytes) -> Iterator[Action]:
        """Messages follow each other without anything between (section 6.2.2)."""
        self._come += data
        while len(self._come) >= _HEADER.size:
            kind, length, cookie, _ = _HEADER.unpack_from(self._come)
            if kind >= 0x4000 or length % 4 or cookie != MAGIC_COOKIE:
                self._come.clear()
                self._over = True
                yield Close()  # where the next message would begin, nobody knows
                return
            end = _HEADER.size + length
            if len(self._come) < end:
                return
            message = bytes(self._come[:end])
            del self._come[:end]
            answer = _answer(message, self._peer)
            if answer is not None:
                yield Send(answer)


def _answer(data: bytes, peer: Address) -> bytes | None:
    message = read(data)
    if message is None or message[0] != BINDING_REQUEST:
        return None
    _, transaction, attributes = message
    unknown = [kind for kind, _ in attributes if kind < _OPTIONAL and kind not in _UNDERSTOOD]
    if unknown:  # section 6.3.1
        code, words = _UNKNOWN
        error = struct.pack("!HBB", 0, code // 100, code % 100) + words
        those = struct.pack(f"!{len(unknown)}H", *unknown)
        said = [(ERROR_CODE, error), (UNKNOWN_ATTRIBUTES, those)]
        return written(BINDING_ERROR, transaction, said)
    mapped = _address(peer, transaction)
    return written(BINDING_SUCCESS, transaction, [(XOR_MAPPED_ADDRESS, mapped)])


# ---- for those who ask


def binding_request(transaction: bytes) -> bytes:
    """The question, under a number of 12 bytes that the answer repeats.

    Raises PacketError for a number of another length.

    >>> binding_request(b"portlab-0001").hex(" ", 4)
    '00010000 2112a442 706f7274 6c61622d 30303031'
    """
    if len(transaction) != TRANSACTION_ID:
        raise PacketError(
            f"A transaction has a number of 12 bytes, and {transaction!r} has {len(transaction)}. "
            "Give 12, such as b'portlab-0001'."
        )
    return written(BINDING_REQUEST, transaction, [])


def mapped_address(data: bytes, transaction: bytes) -> Address | None:
    """The address and port that an answer tells of; None if it is no such answer.

    >>> request = binding_request(b"portlab-0001")
    >>> session = Stun().session(("192.0.2.3", 3478), ("203.0.113.7", 50000))
    >>> [answer] = session.handle(Datagram(request, ("203.0.113.7", 50000)))
    >>> mapped_address(answer.data, b"portlab-0001")
    ('203.0.113.7', 50000)
    """
    message = read(data)
    if message is None or message[:2] != (BINDING_SUCCESS, transaction):
        return None
    for kind, value in message[2]:
        if kind == XOR_MAPPED_ADDRESS and len(value) - 4 in _FAMILIES:
            plain = value[:2] + _xored(value[2:4], transaction) + _xored(value[4:], transaction)
            return unpacked(plain[4:]), int.from_bytes(plain[2:4], "big")
    return None


# ---- the format


def read(data: bytes) -> Message | None:
    """A message; None for what is none (section 5)."""
    if len(data) < _HEADER.size:
        return None
    kind, length, cookie, transaction = _HEADER.unpack_from(data)
    if kind >= 0x4000 or cookie != MAGIC_COOKIE or length != len(data) - _HEADER.size or length % 4:
        return None
    attributes, at = [], _HEADER.size
    while at < len(data):
        attribute, size = _ATTRIBUTE.unpack_from(data, at)
        at += _ATTRIBUTE.size
        if at + size > len(data):
            return None
        attributes.append((attribute, data[at : at + size]))
        at += size + -size % 4
    return kind, transaction, attributes


def written(kind: int, transaction: bytes, attributes: Iterable[tuple[int, bytes]]) -> bytes:
    """A message, each attribute filled up to four bytes (section 14)."""
    body = b"".join(
        _ATTRIBUTE.pack(attribute, len(value)) + value + bytes(-len(value) % 4)
        for attribute, value in attributes
    )
    return _HEADER.pack(kind, len(body), MAGIC_COOKIE, transaction) + body


def _address(peer: Address, transaction: bytes) -> bytes:
    """XOR-MAPPED-ADDRESS (section 14.2)."""
    address = packed(peer[0])
    port = peer[1].to_bytes(2, "big")
    family = bytes([0, _FAMILIES[len(address)]])
    return family + _xored(port, transaction) + _xored(address, transaction)


def _xored(data: bytes, transaction: bytes) -> bytes:
    """Mixed with the cookie and the number: some NATs rewrite any bytes that look like an address
    of theirs.
    """
    mask = MAGIC_COOKIE.to_bytes(4, "big") + transaction
    return bytes(one ^ other for one, other in zip(data, mask, strict=False))
