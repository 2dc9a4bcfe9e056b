"""The server that takes mail: RFC 5321's replies, and what it does with what it took."""

import smtplib
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import Lab, apps
from portlab.apps.mail.smtp_session import LARGEST
from portlab.errors import AddressError, PortError
from tests.apps.mail.talking import STUDENT, Talk, codes, only, school
from tests.requires import needs

MAIL = ["MAIL FROM:<a@b.example>", f"RCPT TO:<{STUDENT}>", "DATA"]


# ---- a mail for here


def test_what_strangers_send_has_a_limit() -> None:
    """RFC 5321 4.2.3: 452 says that it may be tried again later, when there is room."""
    post = apps.Post("school.example", {"student": "sesame", "teacher": "chalk"}, room=5_000)
    talk = Talk(apps.Smtp(post))
    both = ["MAIL FROM:<a@b.example>", f"RCPT TO:<{STUDENT}>", "RCPT TO:<teacher@school.example>"]
    talk.say("EHLO c")
    assert codes(talk.say(*both, "DATA")) == [250, 250, 250, 354]
    assert talk.say("x" * 900, *["x" * 900] * 2, ".") == ["452 Insufficient system storage"]
    assert [post.mailbox(user).messages for user in ("student", "teacher")] == [(), ()]
    assert codes(talk.say(*MAIL)) == [250, 250, 354]
    assert talk.say(*["x" * 900] * 3, ".") == ["250 OK"], "for one of them there is room"
    post.mailbox("teacher").add(bytes(post.room() - 2))
    assert codes(talk.say(*MAIL)) == [250, 452, 554]


def test_the_conversation_of_rfc_5321_appendix_d() -> None:
    post, talk = school()
    assert talk.said == b"220 mail.school.example ESMTP ready\r\n"
    assert talk.say("EHLO bar.example") == [
        "250-mail.school.example Hello bar.example",
        "250-PIPELINING",
        f"250-SIZE {LARGEST}",
        "250 8BITMIME",
    ]
    assert talk.say(*MAIL) == [
        "250 OK",
        "250 OK",
        "354 Start mail input; end with <CRLF>.<CRLF>",
    ]
    assert talk.say("Subject: Hello", "", "Blah blah blah...", ".") == ["250 OK"]
    assert talk.say("QUIT") == ["221 mail.school.example closing the channel"]
    assert talk.over
    assert only(post) == (
        b"Return-Path: <a@b.example>\r\n"
        b"Received: from bar.example ([10.0.0.2])\r\n"
        b"\tby mail.school.example with ESMTP; Thu, 01 Jan 2026 12:00:00 +0000\r\n"
        b"Subject: Hello\r\n\r\nBlah blah blah...\r\n"
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["NOOP", "RSET", "VRFY student", "EXPN all", "HELP"], [250, 250, 252, 502, 214]),
        (["BREW", "", "1", "STARTTLS"], [500, 500, 500, 502]),
        (["MAIL FROM:<a@b.example>"], [503]),  # nobody said hello
        (["HELO"], [501]),
        (["HELO c", "RCPT TO:<x@y>", "DATA"], [250, 503, 503]),
        (["HELO c", "MAIL FROM:a@b.example", "MAIL TO:<a@b>", "MAIL"], [250, 501, 501, 501]),
        (["HELO c", "MAIL FROM:<>", "MAIL FROM:<>"], [250, 250, 503]),
        (["HELO c", "MAIL FROM:<a@b> SIZE=10"], [250, 555]),  # not offered to HELO
        (["HELO c", "mail from: <a@b.example>", "rcpt to:<postmaster>"], [250, 250, 250]),
        (["HELO c", "MAIL FROM:<>", "RCPT TO:<nobody@school.example>"], [250, 250, 550]),
        (["HELO c", "MAIL FROM:<>", "RCPT TO:<x@far.example>"], [250, 250, 550]),
        (["HELO c", "MAIL FROM:<>", "RCPT TO:<>", "DATA"], [250, 250, 501, 554]),
        (["HELO c", "MAIL FROM:<>", f"RCPT TO:<{STUDENT}> NOTIFY=NEVER"], [250, 250, 555]),
        (["HELO c", "MAIL FROM:<>", "RSET", f"RCPT TO:<{STUDENT}>"], [250, 250, 250, 503]),
        (["HELO c", "MAIL FROM:<>", "HELO c", f"RCPT TO:<{STUDENT}>"], [250, 250, 250, 503]),
        (["HELO c", "AUTH PLAIN"], [250, 502]),
        (["NOOP " + "x" * 2000, "DATA now", "STARTTLS now"], [500, 501, 501]),
    ],
)
def test_what_is_said_to_what(lines: list[str], expected: list[int]) -> None:
    _, talk = school()
    assert codes(talk.say(*lines)) == expected


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ("SIZE=1000 BODY=8BITMIME", 250),
        ("body=7bit AUTH=<>", 250),
        (f"SIZE={LARGEST + 1}", 552),
        ("SIZE=much", 501),
        ("BODY=BINARYMIME", 501),
        ("SMTPUTF8", 555),
    ],
)
def test_parameters_of_mail(parameters: str, code: int) -> None:
    _, talk = school()
    talk.say("EHLO c")
    assert codes(talk.say(f"MAIL FROM:<a@b.example> {parameters}")) == [code]


def test_a_mail_for_several_is_one_in_each_mailbox() -> None:
    post, talk = school()
    recipients = [f"RCPT TO:<{name}@School.Example>" for name in ("Student", "teacher", "Student")]
    talk.say("HELO c", "MAIL FROM:<>", *recipients, "DATA", "Hello", ".")
    assert only(post, "teacher") == only(post, "student")


def test_there_are_not_too_many_recipients() -> None:
    _, talk = school()
    many = [f'RCPT TO:<@a,@b:"{n}"@school.example>' for n in range(2)]
    assert codes(talk.say("HELO c", "MAIL FROM:<>", *many)) == [250, 250, 550, 550]
    post = apps.Post("school.example", {f"u{n}": "" for n in range(101)})
    talk = Talk(apps.Smtp(post))
    talk.say("HELO c", "MAIL FROM:<>")
    answers = codes(talk.say(*(f"RCPT TO:<u{n}@school.example>" for n in range(101))))
    assert answers == [250] * 100 + [452]


def test_dots_at_the_beginning_of_a_line_are_the_senders() -> None:
    post, talk = school()
    talk.say("HELO c", *MAIL, "..", "...two", ".one", ".")
    assert only(post).endswith(b"+0000\r\n.\r\n..two\r\none\r\n")


def test_a_lone_line_feed_ends_no_mail() -> None:
    """Else what one server takes for text, the next takes for another mail."""
    post, talk = school()
    talk.say("HELO c", *MAIL)
    inside = b"text\n.\nMAIL FROM:<boss@school.example>\r.\r\nmore\n.\r\n"
    assert talk.send(inside) == b""
    assert talk.send(b".\r\n") == b"250 OK\r\n"
    assert only(post).endswith(
        b"text\r\n.\r\nMAIL FROM:<boss@school.example>\r\n.\r\nmore\r\n.\r\n"
    )
    assert len(post.mailbox("student").messages) == 1


@given(st.data())
def test_it_does_not_matter_where_the_stream_is_cut(data: st.DataObject) -> None:
    text = data.draw(st.text("a.\r\n", max_size=40)).encode()
    stream = "\r\n".join(["HELO c", *MAIL, ""]).encode() + text + b"\r\n.\r\nNOOP\r\nQUIT\r\n"
    whole, cut = school(), school()
    whole[1].send(stream)
    cut[1].send(stream, cut=data.draw(st.integers(1, 20)))
    assert cut[1].said == whole[1].said
    assert cut[1].over
    contents = [
        [message.content for message in post.mailbox("student").messages]
        for post, _ in (whole, cut)
    ]
    assert contents[0] == contents[1]


def test_too_large_a_mail_is_not_kept() -> None:
    post, talk = school()
    talk.say("HELO c", *MAIL)
    for _ in range(LARGEST // 1_000_000 + 1):
        talk.send(b"x" * 1_000_000)
    assert codes(talk.say("", ".", "NOOP")) == [552, 250]
    assert not post.mailbox("student").messages


def test_patience_ends_in_the_middle_of_a_mail_without_a_word() -> None:
    post, talk = school()
    talk.say("HELO c", *MAIL, "half a")
    assert talk.wait(300) == talk.wait(600) == b""
    assert talk.over
    assert not post.mailbox("student").messages


def test_patience_ends() -> None:
    _, talk = school()
    assert talk.other == [apps.Wake(300.0)]
    talk.say("NOOP")
    assert talk.wait(300) == b""
    assert not talk.over
    assert talk.wait(600).startswith(b"421 ")
    assert talk.over


# ---- submission


def test_who_submits_must_say_who_it_is() -> None:
    post, talk = school(submission=True)
    assert talk.say("EHLO c")[-1] == "250 AUTH PLAIN LOGIN"
    assert codes(talk.say("MAIL FROM:<>", "AUTH CRAM-MD5", "AUTH PLAIN =", "AUTH PLAIN")) == [
        *(530, 504, 501, 334)
    ]
    assert codes(talk.say("*", "AUTH PLAIN AHN0dWRlbnQAd3Jvbmc=")) == [501, 535]
    assert talk.say("AUTH LOGIN", "c3R1ZGVudA==", "c2VzYW1l") == [
        "334 VXNlcm5hbWU6",
        "334 UGFzc3dvcmQ6",
        "235 Authentication succeeded",
    ]
    assert codes(talk.say("AUTH LOGIN", "MAIL FROM:<teacher@school.example>")) == [503, 550]
    assert codes(talk.say(f"MAIL FROM:<{STUDENT}>", "RCPT TO:<teacher@school.example>")) == [
        *(250, 250)
    ]
    talk.say("DATA", "Subject: Homework", "", ".")
    assert b"with ESMTPA;" in only(post, "teacher")


@pytest.mark.parametrize("route", ["college", ("10.0.0.1", 0), ("10.0.0.1", 70_000)])
def test_a_route_that_leads_nowhere_is_told_at_once(route: Any) -> None:
    with pytest.raises((AddressError, PortError)):
        apps.Smtp(submission=True, routes={"college.example": route})


def test_a_domain_without_a_route_is_refused_at_once() -> None:
    _, talk = school(submission=True)
    talk.say("EHLO c", "AUTH PLAIN AHN0dWRlbnQAc2VzYW1l", f"MAIL FROM:<{STUDENT}>")
    assert codes(talk.say("RCPT TO:<x@far.example>")) == [550]


# ---- with programs from outside


@pytest.fixture
def servers() -> Iterator[tuple[Lab, apps.Post, apps.Post, int]]:
    """Two domains; the port is where mail is submitted."""
    with Lab("loopback") as lab:
        host = lab.host("mail")
        here, there = apps.Post("school.example"), apps.Post("college.example")
        relay = host.listen(app=apps.Smtp(there)).port
        routes = {"college.example": ("127.0.0.1", relay), "gone.example": ("127.0.0.1", 1)}
        app = apps.Smtp(here, submission=True, routes=routes)
        yield lab, here, there, host.listen(app=app).port


def test_smtplib_submits_and_the_mail_goes_on(
    servers: tuple[Lab, apps.Post, apps.Post, int],
) -> None:
    lab, here, there, port = servers
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = STUDENT, "teacher@college.example", "Übung 1"
    mail.set_content(".dots\n..and more\nGrüße\n")
    mail.add_attachment(bytes(range(256)), maintype="image", subtype="png", filename="x.png")
    mail.set_boundary("between")
    with smtplib.SMTP("127.0.0.1", port, "client.example", timeout=10) as client:
        client.login("student", "sesame")
        assert client.send_message(mail) == {}
        client.sendmail(STUDENT, ["x@gone.example"], "Subject: nobody is there\n\n")
    lab.run()
    received = only(there, "teacher")
    assert received.endswith(mail.as_bytes().replace(b"\n", b"\r\n"))
    assert received.count(b"Received: ") == 2
    assert b"127.0.0.1 port 1 could not be spoken to" in only(here)


def test_smtplib_is_told_what_is_wrong(servers: tuple[Lab, apps.Post, apps.Post, int]) -> None:
    port = servers[3]
    with smtplib.SMTP("127.0.0.1", port, "client.example", timeout=10) as client:
        with pytest.raises(smtplib.SMTPSenderRefused, match="Authentication required"):
            client.sendmail(STUDENT, [STUDENT], "")
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("student", "wrong")
        client.login("student", "sesame")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail(STUDENT, ["x@unknown.example"], "")
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail("teacher@school.example", [STUDENT], "")


def test_curl_submits_too(servers: tuple[Lab, apps.Post, apps.Post, int]) -> None:
    needs("curl")
    lab, _, there, port = servers
    command = ["curl", "-sS", f"smtp://127.0.0.1:{port}", "-u", "student:sesame"]
    command += ["--mail-from", STUDENT, "--mail-rcpt", "teacher@college.example", "-T", "-"]
    text = b"Subject: from curl\r\n\r\n.\r\n.dot\r\n"
    subprocess.run(command, input=text, check=True, timeout=30)
    lab.run()
    assert only(there, "teacher").endswith(text)
