"""A time server, RFC 5905 in its simplest part: asked by a client, it says what its clock says.

The clock is the world's, and may be set `ahead`, so that there is something to correct. Over UDP;
its port is 123.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5

from portlab.apps.app import Action, Address, Datagram, Event, Send
from portlab.errors import LabError, PacketError
from portlab.packets import packed, unpacked

CLIENT, SERVER = 3, 4
"""Modes (figure 10)."""

UNSYNCHRONIZED = 16
"""The stratum of a clock that follows no other (figure 11)."""

_PACKET = struct.Struct("!BBbbII4sQQQQ")
_LAST = 15  # the stratum that nobody follows
_ALARM = 3  # the leap indicator of a clock that is not set (figure 9)
_PRECISION = -20  # 2 to this power of a second: about a microsecond, which is this clock's grain
_SECONDS_TO_2026 = 3_976_214_400  # from 1900, where NTP counts from
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class NtpPacket:
    """The header (figure 8). Timestamps have 64 bits: seconds since 1900, and 32 bits of fraction.

    `root_delay` and `root_dispersion` are in units of 1/65,536 s, `poll` and `precision` powers of
    two of a second.
    """

    mode: int
    version: int = 4
    leap: int = 0
    stratum: int = 0
    poll: int = 0
    precision: int = 0
    root_delay: int = 0
    root_dispersion: int = 0
    reference_id: bytes = bytes(4)
    reference: int = 0
    origin: int = 0
    receive: int = 0
    transmit: int = 0

    def encode(self) -> bytes:
        """48 bytes. Raises PacketError for what has no room in its field.

        >>> NtpPacket(CLIENT).encode()[:1].hex()
        '23'
        """
        if not (0 <= self.leap < 4 and 0 <= self.version < 8 and 0 <= self.mode < 8):
            raise PacketError(f"{self!r} does not fit: leap has 2 bits, version and mode have 3.")
        first = self.leap << 6 | self.version << 3 | self.mode
        try:
            return _PACKET.pack(
                *(first, self.stratum, self.poll, self.precision),
                *(self.root_delay, self.root_dispersion, self.reference_id),
                *(self.reference, self.origin, self.receive, self.transmit),
            )
        except struct.error as error:
            raise PacketError(f"{self!r} does not fit: {error}.") from None

    @property
    def follows(self) -> str:
        """The reference id to be read: a kind of clock, a server's IPv4 address (what looks like
        one if that server has IPv6), or "nobody" and the kiss code that says why (section 7.3).

        >>> NtpPacket(SERVER, stratum=1, reference_id=b"GPS\\0").follows
        'GPS'
        >>> NtpPacket(SERVER, stratum=2, reference_id=bytes([10, 0, 0, 1])).follows
        '10.0.0.1'
        >>> NtpPacket(SERVER, stratum=0, reference_id=b"INIT").follows
        'nobody (INIT)'
        """
        if 2 <= self.stratum < UNSYNCHRONIZED:
            return unpacked(self.reference_id)
        letters = self.reference_id.rstrip(b"\0").decode("latin-1")
        code = "".join(one if one.isascii() and one.isprintable() else "?" for one in letters)
        if self.stratum == 1:
            return code
        return f"nobody ({code})" if code else "nobody"

    @classmethod
    def decode(cls, data: bytes) -> "NtpPacket | None":
        """The header in `data`, whatever follows it; None where there are fewer than 48 bytes."""
        if len(data) < _PACKET.size:
            return None
        first, *rest = _PACKET.unpack_from(data)
        return cls(first & 7, first >> 3 & 7, first >> 6, *rest)


def timestamp(now: int) -> int:
    """Microseconds since 2026-01-01T00:00Z as NTP writes a moment, in the era that ends in 2036.

    >>> hex(timestamp(500_000))
    '0xed00378080000000'
    """
    seconds, micros = divmod(now, _MICROSECONDS)
    whole = (seconds + _SECONDS_TO_2026) & 0xFFFF_FFFF
    return whole << 32 | (micros << 32) // _MICROSECONDS


def moment(stamp: int) -> int:
    """The other way: microseconds since 2026-01-01T00:00Z, to the nearest.

    >>> moment(timestamp(1_234_567))
    1234567
    """
    fraction = (stamp & 0xFFFF_FFFF) * _MICROSECONDS + (1 << 31) >> 32
    return ((stamp >> 32) - _SECONDS_TO_2026) * _MICROSECONDS + fraction


def reference_id(server: str) -> bytes:
    """How the server that one follows is named in four bytes: by its IPv4 address, or by the
    beginning of a digest of its IPv6 address (section 7.3).
    """
    address = packed(server)
    return address if len(address) == 4 else md5(address, usedforsecurity=False).digest()[:4]


class Ntp:
    """Answers clients of versions 1 to 4. `stratum` is 1 for a server that has a clock of its own
    kind (`reference` says which, such as "GPS"; "LOCL" if nothing is said), 2 for one that follows
    such a server (`reference` is its address), and so on; 16 follows nobody and says so. Its clock
    is `ahead` by so many seconds. Raises LabError, AddressError.
    """

    name = "Ntp"

    def __init__(
        self, stratum: int = 1, reference: str | None = None, *, ahead: float = 0.0
    ) -> None:
        if not 1 <= stratum <= UNSYNCHRONIZED:
            raise LabError(
                f"A stratum is 1 to 15, or 16 for a clock that follows no other, and not {stratum}."
            )
        self._stratum = stratum
        self._ahead = round(ahead * _MICROSECONDS)
        if stratum in (1, UNSYNCHRONIZED):
            self._reference = (reference or "LOCL").encode("ascii", "replace")[:4].ljust(4, b"\0")
        elif reference is None:
            raise LabError(
                f"A server of stratum {stratum} follows another: whom? Give its address as "
                f"well, as in Ntp({stratum}, '192.0.2.1')."
            )
        else:
            self._reference = reference_id(reference)

    @classmethod
    def follower(cls, answer: NtpPacket, server: str, *, ahead: float = 0.0) -> "Ntp":
        """A server that has set its clock by this answer of `server`, an address.

        It is one step further from the first clock; who follows nobody that is to be followed, or
        is too far away, follows nobody itself (figure 11).
        """
        good = answer.leap != _ALARM and 1 <= answer.stratum < _LAST
        if not good:
            return cls(UNSYNCHRONIZED, ahead=ahead)
        return cls(answer.stratum + 1, server, ahead=ahead)

    def session(self, local: Address, peer: Address) -> "_NtpSession":
        return _NtpSession(self)

    def answer(self, asked: NtpPacket, now: int) -> NtpPacket:
        """What it says at `now`: when the question came, and when the answer goes."""
        lost = self._stratum == UNSYNCHRONIZED
        at = timestamp(now + self._ahead)
        return NtpPacket(
            mode=SERVER,
            version=asked.version,
            leap=_ALARM if lost else 0,
            stratum=0 if lost else self._stratum,
            poll=asked.poll,
            precision=_PRECISION,
            reference_id=b"INIT" if lost else self._reference,  # figure 13
            reference=0 if lost else at,
            origin=asked.transmit,
            receive=at,
            transmit=at,
        )


class _NtpSession:
    """Remembers nothing, so one server serves any number of clients."""

    def __init__(self, server: Ntp) -> None:
        self._server = server

    def handle(self, event: Event) -> Iterator[Action]:
        asked = NtpPacket.decode(event.data) if isinstance(event, Datagram) else None
        if asked is None or asked.mode != CLIENT or not 1 <= asked.version <= 4:
            return
        assert isinstance(event, Datagram)
        yield Send(self._server.answer(asked, event.now).encode())
