"""Which exercises there are: the definitions in `lesson_NN.py`, read when one is asked for."""

import difflib
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path

from portlab.course.exercises.definition import Exercise, broken, in_words, line_in
from portlab.errors import ExerciseError
from portlab.wording import listed

_HERE = Path(__file__).parent


def find(id: object) -> Exercise:
    """The exercise of this id. Raises ExerciseError, which names those that are near."""
    if not isinstance(id, str):
        raise ExerciseError(f"An exercise is named by text, in quotes, as in '05.1', not {id!r}.")
    wanted = id.strip()
    lesson = wanted.partition(".")[0]
    if lesson in lessons():
        for exercise in exercises_of(lesson):
            if exercise.id == wanted:
                return exercise
    raise ExerciseError(f"There is no exercise {id!r}. {_near(wanted)}")


def lessons() -> list[str]:
    """The lessons that have exercises, as in `05`."""
    return sorted(path.stem.removeprefix("lesson_") for path in _HERE.glob("lesson_*.py"))


def exercises() -> Iterator[Exercise]:
    """All exercises in the order of the course. Raises ExerciseError for a broken definition."""
    for lesson in lessons():
        yield from exercises_of(lesson)


def exercises_of(lesson: str) -> list[Exercise]:
    """The exercises of one lesson, in order. Raises ExerciseError for a broken definition."""
    file = _HERE / f"lesson_{lesson}.py"
    try:
        module = import_module(f"portlab.course.exercises.lesson_{lesson}")
    except ExerciseError:
        raise
    except SyntaxError as error:
        raise broken(error.filename or file, error.lineno, error.msg) from error
    except Exception as error:
        raise broken(file, line_in(error, file), in_words(error)) from error
    found = [value for value in vars(module).values() if isinstance(value, Exercise)]
    found.sort(key=lambda exercise: exercise.id)
    for one, other in pairwise(found):
        if one.id == other.id:
            raise broken(file, max(one.line, other.line), f"{one.id} is defined twice")
    return found


def _near(wanted: str) -> str:
    known = [f"{lesson}.{number}" for lesson in lessons() for number in _numbers(lesson)]
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {listed(near, 'or')}?"
    return f"There are {listed(known)}."


def _numbers(lesson: str) -> list[str]:
    """Of the exercises of a lesson; none while its definitions are broken."""
    try:
        return [exercise.id.partition(".")[2] for exercise in exercises_of(lesson)]
    except ExerciseError:
        return []
