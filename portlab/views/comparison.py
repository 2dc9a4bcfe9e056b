"""Two ladders held against each other: what is only in one of them, and what is in both.

Two packets are alike if they go the same way with the same flags, numbers and length and meet the
same fate; a retransmission is not like what it repeats, and a packet that was held back is not
like one that was not. When they went is no part of that: pairs say how much later. What is not
numbered (a timer at one host) is not compared. Plain data, for whatever draws two ladders.
"""

from collections.abc import Callable, Container, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from portlab.views.alignment import align
from portlab.views.shapes import INFERRED, Arrow, Conversation, Fold, Layout, Mark, Row
from portlab.wording import brief, count

_Row = Arrow | Mark

_ITSELF = frozenset(("flags", "proto", "what", "sack"))
"""The pieces of a label that say what a packet is; numbers are compared as numbers."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Record `one` of the first and record `other` of the second, which is sent `later`.

    `later` is in microseconds, each ladder counted from its own beginning.
    """

    one: int
    other: int
    later: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `compare` found.

    `only` are the numbers that stand only in the first and only in the second, rising. `alike`
    are the others in pairs. `beside` says which conversations to draw beside each other, by their
    places in the layouts, None beside one that has no match. `summary` is sentences.
    """

    only: tuple[tuple[int, ...], tuple[int, ...]]
    alike: tuple[Alike, ...]
    beside: tuple[tuple[int | None, int | None], ...]
    summary: tuple[str, ...]

    @property
    def marked(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The numbers to mark on a picture: those of `only`, but none if nothing is alike.

        Where everything differs, as TCP from UDP, a mark on everything would say nothing.
        """
        return self.only if self.alike else ((), ())


def compare(one: Layout, other: Layout) -> Comparison:
    """How two ladders differ, row by row and in sentences.

    Give both with relative numbers: those in the headers begin at another place in every run.

    >>> from portlab import drop, ladder, run
    >>> def ask(lab):
    ...     server, client = lab.hosts("server", "client")
    ...     server.listen(80)
    ...     client.connect(server, 80)
    >>> trace = run(ask)
    >>> compare(ladder(trace).layout, ladder(trace.rerun([drop(1)])).layout).only
    ((1,), (1, 2))
    """
    alike: list[Alike] = []
    beside = _beside(one.conversations, other.conversations)
    for first, second in beside:
        if first is not None and second is not None:
            alike += _alike(one.conversations[first], other.conversations[second])
    alike.sort(key=lambda pair: pair.one)
    only = (
        _rest(one, {pair.one for pair in alike}),
        _rest(other, {pair.other for pair in alike}),
    )
    summary = _summary(one, other, only, alike)
    return Comparison(only, tuple(alike), tuple(beside), tuple(summary))


def is_marked(row: Row, marked: Container[int]) -> bool:
    """Is this row, or one that is folded away in it, among the numbers of `marked`?"""
    if isinstance(row, Fold):
        return any(number in marked for number in range(row.first, row.last + 1))
    return row.number is not None and row.number in marked


def notes_of_both(one: Layout, other: Layout) -> list[str]:
    """The notes under two ladders, each once; how they ended is in the summary."""
    ended = (one.outcome, other.outcome)
    return list(dict.fromkeys(note for note in (*one.notes, *other.notes) if note not in ended))


# ---- which conversations stand beside each other


def _beside(
    one: Sequence[Conversation], other: Sequence[Conversation]
) -> list[tuple[int | None, int | None]]:
    """Those between the same ends, then those between the same hosts, then in order."""
    left, right = dict(enumerate(one)), dict(enumerate(other))
    found: list[tuple[int | None, int | None]] = []
    identities: tuple[Callable[[Conversation], Hashable], ...] = (
        _ends,
        partial(_ends, client_port=False),
        lambda _: None,
    )
    for identity in identities:
        waiting: dict[Hashable, list[int]] = {}
        for at, conversation in right.items():
            waiting.setdefault(identity(conversation), []).append(at)
        for at, conversation in list(left.items()):
            if match := waiting.get(identity(conversation)):
                del left[at], right[match[0]]
                found.append((at, match.pop(0)))
    found += [(at, None) for at in left]
    found += [(None, at) for at in right]
    return sorted(found, key=_in_order)


def _in_order(pair: tuple[int | None, int | None]) -> tuple[int, bool]:
    """As in the first; what is only in the second stands behind its equal there."""
    first, second = pair
    return (second or 0) if first is None else first, first is None


def _ends(conversation: Conversation, client_port: bool = True) -> Hashable:
    arrow = next((row for row in conversation.rows if isinstance(row, Arrow)), None)
    piece = arrow.pieces[0] if arrow else None
    family = piece and ("TCP" if piece.name == "flags" else piece.text)
    lanes = conversation.lanes[:2]
    ports = [lane.port for lane in (lanes if client_port else lanes[1:])]
    return family, tuple(lane.name for lane in lanes), tuple(ports)


# ---- which rows are alike


def _alike(one: Conversation, other: Conversation) -> Iterable[Alike]:
    mine, theirs = _rows(one), _rows(other)
    pairs = align([_key(row, one) for row in mine], [_key(row, other) for row in theirs])
    for first, second in pairs:
        a, b = mine[first], theirs[second]
        yield Alike(a.number or 0, b.number or 0, b.time - a.time)


def _rows(conversation: Conversation) -> list[_Row]:
    return [row for row in conversation.rows if not isinstance(row, Fold) and row.number]


def _key(row: _Row, conversation: Conversation) -> Hashable:
    """What two rows must have in common to be alike."""
    if isinstance(row, Mark):
        return row.lane, row.text, row.failed
    words = tuple(piece.text for piece in row.pieces if piece.name in _ITSELF)
    if row.start > 1:
        words += (conversation.lanes[row.start].name,)
    fate = "delivered" if row.fate == "seen" else row.fate  # a file cannot say more
    again, held = row.again is not None, row.cause is not None
    return row.start, row.end, words, row.seq, row.ack, row.length, fate, again, held


def _rest(layout: Layout, alike: set[int]) -> tuple[int, ...]:
    numbers = (row.number or 0 for one in layout.conversations for row in _rows(one))
    return tuple(sorted(number for number in numbers if number not in alike))


# ---- in sentences


def _summary(
    one: Layout, other: Layout, only: Sequence[Sequence[int]], alike: Sequence[Alike]
) -> Iterable[str]:
    first, second = _Counts(one), _Counts(other)
    if not only[0] and not only[1]:
        yield "No difference: each packet of one is in the other."
    elif not alike:
        yield "Nothing is alike in both, so nothing is marked."
    else:
        yield (
            f"Marked: {count(len(only[0]), 'row')} only in the first, {len(only[1]):,} only in the "
            f"second. {len(alike):,} {'are' if len(alike) != 1 else 'is'} alike in both."
        )
    yield from _later(alike)
    if first.conversations != second.conversations:
        yield _both("Conversations", first.conversations, second.conversations)
    if first.calls or second.calls:
        yield _both("Socket calls", first.calls, second.calls)
    if first.packets or second.packets or not (first.calls or second.calls):
        yield _both("Packets", first.packets, second.packets)
        yield _both("Bytes, headers included", first.size, second.size)
        yield _both("Bytes of data alone", first.length, second.length)
    if first.lost or second.lost:
        yield _both("Lost packets", first.lost, second.lost)
    if first.again or second.again:
        yield _both(f"Retransmissions{INFERRED}", first.again, second.again)
    yield _both("From the first packet to the last arrival", first.span, second.span)
    yield from _cut_short(one, other)
    if one.outcome == other.outcome and one.outcome:
        yield f"Both ended alike. {one.outcome}"
    elif one.outcome or other.outcome:
        for name, layout in (("first", one), ("second", other)):
            yield f"The {name}: {layout.outcome or 'It ran to its end.'}"


def _cut_short(one: Layout, other: Layout) -> Iterable[str]:
    """A run that broke off looks fast, for nothing is seen of what it waited for in vain."""
    if bool(one.outcome) != bool(other.outcome):
        name = "first" if one.outcome else "second"
        yield (
            f"These two times do not compare: the {name} ended in an error, and a wait for what "
            "never came is not counted."
        )


class _Counts:
    """What a whole ladder adds up to; retransmissions, losses and copies count as sent.

    What an ICMP error quotes is nobody's data.
    """

    def __init__(self, layout: Layout) -> None:
        rows = [row for one in layout.conversations for row in _rows(one)]
        arrows = [row for row in rows if isinstance(row, Arrow)]
        self.conversations = len(layout.conversations)
        self.packets = len(arrows)
        self.calls = len(rows) - len(arrows)
        self.size = sum(arrow.size for arrow in arrows)
        self.length = sum(arrow.length for arrow in arrows if arrow.kind != "icmp")
        self.lost = sum(arrow.fate == "lost" for arrow in arrows)
        self.again = sum(arrow.again is not None for arrow in arrows)
        ends = [row.time for row in rows]
        ends += [arrow.arrival for arrow in arrows if arrow.arrival is not None]
        self.span = brief(max(ends, default=0))


def _both(what: str, first: int | str, second: int | str) -> str:
    texts = [
        value if isinstance(value, str) else f"{value:,}" if value else "none"
        for value in (first, second)
    ]
    if first == second:
        return f"{what}: {texts[0]} in both."
    return f"{what}: {texts[0]} in the first, {texts[1]} in the second."


def _later(alike: Sequence[Alike]) -> Iterable[str]:
    """From where on the times of what is alike differ, and by how much."""
    shifted = [pair for pair in alike if pair.later]
    if not shifted:
        return
    begin = shifted[0]
    other = f" ({begin.other} in the second)" if begin.other != begin.one else ""
    rest = {pair.later for pair in alike if pair.one >= begin.one}
    if rest == {begin.later}:
        way = "later" if begin.later > 0 else "earlier"
        how = f"what is alike comes {brief(abs(begin.later))} {way} in the second"
    else:
        most = max(abs(pair.later) for pair in shifted)
        how = f"what is alike comes at other times, by up to {brief(most)}"
    yield f"From number {begin.one}{other} on, {how}."
