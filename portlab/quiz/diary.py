"""What a session or a prediction writes down, and finds again when it is opened another day."""

from collections.abc import Callable, Collection
from typing import TypeVar

from portlab.errors import ProgressError
from portlab.quiz.progress import Answer, Outcome, Progress
from portlab.quiz.verdict import Verdict
from portlab.system import now

T = TypeVar("T")


class Diary:
    """The answers that `name` has written into `progress`: the code of a session, or a prediction.

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
        self.write(verdict.question.id, outcome, verdict.as_answered)

    def write(self, question: str, outcome: Outcome, given: tuple[str, ...]) -> None:
        """Write down what was `given` to the question of this id, and what came of it."""
        answer = Answer(self._clock(), question, outcome, self._name, given)
        self._try(lambda: self._progress.add(answer))

    def last(self, question: str) -> Answer | None:
        """What was written down last of one question."""
        found = [answer for answer in self.answers() if answer.question == question]
        return found[-1] if found else None

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
