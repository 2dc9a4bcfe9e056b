"""The mail story: handed in on 587, passed on on 25, fetched on 110 and on 143.

With real clients where there are real sockets, and with portlab's own in all three worlds. What
the traces show is asked the same way each time: who spoke first, on which port, and what anybody
on the way could read.
"""

import imaplib
import poplib
import smtplib
from collections.abc import Callable
from email.parser import BytesParser

import pytest

from portlab import Lab, apps, conversations, drop, run
from portlab.apps.mail.sasl import plain_message
from portlab.trace.conversations import Conversation
from portlab.trace.trace import Trace
from portlab.worlds.kernel.host import KernelHost
from tests.apps.mail.story import (
    IMAP,
    LINE,
    LOGIN,
    POP3,
    SMTP,
    STUDENT,
    SUBMISSION,
    TEACHER,
    TEXT,
    own_clients,
    serve,
)
from tests.requires import needs


def with_real_clients(lab: Lab, names: tuple[str, str], ports: Callable[[int], int]) -> apps.Post:
    """Send one mail, read it on 143, take it away on 110; what is left is in the post."""
    school, college = lab.hosts("school", "college")
    there = serve(school, college, ports)
    mail = BytesParser().parsebytes(TEXT.encode())
    with smtplib.SMTP(names[0], ports(SUBMISSION), "reader", timeout=10) as sender:
        sender.login(*LOGIN)
        sender.send_message(mail)
    lab.run()
    with imaplib.IMAP4(names[1], ports(IMAP), timeout=10) as client:
        client.login("teacher", "chalk")
        assert client.select() == ("OK", [b"1"])
        _, data = client.fetch("1", "(BODY[TEXT])")
        assert isinstance(data[0], tuple)
        assert data[0][1] == f"{LINE}\r\n".encode()
    (message,) = there.mailbox("teacher").messages
    assert message.flags == {"\\Seen"}, "IMAP leaves it there, and it is known as read"
    taker = poplib.POP3(names[1], ports(POP3), timeout=10)
    taker.user("teacher")
    taker.pass_("chalk")
    assert LINE.encode() in taker.retr(1)[1]
    taker.dele(1)
    taker.quit()
    return there


def check_what_is_left(there: apps.Post) -> None:
    assert there.mailbox("teacher").messages == (), "POP3 took it away"


def by_port(trace: Trace) -> dict[int, Conversation]:
    """The first conversation with each port of a server, in their order."""
    found: dict[int, Conversation] = {}
    for talk in conversations(trace):
        if talk.proto == "tcp" and talk.server[1] is not None:
            found.setdefault(talk.server[1], talk)
    return found


def said(talk: Conversation, end: tuple[str, int | None]) -> bytes:
    """The bytes of one side, as anybody on the way sees them."""
    return b"".join(
        record.segment.payload
        for record in talk.trace
        if record.segment is not None and (record.src, record.segment.source_port) == end
    )


def check_what_the_trace_shows(trace: Trace) -> None:
    talks = by_port(trace)
    assert list(talks) == [SUBMISSION, SMTP, IMAP, POP3]
    for talk in talks.values():
        first = next(record for record in talk.trace if record.length)
        assert (first.src, first.segment.source_port) == talk.server, "the server speaks first"
        assert LINE.encode() in said(talk, talk.client) + said(talk, talk.server)
    # The server that took the mail is a client of the next one.
    assert talks[SMTP].client[0] == talks[SUBMISSION].server[0]
    assert talks[SMTP].client[0] != talks[SUBMISSION].client[0]
    # To send is to say the mail, to fetch is to hear it.
    for port, talk in talks.items():
        speaker = talk.client if port in (SUBMISSION, SMTP) else talk.server
        assert LINE.encode() in said(talk, speaker)
    # The password stands there; base64 hides nothing. Between servers there is none.
    assert plain_message(*LOGIN).encode() in said(talks[SUBMISSION], talks[SUBMISSION].client)
    assert b"AUTH" not in said(talks[SMTP], talks[SMTP].client)
    assert b"PASS chalk" in said(talks[POP3], talks[POP3].client)
    shown = said(talks[IMAP], talks[IMAP].client)
    assert b"chalk" in shown or plain_message("teacher", "chalk").encode() in shown


def test_real_clients_in_the_kernel_world() -> None:
    needs("kernel")
    with Lab("kernel") as lab:
        outside = lab.host("outside")
        assert isinstance(outside, KernelHost)
        with outside.inside():
            there = with_real_clients(lab, ("school", "college"), lambda port: port)
        lab.run()
        check_what_is_left(there)
        check_what_the_trace_shows(lab.trace)


def test_curl_in_a_host_of_the_kernel_world() -> None:
    needs("kernel")
    needs("curl")
    with Lab("kernel") as lab:
        school, college, reader = lab.hosts("school", "college", "reader")
        assert isinstance(reader, KernelHost)
        serve(school, college)

        def curl(url: str, login: tuple[str, str], *more: str) -> str:
            assert isinstance(reader, KernelHost)
            asked = ["curl", "-sS", "-4", "-u", ":".join(login), url, *more]
            printed = reader.run(asked, input=TEXT.replace("\n", "\r\n").encode())
            assert printed.status == 0, printed.stderr
            return printed.stdout.replace("\r\n", "\n")

        sending = ("--mail-from", STUDENT, "--mail-rcpt", TEACHER, "-T", "-")
        curl("smtp://school:587/reader", LOGIN, *sending)
        lab.run()
        teacher = ("teacher", "chalk")
        assert curl("imap://college/INBOX;MAILINDEX=1", teacher).endswith(TEXT)
        assert curl("pop3://college/1", teacher).endswith(TEXT)
        lab.run()
        check_what_the_trace_shows(lab.trace)


@pytest.fixture
def spare() -> Callable[[int], int]:
    """Ports of this computer that stand for the well-known ones, which others may have."""
    with Lab("loopback") as lab:
        host = lab.host("host")
        listeners = {port: host.listen() for port in (SUBMISSION, SMTP, POP3, IMAP)}
        return {port: listener.port for port, listener in listeners.items()}.__getitem__


def test_real_clients_on_this_computer(spare: Callable[[int], int]) -> None:
    with Lab("loopback") as lab:
        check_what_is_left(with_real_clients(lab, ("127.0.0.1", "127.0.0.1"), spare))
        ports = {talk.server[1] for talk in conversations(lab.trace)}
    assert spare(SMTP) in ports, "the server called the next one"


def check_what_was_fetched(fetched: list[list[str]]) -> None:
    read, taken, gone = fetched
    assert read == taken
    (mail,) = read
    assert mail.startswith(f"Return-Path: <{STUDENT}>\nReceived: from mail.school.example (")
    assert mail.endswith(TEXT)
    assert gone == []


@pytest.mark.parametrize("world", ["model", "kernel"])
def test_own_clients_where_there_is_a_wire(world: str) -> None:
    if world == "kernel":
        needs("kernel")
    trace = run(own_clients(lambda port: port), world=world, seed=1)
    check_what_was_fetched(trace.result)
    check_what_the_trace_shows(trace)


def test_own_clients_on_this_computer(spare: Callable[[int], int]) -> None:
    check_what_was_fetched(run(own_clients(spare), world="loopback").result)


def test_in_the_model_it_is_the_same_every_time() -> None:
    story = own_clients(lambda port: port)
    once, again = run(story, seed=7), run(story, seed=7)
    assert [record.packet.raw for record in once] == [record.packet.raw for record in again]


def test_a_lost_packet_costs_time_and_no_mail() -> None:
    """TCP mends it; neither side of the mail hears of it."""
    story = own_clients(lambda port: port)
    length = len(run(story, seed=1))
    for number in range(1, length + 1, 5):
        check_what_was_fetched(run(story, seed=1, faults=[drop(number)]).result)


@pytest.mark.parametrize(
    ("app", "minutes", "last"),
    [(apps.Smtp, 5, b"421 "), (apps.Pop3, 10, b""), (apps.Imap, 30, b"* BYE ")],
)
def test_who_never_speaks_is_hung_up_on_after_some_virtual_minutes(
    app: type[apps.Smtp] | type[apps.Pop3] | type[apps.Imap], minutes: int, last: bytes
) -> None:
    """RFC 5321 4.5.3.2.7, RFC 1939 section 3 (which wants no last word), RFC 3501 5.4."""

    def wait(lab: Lab) -> bytes:
        server, client = lab.hosts("server", "client")
        server.listen(1024, app())
        return client.connect(server, 1024).receive_all(timeout=7200)

    trace = run(wait)
    greeting, _, goodbye = trace.result.partition(b"\r\n")
    assert greeting
    assert goodbye.startswith(last)
    assert bool(goodbye) is bool(last)
    ends = [record.time for record in trace if "FIN" in str(record.flags)]
    assert round(ends[0] / 1_000_000) == minutes * 60
