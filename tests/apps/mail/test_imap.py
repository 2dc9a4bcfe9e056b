"""The server that mail is read on: RFC 3501."""

import imaplib
import re
import subprocess
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import Lab, apps
from portlab.apps.mail.mime import part
from tests.apps.mail.talking import Talk
from tests.requires import needs

PLAIN = (
    b"From: A Student <student@school.example>\r\n"
    b"To: teacher@school.example,\r\n Head <head@school.example>\r\n"
    b"Subject: Homework\r\n"
    b"Date: Thu, 01 Jan 2026 09:00:00 +0000\r\n"
    b"Message-ID: <1@school.example>\r\n"
    b"\r\n"
    b"Here it is.\r\nBye\r\n"
)


def with_parts() -> bytes:
    mail = EmailMessage(policy.SMTP)
    mail["From"], mail["Subject"] = "head@school.example", "Grüße"
    mail.set_content("Grüße\n", cte="8bit")
    mail.add_alternative("<p>Hi</p>\n", subtype="html")
    mail.add_attachment(bytes(range(100)), maintype="image", subtype="png", filename="a b.png")
    inner = BytesParser(policy=policy.SMTP).parsebytes(PLAIN)
    mail.add_attachment(inner)
    for number, one in enumerate(filter(MIMEPart.is_multipart, mail.walk())):
        if one.get_content_maintype() == "multipart":
            one.set_boundary(f"between {number}")
    return mail.as_bytes()


PARTS = with_parts()


def post() -> apps.Post:
    post = apps.Post("school.example", {"teacher": "chalk", "student": 'a "b\\'})
    for content in (PLAIN, PARTS):
        post.mailbox("teacher").add(content, 86_400_000_000)
    return post


def reading(there: apps.Post | None = None, select: str = "SELECT INBOX") -> Talk:
    talk = Talk(apps.Imap(there or post()))
    talk.say("l LOGIN teacher chalk", f"s {select}")
    return talk


def test_a_conversation() -> None:
    talk = Talk(apps.Imap(post()))
    capabilities = "IMAP4rev1 IDLE UNSELECT AUTH=PLAIN SASL-IR"
    assert talk.said.decode() == (
        f"* OK [CAPABILITY {capabilities}] IMAP server of school.example ready\r\n"
    )
    assert talk.say("1 CAPABILITY") == [f"* CAPABILITY {capabilities}", "1 OK CAPABILITY completed"]
    assert talk.say('2 login Teacher "chalk"')[0].startswith("2 OK")
    assert talk.say("3 SELECT inbox") == [
        "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
        "* 2 EXISTS",
        "* 2 RECENT",
        "* OK [UNSEEN 1] the first that is not read",
        "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] marks that stay",
        "* OK [UIDVALIDITY 1] numbers are good",
        "* OK [UIDNEXT 3] the next number",
        "3 OK [READ-WRITE] SELECT completed",
    ]
    assert talk.say("4 FETCH 1 (FLAGS BODY[TEXT])") == [
        "* 1 FETCH (FLAGS (\\Recent \\Seen) BODY[TEXT] {18}",
        *("Here it is.", "Bye", ")", "4 OK FETCH completed"),
    ]
    assert talk.say("5 LOGOUT") == ["* BYE goodbye", "5 OK LOGOUT completed"]
    assert talk.over


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (["1 LOGIN teacher wrong"], "1 NO [AUTHENTICATIONFAILED]"),
        (["1 LOGIN teacher"], "1 BAD"),
        (["1 LOGIN {7}", "teacher {5}", "chalk"], "1 OK"),
        (['1 LOGIN student "a \\"b\\\\"'], "1 OK"),
        (["1 LOGIN student {5}", 'a "b\\'], "1 OK"),
        (["1 LOGIN {2000}"], "1 BAD"),
        (["1 AUTHENTICATE PLAIN", "AHRlYWNoZXIAY2hhbGs="], "1 OK"),
        (["1 AUTHENTICATE PLAIN AHRlYWNoZXIAY2hhbGs="], "1 OK"),
        (["1 AUTHENTICATE PLAIN", "*"], "1 BAD"),
        (["1 AUTHENTICATE CRAM-MD5"], "1 NO"),
        (["1 SELECT INBOX"], "1 BAD log in first"),
        (["1 IDLE"], "1 BAD log in first"),
        (["1 BREW"], "1 BAD unknown command"),
        (["1"], "1 BAD"),
        (["(1) NOOP"], "* BAD"),
        ([""], "* BAD"),
        (["1 NOOP"], "1 OK"),
        (["1 LOGIN " + "x" * 9000], "* BAD line too long"),
    ],
)
def test_before_the_login(lines: list[str], answer: str) -> None:
    assert Talk(apps.Imap(post())).say(*lines)[-1].startswith(answer)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        *(("LOGIN a b", "BAD"), ("SELECT Trash", "NO [NONEXISTENT]"), ("SELECT", "BAD")),
        *(("CREATE Trash", "NO [CANNOT]"), ("COPY 1 Trash", "NO [CANNOT]"), ("CHECK", "OK")),
        *(("UID COPY 1 INBOX", "NO"), ("UID EXPUNGE 1", "BAD"), ("SUBSCRIBE INBOX", "OK")),
        *(("FETCH 1", "BAD"), ("FETCH x FLAGS", "BAD"), ("FETCH 1 BREW", "BAD")),
        *(("FETCH 1 (FLAGS", "BAD"), ("FETCH 1 ()", "BAD"), ("FETCH 1 FLAGS UID", "BAD")),
        *(("FETCH 1 BODY[MIME]", "BAD"), ("FETCH 0 FLAGS", "BAD"), ("FETCH 9 FLAGS", "OK")),
        *(("STORE 1 FLAGS (\\Recent)", "BAD"), ("STORE 1 +FLAGS", "OK"), ("STORE 1", "BAD")),
        *(("STORE 1 FLAG (\\Seen)", "BAD"), ("SEARCH", "BAD"), ("SEARCH BREW", "BAD")),
        *(("SEARCH NOT", "BAD"), ("SEARCH ON x", "BAD"), ("SEARCH CHARSET KOI8-R ALL", "BAD")),
        *(("SEARCH " + "NOT " * 1000 + "ALL", "BAD"), ("SEARCH " + "(" * 4000, "BAD")),
        *(("STATUS INBOX (BREW)", "BAD"), ("STATUS Trash (UNSEEN)", "NO"), ("LIST x", "BAD")),
        *(("APPEND INBOX", "BAD"), ("APPEND Trash {1}\r\nx", "NO [TRYCREATE]")),
        *(("EXPUNGE now", "BAD"), ("IDLE now", "BAD"), ('FETCH "1 FLAGS', "BAD")),
    ],
)
def test_what_is_said_to_what(command: str, answer: str) -> None:
    talk = reading()
    assert talk.say(f"x {command}")[-1].startswith(f"x {answer}")
    assert talk.say("y NOOP")[-1] == "y OK NOOP completed"


def test_who_only_looks_changes_nothing() -> None:
    there = post()
    talk = reading(there, "EXAMINE INBOX")
    assert "READ-ONLY" in talk.said.decode()
    talk.say("a FETCH 1:2 BODY[]")
    answers = talk.say("b STORE 1 +FLAGS (\\Deleted)", "c EXPUNGE")
    assert [line[:4] for line in answers] == ["b NO", "c NO"]
    assert not any(message.flags for message in there.mailbox("teacher").messages)
    assert talk.say("d CLOSE", "e SELECT INBOX")[3] == "* 2 RECENT", "nothing was seen for good"


def test_peeking_is_not_reading() -> None:
    there = post()
    talk = reading(there)
    talk.say("a FETCH 1 (BODY.PEEK[] RFC822.HEADER ENVELOPE RFC822.SIZE)")
    assert not there.mailbox("teacher").messages[0].flags
    assert talk.say("b FETCH 1 RFC822.TEXT")[-2] == " FLAGS (\\Recent \\Seen))"
    assert there.mailbox("teacher").messages[0].flags == {"\\Seen"}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [('"" *', 1), ('"" %', 1), ('"" inbox', 1), ('"" IN%X', 1), ('"" "Trash*"', 0), ("x/ *", 0)],
)
def test_the_list_of_mailboxes(pattern: str, found: int) -> None:
    answers = reading().say(f"a LIST {pattern}", 'b LIST "" ""')
    assert answers[:-3] == ['* LIST (\\HasNoChildren) "/" INBOX'] * found
    assert answers[-2] == '* LIST (\\Noselect) "/" ""'


def test_status_without_selecting() -> None:
    talk = Talk(apps.Imap(post()))
    talk.say("l LOGIN teacher chalk")
    assert talk.say("a STATUS INBOX (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)")[0] == (
        "* STATUS INBOX (MESSAGES 2 RECENT 2 UIDNEXT 3 UIDVALIDITY 1 UNSEEN 2)"
    )


def test_marking_and_taking_out() -> None:
    there = post()
    talk = reading(there)
    assert talk.say("a STORE 1 +FLAGS (\\deleted $Done)") == [
        "* 1 FETCH (FLAGS (\\Recent $Done \\Deleted))",
        "a OK STORE completed",
    ]
    assert talk.say("b STORE 1 -FLAGS.SILENT $Done", "c UID STORE 2 FLAGS \\Flagged") == [
        "b OK STORE completed",
        "* 2 FETCH (UID 2 FLAGS (\\Recent \\Flagged))",
        "c OK STORE completed",
    ]
    assert talk.say("d EXPUNGE") == ["* 1 EXPUNGE", "d OK EXPUNGE completed"]
    assert talk.say("e FETCH 1:* UID")[0] == "* 1 FETCH (UID 2)", "its number changed, its UID not"
    talk.say("f STORE 1 +FLAGS \\Deleted", "g CLOSE")
    assert not there.mailbox("teacher").messages


def test_two_sessions_see_the_same_mailbox() -> None:
    there = post()
    one, other = reading(there), reading(there)
    assert "* 0 RECENT" in other.said.decode(), "the first session was told of both"
    one.say("a STORE 1 +FLAGS.SILENT (\\Deleted)", "b EXPUNGE")
    there.mailbox("teacher").add(b"new")
    # Not while the other counts on its numbers (RFC 3501 7.4.1), and then all at once.
    assert other.say("c FETCH 1:2 UID") == ["* 2 FETCH (UID 2)", "c OK FETCH completed"]
    assert other.say("d NOOP") == [
        *("* 1 EXPUNGE", "* 2 EXISTS", "* 1 RECENT", "d OK NOOP completed")
    ]
    one.say("e STORE 1 +FLAGS (\\Seen)")
    assert other.say("f NOOP")[0] == "* 1 FETCH (FLAGS (\\Seen))"


def test_who_waits_is_told_of_a_new_mail() -> None:
    there = post()
    talk = reading(there)
    assert talk.say("a IDLE") == ["+ idling"]
    assert talk.other[-1] == apps.Wake(1.0)
    assert talk.wait(1) == b""
    there.mailbox("teacher").add(b"new")
    assert talk.wait(2) == b"* 3 EXISTS\r\n* 3 RECENT\r\n"
    assert talk.say("DONE") == ["a OK IDLE completed"]
    before = len(talk.other)
    talk.wait(3)
    assert len(talk.other) == before, "and looks no more"
    assert talk.say("b IDLE", "what") == ["+ idling", "b BAD say DONE to end IDLE"]


def test_patience_ends() -> None:
    talk = reading()
    assert talk.wait(1800) == b""
    assert talk.wait(3600).startswith(b"* BYE ")
    assert talk.over


def test_a_mail_is_put_in_by_hand() -> None:
    there = post()
    talk = reading(there)
    raw = 'Subject: Grüße\n\n\\"\n'.encode()
    assert talk.send(b"a APPEND INBOX (\\Seen) {%d}\r\n" % len(raw)) == b"+ go on\r\n"
    assert talk.send(raw + b"\r\n", cut=3) == (
        b"* 3 EXISTS\r\n* 3 RECENT\r\na OK APPEND completed\r\n"
    )
    message = there.mailbox("teacher").messages[-1]
    assert message.content == raw.replace(b"\n", b"\r\n")
    assert message.flags == {"\\Seen"}
    assert talk.say("b APPEND INBOX {99999999}") == ["b BAD so much is not taken"]


# ---- what is fetched


def fetched(what: str, number: int = 2) -> bytes:
    """The value of the one thing fetched."""
    talk = reading(select="EXAMINE INBOX")
    raw = talk.send(f"x FETCH {number} {what}\r\n".encode())
    label = rb"(?:BODY\[[^\]]*\](?:<\d+>)?|[A-Z0-9.]+)"
    end = rb"\)\r\nx OK FETCH completed\r\n"
    match = re.fullmatch(
        rb"\* \d FETCH \(" + label + rb" (?:\{(\d+)\}\r\n)?(.*)" + end, raw, re.DOTALL
    )
    assert match, raw
    assert match[1] is None or int(match[1]) == len(match[2])
    return match[2]


def test_envelope_and_dates() -> None:
    student = b'(("A Student" NIL "student" "school.example"))'
    assert fetched("ENVELOPE", 1) == (
        b'("Thu, 01 Jan 2026 09:00:00 +0000" "Homework" ' + b" ".join([student] * 3) + b" "
        b'((NIL NIL "teacher" "school.example")("Head" NIL "head" "school.example")) NIL NIL NIL '
        b'"<1@school.example>")'
    )
    assert fetched("INTERNALDATE") == b'" 2-Jan-2026 00:00:00 +0000"'
    assert fetched("RFC822.SIZE") == b"%d" % len(PARTS)


def test_structure() -> None:
    shown = fetched("BODYSTRUCTURE").decode()
    assert shown.startswith('((("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 9 1 NIL')
    assert '"alternative" ("boundary" "between 1")' in shown
    assert shown.endswith('"mixed" ("boundary" "between 0") NIL NIL NIL)')
    assert '("attachment" ("filename" "a b.png"))' in shown
    assert '("message" "rfc822" NIL NIL NIL "8bit" ' in shown
    assert '"Homework"' in shown, "the envelope of the mail in the mail"
    assert fetched("BODY", 1) == b'("text" "plain" NIL NIL NIL "7BIT" 18 2)'


def numbered(message: EmailMessage | MIMEPart, prefix: str = "") -> Iterator[tuple[str, MIMEPart]]:
    """The parts by their numbers in IMAP, as the standard library's parser finds them."""
    for number, one in enumerate(message.iter_parts(), start=1):
        yield f"{prefix}{number}", one
        if one.get_content_maintype() == "multipart":
            yield from numbered(one, f"{prefix}{number}.")


def test_every_part_is_what_the_standard_library_finds() -> None:
    mail = BytesParser(policy=policy.SMTP).parsebytes(PARTS)
    found = dict(numbered(mail))
    assert list(found) == ["1", "1.1", "1.2", "2", "3"]
    for name in ("1.1", "1.2", "2"):
        whole = fetched(f"BODY[{name}.MIME]") + fetched(f"BODY[{name}]")
        again = BytesParser(policy=policy.SMTP).parsebytes(whole)
        assert again.get_content() == found[name].get_content()
        assert again.items() == found[name].items()
    assert fetched("BODY[3]") == PLAIN
    assert fetched("BODY[3.TEXT]") == fetched("BODY[3.1]") == b"Here it is.\r\nBye\r\n"
    assert fetched("BODY[3.HEADER.FIELDS (subject)]") == b"Subject: Homework\r\n\r\n"
    assert fetched("BODY[4]") == fetched("BODY[1.3]") == fetched("BODY[1.TEXT]") == b"NIL"


def test_sections_of_the_whole() -> None:
    assert fetched("BODY[]") == fetched("RFC822") == PARTS
    assert fetched("BODY[HEADER]") + fetched("BODY[TEXT]") == PARTS
    assert fetched("BODY[]<10.20>") == PARTS[10:30]
    assert fetched("BODY[]<999999.1>") == b""
    assert fetched("BODY[1]", 1) == b"Here it is.\r\nBye\r\n"
    assert fetched("BODY[HEADER.FIELDS (TO DATE)]", 1) == (
        b"To: teacher@school.example,\r\n Head <head@school.example>\r\n"
        b"Date: Thu, 01 Jan 2026 09:00:00 +0000\r\n\r\n"
    )
    others = fetched("BODY[HEADER.FIELDS.NOT (TO DATE SUBJECT MESSAGE-ID)]", 1)
    assert others == b"From: A Student <student@school.example>\r\n\r\n"


@given(st.binary(max_size=200), st.sampled_from(["", "message/rfc822", "multipart/x; boundary=b"]))
def test_any_bytes_are_a_mail_that_can_be_fetched(noise: bytes, kind: str) -> None:
    there = apps.Post("school.example", {"teacher": "chalk"})
    message = there.mailbox("teacher").add(b"Content-Type: %b\r\n" % kind.encode() + noise)
    talk = reading(there)
    asked = "(ENVELOPE BODY BODYSTRUCTURE BODY[] BODY[1] BODY[1.1.HEADER])"
    answer = talk.send(f"x UID FETCH 1 {asked}\r\n".encode())
    assert answer.endswith(b"x OK FETCH completed\r\n")
    assert message.content in answer
    whole = part(message.content)
    assert whole.head + whole.body == message.content
    talk.send(b"y SEARCH OR SUBJECT x TEXT y\r\n")
    assert talk.said.endswith(b"y OK SEARCH completed\r\n")


@pytest.mark.parametrize(
    ("key", "found"),
    [
        *(("ALL", "1 2"), ("UNSEEN", "1 2"), ("SEEN", ""), ("NEW", "1 2"), ("OLD", "")),
        *(("FROM student", "1"), ("TO head", "1"), ("CC x", ""), ("SUBJECT homework", "1")),
        *(("BODY Bye", "1 2"), ("TEXT Student", "1 2"), ("HEADER Message-ID 1@", "1")),
        *((f"LARGER {len(PLAIN)}", "2"), ("SMALLER 300", "1"), ("NOT FROM student", "2")),
        *(("OR FROM student FROM head", "1 2"), ("(FROM student SEEN)", ""), ("2:*", "2")),
        *(("UID 1,7:*", "1 2"), ("ON 2-Jan-2026", "1 2"), ("SINCE 3-Jan-2026", "")),
        *(("BEFORE 3-jan-2026", "1 2"), ("KEYWORD $Done", ""), ("UNKEYWORD $Done", "1 2")),
    ],
)
def test_searching(key: str, found: str) -> None:
    assert reading().say(f"x SEARCH {key}")[0] == f"* SEARCH {found}".strip()


def test_what_is_written_in_other_letters_is_found() -> None:
    raw = "grüße".encode()
    talk = reading()
    for command in (b"SEARCH CHARSET UTF-8 SUBJECT {%d}\r\n", b"UID SEARCH SUBJECT {%d}\r\n"):
        talk.send(b"x " + command % len(raw))
        assert talk.send(raw + b"\r\n").startswith(b"* SEARCH 2\r\n")


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 30))
def test_any_bytes_are_survived_wherever_they_are_cut(pieces: list[bytes], cut: int) -> None:
    stream = b"\r\n".join([*pieces, b""])
    commands = (b"FETCH 1 ", b"SEARCH ", b"STORE 1 ", b"UID ", b"LIST ", b"APPEND ", b"STATUS ")
    stream += b"".join(b"t %b%b\r\n" % pair for pair in zip(commands, pieces, strict=False))
    once, again = reading(), reading()
    once.send(stream)
    again.send(stream, cut=cut)
    assert again.said == once.said


# ---- with programs from outside


@pytest.fixture
def server() -> Iterator[tuple[apps.Post, int]]:
    with Lab("loopback") as lab:
        there = post()
        yield there, lab.host("mail").listen(app=apps.Imap(there)).port


def test_imaplib_reads_marks_and_searches(server: tuple[apps.Post, int]) -> None:
    there, port = server
    with imaplib.IMAP4("127.0.0.1", port, timeout=10) as client:
        with pytest.raises(imaplib.IMAP4.error, match="do not fit"):
            client.login("teacher", "wrong")
        client.authenticate("PLAIN", lambda _: b"\0teacher\0chalk")
        assert client.list() == ("OK", [b'(\\HasNoChildren) "/" INBOX'])
        assert client.select() == ("OK", [b"2"])
        assert client.search(None, "FROM", "student") == ("OK", [b"1"])
        _, data = client.fetch("1", "(RFC822)")
        assert isinstance(data[0], tuple)
        assert data[0][1] == PLAIN
        _, data = client.uid("FETCH", "2", "(BODY.PEEK[1.2])")
        assert data[0][1] == b"<p>Hi</p>\r\n"
        assert client.append("INBOX", "", None, PLAIN)[0] == "OK"
        client.store("1", "+FLAGS", "\\Deleted")
        assert client.expunge() == ("OK", [b"1"])
        assert client.status("INBOX", "(MESSAGES UNSEEN)")[1] == [b"INBOX (MESSAGES 2 UNSEEN 2)"]
        assert client.create("Trash")[0] == "NO"
        client.close()
    assert [message.uid for message in there.mailbox("teacher").messages] == [2, 3]


def test_curl_reads_by_number_and_by_uid(server: tuple[apps.Post, int]) -> None:
    needs("curl")
    there, port = server

    def curl(path: str, *more: str) -> bytes:
        url = f"imap://127.0.0.1:{port}/{path}"
        command = ["curl", "-sS", "-u", "teacher:chalk", url, *more]
        return subprocess.run(command, capture_output=True, check=True, timeout=30).stdout

    assert curl("INBOX;MAILINDEX=1") == PLAIN
    assert curl("INBOX;UID=1;SECTION=TEXT") == b"Here it is.\r\nBye\r\n"
    assert curl("INBOX?UNSEEN") == b"* SEARCH 2\r\n"
    assert curl("", "-X", "STATUS INBOX (MESSAGES)").startswith(b"* STATUS INBOX (MESSAGES 2)")
    assert b"\\Seen" in curl("INBOX", "-X", "FETCH 1 FLAGS")
    assert there.mailbox("teacher").messages[1].flags == frozenset()
