"""Whose exercises these are: the name or number that a student's parameters are drawn from.

Remembered in portlab's own folder, so that every notebook asks the same student. The environment
variable `PORTLAB_STUDENT` goes before all else. While nbgrader grades, only what the notebook
itself says counts, and nothing is written: the folder there is the grader's.
"""

import os
import reprlib
import unicodedata

from portlab.course.exercises.showing import Said
from portlab.errors import ExerciseError
from portlab.system import replace_file, user_folder

VARIABLE = "PORTLAB_STUDENT"
NBGRADER = "NBGRADER_EXECUTION"
"""What nbgrader sets to `autograde` while it grades, and to `validate` for a learner's own look."""

NOBODY = ""
"""The student of whoever gave no name: the parameters that everybody shares."""

_KEEP = object()
_LONGEST = 100
_said_here: str | None = None


def student(name: object = _KEEP) -> Said:
    """Say who you are, by name or number; your exercises then have parameters of your own.

    `student()` shows who that is, `student(None)` forgets it. Capital and small letters and spaces
    at the ends make no difference. Raises ExerciseError for what is no name.
    """
    global _said_here
    note = ""
    if name is not _KEEP:
        _said_here = _checked(name)
        if not is_autograded():
            note = _remember(_said_here)
    if _plain(os.environ.get(VARIABLE, "")):
        note = f" So says {VARIABLE}, which goes before what is said here."
    now = current()
    who = f"You are student {now!r}" if now else "You have given no name"
    what = "your exercises have their own numbers" if now else "your numbers are everybody's"
    return Said(f"{who}: {what}.{note}")


def current() -> str:
    """The student to draw parameters for; NOBODY where none was named.

    Raises ExerciseError where the environment variable holds no name.
    """
    if named := _checked(os.environ.get(VARIABLE, "")):
        return named
    if _said_here is not None:
        return _said_here
    return NOBODY if is_autograded() else _remembered()


def is_autograded() -> bool:
    """Whether nbgrader runs this notebook to grade it, on the teacher's computer."""
    return os.environ.get(NBGRADER) == "autograde"


def _checked(name: object) -> str:
    if name is None:
        return NOBODY
    if isinstance(name, bool) or not isinstance(name, str | int):
        raise ExerciseError(f"{name!r} names no student. Give a name or a number: student('17').")
    plain = _plain(str(name))
    if len(plain) > _LONGEST or not plain.isprintable():
        raise ExerciseError(
            f"{reprlib.repr(name)} names no student: a name has at most {_LONGEST} characters, all "
            "of them printable and on one line. Give another: student('17')."
        )
    return plain


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def _remembered() -> str:
    """Whoever is written down; a file that is damaged, and holds no name, is nobody."""
    try:
        return _checked((user_folder() / "student").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, ExerciseError):
        return NOBODY


def _remember(name: str) -> str:
    """Write it down; where that fails, say so: it then counts for this notebook only."""
    file = user_folder() / "student"
    try:
        if name:
            file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(file, name.encode())
        else:
            file.unlink(missing_ok=True)
    except OSError as error:
        why = f"{error.filename or file}: {error.strerror or error}"
        return f" It could not be remembered ({why}), so it counts in this notebook only."
    return ""
