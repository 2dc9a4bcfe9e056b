"""An exercise as its author writes it: one function that draws parameters and gives a Task.

    @define("05.1", "The numbers of a handshake", covers=("T1", "T2"), source="RFC 9293 3.5")
    def numbers(draw):
        syn, syn_ack, ack = run(handshake, seed=draw.seed())
        return Task(given={"client_isn": syn.seq}, fields=[Whole("ack", ack.ack, ...)], hints=[...])

Keys are computed from what happened, never typed in. A definition that contradicts itself is
reported with its file and line.
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from traceback import walk_tb

from portlab.course.exercises.draw import Draw
from portlab.course.exercises.fields import Field
from portlab.course.exercises.showing import Given
from portlab.errors import ExerciseError

HINTS = (2, 3)
"""How many tiers of hints an exercise has, at least and at most."""


@dataclass(frozen=True, slots=True)
class Task:
    """An exercise for one student: what is given, what is asked, and hints from vague to plain."""

    fields: Sequence[Field]
    hints: Sequence[str]
    given: Mapping[str, object] = field(default_factory=dict)

    def check(self) -> None:
        """Raise ExerciseError where this contradicts itself."""
        if not self.fields:
            raise ExerciseError("it asks for nothing: `fields` is empty")
        names = [one.name for one in self.fields]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ExerciseError(f"two fields are called {min(twice)!r}")
        if not HINTS[0] <= len(self.hints) <= HINTS[1]:
            raise ExerciseError(f"it has {len(self.hints)} hints; give {HINTS[0]} or {HINTS[1]}")
        for name in self.given:
            if not name.isidentifier():
                raise ExerciseError(f"{name!r} in `given` is no name in Python")
            if hasattr(Given, name):
                raise ExerciseError(f"{name!r} in `given` is taken: take another name")
        for one in self.fields:
            one.check()


@dataclass(frozen=True, slots=True)
class Exercise:
    """A definition: what is the same for all students, and the function that makes their Tasks."""

    id: str
    title: str
    covers: tuple[str, ...]
    source: str
    make: Callable[[Draw], Task]
    file: Path
    line: int

    def task(self, student: str) -> Task:
        """The Task of this student. Raises ExerciseError, with file and line, if it is broken."""
        try:
            task = self.make(Draw(f"{self.id} {student}"))
        except Exception as error:
            raise broken(self.file, line_in(error, self.file), in_words(error)) from error
        if not isinstance(task, Task):
            raise broken(self.file, self.line, f"{self.id} gives back {task!r} and not a Task")
        try:
            task.check()
        except ExerciseError as problem:
            raise broken(self.file, self.line, f"{self.id}: {problem}") from None
        return task


def define(
    id: str, title: str, *, covers: Sequence[str], source: str
) -> Callable[[Callable[[Draw], Task]], Exercise]:
    """Make the function below into an exercise.

    `id` is lesson and number, `covers` are rows of the course's coverage (none where the course
    itself is the matter: how to use a lesson is no row), `source` is where the matter is written
    down. Raises ExerciseError.
    """

    def made(make: Callable[[Draw], Task]) -> Exercise:
        file, line = Path(inspect.getfile(make)), inspect.getsourcelines(make)[1]
        lesson = file.stem.removeprefix("lesson_")
        if not re.fullmatch(rf"{re.escape(lesson)}\.[1-9]", id):
            raise broken(file, line, f"{id!r} is no id here: take {lesson}.1 to {lesson}.9")
        if isinstance(covers, str) or not (title and source):
            raise broken(file, line, f"{id} needs a title, a source and rows, as covers=('T1',)")
        before = make.__globals__.get(make.__name__)
        if isinstance(before, Exercise) and before.id != id:
            raise broken(file, line, f"{make.__name__} is defined twice, so {before.id} is lost")
        return Exercise(id, title, tuple(covers), source, make, file, line)

    return made


def broken(file: "Path | str", line: int | None, problem: str) -> ExerciseError:
    """What is said about a definition that does not work."""
    where = f"{file}, line {line}" if line else str(file)
    return ExerciseError(f"The definition of an exercise is broken: {where}: {problem}.")


def line_in(error: BaseException, file: Path) -> int | None:
    """The last line of `file` that was running when it happened."""
    frames = walk_tb(error.__traceback__)
    lines = [line for frame, line in frames if Path(frame.f_code.co_filename) == file]
    return lines[-1] if lines else None


def in_words(error: BaseException) -> str:
    """An exception as a clause."""
    return f"{type(error).__name__}: {error}".rstrip(".")
