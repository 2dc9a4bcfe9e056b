"""What FETCH gives and SEARCH finds, held against the standard library's parser of mail."""

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import apps
from portlab.apps.mail.mime import part
from tests.apps.mail.letters import PARTS, PLAIN, reading


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
        *(("SENTON 1-Jan-2026", "1"), ("SENTBEFORE 1-Jan-2026", ""), ("SENTSINCE 2-jan-2026", "")),
        *(("SENTBEFORE 2-Jan-2026", "1"), ("NOT SENTSINCE 1-Jan-2026", "2")),
        *(("BEFORE 3-jan-2026", "1 2"), ("KEYWORD $Done", ""), ("UNKEYWORD $Done", "1 2")),
    ],
)
def test_searching(key: str, found: str) -> None:
    assert reading().say(f"x SEARCH {key}")[0] == f"* SEARCH {found}".strip()


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Wed, 31 Dec 2025 23:59:00 -1200", "1"),
        ("31 Dec 25 00:00 +1400", "1"),
        ("Thu, 01 Jan 2026 00:00:00 +0000", ""),
        ("Wed, 31 Nov 2025 23:59:00 +0000", ""),
        ("Wed, 31 Dec 20252025202520252025 23:59:00 +0000", ""),
        ("yesterday", ""),
    ],
)
def test_the_day_a_mail_was_sent_is_the_one_its_writer_had(written: str, found: str) -> None:
    """RFC 3501 6.4.4: whatever the time and the time zone. What is no day was sent on none."""
    there = apps.Post("school.example", {"teacher": "chalk"})
    there.mailbox("teacher").add(f"Date: {written}\r\n\r\nHi\r\n".encode(), 0)
    assert reading(there).say("x SEARCH SENTON 31-Dec-2025")[0] == f"* SEARCH {found}".strip()


@given(st.text(max_size=60))
def test_any_date_can_be_searched(written: str) -> None:
    there = apps.Post("school.example", {"teacher": "chalk"})
    there.mailbox("teacher").add(f"Date: {written}\r\n\r\n".encode("utf-8", "replace"), 0)
    assert reading(there).say("x SEARCH SENTSINCE 1-Jan-2026")[-1].startswith("x OK")


def test_what_is_written_in_other_letters_is_found() -> None:
    raw = "grüße".encode()
    talk = reading()
    for command in (b"SEARCH CHARSET UTF-8 SUBJECT {%d}\r\n", b"UID SEARCH SUBJECT {%d}\r\n"):
        talk.send(b"x " + command % len(raw))
        assert talk.send(raw + b"\r\n").startswith(b"* SEARCH 2\r\n")
