"""A server that mail is read on: IMAP4rev1, RFC 3501. Its port is 143.

A client that knows IMAP4rev2 as well (RFC 9051) finds what both have in common.

The mail stays here, with its marks, and every client of a user sees the same. There is one mailbox
for each user, INBOX. How commands are read is in `imap_words.py`; what a mailbox looks like from
one session in `imap_view.py`; FETCH and SEARCH have files of their own.
"""

from portlab.apps.app import Address, Session, Wake
from portlab.apps.certificates import Certificate
from portlab.apps.mail.dialogue import Dialogue, served
from portlab.apps.mail.imap_reading import Reading
from portlab.apps.mail.imap_words import (
    Command,
    WrongWords,
    command,
    decoded,
    literal_at_end,
    with_literal,
)
from portlab.apps.mail.post import Post
from portlab.apps.mail.sasl import plain
from portlab.apps.mail.smtp_session import LARGEST

PORT = 143
_LONGEST_LINE = 8192
_LONGEST_LOGIN = 1024
_MOST_LITERALS = 50
_PATIENCE = 1800.0  # RFC 3501 5.4
_LOOK_AGAIN = 1.0
_CAPABILITIES = "IMAP4rev1 IDLE UNSELECT"
_TO_LOG_IN, _TO_BE_SECURE = "AUTH=PLAIN SASL-IR", "STARTTLS LOGINDISABLED"
_BEFORE_LOGIN = ("LOGIN", "AUTHENTICATE", "STARTTLS")
_ALWAYS = ("CAPABILITY", "NOOP", "LOGOUT")


class Imap:
    """Lets the users of `post` read, mark and search their mail, in any number of sessions.

    With a `certificate` it offers STARTTLS, and takes passwords inside TLS alone (RFC 3501 6.2.1).
    """

    name = "Imap"

    def __init__(self, post: Post | None = None, *, certificate: Certificate | None = None) -> None:
        self.post = post or Post()
        self._certificate = certificate

    def session(self, local: Address, peer: Address) -> Session:
        offers_tls = self._certificate is not None
        return served(_ImapSession(self.post, offers_tls=offers_tls), self._certificate)


class _ImapSession(Dialogue):
    """The frame of the conversation: tags, literals, logging in. What is read is in Reading."""

    def __init__(self, post: Post, *, offers_tls: bool) -> None:
        super().__init__(longest=_LONGEST_LINE, patience=_PATIENCE)
        self._post = post
        self._offers_tls = offers_tls
        self._reading: Reading | None = None
        self._begun = ""
        """The command up to its literal; how many it had, and how many bytes are to come."""
        self._literals = 0
        self._literal = bytearray()
        self._missing = 0
        self._waits: str | None = None
        """The tag of an AUTHENTICATE whose answer is to come."""
        self._idles: str | None = None
        """The tag of an IDLE that goes on."""
        self._looks = False

    def greet(self) -> None:
        self.say(f"* OK [CAPABILITY {self._can()}] IMAP server of {self._post.domain} ready")

    def lose_patience(self) -> None:
        self.say("* BYE you said nothing for a long time")

    # ---- reading a command

    def hear_too_long(self) -> None:
        self._begun = ""
        self.say("* BAD line too long")

    def hear(self, line: bytes) -> None:
        text = self._begun + decoded(line)
        self._literals = self._literals + 1 if self._begun else 0
        self._begun = ""
        if self._idles is not None:
            self._stop_idling(text)
        elif self._waits is not None:
            tag, self._waits = self._waits, None
            self._log_in(tag, plain(line))
        elif (number := literal_at_end(text)) is None:
            self._obey(text)
        elif number > self._room() - len(text) or self._literals >= _MOST_LITERALS:
            self.say(f"{_tag(text)} BAD so much is not taken")
        else:
            self._begun, self._missing = text, number
            self.in_bytes = True
            self.say("+ go on")

    def hear_bytes(self, data: bytes) -> bytes:
        self._literal += data[: self._missing]
        rest = data[self._missing :]
        self._missing -= len(data) - len(rest)
        self.in_bytes = self._missing > 0
        if not self.in_bytes:
            self._begun = with_literal(self._begun, bytes(self._literal))
            self._literal.clear()
        return rest

    def _room(self) -> int:
        """Bytes of a whole command: a stranger gets less."""
        return _LONGEST_LOGIN if self._reading is None else LARGEST

    def _obey(self, text: str) -> None:
        tag = _tag(text)
        if tag == "*":
            self.say("* BAD a command has a tag before it")
            return
        try:
            self._do(command(text))
        except WrongWords as error:
            self.say(f"{tag} BAD {error}")

    def _do(self, asked: Command) -> None:
        name = asked.name
        if name in (*_BEFORE_LOGIN, *_ALWAYS, "IDLE"):
            if name in _BEFORE_LOGIN and self._reading is not None:
                raise WrongWords("you are logged in already")
            getattr(self, f"_on_{name.lower()}")(asked)
        elif self._reading is None:
            known = Reading.knows(name)
            raise WrongWords("log in first" if known else "unknown command")
        else:
            result = self._reading.answer(asked, self.send)
            self._tell_news(asked)
            self.say(f"{asked.tag} {result}")

    def _tell_news(self, asked: Command) -> None:
        """Not where the client counts on its numbers (RFC 3501 7.4.1)."""
        if self._reading is not None and asked.name not in ("FETCH", "STORE", "SEARCH"):
            for line in self._reading.news():
                self.say(f"* {line}")

    # ---- at any time

    def _can(self) -> str:
        """What a client may know that this server can do, as things stand."""
        secret = _TO_BE_SECURE if self._may_start_tls() else _TO_LOG_IN
        return _CAPABILITIES if self._reading is not None else f"{_CAPABILITIES} {secret}"

    def _on_capability(self, asked: Command) -> None:
        asked.texts(0)
        self.say(f"* CAPABILITY {self._can()}")
        self.say(f"{asked.tag} OK CAPABILITY completed")

    def _on_noop(self, asked: Command) -> None:
        self._tell_news(asked)
        self.say(f"{asked.tag} OK NOOP completed")

    def _on_logout(self, asked: Command) -> None:
        self.say("* BYE goodbye")
        self.say(f"{asked.tag} OK LOGOUT completed")
        self.hang_up()

    # ---- who is there

    def _on_starttls(self, asked: Command) -> None:
        asked.texts(0)
        if not self._may_start_tls():
            raise WrongWords("no TLS here and now")
        self.say(f"{asked.tag} OK begin TLS")
        self.start_tls()

    def _may_start_tls(self) -> bool:
        return self._offers_tls and not self.secured

    def _on_login(self, asked: Command) -> None:
        name, password = asked.texts(2)
        self._log_in(asked.tag, (name, password))

    def _on_authenticate(self, asked: Command) -> None:
        words = asked.texts(len(asked.words))
        if self._may_start_tls():
            self._log_in(asked.tag, None)
        elif not words or words[0].upper() != "PLAIN" or len(words) > 2:
            self.say(f"{asked.tag} NO [CANNOT] there is only PLAIN")
        elif len(words) == 2:  # RFC 4959: the first answer comes along
            self._log_in(asked.tag, plain(words[1].encode("utf-8", "replace")))
        else:
            self._waits = asked.tag
            self.say("+ ")

    def _log_in(self, tag: str, given: tuple[str, str] | None) -> None:
        if self._may_start_tls():
            self.say(f"{tag} NO [PRIVACYREQUIRED] STARTTLS first: no password in the clear")
            return
        if given is None:
            self.say(f"{tag} BAD that is no name and password")
            return
        box = self._post.login(*given)
        if box is None:
            self.say(f"{tag} NO [AUTHENTICATIONFAILED] name and password do not fit")
        else:
            self._reading = Reading(self._post, box, lambda: self.now)
            self.say(f"{tag} OK [CAPABILITY {self._can()}] logged in")

    # ---- waiting for news, RFC 2177

    def _on_idle(self, asked: Command) -> None:
        asked.texts(0)
        if self._reading is None:
            raise WrongWords("log in first")
        self._idles = asked.tag
        self.say("+ idling")
        self._tell_news(asked)
        self._look_again()

    def _look_again(self) -> None:
        if not self._looks:
            self._looks = True
            self.do(Wake(_LOOK_AGAIN))

    def woken(self) -> None:
        self._looks = False
        if self._idles is not None and self._reading is not None:
            for line in self._reading.news():
                self.say(f"* {line}")
            self._look_again()

    def _stop_idling(self, text: str) -> None:
        tag, self._idles = self._idles, None
        if text.upper() == "DONE":
            self.say(f"{tag} OK IDLE completed")
        else:
            self.say(f"{tag} BAD say DONE to end IDLE")


def _tag(text: str) -> str:
    """The tag of a command, for the reply; `*` where it has none that may be repeated."""
    tag = text.partition(" ")[0]
    fit = tag and tag.isascii() and tag.isprintable() and not set(tag) & set('(){%*"\\+')
    return tag if fit else "*"
