"""One message of DHCP: the fields of RFC 2131 figure 1, and the options of RFC 2132 behind them.

Clients, servers and relay agents write the same message; `op` and the option `message type` say who
speaks and what it wants.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from portlab.errors import AddressError, PacketError
from portlab.packets import NOBODY_YET, packed, unpacked

SERVER_PORT = 67
CLIENT_PORT = 68

BOOTREQUEST, BOOTREPLY = 1, 2
DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
TYPES = {
    DISCOVER: "DISCOVER",
    OFFER: "OFFER",
    REQUEST: "REQUEST",
    DECLINE: "DECLINE",
    ACK: "ACK",
    NAK: "NAK",
    RELEASE: "RELEASE",
    INFORM: "INFORM",
}
"""What a message says, by the value of option 53 (RFC 2132 section 9.6)."""

SUBNET_MASK, ROUTER, NAME_SERVERS, REQUESTED_ADDRESS, LEASE_TIME = 1, 3, 6, 50, 51
MESSAGE_TYPE, SERVER_IDENTIFIER, CLIENT_IDENTIFIER = 53, 54, 61
"""Options by their codes in RFC 2132."""

BROADCAST = 0x8000
"""Of the flags: answer to all, for I cannot yet hear what is sent to one address (figure 2)."""

ETHERNET = 1

_FIXED = struct.Struct("!BBBBIHH4s4s4s4s16s192x")
_COOKIE = bytes([99, 130, 83, 99])  # options follow (section 3)
_PAD, _END = 0, 255
_LEAST = 300  # bytes, for the sake of old relay agents (RFC 1542 2.1)


@dataclass(frozen=True, slots=True)
class DhcpMessage:
    """Addresses are text, `chaddr` the bytes of a hardware address, `options` bytes by code."""

    op: int
    xid: int
    chaddr: bytes
    hops: int = 0
    secs: int = 0
    flags: int = 0
    ciaddr: str = NOBODY_YET
    yiaddr: str = NOBODY_YET
    siaddr: str = NOBODY_YET
    giaddr: str = NOBODY_YET
    options: Mapping[int, bytes] = field(default_factory=dict)

    def encode(self) -> bytes:
        """At least 300 bytes. Raises PacketError for what has no room in its field.

        >>> says = {MESSAGE_TYPE: bytes([DISCOVER])}
        >>> message = DhcpMessage(BOOTREQUEST, 7, bytes(6), options=says)
        >>> len(message.encode()), str(DhcpMessage.decode(message.encode()))
        (300, 'DHCPDISCOVER')
        """
        addresses = map(packed, (self.ciaddr, self.yiaddr, self.siaddr, self.giaddr))
        try:
            head = _FIXED.pack(
                *(self.op, ETHERNET, len(self.chaddr), self.hops, self.xid, self.secs, self.flags),
                *addresses,
                self.chaddr,
            )
            options = b"".join(_written(code, data) for code, data in self.options.items())
        except (struct.error, ValueError, AddressError) as error:
            raise PacketError(f"This is no DHCP message: {error}. Look at its fields.") from None
        return (head + _COOKIE + options + bytes([_END])).ljust(_LEAST, b"\0")

    @classmethod
    def decode(cls, data: bytes) -> "DhcpMessage | None":
        """The message in `data`; None where there is none.

        Options in the fields of a server's name and boot file (RFC 2132 section 9.3) are not read.
        """
        body = data[_FIXED.size :]
        if len(data) < _FIXED.size or not body.startswith(_COOKIE):
            return None
        op, _, length, hops, xid, secs, flags, *addresses, chaddr = _FIXED.unpack_from(data)
        options = _options(body[len(_COOKIE) :])
        if op not in (BOOTREQUEST, BOOTREPLY) or length > len(chaddr) or options is None:
            return None
        ciaddr, yiaddr, siaddr, giaddr = map(unpacked, addresses)
        return cls(
            *(op, xid, chaddr[:length], hops, secs, flags),
            *(ciaddr, yiaddr, siaddr, giaddr),
            options,
        )

    @property
    def kind(self) -> int | None:
        """What it says, such as DISCOVER; None if it does not say, which makes it BOOTP."""
        said = self.options.get(MESSAGE_TYPE, b"")
        return said[0] if len(said) == 1 else None

    @property
    def client(self) -> bytes:
        """Who asks: by the identifier it gives, else by its hardware address (section 4.2)."""
        return self.options.get(CLIENT_IDENTIFIER) or bytes([ETHERNET]) + self.chaddr

    def address(self, code: int) -> str | None:
        """The address in an option; None if it is not there, or is none."""
        said = self.options.get(code, b"")
        return unpacked(said) if len(said) == 4 else None

    def number(self, code: int) -> int | None:
        """The number of 32 bits in an option; None if it is not there, or is none."""
        said = self.options.get(code, b"")
        return int.from_bytes(said, "big") if len(said) == 4 else None

    def __str__(self) -> str:
        kind = self.kind
        return "BOOTP" if kind is None else f"DHCP{TYPES.get(kind, kind)}"


def _written(code: int, data: bytes) -> bytes:
    """An option; one of more than 255 bytes in pieces (RFC 3396)."""
    pieces = [data[at : at + 255] for at in range(0, len(data), 255)] or [b""]
    return b"".join(bytes([code, len(piece)]) + piece for piece in pieces)


def _options(data: bytes) -> dict[int, bytes] | None:
    """By code; one that comes twice is one in two pieces (RFC 3396). None if they break off."""
    options: dict[int, bytes] = {}
    at = 0
    while at < len(data) and data[at] != _END:
        code = data[at]
        at += 1
        if code == _PAD:
            continue
        if at >= len(data) or at + 1 + data[at] > len(data):
            return None
        options[code] = options.get(code, b"") + data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]
    return options
