"""A collector of log messages: what devices report goes to one place, where somebody can read it.

Reads the format of RFC 5424 and the older one that RFC 3164 describes. Over UDP, one datagram is
one message (RFC 5426); over TCP they are framed in one of two ways (RFC 6587). Nothing is answered.
Its port is 514.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from portlab.apps.app import Action, Address, Close, Data, Datagram, Event, PeerClosed

SEVERITIES = (
    *("Emergency", "Alert", "Critical", "Error"),
    *("Warning", "Notice", "Informational", "Debug"),
)
"""By number: the lower, the worse (RFC 5424 table 2)."""

FACILITIES = (
    *("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news"),
    *("uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock"),
    *(f"local{number}" for number in range(8)),
)
"""Who speaks, by number: short names of table 1, as syslog(3) has them where it has any."""

LONGEST = 8192
"""Bytes of a message; one that is longer is cut (RFC 5424 6.1)."""

KEPT = 10_000
"""Messages; for one more the oldest is forgotten."""

_WITHOUT = 13  # user.Notice: what a message is that does not say (RFC 3164 4.3.3)
_PRIORITY = re.compile(rb"<(0|[1-9]\d{0,2})>")
_MOST = 191  # 23 * 8 + 7
_RFC_5424 = re.compile(
    r"1 (?P<time>\S+) (?P<host>\S+) (?P<program>\S+) (?P<process>\S+) (?P<kind>\S+) "
    r'(?P<data>-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+)(?: (?P<text>.*))?',
    re.DOTALL,
)
_RFC_3164 = re.compile(
    r"(?P<time>[A-Z][a-z]{2} [ 123]\d \d\d:\d\d:\d\d) (?:(?P<host>[^\s:\[]+) )?"
    r"(?:(?P<program>[^\s:\[]{1,48})(?:\[(?P<process>[^\]]*)\])?: ?)?(?P<text>.*)",
    re.DOTALL,
)
_DIGITS = 5
_COUNT = re.compile(rb"[1-9]\d{0,4} ")  # RFC 6587 3.4.1
_ENDS = re.compile(rb"[\n\0]+")  # section 3.4.2; what is empty is no message


@dataclass(frozen=True, slots=True)
class LogMessage:
    """One message. What its format does not have, or the sender does not know, is None.

    `time` is as the sender wrote it. It came from `source`; over UDP, `came` says when, in
    microseconds.
    """

    facility: int
    severity: int
    text: str
    time: str | None = None
    host: str | None = None
    program: str | None = None
    process: str | None = None
    kind: str | None = None
    data: str | None = None
    source: Address | None = None
    came: int | None = None

    @property
    def priority(self) -> int:
        """Facility times 8 plus severity, the number that begins the message."""
        return self.facility * 8 + self.severity

    def __str__(self) -> str:
        who = f"{FACILITIES[self.facility]}.{SEVERITIES[self.severity]}"
        where = " ".join(one for one in (self.host, self.program) if one)
        return f"{who:<20} {where}: {self.text}" if where else f"{who:<20} {self.text}"


def read(data: bytes, source: Address | None = None, came: int | None = None) -> LogMessage:
    """The message in `data`: any bytes are one, in the worst case all of them its text.

    >>> print(read(b"<34>1 2026-01-01T00:00:00Z door su - ID47 - failed for student"))
    auth.Critical        door su: failed for student
    >>> print(read(b"<165>Jan  1 00:00:00 router link: GigabitEthernet0/1 down"))
    local4.Notice        router link: GigabitEthernet0/1 down
    """
    priority, rest = _WITHOUT, data
    found = _PRIORITY.match(data)
    if found and int(found[1]) <= _MOST:
        priority, rest = int(found[1]), data[found.end() :]
    text = rest.decode("utf-8", "replace").rstrip("\n\0")
    fits = (_RFC_5424.fullmatch(text) or _RFC_3164.fullmatch(text)) if found else None
    parts = fits.groupdict() if fits else {"text": text}
    text = (parts["text"] or "").removeprefix("\ufeff")
    said = {name: part for name, part in parts.items() if part not in ("-", "", None)}
    return LogMessage(
        *divmod(priority, 8),
        text,
        said.get("time"),
        *(said.get("host"), said.get("program"), said.get("process"), said.get("kind")),
        said.get("data"),
        source,
        came,
    )


class Syslog:
    """Keeps what comes in `messages`, oldest first."""

    name = "Syslog"

    def __init__(self) -> None:
        self.messages: deque[LogMessage] = deque(maxlen=KEPT)

    def session(self, local: Address, peer: Address) -> "_SyslogSession":
        return _SyslogSession(self, peer)


class _SyslogSession:
    def __init__(self, collector: Syslog, peer: Address) -> None:
        self._collector = collector
        self._peer = peer
        self._come = bytearray()
        self._skipping = False

    def handle(self, event: Event) -> Iterator[Action]:
        if isinstance(event, Datagram):
            self._keep(event.data, event.now)
        elif isinstance(event, Data):
            self._come += event.data
            for message in self._framed():
                self._keep(message)
        elif isinstance(event, PeerClosed):
            if self._come and not self._skipping:
                self._keep(bytes(self._come))
            yield Close()

    def _keep(self, message: bytes, came: int | None = None) -> None:
        self._collector.messages.append(read(message[:LONGEST], self._peer, came))

    def _framed(self) -> Iterator[bytes]:
        """Whole messages off the stream: behind their length, or else up to a line's end."""
        come = self._come
        while come:
            if not self._skipping and (counted := _COUNT.match(come)):
                start, length = counted.end(), int(counted[0])
                if len(come) < start + length:
                    return
                yield bytes(come[start : start + length])
                del come[: start + length]
                continue
            if not self._skipping and len(come) < _DIGITS and come.isdigit():
                return  # a length, of which there is more to come
            ends = _ENDS.search(come)
            if ends is None:
                if len(come) > LONGEST and not self._skipping:
                    yield bytes(come)
                    self._skipping = True
                if self._skipping:
                    come.clear()
                return
            if not self._skipping and ends.start():
                yield bytes(come[: ends.start()])
            self._skipping = False
            del come[: ends.end()]
