"""From the text of a script to a Script: the grammar of packetdrill, as far as it is modelled.

Any text gives a Script or a ScriptError. A script that is right but uses what portlab does not
model (ECN, TCP Fast Open, MPLS) is read up to there, and says so in `Script.beyond`.
"""

from dataclasses import replace

from portlab.errors import ScriptError
from portlab.scripts.lines import Beyond, Call, Event, Expected, Injected, Script, Skipped, Time
from portlab.scripts.packet_lines import Leaves, read_packet
from portlab.scripts.tokens import Cursor, Token, tokens
from portlab.scripts.values import read_value, read_values

_LONGEST = 10_000
"""Seconds: no script waits longer, and a slip of the finger should not make one."""


def read(text: str | bytes, name: str = "script") -> Script:
    """The script in `text`; `name` is what errors and reports call it. Raises ScriptError."""
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError:
            raise ScriptError(
                f"{name} is not text in UTF-8, so it is no script. Give a file that an editor "
                "shows as text."
            ) from None
    text = text.replace("\r\n", "\n")
    cursor = Cursor(tokens(text, name), name)
    lines = text.split("\n")
    events: list[Event] = []
    options: tuple[tuple[str, str], ...] = ()
    beyond = None
    try:
        options = _options(cursor)
        while cursor.next.kind != "end":
            events.append(_event(cursor, lines))
    except Leaves as leaves:
        beyond = leaves.beyond
    if not events and beyond is None:
        cursor.fail(
            "there is no line that does anything",
            "A script begins like 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3",
        )
    return Script(name, options, tuple(events), beyond)


def _options(cursor: Cursor) -> tuple[tuple[str, str], ...]:
    """The `--name=value` lines. A `--define` replaces a word wherever it stands."""
    options = []
    while cursor.next.kind == "option":
        token = cursor.take()
        flag, _, value = token.text[2:].partition("=")
        if flag.startswith("psp"):
            raise Leaves(Beyond(token.line, "PSP"))
        if flag == "define":
            word, _, means = value.partition("=")
            found = tokens(means, cursor.name)
            if not word or len(found) != 2:
                cursor.fail(
                    f"{token} defines no word as one value", "Write --define=NAME=VALUE", token
                )
            cursor.words[word] = found[0]
        else:
            options.append((flag, value.strip('"')))
    return tuple(options)


def _event(cursor: Cursor, lines: list[str]) -> Event:
    begin = cursor.next
    time = _time(cursor)
    token = cursor.next
    if token.kind in ("shell", "code"):
        cursor.take()
        return Skipped(
            begin.line, time, "shell line" if token.kind == "shell" else "assertion", token.text
        )
    if time is None:
        cursor.expected(
            "the time of a line", "As in 0, +.1, +0~+0.5, or * for any time behind which > stands"
        )
    event = _packet(cursor, begin, time) or _call(cursor, begin, time)
    return replace(event, text=_as_written(lines, begin.line, cursor.last_line))


def _packet(cursor: Cursor, begin: Token, time: Time) -> Injected | Expected | None:
    if cursor.accept(">"):
        return Expected(begin.line, time, read_packet(cursor, outbound=True), "")
    if time.any_time or time.end is not None:
        cursor.expected(
            "'>' behind this time", "Only what the host sends may come at any time or in a range"
        )
    if cursor.accept("<"):
        return Injected(begin.line, time, read_packet(cursor, outbound=False), "")
    return None


def _call(cursor: Cursor, begin: Token, time: Time) -> Call:
    until = _duration(cursor) if cursor.accept("...") else None
    token = cursor.next
    if token.kind != "word":
        cursor.expected("'<', '>' or a system call", "As in +0 > S. 0:0(0) ack 1 <...>")
    name = cursor.take().text
    cursor.expect("(", f"behind the name {name}")
    arguments = read_values(cursor, ")")
    cursor.expect("=", "and what the call returns")
    result = read_value(cursor)
    errno = None
    if cursor.next.kind == "word":
        errno = cursor.take().text
    if cursor.accept("("):
        _note(cursor)
    return Call(begin.line, time, name, arguments, result, errno, until, "")


def _note(cursor: Cursor) -> None:
    """`(Connection refused)`, the first bracket taken: for people."""
    while cursor.next.kind == "word":
        cursor.take()
    cursor.expect(")", "behind what the error means")


def _time(cursor: Cursor) -> Time | None:
    if cursor.accept("*"):
        return Time(any_time=True)
    relative = cursor.accept("+")
    if not relative and cursor.next.kind not in ("integer", "decimal"):
        return None
    begin = cursor.next
    start = _duration(cursor)
    if not cursor.accept("~"):
        return Time(start, relative=relative)
    if relative:
        cursor.expect("+", "before the end of the range, as before its beginning")
    end = _duration(cursor)
    if end < start:
        cursor.fail("this range ends before it begins", "Write the earlier time first", begin)
    return Time(start, end, relative)


def _duration(cursor: Cursor) -> int:
    """Seconds as written, in microseconds."""
    token = cursor.next
    if token.kind not in ("integer", "decimal"):
        cursor.expected("a time in seconds")
    whole, _, part = token.text.partition(".")
    if whole.startswith("-") or len(whole) > 5 or int(whole or 0) > _LONGEST:
        cursor.fail(
            f"{token} is no time that can be waited for",
            f"Time goes forward, and to {_LONGEST} seconds at most",
        )
    cursor.take()
    return int(whole or 0) * 1_000_000 + int(part[:6].ljust(6, "0"))


def _as_written(lines: list[str], first: int, last: int) -> str:
    """The lines of an event on one line, as a report quotes them."""
    return " ".join(" ".join(line.split("//")[0].split()) for line in lines[first - 1 : last])
