"""What learners make themselves: a Trace, or an experiment that is run to give one.

There is no key. The exercise says what it wants to see in the Trace, one property after the
other, and the first that is missing is what the learner hears about.
"""

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from traceback import walk_tb

from portlab.course.exercises.fields import Field, Unclear
from portlab.errors import ExerciseError, PortlabError
from portlab.lab import run
from portlab.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class Want:
    """A property that `holds` for a Trace, or else `says` what is missing.

    `unlike` makes an answer that lacks just this; the tests try it.
    """

    holds: Callable[[Trace], bool]
    says: str
    unlike: Callable[[], object]


@dataclass(frozen=True, slots=True)
class OfTrace(Field):
    """A Trace that has all that is wanted.

    While `open_while` holds it is the starter's and no answer yet, and `begin` says what to do.
    """

    _: KW_ONLY
    wants: Sequence[Want]
    open_while: Callable[[Trace], bool]
    begin: str

    def asks(self) -> str:
        return "a trace, as `run(...)` gives it"

    def while_open(self) -> str:
        return f"Not answered yet. {self.begin}"

    def is_open(self, answer: Trace) -> bool:
        return bool(self.open_while(answer))

    def read(self, answer: object) -> Trace:
        if isinstance(answer, Trace):
            return answer
        if callable(answer):
            raise Unclear("This is an experiment; what is asked for is its trace: run it first.")
        kind = type(answer).__name__
        raise Unclear(f"This is a {kind}; what is asked for is a trace, as `run(...)` gives it.")

    def wrong_with(self, answer: Trace) -> str | None:
        return next((want.says for want in self.wants if not want.holds(answer)), None)

    def check(self) -> None:
        Field.check(self)
        if not self.wants:
            raise ExerciseError(f"{self.name} wants nothing, so that any trace would be right")


@dataclass(frozen=True, slots=True)
class OfExperiment(OfTrace):
    """An experiment, a function of a lab, that gives such a Trace when it is run with `seed`.

    `ends_in` is the error that a right one ends in as well, such as the refusal that the task asks
    for: of that nobody hears what would help against it.
    """

    _: KW_ONLY
    seed: int = 0
    ends_in: type[PortlabError] | None = None

    def asks(self) -> str:
        return "an experiment: a function of a lab, given by its name"

    def read(self, answer: object) -> Trace:
        if isinstance(answer, Trace):
            raise Unclear("This is a trace; give the experiment itself, by its name.")
        if not callable(answer):
            kind = type(answer).__name__
            raise Unclear(f"This is a {kind}; what is asked for is {self.asks()}.")
        try:
            return run(answer, seed=self.seed)
        except Exception as error:  # a learner's own code may raise anything
            raise Unclear(
                f"Your experiment stopped{_where(error, answer)}: {_what(error)}"
            ) from None

    def is_open(self, answer: Trace) -> bool:
        return answer.error is None and OfTrace.is_open(self, answer)

    def wrong_with(self, answer: Trace) -> str | None:
        """Of a run that the network ended, such as a refused call, that is said first."""
        missing = OfTrace.wrong_with(self, answer)
        wanted = self.ends_in is not None and isinstance(answer.error, self.ends_in)
        if missing is None or answer.error is None or wanted:
            return missing
        return f"Your experiment broke off: {answer.error} {missing}"


def _where(error: Exception, experiment: object) -> str:
    """In which line of the experiment it happened."""
    code = getattr(experiment, "__code__", None)
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code is code]
    return f" in line {lines[-1]} of its cell" if lines else ""


def _what(error: Exception) -> str:
    return str(error) if isinstance(error, PortlabError) else f"{type(error).__name__}: {error}"
