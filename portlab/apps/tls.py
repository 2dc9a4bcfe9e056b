"""TLS around any app: `Tls(Http(), certificate)` is a web server with encryption, for port 443.

The ssl library does it all (TLS 1.3, RFC 8446, or 1.2), on memory instead of a socket: bytes in,
bytes out. Its keys are new each time, so here, and only here, the same seed does not give the same
bytes; it gives the same sizes and the same segments.

`TlsSession` can also begin later: a session that is spoken to in the clear first says `StartTls()`
when its client has asked for it (STARTTLS, RFC 3207 and RFC 2595; AUTH TLS, RFC 4217).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from portlab.apps.app import (
    Abort,
    Action,
    Address,
    App,
    Close,
    Connect,
    Data,
    Datagram,
    Event,
    Listen,
    Opened,
    PeerClosed,
    Reset,
    Send,
    Tell,
    Wake,
    Woken,
)
from portlab.apps.certificates import Certificate
from portlab.errors import CertificateError, ConnectionClosed, LabError, TlsError

if TYPE_CHECKING:
    from ssl import SSLContext, SSLError

PATIENCE = 60.0
"""Seconds for a client to agree on keys; until then the session inside knows of nobody."""

_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class StartTls:
    """Said by a session inside a TlsSession, after its last words in the clear: now comes TLS.

    What else the client had sent by then must be forgotten: it came from anybody (RFC 3207 6).
    """


def layers(session: object) -> Iterator[object]:
    """A session and, inside TLS, the one that it carries: Tell may name either."""
    while isinstance(session, TlsSession):
        yield session
        session = session.inside
    yield session


class Upgrading(Protocol):
    """A session that may say StartTls."""

    def handle(self, event: Event) -> Iterable[Action | StartTls]: ...


class Tls:
    """`app`, spoken to through TLS by whoever trusts the authority of `certificate`.

    >>> from portlab.apps import Authority, Echo
    >>> Tls(Echo(), Authority().certificate("server")).name
    'Tls(Echo)'
    """

    def __init__(self, app: App, certificate: Certificate) -> None:
        if not isinstance(certificate, Certificate):
            raise LabError(
                f"Tls needs the server's certificate, and {certificate!r} is none. Make one: "
                "apps.Authority().certificate('server')."
            )
        self.name = f"Tls({app.name})"
        self._app = app
        self._certificate = certificate

    def session(self, local: Address, peer: Address) -> "TlsSession":
        session = TlsSession(self._app.session(local, peer), self._certificate)
        session.start()
        return session


class TlsSession:
    """A session inside TLS: it hears and says plain bytes, and the wire carries others.

    TLS begins when `inside` says StartTls, or with `start()`. From then on its Opened waits until
    both sides have their keys, a PeerClosed means that the client said it was done (close_notify,
    RFC 8446 6.1), and what ends any other way is a Reset: something may be missing.
    """

    def __init__(self, inside: Upgrading, certificate: Certificate) -> None:
        self.inside = inside
        self._certificate = certificate
        self._end: TlsEnd | None = None
        self._opened: Opened | None = None
        self._late: int | None = None
        self._waiting: list[bytes] = []
        self._closing = False
        self._heard_end = False
        self._over = False

    def start(self) -> None:
        """From the next byte on, TLS is spoken."""
        self._end = TlsEnd(self._certificate.context())

    def handle(self, event: Event) -> Iterator[Action]:
        end = self._end
        if self._over:
            return
        if isinstance(event, Datagram):
            raise LabError("TLS needs a stream. Serve it with listen(); udp() has no use for it.")
        if end is None:
            yield from self._tell(event)
        elif isinstance(event, Opened):
            self._opened = event
            self._late = event.now + round(PATIENCE * 1_000_000)
            yield Wake(PATIENCE)
        elif isinstance(event, Woken) and self._is_own(event):
            self._late = None
            if self._opened is not None:
                self._over = True
                yield Abort()
        elif isinstance(event, Data):
            yield from self._heard(end, end.receive(event.data))
        elif isinstance(event, PeerClosed):
            if not end.peer_closed:
                end.finish()
                yield from self._broken()
        elif self._opened is None:
            yield from self._tell(event)

    def _is_own(self, alarm: Woken) -> bool:
        """Whether this is the alarm for the keys: one that the session inside must not hear.

        It asks for its own after Opened, so of all that are due by then this was the first.
        """
        if self._late is None:
            return False
        return self._opened is not None or alarm.now >= self._late

    def _heard(self, end: "TlsEnd", plain: bytes) -> Iterator[Action]:
        if said := end.take():  # an answer of the handshake, or an alert that says what is wrong
            yield Send(said)
        if end.ready:
            yield from self._begin()
            if plain:
                yield from self._tell(Data(plain))
            if end.peer_closed and not self._heard_end:
                self._heard_end = True
                yield from self._tell(PeerClosed())
        if end.error is not None and not self._over:
            yield from self._broken()

    def _begin(self) -> Iterator[Action]:
        """What has waited for the keys."""
        if self._opened is not None:
            opened, self._opened = self._opened, None
            yield from self._tell(opened)
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            yield from self._do(Send(data))

    def _broken(self) -> Iterator[Action]:
        """The stream stopped short, or is no TLS (any more)."""
        self._over = True
        if self._opened is None:
            answers = self.inside.handle(Reset())
            allowed = Listen | Connect | Tell
            yield from (action for action in answers if isinstance(action, allowed))
        if not self._closing:
            yield Close()

    def _tell(self, event: Event) -> Iterator[Action]:
        if not self._over:
            for action in self.inside.handle(event):
                yield from self._do(action)

    def _do(self, action: Action | StartTls) -> Iterator[Action]:
        end = self._end
        if isinstance(action, StartTls):
            self.start()
        elif end is None:
            yield action
        elif isinstance(action, Send):
            if self._closing:
                raise ConnectionClosed("It sent after Close: it had said that nothing more comes.")
            if end.ready:
                end.send(action.data)
                yield Send(end.take())
            else:
                self._waiting.append(action.data)
        elif isinstance(action, Close):
            if not self._closing:
                self._closing = True
                end.close()
                if said := end.take():
                    yield Send(said)
                yield action
        else:
            self._over |= isinstance(action, Abort)
            yield action


class TlsEnd:
    """One end of a TLS conversation in memory. What it has to say is had with `take()`.

    With `server_name` (which may be an address) it is a client's end, and begins to speak at once.
    `ready` says whether both sides have their keys, `peer_closed` that the other end said that it
    was done, and `error` what went wrong, if something did.
    """

    def __init__(self, context: "SSLContext", server_name: str | None = None) -> None:
        import ssl

        self._ssl = ssl
        self._come, self._go = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._come, self._go, server_side=server_name is None, server_hostname=server_name
        )
        self.ready = False
        self.peer_closed = False
        self.error: TlsError | None = None
        if server_name is not None:
            self._read()

    def receive(self, data: bytes) -> bytes:
        """What the other end wrote, out of what came from it; nothing after an `error`."""
        if self.error is not None or self.peer_closed:
            return b""
        self._come.write(data)
        return self._read()

    def finish(self) -> None:
        """The stream is at its end: an `error`, unless the other end had said that it was done."""
        if self.error is None and not self.peer_closed:
            self._come.write_eof()
            self._read()

    def send(self, data: bytes) -> None:
        """Encipher; only when `ready`."""
        view = memoryview(data)
        while view:
            view = view[self._tls.write(view) :]

    def close(self) -> None:
        """Say that nothing more comes (close_notify)."""
        if self.ready:
            try:
                self._tls.unwrap()
            except self._ssl.SSLError:
                return  # the other end has not said so yet: it need not

    def take(self) -> bytes:
        """The bytes to send."""
        return self._go.read()

    @property
    def version(self) -> str:
        """Such as `TLSv1.3`."""
        return self._tls.version() or ""

    @property
    def cipher(self) -> str:
        """Such as `TLS_AES_256_GCM_SHA384`."""
        found = self._tls.cipher()
        return found[0] if found else ""

    def _read(self) -> bytes:
        read = bytearray()
        try:
            self._shake_hands()
            while self.ready and not self.peer_closed:
                piece = self._tls.read(_AT_ONCE)
                read += piece
                self.peer_closed = not piece
        except self._ssl.SSLWantReadError:
            pass
        except self._ssl.SSLZeroReturnError:
            self.peer_closed = True
        except self._ssl.SSLError as error:
            self.error = told(error)
        return bytes(read)

    def _shake_hands(self) -> None:
        if not self.ready:
            self._tls.do_handshake()
            self.ready = True


def told(error: "SSLError") -> TlsError:
    """The ssl library's reason, with what it means for whoever asked for this conversation."""
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message.rstrip(".")
        return CertificateError(
            f"The server answered, in TLS, but its certificate is refused: {reason}. So the port "
            "is neither closed nor blocked. Call the server by a name that is in its certificate, "
            "trust the authority that signed it, or give the server one that is still good.",
            reason,
        )
    reason = (error.reason or "the stream ended").replace("_", " ").lower()
    if isinstance(error, ssl.SSLEOFError):
        return TlsError(
            "The stream ended in the middle of a TLS conversation, without the other side's "
            "close_notify (RFC 8446 6.1): something may be missing. Did its program end early, or "
            "give up the handshake?",
            reason,
        )
    if "alert" in reason:
        return TlsError(
            f"The other side ended the TLS conversation and said why: {reason}. It may trust none "
            "of this side's certificates, or have no version or cipher in common with it.",
            reason,
        )
    return TlsError(
        f"What came is no TLS that this side can use: {reason}. Does the other side speak TLS on "
        "this port, and from the first byte on? Try it in the clear, or on the port of the "
        "encrypted service.",
        reason,
    )
