"""A RADIUS server, RFC 2865: is this the right password? Over UDP; its port is 1812.

A switch or an access point asks it for everybody who wants to come in, so that passwords are kept
in one place. Of the question only the password is hidden, by a secret that both know; the rest can
be read on the way.
"""

import hmac
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import md5

from portlab.apps.app import Action, Address, Datagram, Event, Send
from portlab.errors import LabError, PacketError

ACCESS_REQUEST, ACCESS_ACCEPT, ACCESS_REJECT = 1, 2, 3
"""Codes (section 3)."""

USER_NAME, USER_PASSWORD, REPLY_MESSAGE, PROXY_STATE, MESSAGE_AUTHENTICATOR = 1, 2, 18, 33, 80
"""Types of attributes (section 5; the last RFC 3579 section 3.2)."""

LONGEST_PASSWORD = 128  # bytes (section 5.2)

_HEADER = struct.Struct("!BBH16s")
_MOST = 4096  # bytes of a packet (section 3)
_UNSIGNED = bytes(16)


@dataclass(frozen=True, slots=True)
class RadiusPacket:
    """One packet; `attributes` are pairs of a type and a value, in order."""

    code: int
    identifier: int
    authenticator: bytes
    attributes: tuple[tuple[int, bytes], ...] = ()

    def encode(self) -> bytes:
        """Raises PacketError for what has no room."""
        try:
            body = b"".join(
                bytes([kind, len(value) + 2]) + value for kind, value in self.attributes
            )
            length = _HEADER.size + len(body)
            if length > _MOST:
                raise ValueError(f"{length} bytes are more than {_MOST}")
            head = _HEADER.pack(self.code, self.identifier, length, self.authenticator)
        except (struct.error, ValueError) as error:
            raise PacketError(f"This is no RADIUS packet: {error}. Look at its fields.") from None
        return head + body

    @classmethod
    def decode(cls, data: bytes) -> "RadiusPacket | None":
        """The packet in `data`; None for what is none. What follows its end is padding."""
        if len(data) < _HEADER.size:
            return None
        code, identifier, length, authenticator = _HEADER.unpack_from(data)
        if not _HEADER.size <= length <= min(len(data), _MOST):
            return None
        attributes, at = [], _HEADER.size
        while at < length:
            if at + 2 > length or data[at + 1] < 2 or at + data[at + 1] > length:
                return None
            attributes.append((data[at], data[at + 2 : at + data[at + 1]]))
            at += data[at + 1]
        return cls(code, identifier, authenticator, tuple(attributes))

    def value(self, kind: int) -> bytes | None:
        """Of the first attribute of this type."""
        return next((value for one, value in self.attributes if one == kind), None)

    def signed(self, secret: bytes) -> "RadiusPacket":
        """With a Message-Authenticator over all of it in front of the other attributes."""
        rest = tuple(pair for pair in self.attributes if pair[0] != MESSAGE_AUTHENTICATOR)
        blank = replace(self, attributes=((MESSAGE_AUTHENTICATOR, _UNSIGNED), *rest))
        signature = hmac.digest(secret, blank.encode(), "md5")
        return replace(self, attributes=((MESSAGE_AUTHENTICATOR, signature), *rest))

    def is_signed(self, secret: bytes) -> bool | None:
        """Whether its Message-Authenticator is right; None without one."""
        signature = self.value(MESSAGE_AUTHENTICATOR)
        if signature is None:
            return None
        blank = tuple(
            (kind, _UNSIGNED if kind == MESSAGE_AUTHENTICATOR else value)
            for kind, value in self.attributes
        )
        right = hmac.digest(secret, replace(self, attributes=blank).encode(), "md5")
        return hmac.compare_digest(signature, right)


class Radius:
    """Accepts the `users` (passwords by name) when asked by who knows the `secret`.

    With a wrong secret a password cannot be read, and nobody is accepted. What is not a question,
    or signed wrongly, stays without an answer.
    """

    name = "Radius"

    def __init__(self, secret: str, users: Mapping[str, str]) -> None:
        self._secret = secret.encode()
        self._users = {name.encode(): password.encode() for name, password in users.items()}

    def session(self, local: Address, peer: Address) -> "_RadiusSession":
        return _RadiusSession(self)

    def answer(self, asked: RadiusPacket) -> RadiusPacket | None:
        """Yes or no to one question, signed; None to what is none."""
        if asked.code != ACCESS_REQUEST or asked.is_signed(self._secret) is False:
            return None
        known = self._users.get(asked.value(USER_NAME) or b"")
        hidden = asked.value(USER_PASSWORD)
        given = None if hidden is None else shown(hidden, self._secret, asked.authenticator)
        right = known is not None and given is not None and hmac.compare_digest(known, given)
        # What proxies on the way wrote down for themselves goes back as it came (section 5.33).
        proxies = tuple(pair for pair in asked.attributes if pair[0] == PROXY_STATE)
        message = (REPLY_MESSAGE, b"Welcome." if right else b"Not with this name and password.")
        code = ACCESS_ACCEPT if right else ACCESS_REJECT
        said = RadiusPacket(code, asked.identifier, asked.authenticator, (message, *proxies))
        try:
            answer = said.signed(self._secret)
        except PacketError:  # so much for proxies that there is no room for ours
            return None
        return replace(answer, authenticator=_of_response(answer, self._secret))


class _RadiusSession:
    def __init__(self, server: Radius) -> None:
        self._server = server

    def handle(self, event: Event) -> Iterator[Action]:
        asked = RadiusPacket.decode(event.data) if isinstance(event, Datagram) else None
        answer = None if asked is None else self._server.answer(asked)
        if answer is not None:
            yield Send(answer.encode())


# ---- what the secret is for


def hidden(password: bytes, secret: bytes, authenticator: bytes) -> bytes:
    """A password as it travels (section 5.2): in pieces of 16 bytes, each mixed with a digest of
    the secret and of the piece before it, the first with the question's authenticator.

    >>> hidden(b"arctangent", b"xyzzy5461", bytes.fromhex("0f403f9473978057bd83d5cb98f4227a")).hex()
    '0dbe708d93d413ce3196e43f782a0aee'
    """
    if len(password) > LONGEST_PASSWORD:
        raise LabError(
            f"RADIUS hides passwords of at most {LONGEST_PASSWORD} bytes. Take a shorter."
        )
    padded = password.ljust(max(16, len(password) + -len(password) % 16), b"\0")
    done = b""
    before = authenticator
    for piece in _pieces(padded):
        before = _mixed(piece, secret, before)
        done += before
    return done


def shown(data: bytes, secret: bytes, authenticator: bytes) -> bytes | None:
    """The password again, without what filled it up; None where no password can be hidden."""
    if not data or len(data) % 16 or len(data) > LONGEST_PASSWORD:
        return None
    before = (authenticator, *_pieces(data))
    plain = (
        _mixed(piece, secret, last) for piece, last in zip(_pieces(data), before, strict=False)
    )
    return b"".join(plain).rstrip(b"\0")


def _pieces(data: bytes) -> Iterable[bytes]:
    return [data[at : at + 16] for at in range(0, len(data), 16)]


def _mixed(piece: bytes, secret: bytes, before: bytes) -> bytes:
    pad = md5(secret + before, usedforsecurity=False).digest()
    return bytes(one ^ other for one, other in zip(piece, pad, strict=True))


def _of_response(answer: RadiusPacket, secret: bytes) -> bytes:
    """The Response Authenticator (section 3), of an answer that has the question's in its place."""
    return md5(answer.encode() + secret, usedforsecurity=False).digest()


# ---- for those who ask


def access_request(
    name: str, password: str, secret: str, authenticator: bytes, identifier: int = 1
) -> bytes:
    """The question of a switch or an access point, signed. `authenticator` is 16 bytes that are
    never used twice. Raises PacketError, and LabError for a password that is too long.
    """
    key = secret.encode()
    said = (
        (USER_NAME, name.encode()),
        (USER_PASSWORD, hidden(password.encode(), key, authenticator)),
    )
    return RadiusPacket(ACCESS_REQUEST, identifier, authenticator, said).signed(key).encode()


def verdict(data: bytes, question: bytes, secret: str) -> bool | None:
    """Whether an answer lets in; None if it is none to this `question` by who knows the secret.

    >>> question = access_request("student", "blue sky", "shared", bytes(range(16)))
    >>> answer = Radius("shared", {"student": "blue sky"}).answer(RadiusPacket.decode(question))
    >>> verdict(answer.encode(), question, "shared"), verdict(answer.encode(), question, "other")
    (True, None)
    """
    answer, asked = RadiusPacket.decode(data), RadiusPacket.decode(question)
    if answer is None or asked is None or answer.identifier != asked.identifier:
        return None
    if answer.code not in (ACCESS_ACCEPT, ACCESS_REJECT):
        return None
    unsigned = replace(answer, authenticator=asked.authenticator)
    if not hmac.compare_digest(_of_response(unsigned, secret.encode()), answer.authenticator):
        return None
    return answer.code == ACCESS_ACCEPT
