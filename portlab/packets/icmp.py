"""ICMP and ICMPv6: how hosts and routers answer about packets (RFC 792, RFC 4443).

Two classes, because the numbers differ and only ICMPv6 sums a pseudo-header; what they share is in
`_Message`. Errors quote the packet they are about; `Packet.quoted` reads it back.
"""

import struct
from dataclasses import dataclass
from typing import ClassVar, Self

from portlab.errors import PacketError
from portlab.packets.checksum import checksum, transport_checksum
from portlab.packets.fields import check_number, refuse, refuse_not_bytes, refuse_optional

_HEADER = struct.Struct("!BBH")
_HEADER_SIZE = 4


@dataclass(frozen=True, slots=True)
class _Message:
    """`body` is all that follows the first four bytes (type, code, checksum)."""

    type: int
    code: int
    body: bytes = b""
    checksum: int | None = None

    protocol: ClassVar[int]
    DESTINATION_UNREACHABLE: ClassVar[int]
    _name: ClassVar[str]
    _echo: ClassVar[tuple[int, int]]
    _errors: ClassVar[dict[int, tuple[int, int]]]
    _quotation: ClassVar[int]
    _types: ClassVar[dict[int, str]]
    _unreachable: ClassVar[dict[int, str]]

    def __post_init__(self) -> None:
        try:
            bad = (self.type | self.code) >> 8
        except TypeError:
            bad = 1
        if bad:
            refuse(self, {"type": 8, "code": 8})
        refuse_not_bytes(self, "body")
        refuse_optional(self, "checksum", "it")

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The message in `data`. Raises PacketError when there is none."""
        if len(data) < _HEADER_SIZE:
            raise PacketError(
                f"No {cls._name} message: {len(data)} bytes, but type, code and checksum alone "
                f"are {_HEADER_SIZE}. Capture whole packets, without a snap length."
            )
        kind, code, value = _HEADER.unpack_from(data)
        return cls(kind, code, data[_HEADER_SIZE:], value)

    @classmethod
    def echo(
        cls, identifier: int, sequence: int, data: bytes = b"", *, reply: bool = False
    ) -> Self:
        """An echo request, or the reply to one; `data` comes back unchanged.

        Raises PacketError for an identifier or sequence number over 16 bits.
        """
        check_number("An echo", "identifier", identifier, 16)
        check_number("An echo", "sequence", sequence, 16)
        return cls(cls._echo[reply], 0, struct.pack("!HH", identifier, sequence) + data)

    @classmethod
    def error(cls, type: int, code: int, offending: bytes, *, rest: int = 0) -> Self:
        """An error message about the IP packet `offending` (its bytes), quoting what may be.

        `rest` is the 32-bit word before the quotation, unused by most; "fragmentation needed"
        and "packet too big" put an MTU there. Raises PacketError for fields that do not fit.
        """
        check_number(f"{cls._name} error", "rest", rest, 32)
        return cls(type, code, rest.to_bytes(4, "big") + offending[: cls._quotation])

    @property
    def is_error(self) -> bool:
        """Is it about another packet? Never answer an error with an error (RFC 1122 3.2.2)."""
        return self.type in self._errors

    @property
    def quoted(self) -> bytes | None:
        """The bytes quoted from the packet that an error is about; None in other messages."""
        if self.type not in self._errors:
            return None
        # RFC 4884 section 3: a length other than zero says where extensions follow the quotation.
        at, unit = self._errors[self.type]
        length = self.body[at] * unit if unit and at < len(self.body) else 0
        return self.body[4 : 4 + length] if length else self.body[4:]

    @property
    def identifier(self) -> int | None:
        """Of an echo or its reply; None in other messages."""
        return self._echo_field(0)

    @property
    def sequence(self) -> int | None:
        """Of an echo or its reply; None in other messages."""
        return self._echo_field(2)

    def _echo_field(self, at: int) -> int | None:
        if self.type not in self._echo or len(self.body) < at + 2:
            return None
        return self.body[at] << 8 | self.body[at + 1]

    @property
    def type_name(self) -> str:
        """As `destination unreachable`; empty for types without a name here."""
        return self._types.get(self.type, "")

    @property
    def code_name(self) -> str:
        """What is unreachable, as `port unreachable`; empty in other messages."""
        unreachable = self.type == self.DESTINATION_UNREACHABLE
        return self._unreachable.get(self.code, "") if unreachable else ""

    def __str__(self) -> str:
        name = self.type_name or f"type {self.type} code {self.code}"
        if self.type == self.DESTINATION_UNREACHABLE:
            name = self.code_name or f"{name} code {self.code}"
        if self.identifier is not None and self.sequence is not None:
            name += f" id {self.identifier} seq {self.sequence}"
        return f"{self._name} {name} len {len(self.body)}"


class IcmpMessage(_Message):
    """One ICMP message of IPv4 (RFC 792).

    `body` is all that follows type, code and checksum. `checksum` None is computed when encoding;
    a decoded message has the one of its bytes. Raises PacketError for fields that do not fit.

    >>> print(IcmpMessage.echo(7, 1, b"ping"))
    ICMP echo request id 7 seq 1 len 8
    """

    __slots__ = ()

    ECHO_REPLY: ClassVar[int] = 0
    DESTINATION_UNREACHABLE: ClassVar[int] = 3
    ECHO_REQUEST: ClassVar[int] = 8
    TIME_EXCEEDED: ClassVar[int] = 11
    PORT_UNREACHABLE: ClassVar[int] = 3
    FRAGMENTATION_NEEDED: ClassVar[int] = 4

    protocol: ClassVar[int] = 1
    _name: ClassVar[str] = "ICMP"
    _echo: ClassVar[tuple[int, int]] = (8, 0)
    # Error types, each with the place and unit (bytes) of its length attribute (RFC 4884 4).
    _errors: ClassVar[dict[int, tuple[int, int]]] = {
        3: (1, 4),
        4: (0, 0),
        5: (0, 0),
        11: (1, 4),
        12: (1, 4),
    }
    # The whole answer is to stay within 576 bytes (RFC 1812 4.3.2.3): 20 of IP, 8 of ICMP.
    _quotation: ClassVar[int] = 576 - 28
    _types: ClassVar[dict[int, str]] = {
        0: "echo reply",
        3: "destination unreachable",
        4: "source quench",
        5: "redirect",
        8: "echo request",
        9: "router advertisement",
        10: "router solicitation",
        11: "time exceeded",
        12: "parameter problem",
        13: "timestamp request",
        14: "timestamp reply",
    }
    _unreachable: ClassVar[dict[int, str]] = {
        0: "network unreachable",
        1: "host unreachable",
        2: "protocol unreachable",
        3: "port unreachable",
        4: "fragmentation needed",
        5: "source route failed",
        9: "network administratively prohibited",
        10: "host administratively prohibited",
        13: "communication administratively prohibited",
    }

    @classmethod
    def unreachable(cls, offending: bytes, code: int = PORT_UNREACHABLE) -> Self:
        """Destination unreachable, about the IPv4 packet `offending` (its bytes)."""
        return cls.error(cls.DESTINATION_UNREACHABLE, code, offending)

    def encode(self, src: str = "", dst: str = "") -> bytes:
        """The bytes of the message. The checksum covers no addresses, so none are needed."""
        value = self.checksum
        if value is None:
            value = checksum(_HEADER.pack(self.type, self.code, 0) + self.body)
        return _HEADER.pack(self.type, self.code, value) + self.body


class Icmpv6Message(_Message):
    """One ICMPv6 message (RFC 4443).

    `body` is all that follows type, code and checksum. `checksum` None is computed when encoding;
    a decoded message has the one of its bytes. Raises PacketError for fields that do not fit.

    >>> print(Icmpv6Message.unreachable(bytes(48)))
    ICMPv6 port unreachable len 52
    """

    __slots__ = ()

    DESTINATION_UNREACHABLE: ClassVar[int] = 1
    PACKET_TOO_BIG: ClassVar[int] = 2
    TIME_EXCEEDED: ClassVar[int] = 3
    ECHO_REQUEST: ClassVar[int] = 128
    ECHO_REPLY: ClassVar[int] = 129
    PORT_UNREACHABLE: ClassVar[int] = 4

    protocol: ClassVar[int] = 58
    _name: ClassVar[str] = "ICMPv6"
    _echo: ClassVar[tuple[int, int]] = (128, 129)
    _errors: ClassVar[dict[int, tuple[int, int]]] = {1: (0, 8), 2: (0, 0), 3: (0, 8), 4: (0, 0)}
    # The whole answer is to stay within the minimum MTU of 1280 (RFC 4443 2.4): 40 of IP, 8 of it.
    _quotation: ClassVar[int] = 1280 - 48
    _types: ClassVar[dict[int, str]] = {
        1: "destination unreachable",
        2: "packet too big",
        3: "time exceeded",
        4: "parameter problem",
        128: "echo request",
        129: "echo reply",
        133: "router solicitation",
        134: "router advertisement",
        135: "neighbor solicitation",
        136: "neighbor advertisement",
        137: "redirect",
        143: "multicast listener report",
    }
    _unreachable: ClassVar[dict[int, str]] = {
        0: "no route to destination",
        1: "administratively prohibited",
        2: "beyond scope of source address",
        3: "address unreachable",
        4: "port unreachable",
        5: "source address failed policy",
        6: "route rejected",
    }

    @classmethod
    def unreachable(cls, offending: bytes, code: int = PORT_UNREACHABLE) -> Self:
        """Destination unreachable, about the IPv6 packet `offending` (its bytes)."""
        return cls.error(cls.DESTINATION_UNREACHABLE, code, offending)

    def encode(self, src: str, dst: str) -> bytes:
        """The bytes of the message between these addresses, which the checksum covers (2.3).

        Raises AddressError for what is no address.
        """
        value = self.checksum
        if value is None:
            bare = _HEADER.pack(self.type, self.code, 0) + self.body
            value = transport_checksum(src, dst, self.protocol, bare)
        return _HEADER.pack(self.type, self.code, value) + self.body
