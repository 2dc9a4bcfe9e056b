"""What FETCH can be asked for (RFC 3501 6.4.5): read from the command, then shown of each mail."""

import re
from dataclasses import dataclass

from portlab.apps.mail.envelope import internal_date
from portlab.apps.mail.imap_structure import envelope, structure
from portlab.apps.mail.imap_words import Word, WrongWords, literal, string, words
from portlab.apps.mail.mime import Part, chosen_fields, part
from portlab.apps.mail.post import Message

_FAST = ("FLAGS", "INTERNALDATE", "RFC822.SIZE")
_MACROS = {
    "FAST": _FAST,
    "ALL": (*_FAST, "ENVELOPE"),
    "FULL": (*_FAST, "ENVELOPE", "BODY"),
}
_SIMPLE = ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY", "BODYSTRUCTURE", "UID")
_OLD = {"RFC822": "BODY[]", "RFC822.HEADER": "BODY.PEEK[HEADER]", "RFC822.TEXT": "BODY[TEXT]"}
"""Older names, and what they are the same as."""

_SECTION = re.compile(
    r"BODY(?P<peek>\.PEEK)?\[(?P<numbers>\d{1,5}(?:\.\d{1,5})*)?\.?"
    r"(?P<what>HEADER\.FIELDS(?:\.NOT)? \([ -(*-~]*\)|HEADER|TEXT|MIME|)\]"
    r"(?:<(?P<first>\d{1,10})\.(?P<length>\d{1,10})>)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing asked for. `label` is how the answer names it, `marks` whether that is reading."""

    label: str
    marks: bool = False
    numbers: tuple[int, ...] = ()
    what: str = ""
    cut: tuple[int, int] | None = None
    """First byte and number of bytes, where only a piece is wanted."""


def items(word: Word) -> list[Item]:
    """What a FETCH asks for. Raises WrongWords.

    >>> [item.label for item in items(["uid", "BODY.PEEK[TEXT]<0.100>"])]
    ['UID', 'BODY[TEXT]<0>']
    """
    if isinstance(word, str):
        asked: list[Word] = [*_MACROS.get(word.upper(), [word])]
    else:
        asked = word
    if not asked:
        raise WrongWords("FETCH what?")
    return [_item(one) for one in asked]


def _item(word: Word) -> Item:
    if not isinstance(word, str):
        raise WrongWords("a list within what is to be fetched")
    name = word.upper()
    if name in _SIMPLE:
        return Item(name)
    match = _SECTION.fullmatch(_OLD.get(name, word))
    if match is None:
        raise WrongWords("there is no such thing to fetch")
    numbers = tuple(map(int, match["numbers"].split("."))) if match["numbers"] else ()
    what = match["what"].upper()
    if what == "MIME" and not numbers:
        raise WrongWords("MIME belongs to a part: BODY[1.MIME]")
    cut = (int(match["first"]), int(match["length"])) if match["first"] else None
    label = name
    if name not in _OLD:
        section = word[word.index("[") : word.index("]") + 1].upper()
        label = f"BODY{section}" + (f"<{cut[0]}>" if cut else "")
    return Item(label, not match["peek"], numbers, what, cut)


def shown(message: Message, asked: list[Item], flags: str) -> bytes:
    """The inside of a FETCH response's parentheses; `flags` are as this session sees them."""
    mail = part(message.content)
    values = [item.label.encode() + b" " + _value(item, message, mail, flags) for item in asked]
    return b" ".join(values)


def _value(item: Item, message: Message, mail: Part, flags: str) -> bytes:
    match item.label:
        case "UID":
            return b"%d" % message.uid
        case "FLAGS":
            return flags.encode()
        case "INTERNALDATE":
            return string(internal_date(message.arrived))
        case "RFC822.SIZE":
            return b"%d" % message.size
        case "ENVELOPE":
            return envelope(mail)
        case "BODY" | "BODYSTRUCTURE":
            return structure(mail, extended=item.label == "BODYSTRUCTURE")
    found = _section(item, mail)
    if found is None:
        return b"NIL"
    if item.cut is not None:
        first, length = item.cut
        found = found[first : first + length]
    return literal(found)


def _section(item: Item, mail: Part) -> bytes | None:
    """The bytes that stand for a section; None where the mail has no such part."""
    chosen: Part | None = mail
    for number in item.numbers:
        chosen = chosen.numbered(number) if chosen is not None else None
    if chosen is None:
        return None
    if item.numbers and item.what and item.what != "MIME":
        chosen = chosen.inner  # HEADER and TEXT of a part are those of the mail in it
        if chosen is None:
            return None
    match item.what:
        case "":
            return chosen.body if item.numbers else chosen.head + chosen.body
        case "HEADER" | "MIME":
            return chosen.head
        case "TEXT":
            return chosen.body
    return _fields(item.what, chosen)


def _fields(what: str, mail: Part) -> bytes:
    kind, _, names = what.partition(" ")
    wanted = {name for name in words(names[1:-1]) if isinstance(name, str)}
    return chosen_fields(mail.head, wanted, others=kind.endswith(".NOT"))
