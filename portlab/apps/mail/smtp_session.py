"""The conversation of SMTP from the server's side, command by command (RFC 5321 4.1.1)."""

from typing import TYPE_CHECKING

from portlab.apps.app import Address
from portlab.apps.mail.dialogue import Dialogue
from portlab.apps.mail.envelope import Envelope, received
from portlab.apps.mail.paths import path
from portlab.apps.mail.post import Mailbox
from portlab.apps.mail.smtp_login import WAYS, Login
from portlab.apps.mail.transparency import Unstuffing

if TYPE_CHECKING:
    from portlab.apps.mail.smtp import Smtp

LARGEST = 10 * 1024 * 1024
"""Bytes of the largest mail that is taken; EHLO says so (RFC 1870)."""

NO_ROOM = "452 Insufficient system storage"
_MOST_RECIPIENTS = 100  # RFC 5321 4.5.3.1.8
_LONGEST_LINE = 1000
_PATIENCE = 300.0  # RFC 5321 4.5.3.2.7


class SmtpSession(Dialogue):
    def __init__(self, server: "Smtp", peer: Address) -> None:
        super().__init__(longest=_LONGEST_LINE, patience=_PATIENCE)
        self._server = server
        self._peer = peer
        self._helo = ""
        self._extended = False
        self._user: Mailbox | None = None
        self._login: Login | None = None
        """What AUTH has come to, while it goes on."""
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._text = Unstuffing(LARGEST)

    def greet(self) -> None:
        self.say(f"220 {self._server.host} ESMTP ready")

    def lose_patience(self) -> None:
        if self.in_bytes:
            return
        self.say(f"421 {self._server.host} You said nothing for a long time, goodbye")

    def hear_too_long(self) -> None:
        self._login = None
        self.say("500 Line too long")

    def hear(self, line: bytes) -> None:
        text = line.decode("ascii", "replace")
        if self._login is not None:
            self._log_in(self._login, text)
            return
        verb, _, argument = text.partition(" ")
        action = getattr(self, f"_on_{verb.lower()}", None) if verb.isalpha() else None
        if action is None:
            self.say("500 Command not recognised")
        else:
            action(argument.strip())

    # ---- who is there

    def _on_helo(self, argument: str) -> None:
        if self._begin(argument):
            self.say(f"250 {self._server.host} Hello {self._helo}")

    def _on_ehlo(self, argument: str) -> None:
        if not self._begin(argument):
            return
        self._extended = True
        offers = ["PIPELINING", f"SIZE {LARGEST}", "8BITMIME"]
        if self._may_start_tls():
            offers.append("STARTTLS")
        elif self._server.submission:
            offers.append(f"AUTH {' '.join(WAYS)}")
        lines = [f"{self._server.host} Hello {self._helo}", *offers]
        for offer in lines[:-1]:
            self.say(f"250-{offer}")
        self.say(f"250 {lines[-1]}")

    def _begin(self, argument: str) -> bool:
        if not argument or not argument.isascii() or not argument.isprintable() or " " in argument:
            self.say("501 Say who you are, as in EHLO client.example")
            return False
        self._helo = argument[:255]
        self._extended = False
        self._forget()
        return True

    def _may_start_tls(self) -> bool:
        return self._server.certificate is not None and not self.secured

    def _on_starttls(self, argument: str) -> None:
        if argument:
            self.say("501 Syntax: STARTTLS")
        elif not self._may_start_tls():
            self.say("502 Command not implemented here")
        else:
            self.say("220 Ready to start TLS")
            # What was said in the clear, anybody may have said (RFC 3207 4.2).
            self._helo, self._extended = "", False
            self._forget()
            self.start_tls()

    def _on_auth(self, argument: str) -> None:
        way, _, first = argument.partition(" ")
        if not self._server.submission or not self._extended:
            self.say("502 Command not implemented here")
        elif self._may_start_tls():
            self.say("530 Must issue a STARTTLS command first")
        elif self._user is not None or self._sender is not None:
            self.say("503 Bad sequence of commands")
        elif way.upper() not in WAYS:
            self.say("504 There are PLAIN and LOGIN")
        else:
            self._login = Login(self._server.post, way.upper())
            if first:
                self._log_in(self._login, first.strip())
            else:
                self.say(self._login.asks)

    def _log_in(self, login: Login, answer: str) -> None:
        self.say(login.hear(answer))
        self._user = login.box
        if login.over:
            self._login = None

    # ---- a mail

    def _on_mail(self, argument: str) -> None:
        given = path(argument, "FROM")
        if not self._helo or self._sender is not None:
            self.say("503 Bad sequence of commands")
        elif self._server.submission and self._may_start_tls():
            self.say("530 Must issue a STARTTLS command first")
        elif self._server.submission and self._user is None:
            self.say("530 Authentication required")
        elif given is None:
            self.say("501 Syntax: MAIL FROM:<address>")
        elif refusal := self._wrong_with(given[1]):
            self.say(refusal)
        elif self._user is not None and given[0].lower() not in ("", self._user.address):
            self.say(f"550 You are {self._user.address}, and may send as nobody else")
        else:
            self._sender = given[0]
            self.say("250 OK")

    def _wrong_with(self, parameters: dict[str, str]) -> str | None:
        known = ("SIZE", "BODY", "AUTH") if self._extended else ()
        if unknown := [name for name in parameters if name not in known]:
            return f"555 Parameter not recognised: {unknown[0]}"
        size = parameters.get("SIZE", "0")
        if not size.isdecimal() or len(size) > 20:
            return "501 SIZE is a number of bytes"
        if int(size) > LARGEST:
            return f"552 Too large: {LARGEST} bytes is the most"
        if parameters.get("BODY", "7BIT").upper() not in ("7BIT", "8BITMIME"):
            return "501 BODY is 7BIT or 8BITMIME"
        return None

    def _on_rcpt(self, argument: str) -> None:
        given = path(argument, "TO")
        if self._sender is None:
            self.say("503 Bad sequence of commands")
        elif given is None or not given[0]:
            self.say("501 Syntax: RCPT TO:<address>")
        elif given[1]:
            self.say(f"555 Parameter not recognised: {next(iter(given[1]))}")
        elif len(self._recipients) >= _MOST_RECIPIENTS:
            self.say("452 Too many recipients")
        elif refusal := self._server.reaches(given[0]):
            self.say(refusal)
        else:
            if given[0] not in self._recipients:
                self._recipients.append(given[0])
            self.say("250 OK")

    def _on_data(self, argument: str) -> None:
        if argument:
            self.say("501 Syntax: DATA")
        elif self._sender is None:
            self.say("503 Bad sequence of commands")
        elif not self._recipients:
            self.say("554 No valid recipients")
        else:
            self.say("354 Start mail input; end with <CRLF>.<CRLF>")
            self._text = Unstuffing(LARGEST)
            self.in_bytes = True

    def hear_bytes(self, data: bytes) -> bytes:
        rest = self._text.feed(data)
        if rest is None:
            return b""
        self.in_bytes = False
        if self._text.too_long:
            self.say(f"552 Too much mail data: {LARGEST} bytes is the most")
        else:
            self._take(self._text.content)
        self._forget()
        return rest

    def _take(self, content: bytes) -> None:
        assert self._sender is not None
        head = received(
            helo=self._helo,
            address=self._peer[0],
            by=self._server.host,
            protocol=self._protocol(),
            now=self.now,
        )
        mail = Envelope(self._sender, tuple(self._recipients), head + content)
        if not self._server.has_room_for(mail):
            self.say(NO_ROOM)
            return
        self.say("250 OK")
        for action in self._server.take(mail, self.now):
            self.do(action)

    def _protocol(self) -> str:
        """As RFC 3848 names them: E for extended, S for secured, A for who has logged in."""
        extended = "ESMTP" if self._extended else "SMTP"
        return extended + "S" * self.secured + "A" * (self._user is not None)

    def _forget(self) -> None:
        """The mail that was begun, not who is there."""
        self._sender = None
        self._recipients = []

    # ---- the rest

    def _on_rset(self, argument: str) -> None:
        self._forget()
        self.say("250 OK")

    def _on_noop(self, argument: str) -> None:
        self.say("250 OK")

    def _on_vrfy(self, argument: str) -> None:
        # What RFC 5321 7.3 lets a server say that does not tell who has a mailbox.
        self.say("252 Cannot VRFY user, but will accept message and attempt delivery")

    def _on_expn(self, argument: str) -> None:
        self.say("502 Command not implemented here")

    def _on_help(self, argument: str) -> None:
        self.say("214 Commands: EHLO HELO MAIL RCPT DATA RSET NOOP VRFY QUIT")

    def _on_quit(self, argument: str) -> None:
        self.say(f"221 {self._server.host} closing the channel")
        self.hang_up()
