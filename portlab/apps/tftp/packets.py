"""The six kinds of packets of TFTP, to bytes and back (RFC 1350 section 5, RFC 2347)."""

from dataclasses import dataclass, field

READ, WRITE, DATA, ACK, ERROR, OACK = range(1, 7)
NOT_DEFINED, NOT_FOUND, NO_ACCESS, FULL, ILLEGAL, UNKNOWN_PORT, EXISTS, NO_USER, REFUSED = range(9)
"""Numbers of errors (RFC 1350 appendix); the last is a refused option (RFC 2347)."""

MODES = ("netascii", "octet")


@dataclass(frozen=True, slots=True)
class Request:
    """`kind` is READ or WRITE; names of options are in small letters."""

    kind: int
    path: str
    mode: str = "octet"
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the file, by number from 1; fewer bytes than agreed make it the last."""

    number: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    number: int


@dataclass(frozen=True, slots=True)
class Problem:
    code: int
    text: str = ""


Message = Request | Block | Acknowledgment | Problem


def decoded(raw: bytes) -> Message | None:
    """What came; None for what no client sends.

    >>> decoded(b"\\0\\1boot/config.txt\\0octet\\0blksize\\x001024\\0")
    Request(kind=1, path='boot/config.txt', mode='octet', options={'blksize': '1024'})
    >>> decoded(b"\\0\\4\\0\\1"), decoded(b"\\0\\1no end")
    (Acknowledgment(number=1), None)
    """
    kind, rest = int.from_bytes(raw[:2], "big"), raw[2:]
    if kind in (READ, WRITE):
        return _request(kind, rest)
    number, data = int.from_bytes(rest[:2], "big"), rest[2:]
    if len(rest) < 2:
        return None
    if kind == DATA:
        return Block(number, data)
    if kind == ACK:
        return Acknowledgment(number)
    if kind == ERROR:
        return Problem(number, data.partition(b"\0")[0].decode("ascii", "replace"))
    return None


def block(number: int, data: bytes) -> bytes:
    """
    >>> block(1, b"ab")
    b'\\x00\\x03\\x00\\x01ab'
    """
    return _numbers(DATA, number % 65_536) + data


def acknowledgment(number: int) -> bytes:
    return _numbers(ACK, number % 65_536)


def problem(code: int, text: str) -> bytes:
    """
    >>> problem(NOT_FOUND, "File not found")
    b'\\x00\\x05\\x00\\x01File not found\\x00'
    """
    return _numbers(ERROR, code) + text.encode("ascii") + b"\0"


def agreed(options: dict[str, str]) -> bytes:
    """An OACK: the options that are taken, with the values that will be used.

    >>> agreed({"blksize": "1024"})
    b'\\x00\\x06blksize\\x001024\\x00'
    """
    return _numbers(OACK) + _strings(*(one for pair in options.items() for one in pair))


def request(asked: Request) -> bytes:
    """As a client sends it."""
    pairs = (one for pair in asked.options.items() for one in pair)
    return _numbers(asked.kind) + _strings(asked.path, asked.mode, *pairs)


def _request(kind: int, rest: bytes) -> Request | None:
    *strings, after = rest.split(b"\0")
    if after or len(strings) < 2 or len(strings) % 2:
        return None
    path, mode, *options = (one.decode("utf-8", "replace") for one in strings)
    pairs = zip(options[::2], options[1::2], strict=True)
    return Request(kind, path, mode.lower(), {name.lower(): value for name, value in pairs})


def _numbers(*values: int) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)


def _strings(*texts: str) -> bytes:
    return b"".join(text.encode() + b"\0" for text in texts)
