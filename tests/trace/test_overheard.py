"""What can be read on a line without keys; tshark follows the same streams beside it."""

import ssl
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab import Lab, Link, PortlabError, Trace, apps, conversations, overheard, run, save
from portlab.packets import Packet, UdpDatagram
from portlab.trace.overheard import UNREADABLE, Said, said
from portlab.trace.record import Record
from portlab.trace.tls_records import RecordReader, Shown, begins_tls
from tests.requires import needs


class Script:
    """A server that answers each turn with the next of its lines; the first without being asked."""

    name = "Script"

    def __init__(self, *lines: bytes) -> None:
        self._lines = lines

    def session(self, local: apps.Address, peer: apps.Address) -> "ScriptSession":
        return ScriptSession(list(self._lines))


class ScriptSession:
    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines

    def handle(self, event: apps.Event) -> Iterable[apps.Action]:
        if isinstance(event, apps.Opened | apps.Data) and self._lines:
            yield apps.Send(self._lines.pop(0))
        if isinstance(event, apps.PeerClosed):
            yield apps.Close()


def talk(server_says: list[bytes], client_says: list[bytes], port: int = 110):
    def experiment(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(port, Script(*server_says))
        with client.connect(server, port, timeout=300) as connection:
            connection.receive_until(server_says[0], timeout=300)
            for question, answer in zip(client_says, server_says[1:], strict=True):
                connection.send(question)
                connection.receive_until(answer, timeout=300)

    return experiment


MAIL = (
    [b"+OK ready\r\n", b"+OK whose?\r\n", b"+OK one message\r\n"],
    [b"USER student\r\n", b"PASS open sesame\r\n"],
)


def test_a_login_in_the_clear_is_read_word_by_word() -> None:
    heard = overheard(run(talk(*MAIL), seed=1))
    assert str(heard).splitlines()[1:] == [
        "  server  +OK ready",
        "  client  USER student",
        "  server  +OK whose?",
        "  client  PASS open sesame",
        "  server  +OK one message",
    ]
    assert "open sesame" in heard
    assert "open barley" not in heard


@given(loss=st.sampled_from([0.05, 0.2]), seed=st.integers(0, 200))
@settings(max_examples=40, deadline=None)
def test_a_bad_line_changes_nothing_of_what_is_read(loss: float, seed: int) -> None:
    good = run(talk(*MAIL), seed=1)
    link = Link(loss=loss, reorder=0.2, duplicate=0.2)
    bad = run(talk(*MAIL), seed=seed, link=link)
    turns = [[(turn.speaker[0], turn.text) for turn in said(one)] for one in (good, bad)]
    assert turns[0] == turns[1]


def test_a_word_cut_in_two_is_still_a_word() -> None:
    heard = overheard(run(talk([b"hello", b"more", b"bye"], [b"open se", b"same"]), seed=1))
    assert "open sesame" in heard
    assert "hellomorebye" in heard
    assert "hello open" not in heard


def test_datagrams_are_heard_one_by_one_with_the_names_in_them() -> None:
    def ask(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.udp(53, apps.Dns())
        socket = client.udp()
        for number in (1, 2):
            query = bytes([0, number, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
            socket.send_to(query + b"\7portlab\7example\0\0\1\0\1", server, 53)

    heard = overheard(run(ask, seed=1))
    assert len(heard) == 4
    assert {turn.text for turn in heard} == {None}
    assert all(turn.words[:2] == ("portlab", "example") for turn in heard)
    assert "[33 bytes that are not text, in them: 'portlab', 'example']" in str(heard)


def test_single_bytes_that_are_not_text_get_a_mark() -> None:
    offered = b"\xff\xfb\x01\xff\xfd\x1flogin: "
    (turn,) = said(run(talk([offered], []), seed=1))
    assert turn.text is not None
    assert turn.text.endswith("login: ")
    assert UNREADABLE in turn.text
    assert "login" in overheard(run(talk([offered], []), seed=1))


def test_what_a_terminal_would_obey_is_only_shown() -> None:
    heard = overheard(run(talk([b"red \x1b[31m alert\r\nand more\r\n"], []), seed=1))
    assert "\x1b" not in str(heard)


def test_a_long_page_is_cut_and_says_so() -> None:
    page = b"".join(b"line %d\r\n" % number for number in range(40)) + b"x" * 500 + b"\r\n"
    heard = overheard(run(talk([page], []), seed=1))
    assert "[29 more lines]" in str(heard)
    assert "line 39" in heard
    assert all(len(line) <= 88 for line in str(heard).splitlines())


def test_nothing_said_is_said() -> None:
    assert str(overheard(Trace())) == "Nothing was said."


def test_socket_calls_hold_no_bytes_and_other_things_are_no_trace() -> None:
    def call(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        client.connect(server, server.listen(0, apps.Echo()).port).close()

    called = run(call, world="loopback")
    with pytest.raises(PortlabError, match="capture=True"):
        overheard(called)
    with pytest.raises(PortlabError, match="not to str"):
        overheard("text")  # type: ignore[arg-type]


# ---- TLS ------------------------------------------------------------------------------------


def client_hello(name: str) -> bytes:
    """A real one, from the standard library."""
    out = ssl.MemoryBIO()
    context = ssl.create_default_context()
    tls = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return out.read()


def test_a_client_hello_names_the_server_for_everybody() -> None:
    heard = overheard(run(talk([b"+OK\r\n", b"?"], [client_hello("mail.example")]), seed=1))
    assert "  client  [TLS: ClientHello for mail.example]" in str(heard).splitlines()
    assert "mail.example" in heard


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=60), st.data())
@settings(max_examples=50, deadline=None)
def test_the_name_is_found_however_the_stream_is_cut(label: str, data: st.DataObject) -> None:
    hello = client_hello(f"{label}.example")
    cuts = sorted(data.draw(st.lists(st.integers(1, len(hello) - 1), max_size=4)))
    pieces = [hello[a:b] for a, b in zip([0, *cuts], [*cuts, len(hello)], strict=True)]
    reader = RecordReader()
    shown = [one for piece in pieces for one in reader.read(piece)]
    assert shown == [Shown("ClientHello", f"{label}.example")]


def test_an_address_is_not_a_name() -> None:
    (shown,) = RecordReader().read(client_hello("192.0.2.7"))
    assert shown == Shown("ClientHello", None)


@given(st.binary(), st.booleans())
def test_any_bytes_can_be_heard(data: bytes, greeting: bool) -> None:
    data = (client_hello("x.example")[:50] if greeting else b"") + data
    packet = Packet.build("10.0.0.1", "10.0.0.2", UdpDatagram(5000, 53, data))
    (turn,) = said(Trace([Record(1, 0, "recorded", "seen", packet)]))
    assert isinstance(turn, Said)
    assert turn.data == data
    assert turn.encrypted <= len(data)
    assert str(overheard(Trace([Record(1, 0, "recorded", "seen", packet)])))
    assert begins_tls(data) == bool(turn.tls)


def test_tshark_follows_the_same_stream(tmp_path: Path) -> None:
    needs("tshark")
    trace = run(talk(*MAIL), seed=3, link=Link(loss=0.2, reorder=0.3))
    file = tmp_path / "mail.pcapng"
    save(trace, file)
    command = ["tshark", "-n", "-r", str(file), "-q", "-z", "follow,tcp,raw,0"]
    followed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line for line in followed.splitlines() if line.strip("\t").isalnum()]
    theirs = dict.fromkeys(("client", "server"), "")
    for line in lines:
        theirs["server" if line.startswith("\t") else "client"] += line.strip()
    ours = dict.fromkeys(theirs, "")
    (one,) = conversations(trace)
    for turn in said(trace):
        ours["client" if turn.speaker == one.client else "server"] += turn.data.hex()
    assert ours == theirs
