"""The server as a client: it opens a connection to the next server's port 25 and hands on one mail.

What it cannot hand on it tells the sender, once, whatever goes wrong on the way: a refusal, a
connection that is refused or breaks, a server that says nothing.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from portlab.apps.app import Address, Session
from portlab.apps.mail.dialogue import Dialogue, served
from portlab.apps.mail.envelope import Envelope
from portlab.apps.mail.transparency import stuffed

_PATIENCE = 300.0  # RFC 5321 4.5.3.2
_MOST_LINES = 100


class Sender(Protocol):
    """Whose mail is handed on."""

    host: str

    def send_back(self, mail: Envelope, refusals: dict[str, str], now: int) -> None:
        """Tell the sender who could not be reached, and why."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said: three digits, and a text in one or more lines (RFC 5321 4.2)."""

    code: int
    lines: tuple[str, ...]

    @property
    def good(self) -> bool:
        return 200 <= self.code < 400

    def __str__(self) -> str:
        return f"{self.code} {self.lines[-1]}"


class Relay:
    """Hands `mail` on for `server`, on the one connection that it is made for."""

    name = "Smtp relay"

    def __init__(self, mail: Envelope, server: Sender, now: int) -> None:
        self._mail = mail
        self._server = server
        self._now = now

    def session(self, local: Address, peer: Address) -> Session:
        return served(_RelaySession(self._mail, self._server, peer, self._now), None)


class _RelaySession(Dialogue):
    def __init__(self, mail: Envelope, server: Sender, peer: Address, now: int) -> None:
        super().__init__(longest=1000, patience=_PATIENCE)
        self.now = now
        self._mail = mail
        self._server = server
        self._refusals: dict[str, str] = {}
        self._waiting = list(mail.recipients)
        """For whom the next server has not taken the mail yet."""
        self._trouble = f"the mail server at {peer[0]} port {peer[1]} could not be spoken to"
        self._lines: list[str] = []
        self._conversation = self._steps()
        next(self._conversation)

    def hear(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace")
        code, mark, said = text[:3], text[3:4], text[4:]
        self._lines.append(said)
        if not (code.isascii() and code.isdecimal()) or len(self._lines) > _MOST_LINES:
            self._give_up("it does not speak SMTP")
        elif mark != "-":
            reply, self._lines = Reply(int(code), tuple(self._lines)), []
            try:
                self._conversation.send(reply)
            except StopIteration:
                self.hang_up()

    def hear_too_long(self) -> None:
        self._give_up("it does not speak SMTP")

    def leave(self) -> None:
        for address in self._waiting:
            self._refusals.setdefault(address, self._trouble)
        self._waiting = []
        refusals, self._refusals = self._refusals, {}
        self._server.send_back(self._mail, refusals, self.now)

    def _steps(self) -> Generator[None, Reply, None]:
        """Say something and wait for the reply, from the greeting to the end."""
        reply = yield
        if not reply.good:
            self._give_up(str(reply))
            return
        self.say(f"EHLO {self._server.host}")
        reply = yield
        extensions = {line.upper().partition(" ")[0] for line in reply.lines[1:]}
        if 500 <= reply.code < 600:
            self.say(f"HELO {self._server.host}")
            reply = yield
        plain = self._mail.content.isascii()
        if reply.good and not plain and "8BITMIME" not in extensions:
            self._give_up("it takes no mail with characters beyond ASCII")
            return
        if reply.good:
            body = "" if plain else " BODY=8BITMIME"
            self.say(f"MAIL FROM:<{self._mail.sender}>{body}")
            reply = yield
        if not reply.good:
            self._give_up(str(reply))
            return
        yield from self._recipients()
        if self._waiting:
            yield from self._text()
        self.say("QUIT")
        yield

    def _recipients(self) -> Generator[None, Reply, None]:
        for address in self._mail.recipients:
            self.say(f"RCPT TO:<{address}>")
            reply = yield
            if not reply.good:
                self._waiting.remove(address)
                self._refusals[address] = str(reply)

    def _text(self) -> Generator[None, Reply, None]:
        self.say("DATA")
        reply = yield
        if reply.code == 354:
            self.send(stuffed(self._mail.content))
            reply = yield
        if reply.good:
            self._waiting = []
        else:
            self._trouble = str(reply)

    def _give_up(self, why: str) -> None:
        self._trouble = why
        self.say("QUIT")
        self.hang_up()
