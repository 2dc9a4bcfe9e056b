"""How well each group of the contents is known: computed from the answers, shown as bars.

A group is a letter of the course's contents, such as S for services. What counts of a question is
its last answer: right at once 1, at the second try a half, wrong nothing; not asked yet is not
known.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from portlab.quiz import bank
from portlab.quiz.progress import Answer, Progress
from portlab.quiz.question import Question
from portlab.quiz.review import due, memories
from portlab.system import now
from portlab.wording import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GROUPS = {
    "A": "addresses and ports",
    "R": "ranges of ports",
    "L": "listening",
    "T": "TCP",
    "U": "UDP",
    "C": "choosing between them",
    "S": "services",
    "F": "firewalls and NAT",
    "D": "troubleshooting",
    "E": "exposure",
    "M": "measuring",
    "P": "captures",
}
_WORTH = {"right": 1.0, "second try": 0.5, "wrong": 0.0}
_BAR = 20


@dataclass(frozen=True, slots=True)
class Known:
    """Of the `questions` of a group so many were `asked`; `share` of all is known, from 0 to 1."""

    group: str
    about: str
    questions: int
    asked: int
    share: float


class Mastery(tuple[Known, ...]):
    """One Known for each group that has questions; printed, it is bars with their numbers."""

    due: int = 0

    def __str__(self) -> str:
        width = max((len(one.about) for one in self), default=0)
        lines = [
            f"{one.group}  {one.about:{width}}  {'█' * round(_BAR * one.share):{_BAR}}  "
            f"{one.share:4.0%}, {one.asked} of {one.questions} asked"
            for one in self
        ]
        waiting = f"{count(self.due, 'question')} due for review."
        return "\n".join([*lines, "", waiting])

    __repr__ = __str__

    @property
    def alt_text(self) -> str:
        return "\n".join(f"{one.about}: {one.share:.0%} known" for one in self)

    def figure(self) -> "Figure":
        """The bars as a matplotlib Figure, of which pyplot knows nothing."""
        from portlab.views.canvas import GREY, page, write

        axes = page(7.2, 0.3 * len(self) + 0.3)
        for row, one in enumerate(self):
            y = 0.3 * row + 0.3
            write(axes, 0.15, y, one.about, size=9)
            axes.barh(y - 0.05, 3.0, 0.16, left=2.4, color="#e8e8e8")
            axes.barh(y - 0.05, 3.0 * one.share, 0.16, left=2.4, color="#0072b2")
            said = f"{one.share:.0%}, {one.asked} of {one.questions} asked"
            write(axes, 5.55, y, said, size=8.5, color=GREY)
        return cast("Figure", axes.figure)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[Any, Any]:
        from portlab.views.encoding import text_and_png

        return text_and_png(str(self), self.figure(), "What you know", self.alt_text)


def mastery(progress: Progress | None = None) -> Mastery:
    """How well this user knows each group. Raises ProgressError for a file that cannot be read."""
    answers = (progress or Progress()).answers()
    known = Mastery(of(bank.load(bank.files()), answers))
    known.due = len(due(answers, now()))
    return known


def of(questions: Iterable[Question], answers: Iterable[Answer]) -> list[Known]:
    """One Known for each group that `questions` cover, in the order of the contents."""
    last = {one.question: one.last for one in memories(answers).values()}
    there: dict[str, list[Question]] = {}
    for question in questions:
        for group in {row.rstrip("0123456789") for row in question.covers}:
            there.setdefault(group, []).append(question)
    found = []
    for group, about in GROUPS.items():
        if asked := there.get(group):
            outcomes = [last[question.id] for question in asked if question.id in last]
            share = sum(_WORTH[outcome] for outcome in outcomes) / len(asked)
            found.append(Known(group, about, len(asked), len(outcomes), share))
    return found
