"""When to ask a question again: spaced repetition by FSRS, computed from the answers alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from portlab.quiz.progress import Answer, Outcome


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of one question.

    `due` is when to ask it again, in seconds of Unix time; `answers` and `right` count; `stability`
    is how many days it takes until the chance to know it has sunk to nine in ten.
    """

    question: str
    due: int
    answers: int
    right: int
    stability: float
    last: Outcome


def memories(answers: Iterable[Answer]) -> dict[str, Memory]:
    """By question id, what is remembered after these answers; they are taken in order of time."""
    from fsrs import Card, Rating, Scheduler

    ratings: dict[Outcome, Rating] = {
        "right": Rating.Good,
        "second try": Rating.Hard,
        "wrong": Rating.Again,
    }  # a prediction is no matter of memory
    scheduler = Scheduler(enable_fuzzing=False)  # the same answers, the same days
    histories: dict[str, list[Answer]] = {}
    graded = (one for one in answers if one.outcome in ratings)
    for answer in sorted(graded, key=lambda one: (one.time, one.outcome)):
        histories.setdefault(answer.question, []).append(answer)
    found = {}
    for question, history in histories.items():
        card = Card(card_id=0, due=_moment(history[0].time))
        for answer in history:
            card, _ = scheduler.review_card(card, ratings[answer.outcome], _moment(answer.time))
        found[question] = Memory(
            question,
            int(card.due.timestamp()),
            len(history),
            sum(answer.outcome != "wrong" for answer in history),
            card.stability or 0.0,
            history[-1].outcome,
        )
    return found


def due(answers: Iterable[Answer], now: int) -> list[Memory]:
    """What is to be asked again at `now` (seconds of Unix time), what is longest due first."""
    waiting = [memory for memory in memories(answers).values() if memory.due <= now]
    return sorted(waiting, key=lambda memory: (memory.due, memory.question))


def _moment(time: int) -> datetime:
    return datetime.fromtimestamp(time, UTC)
