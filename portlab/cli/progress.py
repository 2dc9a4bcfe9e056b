"""`portlab progress`: how well each topic is known, and a learner's answers taken elsewhere."""

import argparse
from typing import Any


def add_to(kinds: "argparse._SubParsersAction[Any]") -> None:
    """Add the command."""
    progress = kinds.add_parser(
        "progress",
        help="show how well you know each topic; take your answers elsewhere",
        description="Show how well you know each topic and each range, or move your answers.",
    )
    what = progress.add_mutually_exclusive_group()
    what.add_argument("--export", metavar="FILE", help="write all your answers to a new file")
    what.add_argument(
        "--import", dest="take_over", metavar="FILE", help="take over the answers of such a file"
    )
    what.add_argument(
        "--reset", action="store_true", help="begin afresh; the old answers are kept in a file"
    )
    progress.set_defaults(command=run)


def run(options: argparse.Namespace) -> None:
    from pathlib import Path

    from portlab.quiz.progress import Progress
    from portlab.wording import count

    mine = Progress()
    if options.export:
        print(f"{count(mine.export(Path(options.export)), 'answer')} written to {options.export}.")
    elif options.take_over:
        new = mine.import_from(Path(options.take_over))
        print(f"{count(new, 'answer')} taken over from {options.take_over}.")
    elif options.reset:
        kept = mine.reset()
        print(f"Begun afresh. Your answers so far are in {kept}." if kept else "There were none.")
    else:
        from portlab.quiz.mastery import mastery

        print(mastery())
