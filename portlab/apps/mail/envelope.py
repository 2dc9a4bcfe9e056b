"""A mail on its way: whom it is from, whom it goes to, and what servers write at its head.

The envelope is what MAIL and RCPT say. The names inside the mail (From:, To:) are for people, and
no server looks at them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """`content` has lines that end with CR LF; a `sender` of "" wants no answer."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


def moment(now: int) -> datetime:
    """`now`, in microseconds since 2026-01-01T00:00Z."""
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=now)


def date(now: int) -> str:
    """A moment as mail writes it (RFC 5322 3.3), in English whatever this computer speaks.

    >>> date(3_723_000_000)
    'Thu, 01 Jan 2026 01:02:03 +0000'
    """
    at = moment(now)
    return (
        f"{_DAYS[at.weekday()]}, {at.day:02} {_MONTHS[at.month - 1]} {at.year} {at:%H:%M:%S} +0000"
    )


def internal_date(now: int) -> str:
    """A moment as IMAP writes it (RFC 3501 section 9, date-time).

    >>> internal_date(3_723_000_000)
    ' 1-Jan-2026 01:02:03 +0000'
    """
    at = moment(now)
    return f"{at.day:2}-{_MONTHS[at.month - 1]}-{at.year} {at:%H:%M:%S} +0000"


def received(*, helo: str, address: str, by: str, protocol: str, now: int) -> bytes:
    """The line that each server puts before a mail it takes (RFC 5321 4.4)."""
    written = f"IPv6:{address}" if ":" in address else address
    lines = f"Received: from {helo} ([{written}])\r\n\tby {by} with {protocol}; {date(now)}\r\n"
    return lines.encode("utf-8")


def return_path(sender: str) -> bytes:
    """The line that the last server adds: whom to tell if something is wrong (RFC 5321 4.4)."""
    return f"Return-Path: <{sender}>\r\n".encode()


def notice(mail: Envelope, refusals: dict[str, str], domain: str, now: int) -> Envelope:
    """What the sender is told of recipients who cannot be reached (RFC 5321 6.1).

    Its own sender is empty, so that no notice is ever sent about a notice.
    """
    head, _, _ = mail.content.partition(b"\r\n\r\n")
    said = "".join(f"  {address}: {why}\r\n" for address, why in refusals.items())
    text = (
        f"From: Mail service <postmaster@{domain}>\r\n"
        f"To: <{mail.sender}>\r\n"
        "Subject: Your mail could not be delivered\r\n"
        f"Date: {date(now)}\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "\r\n"
        "Your mail did not reach:\r\n\r\n"
        f"{said}\r\n"
        "Nothing was tried again. Your mail began so:\r\n\r\n"
    )
    return Envelope("", (mail.sender,), text.encode() + head + b"\r\n")
