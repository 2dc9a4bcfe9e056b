"""What a sitting or a prediction writes down, and finds again when it is opened another day."""

from collections.abc import Callable
from typing import TypeVar

from portlab.errors import ProgressError
from portlab.quiz.progress import Answer, Outcome, Progress
from portlab.quiz.verdict import Verdict
from portlab.system import now

T = TypeVar("T")


class Diary:
    """What `name` has written into `progress`: the code of a sitting, or predictions.

    What cannot be written down counts in the sitting all the same; `problem` then says why.
    """

    def __init__(
        self, name: str, progress: Progress | None = None, clock: Callable[[], int] = now
    ) -> None:
        self.problem = ""
        self._name = name
        self._progress = progress or Progress()
        self._clock = clock

    def begin(self) -> None:
        """Write down that the time of an exam runs from now on."""
        self._add(self._entry("", "begun"))

    def note(self, verdict: Verdict, outcome: Outcome, *, over: bool = False) -> None:
        """Write down an answer; with `over`, in the same step, that it was the last."""
        answer = self._entry(verdict.question.id, outcome, verdict.as_answered)
        self._add(answer, *([self._entry("", "over")] if over else []))

    def end(self) -> None:
        """Write down that the sitting is over: what comes after is another one."""
        self._add(self._entry("", "over"))

    def predict(self, name: str, outcome: Outcome, given: tuple[str, ...]) -> None:
        """Write down a prediction, or what came of it."""
        self._add(self._entry(name, outcome, given))

    def last(self, question: str) -> Answer | None:
        """What was written down last of one question."""
        found = [answer for answer in self._there() if answer.question == question]
        return found[-1] if found else None

    def left(self) -> tuple[Answer, ...]:
        """What was written down since the last sitting was over, in that order."""
        there = self._there()
        ends = [at for at, answer in enumerate(there, 1) if answer.outcome == "over"]
        return there[ends[-1] if ends else 0 :]

    def _there(self) -> tuple[Answer, ...]:
        there = self._try(self._progress.answers) or ()
        return tuple(answer for answer in there if answer.session == self._name)

    def _entry(self, question: str, outcome: Outcome, given: tuple[str, ...] = ()) -> Answer:
        return Answer(self._clock(), question, outcome, self._name, given)

    def _add(self, *answers: Answer) -> None:
        self._try(lambda: self._progress.add(*answers))

    def _try(self, use: Callable[[], T]) -> T | None:
        try:
            return use()
        except ProgressError as error:
            self.problem = str(error)
            return None
