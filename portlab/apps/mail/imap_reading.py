"""The commands of IMAP for who is logged in: choosing a mailbox, reading, marking, searching."""

import re
from collections.abc import Callable, Iterator

from portlab.apps.mail.imap_fetch import items, shown
from portlab.apps.mail.imap_search import Candidate, search
from portlab.apps.mail.imap_view import View
from portlab.apps.mail.imap_words import Command, Word, WrongWords, encoded
from portlab.apps.mail.post import DELETED, SEEN, Mailbox, Message, Post

_INBOX = "INBOX"
_UID_VALIDITY = 1
_SYSTEM_FLAGS = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
_KEYWORD = re.compile(r"[!#$&'+-\[^-z|}~]+")
_ONE_MAILBOX = "NO [CANNOT] there is one mailbox here, INBOX"
_STATUS = ("MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN")

Send = Callable[[bytes], None]


class Reading:
    """`answer` does a command and sends what belongs to it, but for the line with the tag."""

    def __init__(self, post: Post, box: Mailbox, now: Callable[[], int]) -> None:
        self._post = post
        self._box = box
        self._now = now
        self._view: View | None = None
        self._send: Send = lambda data: None

    @staticmethod
    def knows(name: str) -> bool:
        return hasattr(Reading, f"_on_{name.lower()}")

    def answer(self, asked: Command, send: Send) -> str:
        """What stands behind the tag. Raises WrongWords, before anything was done."""
        self._send = send
        action = getattr(self, f"_on_{asked.name.lower()}", None)
        if action is None:
            raise WrongWords("unknown command")
        result: str = action(asked)
        return result

    def news(self) -> Iterator[str]:
        """What others changed in the mailbox that is selected."""
        return self._view.news() if self._view is not None else iter(())

    def _tell(self, line: str) -> None:
        self._send(b"* " + encoded(line) + b"\r\n")

    # ---- mailboxes

    def _on_list(self, asked: Command) -> str:
        reference, pattern = asked.texts(2)
        if not pattern:
            self._tell(f'{asked.name} (\\Noselect) "/" ""')
        elif _fits(reference + pattern):
            self._tell(f'{asked.name} (\\HasNoChildren) "/" {_INBOX}')
        return f"OK {asked.name} completed"

    _on_lsub = _on_list

    def _on_select(self, asked: Command) -> str:
        return self._open(asked, read_only=False)

    def _on_examine(self, asked: Command) -> str:
        return self._open(asked, read_only=True)

    def _open(self, asked: Command, *, read_only: bool) -> str:
        (name,) = asked.texts(1)
        self._view = None
        if name.upper() != _INBOX:
            return "NO [NONEXISTENT] no such mailbox"
        view = self._view = View(self._box, read_only=read_only)
        flags = " ".join(_SYSTEM_FLAGS)
        self._tell(f"FLAGS ({flags})")
        self._tell(f"{len(view.uids)} EXISTS")
        self._tell(f"{view.recent} RECENT")
        unseen = [n for n, one in view.chosen("1:*", uid=True) if SEEN not in one.flags]
        if unseen:
            self._tell(f"OK [UNSEEN {unseen[0]}] the first that is not read")
        kept = "()" if read_only else f"({flags} \\*)"
        self._tell(f"OK [PERMANENTFLAGS {kept}] marks that stay")
        self._tell(f"OK [UIDVALIDITY {_UID_VALIDITY}] numbers are good")
        self._tell(f"OK [UIDNEXT {self._box.uid_next}] the next number")
        return f"OK [READ-{'ONLY' if read_only else 'WRITE'}] {asked.name} completed"

    def _on_status(self, asked: Command) -> str:
        match asked.words:
            case [str(name), list(wanted)]:
                pass
            case _:
                raise WrongWords("as in STATUS INBOX (MESSAGES UNSEEN)")
        if name.upper() != _INBOX:
            return "NO [NONEXISTENT] no such mailbox"
        messages = self._box.messages
        values = {
            "MESSAGES": len(messages),
            "RECENT": len(self._box.recent),
            "UIDNEXT": self._box.uid_next,
            "UIDVALIDITY": _UID_VALIDITY,
            "UNSEEN": sum(SEEN not in message.flags for message in messages),
        }
        shown = []
        for word in wanted:
            if not isinstance(word, str) or word.upper() not in values:
                raise WrongWords(f"STATUS knows {', '.join(_STATUS)}")
            shown.append(f"{word.upper()} {values[word.upper()]}")
        self._tell(f"STATUS {_INBOX} ({' '.join(shown)})")
        return "OK STATUS completed"

    def _on_append(self, asked: Command) -> str:
        """Put a mail into the mailbox by hand. The time it is given counts for nothing here."""
        match asked.words:
            case [str(name), str(text)] | [str(name), str(_), str(text)]:
                flags: frozenset[str] = frozenset()
            case [str(name), list(given), str(text)] | [str(name), list(given), str(_), str(text)]:
                flags = _flags(given)
            case _:
                raise WrongWords("as in APPEND INBOX (\\Seen) {310}")
        if name.upper() != _INBOX:
            return "NO [TRYCREATE] no such mailbox"
        content = encoded(text)
        if not self._post.takes(content):
            return "NO [OVERQUOTA] there is no room for so much mail"
        self._box.add(content, self._now(), flags)
        return "OK APPEND completed"

    def _on_subscribe(self, asked: Command) -> str:
        (name,) = asked.texts(1)
        return "OK SUBSCRIBE completed" if name.upper() == _INBOX else _ONE_MAILBOX

    def _on_create(self, asked: Command) -> str:
        return _ONE_MAILBOX

    _on_delete = _on_rename = _on_unsubscribe = _on_copy = _on_create

    # ---- the mailbox that is selected

    def _selected(self) -> View:
        if self._view is None:
            raise WrongWords("select a mailbox first")
        return self._view

    def _on_check(self, asked: Command) -> str:
        self._selected()
        return "OK CHECK completed"

    def _on_expunge(self, asked: Command) -> str:
        view = self._selected()
        asked.texts(0)
        if view.read_only:
            return "NO you only look at this mailbox"
        self._take_out(view)
        return "OK EXPUNGE completed"

    def _on_close(self, asked: Command) -> str:
        view = self._selected()
        self._view = None
        if not view.read_only:
            self._take_out(view)
        return "OK CLOSE completed"

    def _on_unselect(self, asked: Command) -> str:
        self._selected()
        self._view = None
        return "OK UNSELECT completed"

    def _take_out(self, view: View) -> None:
        """What is marked as deleted goes; `news` tells of it."""
        view.box.remove(one.uid for one in view.box.messages if DELETED in one.flags)

    def _on_fetch(self, asked: Command, *, uid: bool = False) -> str:
        view = self._selected()
        match asked.words:
            case [str(numbers), what]:
                wanted = items(what)
            case [str(numbers), *what]:
                raise WrongWords("several things to fetch stand in parentheses")
            case _:
                raise WrongWords("as in FETCH 1 (FLAGS BODY[])")
        if uid and all(item.label != "UID" for item in wanted):
            wanted = [*items("UID"), *wanted]
        reads = any(item.marks for item in wanted) and not view.read_only
        for number, message in self._chosen(view, numbers, uid=uid):
            asked_for = wanted
            if reads and SEEN not in message.flags:
                message = view.mark(message, message.flags | {SEEN})
                if all(item.label != "FLAGS" for item in wanted):
                    asked_for = [*wanted, *items("FLAGS")]
            inside = shown(message, asked_for, view.flags(message))
            self._send(b"* %d FETCH (%b)\r\n" % (number, inside))
        return "OK FETCH completed"

    def _on_store(self, asked: Command, *, uid: bool = False) -> str:
        view = self._selected()
        match asked.words:
            case [str(numbers), str(how), list(given)]:
                flags = _flags(given)
            case [str(numbers), str(how), first, *more]:
                flags = _flags([first, *more])
            case _:
                raise WrongWords("as in STORE 1 +FLAGS (\\Deleted)")
        match = re.fullmatch(r"([+-]?)FLAGS(\.SILENT)?", how.upper())
        if match is None:
            raise WrongWords("STORE takes FLAGS, +FLAGS or -FLAGS")
        chosen = self._chosen(view, numbers, uid=uid)
        if view.read_only:
            return "NO you only look at this mailbox"
        for number, message in chosen:
            changed = {"+": message.flags | flags, "-": message.flags - flags, "": flags}[match[1]]
            message = view.mark(message, changed)
            if not match[2]:
                also = f"UID {message.uid} " if uid else ""
                self._tell(f"{number} FETCH ({also}FLAGS {view.flags(message)})")
        return "OK STORE completed"

    def _on_search(self, asked: Command, *, uid: bool = False) -> str:
        view = self._selected()
        test = search(asked.words)
        found = []
        for number, message in view.chosen("1:*", uid=True):
            recent = view.is_recent(message.uid)
            if test(Candidate(number, message, recent, len(view.uids), view.last_uid)):
                found.append(message.uid if uid else number)
        self._tell(" ".join(["SEARCH", *map(str, found)]))
        return "OK SEARCH completed"

    def _on_uid(self, asked: Command) -> str:
        match asked.words:
            case [str(name), *words] if name.upper() in ("FETCH", "STORE", "SEARCH"):
                action = getattr(self, f"_on_{name.lower()}")
                result: str = action(Command(asked.tag, name.upper(), words), uid=True)
                return result
            case [str(name), *_] if name.upper() == "COPY":
                return _ONE_MAILBOX
        raise WrongWords("UID goes before FETCH, STORE and SEARCH")

    def _chosen(self, view: View, numbers: str, *, uid: bool) -> list[tuple[int, Message]]:
        chosen = view.chosen(numbers, uid=uid)
        if not chosen and not uid and not view.uids:
            raise WrongWords("the mailbox is empty")
        return chosen


def _flags(words: list[Word]) -> frozenset[str]:
    """Marks out of a command, the system's as RFC 3501 2.3.2 writes them. Raises WrongWords."""
    known = {flag.upper(): flag for flag in _SYSTEM_FLAGS}
    flags = set()
    for word in words:
        flag = known.get(word.upper(), word) if isinstance(word, str) else ""
        if flag not in _SYSTEM_FLAGS and not _KEYWORD.fullmatch(flag):
            raise WrongWords("that is no mark for a mail")
        flags.add(flag)
    return frozenset(flags)


def _fits(pattern: str) -> bool:
    """Whether INBOX is among the names that a pattern of LIST means (RFC 3501 6.3.8)."""
    pieces = re.split(r"[*%]+", pattern.upper())
    return re.fullmatch(".*".join(map(re.escape, pieces)), _INBOX) is not None
