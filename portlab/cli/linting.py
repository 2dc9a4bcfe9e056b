"""`portlab quiz lint`: what is to be mended in files of questions."""

import argparse
from typing import Any

NAME = "quiz lint"


def add_to(kinds: "argparse._SubParsersAction[Any]") -> None:
    """Add the command, whose name is two words: `main` joins them before it parses."""
    lint = kinds.add_parser(
        NAME,
        help="hold files of questions to what makes them right and fair",
        description="Tell every slip in files of questions, and all that makes a question unfair "
        "or unclear: asked twice, easily guessed, without a why or a reference. Ends with status 1 "
        "if there is something to mend. docs/questions.md says how questions are written.",
    )
    lint.add_argument(
        "files", metavar="FILE", nargs="*", help="such as 05.yaml; default: portlab's own"
    )
    lint.add_argument("--json", action="store_true", help="print what was found as JSON")
    lint.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """1 if there is something to mend."""
    from pathlib import Path

    from portlab.quiz.lint import lint

    report = lint(map(Path, options.files) if options.files else None)
    if options.json:
        import json
        from dataclasses import asdict

        print(json.dumps(asdict(report), indent=2))
    else:
        print(report)
    return int(bool(report.findings))
