"""The standard library's TLS client on memory, joined to a session of an app, for tests."""

import contextlib
import ssl

import pytest

from portlab import apps
from portlab.apps.tls import PATIENCE

AUTHORITY = apps.Authority()
CERTIFICATE = AUTHORITY.certificate("server", "localhost", "127.0.0.1")
PAGE = b"GET /hello.txt HTTP/1.1\r\nHost: server\r\n\r\n"
LOCAL, PEER = ("10.0.0.1", 443), ("10.0.0.2", 50000)


class Client:
    """The standard library's client, on memory, joined to a session in pieces of `cut` bytes."""

    def __init__(
        self,
        session: apps.Session,
        *,
        trusts: apps.Authority = AUTHORITY,
        calls: str = "server",
        cut: int = 1 << 16,
    ) -> None:
        self._session, self._cut = session, cut
        self.come, self.go = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._calls = calls
        self.context = ssl.create_default_context(cadata=trusts.pem)
        self.heard = b""
        self.actions: list[apps.Action] = []

    def shake_hands(self) -> "Client":
        self.tls = self.context.wrap_bio(self.come, self.go, server_hostname=self._calls)
        for _ in range(4):
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                self.talk()
            except ssl.SSLError:
                self.talk()
                raise
        self.talk()
        return self

    def say(self, data: bytes) -> bytes:
        """What the app answers, deciphered."""
        view = memoryview(data)
        while view:
            view = view[self.tls.write(view) :]
        self.talk()
        return self.read()

    def read(self) -> bytes:
        read = b""
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            while piece := self.tls.read(1 << 16):
                read += piece
        return read

    def talk(self) -> None:
        said = self.go.read()
        for start in range(0, len(said), self._cut):
            self.tell(apps.Data(said[start : start + self._cut]))

    def tell(self, event: apps.Event) -> None:
        for action in self._session.handle(event):
            self.actions.append(action)
            if isinstance(action, apps.Send):
                self.come.write(action.data)
                self.heard += action.data

    def goodbye(self) -> None:
        with pytest.raises(ssl.SSLWantReadError):
            self.tls.unwrap()
        self.talk()

    @property
    def others(self) -> list[apps.Action]:
        """What was done beside sending and waiting for the keys."""
        waits = apps.Wake(PATIENCE)
        return [one for one in self.actions if not isinstance(one, apps.Send) and one != waits]


def session(app: apps.App, certificate: apps.Certificate = CERTIFICATE) -> apps.Session:
    return apps.Tls(app, certificate).session(LOCAL, PEER)


def opened(app: apps.App, **how: object) -> Client:
    client = Client(session(app), **how)  # type: ignore[arg-type]
    client.tell(apps.Opened())
    return client.shake_hands()
