"""Names and passwords as SASL carries them: PLAIN in one message, LOGIN in two.

Both are base64 (RFC 4648), which hides nothing: it is a way to write bytes, and no cipher.
"""

from base64 import b64decode, b64encode
from binascii import Error


def decoded(text: bytes) -> str | None:
    """What base64 says; None if it is none, or no text.

    >>> decoded(b"c2VzYW1l"), decoded(b"=") is None, decoded(b"=x")
    ('sesame', True, None)
    """
    try:
        return b64decode(text, validate=True).decode("utf-8")
    except (Error, UnicodeDecodeError):
        return None


def plain(text: bytes) -> tuple[str, str] | None:
    """Name and password out of a PLAIN message (RFC 4616 section 2); None if it is none.

    It may also name whom to act for. Here that can only be the user, or nobody.

    >>> plain(b"AHN0dWRlbnQAc2VzYW1l")
    ('student', 'sesame')
    """
    pieces = (decoded(text) or "").split("\0")
    if len(pieces) != 3 or pieces[0] not in ("", pieces[1]):
        return None
    return pieces[1], pieces[2]


def plain_message(name: str, password: str) -> str:
    """A PLAIN message as a client sends it.

    >>> plain_message("student", "sesame")
    'AHN0dWRlbnQAc2VzYW1l'
    """
    return b64encode(f"\0{name}\0{password}".encode()).decode("ascii")
