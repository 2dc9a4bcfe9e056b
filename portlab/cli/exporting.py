"""`portlab quiz export`: the questions as other programs read them."""

import argparse
from typing import TYPE_CHECKING, Any

from portlab.cli import values

if TYPE_CHECKING:
    from portlab.quiz.question import Question

NAME = "quiz export"
FORMATS = ("anki", "qti", "moodle", "csv", "paper")


def add_to(kinds: "argparse._SubParsersAction[Any]") -> None:
    """Add the command, whose name is two words: `main` joins them before it parses."""
    export = kinds.add_parser(
        NAME,
        help="write the questions for Anki, Canvas, Moodle, a spreadsheet or paper",
        description="Write the questions of the bank, core and further, into a file for another "
        "program. A newer export brings Anki the newer words and keeps what it knows of each card.",
    )
    export.add_argument("file", metavar="FILE", help="the file to write")
    export.add_argument(
        "--to",
        required=True,
        choices=FORMATS,
        metavar="|".join(FORMATS),
        help="anki (.apkg), qti for Canvas (.zip), moodle (.xml), csv (.csv), or paper (.html), an "
        "exam to print with its key behind it",
    )
    export.add_argument(
        "--topic",
        metavar="TOPIC",
        help="as for `portlab quiz`: a lesson (05), a row (S1, S), a topic of the exam (4.2), "
        '"weak", a kind of generated question (next-ack), or a word (mail); default: the bank',
    )
    export.add_argument(
        "--count", type=values.number, metavar="N", help="draw so many of them (default: all)"
    )
    export.add_argument(
        "--seed",
        type=values.whole,
        default=1,
        metavar="N",
        help="which are drawn, and the order on paper: the same seed, the same paper (default 1)",
    )
    export.add_argument(
        "--title", metavar="WORDS", help="name of the quiz for Canvas, heading of a paper"
    )
    export.add_argument("--replace", action="store_true", help="replace a file of that name")
    export.set_defaults(command=run)


def run(options: argparse.Namespace) -> None:
    from pathlib import Path

    from portlab.quiz.exports import export
    from portlab.quiz.exports.writing import checked

    checked(options.to, Path(options.file), replace=options.replace)
    topic = options.topic
    print(
        export(
            _chosen(topic, options.count, options.seed),
            options.to,
            options.file,
            title=options.title or f"portlab{'' if topic is None else f', {topic}'}",
            seed=options.seed,
            replace=options.replace,
        )
    )


def _chosen(topic: str | None, count: int | None, seed: int) -> "list[Question]":
    from portlab.errors import QuizError
    from portlab.quiz.generated import GENERATORS
    from portlab.quiz.pool import WEAK, draw, pool, written
    from portlab.quiz.progress import Progress

    if topic == WEAK:
        there = pool(topic, seed, Progress().answers())
        if not there:
            raise QuizError("Nothing is known to be weak yet: first answer some, `portlab quiz`.")
    else:
        there = pool(topic, seed) if topic in GENERATORS else written(topic)
    there = list({question.id: question for question in there}.values())
    if count is None:
        return there
    return there[:count] if topic == WEAK else draw(there, count, seed)
