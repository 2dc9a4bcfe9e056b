"""What a session writes down as it goes, and finds again when it is opened another day."""

from collections.abc import Callable, Collection
from typing import TypeVar

from portlab.errors import ProgressError
from portlab.quiz.progress import Answer, Outcome, Progress
from portlab.quiz.verdict import Verdict
from portlab.system import now

T = TypeVar("T")


class Diary:
    """The answers of the session `name` in `progress`.

    What cannot be written down is counted in the sitting all the same; `problem` then says why.
    """

    def __init__(
        self, name: str, progress: Progress | None = None, clock: Callable[[], int] = now
    ) -> None:
        self.problem = ""
        self._name = name
        self._progress = progress or Progress()
        self._clock = clock

    def note(self, verdict: Verdict, outcome: Outcome) -> None:
        """Write down an answer that counts."""
        answer = Answer(
            self._clock(), verdict.question.id, outcome, self._name, verdict.as_answered
        )
        self._try(lambda: self._progress.add(answer))

    def answers(self) -> tuple[Answer, ...]:
        """All answers of sittings of this name, in order of time."""
        there = self._try(self._progress.answers) or ()
        return tuple(answer for answer in there if answer.session == self._name)

    def earlier(self, questions: Collection[str]) -> dict[str, Answer]:
        """The answers of a sitting that was left before all of `questions` were answered.

        A sitting is over with its last answer; what comes after begins another.
        """
        sitting: dict[str, Answer] = {}
        for answer in self.answers():
            if answer.question in questions:
                sitting[answer.question] = answer
                if len(sitting) == len(questions):
                    sitting = {}
        return sitting

    def _try(self, use: Callable[[], T]) -> T | None:
        try:
            return use()
        except ProgressError as error:
            self.problem = str(error)
            return None
