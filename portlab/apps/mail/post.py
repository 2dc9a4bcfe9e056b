"""The post of one domain: its users and what lies in their mailboxes.

Smtp puts mail in; Pop3 and Imap let it be read, marked and taken away. All three may serve one
Post at once, on as many ports as you like.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from portlab.apps.mail.transparency import in_lines
from portlab.errors import LabError
from portlab.wording import count

USERS: Mapping[str, str] = {"student": "sesame", "teacher": "chalk"}
"""Names and passwords of a Post's users, unless it is given others."""

DOMAIN = "school.example"
POSTMASTER = "postmaster"
ROOM, MOST = 50_000_000, 10_000
"""Bytes, and mails, that all mailboxes of a Post hold together: anybody may send it some."""

SEEN, DELETED = "\\Seen", "\\Deleted"


@dataclass(frozen=True, slots=True)
class Message:
    """One mail in a mailbox: its number for ever, its bytes, when it came, and how it is marked.

    `content` has lines that end with CR LF. `arrived` is in microseconds since 2026-01-01T00:00Z.
    """

    uid: int
    content: bytes
    arrived: int
    flags: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)

    def __str__(self) -> str:
        marks = f" ({' '.join(sorted(self.flags))})" if self.flags else ""
        return f"{self.uid}: {count(self.size, 'byte')}{marks}"


class Mailbox:
    """The mail of one user, oldest first. Each keeps its number for ever (RFC 3501 2.3.1.1)."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.uid_next = 1
        self.locked = False
        """Whether a POP3 session has it for itself (RFC 1939 section 4)."""
        self._messages: dict[int, Message] = {}
        self._recent: set[int] = set()

    @property
    def messages(self) -> tuple[Message, ...]:
        return tuple(self._messages.values())

    def add(self, content: bytes, now: int = 0, flags: Iterable[str] = ()) -> Message:
        """Put a mail in; lines that end otherwise get CR LF as their ends."""
        message = Message(self.uid_next, in_lines(content), now, frozenset(flags))
        self._messages[message.uid] = message
        self._recent.add(message.uid)
        self.uid_next += 1
        return message

    def get(self, uid: int) -> Message | None:
        """The mail of this number; None once it is gone."""
        return self._messages.get(uid)

    def mark(self, uid: int, flags: Iterable[str]) -> None:
        """Give a mail these flags in place of those it has."""
        if message := self._messages.get(uid):
            self._messages[uid] = replace(message, flags=frozenset(flags))

    def remove(self, uids: Iterable[int]) -> None:
        for uid in uids:
            self._messages.pop(uid, None)
            self._recent.discard(uid)

    def take_recent(self) -> frozenset[int]:
        """The same, and from now on a session was told of them (`\\Recent`, RFC 3501 2.3.2)."""
        taken = self.recent
        self._recent.clear()
        return taken

    @property
    def recent(self) -> frozenset[int]:
        """The mails that no session was told of yet."""
        return frozenset(self._recent)

    @property
    def size(self) -> int:
        """Bytes of all its mails."""
        return sum(message.size for message in self._messages.values())

    def __repr__(self) -> str:
        lines = [f"{self.address}: {count(len(self._messages), 'mail')}", *map(str, self.messages)]
        return "\n  ".join(lines)


class Post:
    """A domain's mailboxes: one for each of `users` (names and passwords), and the postmaster's.

    Servers put no more than `room` bytes into them, and no more than ten thousand mails.

    >>> post = Post("school.example", {"student": "sesame"})
    >>> post.mailbox("student")
    student@school.example: 0 mails
    >>> post.login("student", "wrong") is None
    True
    """

    def __init__(
        self, domain: str = DOMAIN, users: Mapping[str, str] = USERS, *, room: int = ROOM
    ) -> None:
        for name in users:
            if not name or not name.isascii() or not name.isalnum():
                raise LabError(
                    f"{name!r} cannot be a user of a Post: take letters and digits alone, as in "
                    "'student'. Its address is made of it and the domain."
                )
        self.domain = domain.lower()
        self._room = room
        self._passwords = {name.lower(): password for name, password in users.items()}
        self._boxes = {
            name: Mailbox(f"{name}@{self.domain}") for name in (*self._passwords, POSTMASTER)
        }

    def room(self) -> int:
        """How many bytes there is room for; whoever puts a mail in asks before."""
        boxes = self._boxes.values()
        if sum(len(box.messages) for box in boxes) >= MOST:
            return 0
        return max(0, self._room - sum(box.size for box in boxes))

    def takes(self, content: bytes, copies: int = 1) -> bool:
        """Whether there is room for a mail, in so many mailboxes."""
        room = self.room()
        return room > 0 and len(in_lines(content)) * copies <= room

    def mailbox(self, user: str) -> Mailbox:
        """Raises LabError for a name that is no user's."""
        box = self._boxes.get(user.lower())
        if box is None:
            raise LabError(
                f"{self.domain} has no user {user!r}. Its mailboxes are {', '.join(self._boxes)}."
            )
        return box

    def login(self, user: str, password: str) -> Mailbox | None:
        """The mailbox of this user, by name or by address; None if name and password do not fit."""
        name = user.lower().removesuffix(f"@{self.domain}")
        known = self._passwords.get(name)
        return self._boxes[name] if known is not None and known == password else None

    def box_at(self, address: str) -> Mailbox | None:
        """The mailbox of a mail address; None if there is none here. `postmaster` has one."""
        name, _, domain = address.lower().rpartition("@")
        if not name:
            name, domain = domain, self.domain
        name = name.strip('"')
        return self._boxes.get(name) if domain == self.domain else None
