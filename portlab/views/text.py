"""The ladder as text, for terminals, screen readers and comparison: the same layout, same text.

One line for each packet: what happens at the left host stands left, at the right host right, each
with its own time. States stand beside their host where they change.
"""

from collections.abc import Container, Iterable, Sequence
from textwrap import wrap

from portlab.errors import PortlabError
from portlab.host import written
from portlab.views.characters import ASCII, UNICODE, Characters
from portlab.views.folding import folded
from portlab.views.notes import BACKWARDS, run_backwards
from portlab.views.shapes import Arrow, Change, Conversation, Lane, Layout, Mark, Row
from portlab.views.times import Clock

ROWS_SHOWN = 200
"""Longer conversations are folded."""

ROWS_IN_ALL = 800
CONVERSATIONS_SHOWN = 20
_LAST_RANK = 3
NARROWEST = 60
_OUTSIDE = 5
"""Columns from the right lane to where an outsider's arrow begins."""

_INNER = 36
"""Columns between the lanes that a label needs to be readable."""


def render(layout: Layout, *, why: bool = False, width: int = 100, ascii: bool = False) -> str:
    """The ladder, at most `width` columns wide; `why` adds the reasons and where they are written.

    `ascii` keeps to characters every terminal has. Raises PortlabError for fewer than 60 columns.
    """
    if width < NARROWEST:
        raise PortlabError(
            f"A ladder does not fit in {width} columns: two hosts, their states and a label "
            f"between them need {NARROWEST}. Make the window wider, or give width={NARROWEST}."
        )
    characters = ASCII if ascii else UNICODE
    blocks = [layout.title] if layout.title else []
    layout = as_written(layout)
    backwards = False
    for conversation in layout.conversations:
        written_out = ConversationText(conversation, why, width, characters)
        backwards = backwards or written_out.runs_backwards
        parts = written_out.parts()
        blocks.append("\n".join(line.rstrip() for _, lines in parts for line in lines))
    all_notes = [*layout.notes, *([BACKWARDS] if backwards else [])]
    notes = [line for note in all_notes for line in wrap(note, width, subsequent_indent="  ")]
    if notes:
        blocks.append("\n".join(notes))
    text = "\n\n".join(blocks)
    return text.encode("ascii", "backslashreplace").decode() if ascii else text


def as_written(layout: Layout, keep: Container[int] = ()) -> Layout:
    """What of a layout is written out: long ones are folded, the records in `keep` last."""
    return folded(
        layout,
        conversations=CONVERSATIONS_SHOWN,
        rows=ROWS_SHOWN,
        rows_in_all=ROWS_IN_ALL,
        keep=keep,
    )


class ConversationText:
    """One conversation, its columns measured first."""

    def __init__(
        self, conversation: Conversation, why: bool, width: int, characters: Characters
    ) -> None:
        self.of = conversation
        self.why = why
        self.width = width
        self.use = characters
        self.rows = conversation.rows
        self.clock = Clock(_times(self.rows))
        arrows = [row for row in self.rows if isinstance(row, Arrow)]
        self.number = max((len(str(arrow.number)) for arrow in arrows), default=1)
        flags = [arrow.pieces[0].text for arrow in arrows if arrow.pieces[0].name == "flags"]
        self.flags = max(map(len, flags), default=0)
        states = [self._states(lane) for lane in (0, 1)]
        self.state = [max(map(len, names), default=0) for names in states]
        edges = sum(size + 1 for size in self.state if size) + 2
        room = width - edges - self.clock.width - 2
        # Two clocks where arrivals are known and there is room; else the sender's time, at left.
        arrivals = any(arrow.arrival is not None for arrow in arrows)
        self.two_clocks = arrivals and room - self.clock.width - 2 >= _INNER
        if self.two_clocks:
            room -= self.clock.width + 2
        widest = max((self._natural(row) for row in self.rows), default=0)
        self.inner = room if why else min(room, max(widest, _INNER))
        # What may be left out is left out of all lines or of none.
        self.ranks = [
            rank
            for rank in range(_LAST_RANK + 1)
            if rank < 2 or all(self._fits(arrow, rank) for arrow in arrows)
        ]

    def _states(self, lane: int) -> list[str]:
        changes = [change for row in self.rows for change in _changes(row) if change.lane == lane]
        before = self.of.before[lane] if lane < len(self.of.before) else None
        return [change.new for change in changes] + ([before] if before else [])

    def _natural(self, row: Row) -> int:
        """Columns that a row would like: its packet's numbers and window on one line."""
        if not isinstance(row, Arrow):
            return len(row.text) + 10
        whole = len(_line(row, (0, 2))) + sum(
            len(p.text) + 1 for p in row.pieces if p.name == "win" and p.rank == 1
        )
        alone = max(len(piece.text) for piece in row.pieces if piece.rank < 2)
        outside = _OUTSIDE if max(row.start, row.end) > 1 else 0
        return max(whole + self._padding(row), alone) + self.number + 11 + outside

    def _padding(self, arrow: Arrow) -> int:
        first = arrow.pieces[0]
        return self.flags - len(first.text) if first.name == "flags" else 0

    def _fits(self, arrow: Arrow, rank: int) -> bool:
        """Is there room on the first line for its pieces of this rank, if it has any?"""
        if all(piece.rank != rank for piece in arrow.pieces):
            return True
        taken = len(_line(arrow, range(rank + 1))) + self._padding(arrow)
        return taken + self.number + 11 <= self.inner

    def parts(self) -> Iterable[tuple[Row | None, list[str]]]:
        """The lines of each row, after those above all rows."""
        yield None, list(self._head())
        for row in self.rows:
            yield row, list(self._row(row))

    @property
    def runs_backwards(self) -> bool:
        """Whether the times at one of the hosts, read downwards, ever go back."""
        return run_backwards(self.rows, both=self.two_clocks)

    @property
    def empty(self) -> str:
        """A line on which nothing happens: the lanes alone."""
        return self._line("", ("", ""), ("", ""))

    def _head(self) -> Iterable[str]:
        yield from (*wrap(self.of.heading, self.width), "")
        yield from self._names()
        before = [state or "" for state in (*self.of.before, None, None)[:2]]
        if any(before):
            yield self._line(" " * self.inner, before, ("", ""))

    def _row(self, row: Row) -> Iterable[str]:
        if isinstance(row, Arrow):
            yield from self._arrow(row)
        elif isinstance(row, Mark):
            yield from self._mark(row)
        else:
            for line in wrap(f"... {row.text} ...", self.inner):
                yield self._line(line.center(self.inner), ("", ""), ("", ""))

    def _names(self) -> Iterable[str]:
        """Who stands where, each name over its own lane."""
        margin = self.clock.width + 2 + (self.state[0] + 1 if self.state[0] else 0)
        left, right = (self._name(lane) for lane in (*self.of.lanes, None, None)[:2])
        span = self.inner + 2
        for first, second in zip(left, right, strict=True):
            if not first and not second:
                continue
            if len(first) + len(second) + 2 <= span:
                yield " " * margin + first + second.rjust(span - len(first))
                continue
            for line in wrap(first, self.width):
                yield " " * min(margin, self.width - len(line)) + line
            for line in wrap(second, self.width):
                yield line.rjust(margin + span)

    def _name(self, lane: Lane | None) -> tuple[str, str]:
        if lane is None:
            return "", ""
        end = lane.address if lane.port is None else written((lane.address, lane.port))
        return ("", end) if lane.name == lane.address else (lane.name, end)

    def _line(self, inner: str, states: Sequence[str], times: Sequence[str]) -> str:
        left = f"{times[0]:>{self.clock.width}}  "
        if self.state[0]:
            left += f"{states[0]:>{self.state[0]}} "
        lane = self.use.lane
        right = lane if len(self.of.lanes) > 1 else ""
        if self.state[1]:
            right += f" {states[1]:<{self.state[1]}}"
        if self.two_clocks:
            right += f"  {times[1]:>{self.clock.width}}"
        return f"{left}{lane}{inner:<{self.inner}}{right}"

    def _arrow(self, arrow: Arrow) -> Iterable[str]:
        first, *rest = self._label(arrow)
        inner = self._drawn(arrow, f" {arrow.number:>{self.number}}  {first} ")
        states = [["", ""], *self._later_states(arrow)]
        for change in (*arrow.sent, *arrow.arrived):
            if change.lane < 2 and not states[0][change.lane]:
                states[0][change.lane] = change.new
        indent = " " * (self.number + 6)
        inners = [inner, *(indent + line for line in rest)]
        inners += ["" for _ in states[len(inners) :]]
        for at, text in enumerate(inners):
            beside = states[at] if at < len(states) else ("", "")
            yield self._line(text, beside, self._times(arrow) if at == 0 else ("", ""))
        if self.why:
            yield from self._reasons(arrow, len(indent))

    def _later_states(self, arrow: Arrow) -> list[list[str]]:
        """A host that changes twice with one packet: every state but the first, a line each."""
        columns: list[list[str]] = [[], []]
        for change in (*arrow.sent, *arrow.arrived):
            if change.lane < 2:
                columns[change.lane].append(change.new)
        later = [column[1:] for column in columns]
        height = max(map(len, later))
        return [[(c[i] if i < len(c) else "") for c in later] for i in range(height)]

    def _drawn(self, arrow: Arrow, label: str) -> str:
        """The arrow over the whole width; an outsider's end is a mark between the lanes."""
        line, use = self.use.line, self.use
        if arrow.start > 1 or arrow.end > 1:
            begin, end = (use.left if arrow.end == 0 else line), use.mark
            return f"{begin}{line * 2}{label}".ljust(self.inner - _OUTSIDE, line) + end
        if arrow.start == 0:
            tail = f"X{'':4}" if arrow.fate == "lost" else use.right
            return f"{line * 3}{label}".ljust(self.inner - len(tail), line) + tail
        head = f"{'':1}X{line}" if arrow.fate == "lost" else f"{use.left}{line * 2}"
        return f"{head}{label}".ljust(self.inner, line)

    def _label(self, arrow: Arrow) -> list[str]:
        """The pieces, in as many lines as they need; the least important only if they fit."""
        first, *pieces = arrow.pieces
        room = self.inner - self.number - 11 - (_OUTSIDE if max(arrow.start, arrow.end) > 1 else 0)
        lines = wrap(first.text, room)
        lines[-1] += " " * self._padding(arrow)
        for piece in (piece for piece in pieces if piece.rank in self.ranks):
            if len(lines[-1]) + 1 + len(piece.text) <= room:
                lines[-1] += f" {piece.text}"
            else:
                lines += wrap(piece.text, room)
        return [line.rstrip() for line in lines]

    def _times(self, arrow: Arrow) -> tuple[str, str]:
        sent = self.clock.show(arrow.time)
        if not self.two_clocks:
            return sent, ""
        came = "" if arrow.arrival is None else self.clock.show(arrow.arrival)
        return (sent, came) if arrow.start == 0 else (came, sent)

    def _mark(self, mark: Mark) -> Iterable[str]:
        states = ["", ""]
        for change in mark.changes:
            states[min(change.lane, 1)] = change.new
        text = f"{mark.number} {mark.text}" if mark.number else mark.text
        first, *rest = wrap(text, self.inner - 3)
        at_left = mark.lane == 0 or not self.two_clocks
        time = self.clock.show(mark.time)
        times = (time, "") if at_left else ("", time)
        for at, line in enumerate((first, *rest)):
            dot = " " if at else self.use.mark
            inner = f"{dot} {line}" if mark.lane == 0 else f"{line} {dot}".rjust(self.inner)
            beside = (states, times) if at == 0 else (("", ""), ("", ""))
            yield self._line(inner, *beside)
        if self.why:
            for change in mark.changes:
                yield from self._because(change, 2)

    def _reasons(self, arrow: Arrow, indent: int) -> Iterable[str]:
        for change in arrow.sent:
            yield from self._because(change, indent)
        if arrow.why is not None:
            yield from self._wrapped(f"{arrow.why} ({arrow.source})", indent)
        for change in arrow.arrived:
            yield from self._because(change, indent)

    def _because(self, change: Change, indent: int) -> Iterable[str]:
        name = self.of.lanes[change.lane].name
        text = f"{name} {self.use.to} {change.new}: {change.why} ({change.source})"
        yield from self._wrapped(text, indent)

    def _wrapped(self, text: str, indent: int) -> Iterable[str]:
        for line in wrap(text, self.inner - indent - 1, subsequent_indent="  "):
            yield self._line(" " * indent + line, ("", ""), ("", ""))


def _line(arrow: Arrow, ranks: Container[int]) -> str:
    return " ".join(piece.text for piece in arrow.pieces if piece.rank in ranks)


def _changes(row: Row) -> tuple[Change, ...]:
    if isinstance(row, Arrow):
        return row.sent + row.arrived
    return row.changes if isinstance(row, Mark) else ()


def _times(rows: Iterable[Row]) -> list[int]:
    times = []
    for row in rows:
        times.append(row.time)
        if isinstance(row, Arrow) and row.arrival is not None:
            times.append(row.arrival)
    return times
