"""Names of Windows neighbours before DNS did it: NetBIOS over UDP port 137 (RFC 1001, RFC 1002).

Who looks for a name asks everybody, and the computer that bears it answers: no server is needed,
and nobody checks who answers.
"""

import struct
from collections.abc import Iterable

from portlab.apps.app import Action, Address, Datagram, Event, Send
from portlab.errors import LabError
from portlab.packets.addresses import packed, unpacked

NAME_SERVICE = 137
WORKSTATION, FILE_SERVER = 0x00, 0x20
"""What the sixteenth byte of a name says about whoever bears it."""

_HEADER = struct.Struct("!HHHHHH")
_RESPONSE, _AUTHORITATIVE, _RECURSION, _BROADCAST = 0x8000, 0x0400, 0x0100, 0x0010
_NB, _NBSTAT, _IN = 0x0020, 0x0021, 0x0001
_ANY = "*"
_QUESTION = 34  # bytes of a name as it travels: a length, 32 letters, the end
_ACTIVE = 0x0400  # a name in use, of one computer (RFC 1002 4.2.18)


class NetbiosNames:
    """Answers for one computer name, up to fifteen characters; says nothing to other names.

    `address` is the IPv4 address it gives; None: the one at which it was asked.
    """

    name = "NetbiosNames"

    def __init__(self, name: str, address: str | None = None) -> None:
        self._address = address
        self._names = {(_checked(name), suffix) for suffix in (WORKSTATION, FILE_SERVER)}

    def session(self, local: Address, peer: Address) -> "_NamesSession":
        return _NamesSession(self._names, self._address or local[0])


class _NamesSession:
    def __init__(self, names: set[tuple[str, int]], address: str) -> None:
        self._names = names
        self._address = address

    def handle(self, event: Event) -> Iterable[Action]:
        if isinstance(event, Datagram) and ":" not in self._address:
            answer = self._answer(event.data)
            if answer is not None:
                yield Send(answer)

    def _answer(self, message: bytes) -> bytes | None:
        if len(message) < _HEADER.size + _QUESTION + 4:
            return None
        number, flags, questions, *_ = _HEADER.unpack_from(message)
        asked = message[_HEADER.size : _HEADER.size + _QUESTION]
        kind, family = struct.unpack_from("!HH", message, _HEADER.size + _QUESTION)
        name = decoded(asked)
        if name is None or flags & 0xF800 or questions != 1 or family != _IN:
            return None
        if kind == _NB and name in self._names:
            value, life = bytes(2) + packed(self._address), 300_000
        elif kind == _NBSTAT and (name in self._names or name == (_ANY, WORKSTATION)):
            value, life = self._status(), 0
        else:
            return None
        head = _HEADER.pack(number, _RESPONSE | _AUTHORITATIVE | flags & _RECURSION, 0, 1, 0, 0)
        return head + asked + struct.pack("!HHIH", kind, _IN, life, len(value)) + value

    def _status(self) -> bytes:
        """All names of this computer, and zeros for its statistics (RFC 1002 4.2.18)."""
        entries = b"".join(
            name.encode("ascii").ljust(15) + struct.pack("!BH", suffix, _ACTIVE)
            for name, suffix in sorted(self._names)
        )
        return bytes([len(self._names)]) + entries + bytes(46)


def question(name: str, number: int, *, suffix: int = FILE_SERVER) -> bytes:
    """Who bears `name`? As it is asked of everybody (RFC 1002 4.2.12)."""
    head = _HEADER.pack(number, _RECURSION | _BROADCAST, 1, 0, 0, 0)
    return head + encoded(_checked(name), suffix) + struct.pack("!HH", _NB, _IN)


def answered(message: bytes, number: int) -> str | None:
    """The address in a positive answer to question `number`; None for anything else."""
    start = _HEADER.size + _QUESTION
    if len(message) < start + 16:
        return None
    found, flags, _, answers, *_ = _HEADER.unpack_from(message)
    kind, family, _, length = struct.unpack_from("!HHIH", message, start)
    if (found, flags & 0x800F, answers) != (number, _RESPONSE, 1) or (kind, family) != (_NB, _IN):
        return None
    return unpacked(message[start + 12 : start + 16]) if length >= 6 else None


def encoded(name: str, suffix: int) -> bytes:
    """Each half of each byte is a letter from A to P (RFC 1001 14.1).

    >>> encoded("FILES", 0x20)
    b' EGEJEMEFFDCACACACACACACACACACACA\\x00'
    """
    filler = b"\0" if name == _ANY else b" "
    raw = name.encode("ascii").ljust(15, filler) + bytes([suffix])
    return b" " + bytes(65 + half for byte in raw for half in (byte >> 4, byte & 15)) + b"\0"


def decoded(data: bytes) -> tuple[str, int] | None:
    """
    >>> decoded(encoded("FILES", 0x20))
    ('FILES', 32)
    """
    letters = data[1:33]
    if len(data) < _QUESTION or (data[0], data[33]) != (32, 0):
        return None
    if not all(65 <= letter <= 80 for letter in letters):
        return None
    halves = [letter - 65 for letter in letters]
    raw = bytes(high << 4 | low for high, low in zip(halves[::2], halves[1::2], strict=True))
    return raw[:15].rstrip(b" \0").decode("ascii", "replace"), raw[15]


def _checked(name: str) -> str:
    """A name in capital letters, as they are compared. Raises LabError."""
    if not (name.isascii() and name.isprintable() and 0 < len(name.strip()) <= 15) or name == _ANY:
        raise LabError(
            f"{name!r} is no NetBIOS name: those have 1 to 15 characters of ASCII, such as 'FILES'."
        )
    return name.strip().upper()
