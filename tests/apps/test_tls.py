"""TLS around apps, session by session, against the standard library's own client side."""

import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab import Lab, apps, run, tls
from portlab.errors import ConnectionAborted, ConnectionClosed
from tests.apps.tls_client import CERTIFICATE, LOCAL, PAGE, PEER, Client, opened, session

# ---- alone


@pytest.mark.parametrize("begins", [b"", b"\x16\x03\x01\x02\x00\x01"])
def test_who_never_agrees_on_keys_is_hung_up_on(begins: bytes) -> None:
    with Lab() as lab:
        server, client = lab.hosts("server", "client")
        server.listen(465, apps.Tls(apps.Smtp(), CERTIFICATE))
        connection = client.connect(server, 465)
        connection.send(begins)
        lab.run(59)
        assert "ESTABLISHED" in [row.state for row in server.sockets()]
        lab.run(2)
        assert {row.state for row in server.sockets()} == {"LISTEN"}
        with pytest.raises(ConnectionAborted):
            connection.receive()


def test_the_alarm_for_the_keys_is_not_the_apps() -> None:
    """An app that asked for alarms hears those of its own, one at the same moment too."""
    app = Remembers()
    client = opened(app)
    second = 1_000_000
    rings = [apps.Woken(at * second) for at in (1, 60, 60, 61)]
    for ring in rings:
        client.tell(ring)
    assert app.events == [apps.Opened(), rings[0], rings[2], rings[3]]


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
    assert client.others == []
    assert client.heard == b""
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
    client.tell(apps.Data(client.go.read() + b"garbage that is no record"))
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
    client.come.read()
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
    client.come.read()
    with pytest.raises(ssl.SSLCertVerificationError):
        client.shake_hands()
    assert app.events[-1] == apps.Reset()
    assert client.others == [apps.Close()]


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
