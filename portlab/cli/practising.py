"""`portlab quiz` and `portlab review`: what they take, and which questions they ask."""

import argparse
from typing import Any

from portlab.cli import values
from portlab.errors import PortlabError


def add_to(kinds: "argparse._SubParsersAction[Any]") -> None:
    """Add both commands."""
    quiz = kinds.add_parser(
        "quiz",
        help="practise what the lessons teach, or sit an exam",
        description="Ask questions in the terminal, with a word to each answer and a second try, "
        "or as an exam. Ctrl-D leaves; what you answered is kept, and comes back in `review`.",
    )
    quiz.add_argument(
        "topic",
        metavar="TOPIC",
        nargs="?",
        help="a lesson (05), a row of the contents (S1) or what it is about (services), a topic of "
        'the exam (4.2), "weak" for what you did not know, a kind of generated question '
        "(next-ack), or a word (mail); default: all",
    )
    quiz.add_argument(
        "--capture", metavar="FILE", help="ask about the conversations in a capture of your own"
    )
    quiz.add_argument("--count", type=values.number, metavar="N", help="how many (10, exam 20)")
    quiz.add_argument(
        "--seed", type=values.whole, metavar="N", help="the same seed asks the same, for a class"
    )
    quiz.add_argument("--exam", action="store_true", help="say nothing before the end")
    quiz.add_argument(
        "--minutes", type=values.number, metavar="N", help="of an exam: all the time there is"
    )
    quiz.add_argument(
        "--json", action="store_true", help="print the questions with their keys instead"
    )
    quiz.set_defaults(command=_quiz)

    review = kinds.add_parser(
        "review",
        help="ask again what you are about to forget",
        description="Ask what is due: what you did not know comes back soon, what you knew later.",
    )
    review.add_argument(
        "--count", type=values.number, default=20, metavar="N", help="at most so many (default 20)"
    )
    review.set_defaults(command=_review)


def _quiz(options: argparse.Namespace) -> None:
    from portlab.cli.quizzing import again, as_json, ask, seed_of
    from portlab.quiz.sittings import exam, practice

    seed, topic = seed_of(options), options.topic
    if options.capture is not None:
        from portlab.trace.capture import load

        if topic is not None:
            raise PortlabError("Ask about a capture or a topic: leave one of the two away.")
        topic = load(options.capture)
    if options.exam:
        count = options.count or 20
        session = exam(topic, count=count, minutes=options.minutes, seed=seed)
    elif options.minutes is not None:
        raise PortlabError("Only an exam has a limit of time: add --exam, or leave --minutes away.")
    else:
        session = practice(topic, count=options.count or 10, seed=seed)
    if options.json:
        print(as_json(session))
    else:
        ask(session, again("quiz", options, seed))


def _review(options: argparse.Namespace) -> None:
    from portlab.cli.quizzing import again, ask
    from portlab.quiz.sittings import review

    ask(review(count=options.count), again("review", options))
