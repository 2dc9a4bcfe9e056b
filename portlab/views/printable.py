"""Text from outside (a capture's comments, a file's name) made safe to print.

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
