"""What a claim is, and what comes of putting it to the test.

A test has two halves: an experiment that makes something happen, and a judge that reads the Trace
and computes whether the statement held. The verdict says what is known; the judge does not know it.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from portlab.errors import LabError, PortInUse, PortNotAllowed, WorldError
from portlab.lab import Lab, run
from portlab.trace.trace import Trace
from portlab.wording import listed, wrapped
from portlab.worlds import world_class

SEED = 1

Kind = TypeVar("Kind")


def result_of(trace: Trace, kind: type[Kind]) -> Kind:
    """What the experiment returned. Raises what ended it instead."""
    if isinstance(trace.result, kind):
        return trace.result
    raise trace.error or LabError(
        f"This trace cannot be judged: its run returned {trace.result!r} and no {kind.__name__}."
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether the statement held in one run, and in sentences what was seen."""

    holds: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What to run, and who reads what came of it.

    `platforms` are those (as in `sys.platform`) whose own sockets show it; empty means all.
    """

    experiment: Callable[[Lab], object]
    judge: Callable[[Trace], Finding]
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One run: where, whether the statement held in it, what was seen, and the Trace."""

    world: str
    holds: bool
    lines: tuple[str, ...]
    trace: Trace


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement as it is commonly made, and what is known of it.

    `authority` is where `right`, the sentence that should be said instead, is written. `trials`
    by world; a claim about a word has none. `only_there` says why not in the other worlds.
    """

    number: int
    statement: str
    verdict: Literal["false", "depends"]
    right: str
    authority: str
    trials: Mapping[str, Trial] = field(default_factory=dict)
    only_there: str = "there every packet is seen, and every run is the same"

    @property
    def worlds(self) -> tuple[str, ...]:
        """Where it can be put to the test, on this computer."""
        return tuple(
            world
            for world, trial in self.trials.items()
            if not trial.platforms or sys.platform in trial.platforms
        )

    def evidence(self, world: str = "model") -> Evidence:
        """Run the test in `world`. Raises WorldError where there is none, or it cannot be run."""
        world_class(world)
        if world not in self.worlds:
            raise WorldError(self._no_test(world))
        test = self.trials[world]
        try:
            trace = run(test.experiment, world=world, seed=SEED)
        except (PortInUse, PortNotAllowed) as error:
            raise WorldError(
                f"This computer does not let claim {self.number} be put to the test on its own "
                f"sockets: {error} Use world='model'."
            ) from error
        finding = test.judge(trace)
        return Evidence(world, finding.holds, finding.lines, trace)

    def _no_test(self, world: str) -> str:
        if not self.trials:
            return f"Claim {self.number} is about a word: there is nothing to run."
        there = listed((f"world={name!r}" for name in self.worlds), "or")
        return (
            f"Claim {self.number} cannot be put to the test in the {world} world. "
            f"Use {there}: {self.only_there}."
        )


class TriedClaim:
    """A claim beside the evidence of one run; as a cell's value, or printed, it is text."""

    def __init__(self, claim: Claim, evidence: Evidence | None) -> None:
        self.claim = claim
        self.evidence = evidence

    @property
    def number(self) -> int:
        return self.claim.number

    @property
    def statement(self) -> str:
        return self.claim.statement

    @property
    def verdict(self) -> str:
        """`false` or `depends`."""
        return self.claim.verdict

    @property
    def right(self) -> str:
        """What should be said instead."""
        return self.claim.right

    @property
    def authority(self) -> str:
        return self.claim.authority

    @property
    def holds(self) -> bool | None:
        """Whether the statement held in this run; None where there is nothing to run."""
        return self.evidence.holds if self.evidence else None

    @property
    def lines(self) -> tuple[str, ...]:
        """What was seen, in sentences."""
        return self.evidence.lines if self.evidence else ()

    @property
    def trace(self) -> Trace:
        """The run itself, for `ladder`. Raises WorldError where there is nothing to run."""
        if self.evidence is None:
            raise WorldError(self.claim._no_test(""))
        return self.evidence.trace

    def __str__(self) -> str:
        return self._written(str, lambda text, hanging: wrapped(text, hanging=hanging))

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        marked = self._written(lambda title: f"**{title}**", lambda text, _: text)
        return {"text/plain": str(self), "text/markdown": marked}

    def _written(self, title: Callable[[str], str], wrap: Callable[[str, str], str]) -> str:
        """Paragraphs, and the list of what was seen as one of them; blank lines between."""
        parts = [wrap(f'{title(f"Claim {self.number}")}: "{self.statement}"', "")]
        if self.evidence is not None:
            parts.append(f"{title('Put to the test')} in the {self.evidence.world} world:")
            parts.append("\n".join(wrap(f"- {line}", "  ") for line in self.lines))
            parts.append(f"In this run the statement {'held' if self.holds else 'failed'}.")
        parts.append(wrap(f"{title('Verdict')}: {self.verdict}. {self.right}", ""))
        parts.append(wrap(f"{title('Written in')}: {self.authority}.", ""))
        return "\n\n".join(parts)
