"""The topics of the course: the letters of its contents, and what each is about."""

TOPICS = {
    "A": "addresses and ports",
    "R": "ranges of ports",
    "L": "listening",
    "T": "TCP",
    "U": "UDP",
    "C": "choosing between them",
    "S": "services",
    "F": "firewalls and NAT",
    "D": "troubleshooting",
    "E": "exposure",
    "M": "measuring",
    "P": "captures",
}


def letter_of(row: str) -> str:
    """The topic of a row of the contents.

    >>> letter_of("T12")
    'T'
    """
    return row.rstrip("0123456789")


def letters_about(words: str) -> set[str]:
    """The topics that are called so, by their letter or by a word of what they are about.

    >>> sorted(letters_about("tcp")), sorted(letters_about("ports")), sorted(letters_about("s"))
    (['T'], ['A', 'R'], ['S'])
    """
    wanted = words.casefold()
    return {
        letter
        for letter, about in TOPICS.items()
        if wanted in (letter.casefold(), about.casefold(), *about.casefold().split())
        and wanted not in _LITTLE
    }


_LITTLE = ("and", "of", "between", "them")
