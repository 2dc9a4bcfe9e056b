"""Texts that say the same in nearly the same words, among hundreds and in little time.

Characters are compared only where two texts share enough words: all pairs of a bank are many.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import combinations

SHARED = 0.5
"""Of the words of the shorter text: below this, two texts are not looked at closer."""


def near_duplicates(texts: Sequence[str], limit: float) -> Iterator[tuple[int, int, float]]:
    """Each pair, as two places in `texts`, and how alike it is: `limit` or more, 1 is the same.

    That is the larger of two shares: of the characters that stand there in the same order, and of
    the words, whatever their order.

    >>> list(near_duplicates(["Which port has DNS?", "Which port has DoH?", "Who?"], 0.8))
    [(0, 1, 0.8947368421052632)]
    """
    words = [frozenset(re.findall(r"\w+", text.lower())) for text in texts]
    for one, other in combinations(range(len(texts)), 2):
        shared = len(words[one] & words[other])
        if shared < SHARED * min(len(words[one]), len(words[other])):
            continue
        in_words = shared / (len(words[one] | words[other]) or 1)
        share = max(in_words, _in_characters(texts[one], texts[other], limit))
        if share >= limit:
            yield one, other, share


def _in_characters(one: str, other: str, limit: float) -> float:
    """0 where a quick look shows that it is below `limit`."""
    # Without `autojunk`, or of a long text every frequent letter would count for nothing.
    compared = SequenceMatcher(None, one, other, autojunk=False)
    if compared.real_quick_ratio() < limit or compared.quick_ratio() < limit:
        return 0.0
    return compared.ratio()
