"""The mail server as a client: how it hands a mail on, and whom it tells when that fails."""

import pytest

from portlab import apps
from tests.apps.mail.talking import STUDENT, Talk, codes, only, school


def submitted(*recipients: str, text: bytes = b"Hello\r\n") -> tuple[apps.Post, list[apps.Connect]]:
    """The post of who submitted a mail, and the connections that are to carry it on."""
    routes = {"far.example": "10.0.0.9", "near.example": ("10.0.0.8", 2525)}
    post, talk = school(submission=True, routes=routes)
    talk.say("EHLO c", "AUTH PLAIN AHN0dWRlbnQAc2VzYW1l", f"MAIL FROM:<{STUDENT}>")
    assert set(codes(talk.say(*(f"RCPT TO:<{one}>" for one in recipients)))) == {250}
    talk.say("DATA")
    assert talk.send(text + b".\r\n") == b"250 OK\r\n"
    return post, [one for one in talk.other if isinstance(one, apps.Connect)]


def test_mail_for_others_goes_to_port_25_once_for_each_server() -> None:
    post, onward = submitted("a@far.example", "b@far.example", "c@near.example", STUDENT)
    assert [one.peer for one in onward] == [("10.0.0.9", 25), ("10.0.0.8", 2525)]
    assert only(post).endswith(b"Hello\r\n")


def test_a_notice_for_which_there_is_no_room_is_not_kept() -> None:
    post, (onward,) = submitted("a@far.example")
    post.mailbox("teacher").add(bytes(post.room() - 102))
    talk = Talk(onward.app)
    talk.tell(apps.Reset())
    assert post.mailbox("student").messages == ()


def test_how_a_mail_is_handed_on() -> None:
    _, (onward,) = submitted("a@far.example", "b@far.example", text=b"..dot\r\n")
    talk = Talk(onward.app)
    assert talk.said == b"", "the server speaks first"
    assert talk.say("220-hello", "220 there") == ["EHLO mail.school.example"]
    assert talk.say("250-far.example", "250 8BITMIME") == [f"MAIL FROM:<{STUDENT}>"]
    assert talk.say("250 OK") == ["RCPT TO:<a@far.example>"]
    assert talk.say("250 OK") == ["RCPT TO:<b@far.example>"]
    assert talk.say("250 OK") == ["DATA"]
    assert talk.say("354 go on")[-2:] == ["..dot", "."]
    assert talk.say("250 OK") == ["QUIT"]
    assert talk.say("221 bye") == []
    assert talk.over


@pytest.mark.parametrize(
    ("replies", "reason"),
    [
        (["554 no service"], "554 no service"),
        (["220 hi", "250 hi", "550 not you"], "550 not you"),
        (["220 hi", "250 hi", "250 OK", "550 nobody"], "550 nobody"),
        (["220 hi", "250 hi", "250 OK", "250 OK", "451 later"], "451 later"),
        (["220 hi", "250 hi", "250 OK", "250 OK", "354 go", "552 full"], "552 full"),
        (["220 hi", "502 what", "250 hi", "550 not you"], "550 not you"),
        (["HTTP/1.1 400 Bad Request"], "does not speak SMTP"),
        (["x" * 5000], "does not speak SMTP"),
        (["220-and so on"] * 200, "does not speak SMTP"),
    ],
)
@pytest.mark.parametrize("end", [apps.PeerClosed(), apps.Reset()])
def test_what_cannot_be_handed_on_comes_back_once(
    replies: list[str], reason: str, end: apps.Event
) -> None:
    post, (onward,) = submitted("a@far.example")
    talk = Talk(onward.app)
    for reply in replies:
        talk.say(reply)
    talk.tell(end)
    notice = only(post)
    assert notice.startswith(b"Return-Path: <>\r\n")
    assert f"a@far.example: {reason}" in notice.decode() or reason in notice.decode()


def test_a_server_that_is_not_there_or_says_nothing_is_told_of_too() -> None:
    for ending in (apps.Reset(), apps.PeerClosed()):
        post, (onward,) = submitted("a@far.example")
        assert not list(onward.app.session(("10.0.0.1", 50000), onward.peer).handle(ending))[:-1]
        assert b"10.0.0.9 port 25 could not be spoken to" in only(post)
    post, (onward,) = submitted("a@far.example")
    assert Talk(onward.app).wait(300) == b""
    assert b"10.0.0.2 port 50000 could not be spoken to" in only(post)


def test_one_refused_recipient_does_not_keep_the_mail_from_the_others() -> None:
    post, (onward,) = submitted("a@far.example", "b@far.example")
    talk = Talk(onward.app)
    for reply in ("220 hi", "250 hi", "250 OK", "550 nobody", "250 OK", "354 go", "250 OK"):
        talk.say(reply)
    talk.say("221 bye")
    assert b"a@far.example: 550 nobody" in only(post)
    assert b"b@far.example:" not in only(post)


def test_a_mail_beyond_ascii_needs_a_server_that_takes_it() -> None:
    for offered, follows in (
        ("250 8BITMIME", [f"MAIL FROM:<{STUDENT}> BODY=8BITMIME"]),
        ("250 SIZE", ["QUIT"]),
    ):
        post, (onward,) = submitted("a@far.example", text="Grüße\r\n".encode())
        talk = Talk(onward.app)
        talk.say("220 hi")
        assert talk.say("250-hi", offered) == follows
        assert len(post.mailbox("student").messages) == (follows == ["QUIT"])
