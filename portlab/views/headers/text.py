"""The headers as text, for terminals, screen readers and comparison: same layout, same text.

Each header is a picture as in the RFCs, its bytes beside it, and a list of what its fields say.
Lines are at most 100 columns long.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from textwrap import wrap

from portlab.packets import flag_names
from portlab.views.headers import box
from portlab.views.headers.shapes import Field, Headers, Part

WIDTH = 100
BYTES_SHOWN = 256
"""Of a payload; longer ones end with a line that counts the rest."""

_PER_LINE = 16
_OPTION_HEADS = {
    "TCP": ("Kind", "Length", "Header Padding"),
    "IPv4": ("Copied", "Option Class", "Option Number", "Option Length", "Padding"),
    "IPv6": ("Action", "Change", "Option Type", "Opt Data Len"),
    "neighbour discovery": ("Type", "Length"),
}
"""What the line of an option need not repeat: its name says it."""
_HEADS = frozenset(name for names in _OPTION_HEADS.values() for name in names)

_ORDER = flag_names(0xFF).split(",")

Line = tuple[str, str, str]


def render(headers: Headers, *, meanings: bool = False, ascii: bool = False) -> str:
    """The text; `meanings` explains every field and names its source.

    `ascii` keeps to characters that every terminal has.
    """
    blocks = ["\n".join([*wrap(headers.title, WIDTH), *wrap(headers.sizes, WIDTH)])]
    first = True
    for part in headers.parts:
        lines = [_heading(part)]
        if part.is_header:
            lines += [*(box.ruler() if first else ()), *box.draw(part, headers.raw, ascii=ascii)]
            lines += _explained(headers, part) if meanings else _listed(headers, part)
            first = False
        else:
            lines += [*wrap(part.fields[0].meaning, WIDTH), *_dump(headers.raw, part)]
        blocks.append("\n".join(lines))
    if headers.stops:
        blocks.append("\n".join(line for stop in headers.stops for line in wrap(stop, WIDTH)))
    text = "\n\n".join(blocks)
    return text.encode("ascii", "backslashreplace").decode() if ascii else text


def _heading(part: Part) -> str:
    sources = dict.fromkeys(field.source for field in part.fields[:1] if field.source)
    return " ".join([part.title, *(f"({source})" for source in sources)])


def _place(start: int, end: int) -> str:
    """Bytes as `20-21`, single bits of them as `33:0-3`, as columns have no room for words."""
    first, last = start // 8, (end - 1) // 8
    if start % 8 == 0 and end % 8 == 0:
        return f"{first}" if first == last else f"{first}-{last}"
    if first != last:
        return f"{first}:{start % 8}-{last}:{(end - 1) % 8}"
    return f"{first}:{start % 8}" + (f"-{(end - 1) % 8}" if end - start > 1 else "")


def _listed(headers: Headers, part: Part) -> Iterable[str]:
    """One line for each field, but one for a whole row of flags and for a whole option."""
    lines: list[Line] = []
    for group, members in groupby(part.fields, lambda field: field.group):
        fields = list(members)
        flags = all(field.width == 1 for field in fields)
        if group and (flags or group.endswith(" option")):
            places = _place(fields[0].start, fields[-1].end)
            lines += [(group, places, _flags(fields) if flags else _option(fields))]
        else:
            lines += [(f.name, _place(f.start, f.end), f.value) for f in fields]
    return _columns(lines)


def _flags(fields: Sequence[Field]) -> str:
    names = [field.name for field in fields if field.brief != "0"]
    # TCP's in the order that the ladder has: those that move a connection first.
    names.sort(key=lambda name: _ORDER.index(name) if name in _ORDER else 0)
    return ",".join(names) or "none set"


def _option(fields: Sequence[Field]) -> str:
    said = [field for field in fields if field.name not in _HEADS or field.wrong]
    if not said:
        return fields[0].meaning
    if len(said) == 1 and not said[0].wrong:
        return said[0].value
    return "; ".join(f"{field.name} {field.value}" for field in said)


def _columns(lines: Sequence[Line]) -> Iterable[str]:
    name = max(len(line[0]) for line in lines)
    place = max(len(line[1]) for line in lines)
    for line in lines:
        before = f"  {line[0]:<{name}}  {line[1]:<{place}}  "
        room = WIDTH - len(before)
        for number, text in enumerate(wrap(line[2], room) or [""]):
            yield ((before if number == 0 else " " * len(before)) + text).rstrip()


def _explained(headers: Headers, part: Part) -> Iterable[str]:
    for group, members in groupby(part.fields, lambda field: field.group):
        if group:
            yield f"  {group}:"
        for field in members:
            head = f"{field.name}: {field.value}"
            place = f"{_place(field.start, field.end)}, {headers.raw_text(field)}"
            yield from wrap(f"{head} ({place})", WIDTH, initial_indent="  ",
                            subsequent_indent="    ")  # fmt: skip
            source = f" ({field.source})" if field.source else ""
            yield from wrap(field.meaning + source, WIDTH, initial_indent="    ",
                            subsequent_indent="    ")  # fmt: skip


def _dump(raw: bytes, part: Part) -> Iterable[str]:
    end = min(part.end, part.start + BYTES_SHOWN)
    for at in range(part.start, end, _PER_LINE):
        line = raw[at : min(at + _PER_LINE, end)]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in line)
        yield f"{at:>5} {line.hex(' '):<{_PER_LINE * 3}}  {shown}".rstrip()
    if part.end > end:
        yield f"      ... and {part.end - end:,} more bytes."
