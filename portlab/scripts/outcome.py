"""What came of playing a script: pass, fail or skip, and the story."""

from dataclasses import dataclass
from typing import Any, Literal

from portlab.scripts.comparing import Difference
from portlab.trace.trace import Trace
from portlab.wording import count

Status = Literal["pass", "fail", "skip"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`script` is its name. `reason` says in a sentence why it failed or was skipped.

    Where it failed: `line` is the number of the line that was not met and `text` what stands
    there; `expected` and `seen` are the two packets, or results of a call, where there are two,
    and `differences` says field by field what is not as it should be. `skipped` counts shell lines
    and assertions, which are never run. `unasked` are packets of the host that no line speaks of.
    """

    script: str
    status: Status
    reason: str = ""
    line: int | None = None
    text: str = ""
    expected: str = ""
    seen: str = ""
    differences: tuple[Difference, ...] = ()
    skipped: int = 0
    unasked: tuple[str, ...] = ()
    trace: Trace | None = None

    @property
    def passed(self) -> bool:
        return self.status == "pass"

    def report(self, width: int = 100) -> str:
        """One line for a script that passed or was skipped; all that is known for one that
        failed, with the story so far as a ladder."""
        head = f"{self.status}  {self.script}"
        if self.status != "fail":
            notes = [self.reason] if self.reason else []
            if self.skipped:
                notes.append(f"{count(self.skipped, 'line')} of shell or assertions not run")
            if self.unasked:
                notes.append(f"{count(len(self.unasked), 'packet')} that no line speaks of")
            return f"{head} ({'; '.join(notes)})" if notes else head
        lines = [head]
        if self.line is not None:
            lines.append(f"  line {self.line}: {self.text}")
        if self.reason:
            lines.append(f"  {self.reason}")
        if self.expected:
            lines += [f"    expected  {self.expected}", f"    seen      {self.seen}"]
        lines += [f"  {difference}" for difference in self.differences]
        if self.trace is not None and len(self.trace):
            from portlab.views.picture import ladder

            lines += ["", "  The story so far:", "", ladder(self.trace).text(width=width)]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """For JSON; the packets as `portlab show --json` gives them."""
        from portlab.trace.json import as_dicts

        return {
            "script": self.script,
            "status": self.status,
            "reason": self.reason,
            "line": self.line,
            "text": self.text,
            "expected": self.expected,
            "seen": self.seen,
            "differences": [
                {"field": one.field, "expected": one.expected, "seen": one.seen}
                for one in self.differences
            ],
            "skipped": self.skipped,
            "unasked": list(self.unasked),
            "packets": as_dicts(self.trace) if self.trace is not None else [],
        }

    def __str__(self) -> str:
        return self.report()


def summary(outcomes: list[Outcome]) -> str:
    """
    >>> summary([Outcome("a", "pass"), Outcome("b", "skip")])
    '1 passed, 0 failed, 1 skipped'
    """
    numbers = [sum(o.status == status for o in outcomes) for status in ("pass", "fail", "skip")]
    return "{} passed, {} failed, {} skipped".format(*numbers)
