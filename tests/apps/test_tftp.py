"""The trivial file server, as curl and tftp see it, and packet by packet."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import Lab, apps
from portlab.apps.tftp import MOST
from portlab.apps.tftp import packets as tftp
from portlab.apps.tftp.transfer import LARGEST_BLOCK, TRIES, from_netascii, to_netascii
from portlab.host import Host
from portlab.network.faults import drop
from portlab.worlds.kernel.host import KernelHost
from tests.requires import needs

LOCAL, PEER = ("10.0.0.1", 69), ("10.0.0.2", 50_000)
SECOND = 1_000_000
BYTES = bytes(range(256)) * 5  # 1280: two blocks and a half


class Talk:
    """One session of a server, and the clock beside it."""

    def __init__(self, server: apps.Tftp | None = None) -> None:
        self.server = server or apps.Tftp({"/a": BYTES, "/full": bytes(1024), "/none": ""})
        self.session = self.server.session(LOCAL, PEER)
        self.now = 0
        self.over = False
        self.alarms: list[int] = []

    def hear(self, message: bytes, source: apps.Address = PEER) -> list[bytes]:
        return self._tell(apps.Datagram(message, source, self.now))

    def ask(self, kind: int, path: str, mode: str = "octet", **options: str) -> list[bytes]:
        return self.hear(tftp.request(tftp.Request(kind, path, mode, options)))

    def sleep(self) -> list[bytes]:
        """Up to the next alarm."""
        self.now = min(self.alarms)
        self.alarms.remove(self.now)
        return self._tell(apps.Woken(self.now))

    def _tell(self, event: apps.Event) -> list[bytes]:
        sent = []
        for action in self.session.handle(event):
            match action:
                case apps.Send(data) | apps.SendTo(data):
                    sent.append(data)
                case apps.Wake(delay):
                    self.alarms.append(self.now + round(delay * SECOND))
                case apps.Close():
                    self.over = True
        return sent


def read(talk: Talk, path: str, **options: str) -> list[bytes]:
    """The blocks of a file, each answered."""
    blocks = []
    (sent,) = talk.ask(tftp.READ, path, **options)
    if sent[:2] == b"\0\6":
        (sent,) = talk.hear(tftp.acknowledgment(0))
    while True:
        block = tftp.decoded(sent)
        assert isinstance(block, tftp.Block)
        blocks.append(block.data)
        assert block.number == len(blocks)
        more = talk.hear(tftp.acknowledgment(block.number))
        if not more:
            return blocks
        (sent,) = more


def test_a_file_comes_in_blocks_and_a_short_one_is_the_last() -> None:
    talk = Talk()
    assert [len(block) for block in read(talk, "a")] == [512, 512, 256]
    assert talk.over
    assert [len(block) for block in read(Talk(), "full")] == [512, 512, 0]
    assert read(Talk(), "none") == [b""]


def test_the_first_answer_comes_from_a_new_port_and_the_rest_from_there() -> None:
    """RFC 1350 section 4."""
    session = apps.Tftp({"/a": BYTES}).session(LOCAL, PEER)
    first = next(iter(session.handle(apps.Datagram(b"\0\1a\0octet\0", PEER))))
    assert first == apps.SendTo(tftp.block(1, BYTES[:512]), PEER, new_port=True)
    second = next(iter(session.handle(apps.Datagram(tftp.acknowledgment(1), PEER))))
    assert second == apps.SendTo(tftp.block(2, BYTES[512:1024]), PEER)


def test_somebody_else_at_that_port_is_told_so_and_changes_nothing() -> None:
    talk = Talk()
    talk.ask(tftp.READ, "a")
    (told,) = talk.hear(tftp.acknowledgment(1), ("10.0.0.3", 4000))
    assert tftp.decoded(told) == tftp.Problem(tftp.UNKNOWN_PORT, "Not your transfer")
    (block,) = talk.hear(tftp.acknowledgment(1))
    assert block == tftp.block(2, BYTES[512:1024])


def test_what_is_not_answered_is_sent_again_later_each_time_and_not_for_ever() -> None:
    talk = Talk()
    (first,) = talk.ask(tftp.READ, "a")
    times = []
    while not talk.over:
        sent = talk.sleep()
        if sent:
            assert sent == [first]
            times.append(talk.now / SECOND)
    assert times == [1.0, 3.0, 7.0, 15.0]
    assert len(times) == TRIES - 1


def test_a_second_copy_of_an_answer_makes_it_send_nothing() -> None:
    """RFC 1123 4.2.3.1: else every block after it would travel twice."""
    talk = Talk()
    talk.ask(tftp.READ, "a")
    assert talk.hear(tftp.acknowledgment(1)) == [tftp.block(2, BYTES[512:1024])]
    assert talk.hear(tftp.acknowledgment(1)) == []


def test_an_answered_block_is_not_sent_again_when_its_alarm_rings() -> None:
    talk = Talk()
    talk.ask(tftp.READ, "a")
    talk.now = SECOND // 2
    talk.hear(tftp.acknowledgment(1))
    assert talk.sleep() == []
    assert talk.now == SECOND
    assert talk.sleep() == [tftp.block(2, BYTES[512:1024])]
    assert talk.now == SECOND * 3 // 2


def test_a_file_is_taken_once_it_is_whole() -> None:
    talk = Talk()
    assert talk.ask(tftp.WRITE, "new") == [tftp.acknowledgment(0)]
    assert talk.hear(tftp.block(1, bytes(512))) == [tftp.acknowledgment(1)]
    assert talk.server.store.get("/new") is None
    assert talk.hear(tftp.block(1, bytes(512))) == [tftp.acknowledgment(1)], "a copy"
    assert talk.hear(tftp.block(3, b"lost")) == [], "one is missing"
    assert talk.hear(tftp.block(2, b"end")) == [tftp.acknowledgment(2)]
    assert talk.server.store["/new"] == bytes(512) + b"end"
    assert not talk.over, "it stays a while, should its last answer be lost"
    assert talk.hear(tftp.block(2, b"end")) == [tftp.acknowledgment(2)]
    while not talk.over:
        assert talk.sleep() == []


@pytest.mark.parametrize(
    ("kind", "path", "mode", "code"),
    [
        (tftp.READ, "nothing", "octet", tftp.NOT_FOUND),
        (tftp.READ, "../../../etc/passwd", "octet", tftp.NOT_FOUND),
        (tftp.WRITE, "a", "octet", tftp.EXISTS),
        (tftp.READ, "a", "mail", tftp.ILLEGAL),
    ],
)
def test_what_cannot_be_is_refused(kind: int, path: str, mode: str, code: int) -> None:
    talk = Talk()
    (sent,) = talk.ask(kind, path, mode)
    problem = tftp.decoded(sent)
    assert isinstance(problem, tftp.Problem)
    assert problem.code == code
    assert talk.over


def test_a_disk_that_is_full_is_said_to_be() -> None:
    talk = Talk()
    talk.server.store._room = 2_000
    talk.ask(tftp.WRITE, "new")
    (sent,) = talk.hear(tftp.block(1, bytes(512)))
    assert tftp.decoded(sent) == tftp.Problem(tftp.FULL, "Disk full")


def test_of_two_that_write_at_once_the_second_finds_the_name_or_the_room_taken() -> None:
    server = apps.Tftp({})
    server.store._room = 700
    first, same, other = Talk(server), Talk(server), Talk(server)
    for talk, name in [(first, "a"), (same, "a"), (other, "b")]:
        assert talk.ask(tftp.WRITE, name) == [tftp.acknowledgment(0)]
    assert first.hear(tftp.block(1, b"x" * 400)) == [tftp.acknowledgment(1)]
    (taken,) = same.hear(tftp.block(1, b"y" * 100))
    (full,) = other.hear(tftp.block(1, b"z" * 400))
    assert tftp.decoded(taken) == tftp.Problem(tftp.EXISTS, "File already exists")
    assert tftp.decoded(full) == tftp.Problem(tftp.FULL, "Disk full")
    assert same.over
    assert other.over
    assert {name: server.store[name] for name in server.store} == {"/a": b"x" * 400}


def test_an_empty_file_takes_no_name_that_no_file_can_have() -> None:
    talk = Talk(apps.Tftp({"/deep/b": ""}))
    talk.ask(tftp.WRITE, "deep")
    assert isinstance(tftp.decoded(talk.hear(tftp.block(1, b""))[0]), tftp.Problem)
    assert list(talk.server.store) == ["/deep/b"]


def test_an_error_is_never_answered_with_an_error() -> None:
    talk = Talk()
    talk.ask(tftp.READ, "a")
    assert talk.hear(tftp.problem(0, "who are you?"), ("10.0.0.3", 4000)) == []
    assert not talk.over, "a stranger's error ends nothing"
    assert talk.hear(tftp.problem(0, "never mind")) == []
    assert talk.over


def test_not_more_than_so_many_at_once() -> None:
    server = apps.Tftp({"/a": BYTES})
    many = [Talk(server) for _ in range(MOST + 1)]
    answers = [talk.ask(tftp.READ, "a")[0] for talk in many]
    assert [answer[:2] for answer in answers] == [b"\0\3"] * MOST + [b"\0\5"]
    many[0].hear(tftp.problem(0, "enough"))
    assert Talk(server).ask(tftp.READ, "a")[0][:2] == b"\0\3"


def test_options_are_agreed_on() -> None:
    """RFC 2347: only what was asked for is answered, and what is not known is left out."""
    talk = Talk()
    (oack,) = talk.ask(tftp.READ, "a", BLKSIZE="1000", tsize="0", multicast="", timeout="3")
    assert oack == b"\0\6blksize\x001000\0timeout\x003\0tsize\x001280\0"
    assert [len(block) for block in read(Talk(), "a", blksize="1000")] == [1000, 280]
    (oack,) = Talk().ask(tftp.READ, "a", blksize="65464")
    assert oack == f"\0\6blksize\0{LARGEST_BLOCK}\0".encode()
    (first,) = Talk().ask(tftp.READ, "a", blksize="7", timeout="0", tsize="x")
    assert first == tftp.block(1, BYTES[:512]), "none of it makes sense"


@given(st.binary(max_size=80).filter(lambda data: b"\r\0" not in data))
def test_text_comes_back_as_it_was(data: bytes) -> None:
    assert from_netascii(to_netascii(data)) == data


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_none(data: bytes) -> None:
    for raw in (data, b"\0\1" + data, b"\0\3" + data, b"\0\5" + data):
        message = tftp.decoded(raw)
        if isinstance(message, tftp.Block):
            assert tftp.block(message.number, message.data) == raw


# ---- with programs from outside


@pytest.fixture(params=["loopback", "kernel", "model"])
def place(request: pytest.FixtureRequest) -> Iterator[tuple[Host, Host, int]]:
    """A server that serves files, a client to run programs in, and the port."""
    if request.param != "loopback":
        needs("kernel")
    with Lab("loopback" if request.param == "loopback" else "kernel") as lab:
        server = lab.host("server", world="model" if request.param == "model" else None)
        port = 0 if request.param == "loopback" else 69
        yield server, lab.host("client"), server.udp(port, apps.Tftp({"/a": BYTES * 10})).port


def printed(client: Host, command: list[str], given: bytes = b"") -> bytes:
    if isinstance(client, KernelHost):
        found = client.run(command, input=given, timeout=40)
        assert found.status == 0, found.stderr
        return found.raw
    done = subprocess.run(command, input=given, capture_output=True, check=True, timeout=40)
    return done.stdout


@pytest.mark.parametrize("options", [[], ["--tftp-blksize", "1024"], ["--tftp-no-options"]])
def test_curl_fetches_and_uploads(place: tuple[Host, Host, int], options: list[str]) -> None:
    needs("curl")
    server, client, port = place
    url = f"tftp://{server.addresses[0]}:{port}"
    curl = ["curl", "-sS", "--noproxy", "*", "-m", "30", *options]
    assert printed(client, [*curl, f"{url}/a"]) == BYTES * 10
    printed(client, [*curl, "-T", "-", f"{url}/new"], given=BYTES * 3)
    assert printed(client, [*curl, f"{url}/new"]) == BYTES * 3


@pytest.mark.parametrize("mode", ["octet", "netascii"])
def test_tftp_gets_and_puts(place: tuple[Host, Host, int], mode: str, tmp_path: Path) -> None:
    needs("tftp")
    server, client, port = place
    mine, back = tmp_path / "mine", tmp_path / "back"
    mine.write_bytes(b"one\ntwo\n" * 300)
    tftp_at = ["tftp", "-m", mode, server.addresses[0], str(port), "-c"]
    printed(client, [*tftp_at, "put", str(mine), "mine"])
    printed(client, [*tftp_at, "get", "mine", str(back)])
    assert back.read_bytes() == mine.read_bytes()


@pytest.mark.parametrize("number", [2, 4, 6])
def test_a_lost_block_is_sent_again(number: int) -> None:
    """Packets 2, 4 and 6 are the server's; curl waits far longer than the server does."""
    needs("kernel")
    needs("curl")
    with Lab("kernel", faults=[drop(number)]) as lab:
        server, client = lab.hosts("server", "client")
        server.udp(69, apps.Tftp({"/a": BYTES}))
        url = f"tftp://{server.addresses[0]}/a"
        curl = ["curl", "-sS", "--noproxy", "*", "--tftp-no-options", "-m", "30", url]
        assert printed(client, curl) == BYTES
        (lost,) = [record for record in lab.trace if record.fate == "lost"]
        assert lost.sport != 69
        assert lost.src == server.addresses[0]
