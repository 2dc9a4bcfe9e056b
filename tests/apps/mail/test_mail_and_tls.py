"""Mail inside TLS: asked for on the usual ports, or there from the first byte on other ports."""

import imaplib
import poplib
import smtplib
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portlab import Lab, apps, fetch_mail, run, send_mail
from portlab.apps.mail.sasl import plain_message
from portlab.worlds.kernel.host import KernelHost
from tests.apps.mail.talking import Talk
from tests.requires import needs

STUDENT = "student@school.example"
MAIL = b"Subject: secret\r\n\r\nNobody reads this on the way.\r\n"
TEXT = MAIL.decode().replace("\r\n", "\n")
AUTHORITY = apps.Authority()
CERTIFICATE = AUTHORITY.certificate("localhost", "127.0.0.1")


@dataclass(frozen=True)
class Servers:
    post: apps.Post
    upgraded: dict[str, int]
    """Ports where TLS is asked for."""
    inside: dict[str, int]
    """Ports where it is there from the first byte."""


def serving(post: apps.Post, certificate: apps.Certificate | None) -> dict[str, apps.App]:
    return {
        "smtp": apps.Smtp(post, submission=True, certificate=certificate),
        "pop3": apps.Pop3(post, certificate=certificate),
        "imap": apps.Imap(post, certificate=certificate),
    }


@pytest.fixture
def servers() -> Iterator[Servers]:
    post = apps.Post("school.example")
    with Lab("loopback") as lab:
        host = lab.host("mail")
        offering, wrapped = serving(post, CERTIFICATE), serving(post, None)
        yield Servers(
            post,
            {name: host.listen(app=app).port for name, app in offering.items()},
            {
                name: host.listen(app=apps.Tls(app, CERTIFICATE)).port
                for name, app in wrapped.items()
            },
        )


def trusting() -> ssl.SSLContext:
    return AUTHORITY.context()


def only(post: apps.Post) -> bytes:
    (message,) = post.mailbox("student").messages
    return message.content


def test_smtplib_asks_for_tls_and_then_says_its_password(servers: Servers) -> None:
    with smtplib.SMTP("localhost", servers.upgraded["smtp"], "me.example", timeout=10) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        assert not client.has_extn("auth")
        with pytest.raises(smtplib.SMTPSenderRefused, match="STARTTLS"):
            client.sendmail(STUDENT, [STUDENT], MAIL)
        client.starttls(context=trusting())
        client.ehlo()
        assert not client.has_extn("starttls")
        client.login("student", "sesame")
        client.sendmail(STUDENT, [STUDENT], MAIL)
    assert b"with ESMTPSA;" in only(servers.post)
    assert only(servers.post).endswith(MAIL)


def test_poplib_asks_for_tls(servers: Servers) -> None:
    servers.post.mailbox("student").add(MAIL)
    client = poplib.POP3("localhost", servers.upgraded["pop3"], timeout=10)
    assert "STLS" in client.capa()
    assert "USER" not in client.capa()
    with pytest.raises(poplib.error_proto, match="STLS first"):
        client.user("student")
    client.stls(context=trusting())
    assert "STLS" not in client.capa()
    client.user("student")
    client.pass_("sesame")
    assert client.retr(1)[1] == MAIL.splitlines()
    client.quit()


def test_imaplib_asks_for_tls(servers: Servers) -> None:
    servers.post.mailbox("student").add(MAIL)
    with imaplib.IMAP4("localhost", servers.upgraded["imap"], timeout=10) as client:
        assert "LOGINDISABLED" in client.capabilities
        with pytest.raises(imaplib.IMAP4.error, match="PRIVACYREQUIRED"):
            client.login("student", "sesame")
        client.starttls(trusting())
        assert "LOGINDISABLED" not in client.capabilities
        client.login("student", "sesame")
        client.select()
        _, data = client.fetch("1", "(BODY[])")
        assert isinstance(data[0], tuple)
        assert data[0][1] == MAIL


def test_tls_from_the_first_byte(servers: Servers) -> None:
    """What ports 465, 995 and 993 are for."""
    ports = servers.inside
    with smtplib.SMTP_SSL(
        "localhost", ports["smtp"], "me.example", timeout=10, context=trusting()
    ) as sender:
        sender.login("student", "sesame")
        sender.sendmail(STUDENT, [STUDENT], MAIL)
    reader = poplib.POP3_SSL("localhost", ports["pop3"], timeout=10, context=trusting())
    reader.user("student")
    reader.pass_("sesame")
    assert reader.stat()[0] == 1
    reader.quit()
    with imaplib.IMAP4_SSL(
        "localhost", ports["imap"], timeout=10, ssl_context=trusting()
    ) as client:
        client.login("student", "sesame")
        assert client.select() == ("OK", [b"1"])


@pytest.mark.parametrize("scheme", ["smtp", "pop3", "imap"])
@pytest.mark.parametrize("way", ["upgraded", "inside"])
def test_curl_needs_the_authority(servers: Servers, tmp_path: Path, scheme: str, way: str) -> None:
    needs("curl")
    servers.post.mailbox("student").add(MAIL)
    trusted = tmp_path / "authority.pem"
    trusted.write_text(AUTHORITY.pem)
    port = getattr(servers, way)[scheme]
    path = {"smtp": "me.example", "pop3": "1", "imap": "INBOX;MAILINDEX=1"}[scheme]
    command = ["curl", "-sS", "-u", "student:sesame"]
    command += ["--ssl-reqd", f"{scheme}{'s' * (way == 'inside')}://localhost:{port}/{path}"]
    if scheme == "smtp":
        command += ["--mail-from", STUDENT, "--mail-rcpt", STUDENT, "-T", "-"]

    def curl(*more: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*command, *more], input=MAIL, capture_output=True, check=False, timeout=30
        )

    assert curl().returncode == 60, "a certificate that nobody it trusts has signed"
    done = curl("--cacert", str(trusted))
    assert done.returncode == 0, done.stderr
    if scheme == "smtp":
        assert len(servers.post.mailbox("student").messages) == 2
    else:
        assert done.stdout == MAIL


@pytest.mark.parametrize(
    ("world", "ports"),
    [
        ("model", {"smtp": 587, "pop3": 110, "imap": 143}),
        ("model", {"smtp": 465, "pop3": 995, "imap": 993}),
        ("loopback", {"smtp": 0, "pop3": 0, "imap": 0}),
    ],
)
def test_own_clients_go_inside_tls(world: str, ports: dict[str, int]) -> None:
    post = apps.Post("school.example")
    inside = ports["smtp"] == 465
    made = serving(post, certificate=None if inside else CERTIFICATE)

    def story(lab: Lab) -> list[list[str]]:
        server, client = lab.hosts("localhost", "client")
        at = {
            name: server.listen(ports[name], apps.Tls(app, CERTIFICATE) if inside else app).port
            for name, app in made.items()
        }
        how = {"login": ("student", "sesame"), "trust": AUTHORITY}
        send_mail(client, server, TEXT, sender=STUDENT, to=STUDENT, port=at["smtp"], **how)
        return [
            fetch_mail(client, server, over="imap", port=at["imap"], **how),
            fetch_mail(client, server, over="pop3", port=at["pop3"], **how),
        ]

    trace = run(story, world=world)
    assert trace.error is None
    read, taken = trace.result
    assert read == taken
    assert read[0].endswith(TEXT)
    if world == "model":
        wire = b"".join(record.segment.payload for record in trace)
        assert b"Nobody reads this" not in wire
        assert plain_message("student", "sesame").encode() not in wire
        assert (b"STARTTLS" in wire) is not inside


@pytest.mark.parametrize("secure", [False, True])
def test_what_an_eavesdropper_reads_of_real_clients(secure: bool) -> None:
    needs("kernel")
    post = apps.Post("school.example")
    certificate = AUTHORITY.certificate("mail") if secure else None
    with Lab("kernel") as lab:
        server, reader = lab.hosts("mail", "reader")
        assert isinstance(reader, KernelHost)
        for port, app in zip((587, 110), serving(post, certificate).values(), strict=False):
            server.listen(port, app)
        with reader.inside():
            with smtplib.SMTP("mail", 587, "reader", timeout=10) as sender:
                if secure:
                    sender.starttls(context=trusting())
                sender.login("student", "sesame")
                sender.sendmail(STUDENT, [STUDENT], MAIL)
            client = poplib.POP3("mail", 110, timeout=10)
            if secure:
                client.stls(context=trusting())
            client.user("student")
            client.pass_("sesame")
            assert client.retr(1)[1][-1] == MAIL.splitlines()[-1]
            client.quit()
        lab.run()
        wire = b"".join(record.segment.payload for record in lab.trace if record.segment)
    in_the_clear = not secure
    assert (MAIL.splitlines()[-1] in wire) is in_the_clear
    assert (b"PASS sesame" in wire) is in_the_clear
    assert (plain_message("student", "sesame").encode() in wire) is in_the_clear
    assert b"220 mail.school.example ESMTP ready" in wire, "the greeting can always be read"


@pytest.mark.parametrize(
    ("app", "before", "ask", "ready"),
    [
        (apps.Smtp, "EHLO c", "STARTTLS", "220 "),
        (apps.Pop3, "CAPA", "STLS", "+OK "),
        (apps.Imap, "1 NOOP", "2 STARTTLS", "2 OK "),
    ],
)
def test_what_came_in_the_clear_is_forgotten(
    app: type[apps.Smtp] | type[apps.Pop3] | type[apps.Imap], before: str, ask: str, ready: str
) -> None:
    """Who can write into the conversation must not put a command behind STARTTLS (RFC 3207 6)."""
    talk = Talk(app(certificate=CERTIFICATE))
    talk.say(before)
    answers = talk.say(ask, "3 NOOP", *["NOOP"] * 2000, "QUIT")
    assert len(answers) == 1
    assert answers[0].startswith(ready)
    assert not talk.over


def test_no_server_asks_for_a_password_before_tls() -> None:
    for app, ask, answer in [
        (apps.Smtp(submission=True, certificate=CERTIFICATE), "AUTH LOGIN", "530 "),
        (apps.Pop3(certificate=CERTIFICATE), "USER student", "-ERR STLS first"),
        (apps.Imap(certificate=CERTIFICATE), "1 AUTHENTICATE PLAIN", "1 NO [PRIVACYREQUIRED]"),
    ]:
        talk = Talk(app)
        talk.say("EHLO client.example")
        assert talk.say(ask)[0].startswith(answer)


def test_without_a_certificate_there_is_no_tls() -> None:
    assert Talk(apps.Smtp()).say("STARTTLS") == ["502 Command not implemented here"]
    assert Talk(apps.Pop3()).say("STLS") == ["-ERR no TLS here and now"]
    assert Talk(apps.Imap()).say("1 STARTTLS") == ["1 BAD no TLS here and now"]


def test_port_25_takes_mail_with_tls_and_without() -> None:
    """A server cannot demand it of all the others (RFC 3207 section 4)."""
    post = apps.Post("school.example")
    with Lab("loopback") as lab:
        port = lab.host("mail").listen(app=apps.Smtp(post, certificate=CERTIFICATE)).port
        for begins_tls in (False, True):
            with smtplib.SMTP("localhost", port, "far.example", timeout=10) as client:
                if begins_tls:
                    client.starttls(context=trusting())
                client.sendmail("a@far.example", [STUDENT], MAIL)
    kinds = [
        message.content.partition(b"with ")[2].partition(b";")[0]
        for message in post.mailbox("student").messages
    ]
    assert kinds == [b"ESMTP", b"ESMTPS"]
