"""A file on its data connection: who opens it, what breaks it off, and what is kept then."""

import re
from collections.abc import Callable

import pytest

from portlab import Lab, apps, run
from portlab.apps.ftp.addresses import six_numbers
from portlab.apps.ftp.data import Bring, Ended, Transfer
from portlab.apps.store import FILES
from portlab.errors import ConnectionAborted, TimedOut
from portlab.host import Connection, Host
from tests.apps.ftp_talking import LOCAL, PEER, actions, replies, session

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
