"""How an SSH server greets, and no more: its version and what it can do (RFC 4253). Its port is 22.

After this greeting two real programs agree on a key, and from then on nobody on the way can read.
Here there is no key: whoever goes on is told so and hung up on.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from portlab.apps.app import Action, Address, Close, Data, Event, Opened, PeerClosed, Send
from portlab.apps.lines import Lines

VERSION = "SSH-2.0-portlab_1.0"

_ALGORITHMS = (
    "curve25519-sha256,ecdh-sha2-nistp256",  # to agree on a key
    "ssh-ed25519,rsa-sha2-256",  # to prove which host this is
    *("chacha20-poly1305@openssh.com,aes128-ctr",) * 2,  # to encrypt, either way
    *("hmac-sha2-256",) * 2,  # to notice changes, either way
    *("none",) * 2,  # to compress, either way
    *("",) * 2,  # languages
)
_COOKIE = b"portlab has none"  # sixteen bytes of chance, in a real one (RFC 4253 7.1)

_DISCONNECT, _IGNORE, _DEBUG, _KEXINIT = 1, 2, 4, 20
_PROTOCOL_ERROR, _KEY_EXCHANGE_FAILED = 2, 3  # RFC 4253 11.1
_LONGEST_LINE = 255  # RFC 4253 4.2
_LONGEST_PACKET = 35_000  # RFC 4253 6.1


class SshGreeting:
    """Says which version it speaks and what it can do, hears the same, and then ends."""

    name = "SshGreeting"

    def session(self, local: Address, peer: Address) -> "_SshSession":
        return _SshSession()


class _SshSession:
    def __init__(self) -> None:
        self._lines = Lines(_LONGEST_LINE)
        self._greeted = False
        self._come = bytearray()
        self._over = False

    def handle(self, event: Event) -> Iterable[Action]:
        if self._over:
            return
        if isinstance(event, Opened):
            yield Send(f"{VERSION}\r\n".encode() + packet(kexinit()))
        elif isinstance(event, Data):
            yield from self._hear(event.data)
        elif isinstance(event, PeerClosed):
            yield from self._end()

    def _hear(self, data: bytes) -> Iterator[Action]:
        if not self._greeted:
            self._lines.feed(data)
            first = list(islice(self._lines, 1))
            if not first:
                return
            (line,) = first
            if line is None or not line.startswith((b"SSH-2.0-", b"SSH-1.99-")):
                yield from self._end(_PROTOCOL_ERROR, "that is no greeting of SSH 2")
                return
            self._greeted = True
            data = self._lines.take(self._lines.waiting)
        self._come += data
        while not self._over and len(self._come) >= 5:
            length = int.from_bytes(self._come[:4], "big")
            if not 5 <= length <= _LONGEST_PACKET or self._come[4] >= length:
                yield from self._end(_PROTOCOL_ERROR, "that is no packet of SSH")
            elif len(self._come) < 4 + length:
                return
            else:
                kind = self._come[5]
                del self._come[: 4 + length]
                if kind == _DISCONNECT:
                    yield from self._end()
                elif kind not in (_KEXINIT, _IGNORE, _DEBUG):
                    why = "this is portlab, which greets and has no keys"
                    yield from self._end(_KEY_EXCHANGE_FAILED, why)

    def _end(self, code: int = 0, why: str = "") -> Iterator[Action]:
        self._over = True
        self._come.clear()
        if code:
            said = _string(why.encode()) + _string(b"")
            yield Send(packet(bytes([_DISCONNECT]) + code.to_bytes(4, "big") + said))
        yield Close()


def kexinit() -> bytes:
    """What this side can do, for the other to choose from (RFC 4253 7.1)."""
    lists = b"".join(_string(names.encode()) for names in _ALGORITHMS)
    return bytes([_KEXINIT]) + _COOKIE + lists + bytes(5)


def packet(payload: bytes) -> bytes:
    """One packet as it is before there is a key (RFC 4253 section 6): a multiple of 8 bytes.

    >>> packet(b"\\x15").hex(" ", 4)
    '0000000c 0a150000 00000000 00000000'
    """
    padding = 8 - (5 + len(payload)) % 8
    if padding < 4:
        padding += 8
    head = (1 + len(payload) + padding).to_bytes(4, "big") + bytes([padding])
    return head + payload + bytes(padding)


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data
