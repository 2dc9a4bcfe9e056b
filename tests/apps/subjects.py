"""The apps, and what is said to each of them, for tests that hold all of them to the same."""

from collections.abc import Callable
from dataclasses import dataclass

from dnslib import DNSHeader, DNSQuestion, DNSRecord

from portlab import apps
from portlab.apps.dns import framed

_QUESTION = bytes(DNSRecord(DNSHeader(id=7), q=DNSQuestion("portlab.example")).pack())


@dataclass(frozen=True)
class Subject:
    """One app, and what a client of it may say, message by message.

    The last message is one that can be said any number of times and gets the same answer every
    time. No message is answered with more than `most` bytes.
    """

    make: Callable[[], apps.App]
    over_tcp: tuple[bytes, ...] = ()
    over_udp: tuple[bytes, ...] = ()
    most: int = 2_000
    echoes: bool = False
    """What comes goes back, however much it is."""


SUBJECTS = {
    "Daytime": Subject(apps.Daytime, over_tcp=(b"?",), over_udp=(b"", b"?")),
    "Discard": Subject(apps.Discard, over_tcp=(b"x", b"y\r\n"), over_udp=(b"", b"x")),
    "Dns": Subject(apps.Dns, over_tcp=(framed(_QUESTION),), over_udp=(_QUESTION,)),
    "Echo": Subject(apps.Echo, over_tcp=(b"hello\r\n",), over_udp=(b"hello",), echoes=True),
    "Ftp": Subject(
        apps.Ftp,
        over_tcp=(
            b"USER student\r\n",
            b"PASS sesame\r\n",
            b"TYPE I\r\n",
            b"PORT 10,0,0,2,195,80\r\n",
            b"RETR /readme.txt\r\n",
            b"EPSV\r\n",
            b"CWD pub\r\n",
            b"SIZE ports.txt\r\n",
            b"NOOP\r\n",
        ),
    ),
    "Http": Subject(
        apps.Http,
        over_tcp=(
            b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
            b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n",
        ),
        most=40_000,
    ),
    "Imap": Subject(
        apps.Imap,
        over_tcp=(
            b"1 CAPABILITY\r\n",
            b"2 LOGIN {7}\r\n",
            b"student sesame\r\n",
            b"3 SELECT INBOX\r\n",
            b"4 APPEND INBOX (\\Seen) {16}\r\n",
            b"Subject: Hi\r\n\r\n\r\n",
            b"5 UID SEARCH OR (SEEN SUBJECT Hi) NOT ALL\r\n",
            b"6 FETCH 1:* (FULL BODY[TEXT])\r\n",
        ),
    ),
    "Pop3": Subject(
        apps.Pop3,
        over_tcp=(
            b"CAPA\r\n",
            b"USER student\r\n",
            b"PASS sesame\r\n",
            b"RETR 1\r\n",
            b"UIDL\r\n",
            b"NOOP\r\n",
        ),
    ),
    "Smtp": Subject(
        apps.Smtp,
        over_tcp=(
            b"EHLO client.example\r\n",
            b"MAIL FROM:<a@b.example> SIZE=20\r\n",
            b"RCPT TO:<student@school.example>\r\n",
            b"DATA\r\n",
            b"Subject: Hi\r\n\r\n..\r\n.\r\n",
            b"NOOP\r\n",
        ),
    ),
    "Voice": Subject(
        lambda: apps.Voice(0.1), over_tcp=(b"hello?",), over_udp=(b"hello?",), most=1_000
    ),
}
"""In the order of their names. Every app of `portlab.apps` is here."""
