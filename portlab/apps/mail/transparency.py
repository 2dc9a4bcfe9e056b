"""How a mail of any bytes travels in a dialogue of lines: dots are doubled, and one dot ends it.

A line that begins with a dot gets one more on its way (RFC 5321 4.5.2, RFC 1939 section 3), so that
the line with a dot alone can mean the end.
"""

import re

_END = b"\r\n.\r\n"
_LONE = re.compile(rb"\r(?!\n)|(?<!\r)\n")


def in_lines(content: bytes) -> bytes:
    """The same, each line ended by CR LF, the last one too.

    >>> in_lines(b"one\\ntwo")
    b'one\\r\\ntwo\\r\\n'
    """
    content = _LONE.sub(b"\r\n", content)
    return content if content.endswith(b"\r\n") or not content else content + b"\r\n"


def stuffed(content: bytes) -> bytes:
    """A mail as it travels, the dot at its end included.

    >>> stuffed(b"one\\r\\n.two\\r\\n")
    b'one\\r\\n..two\\r\\n.\\r\\n'
    """
    return (b"\r\n" + in_lines(content)).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


def unstuffed(text: bytes) -> bytes:
    """A mail out of what travelled, from its first line to the dot.

    >>> unstuffed(b"one\\r\\n..two\\r\\n.\\r\\n")
    b'one\\r\\n.two\\r\\n'
    """
    return (b"\r\n" + text[: -len(b".\r\n")]).replace(b"\r\n.", b"\r\n")[2:]


class Unstuffing:
    """Takes a mail out of a stream, up to the dot that ends it. Keeps `most` bytes at the most.

    The end is CR LF, dot, CR LF and nothing else: were a lone LF taken too, two servers might see
    the end of a mail at two places, and the one would take for commands what the other took for
    text. For the same reason each lone CR and LF inside becomes CR LF.

    >>> mail = Unstuffing(most=100)
    >>> mail.feed(b"one\\r\\n..two\\r\\n."), mail.feed(b"\\r\\nQUIT\\r\\n"), mail.content
    (None, b'QUIT\\r\\n', b'one\\r\\n.two\\r\\n')
    """

    def __init__(self, most: int) -> None:
        self.too_long = False
        self.content = b""
        self._most = most
        self._come = bytearray(b"\r\n")  # so that a dot in the very first line counts too
        self._looked = 0

    def feed(self, data: bytes) -> bytes | None:
        """More of the stream. Once the end is in it, what follows the end; None before."""
        come = self._come
        come += data
        end = come.find(_END, self._looked)
        if end < 0:
            if len(come) > self._most + len(_END):
                self.too_long = True
                del come[: -len(_END)]
            self._looked = max(0, len(come) - len(_END))
            return None
        rest = bytes(come[end + len(_END) :])
        text = bytes(come[: end + 2])
        self.too_long |= len(text) - 2 > self._most
        self.content = in_lines(text.replace(b"\r\n.", b"\r\n")[2:])
        come.clear()
        return rest
