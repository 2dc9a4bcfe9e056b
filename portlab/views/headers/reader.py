"""Takes fields from bytes, one after the other, and keeps account of every bit.

The headers are tables of `Spec`; a `Reader` walks along one and makes the Fields. Where the bytes
end within a table it says so by `Ended`, and whatever is there has become a field all the same.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from portlab.views.headers.shapes import Field, Headers, Kind, Numbers, Part
from portlab.wording import count


@dataclass(frozen=True, slots=True)
class Spec:
    """A field of a header. `show` and `brief` turn its number into words; None writes decimals."""

    name: str
    width: int
    meaning: str
    source: str
    show: Callable[[int], str] | None = None
    short: str = ""
    group: str = ""
    brief: Callable[[int], str] | None = None


class Ended(Exception):
    """The bytes are at an end, or no rule says how to go on; the message says where and why."""


class Reader:
    """`at` and `end` are bits: the place of the next field, and where the current packet ends."""

    def __init__(self, raw: bytes, numbers: Numbers) -> None:
        self.raw = raw
        self.numbers = numbers
        self.at = 0
        self.end = len(raw) * 8
        self.is_cut = False
        """Does what is read go on behind the end, where no bytes are?"""
        self.depth = 0
        self.stops: list[str] = []
        self._parts: list[Part] = []
        self._fields: list[Field] = []
        self._open: tuple[str, Kind, int] | None = None

    # ---- parts ----------------------------------------------------------------------------------

    def begin(self, name: str, kind: Kind) -> None:
        """What follows belongs to a new part."""
        self._close()
        if self.depth:
            name = f"Quoted {name if kind != 'payload' else name[0].lower() + name[1:]}"
        self._open = (name, kind, self.depth)

    def _close(self) -> None:
        if self._open is not None and self._fields:
            name, kind, depth = self._open
            self._parts.append(Part(name, kind, tuple(self._fields), depth))
        self._open, self._fields = None, []

    def headers(self, title: str) -> Headers:
        """All that was read. Raises AssertionError where a bit was left out."""
        self._close()
        assert self.at == len(self.raw) * 8
        return Headers(title, self.raw, tuple(self._parts), tuple(self.stops))

    # ---- fields ---------------------------------------------------------------------------------

    @property
    def left(self) -> int:
        """Whole bytes up to the end of the packet."""
        return (self.end - self.at) // 8

    @contextmanager
    def within(self, size: int) -> Iterator[None]:
        """Read as if the packet ended so many bytes from here, if it does not end before."""
        before, was_cut, end = self.end, self.is_cut, self.at + size * 8
        self.end, self.is_cut = min(end, before), was_cut or end > before
        try:
            yield
        finally:
            self.end, self.is_cut = before, was_cut

    def peek(self, at: int) -> int:
        """The byte so many bytes from here."""
        return self.raw[self.at // 8 + at]

    def take(self, specs: Sequence[Spec]) -> dict[str, int]:
        """Read the fields of a table; their numbers by name. Raises Ended."""
        return {spec.name: self.field(spec) for spec in specs}

    def field(self, spec: Spec) -> int:
        """Read one field; its number. Raises Ended where not all of it is here."""
        width = min(spec.width, self.end - self.at)
        if width < spec.width:
            if width:
                there = f"cut off: {width} of {spec.width} bits are here"
                self._add(spec, width, there, "cut off", cut=True)
            raise Ended(f"The bytes end {'within' if width else 'before'} the {spec.name}.")
        at, end = self.at, self.at + width
        whole = int.from_bytes(self.raw[at // 8 : (end + 7) // 8], "big")
        number = whole >> (-end % 8) & ((1 << width) - 1)
        value = spec.show(number) if spec.show else str(number)
        self._add(spec, width, value, spec.brief(number) if spec.brief else str(number))
        return number

    def bytes(self, size: int, name: str, meaning: str, source: str, group: str = "") -> bytes:
        """Read so many bytes, or as many as there are, as one field that is only bytes."""
        size = min(size, self.left)
        data = self.raw[self.at // 8 : self.at // 8 + size]
        if size:
            spec = Spec(name, size * 8, meaning, source, group=group)
            said = count(size, "byte")
            self._add(spec, size * 8, said, said)
        return data

    def _add(self, spec: Spec, width: int, value: str, brief: str, *, cut: bool = False) -> None:
        short = spec.short or spec.name
        self._fields.append(
            Field(
                spec.name,
                short,
                self.at,
                width,
                value,
                brief,
                spec.meaning,
                spec.source,
                spec.group,
                cut=cut,
            )
        )
        self.at += width

    def amend(self, name: str, value: str, wrong: bool = False) -> None:
        """Say more about the last field of that name in this part."""
        for place in range(len(self._fields) - 1, -1, -1):
            field = self._fields[place]
            if field.name == name:
                self._fields[place] = replace(field, value=value, wrong=wrong)
                return

    def rest(self, why: str) -> None:
        """All that is left of the packet stays unread, for this reason."""
        if self.left:
            self.begin("Bytes not read", "rest")
            self.bytes(self.left, "Bytes", why, "")
