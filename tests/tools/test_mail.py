"""What portlab's own mail clients say when it does not go well, and what they leave on a server."""

from collections.abc import Callable

import pytest

from portlab import Lab, apps, fetch_mail, run, send_mail
from portlab.errors import LabError, MailError
from portlab.host import Host
from tests.apps.mail.story import IMAP, LOGIN, POP3, STUDENT, TEACHER, TEXT, serve


def refusal(act: Callable[[Host, Host], object]) -> str:
    def ask(lab: Lab) -> None:
        school, client = lab.hosts("school", "client")
        serve(school, lab.host("college"))
        act(client, school)

    with pytest.raises(MailError) as heard:
        run(ask)
    return str(heard.value)


def test_a_refusal_is_told_in_the_servers_words() -> None:
    def send(client: Host, school: Host, **how: object) -> None:
        usual = {"sender": STUDENT, "to": TEACHER, "login": LOGIN}
        send_mail(client, school, TEXT, **{**usual, **how})  # type: ignore[arg-type]

    assert "MAIL with: 530 Authentication required" in refusal(lambda *two: send(*two, login=None))
    wrong = ("student", "wrong")
    assert "AUTH with: 535" in refusal(lambda *two: send(*two, login=wrong))
    assert "RCPT with: 550 No" in refusal(lambda *two: send(*two, to=["x@nowhere.example"]))


@pytest.mark.parametrize("over", ["pop3", "imap"])
def test_a_wrong_password_is_told(over: str) -> None:
    def ask(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        serve(lab.host("other"), server)
        fetch_mail(client, server, ("teacher", "wrong"), over=over)  # type: ignore[arg-type]

    with pytest.raises(MailError, match="do not fit"):
        run(ask)


def test_mail_is_fetched_over_two_protocols() -> None:
    with Lab() as lab:
        server, client = lab.hosts("server", "client")
        with pytest.raises(LabError, match="not over 'smtp'"):
            fetch_mail(client, server, LOGIN, over="smtp")  # type: ignore[arg-type]


@pytest.mark.parametrize("over", ["pop3", "imap"])
@pytest.mark.parametrize("keep", [True, False])
def test_what_stays_is_the_clients_choice(over: str, keep: bool) -> None:
    post = apps.Post("school.example")
    for text in (b"", b".\r\n..\r\n", b"}\r\na1 OK\r\n" + b"x" * 5000):
        post.mailbox("student").add(b"Subject: one\r\n\r\n" + text)

    def fetch(lab: Lab) -> list[str]:
        server, client = lab.hosts("server", "client")
        server.listen(POP3, apps.Pop3(post))
        server.listen(IMAP, apps.Imap(post))
        return fetch_mail(client, server, LOGIN, over=over, keep=keep)  # type: ignore[arg-type]

    there = [one.content.decode().replace("\r\n", "\n") for one in post.mailbox("student").messages]
    assert run(fetch).result == there
    assert len(post.mailbox("student").messages) == (3 if keep else 0)
