"""Which entries of two sequences correspond, found quickly however long they are.

Where the two differ in little, the way from one to the other with the fewest entries left out
(Myers, "An O(ND) Difference Algorithm and Its Variations", 1986). Where they differ in much, what
is rare anchors them (an entry that each side has once, in the same order), and the gaps between
anchors are searched again. So the work stays bounded, and two runs that part for a while meet
again.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise

Pair = tuple[int, int]

_LEFT_OUT = 250
"""The way through a gap is not searched further when it leaves out more entries than that."""

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
        found = _shortest(mine, theirs)
        if found is None and depth < _DEPTH and (anchors := _anchors(mine, theirs)):
            found = anchors
            corners = [(-1, -1), *found, (len(mine), len(theirs))]
            gaps += [
                ((top + a + 1, top + c), (other_top + b + 1, other_top + d), depth + 1)
                for (a, b), (c, d) in pairwise(corners)
            ]
        elif found is None:
            found = _anchors(_counted(mine), _counted(theirs))
        pairs += [(top + a, other_top + b) for a, b in found]
    return sorted(pairs)


def _rank(entries: Sequence[Hashable], differ: int) -> tuple[int, str]:
    """Which of the two is taken first does not depend on the order they are given in."""
    return len(entries), repr(entries[differ])


def _shortest(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[Pair] | None:
    """The pairs on a way that leaves out as little as can be; None if that is too much.

    After leaving out `out` entries, `reach` holds how far in `one` each diagonal gets: the way on
    it stands at `at` in `one` and at `at - diagonal` in `other`.
    """
    reach = {1: 0}
    steps: list[dict[int, int]] = []
    for out in range(min(len(one) + len(other), _LEFT_OUT) + 1):
        steps.append(dict(reach))
        for diagonal in range(-out, out + 1, 2):
            at = _from(reach, diagonal, out)
            while at < len(one) and (b := at - diagonal) < len(other) and one[at] == other[b]:
                at += 1
            reach[diagonal] = at
            if at >= len(one) and at - diagonal >= len(other):
                return _way_back(steps, len(one), len(other))
    return None


def _from(reach: dict[int, int], diagonal: int, out: int) -> int:
    """Where the way onto a diagonal begins: behind the neighbour that is further on."""
    if _comes_down(reach, diagonal, out):
        return reach[diagonal + 1]
    return reach[diagonal - 1] + 1


def _comes_down(reach: dict[int, int], diagonal: int, out: int) -> bool:
    """Is an entry of the other left out to get here, or else one of the first?"""
    return diagonal == -out or (diagonal != out and reach[diagonal - 1] < reach[diagonal + 1])


def _way_back(steps: list[dict[int, int]], at: int, other_at: int) -> list[Pair]:
    """The pairs along the way, walked from its end."""
    pairs: list[Pair] = []
    for out in range(len(steps) - 1, -1, -1):
        diagonal = at - other_at
        down = _comes_down(steps[out], diagonal, out)
        begin = _from(steps[out], diagonal, out)
        pairs += [(a, a - diagonal) for a in range(at - 1, begin - 1, -1)]
        at = begin if down else begin - 1
        other_at = begin - diagonal - 1 if down else begin - diagonal
    return pairs[::-1]


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
