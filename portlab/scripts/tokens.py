"""A script's text as tokens, each with its line and column.

The kinds are those of packetdrill's published lexer; of the possible readings the longest wins,
so that `0...0.1` is a number, three dots and a number.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

from portlab.errors import ScriptError

_HELP = "docs/scripts.md shows how lines are written"
_UNFINISHED = {
    "/*": ("a comment", "*/"),
    '"': ("text in quotes", '"'),
    "`": ("a shell line", "`"),
    "%{": ("an assertion", "}%"),
}

# In this order: a kind that may begin like another, but is longer, stands first.
_TOKENS = re.compile(
    r"""
    (?P<space>\s+ | //[^\n]* | /\*.*?\*/)
    | (?P<code>%\{.*?\}%)
    | (?P<text>"(?:\\.|[^"\\])*")
    | (?P<shell>`(?:\\.|[^`\\])*`)
    | (?P<option>--\w+(?:=(?:\w+=)?(?:"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|[^\s"`]*))?)
    | (?P<dots>\.\.\.)
    | (?P<ipv4>\d+\.\d+\.\d+\.\d+)
    | (?P<ipv6>[0-9a-fA-F:]*::[0-9a-fA-F:.]* | (?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4})
    | (?P<hex>0x[0-9a-fA-F]+\b)
    | (?P<decimal>-?\d*\.\d+)
    | (?P<word>\d*[A-Za-z_]\w*)
    | (?P<integer>-?\d+)
    | (?P<unfinished>/\*|%\{|["`])
    | (?P<mark>\S)
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is text, shell, code, option, dots, ipv4, ipv6, hex, decimal, word, integer, mark or
    end; `line` and `column` count from 1."""

    kind: str
    text: str
    line: int
    column: int

    def __str__(self) -> str:
        if self.kind == "end":
            return "the end of the script"
        return repr(self.text) if len(self.text) <= 30 else repr(self.text[:27] + "...")


def tokens(text: str, name: str) -> list[Token]:
    """All of `text`, with an `end` behind the last. Raises ScriptError for what is not closed."""
    found: list[Token] = []
    line, begins, at = 1, 0, 0
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None:  # no character is left out above
            raise AssertionError(f"no token at {at}")
        kind, value = str(match.lastgroup), match.group()
        if kind == "unfinished":
            what, end = _UNFINISHED[value]
            fail(
                name,
                Token("mark", value, line, at - begins + 1),
                f"here begins {what} that never ends",
                f"Close it with {end}",
            )
        if kind != "space":
            found.append(Token(kind, value, line, at - begins + 1))
        if lines := value.count("\n"):
            line += lines
            begins = at + value.rindex("\n") + 1
        at = match.end()
    found.append(Token("end", "", line, at - begins + 1))
    return found


def fail(name: str, at: Token, what: str, remedy: str) -> NoReturn:
    """Raise the ScriptError that points at one token."""
    raise ScriptError(
        f"{name}, line {at.line}, column {at.column}: {what}. {remedy}.", at.line, at.column
    )


class Cursor:
    """The tokens of one script, read from left to right. `words` are what `--define` replaces."""

    def __init__(self, found: list[Token], name: str) -> None:
        self.name = name
        self.words: dict[str, Token] = {}
        self.at = 0
        self._found = found

    @property
    def next(self) -> Token:
        return self.peek(0)

    def peek(self, further: int) -> Token:
        token = self._found[min(self.at + further, len(self._found) - 1)]
        defined = self.words.get(token.text) if token.kind == "word" else None
        if defined is None:
            return token
        return Token(defined.kind, defined.text, token.line, token.column)

    @property
    def last_line(self) -> int:
        """Where the token before this one ends."""
        token = self._found[max(self.at - 1, 0)]
        return token.line + token.text.count("\n")

    def take(self) -> Token:
        token = self.next
        self.at += 1
        return token

    def has(self, *texts: str) -> bool:
        """Do these tokens come next?"""
        return all(self._is(self.peek(n), text) for n, text in enumerate(texts))

    def accept(self, text: str) -> bool:
        if self.has(text):
            self.at += 1
            return True
        return False

    def expect(self, text: str, where: str) -> None:
        if not self.accept(text):
            self.expected(f"{text!r} {where}")

    def integer(self, what: str, bits: int) -> int:
        """A whole number that fits into so many bits."""
        token = self.next
        if token.kind != "integer":
            self.expected(f"{what}, a whole number")
        number = int(token.text) if len(token.text) <= 20 else -1
        if not 0 <= number < 1 << bits:
            self.fail(
                f"{what} is {token}, which its {bits} bits cannot hold",
                f"Write a number from 0 to {(1 << bits) - 1}",
            )
        self.at += 1
        return number

    def expected(self, what: str, remedy: str = _HELP) -> NoReturn:
        """Raise a ScriptError about the next token, or about the end of a line without one."""
        before = self._found[max(self.at - 1, 0)]
        if self.at and self.next.line > self.last_line and "\n" not in before.text:
            behind = Token("end", "", before.line, before.column + len(before.text))
            self.fail(f"expected {what}, found the end of the line", remedy, behind)
        self.fail(f"expected {what}, found {self.next}", remedy)

    def fail(self, what: str, remedy: str = _HELP, at: Token | None = None) -> NoReturn:
        fail(self.name, at or self.next, what, remedy)

    @staticmethod
    def _is(token: Token, text: str) -> bool:
        return token.text == text and token.kind in ("word", "mark", "dots")
