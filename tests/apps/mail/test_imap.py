"""The server that mail is read on: RFC 3501."""

import imaplib
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import Lab, apps
from tests.apps.mail.letters import PLAIN, post, reading
from tests.apps.mail.talking import Talk
from tests.requires import needs


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
        *(("STORE 1 FLAGS (\\Recent)", "BAD"), ("STORE 1 +FLAGS", "BAD"), ("STORE 1", "BAD")),
        *(("STORE 1 FLAGS", "BAD"), ("STORE 1 +FLAGS ()", "OK"), ("FETCH x:* FLAGS", "BAD")),
        *(("FETCH *:0 FLAGS", "BAD"), ("FETCH 1:2:* FLAGS", "BAD"), ("FETCH 1,: FLAGS", "BAD")),
        *(("UID FETCH 1:** FLAGS", "BAD"), ("SEARCH UID x:*", "BAD"), ("FETCH *:1 FLAGS", "OK")),
        *(("STORE 1 FLAG (\\Seen)", "BAD"), ("SEARCH", "BAD"), ("SEARCH BREW", "BAD")),
        *(("SEARCH NOT", "BAD"), ("SEARCH ON x", "BAD"), ("SEARCH CHARSET KOI8-R ALL", "BAD")),
        *(("SEARCH " + "NOT " * 1000 + "ALL", "BAD"), ("SEARCH " + "(" * 4000, "BAD")),
        *(("STATUS INBOX (BREW)", "BAD"), ("STATUS Trash (UNSEEN)", "NO"), ("LIST x", "BAD")),
        *(("APPEND INBOX", "BAD"), ("APPEND Trash {1}\r\nx", "NO [TRYCREATE]")),
        *(
            ("SEARCH OR SUBJECT {1}\r\nx BODY {1}\r\ny", "OK"),
            ("LIST " + "{0}\r\n" * 50 + "{0}", "BAD"),
        ),
        *(("SUBSCRIBE Trash", "NO"), ("STATUS INBOX", "BAD"), ("FETCH 1 ((FLAGS))", "BAD")),
        *(("APPEND INBOX (x y) {1}\r\nz", "OK"), ("APPEND INBOX now {1}\r\nz", "OK")),
        *(('STORE 1 +FLAGS (a"b")', "BAD"), ("SEARCH LARGER x", "BAD"), ("SEARCH TO (x)", "BAD")),
        *(("SEARCH OR ALL", "BAD"), ("SEARCH SUBJECT", "BAD"), ("UNSELECT", "OK")),
        *(("EXPUNGE now", "BAD"), ("IDLE now", "BAD"), ('FETCH "1 FLAGS', "BAD")),
    ],
)
def test_what_is_said_to_what(command: str, answer: str) -> None:
    talk = reading()
    assert talk.say(f"x {command}")[-1].startswith(f"x {answer}")
    assert talk.say("y NOOP")[-1] == "y OK NOOP completed"


def test_a_mailbox_can_be_left() -> None:
    talk = reading()
    assert talk.say("a UNSELECT", "b FETCH 1 UID") == [
        "a OK UNSELECT completed",
        "b BAD select a mailbox first",
    ]


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


def test_all_marks_go_only_if_that_is_said() -> None:
    there = post()
    talk = reading(there)
    talk.say("a STORE 1 FLAGS \\Flagged", "b STORE 1 FLAGS")
    assert there.mailbox("teacher").messages[0].flags == {"\\Flagged"}
    talk.say("c STORE 1 FLAGS ()")
    assert not there.mailbox("teacher").messages[0].flags


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


def test_a_mailbox_that_is_full_takes_no_more_by_hand() -> None:
    there = apps.Post(room=10)
    talk = Talk(apps.Imap(there))
    talk.say("a LOGIN teacher chalk")
    talk.say("b APPEND INBOX {8}")
    assert talk.say("12345678") == ["b OK APPEND completed"]
    talk.say("c APPEND INBOX {8}")
    (said,) = talk.say("12345678")
    assert said.startswith("c NO [OVERQUOTA] ")
    assert len(there.mailbox("teacher").messages) == 1


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
