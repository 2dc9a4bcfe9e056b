"""What a generated question was about, read back from the end of its id.

Ids are kept in files of answers for years, and are carried from one portlab to another: one that
means nothing any more is told apart from one that does.
"""

from portlab.errors import QuizError
from portlab.ports import MAX_PORT


class UnknownSubject(QuizError):
    """The end of an id from which its generator can make no question."""

    def __init__(self, subject: str) -> None:
        super().__init__(
            f"No question can be made about {subject!r}. It may come from another portlab: "
            "generate a new one without it."
        )


def ports_of(subject: str, count: int) -> list[int]:
    """The `count` different ports that `subject` begins with, parted by hyphens.

    Raises UnknownSubject where they are fewer, the same, or no ports.

    >>> ports_of("443-8443-stays-new", 2)
    [443, 8443]
    """
    words = subject.split("-")[:count]
    if not all(word.isascii() and word.isdecimal() and len(word) <= 5 for word in words):
        raise UnknownSubject(subject)
    ports = [int(word) for word in words]
    if len(set(ports)) < count or max(ports) > MAX_PORT:
        raise UnknownSubject(subject)
    return ports
