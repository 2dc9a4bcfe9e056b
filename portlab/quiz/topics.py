"""The topics of the course: the letters and rows of its contents, and what each is about."""

from functools import cache

from portlab import material

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


@cache
def rows() -> frozenset[str]:
    """The rows of the contents, such as "T12", as `data/coverage.yaml` names them."""
    from ruamel.yaml import YAML

    listed = YAML(typ="safe").load((material.data() / "coverage.yaml").read_text(encoding="utf-8"))
    return frozenset(str(row["id"]) for row in listed)


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
