"""That the search for what is asked by heart finds it, and nothing that only looks like it."""

from pathlib import Path

import pytest

from portlab.quiz.question import Question
from portlab.services import Service, catalogue
from tests.quiz.by_heart import asks_number, asks_service, has
from tests.quiz.kinds import made

BY_HEART = {one.number: one for one in catalogue() if one.level == "by heart"}


def question(folder: Path, text: str, explanation: str = "So it is.") -> Question:
    return made(
        folder,
        f"- id: made-question\n  covers: [S1]\n  difficulty: 1\n{text}"
        f"  explanation: {explanation}\n  reference: RFC 6335\n",
    )


def found(asked: Question) -> tuple[list[int], list[int]]:
    """The numbers that it asks for, and those whose service it asks for."""

    def of(asks: object) -> list[int]:
        assert callable(asks)
        return [number for number, one in BY_HEART.items() if asks(asked, one)]

    return of(asks_number), of(asks_service)


def test_the_pairs_of_a_match_count_each_by_itself(tmp_path: Path) -> None:
    asked = question(
        tmp_path,
        "  kind: match\n  prompt: Which belongs to which?\n  pairs:\n"
        "    - {left: TFTP, right: UDP 69, why: A file.}\n"
        '    - {left: the web, right: "80", why: HTTP has it.}\n'
        "    - {left: TCP 22, right: SSH, why: It is encrypted.}\n"
        "  others: [Telnet, '23']\n",
    )
    assert found(asked) == ([69, 80], [22])


def test_a_number_counts_if_the_service_is_named(tmp_path: Path) -> None:
    text = "  kind: number\n  prompt: How many bytes are that?\n  key: 20\n"
    assert found(question(tmp_path, text)) == ([], [])
    assert found(question(tmp_path, text, "FTP data has it.")) == ([20], [])


@pytest.mark.parametrize(
    ("prompt", "key"),
    [("On which port is NTP?", "port 123"), ("On which port is NTP?", "UDP 123")],
)
def test_a_choice_of_a_number(tmp_path: Path, prompt: str, key: str) -> None:
    assert found(_choice(tmp_path, prompt, key)) == ([123], [])


@pytest.mark.parametrize(
    ("prompt", "key"),
    [
        ("NTP has port 123, has it not?", "port 123"),  # given away
        ("On which port is NTP?", "123 bytes"),  # another thing
        ("What is behind NTP's port 123?", "NTP"),  # given away
        ("What is behind port 1,123?", "NTP"),  # another number
        ("What is behind 10.0.0.123?", "NTP"),  # an address
        ("What is behind port 123?", "a clock that follows NTP"),  # more than its name
    ],
)
def test_what_only_looks_like_it(tmp_path: Path, prompt: str, key: str) -> None:
    assert found(_choice(tmp_path, prompt, key)) == ([], [])


def test_a_name_of_the_service_counts_in_any_spelling(tmp_path: Path) -> None:
    text = (
        "  kind: short text\n  prompt: What is behind port 3389?\n  key: the desktop\n"
        "  accept: [remote desktop protocol]\n"
    )
    assert found(question(tmp_path, text)) == ([], [3389])


def test_words_stand_whole() -> None:
    assert has("FTP, on 21.", "21")
    assert not has("SFTP", "ftp")
    assert not has("port 2121", "21")


def _choice(folder: Path, prompt: str, key: str) -> Question:
    return question(
        folder,
        f"  kind: one choice\n  prompt: {prompt}\n  key: {key}\n  choices:\n"
        f"    - text: {key}\n    - {{text: another, why: It is not.}}\n",
    )


def test_it_looks_at_every_service_of_the_contents() -> None:
    """As many as the contents of the course say by heart."""
    assert len(BY_HEART) == 28
    assert all(isinstance(one, Service) for one in BY_HEART.values())
