"""Two mails in a teacher's mailbox, the second one in parts, and a session that reads them."""

from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser

from portlab import apps
from tests.apps.mail.talking import Talk

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
