"""Mail as a mail program does it: hand one in (SMTP), fetch those that came (POP3 or IMAP).

The conversations are the shortest that do it, one command after the other, so that a ladder of
them can be read. For more there are smtplib, poplib and imaplib, in the worlds of real sockets.
"""

from collections.abc import Sequence
from typing import Literal

from portlab.apps.certificates import Authority
from portlab.apps.mail.sasl import plain_message
from portlab.apps.mail.transparency import stuffed, unstuffed
from portlab.errors import LabError, MailError
from portlab.host import Closing, Host
from portlab.tools.talk import Talk
from portlab.tools.tls import SecureConnection, tls

SUBMISSION, POP3, IMAP = 587, 110, 143
INSIDE_TLS = (465, 995, 993)
"""The ports where TLS is there from the first byte; on others it is asked for."""
Login = tuple[str, str]
"""A name and a password."""

_HINT = (
    "Are the name, the password and the addresses those of the server's Post, and does the mail "
    "server itself answer on this port?"
)


def send_mail(
    client: Host,
    server: Host | str,
    mail: str,
    *,
    sender: str,
    to: str | Sequence[str],
    login: Login | None = None,
    trust: Authority | None = None,
    port: int = SUBMISSION,
    timeout: float = 10.0,
) -> None:
    """Let `client` hand in `mail`, its head and its text, at `server` (RFC 6409, RFC 5321).

    `sender` and `to` are what the servers go by; From: and To: in the mail are for its reader.
    With an authority to `trust` it is done inside TLS. Raises MailError if the server refuses,
    and what `connect`, `receive_until` and `tls` raise.
    """
    with _Talk(client, server, port, trust, timeout) as talk:
        talk.reply("220")
        talk.ask(f"EHLO {client.name}", "250")
        if talk.wants_tls:
            talk.ask("STARTTLS", "220")
            talk.begin_tls()
            talk.ask(f"EHLO {client.name}", "250")
        if login is not None:
            talk.ask(f"AUTH PLAIN {plain_message(*login)}", "235")
        talk.ask(f"MAIL FROM:<{sender}>", "250")
        for address in [to] if isinstance(to, str) else to:
            talk.ask(f"RCPT TO:<{address}>", "250")
        talk.ask("DATA", "354")
        talk.send(stuffed(mail.encode()))
        talk.reply("250")
        talk.ask("QUIT", "221")


def fetch_mail(
    client: Host,
    server: Host | str,
    login: Login,
    *,
    over: Literal["pop3", "imap"] = "pop3",
    keep: bool | None = None,
    trust: Authority | None = None,
    port: int | None = None,
    timeout: float = 10.0,
) -> list[str]:
    """The mails of a user, oldest first, as `client` gets them from `server`.

    `keep` says whether they stay there. Where nothing is said, POP3 takes them away and IMAP
    leaves them, as most programs do. With an authority to `trust` it is done inside TLS. Raises
    MailError if the server refuses, and what `connect`, `receive_until` and `tls` raise.
    """
    if over not in ("pop3", "imap"):
        raise LabError(f"Mail is fetched over 'pop3' or over 'imap', and not over {over!r}.")
    number = port or (POP3 if over == "pop3" else IMAP)
    with _Talk(client, server, number, trust, timeout) as talk:
        if over == "pop3":
            return _over_pop3(talk, login, take=not keep)
        return _over_imap(talk, login, take=keep is False)


def _over_pop3(talk: "_Talk", login: Login, *, take: bool) -> list[str]:
    """RFC 1939."""
    name, password = login
    talk.reply("+OK")
    if talk.wants_tls:
        talk.ask("STLS", "+OK")
        talk.begin_tls()
    talk.ask(f"USER {name}", "+OK")
    talk.ask(f"PASS {password}", "+OK")
    number = int(talk.ask("STAT", "+OK").split()[1])
    mails = []
    for each in range(1, number + 1):
        talk.ask(f"RETR {each}", "+OK")
        mails.append(_shown(talk.text()))
        if take:
            talk.ask(f"DELE {each}", "+OK")
    talk.ask("QUIT", "+OK")
    return mails


def _over_imap(talk: "_Talk", login: Login, *, take: bool) -> list[str]:
    """RFC 3501."""
    name, password = login
    talk.reply("* OK")
    if talk.wants_tls:
        talk.order("STARTTLS")
        talk.begin_tls()
    talk.order(f"LOGIN {_quoted(name)} {_quoted(password)}")
    selected = talk.order("SELECT INBOX")
    number = next(int(line.split()[1]) for line in selected if line.endswith(" EXISTS"))
    mails: list[str] = []
    for each in range(1, number + 1):
        talk.order(f"FETCH {each} BODY[]", mails)
        if take:
            talk.order(f"STORE {each} +FLAGS.SILENT (\\Deleted)")
    if take:
        talk.order("EXPUNGE")
    talk.order("LOGOUT")
    return mails


class _Talk(Talk, Closing):
    """The client's side: lines, texts and literals, inside TLS if that is trusted."""

    def __init__(
        self,
        client: Host,
        server: Host | str,
        port: int,
        trust: Authority | None,
        timeout: float,
    ) -> None:
        super().__init__(client.connect(server, port), timeout, MailError, _HINT)
        self._name = server if isinstance(server, str) else server.name
        self._trust = trust
        self._orders = 0
        if port in INSIDE_TLS and trust is not None:
            self.begin_tls()

    @property
    def wants_tls(self) -> bool:
        """Whether TLS has still to be asked for."""
        return self._trust is not None and not isinstance(self._connection, SecureConnection)

    def begin_tls(self) -> None:
        """From the next byte on, TLS is spoken."""
        assert self._trust is not None
        assert not isinstance(self._connection, SecureConnection)
        self._connection = tls(self._connection, self._trust, self._name, timeout=self.timeout)

    def close(self) -> None:
        self._connection.close()

    def send(self, data: bytes) -> None:
        self._connection.send(data)

    def text(self) -> bytes:
        """What follows, up to the line with a dot alone."""
        come = self._connection.receive_until(b"\r\n", timeout=self.timeout)
        while not (come == b".\r\n" or come.endswith(b"\r\n.\r\n")):
            come += self._connection.receive_until(b"\r\n", timeout=self.timeout)
        return unstuffed(come)

    def order(self, command: str, mails: list[str] | None = None) -> list[str]:
        """Say a command of IMAP; the lines about it. Literals go to `mails`."""
        self._orders += 1
        tag = f"a{self._orders}"
        self.say(f"{tag} {command}")
        lines = []
        while not (line := self.line()).startswith(f"{tag} "):
            lines.append(line)
            if line.endswith("}"):
                mail = self._exactly(int(line[line.rindex("{") + 1 : -1]))
                if mails is not None:
                    mails.append(_shown(mail))
        if not line.startswith(f"{tag} OK"):
            raise self.refused(line, command)
        return lines

    def _exactly(self, number: int) -> bytes:
        come = b""
        while len(come) < number:
            more = self._connection.receive(number - len(come), timeout=self.timeout)
            if not more:
                raise MailError(
                    "The server closed the connection in the middle of a mail. Fetch it again: "
                    "nothing was taken away."
                )
            come += more
        return come


def _quoted(text: str) -> str:
    r"""A text as a command of IMAP has it.

    >>> print(_quoted('a "b'))
    "a \"b"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _shown(mail: bytes) -> str:
    return mail.decode("utf-8", "replace").replace("\r\n", "\n")
