"""What can be printed: text from outside made safe, and which characters a terminal has.

A terminal obeys control characters, and a line break in the wrong place breaks a table.
"""


def printable(text: str) -> str:
    r"""`text` on one line, with everything that is not printable written as an escape.

    >>> printable("red \x1b[31m alert\n")
    'red \\x1b[31m alert\\n'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def terminal_is_plain() -> bool:
    """Can standard output not show box drawing and arrows?"""
    import sys

    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        "─│►◄●→".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return False
