"""A server that mail is fetched from: POP3, RFC 1939. Its port is 110.

Numbers count the mails that were there at the login. What is marked as deleted goes when the
client says QUIT, and only then: a conversation that breaks off takes nothing away.
"""

from collections.abc import Callable

from portlab.apps.app import Address, Session
from portlab.apps.certificates import Certificate
from portlab.apps.mail.dialogue import Dialogue, served
from portlab.apps.mail.post import SEEN, Mailbox, Message, Post
from portlab.apps.mail.transparency import stuffed
from portlab.wording import count

PORT = 110
_LONGEST_LINE = 255  # RFC 2449 section 4
_PATIENCE = 600.0  # RFC 1939 section 3
_CAPABILITIES = ("TOP", "UIDL", "RESP-CODES", "PIPELINING", "EXPIRE NEVER")
_BEFORE_LOGIN = ("user", "pass", "capa", "quit", "noop", "stls")


class Pop3:
    """Lets the users of `post` fetch their mail and take it away, each in one session at a time.

    With a `certificate` it offers STLS (RFC 2595), and takes passwords inside TLS alone.
    """

    name = "Pop3"

    def __init__(self, post: Post | None = None, *, certificate: Certificate | None = None) -> None:
        self.post = post or Post()
        self._certificate = certificate

    def session(self, local: Address, peer: Address) -> Session:
        offers_tls = self._certificate is not None
        return served(_Pop3Session(self.post, offers_tls=offers_tls), self._certificate)


class _Pop3Session(Dialogue):
    def __init__(self, post: Post, *, offers_tls: bool) -> None:
        super().__init__(longest=_LONGEST_LINE, patience=_PATIENCE)
        self._post = post
        self._offers_tls = offers_tls
        self._user: str | None = None
        self._box: Mailbox | None = None
        self._messages: tuple[Message, ...] = ()
        self._deleted: set[int] = set()

    def greet(self) -> None:
        self.say(f"+OK POP3 server of {self._post.domain} ready")

    def leave(self) -> None:
        if self._box is not None:
            self._box.locked = False
            self._box = None

    def hear_too_long(self) -> None:
        self.say("-ERR line too long")

    def hear(self, line: bytes) -> None:
        verb, _, argument = line.decode("utf-8", "replace").partition(" ")
        name = verb.lower()
        action = getattr(self, f"_on_{name}", None) if verb.isascii() and verb.isalpha() else None
        if action is None:
            self.say("-ERR unknown command")
        elif (self._box is None) and name not in _BEFORE_LOGIN:
            self.say("-ERR log in first, with USER and PASS")
        else:
            action(argument)

    # ---- AUTHORIZATION

    def _on_user(self, argument: str) -> None:
        if self._box is not None:
            self.say("-ERR you are logged in already")
        elif self._may_start_tls():
            self.say("-ERR STLS first: no password in the clear")
        elif not argument:
            self.say("-ERR which user?")
        else:
            # The same for every name: who has a mailbox is nobody's business.
            self._user = argument
            self.say("+OK now the password")

    def _on_pass(self, argument: str) -> None:
        if self._box is not None:
            self.say("-ERR you are logged in already")
            return
        if self._user is None:
            self.say("-ERR USER first")
            return
        user, self._user = self._user, None
        box = self._post.login(user, argument)
        if box is None:
            self.say("-ERR name and password do not fit")
        elif box.locked:
            self.say("-ERR [IN-USE] another session has this mailbox")
        else:
            box.locked = True
            self._box, self._messages = box, box.messages
            self.say(f"+OK {self._total()}")

    def _may_start_tls(self) -> bool:
        return self._offers_tls and not self.secured

    def _on_stls(self, argument: str) -> None:
        if self._box is not None or not self._may_start_tls():
            self.say("-ERR no TLS here and now")
        else:
            self.say("+OK begin TLS")
            self._user = None
            self.start_tls()

    def _on_capa(self, argument: str) -> None:
        self.say("+OK what this server can do")
        secret = "STLS" if self._may_start_tls() else "USER"
        for capability in (secret, *_CAPABILITIES):
            self.say(capability)
        self.say(".")

    def _on_quit(self, argument: str) -> None:
        if self._box is not None:
            self._box.remove(self._messages[number - 1].uid for number in self._deleted)
        self.say("+OK goodbye")
        self.hang_up()

    # ---- TRANSACTION

    def _on_noop(self, argument: str) -> None:
        self.say("+OK")

    def _on_stat(self, argument: str) -> None:
        left = self._left()
        self.say(f"+OK {len(left)} {sum(message.size for message in left.values())}")

    def _on_list(self, argument: str) -> None:
        self._scan(argument, lambda message: str(message.size))

    def _on_uidl(self, argument: str) -> None:
        self._scan(argument, lambda message: f"{message.uid:08}")

    def _on_retr(self, argument: str) -> None:
        if message := self._chosen(argument):
            self.say(f"+OK {message.size} octets")
            self.send(stuffed(message.content))
            self._has_seen(message)

    def _on_top(self, argument: str) -> None:
        number, _, lines = argument.partition(" ")
        if not _is_number(lines):
            self.say("-ERR as in TOP 1 10")
        elif message := self._chosen(number):
            head, blank, body = message.content.partition(b"\r\n\r\n")
            first = b"".join(body.splitlines(keepends=True)[: int(lines)])
            self.say("+OK the head, and as many lines")
            self.send(stuffed(head + blank + first))

    def _on_dele(self, argument: str) -> None:
        if self._chosen(argument):
            self._deleted.add(int(argument))
            self.say(f"+OK message {int(argument)} will go at QUIT")

    def _on_rset(self, argument: str) -> None:
        self._deleted.clear()
        self.say(f"+OK {self._total()}")

    # ---- what they share

    def _left(self) -> dict[int, Message]:
        """The mails by number, without those marked as deleted."""
        numbered = enumerate(self._messages, start=1)
        return {number: one for number, one in numbered if number not in self._deleted}

    def _total(self) -> str:
        left = self._left()
        octets = sum(message.size for message in left.values())
        return f"{count(len(left), 'message')} ({count(octets, 'octet')})"

    def _scan(self, argument: str, shown: Callable[[Message], str]) -> None:
        """A line about one mail, or one for each."""
        if argument:
            if message := self._chosen(argument):
                self.say(f"+OK {int(argument)} {shown(message)}")
            return
        self.say(f"+OK {self._total()}")
        for number, message in self._left().items():
            self.say(f"{number} {shown(message)}")
        self.say(".")

    def _chosen(self, argument: str) -> Message | None:
        """The mail of this number. What is wrong with the number is said."""
        number = int(argument) if _is_number(argument) else 0
        message = self._left().get(number)
        if message is None:
            self.say("-ERR no such message")
        return message

    def _has_seen(self, message: Message) -> None:
        assert self._box is not None
        now = self._box.get(message.uid)
        if now is not None:
            self._box.mark(message.uid, now.flags | {SEEN})


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9
