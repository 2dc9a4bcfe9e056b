"""What a learner calls: `exercise`, `check`, `hint` and `solution`.

A wrong answer is no error: `check` shows what it has to say and lets the notebook go on. Only
under nbgrader does it raise, because that is what nbgrader counts.
"""

import difflib
import os
from dataclasses import replace

from portlab.course.exercises import students
from portlab.course.exercises.definition import Exercise, Task
from portlab.course.exercises.fields import Judgement
from portlab.course.exercises.finding import find
from portlab.course.exercises.showing import Feedback, Given, Said
from portlab.course.release import solution_of
from portlab.errors import ExerciseError
from portlab.wording import listed

_tried: set[str] = set()
_hints_given: dict[str, int] = {}


class NotRightYet(ExerciseError):
    """Raised by `check` under nbgrader, for answers that earn no point or do not validate."""

    def _render_traceback_(self) -> list[str]:
        """Shown by IPython in place of a traceback, which would explain nothing."""
        return str(self).splitlines()


def exercise(id: str) -> Given:
    """The parameters of exercise `id`, drawn for this student (see `student`).

    Raises ExerciseError for an id that there is not.

    >>> given = exercise("05.1")
    >>> given.client_isn == given["client_isn"]
    True
    """
    found = find(id)
    task = found.task(students.current())
    return Given(_heading(found), dict(task.given), [one.name for one in task.fields])


def check(id: str = "", /, *unnamed: object, **answers: object) -> Feedback:
    """Look at your answers: `check("05.1", ack=4)`. Each is judged by itself, with a reason.

    Raises ExerciseError for an id that there is not.
    """
    found = find(id)
    task = found.task(students.current())
    judgements = [one.judge(answers.get(one.name)) for one in task.fields]
    feedback = Feedback(
        _verdict(found, judgements),
        judgements,
        _remarks(task, len(unnamed), [name for name in answers if answers[name] is not None]),
        _next(found, judgements),
    )
    if feedback.is_answered:
        _tried.add(found.id)
    return _graded(feedback)


def hint(id: str) -> Said:
    """The next hint for exercise `id`, from a first nudge to nearly all of it.

    Raises ExerciseError for an id that there is not.
    """
    found = find(id)
    hints = found.task(students.current()).hints
    number = min(_hints_given.get(found.id, 0) + 1, len(hints))
    _hints_given[found.id] = number
    left = len(hints) - number
    after = {
        0: f'That was the last hint. After a try, solution("{found.id}") shows one way.',
        1: f'One more hint is left: hint("{found.id}").',
    }.get(left, f'{left} more hints are left: hint("{found.id}").')
    return Said(f"Hint {number} of {len(hints)}: {hints[number - 1]}", after=after)


def solution(id: str) -> Said:
    """One way to solve exercise `id`, once you have tried.

    Raises ExerciseError for an id that there is not, and where the lesson is missing.
    """
    found = find(id)
    if found.id not in _tried:
        return Said(
            f"The solution of {found.id} is shown once you have tried: answer at least one part of "
            "it and run its check. (A restarted kernel has forgotten earlier tries: run the check "
            f'again.) If you do not know where to begin, hint("{found.id}") helps.'
        )
    return Said(
        f"One way to solve {_heading(found)}, in place of the starter:",
        solution_of(found.id),
        "Run it, and change it until you could have written it.",
    )


def _graded(feedback: Feedback) -> Feedback:
    """As nbgrader reads it: an error is no point, a number is that many of the cell's points.

    Its validation, which a learner runs, shows the words of an error and of nothing else.
    """
    how = os.environ.get(students.NBGRADER, "")
    if how not in ("autograde", "validate"):
        return feedback
    if not feedback.right or (how == "validate" and not feedback.is_right):
        raise NotRightYet(str(feedback))
    return replace(feedback, points=feedback.right)


def _heading(found: Exercise) -> str:
    return f"{found.id} {found.title}"


def _verdict(found: Exercise, judgements: list[Judgement]) -> str:
    marks = [one.mark for one in judgements]
    right, total = marks.count("right"), len(marks)
    if right == total:
        return f"{_heading(found)}: all right."
    if all(mark == "open" for mark in marks):
        return f"{_heading(found)}: not begun yet."
    return f"{_heading(found)}: {right} of {total} right."


def _remarks(task: Task, unnamed: int, named: list[str]) -> list[str]:
    names = [one.name for one in task.fields]
    said = []
    if unnamed:
        said.append(f"Give each answer its name, as in check(..., {names[0]}=...).")
    for name in named:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            means = f"Did you mean {near[0]}?" if near else f"Asked for: {listed(names)}."
            said.append(f"Nothing called {name} is asked for here. {means}")
    return said


def _next(found: Exercise, judgements: list[Judgement]) -> str:
    marks = {one.mark for one in judgements}
    if marks == {"right"}:
        return f"To read on: {found.source}."
    if marks == {"open"}:
        return (
            "Fill in the cell above, run it, then this one again. If it ended in red, mend that "
            f'first. To begin: hint("{found.id}")'
        )
    return f'Change your answer above and run both cells again. Stuck? hint("{found.id}")'
