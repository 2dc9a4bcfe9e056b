"""TLS around apps: against the standard library's own client side, in memory and on real sockets,
against curl, and as tshark reads it."""

import contextlib
import http.client
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab import Lab, apps, run, save, tls
from portlab.apps.certificates import SINCE, UNTIL
from portlab.errors import AppError, ConnectionClosed, LabError
from tests.requires import needs

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
        self._come, self._go = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._calls = calls
        self._context = ssl.create_default_context(cadata=trusts.pem)
        self.heard = b""
        self.actions: list[apps.Action] = []

    def shake_hands(self) -> "Client":
        self.tls = self._context.wrap_bio(self._come, self._go, server_hostname=self._calls)
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
        said = self._go.read()
        for start in range(0, len(said), self._cut):
            self.tell(apps.Data(said[start : start + self._cut]))

    def tell(self, event: apps.Event) -> None:
        for action in self._session.handle(event):
            self.actions.append(action)
            if isinstance(action, apps.Send):
                self._come.write(action.data)
                self.heard += action.data

    def goodbye(self) -> None:
        with pytest.raises(ssl.SSLWantReadError):
            self.tls.unwrap()
        self.talk()

    @property
    def others(self) -> list[apps.Action]:
        return [action for action in self.actions if not isinstance(action, apps.Send)]


def session(app: apps.App, certificate: apps.Certificate = CERTIFICATE) -> apps.Session:
    return apps.Tls(app, certificate).session(LOCAL, PEER)


def opened(app: apps.App, **how: object) -> Client:
    client = Client(session(app), **how)  # type: ignore[arg-type]
    client.tell(apps.Opened())
    return client.shake_hands()


# ---- alone


@settings(deadline=None, max_examples=20)
@given(st.integers(min_value=1, max_value=700))
def test_where_the_stream_is_cut_does_not_matter(cut: int) -> None:
    answer = opened(apps.Http(), cut=cut).say(PAGE)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nHello!\n")


def test_what_goes_over_the_wire_says_nothing_of_the_page() -> None:
    client = opened(apps.Http())
    answer = client.say(PAGE)
    assert b"Hello" in answer
    assert b"Hello" not in client.heard
    assert b"server" not in client.heard, "the certificate too is enciphered (RFC 8446 4.4.2)"


def test_megabytes_come_whole_both_ways() -> None:
    much = bytes(range(256)) * 8192
    assert opened(apps.Echo()).say(much) == much


def test_the_app_hears_of_the_conversation_once_it_is_safe() -> None:
    """Daytime speaks first: not before the keys are there, and then at once, and goodbye."""
    client = Client(session(apps.Daytime()))
    client.tell(apps.Opened(now=1_000_000))
    assert client.actions == []
    client.shake_hands()
    assert client.read() == b"Thursday, January 1, 2026 00:00:01-UTC\r\n"
    assert client.others == [apps.Close()]
    assert client.tls.read() == b"", "the end, and not only nothing yet"


def test_a_goodbye_is_answered_with_one() -> None:
    client = opened(apps.Echo())
    client.goodbye()
    assert client.others == [apps.Close()]
    client.tls.unwrap()  # raises unless the server said it too
    client.tell(apps.PeerClosed())
    assert client.others == [apps.Close()]


class Remembers:
    """Notes what it is told, and says each of `words` at its next event."""

    name = "Remembers"

    def __init__(self, *words: apps.Action) -> None:
        self.events: list[apps.Event] = []
        self._words = list(words)

    def session(self, local: apps.Address, peer: apps.Address) -> "Remembers":
        return self

    def handle(self, event: apps.Event) -> list[apps.Action]:
        self.events.append(event)
        return [self._words.pop(0)] if self._words else []


def test_a_stream_that_stops_short_is_told_as_a_reset() -> None:
    """Whoever cuts the line must not be taken for a client that was done (RFC 8446 6.1)."""
    app = Remembers()
    client = opened(app)
    client.say(b"first half")
    client.tell(apps.PeerClosed())
    assert app.events == [apps.Opened(), apps.Data(b"first half"), apps.Reset()]
    assert client.others == [apps.Close()]


def test_a_client_that_was_done_may_still_be_answered() -> None:
    app = Remembers(apps.Wake(1.0))
    client = opened(app)
    client.goodbye()
    client.tell(apps.PeerClosed())
    app._words = [apps.Send(b"late"), apps.Close()]
    client.tell(apps.Woken(1))
    client.tell(apps.Woken(2))
    assert client.read() == b"late"
    assert client.others == [apps.Wake(1.0), apps.Close()]


def test_what_comes_after_the_apps_own_goodbye_is_still_heard() -> None:
    app = Remembers(apps.Close())
    client = opened(app)
    client.say(b"more")
    assert app.events == [apps.Opened(), apps.Data(b"more")]
    app._words = [apps.Send(b"too late")]
    with pytest.raises(ConnectionClosed, match="after Close"):
        client.say(b"again")


@pytest.mark.parametrize(
    "noise",
    [b"GET / HTTP/1.1\r\nHost: server\r\n\r\n", b"\0" * 100, b"EHLO client\r\n", b"\x16" * 9],
)
def test_what_is_no_tls_is_hung_up_on_and_the_app_never_hears_of_it(noise: bytes) -> None:
    app = Remembers()
    client = Client(session(app))
    client.tell(apps.Opened())
    client.tell(apps.Data(noise))
    client.tell(apps.PeerClosed())
    assert client.others == [apps.Close()]
    assert app.events == []


@settings(deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_no_bytes_make_it_raise(before: bytes, within: bytes) -> None:
    client = Client(session(apps.Http()))
    for event in (apps.Opened(), apps.Data(before), apps.PeerClosed()):
        client.tell(event)
    client = opened(apps.Http())
    client.tell(apps.Data(within))
    client.tell(apps.PeerClosed())
    assert client.others[-1] == apps.Close()


def test_what_was_good_before_the_garbage_is_heard() -> None:
    app = Remembers()
    client = opened(app)
    client.tls.write(b"good")
    client.tell(apps.Data(client._go.read() + b"garbage that is no record"))
    assert app.events == [apps.Opened(), apps.Data(b"good"), apps.Reset()]


# ---- in the middle of a conversation


class Asks(Remembers):
    """A service of two commands, in the clear until its client says STARTTLS."""

    def session(self, local: apps.Address, peer: apps.Address) -> apps.Session:
        return apps.TlsSession(self, CERTIFICATE)

    def handle(self, event: apps.Event) -> list[apps.Action]:
        self.events.append(event)
        if isinstance(event, apps.Opened):
            return [apps.Send(b"220 ready\r\n")]
        if event == apps.Data(b"STARTTLS\r\n"):
            return [apps.Send(b"220 go ahead\r\n"), apps.StartTls()]  # type: ignore[list-item]
        if isinstance(event, apps.Data):
            return [apps.Send(b"250 " + event.data)]
        return [apps.Close()] if isinstance(event, apps.PeerClosed) else []


def test_tls_can_begin_in_the_middle() -> None:
    app = Asks()
    client = Client(app.session(LOCAL, PEER))
    for event in (apps.Opened(), apps.Data(b"EHLO a\r\n"), apps.Data(b"STARTTLS\r\n")):
        client.tell(event)
    assert client.heard == b"220 ready\r\n250 EHLO a\r\n220 go ahead\r\n"
    client._come.read()
    assert client.shake_hands().say(b"secret\r\n") == b"250 secret\r\n"
    assert b"secret" not in client.heard
    assert sum(isinstance(event, apps.Opened) for event in app.events) == 1
    client.goodbye()
    assert client.others == [apps.Close()]


def test_without_starttls_it_is_as_if_nothing_were_around_it() -> None:
    client = Client(Asks().session(LOCAL, PEER))
    client.tell(apps.Data(b"NOOP\r\n"))
    client.tell(apps.PeerClosed())
    assert client.actions == [apps.Send(b"250 NOOP\r\n"), apps.Close()]


def test_a_handshake_that_fails_after_starttls_ends_the_conversation() -> None:
    app = Asks()
    client = Client(app.session(LOCAL, PEER), trusts=apps.Authority())
    client.tell(apps.Data(b"STARTTLS\r\n"))
    client._come.read()
    with pytest.raises(ssl.SSLCertVerificationError):
        client.shake_hands()
    assert app.events[-1] == apps.Reset()
    assert client.others == [apps.Close()]


# ---- certificates


def test_it_is_good_for_its_names_and_addresses_and_no_others() -> None:
    for name in CERTIFICATE.names:
        opened(apps.Echo(), calls=name)
    for name in ("other", "127.0.0.2"):
        with pytest.raises(ssl.SSLCertVerificationError) as caught:
            opened(apps.Echo(), calls=name)
        assert "mismatch" in caught.value.verify_message


def test_an_old_one_is_refused() -> None:
    old = AUTHORITY.certificate("server", until="2020-12-31")
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        Client(session(apps.Echo(), old)).shake_hands()
    assert caught.value.verify_code == 10  # X509_V_ERR_CERT_HAS_EXPIRED
    older = AUTHORITY.certificate("server", until="1999-12-31")
    with pytest.raises(ssl.SSLCertVerificationError):
        Client(session(apps.Echo(), older)).shake_hands()


def test_another_authority_of_the_same_name_is_not_trusted() -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        opened(apps.Echo(), trusts=apps.Authority(AUTHORITY.name))
    assert caught.value.verify_code == 20  # X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY


def test_strict_verification_finds_nothing_to_complain_of() -> None:
    """As Python 3.13 verifies unless told otherwise (RFC 5280)."""
    client = Client(session(apps.Echo()))
    client._context.verify_flags |= ssl.VERIFY_X509_STRICT
    assert client.shake_hands().say(b"x") == b"x"


def test_a_certificate_says_what_it_is_for_and_that_it_is_for_practice() -> None:
    from cryptography import x509

    made = x509.load_pem_x509_certificate(CERTIFICATE.pem.encode())
    assert "for practice only" in made.subject.rfc4514_string()
    assert "for practice only" in made.issuer.rfc4514_string()
    assert made.not_valid_before_utc.date().isoformat() == SINCE
    assert made.not_valid_after_utc.date().isoformat() == UNTIL
    root = x509.load_pem_x509_certificate(AUTHORITY.pem.encode())
    made.verify_directly_issued_by(root)


def test_keys_are_shown_to_nobody() -> None:
    for shown in (repr(CERTIFICATE), repr(AUTHORITY), CERTIFICATE.pem, AUTHORITY.pem):
        assert "PRIVATE" not in shown
        assert "ed25519" not in shown.lower()


def test_no_key_lies_about_in_the_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ssl library reads it from a file, which is locked while it is there, and then gone."""
    written: list[bytes] = []
    original = Path.write_bytes

    def write(path: Path, data: bytes) -> int:
        written.append(data)
        return original(path, data)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(Path, "write_bytes", write)
    AUTHORITY.certificate("server").context()
    (data,) = written
    assert data.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("names", [(), ("",), ("bücher.example",), ("a" * 65,)])
def test_what_is_no_name_is_told_so(names: tuple[str, ...]) -> None:
    with pytest.raises(LabError):
        AUTHORITY.certificate(*names)


def test_other_misuse_is_told_too() -> None:
    with pytest.raises(LabError, match="is no day"):
        AUTHORITY.certificate("server", until="next year")
    with pytest.raises(LabError, match="needs the server's certificate"):
        apps.Tls(apps.Echo(), AUTHORITY)  # type: ignore[arg-type]
    with Lab() as lab:
        server, client = lab.hosts("server", "client")
        server.udp(443, apps.Tls(apps.Echo(), CERTIFICATE))
        with client.udp() as socket:
            socket.send_to(b"x", server, 443)
            with pytest.raises(AppError) as caught:
                lab.run()
        assert "needs a stream" in str(caught.value.__cause__)


# ---- the same sizes each time


def test_the_bytes_differ_and_the_sizes_do_not() -> None:
    def fetch(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        authority = apps.Authority()
        server.listen(443, apps.Tls(apps.Http(), authority.certificate("server")))
        with tls(client.connect(server, 443), authority, "server") as secure:
            secure.send(PAGE)
            secure.receive_until(b"Hello!\n")

    first, *others = [run(fetch, seed=1) for _ in range(20)]
    seen = [(r.src, r.flags, r.length, r.time, r.arrival) for r in first]
    for other in others:
        assert [(r.src, r.flags, r.length, r.time, r.arrival) for r in other] == seen
        assert other.records[3].packet.raw != first.records[3].packet.raw
    assert first.records[3].length == 5 + 512, "a ClientHello, padded (RFC 7685)"


# ---- programs from outside


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with Lab("loopback") as lab:
        yield lab.host("server").listen(app=apps.Tls(apps.Http(), CERTIFICATE)).port


def test_http_client_and_urllib_fetch_a_page(port: int) -> None:
    context = ssl.create_default_context(cadata=AUTHORITY.pem)
    connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=context)
    for _ in range(2):
        connection.request("GET", "/hello.txt")
        assert connection.getresponse().read() == b"Hello!\n"
    connection.close()
    url = f"https://127.0.0.1:{port}/long.txt"
    with urllib.request.urlopen(url, timeout=10, context=context) as response:
        assert response.read().count(b"\n") == 1000


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_curl_fetches_a_page_with_either_version(port: int, version: str, tmp_path: Path) -> None:
    printed = curl(
        tmp_path, AUTHORITY, "-v", f"--tlsv{version}", "--tls-max", version,
        "--resolve", f"server:{port}:127.0.0.1", f"https://server:{port}/hello.txt",
    )  # fmt: skip
    assert printed.returncode == 0
    assert printed.stdout == "Hello!\n"
    assert f"SSL connection using TLSv{version}" in printed.stderr


def test_curl_refuses_what_it_should(port: int, tmp_path: Path) -> None:
    """60 is curl's code for a certificate that it does not accept, 35 for what is no TLS."""
    unknown = curl(tmp_path, apps.Authority(), f"https://127.0.0.1:{port}/")
    assert unknown.returncode == 60
    other = curl(
        tmp_path, AUTHORITY, "--resolve", f"other:{port}:127.0.0.1", f"https://other:{port}/"
    )
    assert other.returncode == 60
    with Lab("loopback") as lab:
        plain = lab.host("server").listen(app=apps.Http()).port
        assert curl(tmp_path, AUTHORITY, f"https://127.0.0.1:{plain}/").returncode == 35
    spoken_in_the_clear = curl(tmp_path, AUTHORITY, f"http://127.0.0.1:{port}/")
    assert spoken_in_the_clear.returncode != 0


def curl(folder: Path, trusts: apps.Authority, *arguments: str) -> subprocess.CompletedProcess[str]:
    needs("curl")
    file = folder / "authority.pem"
    file.write_text(trusts.pem)
    command = ["curl", "-sS", "--max-time", "20", "--cacert", str(file), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_tshark_reads_the_name_that_is_asked_for_and_not_the_page(tmp_path: Path) -> None:
    needs("tshark")

    def fetch(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(443, apps.Tls(apps.Http(), CERTIFICATE))
        with tls(client.connect(server, 443), AUTHORITY, "server") as secure:
            secure.send(PAGE)
            secure.receive_until(b"Hello!\n")

    file = tmp_path / "page.pcapng"
    save(run(fetch, seed=1), file)
    kinds = tshark(file, "tls.handshake.type").split()
    assert kinds == ["1", "2"], "ClientHello and ServerHello; the rest of it is enciphered"
    assert tshark(file, "tls.handshake.extensions_server_name").split() == ["server"]
    assert tshark(file, "http.request.method").split() == []
    # handshake 22, change of cipher 20, and from then on application data 23
    assert set(",".join(tshark(file, "tls.record.content_type").split()).split(",")) == {"22", "20"}
    assert "23" in tshark(file, "tls.record.opaque_type")


def tshark(file: Path, field: str) -> str:
    command = ["tshark", "-n", "-r", str(file), "-T", "fields", "-e", field]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
