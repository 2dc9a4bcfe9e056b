"""The questions that close a lesson: a few of the bank's, drawn over what the lesson covers."""

from collections.abc import Sequence

from portlab.errors import QuizError
from portlab.quiz import bank, pool
from portlab.quiz.question import Question
from portlab.quiz.session import Session
from portlab.quiz.sittings import call_of, diary, sitting


def questions(lesson: str, *, count: int | None = 6, seed: int = 1) -> Session:
    """The closing questions of `lesson`, such as "05", asked one after another.

    `count` of them are drawn by `seed`, over as many rows of the course as there are; None asks
    all, those that go further too. A session that is not over yet goes on where it stands.
    Raises QuizError for a lesson without questions, a count under 1, and a seed that is no number.
    """
    if count is not None and (not isinstance(count, int) or count < 1):
        raise QuizError(f"count={count!r} asks nothing. Give 1 or more, or None for all there are.")
    if not isinstance(seed, int):
        raise QuizError(f"seed={seed!r} is no whole number. Give one, such as 7.")
    number = str(lesson).zfill(2)
    call = call_of("questions", number, count=(count, 6), seed=(seed, 1))
    other = call_of("questions", number, count=(count, 6), seed=(seed + 1, 1))
    afresh = "Run the cell again to begin afresh."

    def make() -> Session:
        there = bank.lesson(number)
        return Session(
            f"Closing questions of lesson {number}",
            there if count is None else draw(there, count, seed),
            call,
            afresh if count is None else f"For other questions, run `{other}`.",
            tries=2,
            diary=diary(call),
        )

    return sitting(call, make)


def draw(there: Sequence[Question], count: int, seed: int) -> list[Question]:
    """`count` of the core questions in `there`, or all if they are fewer, in the same order."""
    core = [question for question in there if not question.further]
    return sorted(pool.draw(core, count, seed), key=list(there).index)
