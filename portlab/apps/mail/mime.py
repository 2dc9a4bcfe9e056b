"""A mail taken apart, byte for byte: heads, bodies, and the parts of a MIME message (RFC 2046).

The standard library reads the fields of a head; where a part begins and ends is found here, since
IMAP counts and gives the very bytes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message as Fields

_DEEPEST = 20
_FIELD = re.compile(rb"[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")


@dataclass(frozen=True)
class Part:
    """`head` ends with the empty line after it, as RFC 3501 6.4.5 has it; `body` is all else."""

    head: bytes
    body: bytes
    depth: int = 0

    @cached_property
    def fields(self) -> "Fields[str, str]":
        from email.parser import BytesHeaderParser

        return BytesHeaderParser().parsebytes(self.head)

    @property
    def main(self) -> str:
        """The first half of its type, such as `text`."""
        return self.fields.get_content_maintype()

    @property
    def sub(self) -> str:
        """The second half of its type, such as `plain`."""
        return self.fields.get_content_subtype()

    @cached_property
    def parts(self) -> "tuple[Part, ...]":
        """Those of a multipart; empty for any other."""
        boundary = self.fields.get_boundary()
        if self.main != "multipart" or not boundary or self.depth >= _DEEPEST:
            return ()
        return tuple(
            part(piece, self.depth + 1)
            for piece in _between(self.body, boundary.encode("utf-8", "surrogateescape"))
        )

    @cached_property
    def inner(self) -> "Part | None":
        """The mail in a part that is a mail itself (message/rfc822)."""
        if (self.main, self.sub) != ("message", "rfc822") or self.depth >= _DEEPEST:
            return None
        return part(self.body, self.depth + 1)

    def field(self, name: str) -> str | None:
        """A field's value on one line, as it is written; None if there is none."""
        value = self.fields.get(name)
        return None if value is None else re.sub(r"\r?\n[ \t]*", " ", str(value)).strip()

    def numbered(self, number: int) -> "Part | None":
        """The part of this number. What has no parts has one, itself (RFC 3501 6.4.5)."""
        parts = (self.inner.parts if self.inner else self.parts) or (self.inner or self,)
        return parts[number - 1] if 1 <= number <= len(parts) else None


def part(content: bytes, depth: int = 0) -> Part:
    """A mail, or a part of one, into head and body.

    >>> part(b"To: you\\r\\n\\r\\nHello\\r\\n").body
    b'Hello\\r\\n'
    """
    if content.startswith(b"\r\n"):
        return Part(b"\r\n", content[2:], depth)
    end = content.find(b"\r\n\r\n")
    cut = len(content) if end < 0 else end + 4
    return Part(content[:cut], content[cut:], depth)


def chosen_fields(head: bytes, names: set[str], *, others: bool = False) -> bytes:
    """The fields of these names (in capitals), or all the others, and the empty line.

    >>> chosen_fields(b"To: you\\r\\nDate: today\\r\\n\\r\\n", {"TO"})
    b'To: you\\r\\n\\r\\n'
    """
    kept = [
        field
        for field in _FIELD.findall(head)
        if field != b"\r\n"
        and (field.partition(b":")[0].strip().upper().decode("utf-8", "replace") in names) != others
    ]
    return b"".join(kept) + b"\r\n"


def _between(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """What stands between the lines of a boundary; the end of line before each belongs to it."""
    line = re.compile(rb"(?:^|\r\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r\n|$)")
    begin: int | None = None
    for match in line.finditer(body):
        if begin is not None:
            yield body[begin : match.start()]
        if match[1]:
            return
        begin = match.end() + 2
    if begin is not None:
        yield body[begin:]
