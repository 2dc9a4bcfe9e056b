"""Daytime, RFC 867: tells the time as one line of text, over TCP and UDP. Its port is 13.

The time is the world's: in the model every lab starts on Thursday, 1 January 2026, at midnight.
"""

from collections.abc import Iterable

from portlab.apps.app import Action, Address, Close, Datagram, Event, Opened, Send

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def daytime(now: int) -> str:
    """The moment `now` (microseconds since 2026-01-01T00:00Z) as RFC 867 suggests to write it.

    >>> daytime(3_723_000_000)
    'Thursday, January 1, 2026 01:02:03-UTC'
    """
    from datetime import UTC, datetime, timedelta

    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=now)
    # Not strftime, which would speak the language of this computer.
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    return f"{day}, {month} {at.day}, {at.year} {at:%H:%M:%S}-UTC"


class Daytime:
    """Over TCP: says the time and closes, whatever the peer says. Over UDP: answers with it."""

    name = "Daytime"

    def session(self, local: Address, peer: Address) -> "_DaytimeSession":
        return _SESSION


class _DaytimeSession:
    def handle(self, event: Event) -> Iterable[Action]:
        if isinstance(event, Opened):
            return (Send(_line(event.now)), Close())
        return (Send(_line(event.now)),) if isinstance(event, Datagram) else ()


def _line(now: int) -> bytes:
    return f"{daytime(now)}\r\n".encode("ascii")


_SESSION = _DaytimeSession()
