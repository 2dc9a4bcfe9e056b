"""The arguments and results of system calls: numbers, names, lists, braces (packetdrill's
expressions)."""

from portlab.scripts.lines import Applied, Either, Fields, Name, Value
from portlab.scripts.tokens import Cursor

_DEEPEST = 20
"""Braces within braces within braces: no call needs more, and the reader has only so much stack."""

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def read_value(cursor: Cursor, depth: int = 0) -> Value:
    """One value. Raises ScriptError."""
    parts = [_single(cursor, depth)]
    while cursor.accept("|"):
        parts.append(_single(cursor, depth))
    return parts[0] if len(parts) == 1 else Either(tuple(parts))


def read_values(cursor: Cursor, end: str, depth: int = 0) -> tuple[Value, ...]:
    """Values with commas between them up to `end`, which is taken as well."""
    if cursor.accept(end):
        return ()
    values = [read_value(cursor, depth)]
    while not cursor.accept(end):
        cursor.expect(",", f"or {end!r} behind a value")
        values.append(read_value(cursor, depth))
    return tuple(values)


def _single(cursor: Cursor, depth: int) -> Value:
    if depth > _DEEPEST:
        cursor.fail(
            f"this stands {depth} brackets deep", "No system call needs that: look for a slip"
        )
    token = cursor.next
    if token.kind == "dots":
        cursor.take()
        return ...
    if token.kind in ("integer", "hex"):
        cursor.take()
        if len(token.text) > 20:
            cursor.fail(f"{token} is too long for a number", "Write a smaller one", token)
        return int(token.text, 0 if token.kind == "hex" else 10)
    if token.kind == "text":
        return _text(cursor)
    if token.kind == "word":
        cursor.take()
        if cursor.accept("("):
            value = read_value(cursor, depth + 1)
            cursor.expect(")", f"behind what {token.text} is of")
            return Applied(token.text, value)
        return Name(token.text)
    if cursor.accept("["):
        return read_values(cursor, "]", depth + 1)
    if cursor.accept("{"):
        return Fields(_fields(cursor, depth + 1))
    return cursor.expected(
        "a value", 'A value is a number, a name, "text", [a list], {braces} or ...'
    )


def _fields(cursor: Cursor, depth: int) -> tuple[tuple[str, Value], ...]:
    """`name=value` or a value alone, with commas between; `msg_iov(1)=...` counts by its name."""
    items: list[tuple[str, Value]] = []
    while not cursor.accept("}"):
        if items:
            cursor.expect(",", "or '}' behind a field")
        name = ""
        if cursor.next.kind == "word" and cursor.peek(1).text == "=":
            name = cursor.take().text
            cursor.take()
        elif cursor.next.kind == "word" and cursor.peek(1).text == "(":
            word, back = cursor.take().text, cursor.at
            cursor.take()
            read_value(cursor, depth)
            cursor.expect(")", f"behind the number of {word}")
            if cursor.accept("="):
                name = word
            else:
                cursor.at = back - 1
        items.append((name, read_value(cursor, depth)))
    return tuple(items)


def _text(cursor: Cursor) -> bytes:
    """Pieces in quotes, one behind the other."""
    pieces = []
    while cursor.next.kind == "text":
        pieces.append(_unescaped(cursor.take().text[1:-1]))
    cursor.accept("...")  # "abc"... is printed so where text was cut
    return "".join(pieces).encode()


def _unescaped(text: str) -> str:
    """
    >>> _unescaped(r"GET /\\r\\n")
    'GET /\\r\\n'
    """
    pieces = iter(text)
    return "".join(
        _ESCAPES.get(after := next(pieces, ""), after) if one == "\\" else one for one in pieces
    )
