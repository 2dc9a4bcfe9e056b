"""What anybody on the line can tell of TLS without its keys (RFC 8446).

Each record has its kind and length in the clear (5.1), and the first messages of a handshake are
not encrypted yet: a ClientHello names the server that is asked for (RFC 6066 3).
"""

from collections.abc import Iterator
from dataclasses import dataclass

_HEADER = 5
_LONGEST = (1 << 14) + 2048  # RFC 5246 6.2.3; TLS 1.3 has less (RFC 8446 5.2)
_CHANGE_CIPHER_SPEC, _ALERT, _HANDSHAKE = 20, 21, 22
_CLIENT_HELLO, _SERVER_HELLO = 1, 2
_MESSAGES = {
    _CLIENT_HELLO: "ClientHello",
    _SERVER_HELLO: "ServerHello",
    4: "NewSessionTicket",
    11: "Certificate",
    12: "ServerKeyExchange",
    13: "CertificateRequest",
    14: "ServerHelloDone",
    15: "CertificateVerify",
    16: "ClientKeyExchange",
}
_SERVER_NAME, _HOST_NAME = 0, 0  # the extension, and the kind of name in it


@dataclass(frozen=True, slots=True)
class Shown:
    """What a piece of TLS shows: a message in the clear by its `name`, or so many bytes encrypted.

    `server` is the name that a ClientHello asks for.
    """

    name: str = ""
    server: str | None = None
    encrypted: int = 0


def begins_tls(data: bytes) -> bool:
    """Are these the first bytes of a TLS conversation, from either side?

    >>> begins_tls(bytes.fromhex("160301 00a5 01")), begins_tls(b"GET / HTTP/1.1")
    (True, False)
    """
    return (
        len(data) > _HEADER
        and data[0] == _HANDSHAKE
        and data[1] == 3
        and data[_HEADER] in (_CLIENT_HELLO, _SERVER_HELLO)
    )


class RecordReader:
    """Reads one side's records as their bytes come; one that is not whole yet is waited for."""

    def __init__(self) -> None:
        self._held = b""
        self._hidden = False  # a ChangeCipherSpec came: what follows is encrypted

    def read(self, data: bytes) -> Iterator[Shown]:
        """What the records show that `data` completes."""
        self._held += data
        while len(self._held) >= _HEADER:
            kind, length = self._held[0], int.from_bytes(self._held[3:_HEADER], "big")
            if self._held[1] != 3 or length > _LONGEST:  # no TLS any more, or never was
                self._held, lost = b"", len(self._held)
                yield Shown(encrypted=lost)
                return
            if len(self._held) < _HEADER + length:
                return
            body = self._held[_HEADER : _HEADER + length]
            self._held = self._held[_HEADER + length :]
            yield from self._record(kind, body)

    def _record(self, kind: int, body: bytes) -> Iterator[Shown]:
        if kind == _CHANGE_CIPHER_SPEC:
            self._hidden = True
        elif kind == _HANDSHAKE and not self._hidden:
            yield from _messages(body)
        elif kind == _ALERT and not self._hidden and len(body) == 2:
            yield Shown("Alert")
        else:
            yield Shown(encrypted=len(body))


def _messages(body: bytes) -> Iterator[Shown]:
    """The handshake messages that lie whole in a record (RFC 8446 4)."""
    while len(body) >= 4:
        kind, end = body[0], 4 + int.from_bytes(body[1:4], "big")
        name = _MESSAGES.get(kind, f"handshake message {kind}")
        yield Shown(name, _server_name(body[4:end]) if kind == _CLIENT_HELLO else None)
        body = body[end:]


def _server_name(hello: bytes) -> str | None:
    """The host name in a ClientHello's extensions (RFC 8446 4.1.2, RFC 6066 3)."""
    at = 2 + 32  # legacy_version, random
    for size in (1, 2, 1):  # legacy_session_id, cipher_suites, legacy_compression_methods
        at += size + int.from_bytes(hello[at : at + size], "big")
    at += 2  # the length of all extensions
    while at + 4 <= len(hello):
        kind = int.from_bytes(hello[at : at + 2], "big")
        end = at + 4 + int.from_bytes(hello[at + 2 : at + 4], "big")
        if kind == _SERVER_NAME and hello[at + 6 : at + 7] == bytes([_HOST_NAME]):
            length = int.from_bytes(hello[at + 7 : at + 9], "big")
            return hello[at + 9 : min(at + 9 + length, end)].decode("ascii", "replace")
        at = end
    return None
