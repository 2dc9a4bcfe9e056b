"""How IMAP writes things (RFC 3501 section 9): commands into words and lists, values into bytes."""

import re
from dataclasses import dataclass

Word = str | list["Word"]
"""An atom or a string, as text; or a list in parentheses. Text that is not UTF-8 survives too."""

_LITERAL = re.compile(r"\{(\d{1,10})\}$")
_DEEPEST = 20
_PLAIN = re.compile(rb"[ !#-\[\]-~]*")


class WrongWords(Exception):
    """A command that cannot be read. What is said is for the client, and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Command:
    """`tag` comes back with the reply; `name` is in capitals."""

    tag: str
    name: str
    words: list[Word]

    def texts(self, number: int) -> list[str]:
        """The words, which must be so many and no lists. Raises WrongWords."""
        texts = [word for word in self.words if isinstance(word, str)]
        if len(texts) != number or len(self.words) != number:
            raise WrongWords(f"{self.name} takes {number} arguments")
        return texts


def decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def literal_at_end(text: str) -> int | None:
    """How many bytes follow the line, if it ends with the head of a literal.

    >>> literal_at_end("a1 LOGIN {7}"), literal_at_end("a1 NOOP")
    (7, None)
    """
    match = _LITERAL.search(text)
    return int(match[1]) if match else None


def with_literal(text: str, data: bytes) -> str:
    """A line whose literal has come, with the literal as a string in its place.

    >>> with_literal("a1 LOGIN {7}", b"student")
    'a1 LOGIN "student"'
    """
    escaped = decoded(data).replace("\\", "\\\\").replace('"', '\\"')
    return f'{text[: text.rindex("{")]}"{escaped}"'


def command(text: str) -> Command:
    """A command with its tag. Raises WrongWords.

    >>> command('a1 FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (To)])').words
    ['1:*', ['FLAGS', 'BODY.PEEK[HEADER.FIELDS (To)]']]
    """
    tag, _, rest = text.partition(" ")
    name, _, arguments = rest.partition(" ")
    return Command(tag, name.upper(), words(arguments))


def words(text: str) -> list[Word]:
    """What stands between spaces and parentheses. Raises WrongWords."""
    found: list[Word] = []
    open_lists = [found]
    at = 0
    while at < len(text):
        sign = text[at]
        if sign == " ":
            at += 1
        elif sign == "(":
            inner: list[Word] = []
            open_lists[-1].append(inner)
            open_lists.append(inner)
            at += 1
            if len(open_lists) > _DEEPEST:
                raise WrongWords("too many parentheses within each other")
        elif sign == ")":
            open_lists.pop()
            at += 1
            if not open_lists:
                raise WrongWords("a parenthesis closes that none opened")
        else:
            word, at = _string(text, at) if sign == '"' else _atom(text, at)
            open_lists[-1].append(word)
            if text[at : at + 1] not in ("", " ", ")"):
                raise WrongWords("a space stands between two words")
    if len(open_lists) > 1:
        raise WrongWords("a parenthesis is left open")
    return found


_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_ATOM = re.compile(r'(?:[^ ()"\[\]]|\[[^\]]*\])++')


def _string(text: str, at: int) -> tuple[str, int]:
    match = _QUOTED.match(text, at)
    if match is None:
        raise WrongWords("a quotation mark is left open")
    return re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL), match.end()


def _atom(text: str, at: int) -> tuple[str, int]:
    match = _ATOM.match(text, at)
    if match is None:
        raise WrongWords("a word cannot begin so")
    return match[0], match.end()


def string(value: bytes | str | None) -> bytes:
    """A value as the server writes it: quoted where it can be, as a literal otherwise.

    >>> string("INBOX"), string(None), string(b"two\\r\\nlines")
    (b'"INBOX"', b'NIL', b'{10}\\r\\ntwo\\r\\nlines')
    """
    if value is None:
        return b"NIL"
    raw = encoded(value) if isinstance(value, str) else value
    return b'"%b"' % raw if _PLAIN.fullmatch(raw) else literal(raw)


def literal(raw: bytes) -> bytes:
    """Bytes of any kind, behind their number.

    >>> literal(b"abc")
    b'{3}\\r\\nabc'
    """
    return b"{%d}\r\n%b" % (len(raw), raw)


_END = r"(?:\*|[1-9][0-9]{0,9})"
_ENDS = re.compile(f"{_END}(?::{_END})?")


def in_set(text: str, largest: int) -> list[range]:
    """The numbers that `2,4:7,9:*` means, `*` being the largest there is. Raises WrongWords.

    >>> in_set("2,5:*", 6)
    [range(2, 3), range(5, 7)]
    """
    ranges = []
    for piece in text.split(","):
        if not _ENDS.fullmatch(piece):
            raise WrongWords("that is no set of numbers, such as 1,3:5,8:*")
        ends = [largest if end == "*" else int(end) for end in piece.split(":")]
        ranges.append(range(min(ends), max(ends) + 1))
    return ranges
