"""What SEARCH can be asked (RFC 3501 6.4.4): words into a test that a mail passes or not."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from operator import eq, ge, lt

from portlab.apps.mail.envelope import moment
from portlab.apps.mail.imap_words import Word, WrongWords, decoded, in_set
from portlab.apps.mail.mime import Part, part
from portlab.apps.mail.post import Message

_DEEPEST = 50
_FLAGS = ("ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN")
_FIELDS = ("BCC", "CC", "FROM", "SUBJECT", "TO")
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DATE = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{4})")


@dataclass(frozen=True)
class Candidate:
    """A mail as SEARCH looks at it; `last` and `last_uid` are what `*` means."""

    number: int
    message: Message
    recent: bool
    last: int
    last_uid: int

    @property
    def mail(self) -> Part:
        return part(self.message.content)

    def has(self, flag: str) -> bool:
        return flag.upper() in {one.upper() for one in self.message.flags}


Test = Callable[[Candidate], bool]


def search(words: list[Word]) -> Test:
    """The test for all of these words together. Raises WrongWords."""
    if words[:1] and isinstance(words[0], str) and words[0].upper() == "CHARSET":
        charset = words[1] if len(words) > 1 else ""
        if not isinstance(charset, str) or charset.upper() not in ("UTF-8", "US-ASCII"):
            raise WrongWords("[BADCHARSET (UTF-8 US-ASCII)] that charset is not known")
        words = words[2:]
    if not words:
        raise WrongWords("SEARCH for what?")
    return _all(words, 0)


def _all(words: list[Word], depth: int) -> Test:
    left = list(words)
    tests = []
    while left:
        tests.append(_key(left, depth))
    return lambda mail: all(test(mail) for test in tests)


def _key(left: list[Word], depth: int) -> Test:
    """The test for the next key, whose words are taken away."""
    if depth > _DEEPEST:
        raise WrongWords("too many keys within each other")
    word = left.pop(0)
    if isinstance(word, list):
        return _all(word, depth + 1)
    key = word.upper()
    if key == "NOT":
        not_so = _key(_some(left), depth + 1)
        return lambda mail: not not_so(mail)
    if key == "OR":
        one, other = _key(_some(left), depth + 1), _key(_some(left), depth + 1)
        return lambda mail: one(mail) or other(mail)
    test = _of_flags(key, left) or _of_text(key, left) or _of_numbers(key, left)
    if test is None:
        raise WrongWords("there is no such key to search for")
    return test


def _of_flags(key: str, left: list[Word]) -> Test | None:
    if key in ("KEYWORD", "UNKEYWORD"):
        flag, wanted = _text(left), key == "KEYWORD"
        return lambda mail: mail.has(flag) is wanted
    if key.removeprefix("UN") in _FLAGS:
        flag, wanted = f"\\{key.removeprefix('UN')}", not key.startswith("UN")
        return lambda mail: mail.has(flag) is wanted
    plain: dict[str, Test] = {
        "ALL": lambda mail: True,
        "RECENT": lambda mail: mail.recent,
        "OLD": lambda mail: not mail.recent,
        "NEW": lambda mail: mail.recent and not mail.has("\\Seen"),
    }
    return plain.get(key)


def _of_text(key: str, left: list[Word]) -> Test | None:
    if key in _FIELDS or key == "HEADER":
        name = _text(left) if key == "HEADER" else key
        text = _text(left).casefold()
        return lambda mail: any(text in value for value in _values(mail.mail, name))
    if key in ("BODY", "TEXT"):
        text = _text(left).casefold()
        return lambda mail: (
            text in _readable(mail.mail.body if key == "BODY" else mail.message.content)
        )
    return None


def _of_numbers(key: str, left: list[Word]) -> Test | None:
    if key in ("LARGER", "SMALLER"):
        size = _text(left)
        if not re.fullmatch(r"\d{1,10}", size):
            raise WrongWords(f"{key} takes a number of bytes")
        bytes_ = int(size)
        if key == "LARGER":
            return lambda mail: mail.message.size > bytes_
        return lambda mail: mail.message.size < bytes_
    when = _sent if key.startswith("SENT") else _arrived
    compare = {"BEFORE": lt, "ON": eq, "SINCE": ge}.get(key.removeprefix("SENT"))
    if compare is not None:
        day = _day(_text(left))
        return lambda mail: (on := when(mail)) is not None and compare(on, day)
    if key == "UID":
        uids = _text(left)
        in_set(uids, 1)
        return lambda mail: _within(mail.message.uid, uids, mail.last_uid)
    if key[0].isdigit() or key[0] == "*":
        in_set(key, 1)
        return lambda mail: _within(mail.number, key, mail.last)
    return None


def _within(number: int, numbers: str, largest: int) -> bool:
    return any(number in some for some in in_set(numbers, largest))


def _arrived(mail: Candidate) -> date:
    return moment(mail.message.arrived).date()


def _sent(mail: Candidate) -> date | None:
    """The day in the field Date:, as its writer had it; None if there is none that can be read."""
    from email.utils import parsedate

    try:
        written = parsedate(str(mail.mail.fields.get("Date", "")))
        return date(*written[:3]) if written else None
    except (OverflowError, ValueError):
        return None


def _values(mail: Part, name: str) -> list[str]:
    """What stands in the fields of this name, in characters and small letters."""
    from email.header import decode_header, make_header

    found = []
    for value in mail.fields.get_all(name, []):
        try:
            found.append(str(make_header(decode_header(str(value)))).casefold())
        except (LookupError, ValueError):  # an encoding that nobody knows
            found.append(str(value).casefold())
    return found


def _readable(raw: bytes) -> str:
    return decoded(raw).casefold()


def _some(left: list[Word]) -> list[Word]:
    if not left:
        raise WrongWords("SEARCH ends where a key is expected")
    return left


def _text(left: list[Word]) -> str:
    word = _some(left).pop(0)
    if not isinstance(word, str):
        raise WrongWords("SEARCH has a list where a text is expected")
    return word


def _day(text: str) -> date:
    match = _DATE.fullmatch(text)
    try:
        assert match is not None
        return date(int(match[3]), _MONTHS.index(match[2].upper()) + 1, int(match[1]))
    except (AssertionError, ValueError):
        raise WrongWords("a date is written as in 1-Jan-2026") from None
