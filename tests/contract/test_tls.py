"""TLS in every world: one client, one server, and what stands between them when it fails."""

import pytest

from portlab import Lab, apps, tls
from portlab.errors import (
    CertificateError,
    ConnectionAborted,
    ConnectionClosed,
    LabError,
    TimedOut,
    TlsError,
)
from portlab.host import Host

AUTHORITY = apps.Authority()


def serve(server: Host, app: apps.App, **how: str) -> int:
    certificate = AUTHORITY.certificate("server", *server.addresses, **how)
    return server.listen(app=apps.Tls(app, certificate)).port


def test_a_page_is_fetched(lab: Lab, server: Host, client: Host, address: str) -> None:
    port = serve(server, apps.Http())
    if address not in server.addresses[:1]:
        port = server.listen(
            app=apps.Tls(apps.Http(), AUTHORITY.certificate(address)), address=address
        ).port
    with tls(client.connect(address, port), AUTHORITY, address) as secure:
        assert secure.version == "TLSv1.3"
        assert secure.cipher.startswith("TLS_")
        secure.send(b"GET /long.txt HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n")
        assert secure.receive_until(b"\r\n") == b"HTTP/1.1 200 OK\r\n"
        assert secure.receive(5) == b"Conte"
        assert secure.receive_all().endswith(b"line 1000 of 1000.\n")
        assert secure.receive() == b""
    lab.run()


def test_a_proxy_speaks_tls_for_who_is_behind_it(server: Host, client: Host) -> None:
    """The proxy's two connections tell each other what comes: the one inside TLS must hear it."""
    where = server.addresses[0]
    echo = server.listen(app=apps.Echo(), address=where)
    port = serve(server, apps.Proxy((where, echo.port)))
    with tls(client.connect(server, port), AUTHORITY, "server") as secure:
        secure.send(b"to and fro\n")
        assert secure.receive_until(b"\n") == b"to and fro\n"
        secure.shutdown()
        assert secure.receive_all() == b""


def test_a_file_server_inside_tls_says_that_a_file_is_over(server: Host, client: Host) -> None:
    """FTPS as it was on port 990: the conversation in TLS, here with the data in the clear."""
    ftp = apps.Ftp({"/a": "file\n"})
    with tls(client.connect(server, serve(server, ftp)), AUTHORITY, "server") as control:

        def say(*commands: str) -> bytes:
            control.send("".join(f"{command}\r\n" for command in commands).encode())
            return control.receive_until(b"\r\n")

        control.receive_until(b"\r\n")
        assert say("USER student").startswith(b"331")
        assert say("PASS sesame").startswith(b"230")
        port = int(say("EPSV").split(b"|")[3])
        with client.connect(server, port) as data:
            assert say("RETR a").startswith(b"150")
            assert data.receive_all() == b"file\r\n"
        assert control.receive_until(b"\r\n").startswith(b"226")


def test_megabytes_come_back(server: Host, client: Host) -> None:
    much = bytes(range(256)) * 2000
    with tls(client.connect(server, serve(server, apps.Echo())), AUTHORITY, "server") as secure:
        secure.send(much)
        secure.shutdown()
        assert secure.receive_all() == much
        with pytest.raises(ConnectionClosed):
            secure.send(b"more")
    with pytest.raises(ConnectionClosed):
        secure.receive()


def test_a_connection_may_be_used_for_long_in_the_clear_first(server: Host, client: Host) -> None:
    class Upgrade:
        name = "Upgrade"

        def session(self, local: apps.Address, peer: apps.Address) -> apps.Session:
            return apps.TlsSession(self, AUTHORITY.certificate("server"))

        def handle(self, event: apps.Event) -> list[apps.Action | apps.StartTls]:
            if event == apps.Data(b"STARTTLS\r\n"):
                return [apps.Send(b"220 go ahead\r\n"), apps.StartTls()]
            return [apps.Send(event.data)] if isinstance(event, apps.Data) else []

    connection = client.connect(server, server.listen(app=Upgrade()).port)
    connection.send(b"hello\r\n")
    assert connection.receive_until(b"\n") == b"hello\r\n"
    connection.send(b"STARTTLS\r\n")
    assert connection.receive_until(b"\n") == b"220 go ahead\r\n"
    with tls(connection, AUTHORITY, "server") as secure:
        secure.send(b"secret\r\n")
        assert secure.receive_until(b"\n") == b"secret\r\n"


@pytest.mark.parametrize(
    ("name", "authority", "until", "why"),
    [
        ("other", AUTHORITY, "2040-01-01", "mismatch"),
        ("server", AUTHORITY, "2020-12-31", "expired"),
        ("server", apps.Authority(), "2040-01-01", "issuer"),
    ],
)
def test_a_certificate_that_is_not_accepted(
    lab: Lab,
    server: Host,
    client: Host,
    name: str,
    authority: apps.Authority,
    until: str,
    why: str,
) -> None:
    connection = client.connect(server, serve(server, apps.Http(), until=until))
    with pytest.raises(CertificateError, match=why) as caught:
        tls(connection, authority, name)
    assert why in caught.value.reason
    with pytest.raises(ConnectionClosed):
        connection.send(b"x")
    lab.run()


def test_a_server_that_speaks_no_tls(server: Host, client: Host) -> None:
    with pytest.raises(TlsError, match="is no TLS"):
        tls(client.connect(server, server.listen(app=apps.Http()).port), AUTHORITY, "server")
    with pytest.raises(TlsError, match="middle of a TLS conversation"):
        tls(client.connect(server, server.listen(app=Hangs()).port), AUTHORITY, "server")


def test_a_server_that_says_nothing_is_waited_for_and_left(server: Host, client: Host) -> None:
    connection = client.connect(server, server.listen(app=apps.Discard()).port)
    with pytest.raises(TimedOut):
        tls(connection, AUTHORITY, "server", timeout=0.3)
    with pytest.raises(ConnectionClosed):
        connection.receive()


def test_a_client_that_speaks_no_tls_is_hung_up_on(server: Host, client: Host) -> None:
    with client.connect(server, serve(server, apps.Http())) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: server\r\n\r\n")
        assert b"HTTP" not in connection.receive_all()


def test_a_stream_cut_short_is_not_taken_for_a_whole_one(server: Host, client: Host) -> None:
    """The page looks complete to TCP: a FIN came. TLS knows better (RFC 8446 6.1)."""
    app = Cuts(apps.Tls(apps.Echo(), AUTHORITY.certificate("server")))
    with tls(client.connect(server, server.listen(app=app).port), AUTHORITY, "server") as secure:
        secure.send(b"half a page")
        assert secure.receive() == b"half a page"
        secure.send(Cuts.now)
        with pytest.raises(TlsError, match="close_notify"):
            secure.receive_all()
        with pytest.raises(TlsError, match="close_notify"):
            secure.receive()


def test_waiting_ends_in_time_and_nothing_is_lost(server: Host, client: Host) -> None:
    with tls(client.connect(server, serve(server, apps.Echo())), AUTHORITY, "server") as secure:
        secure.send(b"no end")
        with pytest.raises(TimedOut):
            secure.receive_until(b"\n", timeout=0.3)
        secure.shutdown()
        with pytest.raises(ConnectionAborted, match="was done before"):
            secure.receive_until(b"\n")
        assert secure.receive_all() == b"no end"


def test_closing_with_something_unread_does_not_wait_for_more(server: Host, client: Host) -> None:
    secure = tls(client.connect(server, serve(server, apps.Http())), AUTHORITY, "server")
    secure.send(b"GET /long.txt HTTP/1.1\r\nHost: server\r\n\r\n")
    secure.receive(10)
    secure.close()
    secure.close()
    with pytest.raises(ConnectionClosed):
        secure.receive()
    secure = tls(client.connect(server, serve(server, apps.Http())), AUTHORITY, "server")
    secure.abort()


def test_it_wants_an_authority(server: Host, client: Host) -> None:
    port = serve(server, apps.Echo())
    with client.connect(server, port) as connection, pytest.raises(LabError, match="no authority"):
        tls(connection, AUTHORITY.pem, "server")  # type: ignore[arg-type]


class Hangs:
    """Hangs up on whoever says something."""

    name = "Hangs"

    def session(self, local: apps.Address, peer: apps.Address) -> apps.Session:
        return self

    def handle(self, event: apps.Event) -> list[apps.Action]:
        return [apps.Close()] if isinstance(event, apps.Data) else []


class Cuts:
    """An app whose line is cut: a FIN in place of an answer longer than `now`."""

    name = "Cuts"
    now = bytes(1000)

    def __init__(self, app: apps.App) -> None:
        self._app = app

    def session(self, local: apps.Address, peer: apps.Address) -> apps.Session:
        return _CutSession(self._app.session(local, peer))


class _CutSession:
    def __init__(self, inside: apps.Session) -> None:
        self._inside = inside
        self._ready = False

    def handle(self, event: apps.Event) -> list[apps.Action]:
        actions = list(self._inside.handle(event))
        if self._ready and any(isinstance(a, apps.Send) and len(a.data) > 900 for a in actions):
            return [apps.Close()]
        self._ready |= bool(actions)
        return actions
