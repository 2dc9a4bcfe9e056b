"""The server that mail is fetched from and taken away: RFC 1939."""

import poplib
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import Lab, apps
from portlab.apps.mail.pop3 import Pop3
from tests.apps.mail.talking import Talk
from tests.requires import needs

LOGIN = ["USER student", "PASS sesame"]
FIRST = b"Subject: one\r\n\r\nline 1\r\n.\r\n..line 3\r\n"
SECOND = b"Subject: two\r\n\r\n"


def post() -> apps.Post:
    post = apps.Post("school.example", {"student": "sesame", "teacher": "let me in"})
    for content in (FIRST, SECOND):
        post.mailbox("student").add(content)
    return post


def left(post: apps.Post) -> list[int]:
    return [message.uid for message in post.mailbox("student").messages]


def test_a_conversation() -> None:
    there = post()
    talk = Talk(Pop3(there))
    assert talk.said == b"+OK POP3 server of school.example ready\r\n"
    assert talk.say(*LOGIN) == ["+OK now the password", "+OK 2 messages (53 octets)"]
    assert talk.say("STAT") == ["+OK 2 53"]
    assert talk.say("LIST") == ["+OK 2 messages (53 octets)", "1 37", "2 16", "."]
    assert talk.say("LIST 2", "UIDL 2") == ["+OK 2 16", "+OK 2 00000002"]
    assert talk.say("UIDL")[1:] == ["1 00000001", "2 00000002", "."]
    assert talk.say("TOP 1 1") == [
        "+OK the head, and as many lines",
        *("Subject: one", "", "line 1", "."),
    ]
    assert talk.send(b"RETR 1\r\n") == (
        b"+OK 37 octets\r\nSubject: one\r\n\r\nline 1\r\n..\r\n...line 3\r\n.\r\n"
    )
    assert talk.say("DELE 1", "STAT", "LIST 1") == [
        "+OK message 1 will go at QUIT",
        "+OK 1 16",
        "-ERR no such message",
    ]
    assert left(there) == [1, 2], "not before QUIT"
    assert talk.say("QUIT") == ["+OK goodbye"]
    assert talk.over
    assert left(there) == [2]


def test_what_is_taken_back_stays() -> None:
    there = post()
    talk = Talk(Pop3(there))
    talk.say(*LOGIN, "DELE 1", "DELE 2", "RSET", "QUIT")
    assert left(there) == [1, 2]


@pytest.mark.parametrize("end", [apps.PeerClosed(), apps.Reset()])
def test_a_conversation_that_breaks_off_takes_nothing_away(end: apps.Event) -> None:
    there = post()
    talk = Talk(Pop3(there))
    talk.say(*LOGIN, "DELE 1")
    talk.tell(end)
    assert left(there) == [1, 2]
    assert Talk(Pop3(there)).say(*LOGIN)[1].startswith("+OK"), "and the mailbox is free again"


def test_patience_ends_without_a_word_and_without_loss() -> None:
    there = post()
    talk = Talk(Pop3(there))
    talk.say(*LOGIN, "DELE 1")
    assert talk.wait(600) == b""
    assert not talk.over
    assert talk.wait(1200) == b"", "RFC 1939 section 3: no response"
    assert talk.over
    assert left(there) == [1, 2]


def test_one_session_has_a_mailbox_for_itself() -> None:
    there = post()
    one, other = Talk(Pop3(there)), Talk(Pop3(there))
    one.say(*LOGIN)
    assert other.say(*LOGIN)[1].startswith("-ERR [IN-USE]")
    one.say("QUIT")
    assert other.say(*LOGIN)[1].startswith("+OK")


def test_what_comes_meanwhile_waits_for_the_next_session() -> None:
    there = post()
    talk = Talk(Pop3(there))
    talk.say(*LOGIN)
    there.mailbox("student").add(b"late")
    assert talk.say("STAT") == ["+OK 2 53"]
    talk.say("QUIT")
    assert Talk(Pop3(there)).say(*LOGIN, "STAT")[-1] == "+OK 3 59"


@pytest.mark.parametrize(
    "line",
    [
        *("STAT", "LIST", "RETR 1", "DELE 1", "UIDL", "TOP 1 1", "RSET"),
        *("PASS sesame", "USER", "BREW", "", "Ä", "USER x" + "x" * 300),
    ],
)
def test_before_the_login_little_can_be_done(line: str) -> None:
    talk = Talk(Pop3(post()))
    (answer,) = talk.say(line)
    assert answer.startswith("-ERR")
    assert talk.say("NOOP") == ["+OK"]


@pytest.mark.parametrize(
    "line",
    [
        *("RETR", "RETR 0", "RETR 3", "RETR x", "RETR -1", "RETR ²", "RETR 99999999999"),
        *("DELE 3", "TOP 1", "TOP 3 0", "TOP 1 x", "LIST x", "UIDL 9", "USER a", "PASS b"),
    ],
)
def test_what_cannot_be_done_changes_nothing(line: str) -> None:
    there = post()
    talk = Talk(Pop3(there))
    talk.say(*LOGIN)
    (answer,) = talk.say(line)
    assert answer.startswith("-ERR")
    talk.say("QUIT")
    assert left(there) == [1, 2]


def test_nobody_learns_who_has_a_mailbox() -> None:
    answers = [Talk(Pop3(post())).say(f"USER {name}", "PASS wrong") for name in ("student", "x")]
    assert answers[0] == answers[1]


def test_a_password_may_have_spaces() -> None:
    assert Talk(Pop3(post())).say("user teacher", "pass let me in")[1].startswith("+OK")


@given(st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line), max_size=8))
def test_any_lines_are_answered_one_by_one(lines: list[bytes]) -> None:
    talk = Talk(Pop3(post()))
    said = talk.send(b"".join(line + b"\r\n" for line in lines), cut=7)
    if not talk.over:
        assert said.count(b"\r\n") >= len(lines)
    assert all(line.startswith((b"+OK", b"-ERR")) for line in said.splitlines()) or b"CAPA" in said


# ---- with programs from outside


@pytest.fixture
def server() -> Iterator[tuple[apps.Post, int]]:
    with Lab("loopback") as lab:
        there = post()
        yield there, lab.host("mail").listen(app=Pop3(there)).port


def test_poplib_takes_mail_away(server: tuple[apps.Post, int]) -> None:
    there, port = server
    client = poplib.POP3("127.0.0.1", port, timeout=10)
    assert set(client.capa()) >= {"TOP", "UIDL", "USER"}
    client.user("student")
    client.pass_("sesame")
    assert client.stat() == (2, 53)
    _, lines, octets = client.retr(1)
    assert b"".join(line + b"\r\n" for line in lines) == FIRST
    assert octets == len(FIRST)
    assert client.top(1, 0)[1] == [b"Subject: one", b""]
    assert client.uidl()[1] == [b"1 00000001", b"2 00000002"]
    client.dele(1)
    with pytest.raises(poplib.error_proto, match="no such message"):
        client.retr(1)
    client.quit()
    assert left(there) == [2]


def test_curl_lists_and_fetches(server: tuple[apps.Post, int]) -> None:
    needs("curl")
    _, port = server

    def curl(path: str, user: str = "student:sesame") -> subprocess.CompletedProcess[bytes]:
        command = ["curl", "-sS", "-u", user, f"pop3://127.0.0.1:{port}/{path}"]
        return subprocess.run(command, capture_output=True, check=False, timeout=30)

    assert curl("").stdout == b"1 37\r\n2 16\r\n"
    assert curl("1").stdout == FIRST
    assert curl("1", "student:wrong").returncode == 67  # login denied
