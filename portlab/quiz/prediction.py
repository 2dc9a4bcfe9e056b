"""Predictions: what a learner expects, locked in before a run and held against it afterwards.

A prediction is a question whose key nobody wrote: the learner's own run computes it. What was
locked in lives in the kernel, so that running the cell again neither loses nor changes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portlab.errors import QuizError
from portlab.quiz import lettered
from portlab.quiz.showing import bundle
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
        known = _asked[name] = Prediction(name, question, given)
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
    asked.answered = True
    return Comparison(asked.choices, right, asked.locked, asked.late, because)


@dataclass(slots=True, repr=False)
class Prediction:
    """One question and what was locked in; `predict` gives it. It shows itself."""

    name: str
    question: str
    choices: tuple[Any, ...]
    locked: int | None = None
    """Which choice, from 0; None as long as none is."""
    late: bool = False
    """Locked in when `compare` had already shown the outcome."""
    answered: bool = False

    def lock(self, choice: int) -> None:
        """Lock in choice number `choice`, from 0, unless one is locked in already."""
        if self.locked is None:
            self.locked, self.late = choice, self.answered

    def state(self) -> dict[str, Any]:
        """What the page shows."""
        return {
            "question": self.question,
            "choices": list(map(str, self.choices)),
            "locked": self.locked,
            "late": self.late,
        }

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

    @property
    def right(self) -> bool:
        """Predicted, in time or not, and so it came."""
        return self.predicted == self.outcome

    def __str__(self) -> str:
        advice = ""
        if self.predicted is None:
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
