"""CSV: one line for each question, for a spreadsheet or a program.

UTF-8 with a byte order mark, without which Excel takes it for the computer's old character set;
commas and quotes as RFC 4180 has them. No cell is a formula: where a text begins like one, an
apostrophe stands before it. Several things in a cell are parted by new lines.
"""

import csv
from collections.abc import Sequence
from io import StringIO

from portlab.quiz.exports.rendering import blanks, given, key, offered, whys
from portlab.quiz.lettered import LETTERS
from portlab.quiz.question import Question

COLUMNS = (
    "id", "lesson", "covers", "difficulty", "further", "kind", "prompt", "given", "parts",
    "choices", "key", "whys", "explanation", "reference",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def spreadsheet(questions: Sequence[Question]) -> bytes:
    """The questions as a .csv file, its columns named in the first line."""
    written = StringIO(newline="")
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for question in questions:
        table.writerow([safe(cell) for cell in _row(question)])
    return written.getvalue().encode("utf-8-sig")


def safe(cell: str) -> str:
    """`cell` as text whatever it begins with.

    >>> safe("=1+1"), safe("80")
    ("'=1+1", '80')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _row(question: Question) -> tuple[str, ...]:
    return (
        question.id,
        question.lesson,
        " ".join(question.covers),
        str(question.difficulty),
        "yes" if question.further else "no",
        question.kind,
        question.prompt,
        given(question),
        "\n".join(blanks(question)),
        "\n".join(f"{a}) {b}" for a, b in zip(LETTERS, offered(question), strict=False)),
        "\n".join(key(question)),
        "\n".join(f"{what}: {why}" for what, why in whys(question)),
        question.explanation,
        question.reference,
    )
