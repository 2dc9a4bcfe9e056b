"""The file server, as ftplib and curl see it, and as plain commands do."""

import ftplib
import io
import re
import subprocess
from collections.abc import Callable, Iterator
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import Lab, apps, run
from portlab.apps.ftp.addresses import from_extended, from_six_numbers, six_numbers
from portlab.apps.ftp.data import Bring, Ended, Transfer
from portlab.apps.store import FILES, USERS
from portlab.errors import ConnectionAborted, TimedOut
from portlab.host import Connection, Host
from portlab.worlds.kernel.host import KernelHost
from tests.requires import needs

LOCAL, PEER = ("10.0.0.1", 21), ("10.0.0.2", 50000)
BYTES = bytes(range(256)) * 1_000
LINES = "one\ntwo\n"


def session(local: apps.Address = LOCAL, peer: apps.Address = PEER) -> apps.Session:
    made = apps.Ftp({"/a.txt": LINES, "/deep/er/b.bin": BYTES}).session(local, peer)
    list(made.handle(apps.Opened()))
    return made


def actions(talk: apps.Session, *lines: str) -> list[apps.Action]:
    """What it does about each of these commands."""
    return [
        action
        for line in lines
        for action in talk.handle(apps.Data(f"{line}\r\n".encode("utf-8", "surrogateescape")))
    ]


def replies(talk: apps.Session, *lines: str) -> list[str]:
    sent = [action for action in actions(talk, *lines) if isinstance(action, apps.Send)]
    return [action.data.decode().removesuffix("\r\n") for action in sent]


def codes(talk: apps.Session, *lines: str) -> list[int]:
    return [int(reply[:3]) for reply in replies(talk, *lines)]


def logged_in(
    user: str = "student", password: str = "sesame", **ends: apps.Address
) -> apps.Session:
    talk = session(**ends)
    assert codes(talk, f"USER {user}", f"PASS {password}") == [331, 230]
    return talk


# ---- commands


def test_nothing_is_done_for_whom_it_does_not_know() -> None:
    talk = session()
    assert codes(talk, "NOOP", "SYST", "FEAT") == [200, 215, 211]
    assert codes(talk, "PWD", "LIST", "PASV", "DELE a.txt") == [530] * 4
    assert codes(talk, "PASS x", "USER student", "PASS wrong", "PWD") == [503, 331, 530, 530]
    assert codes(talk, "PASS sesame", "PWD") == [230, 257]
    assert codes(talk, "USER student", "PWD") == [331, 530], "a new name begins anew"


def test_who_guesses_three_times_is_hung_up_on() -> None:
    """RFC 2577 section 5: the last word is 421, which no client has asked for."""
    done = actions(session(), "USER student", *["PASS guess"] * 3, "NOOP")
    assert done[-1] == apps.Close()
    assert [action for action in done if isinstance(action, apps.Send)][-1].data.startswith(b"421")


def test_folders_are_walked_and_nothing_leads_out() -> None:
    talk = logged_in()
    assert replies(talk, "PWD") == ['257 "/" is the folder.']
    assert codes(talk, "CWD deep/er", "CWD nothing", "CWD /a.txt") == [250, 550, 550]
    assert replies(talk, "PWD") == ['257 "/deep/er" is the folder.']
    assert codes(talk, "CDUP", "CWD ../../../..") == [250, 250]
    assert replies(talk, "PWD") == ['257 "/" is the folder.']
    assert codes(talk, "SIZE ../../../etc/passwd", "RETR /etc/passwd") == [550, 550]


def test_a_mark_in_a_name_is_doubled() -> None:
    """RFC 959, appendix II."""
    talk = apps.Ftp({'/a "b"/c': ""}).session(LOCAL, PEER)
    said = replies(talk, "USER student", "PASS sesame", 'CWD a "b"', "PWD")
    assert said[-1].startswith('257 "/a ""b""" ')


def test_size_is_what_would_travel() -> None:
    """RFC 3659 section 4: in text each line has one byte more."""
    talk = logged_in()
    assert replies(talk, "SIZE a.txt", "TYPE I", "SIZE a.txt")[::2] == ["213 10", "213 8"]
    assert codes(talk, "TYPE E", "MODE S", "MODE B", "STRU F", "STRU R") == [
        504,
        200,
        504,
        200,
        504,
    ]


def test_anonymous_reads_and_no_more() -> None:
    talk = logged_in("anonymous", "me@example")
    assert codes(talk, "SIZE a.txt", "DELE a.txt", "STOR new") == [213, 550, 550]
    assert codes(logged_in(), "DELE a.txt", "SIZE a.txt") == [250, 550]


def test_what_it_does_not_know_it_says() -> None:
    talk = logged_in()
    assert codes(talk, "SITE EXEC x", "", "RETR a\x07b", "AUTH TLS") == [502, 502, 501, 502]
    assert codes(talk, "x" * 600) == [500]
    assert codes(talk, "RETR a.txt") == [425], "no way was chosen"
    assert actions(talk, "QUIT")[-1] == apps.Close()
    assert actions(talk, "NOOP") == []


def test_it_calls_nobody_but_its_client() -> None:
    """RFC 2577 section 3: a server that did would attack others for anybody who asks."""
    talk = logged_in()
    assert codes(talk, "PORT 10,0,0,3,195,80", "EPRT |1|10.0.0.3|50000|") == [504, 504]
    assert codes(talk, "PORT 10,0,0,2,0,25", "EPRT |1|10.0.0.2|80|") == [504, 504]
    assert codes(talk, "PORT 10,0,0,2,195", "EPRT |2|10.0.0.2|50000|", "PORT") == [501] * 3
    *_, begin, call = actions(talk, "PORT 10,0,0,2,195,80", "RETR a.txt")
    assert isinstance(begin, apps.Tell)
    assert isinstance(call, apps.Connect)
    assert (call.peer, call.source_port) == (("10.0.0.2", 50_000), 20)


def test_from_another_port_than_21_it_calls_from_any() -> None:
    talk = logged_in(local=("10.0.0.1", 2121))
    call = actions(talk, "PORT 10,0,0,2,195,80", "RETR a.txt")[-1]
    assert isinstance(call, apps.Connect)
    assert call.source_port == 0


def test_over_ipv6_only_the_longer_commands_work() -> None:
    """RFC 2428: PORT and PASV have no room for its addresses."""
    talk = logged_in(local=("fd00::1", 21), peer=("fd00::2", 50_000))
    assert codes(talk, "PASV", "EPSV 1", "PORT 10,0,0,2,195,80") == [522, 522, 504]
    assert codes(talk, "EPRT |2|fd00::2|50000|") == [200]
    (listen,) = actions(talk, "EPSV 2")
    assert listen == apps.Listen(0, listen.app, once=True)  # type: ignore[union-attr]
    (said,) = talk.handle(apps.Listening(("fd00::1", 40_001)))
    assert said == apps.Send(b"229 Entering Extended Passive Mode (|||40001|).\r\n")
    assert codes(talk, "EPSV ALL", "EPRT |2|fd00::2|50000|", "PASV") == [200, 501, 522]


def test_ten_thousand_times_passive_is_one_port() -> None:
    talk = logged_in()
    (listen,) = actions(talk, "PASV")
    assert isinstance(listen, apps.Listen)
    assert actions(talk, "PASV", "NOOP") == [], "commands wait until the port is open"
    done = list(talk.handle(apps.Listening((LOCAL[0], 40_001))))
    done += actions(talk, *["PASV"] * 10_000)
    assert done.count(apps.Send(b"200 Nothing done.\r\n")) == 1
    assert done.count(apps.Send(b"227 Entering Passive Mode (10,0,0,1,156,65).\r\n")) == 10_002


def test_a_stranger_at_the_open_port_gets_nothing() -> None:
    """RFC 2577 section 5: who finds the port first must at least be the same computer."""
    talk = logged_in()
    (listen,) = actions(talk, "PASV")
    assert isinstance(listen, apps.Listen)
    list(talk.handle(apps.Listening((LOCAL[0], 40_001))))
    stranger = listen.app.session((LOCAL[0], 40_001), ("10.0.0.3", 4000))
    assert list(stranger.handle(apps.Opened())) == [apps.Abort()]
    assert listen.app.session((LOCAL[0], 40_001), (PEER[0], 4000)) is listen.app


def test_a_port_that_a_stranger_has_used_up_is_named_to_nobody() -> None:
    talk = logged_in()
    (listen,) = actions(talk, "PASV")
    assert isinstance(listen, apps.Listen)
    list(talk.handle(apps.Listening((LOCAL[0], 40_001))))
    listen.app.session((LOCAL[0], 40_001), ("10.0.0.3", 4000))
    (another,) = actions(talk, "PASV")
    assert isinstance(another, apps.Listen)
    assert another.app is not listen.app


def test_whoever_does_not_come_is_not_waited_for_for_ever() -> None:
    talk = logged_in()
    actions(talk, "PASV")
    list(talk.handle(apps.Listening((LOCAL[0], 40_001))))
    _, begin = actions(talk, "RETR a.txt", "NOOP")
    assert isinstance(begin, apps.Tell)
    assert [type(one) for one in talk.handle(apps.Woken(30_000_000))] == [apps.Wake], "just begun"
    said = list(talk.handle(apps.Woken(60_000_000)))
    assert [action.data[:3] for action in said if isinstance(action, apps.Send)] == [b"425", b"200"]
    assert list(begin.session.handle(apps.Opened())) == [apps.Abort()], "too late"


def test_too_many_commands_behind_a_transfer_are_not_kept() -> None:
    talk = logged_in()
    actions(talk, "PASV")
    done = actions(talk, *["NOOP"] * 30_000)
    assert [type(action) for action in done] == [apps.Send, apps.Close]


# ---- one data connection


def told(transfer: Transfer, *events: apps.Event) -> list[apps.Action]:
    return [action for event in events for action in transfer.handle(event)]


@pytest.mark.parametrize("early", [True, False])
def test_a_file_goes_when_both_are_ready(early: bool) -> None:
    control = session()
    transfer = Transfer(control, PEER)
    begin = [transfer.begin(Bring(b"abc")), *told(transfer, apps.Told(None))] if early else []
    done = begin[1:] + told(transfer, apps.Opened())
    if not early:
        transfer.begin(Bring(b"abc"))
        done += told(transfer, apps.Told(None))
    assert done == [apps.Send(b"abc"), apps.Tell(control, Ended(transfer)), apps.Close()]


def test_a_file_that_broke_off_is_not_kept() -> None:
    server = apps.Ftp({"/a": "old"})
    talk = server.session(LOCAL, PEER)
    replies(talk, "USER student", "PASS sesame", "TYPE I", "PORT 10,0,0,2,195,80")
    call = actions(talk, "STOR a")[-1]
    assert isinstance(call, apps.Connect)
    assert isinstance(call.app, Transfer)
    (tell,) = told(call.app, apps.Opened(), apps.Data(b"new"), apps.Reset())
    assert isinstance(tell, apps.Tell)
    (said,) = talk.handle(apps.Told(tell.message))
    assert isinstance(said, apps.Send)
    assert said.data.startswith(b"426")
    assert server.store["/a"] == b"old"


def test_of_two_that_write_at_once_the_second_finds_the_room_taken() -> None:
    server = apps.Ftp({})
    server.store._room = 700
    said = []
    under_way = []
    for name in ("a", "b"):
        talk = server.session(LOCAL, PEER)
        replies(talk, "USER student", "PASS sesame", "TYPE I", "PORT 10,0,0,2,195,80")
        (call,) = [one for one in actions(talk, f"STOR {name}") if isinstance(one, apps.Connect)]
        under_way.append((talk, call.app))
    for talk, transfer in under_way:
        assert isinstance(transfer, Transfer)
        tell, _ = told(transfer, apps.Opened(), apps.Data(b"x" * 400), apps.PeerClosed())
        assert isinstance(tell, apps.Tell)
        (reply,) = talk.handle(apps.Told(tell.message))
        assert isinstance(reply, apps.Send)
        said.append(reply.data[:3])
    assert said == [b"226", b"552"]
    assert list(server.store) == ["/a"]


# ---- how addresses are written


@given(st.ip_addresses(v=4).map(str), st.integers(0, 65_535))
def test_six_numbers_come_back(host: str, port: int) -> None:
    assert from_six_numbers(six_numbers((host, port))) == (host, port)


@given(st.ip_addresses().map(str), st.integers(0, 65_535), st.sampled_from("|!:-"))
def test_the_longer_form_comes_back(host: str, port: int, mark: str) -> None:
    version = ip_address(host).version
    text = mark.join(["", "1" if version == 4 else "2", host, str(port), ""])
    assert from_extended(text) in [(host, port), None]
    if mark not in ":-" or version == 4:
        assert from_extended(text) == (host, port)


@given(st.text(max_size=60))
def test_any_other_text_is_no_address(text: str) -> None:
    for found in (from_six_numbers(text), from_extended(text)):
        assert found is None or (0 <= found[1] <= 65_535 and ip_address(found[0]))


# ---- in the model: what the packets show


def stalled(client: Host, server: Host) -> tuple[Connection, Connection]:
    """The conversation, and the connection of a file that has begun to come and does not go on."""
    control = begun(client, server)
    data = client.connect(server, int(say(control, "EPSV").split("|")[3]))
    assert say(control, "STOR new").startswith("150")
    data.send(b"a beginning")
    return control, data


@pytest.mark.parametrize("mark", [b"", b"\xff\xf4\xff\xf2"])
def test_abor_breaks_off_what_is_under_way(mark: bytes) -> None:
    """RFC 959 4.1.3: 426 for the transfer, and 226 for ABOR itself; between them, what waited."""
    ftp = apps.Ftp({})
    with Lab() as lab:
        server, client = lab.hosts("server", "client")
        server.listen(21, ftp)
        control, data = stalled(client, server)
        control.send(b"NOOP\r\n" + mark + b"ABOR\r\n")
        assert [control.receive_until(b"\r\n")[:3] for _ in range(3)] == [b"426", b"200", b"226"]
        with pytest.raises(ConnectionAborted):
            data.receive()
        assert say(control, "ABOR").startswith("226"), "there is nothing to break off"
        assert list(ftp.store) == []


def test_a_transfer_that_stalls_and_a_client_that_is_silent_are_given_up() -> None:
    with Lab() as lab:
        server, client = lab.hosts("server", "client")
        server.listen(21, apps.Ftp({}))
        control, data = stalled(client, server)
        lab.run(25)
        data.send(b" and a little more")
        lab.run(20)
        with pytest.raises(TimedOut):
            control.receive(timeout=1)
        lab.run(60)
        assert control.receive_until(b"\r\n").startswith(b"426")
        lab.run(200)
        assert say(control, "NOOP").startswith("200")
        lab.run(330)
        assert control.receive_all().startswith(b"421")


def test_who_hangs_up_during_a_transfer_breaks_it_off() -> None:
    """RFC 959 4.1.1, under LOGOUT."""
    ftp = apps.Ftp({})
    with Lab() as lab:
        server, client = lab.hosts("server", "client")
        server.listen(21, ftp)
        control, data = stalled(client, server)
        control.close()
        with pytest.raises(ConnectionAborted):
            data.receive()
        assert list(ftp.store) == []


def say(control: Connection, command: str) -> str:
    control.send(f"{command}\r\n".encode())
    return control.receive_until(b"\r\n").decode()


def begun(client: Host, server: Host) -> Connection:
    control = client.connect(server, 21)
    control.receive_until(b"\r\n")
    say(control, "USER student")
    say(control, "PASS sesame")
    return control


def active(lab: Lab) -> bytes:
    server, client = lab.hosts("server", "client")
    server.listen(21, apps.Ftp())
    control, ear = begun(client, server), client.listen(50_001)
    say(control, f"PORT {six_numbers((client.addresses[0], 50_001))}")
    say(control, "RETR readme.txt")
    data = ear.accept().receive_all()
    control.receive_until(b"226 That was all.\r\n")
    return data


def passive(lab: Lab) -> bytes:
    server, client = lab.hosts("server", "client")
    server.listen(21, apps.Ftp())
    control = begun(client, server)
    numbers = re.findall(r"\d+", say(control, "PASV"))
    data = client.connect(server, int(numbers[-2]) * 256 + int(numbers[-1]))
    say(control, "RETR readme.txt")
    content = data.receive_all()
    control.receive_until(b"226 That was all.\r\n")
    return content


@pytest.mark.parametrize("way", [active, passive])
def test_who_opens_the_data_connection(way: Callable[[Lab], bytes]) -> None:
    trace = run(way, seed=1)
    assert trace.error is None
    expected = FILES["/readme.txt"]
    assert isinstance(expected, str)
    assert trace.result == expected.replace("\n", "\r\n").encode()
    control, data = [record for record in trace if record.flags == "SYN"]
    assert (control.dport, data.dport == 50_001) == (21, way is active)
    assert (data.src == control.src) is (way is passive)
    if way is active:
        assert data.sport == 20


# ---- with programs from outside


@pytest.fixture
def lab(world: str) -> Iterator[Lab]:
    with Lab(world) as lab:
        yield lab


@pytest.fixture(params=["loopback", "kernel"])
def world(request: pytest.FixtureRequest) -> str:
    if request.param == "kernel":
        needs("kernel")
    return str(request.param)


@pytest.fixture
def server(lab: Lab) -> Host:
    return lab.host("server")


@pytest.fixture
def port(lab: Lab, server: Host) -> int:
    return server.listen(
        0 if lab.world == "loopback" else 21, apps.Ftp({**FILES, "/b": BYTES})
    ).port


@pytest.fixture
def inside(lab: Lab, server: Host) -> Iterator[None]:
    """Python's own sockets, in the client's place."""
    client = lab.host("client")
    if isinstance(client, KernelHost):
        with client.inside():
            yield
    else:
        yield


@pytest.mark.parametrize(
    ("world", "version", "passive"),
    [
        ("loopback", 4, True),  # active, ftplib listens at 0.0.0.0, which faces the network
        ("kernel", 4, True),
        ("kernel", 4, False),
        ("kernel", 6, True),
        ("kernel", 6, False),
    ],
    indirect=["world"],
)
def test_ftplib_brings_and_takes(
    inside: None, lab: Lab, server: Host, port: int, passive: bool, version: int
) -> None:
    hosts = [one for one in server.addresses if ip_address(one).version == version]
    with ftplib.FTP(timeout=20) as ftp:
        ftp.connect(hosts[0], port)
        ftp.login("student", USERS["student"])
        ftp.set_pasv(passive)
        assert ftp.nlst() == ["b", "boot", "pub", "readme.txt"]
        ftp.cwd("pub")
        assert ftp.pwd() == "/pub"
        got = io.BytesIO()
        ftp.storbinary("STOR new.bin", io.BytesIO(BYTES))
        ftp.retrbinary("RETR new.bin", got.write)
        assert got.getvalue() == BYTES
        assert ftp.size("new.bin") == len(BYTES)
        rest = io.BytesIO()
        ftp.retrbinary("RETR new.bin", rest.write, rest=len(BYTES) - 10)
        assert rest.getvalue() == BYTES[-10:]
        lines: list[str] = []
        ftp.storlines("STOR new.txt", io.BytesIO(LINES.encode()))
        ftp.retrlines("RETR new.txt", lines.append)
        assert lines == ["one", "two"]
        listed: list[str] = []
        ftp.retrlines("LIST", listed.append)
        assert any(line.startswith("-rw") and line.endswith(" new.bin") for line in listed)
        ftp.delete("new.bin")
        with pytest.raises(ftplib.error_perm, match="550"):
            ftp.size("new.bin")


@pytest.mark.parametrize("way", [["--ftp-pasv"], ["--ftp-port", "-"], ["--disable-epsv"]])
def test_curl_fetches_lists_and_uploads(lab: Lab, server: Host, port: int, way: list[str]) -> None:
    needs("curl")

    def curl(*arguments: str, given: bytes = b"") -> bytes:
        command = ["curl", "-sS", "--noproxy", "*", "-m", "30", *way, *arguments]
        if isinstance(client, KernelHost):
            printed = client.run(command, input=given, timeout=40)
            assert (printed.status, printed.stderr) == (0, "")
            return printed.raw
        return subprocess.run(command, input=given, capture_output=True, check=True).stdout

    client = lab.host("client")
    url = f"ftp://{server.addresses[0]}:{port}"
    assert curl(f"{url}/b") == BYTES
    assert b"readme.txt" in curl(f"{url}/")
    known = ["-u", "student:sesame"]
    curl(*known, "-T", "-", f"{url}/up.bin", given=BYTES[:5000])
    assert curl(*known, f"{url}/up.bin") == BYTES[:5000]
