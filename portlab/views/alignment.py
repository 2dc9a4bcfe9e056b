"""Which entries of two sequences correspond, found quickly however long they are.

Ends that agree are taken off first. What is rare in the middle anchors it (an entry that each side
has once, in the same order), and only the short gaps between anchors are searched for the longest
common subsequence. So the work stays bounded, and two runs that part for a while meet again.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise

Pair = tuple[int, int]

_CELLS = 40_000
"""A gap whose lengths multiply to more is not searched cell by cell."""

_DEPTH = 4
"""How often a gap between anchors is anchored again."""


def align(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[Pair]:
    """Places in `one` and in `other` whose entries are equal, both rising.

    The same pairs come out, turned round, when the two are given the other way round.

    >>> align("abcd", "axcd")
    [(0, 0), (2, 2), (3, 3)]
    """
    differ = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if differ is not None and _rank(one, differ) > _rank(other, differ):
        return [(a, b) for b, a in align(other, one)]
    pairs: list[Pair] = []
    gaps = [((0, len(one)), (0, len(other)), 0)]
    while gaps:
        (top, end), (other_top, other_end), depth = gaps.pop()
        while top < end and other_top < other_end and one[top] == other[other_top]:
            pairs.append((top, other_top))
            top, other_top = top + 1, other_top + 1
        while top < end and other_top < other_end and one[end - 1] == other[other_end - 1]:
            end, other_end = end - 1, other_end - 1
            pairs.append((end, other_end))
        if top == end or other_top == other_end:
            continue
        mine, theirs = one[top:end], other[other_top:other_end]
        if len(mine) * len(theirs) <= _CELLS:
            found = _longest(mine, theirs)
        elif depth < _DEPTH and (found := _anchors(mine, theirs)):
            corners = [(-1, -1), *found, (len(mine), len(theirs))]
            gaps += [
                ((top + a + 1, top + c), (other_top + b + 1, other_top + d), depth + 1)
                for (a, b), (c, d) in pairwise(corners)
            ]
        else:
            found = _anchors(_counted(mine), _counted(theirs))
        pairs += [(top + a, other_top + b) for a, b in found]
    return sorted(pairs)


def _rank(entries: Sequence[Hashable], differ: int) -> tuple[int, str]:
    """Which of the two is taken first does not depend on the order they are given in."""
    return len(entries), repr(entries[differ])


def _longest(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[Pair]:
    """A longest common subsequence, by the table of all lengths."""
    columns = len(other)
    lengths = [[0] * (columns + 1)]
    for entry in reversed(one):
        below, row = lengths[-1], [0] * (columns + 1)
        for at in range(columns - 1, -1, -1):
            row[at] = below[at + 1] + 1 if entry == other[at] else max(below[at], row[at + 1])
        lengths.append(row)
    lengths.reverse()
    pairs, a, b = [], 0, 0
    while a < len(one) and b < columns:
        if one[a] == other[b]:
            pairs.append((a, b))
            a, b = a + 1, b + 1
        elif lengths[a + 1][b] >= lengths[a][b + 1]:
            a += 1
        else:
            b += 1
    return pairs


def _anchors(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[Pair]:
    """The longest rising run of entries that each side has exactly once."""
    mine, theirs = Counter(one), Counter(other)
    places = {entry: at for at, entry in enumerate(other) if theirs[entry] == 1}
    once = [
        (at, places[entry]) for at, entry in enumerate(one) if mine[entry] == 1 and entry in places
    ]
    # Patience sorting: `tops` holds the smallest end of a rising run of each length.
    tops: list[int] = []
    at_top: list[int] = []
    before: list[int | None] = []
    for index, (_, place) in enumerate(once):
        length = bisect_left(tops, place)
        tops[length : length + 1] = [place]
        at_top[length : length + 1] = [index]
        before.append(at_top[length - 1] if length else None)
    run: list[Pair] = []
    step = at_top[-1] if at_top else None
    while step is not None:
        run.append(once[step])
        step = before[step]
    return run[::-1]


def _counted(entries: Sequence[Hashable]) -> list[tuple[Hashable, int]]:
    """Each entry with how often it came before, so that every one is there once."""
    seen: Counter[Hashable] = Counter()
    counted = []
    for entry in entries:
        counted.append((entry, seen[entry]))
        seen[entry] += 1
    return counted
