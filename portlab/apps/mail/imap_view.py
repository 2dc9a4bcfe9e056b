"""What one IMAP session sees of a mailbox: mails numbered from 1, without holes.

Others change the mailbox meanwhile. A session hears of it only where its own numbers may change
(RFC 3501 7.4.1), so each has a list of its own, and brings it up to date with `news`.
"""

from collections.abc import Iterator

from portlab.apps.mail.imap_words import in_set
from portlab.apps.mail.post import Mailbox, Message


class View:
    """With `read_only` it is EXAMINE's: nothing is marked, and nothing ceases to be recent."""

    def __init__(self, box: Mailbox, *, read_only: bool) -> None:
        self.box = box
        self.read_only = read_only
        self.uids = [message.uid for message in box.messages]
        self._flags = {message.uid: message.flags for message in box.messages}
        self._recent = set(box.recent if read_only else box.take_recent())

    def flags(self, message: Message) -> str:
        """As they are written: `(\\Recent \\Seen)`."""
        recent = ["\\Recent"] if message.uid in self._recent else []
        return f"({' '.join([*recent, *sorted(message.flags)])})"

    def is_recent(self, uid: int) -> bool:
        return uid in self._recent

    @property
    def recent(self) -> int:
        return sum(uid in self._recent for uid in self.uids)

    @property
    def last_uid(self) -> int:
        """The largest there is; the next one to come where the mailbox is empty."""
        return self.uids[-1] if self.uids else self.box.uid_next

    def chosen(self, numbers: str, *, uid: bool) -> list[tuple[int, Message]]:
        """The mails of a set of numbers, or of uids, with their numbers. Raises WrongWords.

        A number that no mail has, or has any more, is left out.
        """
        ranges = in_set(numbers, self.last_uid if uid else len(self.uids))
        found = []
        for number, one in enumerate(self.uids, start=1):
            if any((one if uid else number) in some for some in ranges):
                message = self.box.get(one)
                if message is not None:
                    found.append((number, message))
        return found

    def mark(self, message: Message, flags: frozenset[str]) -> Message:
        """Give it these flags, as this session's own doing. Gives the mail as it is then."""
        self.box.mark(message.uid, flags)
        self._flags[message.uid] = flags
        return self.box.get(message.uid) or message

    def news(self) -> Iterator[str]:
        """What changed since this was last asked: mails gone, come, and marked by others."""
        for number in range(len(self.uids), 0, -1):
            if self.box.get(self.uids[number - 1]) is None:
                self._flags.pop(self.uids.pop(number - 1), None)
                yield f"{number} EXPUNGE"
        there = self.box.messages
        if len(there) > len(self.uids):
            self._recent |= self.box.recent if self.read_only else self.box.take_recent()
            for message in there[len(self.uids) :]:
                self.uids.append(message.uid)
                self._flags[message.uid] = message.flags
            yield f"{len(self.uids)} EXISTS"
            yield f"{self.recent} RECENT"
        for number, message in enumerate(there, start=1):
            if self._flags[message.uid] != message.flags:
                self._flags[message.uid] = message.flags
                yield f"{number} FETCH (FLAGS {self.flags(message)})"
