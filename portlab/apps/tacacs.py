"""A TACACS+ server, RFC 8907, as far as signing in: are this name and password right?

Over TCP; its port is 49.

What RADIUS asks in one question are three here: who is it, may he do this, and what did he do. The
first is here. All of a message but its first twelve bytes is hidden, by a secret that both know.
"""

import hmac
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import md5

from portlab.apps.app import Action, Address, Close, Data, Event, PeerClosed, Send
from portlab.errors import PacketError

AUTHENTICATION = 1
"""Of the three types of packets (section 4.1); the others are authorization and accounting."""

PASS, FAIL, GET_USER, GET_PASS, ERROR = 1, 2, 4, 5, 7
"""What a server replies (section 5.2)."""

LOGIN, ASCII, PAP = 1, 1, 2
"""The action, and two types of authentication (section 5.1)."""

_HEADER = struct.Struct("!BBBBII")
_MAJOR = 0xC
_VERSION_ONE = 0xC1  # PAP is of minor version 1
_UNENCRYPTED = 0x01
_NO_ECHO = 0x01
_ABORT = 0x01
_START = struct.Struct("!8B")
_CONTINUE = struct.Struct("!HHB")
_REPLY = struct.Struct("!BBHH")
_MOST = 8192  # bytes of a body: far more than a name and a password take


@dataclass(frozen=True, slots=True)
class TacacsPacket:
    """One packet, its `body` plain."""

    kind: int
    sequence: int
    session_id: int
    body: bytes
    version: int = _VERSION_ONE

    def encode(self, secret: bytes) -> bytes:
        head = (self.version, self.kind, self.sequence, 0, self.session_id, len(self.body))
        return _HEADER.pack(*head) + obfuscated(
            self.body, secret, self.session_id, self.version, self.sequence
        )

    @classmethod
    def decode(cls, data: bytes, secret: bytes) -> "TacacsPacket | None":
        """The packet in `data`, which is one packet; None for what is none, or is not hidden."""
        if len(data) < _HEADER.size:
            return None
        version, kind, sequence, flags, session_id, length = _HEADER.unpack_from(data)
        body = data[_HEADER.size :]
        if version >> 4 != _MAJOR or flags & _UNENCRYPTED or length != len(body):
            return None
        plain = obfuscated(body, secret, session_id, version, sequence)
        return cls(kind, sequence, session_id, plain, version)


def obfuscated(body: bytes, secret: bytes, session_id: int, version: int, sequence: int) -> bytes:
    """A body as it travels, and back (section 4.5): mixed with a chain of digests.

    The RFC calls it obfuscation and no encryption: who wants to be sure runs it inside TLS.
    """
    start = session_id.to_bytes(4, "big") + secret + bytes([version, sequence])
    pad = last = b""
    while len(pad) < len(body):
        last = md5(start + last, usedforsecurity=False).digest()
        pad += last
    return bytes(one ^ other for one, other in zip(body, pad, strict=False))


class Tacacs:
    """Lets the `users` in (passwords by name) when asked by who knows the `secret`.

    The client may bring the password along (PAP), or be asked for it (ASCII). With a wrong secret a
    message cannot be read, and the server hangs up.
    """

    name = "Tacacs"

    def __init__(self, secret: str, users: Mapping[str, str]) -> None:
        self.secret = secret.encode()
        self._users = {name.encode(): password.encode() for name, password in users.items()}

    def session(self, local: Address, peer: Address) -> "_TacacsSession":
        return _TacacsSession(self)

    def lets_in(self, name: bytes, password: bytes) -> bool:
        known = self._users.get(name)
        return known is not None and hmac.compare_digest(known, password)


class _TacacsSession:
    """One connection, and on it one signing in."""

    def __init__(self, server: Tacacs) -> None:
        self._server = server
        self._come = bytearray()
        self._user: bytes | None = None
        self._session_id: int | None = None
        self._expected = 1
        self._over = False

    def handle(self, event: Event) -> Iterator[Action]:
        if self._over:
            return
        if isinstance(event, PeerClosed):
            yield from self._end()
        elif isinstance(event, Data):
            self._come += event.data
            yield from self._packets()

    def _packets(self) -> Iterator[Action]:
        while not self._over and len(self._come) >= _HEADER.size:
            length = int.from_bytes(self._come[8:12], "big")
            if length > _MOST:
                yield from self._end()
                return
            end = _HEADER.size + length
            if len(self._come) < end:
                return
            data = bytes(self._come[:end])
            del self._come[:end]
            yield from self._answer(TacacsPacket.decode(data, self._server.secret))

    def _answer(self, asked: TacacsPacket | None) -> Iterator[Action]:
        if asked is None or asked.kind != AUTHENTICATION or asked.sequence != self._expected:
            yield from self._end()
            return
        first = self._session_id is None
        if not first and asked.session_id != self._session_id:
            yield from self._end()
            return
        self._session_id = asked.session_id
        status = self._start(asked) if first else self._continue(asked)
        if status is None:
            yield from self._end()
            return
        yield Send(self._reply(asked, status))
        self._expected += 2
        if status in (PASS, FAIL, ERROR):
            yield from self._end()

    def _start(self, asked: TacacsPacket) -> int | None:
        """Section 5.1: who it is, and with PAP the password; None for what cannot be read."""
        start = read_start(asked.body)
        if start is None:
            return None
        action, kind, user, password = start
        if action != LOGIN or kind not in (ASCII, PAP):
            return ERROR
        if kind == PAP:
            return PASS if self._server.lets_in(user, password) else FAIL
        if not user:
            return GET_USER
        self._user = user
        return GET_PASS

    def _continue(self, asked: TacacsPacket) -> int | None:
        """Section 5.3: what was asked for."""
        if len(asked.body) < _CONTINUE.size:
            return None
        length, data, flags = _CONTINUE.unpack_from(asked.body)
        if len(asked.body) != _CONTINUE.size + length + data or flags & _ABORT:
            return None
        said = asked.body[_CONTINUE.size : _CONTINUE.size + length]
        if self._user is None:
            self._user = said
            return GET_PASS
        return PASS if self._server.lets_in(self._user, said) else FAIL

    def _reply(self, asked: TacacsPacket, status: int) -> bytes:
        words = {GET_USER: b"Name: ", GET_PASS: b"Password: "}.get(status, b"")
        flags = _NO_ECHO if status == GET_PASS else 0
        body = _REPLY.pack(status, flags, len(words), 0) + words
        sequence = asked.sequence + 1
        answer = TacacsPacket(AUTHENTICATION, sequence, asked.session_id, body, asked.version)
        return answer.encode(self._server.secret)

    def _end(self) -> Iterator[Action]:
        self._over = True
        self._come.clear()
        yield Close()


def read_start(body: bytes) -> tuple[int, int, bytes, bytes] | None:
    """Action, type of authentication, name and data of a START; None for what is none."""
    if len(body) < _START.size:
        return None
    action, _, kind, _, user, port, remote, data = _START.unpack_from(body)
    if len(body) != _START.size + user + port + remote + data:
        return None
    name = body[_START.size : _START.size + user]
    return action, kind, name, body[len(body) - data :]


# ---- for those who ask


def sign_in(name: str, password: str, secret: str, session_id: int) -> bytes:
    """The first and only packet of signing in with PAP. Raises PacketError for what is too long.

    >>> packet = sign_in("student", "blue sky", "shared", 1)
    >>> b"student" in packet, len(packet)
    (False, 35)
    """
    user, data = name.encode(), password.encode()
    if max(len(user), len(data)) > 255:
        raise PacketError("Name and password have at most 255 bytes each. Take shorter ones.")
    body = _START.pack(LOGIN, 0, PAP, 1, len(user), 0, 0, len(data)) + user + data
    return TacacsPacket(AUTHENTICATION, 1, session_id, body).encode(secret.encode())


def reply_status(data: bytes, secret: str) -> int | None:
    """What a server replied, such as PASS; None for what is no reply."""
    packet = TacacsPacket.decode(data, secret.encode())
    if packet is None or packet.kind != AUTHENTICATION or len(packet.body) < _REPLY.size:
        return None
    return packet.body[0]
