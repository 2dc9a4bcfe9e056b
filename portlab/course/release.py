"""A lesson made ready for learners: no outputs, and no solutions.

Exercises stand in the notebooks as nbgrader wants them: an author's answer lies between
`### BEGIN SOLUTION` and `### END SOLUTION`, and a release puts a friendly line in its place, as
nbgrader's ClearSolutions does. The marks alone decide, in whatever cell they stand, so that wrong
metadata never show learners a solution.
"""

import ast
import json
import re
from typing import Any

from portlab import material
from portlab.errors import PortlabError

STARTER = "# your answer here"
STARTER_OF_A_BLOCK = f"pass  {STARTER}"
"""Where the solution was all that stood in a function, something must take its place."""

BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"


def solution_id(exercise: str) -> str:
    """The `grade_id` of an exercise's solution cell; nbgrader allows letters, digits, - and _.

    >>> solution_id("05.1"), check_id("05.1")
    ('exercise-05-1', 'check-05-1')
    """
    return f"exercise-{exercise.replace('.', '-')}"


def check_id(exercise: str) -> str:
    """The `grade_id` of an exercise's check cell."""
    return f"check-{exercise.replace('.', '-')}"


def release(notebook: dict[str, Any]) -> None:
    """Change `notebook` into one that nobody has ever run or solved. Safe to repeat.

    Raises PortlabError for a region that does not end, or does not begin.
    """
    for cell in notebook["cells"]:
        if cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = [], None
            source = "".join(cell["source"])
            if BEGIN in source or END in source:
                cell["source"] = without_solution(source).splitlines(keepends=True)


def without_solution(source: str) -> str:
    """A cell's source with a friendly line in place of each solution.

    >>> print(without_solution("n = ...\\n### BEGIN SOLUTION\\nn = 3\\n### END SOLUTION\\nn"))
    n = ...
    # your answer here
    n
    """
    text = _replaced(source, STARTER)
    try:
        ast.parse(text)
    except SyntaxError:
        return _replaced(source, STARTER_OF_A_BLOCK)
    return text


def _replaced(source: str, starter: str) -> str:
    lines = []
    inside = False
    for line in source.split("\n"):
        begins, ends = BEGIN in line, END in line
        if begins == inside and (begins or ends):
            raise PortlabError(
                f"A cell with a solution has {BEGIN} and {END} out of order, so that the solution "
                f"would be shown to learners. It starts {source[:60]!r}."
            )
        if begins:
            lines.append(line[: len(line) - len(line.lstrip())] + starter)
        elif not inside and not ends:
            lines.append(line)
        inside = begins or (inside and not ends)
    if inside:
        raise PortlabError(f"A solution has no {END}. Its cell starts {source[:60]!r}.")
    return "\n".join(lines)


def solution_of(exercise: str) -> str:
    """The source of an exercise's solution cell, as the course's author wrote it, without marks.

    Nor has it the starter's lines such as `ack = ...`, for it gives each name its value.

    Raises PortlabError where no lesson has it.
    """
    for name in material.lessons():
        notebook = json.loads((material.notebooks() / name).read_bytes())
        for cell in notebook["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == solution_id(exercise):
                lines = "".join(cell["source"]).splitlines()
                return "\n".join(one for one in lines if not _is_starters(one))
    raise PortlabError(
        f"No lesson of this installation holds a solution of {exercise}: no cell has the grade_id "
        f"{solution_id(exercise)!r}. Install portlab again: "
        "`pip install --force-reinstall portlab`; or, if the exercise is your own, add its cells."
    )


def _is_starters(line: str) -> bool:
    return BEGIN in line or END in line or bool(re.fullmatch(r"\w+ = \.\.\.", line))
