"""Fetching a file, by portlab's own client and with what it brings to light in the packets."""

from collections.abc import Iterable

import pytest

from portlab import Lab, Link, apps, fetch_file, run
from portlab.apps.ftp.control import Control
from portlab.apps.store import FILES
from portlab.apps.tftp import packets as tftp
from portlab.errors import LabError, TimedOut, TransferError
from portlab.network.faults import drop
from portlab.worlds import WORLDS
from tests.requires import needs

BYTES = bytes(range(256)) * 9


@pytest.mark.parametrize("way", ["passive", "active", "tftp"])
@pytest.mark.parametrize("world", sorted(WORLDS))
def test_it_comes_whole_in_each_world(world: str, way: str) -> None:
    if world == "kernel":
        needs("kernel")
    with Lab(world) as lab:
        server, client = lab.hosts("server", "client")
        files = {"/pub/b": BYTES}
        at = server.addresses[0]
        if way == "tftp":
            socket = server.udp(0, apps.Tftp(files), address=at)
            assert fetch_file(client, at, "pub/b", over="tftp", port=socket.port) == BYTES
        else:
            port = server.listen(0, apps.Ftp(files), address=at).port
            mode = "active" if way == "active" else "passive"
            assert fetch_file(client, at, "pub/b", mode=mode, port=port) == BYTES


def test_active_mode_ends_where_nobody_may_call_the_client() -> None:
    def blocked(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(21, apps.Ftp())
        fetch_file(client, server, "readme.txt", mode="active", data_port=50_000)

    trace = run(blocked, seed=1, link=Link(filtered=(50_000,)))
    assert isinstance(trace.error, TimedOut)
    lost = [record for record in trace if record.fate == "lost"]
    assert {(record.flags, record.sport) for record in lost} == {("SYN", 20)}
    assert len(lost) == 4, "when the client has gone the server stops: at 0, 1, 3 and 7 seconds"


def test_what_the_server_refuses_is_told() -> None:
    with Lab() as lab:
        server, client = lab.hosts("server", "client")
        server.listen(21, apps.Ftp())
        server.udp(69, apps.Tftp())
        with pytest.raises(TransferError, match="550"):
            fetch_file(client, server, "nothing")
        with pytest.raises(TransferError, match="530"):
            fetch_file(client, server, "readme.txt", login=("student", "wrong"))
        with pytest.raises(TransferError, match="File not found"):
            fetch_file(client, server, "nothing", over="tftp")
        with pytest.raises(LabError, match="IPv4"):
            fetch_file(client, server.addresses[1], "readme.txt")
        with pytest.raises(LabError, match="over"):
            fetch_file(client, server, "x", over="sftp")  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_tftp_repairs_what_is_lost(number: int) -> None:
    """Packets 2 and 4 are blocks, 3 and 5 acknowledgments: the server sends again either way."""

    def fetched(lab: Lab) -> bytes:
        server, client = lab.hosts("server", "client")
        server.udp(69, apps.Tftp())
        return fetch_file(client, server, "pub/long.txt", over="tftp")

    trace = run(fetched, seed=1, faults=[drop(number)])
    expected = FILES["/pub/long.txt"]
    assert isinstance(expected, str)
    assert trace.result == expected.encode()
    assert sum(record.fate == "lost" for record in trace) == 1


class Says:
    """A server that gives one block after the other, and tells somebody else whom it serves."""

    name = "Says"

    def __init__(self, blocks: Iterable[bytes], tells: apps.Address | None = None) -> None:
        self._blocks = iter(blocks)
        self._tells = tells

    def session(self, local: apps.Address, peer: apps.Address) -> "Says":
        return self

    def handle(self, event: apps.Event) -> Iterable[apps.Action]:
        assert isinstance(event, apps.Datagram)
        assert not isinstance(tftp.decoded(event.data), tftp.Problem)
        for block in self._blocks:
            yield apps.SendTo(block, event.source)
            break
        if self._tells:
            yield apps.SendTo(str(event.source[1]).encode(), self._tells)
            self._tells = None


class Meddles:
    """A stranger who sends these to the port of which it hears, and keeps what it is answered."""

    name = "Meddles"

    def __init__(self, *messages: bytes) -> None:
        self._messages = messages
        self.heard: list[bytes] = []

    def session(self, local: apps.Address, peer: apps.Address) -> "Meddles":
        return self

    def handle(self, event: apps.Event) -> Iterable[apps.Action]:
        assert isinstance(event, apps.Datagram)
        if event.data.isdigit():
            self._client = ("10.0.0.3", int(event.data))
            for message in self._messages:
                yield apps.SendTo(message, self._client)
        else:
            self.heard.append(event.data)


def test_tftp_hears_only_whom_the_first_block_came_from() -> None:
    """RFC 1350 section 4: a stranger's block is no part of the file, his error ends nothing, and
    only his block is answered: with error 5.
    """
    whole = [tftp.block(1, b"a" * 512), tftp.block(2, b"b" * 512), tftp.block(3, b"c")]
    stranger = Meddles(tftp.problem(0, "Stop"), tftp.block(2, b"evil"))
    with Lab(seed=1) as lab:
        server, other, client = lab.hosts("server", "other", "client")
        assert client.addresses[0] == "10.0.0.3"
        other.udp(9, stranger)
        server.udp(69, Says(whole, tells=(other.addresses[0], 9)))
        assert fetch_file(client, server, "x", over="tftp") == b"a" * 512 + b"b" * 512 + b"c"
    (answer,) = stranger.heard
    said = tftp.decoded(answer)
    assert isinstance(said, tftp.Problem)
    assert said.code == tftp.UNKNOWN_PORT


def test_a_block_before_the_first_is_no_part_of_the_file() -> None:
    with Lab(seed=1) as lab:
        server, client = lab.hosts("server", "client")
        server.udp(69, Says([tftp.block(0, b"nothing"), tftp.block(1, b"something")]))
        assert fetch_file(client, server, "x", over="tftp") == b"something"


class Talkative(apps.Ftp):
    """Greets in several lines, one of which begins with a number that is not the reply's."""

    def session(self, local: apps.Address, peer: apps.Address) -> Control:
        return Greets(self.store, {}, local, peer, 0)


class Greets(Control):
    def handle(self, event: apps.Event) -> Iterable[apps.Action]:
        if isinstance(event, apps.Opened):
            yield apps.Send(b"220-Welcome\r\n 220 files, and\r\n530 more\r\n2200 in all\r\n")
        yield from super().handle(event)


def test_a_greeting_of_several_lines_is_one_reply() -> None:
    """RFC 959 section 4.2: it ends with the line of the same number and a space behind it."""
    with Lab() as lab:
        server, client = lab.hosts("server", "client")
        server.listen(21, Talkative({"/a": BYTES}))
        assert fetch_file(client, server, "a") == BYTES
        with pytest.raises(
            TransferError, match=r"answered RETR with: 550 There is no such file\. L"
        ):
            fetch_file(client, server, "b")
