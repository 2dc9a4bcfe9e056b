"""What travels in a Telnet stream beside the text: commands, behind a byte of 255 (RFC 854).

Each side may offer to do something (WILL) or ask the other to (DO), and each may refuse (DONT,
WONT). Nobody answers to what is so already, or two sides would agree for ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass

IAC, DONT, DO, WONT, WILL, SB = 255, 254, 253, 252, 251, 250
EL, EC, AYT, IP = 248, 247, 246, 244
SE = 240
ECHO, SUPPRESS_GO_AHEAD = 1, 3
"""Options (RFC 857, RFC 858)."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `option` for WILL, WONT, DO and DONT."""

    verb: int
    option: int | None = None

    def encode(self) -> bytes:
        """
        >>> Command(WILL, ECHO).encode()
        b'\\xff\\xfb\\x01'
        """
        return bytes([IAC, self.verb] if self.option is None else [IAC, self.verb, self.option])


class Decoder:
    """Takes a stream apart, wherever it is cut. What is said inside SB and SE is left out.

    >>> decoder = Decoder()
    >>> [*decoder.feed(b"l\\xff"), *decoder.feed(b"\\xfd\\x01s\\xff\\xff")]
    [b'l', Command(verb=253, option=1), b's\\xff']
    """

    def __init__(self) -> None:
        self._begun = b""  # of a command, at most two bytes
        self._inside = False

    def feed(self, data: bytes) -> Iterator[bytes | Command]:
        data = self._begun + data
        self._begun = b""
        text = bytearray()
        at, end = 0, len(data)
        while at < end:
            mark = data.find(IAC, at)
            if not self._inside:
                text += data[at : mark if mark >= 0 else end]
            if mark < 0:
                break
            verb = data[mark + 1] if mark + 1 < end else None
            at = mark + (3 if verb is not None and WILL <= verb <= DONT else 2)
            if at > end:
                self._begun = data[mark:]
            elif verb in (SB, SE):
                self._inside = verb == SB
            elif verb is None or self._inside:
                pass
            elif verb == IAC:
                text.append(IAC)
            else:
                if text:
                    yield bytes(text)
                    text.clear()
                yield Command(verb, data[at - 1] if at - mark == 3 else None)
        if text:
            yield bytes(text)


class Options:
    """What the two sides have agreed on: this side may do `offered`, the other `wanted`."""

    def __init__(self, offered: frozenset[int], wanted: frozenset[int]) -> None:
        self.ours: set[int] = set()
        """What the other side has asked this one to do, and it does."""
        self._theirs: set[int] = set()
        self._offered = offered
        self._unanswered = set(offered)
        self._wanted = wanted

    def offers(self) -> list[Command]:
        """What to say first."""
        return [Command(WILL, option) for option in sorted(self._offered)]

    def answer(self, command: Command) -> Command | None:
        """What to say to a request or an answer; None if nothing is to be said."""
        option = command.option
        if option is None:
            return None
        if command.verb == DO:
            if option not in self._offered:
                return Command(WONT, option)
            so_already = option in self.ours or option in self._unanswered
            self.ours.add(option)
            self._unanswered.discard(option)
            return None if so_already else Command(WILL, option)
        if command.verb == DONT:
            self._unanswered.discard(option)
            if option in self.ours:
                self.ours.discard(option)
                return Command(WONT, option)
            return None
        if command.verb == WILL:
            if option not in self._wanted:
                return Command(DONT, option)
            if option not in self._theirs:
                self._theirs.add(option)
                return Command(DO, option)
            return None
        if option in self._theirs:
            self._theirs.discard(option)
            return Command(DONT, option)
        return None


class NewLines:
    """Ends of lines as they are typed (CR LF, CR NUL, CR or LF; RFC 854) made into LF alone.

    >>> ends = NewLines()
    >>> ends.plain(b"one\\r\\0two\\r"), ends.plain(b"\\nthree\\n")
    (b'one\\ntwo\\n', b'three\\n')
    """

    def __init__(self) -> None:
        self._after_return = False

    def plain(self, data: bytes) -> bytes:
        if self._after_return and data[:1] in (b"\n", b"\0"):
            data = data[1:]
            self._after_return = False
        if data:
            self._after_return = data.endswith(b"\r")
        data = data.replace(b"\r\n", b"\n").replace(b"\r\0", b"\n")
        return data.replace(b"\r", b"\n")
