"""Predictions: what a learner expects, locked in before a run and held against it afterwards.

A prediction is a question whose key nobody wrote: the learner's own run computes it. What is locked
in is written down with the answers to questions, so that neither a cell that runs again nor a
notebook that is opened again loses or changes it, until the run has had its word. After that, who
goes through the lesson another day predicts afresh, and sees what was predicted before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portlab.errors import QuizError
from portlab.quiz import lettered
from portlab.quiz.diary import Diary
from portlab.quiz.progress import Outcome
from portlab.quiz.showing import bundle
from portlab.system import is_static
from portlab.wording import wrapped

_asked: dict[str, "Prediction"] = {}
"""By name: the predictions of this kernel."""


def predict(
    name: str, question: str, choices: Iterable[Any], *, answer: Any = None
) -> "Prediction":
    """Ask what will happen, before it happens; in Jupyter, a choice with a "Lock in" button.

    `name` is what `compare` knows it by, such as "05.syn-lost"; `choices` are any values that read
    well, at least two. `answer` locks one in where there are no buttons: a choice, or its letter.
    What is locked in stays: running the cell again shows it. Asking other words or other choices
    under the same name begins afresh.
    Raises QuizError for choices that cannot be told apart, and for an `answer` that is none.

    >>> predict("doc.count", "How many segments?", [3, 4], answer=3)
    Predict: How many segments?
    <BLANKLINE>
    -> a  3
       b  4
    <BLANKLINE>
    Locked in: 3
    """
    for what, words in (("name", name), ("question", question)):
        if not isinstance(words, str) or not words.strip():
            raise QuizError(
                f"The {what} of a prediction is {words!r}. Give it in words: "
                'predict("05.syn-lost", "Who notices?", ["the client", "the server"]).'
            )
    given = lettered.checked(name, choices)
    known = _asked.get(name)
    if known is None or (known.question, known.choices) != (question, given):
        diary = None if is_static() else Diary("predict")
        known = _asked[name] = Prediction(name, question, given, diary)
    if answer is not None:
        known.lock(lettered.chosen(name, given, answer))
    return known


def compare(name: str, outcome: Any, because: str = "") -> "Comparison":
    """What was predicted under `name`, held against what the run has shown.

    `outcome` is computed by the run and is one of the choices; `because` says why it came so.
    From now on that prediction is answered: locked in later, it counts as late.
    Raises QuizError for a name that nothing was predicted under, and an outcome that is no choice.

    >>> guess = predict("doc.who", "Who waits?", ["the client", "the server"], answer="b")
    >>> compare("doc.who", "the client", "Only the client knows that it called.")
    You predicted: the server
    The run shows: the client
    <BLANKLINE>
    A surprise, and surprises teach the most. Only the client knows that it called.
    """
    if name not in _asked:
        known = ", ".join(map(repr, sorted(_asked))) or "none yet"
        raise QuizError(
            f"Nothing was predicted under the name {name!r}, so there is nothing to compare. "
            f"Run the cell with predict({name!r}, ...) first. Names known here: {known}."
        )
    asked = _asked[name]
    right = lettered.position(asked.choices, outcome)
    if right is None:
        offered = ", ".join(map(str, asked.choices))
        raise QuizError(
            f"The run shows {outcome}, which is none of the choices of {name}: {offered}. "
            "If you have changed the run, compare what it shows by eye, or change it back."
        )
    return asked.compared(right, because)


@dataclass(slots=True, repr=False)
class Prediction:
    """One question and what was locked in; `predict` gives it. It shows itself."""

    name: str
    question: str
    choices: tuple[Any, ...]
    diary: Diary | None = None
    locked: int | None = field(default=None, init=False)
    """Which choice, from 0; None as long as none is."""
    late: bool = field(default=False, init=False)
    """Locked in when `compare` had already shown the outcome."""
    before: str = field(default="", init=False)
    """What was predicted another day, and when, if the run has had its word since."""
    _outcome: int | None = field(default=None, init=False)
    """Which choice the run has shown."""

    def __post_init__(self) -> None:
        last = self.diary.last(self.name) if self.diary is not None else None
        if last is None or last.given[1:] != self._words:
            return
        choice = self._words.index(last.given[0], 1) - 1
        if last.outcome == "locked in":
            self.locked = choice
        else:
            self.before = f"{self.choices[choice]}, on {datetime.fromtimestamp(last.time):%Y-%m-%d}"

    def lock(self, choice: int) -> None:
        """Lock in choice number `choice`, from 0, unless one is locked in already."""
        if self.locked is None:
            self.locked, self.late = choice, self._outcome is not None
            self._write()

    def compared(self, outcome: int, because: str) -> "Comparison":
        """Hold it against choice number `outcome`, which the run shows."""
        first, self._outcome = self._outcome is None, outcome
        if first:
            self._write()
        return Comparison(self.choices, outcome, self.locked, self.late, because, self.before)

    def _write(self) -> None:
        if self.diary is not None and self.locked is not None:
            outcome: Outcome = "locked in"
            if self._outcome is not None:
                outcome = "as predicted" if self.locked == self._outcome else "surprise"
            given = self._words[1 + self.locked]
            self.diary.predict(self.name, outcome, (given, *self._words))

    @property
    def _words(self) -> tuple[str, ...]:
        """The question and its choices: in other words, it is another one."""
        return (self.question, *map(str, self.choices))

    def state(self) -> dict[str, Any]:
        """What the page shows."""
        return {
            "question": self.question,
            "choices": list(map(str, self.choices)),
            "locked": self.locked,
            "late": self.late,
            "before": self.before,
            "problem": self._problem,
        }

    @property
    def _problem(self) -> str:
        return self.diary.problem if self.diary is not None else ""

    def hear(self, message: Any) -> None:
        """Do what the page asks: {do: "lock", choice: number from 0}; anything else is ignored."""
        match message:
            case {"do": "lock", "choice": int(choice)} if 0 <= choice < len(self.choices):
                self.lock(choice)

    def __str__(self) -> str:
        lines = [wrapped(f"Predict: {self.question}"), ""]
        lines += [*lettered.listed(self.choices, self.locked), ""]
        if self.locked is None:
            lines += [
                "Nothing is locked in yet. If you see no buttons here, add your letter to the",
                f'code above, as in predict("{self.name}", ..., answer="a"), and run it again.',
            ]
        else:
            lines.append(f"Locked in: {self.choices[self.locked]}{_late(self.late)}")
        if self.before:
            lines.append(f"Before, you predicted: {self.before}")
        if self._problem:
            lines += ["", wrapped(self._problem)]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        def widget() -> Any:
            from portlab.quiz.widget import PredictionWidget

            return PredictionWidget(self)

        return bundle(str(self), widget)


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """What was predicted beside what happened; `predicted` is None where nothing was locked in."""

    choices: tuple[Any, ...]
    outcome: int
    predicted: int | None
    late: bool
    because: str
    before: str = ""

    @property
    def right(self) -> bool:
        """Predicted, in time or not, and so it came."""
        return self.predicted == self.outcome

    def __str__(self) -> str:
        advice = ""
        if self.predicted is None and self.before:
            predicted, verdict = self.before, ""
        elif self.predicted is None:
            predicted, verdict = "nothing was locked in", ""
            advice = "Next time lock something in first: an answer sticks when one has wondered."
        else:
            predicted = f"{self.choices[self.predicted]}{_late(self.late)}"
            verdict = "Right!" if self.right else "A surprise, and surprises teach the most."
        lines = [f"You predicted: {predicted}", f"The run shows: {self.choices[self.outcome]}", ""]
        said = wrapped(" ".join(filter(None, (verdict, self.because, advice))))
        return "\n".join([*lines, said])

    __repr__ = __str__


def _late(late: bool) -> str:
    return " (late: the run had been shown)" if late else ""
