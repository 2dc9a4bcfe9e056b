"""How an SMB server and its client agree on a dialect, and no more (MS-SMB2 2.2.3, 2.2.4).

Its port is 445. A real one goes on with a login and then with files. From dialect 3.0 on both may
be encrypted. Here there are no files: whoever asks for more is told that there is no more.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence

from portlab.apps.app import Action, Address, Close, Data, Event, PeerClosed, Send
from portlab.errors import LabError

DIALECTS = {"2.0.2": 0x0202, "2.1": 0x0210, "3.0": 0x0300, "3.0.2": 0x0302, "3.1.1": 0x0311}
"""By the names that people use, oldest first. SMB 1 is another protocol, and not spoken here."""

NEGOTIATE = 0
_NOT_SUPPORTED, _INVALID_PARAMETER = 0xC00000BB, 0xC000000D
_FROM_SERVER = 1
_CAN_ENCRYPT = 0x40
_SIGNING_ENABLED = 1
_HEADER = struct.Struct("<4sHHIHHIIQIIQ16s")
_BODY = struct.Struct("<HHHHI16sIHH")
_LONGEST = 0x1FFFF
_SERVER_ID = b"portlab has none"  # sixteen bytes of chance, in a real one


class SmbGreeting:
    """Chooses the newest of `dialects` that a client offers too."""

    name = "SmbGreeting"

    def __init__(self, dialects: Sequence[str] = tuple(DIALECTS)) -> None:
        self._dialects = frozenset(numbers(dialects))

    def session(self, local: Address, peer: Address) -> "_SmbSession":
        return _SmbSession(self._dialects)


class _SmbSession:
    def __init__(self, dialects: frozenset[int]) -> None:
        self._dialects = dialects
        self._come = bytearray()
        self._over = False

    def handle(self, event: Event) -> Iterable[Action]:
        if self._over:
            return
        if isinstance(event, Data):
            self._come += event.data
            yield from self._hear()
        elif isinstance(event, PeerClosed):
            self._over = True
            yield Close()

    def _hear(self) -> Iterator[Action]:
        """Messages have their length before them, in three bytes behind a zero (MS-SMB2 2.1)."""
        come = self._come
        while not self._over and len(come) >= 4:
            length = int.from_bytes(come[1:4], "big")
            if come[0] or not _HEADER.size <= length <= _LONGEST:
                answer = None
            elif len(come) < 4 + length:
                return
            else:
                answer = self._answer(bytes(come[4 : 4 + length]))
                del come[: 4 + length]
            if answer is None:
                self._over = True
                come.clear()
                yield Close()
            else:
                yield Send(framed(answer))

    def _answer(self, message: bytes) -> bytes | None:
        """None where a real server hangs up: SMB 1 it does not speak, and noise neither."""
        protocol, _, _, _, command, *_ = _HEADER.unpack_from(message)
        (number,) = struct.unpack_from("<Q", message, 24)
        if protocol != b"\xfeSMB":
            return None
        if command != NEGOTIATE:
            return header(command, number, status=_NOT_SUPPORTED, answers=True) + _error()
        offered = offers(message)
        if not offered:
            return header(command, number, status=_INVALID_PARAMETER, answers=True) + _error()
        common = self._dialects & set(offered)
        if not common:
            return header(command, number, status=_NOT_SUPPORTED, answers=True) + _error()
        return header(command, number, answers=True) + _agreement(max(common))


def request(dialects: Sequence[str]) -> bytes:
    """A client's first message: the dialects that it speaks (MS-SMB2 2.2.3)."""
    asked = sorted(numbers(dialects))
    names = b"".join(number.to_bytes(2, "little") for number in asked)
    contexts, offset, several = b"", 0, 0
    if asked[-1] == DIALECTS["3.1.1"]:
        start = _HEADER.size + _BODY.size + len(names)
        names += bytes(-start % 8)
        contexts, offset, several = _contexts(), start + -start % 8, 2
    ability = _CAN_ENCRYPT if asked[-1] >= DIALECTS["3.0"] else 0
    body = _BODY.pack(
        36, len(asked), _SIGNING_ENABLED, 0, ability, _SERVER_ID, offset, several, 0
    )  # the client's id is chance too
    return framed(header(NEGOTIATE, 0) + body + names + contexts)


def chosen(message: bytes) -> str | None:
    """The dialect in a server's answer (with its length before it); None if it refuses."""
    body = message[4 + _HEADER.size :]
    if message[4:8] != b"\xfeSMB" or len(body) < 6 or body[:2] != b"\x41\0":
        return None
    number = int.from_bytes(body[4:6], "little")
    return next((name for name, known in DIALECTS.items() if known == number), None)


def offers(message: bytes) -> list[int]:
    """The dialects in a client's message."""
    start = _HEADER.size + _BODY.size
    if len(message) < start:
        return []
    count = int.from_bytes(message[_HEADER.size + 2 : _HEADER.size + 4], "little")
    raw = message[start : start + 2 * count]
    return [value for (value,) in struct.iter_unpack("<H", raw[: len(raw) // 2 * 2])]


def numbers(dialects: Sequence[str]) -> list[int]:
    """Raises LabError for a name that no dialect has."""
    unknown = [one for one in dialects if one not in DIALECTS]
    if unknown or not dialects:
        what = repr(unknown[0]) if unknown else "nothing"
        raise LabError(f"{what} is no dialect of SMB that is known here: {', '.join(DIALECTS)}.")
    return [DIALECTS[one] for one in dialects]


def header(command: int, number: int, *, status: int = 0, answers: bool = False) -> bytes:
    """MS-SMB2 2.2.1.2."""
    flags = _FROM_SERVER if answers else 0
    return _HEADER.pack(b"\xfeSMB", 64, 0, status, command, 1, flags, 0, number, 0, 0, 0, bytes(16))


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(4, "big") + message


def _agreement(dialect: int) -> bytes:
    """MS-SMB2 2.2.4. Whoever may encrypt says so, and 3.1.1 has room to say how."""
    encrypts = dialect in (DIALECTS["3.0"], DIALECTS["3.0.2"])
    contexts, offset, several = b"", 0, 0
    if dialect == DIALECTS["3.1.1"]:
        contexts, offset, several = _contexts(), _HEADER.size + 64, 2
    most = 65_536
    fixed = struct.pack("<HHHH16sI", 65, _SIGNING_ENABLED, dialect, several, _SERVER_ID,
                        _CAN_ENCRYPT if encrypts else 0)  # fmt: skip
    sizes = struct.pack("<IIIQQ", most, most, most, 0, 0)
    return fixed + sizes + struct.pack("<HHI", _HEADER.size + 64, 0, offset) + contexts


def _contexts() -> bytes:
    """What 3.1.1 settles beside the dialect: a hash, and a cipher (MS-SMB2 2.2.3.1)."""
    hashes = struct.pack("<HHH", 1, 16, 1) + _SERVER_ID  # SHA-512, and salt
    ciphers = struct.pack("<HH", 1, 2)  # AES-128-GCM
    first = struct.pack("<HHI", 1, len(hashes), 0) + hashes
    return first + bytes(-len(first) % 8) + struct.pack("<HHI", 2, len(ciphers), 0) + ciphers


def _error() -> bytes:
    """The body of a refusal (MS-SMB2 2.2.2)."""
    return struct.pack("<HBBI", 9, 0, 0, 0) + b"\0"
