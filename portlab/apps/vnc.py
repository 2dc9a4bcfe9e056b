"""How a VNC server greets, and no more (RFC 6143 7.1): version, kinds of login, one challenge.

Its port is 5900. A real one goes on with a picture of its screen, and takes the keys and the mouse
of who looks on. Here there is no screen, and no password is the right one.
"""

from collections.abc import Iterable, Iterator

from portlab.apps.app import Action, Address, Close, Data, Event, Opened, PeerClosed, Send

VERSION, VERSION_3_7 = b"RFB 003.008\n", b"RFB 003.007\n"
VNC_AUTHENTICATION = 2

# What a client says, one after the other, and after how many bytes each is whole.
_VERSION, _CHOICE, _RESPONSE = len(VERSION), len(VERSION) + 1, len(VERSION) + 17
_CHALLENGE = b"portlab has none"  # sixteen bytes of chance, in a real one (RFC 6143 7.2.2)
_FAILED = (1).to_bytes(4, "big")


class VncGreeting:
    """Says which version it speaks, asks for a password, and takes none."""

    name = "VncGreeting"

    def session(self, local: Address, peer: Address) -> "_VncSession":
        return _VncSession()


class _VncSession:
    def __init__(self) -> None:
        self._come = b""
        self._answered = 0
        self._over = False

    def handle(self, event: Event) -> Iterable[Action]:
        if self._over:
            return
        if isinstance(event, Opened):
            yield Send(VERSION)
        elif isinstance(event, Data):
            self._come = (self._come + event.data[:_RESPONSE])[:_RESPONSE]
            for whole in (_VERSION, _CHOICE, _RESPONSE):
                if self._answered < whole <= len(self._come) and not self._over:
                    self._answered = whole
                    yield from self._answer(whole)
        elif isinstance(event, PeerClosed):
            self._over = True
            yield Close()

    def _answer(self, whole: int) -> Iterator[Action]:
        come = self._come
        if whole == _VERSION and come[:_VERSION] == VERSION:
            yield Send(bytes([1, VNC_AUTHENTICATION]))
        elif whole == _VERSION:
            # 3.7 is told of no kinds of login, in a byte; 3.3, and what is neither, of the kind 0,
            # in four (RFC 6143 7.1.1 and appendix A).
            none = bytes(1) if come[:_VERSION] == VERSION_3_7 else bytes(4)
            yield from self._refuse(none, "Only version 3.8 here.")
        elif whole == _CHOICE and come[_VERSION] == VNC_AUTHENTICATION:
            yield Send(_CHALLENGE)
        elif whole == _CHOICE:
            yield from self._refuse(_FAILED, "That login was not offered.")
        else:
            yield from self._refuse(_FAILED, "This is portlab, which greets and has no screen.")

    def _refuse(self, result: bytes, why: str) -> Iterator[Action]:
        self._over = True
        text = why.encode()
        yield Send(result + len(text).to_bytes(4, "big") + text)
        yield Close()
