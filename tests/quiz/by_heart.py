"""What a question makes a learner say by heart: a service's number, or the service of a number.

Only what has one thing to say counts, and each pair of a match by itself: of several right choices
nobody knows which one was known. What is wanted must be the number or a name of the service and
nothing besides, and must not be given away.
"""

import re
from collections.abc import Iterator

from portlab.quiz.grading import plain
from portlab.quiz.question import Match, Number, OneChoice, Question, ShortText
from portlab.services import Service


def asks_number(question: Question, service: Service) -> bool:
    """Whether its number is wanted, and the service is named there or in what is said to it."""
    number = str(service.number)
    return any(
        any(re.fullmatch(rf"((tcp|udp) )?(port )?{number}", plain(text)) for text in wanted)
        and not has(given, number)
        and any(has(f"{given} {said}", name) for name in service.names)
        for given, wanted, said in _asked(question)
    )


def asks_service(question: Question, service: Service) -> bool:
    """Whether the service is wanted, by a name of its own, and its number is what is given."""
    names = set(map(plain, service.names))
    return any(
        has(given, str(service.number))
        and not names.isdisjoint(map(plain, wanted))
        and not any(has(given, name) for name in service.names)
        for given, wanted, _ in _asked(question)
    )


def has(text: str, words: str) -> bool:
    """Whether the words stand in it whole: no FTP in SFTP, and no 53 in 10.0.0.53 or 1,053."""
    inside = r"(?<!\w)(?<!\d[.,])" + re.escape(words) + r"(?!\w)(?![.,]\d)"
    return re.search(inside, text, re.IGNORECASE) is not None


def _asked(question: Question) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """What is given, what is wanted in each way to write it, and what is said to the answer."""
    given, said = question.prompt, question.explanation
    match question:
        case Match():
            for pair in question.pairs:
                yield pair.left, (pair.right,), pair.why
        case Number():
            yield given, (str(question.key),), said
        case ShortText():
            yield given, (question.key, *question.accept), said
        case OneChoice():
            yield given, tuple(one.text for one in question.choices if one.right), said
