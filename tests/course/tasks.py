"""The Task of a student; where the definition is broken, the test fails with its words alone."""

import pytest

from portlab.course.exercises.definition import Exercise, Task
from portlab.errors import ExerciseError


def task(exercise: Exercise, student: str) -> Task:
    """What a traceback would add is the engine's inside, and the slip is in a lesson's file."""
    try:
        return exercise.task(student)
    except ExerciseError as error:
        said = str(error)
    pytest.fail(
        f"For {f'student {student!r}' if student else 'no name given'}: {said}", pytrace=False
    )
