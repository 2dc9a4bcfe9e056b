"""Voice: speaks to whoever calls, a packet of sound every 20 ms, over UDP and over TCP.

The packets are RTP's (RFC 3550 5.1), the sound is telephone sound of 8,000 bytes a second (PCMU,
RFC 3551 4.5.14), and all of it is silence: what matters is when it comes. Its usual port is 5004.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portlab.apps.app import Action, Address, Close, Datagram, Event, Opened, Send, Wake, Woken
from portlab.errors import LabError

EVERY = 20_000
"""Microseconds of sound in a packet, and between two of them (RFC 3551 4.2)."""

SOUND = 160
"""Bytes of it: 20 ms of 8,000 bytes a second."""

_HEADER = struct.Struct("!BBHII")
_VERSION_2 = 0x80
_MARKER = 0x80  # a voice begins to speak (RFC 3551 4.1)
_PCMU = 0
_SILENCE = b"\xff"
# RFC 3550 8.1 draws it by chance, so that no two speakers of one session have the same. Here
# there is one.
_SPEAKER = int.from_bytes(b"talk", "big")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One packet of sound: its number, from 0, and the bytes that say when to play it."""

    number: int

    @property
    def spoken(self) -> int:
        """Microseconds from the first word to this one."""
        return self.number * EVERY

    def encode(self) -> bytes:
        """
        >>> len(Chunk(0).encode()), Chunk(1).encode()[:8].hex()
        (172, '80000001000000a0')
        """
        marked = _MARKER if self.number == 0 else 0
        timestamp = self.number * SOUND
        head = _HEADER.pack(_VERSION_2, marked | _PCMU, self.number, timestamp, _SPEAKER)
        return head + _SILENCE * SOUND

    @classmethod
    def decode(cls, data: bytes) -> "Chunk | None":
        """The chunk in an RTP packet of this voice; None for any other bytes."""
        if len(data) != _HEADER.size + SOUND:
            return None
        version, kind, number, _, speaker = _HEADER.unpack(data[: _HEADER.size])
        if (version, kind & ~_MARKER, speaker) != (_VERSION_2, _PCMU, _SPEAKER):
            return None
        return cls(number)


class Voice:
    """Speaks for `seconds`, to each that connects, or sends a datagram to begin with.

    Over TCP each packet has its length before it (RFC 4571 section 2), and after the last one it
    hangs up. Raises LabError for no time at all, and for more than the packets' numbers last.
    """

    name = "Voice"
    nodelay = True

    def __init__(self, seconds: float = 1.0) -> None:
        packets = round(seconds * 1_000_000 / EVERY)
        if not 1 <= packets <= 1 << 16:
            raise LabError(
                f"A voice cannot speak for {seconds!r} seconds: its packets last 0.02 s each and "
                "have numbers of 16 bits. Give 0.02 to 1310 seconds."
            )
        self._packets = packets

    def session(self, local: Address, peer: Address) -> "_VoiceSession":
        return _VoiceSession(self._packets)


class _VoiceSession:
    def __init__(self, packets: int) -> None:
        self._packets = packets
        self._next = 0
        self._began: int | None = None
        self._on_a_stream = False

    def handle(self, event: Event) -> Iterable[Action]:
        if self._began is None and isinstance(event, Opened | Datagram):
            self._began, self._on_a_stream = event.now, isinstance(event, Opened)
            return self._speak(event.now)
        return self._speak(event.now) if isinstance(event, Woken) else ()

    def _speak(self, now: int) -> Iterator[Action]:
        packet = Chunk(self._next).encode()
        yield Send(len(packet).to_bytes(2, "big") + packet if self._on_a_stream else packet)
        self._next += 1
        if self._next < self._packets:
            # Counted from the beginning, so that being woken late once does not delay the rest.
            due = (self._began or 0) + Chunk(self._next).spoken
            yield Wake(max(0, due - now) / 1_000_000)
        elif self._on_a_stream:
            yield Close()
