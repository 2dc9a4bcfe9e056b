"""How well each topic and each range of ports is known: computed from the answers, shown as bars.

A topic is a letter of the contents, such as S for services; to a range belong the questions
that name a port of it. What counts of a question is its last answer: right at once 1, at the second
try a half, wrong nothing; not asked yet is not known. Generated questions count for the ranges once
they were asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from portlab.ports import RANGES, PortRange, port_range
from portlab.quiz import bank
from portlab.quiz.generated import again
from portlab.quiz.pool import to_review
from portlab.quiz.ports_named import ports_of
from portlab.quiz.progress import Answer, Outcome, Progress
from portlab.quiz.question import Question
from portlab.quiz.review import memories
from portlab.quiz.topics import TOPICS, letter_of
from portlab.system import now
from portlab.wording import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WORTH: dict[Outcome, float] = {"right": 1.0, "second try": 0.5, "wrong": 0.0}
_BAR = 20


@dataclass(frozen=True, slots=True)
class Known:
    """Of so many `questions` so many were `asked`; `share` of all is known, from 0 to 1.

    `name` is the letter of a topic, and empty for a range.
    """

    name: str
    about: str
    questions: int
    asked: int
    share: float


@dataclass(frozen=True, slots=True, repr=False)
class Mastery:
    """What is known of each topic and of each range, and how many questions are due for review.

    Printed, it is bars with their numbers.
    """

    topics: tuple[Known, ...]
    ranges: tuple[Known, ...]
    due: int

    def __str__(self) -> str:
        width = max((len(one.about) for one in (*self.topics, *self.ranges)), default=0)

        def lines(known: Iterable[Known]) -> list[str]:
            return [
                f"{one.name:1}  {one.about:{width}}  {'█' * round(_BAR * one.share):{_BAR}}  "
                f"{one.share:4.0%}, {one.asked} of {one.questions} asked"
                for one in known
            ]

        waiting = f"{count(self.due, 'question')} due for review."
        return "\n".join([*lines(self.topics), "", *lines(self.ranges), "", waiting])

    __repr__ = __str__

    @property
    def alt_text(self) -> str:
        each = (*self.topics, *self.ranges)
        return "\n".join(f"{one.about}: {one.share:.0%} known" for one in each)

    def figure(self) -> "Figure":
        """The bars as a matplotlib Figure, of which pyplot knows nothing."""
        from portlab.views.canvas import GREY, page, write

        axes = page(7.2, 0.3 * (len(self.topics) + len(self.ranges)) + 0.6)
        y = 0.3
        for known in (self.topics, self.ranges):
            for one in known:
                write(axes, 0.15, y, one.about, size=9)
                axes.barh(y - 0.05, 3.0, 0.16, left=2.4, color="#e8e8e8")
                axes.barh(y - 0.05, 3.0 * one.share, 0.16, left=2.4, color="#0072b2")
                said = f"{one.share:.0%}, {one.asked} of {one.questions} asked"
                write(axes, 5.55, y, said, size=8.5, color=GREY)
                y += 0.3
            y += 0.3
        return cast("Figure", axes.figure)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[Any, Any]:
        from portlab.views.encoding import text_and_png

        return text_and_png(str(self), self.figure(), "What you know", self.alt_text)


def mastery(progress: Progress | None = None) -> Mastery:
    """How well this user knows each topic and range, and what is due for review.

    Raises ProgressError for a file of answers that cannot be read.
    """
    answers = (progress or Progress()).answers()
    written = bank.load_sound(bank.files())
    waiting = len(to_review(answers, now()))
    return Mastery(by_topic(written, answers), by_range(written, answers), waiting)


def by_topic(questions: Iterable[Question], answers: Iterable[Answer]) -> tuple[Known, ...]:
    """One Known for each topic that `questions` cover, in the order of the contents."""
    last = _last(answers)
    there: dict[str, list[str]] = {}
    for question in questions:
        for topic in set(map(letter_of, question.covers)):
            there.setdefault(topic, []).append(question.id)
    return tuple(
        _known(topic, about, there[topic], last)
        for topic, about in TOPICS.items()
        if topic in there
    )


def by_range(questions: Iterable[Question], answers: Iterable[Answer]) -> tuple[Known, ...]:
    """One Known for each range of RFC 6335, in their order."""
    last = _last(answers)
    made = [question for id in last if (question := again(id, 0)) and question.id == id]
    there: dict[PortRange, list[str]] = {one: [] for one in RANGES}
    for question in (*questions, *made):
        for held in {port_range(port) for port in ports_of(question)}:
            there[held].append(question.id)
    return tuple(_known("", f"{held.name} ports", asked, last) for held, asked in there.items())


def _last(answers: Iterable[Answer]) -> dict[str, Outcome]:
    return {one.question: one.last for one in memories(answers).values()}


def _known(name: str, about: str, questions: list[str], last: dict[str, Outcome]) -> Known:
    outcomes = [last[id] for id in questions if id in last]
    share = sum(_WORTH[outcome] for outcome in outcomes) / max(len(questions), 1)
    return Known(name, about, len(questions), len(outcomes), share)
