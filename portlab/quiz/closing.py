"""The questions that close a lesson: a few of the bank's, drawn over what the lesson covers."""

import random
from collections import Counter
from collections.abc import Sequence

from portlab.errors import QuizError
from portlab.quiz import bank
from portlab.quiz.diary import Diary
from portlab.quiz.question import Question
from portlab.quiz.session import Session
from portlab.system import is_static

_open: dict[tuple[str, int | None, int], Session] = {}
"""The sessions of this kernel, so that running a cell again loses no answer."""


def questions(lesson: str, *, count: int | None = 6, seed: int = 1) -> Session:
    """The closing questions of `lesson`, such as "05", asked one after another.

    `count` of them are drawn by `seed`, over as many rows of the course as there are; None asks
    all, those that go further too. A session that is not over yet goes on where it stands.
    Raises QuizError for a lesson without questions, and a count under 1.
    """
    if count is not None and (not isinstance(count, int) or count < 1):
        raise QuizError(f"count={count!r} asks nothing. Give 1 or more, or None for all there are.")
    number = str(lesson).zfill(2)
    key = (number, count, seed)
    if key not in _open or _open[key].over:
        there = bank.lesson(number)
        _open[key] = Session(
            f"Closing questions of lesson {number}",
            there if count is None else draw(there, count, seed),
            _call(number, count, seed),
            "Run the cell again to begin afresh."
            if count is None
            else f"For other questions, run `{_call(number, count, seed + 1)}`.",
            tries=2,
            diary=None if is_static() else Diary(_call(number, count, seed)),
        )
    return _open[key]


def draw(there: Sequence[Question], count: int, seed: int) -> list[Question]:
    """`count` of the core questions in `there`, or all if they are fewer, in the same order.

    Always the next question is one whose rows were asked least so far.
    """
    chance = random.Random(seed)
    left = [question for question in there if not question.further]
    left.sort(key=lambda _: chance.random())
    asked: Counter[str] = Counter()
    drawn: list[Question] = []
    while left and len(drawn) < count:
        next_one = min(left, key=lambda question: max(asked[row] for row in question.covers))
        left.remove(next_one)
        drawn.append(next_one)
        asked.update(next_one.covers)
    return sorted(drawn, key=list(there).index)


def _call(lesson: str, count: int | None, seed: int) -> str:
    """The code that opens this session, without what is so anyway."""
    given = [f'"{lesson}"']
    if count != 6:
        given.append(f"count={count}")
    if seed != 1:
        given.append(f"seed={seed}")
    return f"questions({', '.join(given)})"
