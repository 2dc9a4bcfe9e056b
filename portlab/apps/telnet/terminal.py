"""The conversation of a Telnet server: a login, and a shell of six words that runs no program."""

from collections.abc import Iterable, Iterator, Mapping

from portlab.apps.app import Action, Close, Data, Event, Opened, PeerClosed, Send
from portlab.apps.lines import Lines
from portlab.apps.store import Store, joined
from portlab.apps.telnet.protocol import (
    AYT,
    EC,
    ECHO,
    EL,
    IP,
    SUPPRESS_GO_AHEAD,
    Command,
    Decoder,
    NewLines,
    Options,
)

_LONGEST = 256
_MOST_GUESSES = 3
_ERASE = b"\x7f\b"  # what the key for it sends, on one keyboard or another
_KILL = b"\x15"  # control and U: the line begins anew

_HELP = """\
help          what you can type
ls [FOLDER]   what lies there
cat FILE      what is in it
echo WORDS    the same words
whoami        who you are
exit          leave
"""


class Terminal:
    """The session. What is answered to one piece of the stream goes out as one piece."""

    def __init__(self, store: Store, users: Mapping[str, str]) -> None:
        self._store = store
        self._users = users
        self._decoder = Decoder()
        self._options = Options(
            offered=frozenset({ECHO, SUPPRESS_GO_AHEAD}), wanted=frozenset({SUPPRESS_GO_AHEAD})
        )
        self._ends = NewLines()
        self._lines = Lines(_LONGEST)
        self._user: str | None = None
        self._logged_in = False
        self._guesses = 0
        self._over = False
        self._said = bytearray()

    def handle(self, event: Event) -> Iterable[Action]:
        if self._over:
            return
        if isinstance(event, Opened):
            for offer in self._options.offers():
                self._said += offer.encode()
            self._say("portlab telnet server\nlogin: ")
        elif isinstance(event, Data):
            for piece in self._decoder.feed(event.data):
                if isinstance(piece, Command):
                    self._obey(piece)
                else:
                    self._type(piece)
                if self._over:
                    break
        elif isinstance(event, PeerClosed):
            self._over = True
        if self._said:
            yield Send(bytes(self._said))
            self._said.clear()
        if self._over:
            yield Close()

    def _obey(self, command: Command) -> None:
        if answer := self._options.answer(command):
            self._said += answer.encode()
        elif command.verb == AYT:
            self._say("[yes]\n")
        elif command.verb == EC:
            self._type(_ERASE[:1])
        elif command.verb in (EL, IP):
            self._type(_KILL)

    # ---- what is typed

    def _type(self, typed: bytes) -> None:
        """A line at a time, because what is typed after a password may be shown again."""
        for text in self._ends.plain(typed).splitlines(keepends=True):
            if ECHO in self._options.ours:
                self._echo(text)
            self._lines.feed(text)
            for line in self._lines:
                if line is None:
                    self._say("That line is too long.\n")
                elif not self._over:
                    self._hear(_edited(line).decode("utf-8", "replace"))

    def _echo(self, text: bytes) -> None:
        shown = text if not self._asks_for_password else text[-1:] if text.endswith(b"\n") else b""
        for number in shown:
            byte = bytes([number])
            if byte in (b"\x7f", b"\b"):
                self._said += b"\b \b"
            elif byte == b"\n":
                self._said += b"\r\n"
            elif number >= 32:
                self._said += byte if number != 255 else b"\xff\xff"

    def _say(self, text: str) -> None:
        self._said += text.replace("\n", "\r\n").encode().replace(b"\xff", b"\xff\xff")

    # ---- what is said

    @property
    def _asks_for_password(self) -> bool:
        return self._user is not None and not self._logged_in

    def _hear(self, line: str) -> None:
        if self._logged_in:
            self._run(line)
        elif self._user is None:
            self._user = line.strip()
            self._say("Password: ")
        elif self._users.get(self._user) == line:
            self._logged_in = True
            self._say(f"Welcome, {self._user}. Type help to see what you can do.\n$ ")
        else:
            self._user = None
            self._guesses += 1
            self._say("Login incorrect\n")
            if self._guesses < _MOST_GUESSES:
                self._say("login: ")
            else:
                self._over = True

    def _run(self, line: str) -> None:
        word, _, rest = line.strip().partition(" ")
        if word in ("exit", "logout"):
            self._say("Goodbye.\n")
            self._over = True
            return
        self._say("".join(f"{shown}\n" for shown in self._answer(word, rest.strip())) + "$ ")

    def _answer(self, word: str, rest: str) -> Iterator[str]:
        path = joined("/", rest)
        if word == "help":
            yield from _HELP.splitlines()
        elif word == "whoami":
            yield self._user or ""
        elif word == "echo":
            yield "".join(one for one in rest if one.isprintable())
        elif word == "ls" and self._store.is_folder(path):
            yield from self._store.entries(path)
        elif word == "cat" and path in self._store:
            yield from self._store[path].decode("utf-8", "replace").splitlines()
        elif word in ("ls", "cat"):
            yield f"{word}: there is nothing of that name"
        elif word:
            yield "That is no command here. Try help."


def _edited(line: bytes) -> bytes:
    """A line as its writer left it: a key for erasing takes one byte away, another one all.

    >>> _edited(b"lx\\x7fs"), _edited(b"\\x7fx\\x15exit")
    (b'ls', b'exit')
    """
    if not any(key in line for key in _ERASE + _KILL):
        return line
    left = bytearray()
    for number in line:
        if number in _ERASE:
            del left[-1:]
        elif number in _KILL:
            left.clear()
        else:
            left.append(number)
    return bytes(left)
