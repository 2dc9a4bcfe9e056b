"""`portlab quiz ranges`: the port-range quiz in the terminal."""

import argparse
from typing import Any

from portlab.cli import values

NAME = "quiz ranges"


def add_to(kinds: "argparse._SubParsersAction[Any]") -> None:
    """Add the command, whose name is two words: `main` joins them before it parses."""
    ranges = kinds.add_parser(
        NAME,
        help="the port-range quiz: asks most about what you do not know yet",
        description="Ask about ranges of ports: which one is it, whose number, what if it were "
        "another? What was not right comes again in another guise, what is known no more; it ends "
        "when all is mastered. Ctrl-D leaves; with the same --seed and --count it goes on there. "
        "Which question comes next hangs on your answers, so none are printed for scripts: "
        "`portlab quiz R --json` prints those about ranges.",
    )
    ranges.add_argument(
        "--count", type=values.number, default=20, metavar="N", help="at most so many (default 20)"
    )
    ranges.add_argument(
        "--seed", type=values.whole, metavar="N", help="the same seed and answers ask the same"
    )
    ranges.set_defaults(command=run)


def run(options: argparse.Namespace) -> None:
    from portlab.cli.quizzing import again, ask, seed_of
    from portlab.quiz.sittings import port_range_quiz

    seed = seed_of(options)
    ask(port_range_quiz(count=options.count, seed=seed), again(NAME, options, seed))
