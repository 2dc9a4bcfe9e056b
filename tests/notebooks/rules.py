"""What every committed notebook must hold to, as functions that name each breach."""

import re
from collections.abc import Iterator
from typing import Any

from portlab.course.release import STARTER, without_solution
from tests.notebooks.lessons import is_compared, may_raise

MAX_CODE_LINES = 10
MAX_WORDS = 120
MAX_NOT_COMPARED = 3
MAX_NOT_COMPARED_IN_ALL = 12
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python"}

TERM_WORDS = 3
"""What is bold and longer is a statement; what is bold and ends in a mark, such as `Look.`, begins
a paragraph. All else that is bold is a term."""
WORDS_LEARNED = "words"
"""How the ids begin of the cells that list the terms of a lesson."""
_BOLD = re.compile(r"\*\*([^*]+)\*\*")


def breaches(notebook: Any) -> list[str]:
    """Everything that is wrong with one notebook, as sentences."""
    found = list(_in_metadata(notebook.metadata))
    for number, cell in enumerate(notebook.cells):
        look = _in_code if cell.cell_type == "code" else _in_text
        found.extend(f"cell {number}: {what}" for what in look(cell))
    if (count := not_compared(notebook)) > MAX_NOT_COMPARED:
        found.append(f"{count} outputs are not compared, at most {MAX_NOT_COMPARED} may be")
    return [*found, *_in_words(notebook.cells)]


def not_compared(notebook: Any) -> int:
    """How many code cells nbval does not compare."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return sum(not is_compared(cell) for cell in code)


def _in_metadata(metadata: Any) -> Iterator[str]:
    if "widgets" in metadata:
        yield "widget state is saved, which other viewers cannot show"
    if dict(metadata.get("kernelspec", {})) != KERNEL:
        yield f"the kernel must be nobody's in particular: {KERNEL}"
    if dict(metadata.get("language_info", {})) != LANGUAGE:
        yield f"language_info must name no version: {LANGUAGE}"
    if extra := set(metadata) - {"kernelspec", "language_info", "portlab"}:
        yield f"metadata that is not the lesson's: {sorted(extra)}"


def _in_code(cell: Any) -> Iterator[str]:
    seen = without_solution(cell.source).replace(STARTER, "").splitlines()
    lines = [line for line in seen if line.strip()]
    if not lines:
        yield "an empty code cell"
    if len(lines) > MAX_CODE_LINES:
        yield f"{len(lines)} lines of code, at most {MAX_CODE_LINES}"
    if cell.execution_count is None:
        yield "was never executed, so nbval would compare nothing"
    if not is_compared(cell) and not cell.metadata.get("portlab", {}).get("why_not_compared"):
        yield "its output is not compared, and metadata.portlab.why_not_compared gives no reason"
    if "NBVAL_" in cell.source:
        yield "a comment to nbval: use a metadata tag, which learners do not see"
    if "execution" in cell.metadata:
        yield "the time it ran is saved"
    for output in cell.outputs:
        if output.output_type == "error" and not may_raise(cell):
            yield f"an error is stored: {output.ename}"
        if data := output.get("data"):
            if any("widget" in kind for kind in data):
                yield "a widget is stored, which a reopened notebook cannot show"
            if "text/plain" not in data:
                yield "an output without text, so nothing is compared or read aloud"


def _in_words(cells: list[Any]) -> Iterator[str]:
    text = [cell for cell in cells if cell.cell_type == "markdown"]
    lists = [cell for cell in text if cell.id.startswith(WORDS_LEARNED)]
    learned = {term for cell in lists for term in _terms(cell.source)}
    for cell in text:
        if missing := _terms(cell.source) - learned:
            yield f"bold in {cell.id}, and not among the words learned: {sorted(missing)}"


def _terms(source: str) -> set[str]:
    """The terms that are bold in a text, in small letters and without the s of several."""
    bold = [" ".join(one.split()) for one in _BOLD.findall(source)]
    return {
        one.casefold().removesuffix("s")
        for one in bold
        if len(one.split()) <= TERM_WORDS and one[-1] not in ".,:?"
    }


def _in_text(cell: Any) -> Iterator[str]:
    # A table is looked things up in, not read.
    prose = [line for line in cell.source.splitlines() if not line.startswith("|")]
    if (words := len(" ".join(prose).split())) > MAX_WORDS:
        yield f"{words} words, at most {MAX_WORDS}"
    if not cell.source.strip():
        yield "an empty text cell"
