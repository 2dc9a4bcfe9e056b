"""What is kept of the bank is the bank, whatever happens to the copy or to the files."""

import shutil
from pathlib import Path

import pytest

from portlab.quiz import bank, bank_cache
from portlab.quiz.question import Question
from tests.quiz.kinds import FILL, MATCH, ORDER
from tests.quiz.test_bank import GOOD, RANGE

NUMBER = """\
- id: a-number
  covers: [T1]
  difficulty: 2
  kind: number
  prompt: P
  key: 1.50
  tolerance: 0.1
  mistakes:
    - answer: 3
      why: W
  explanation: E
  reference: R
"""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = []
    for number, text in enumerate((GOOD, NUMBER, RANGE, MATCH, ORDER, FILL)):
        file = tmp_path / f"0{number}.yaml"
        file.write_text(text)
        made.append(file)
    return made


def copies(home: Path) -> list[Path]:
    return sorted((home / "cache").glob("*.json"))


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the files were really read."""
    times: list[int] = []
    read = bank.read

    def counted(files: list[Path]) -> object:
        times.append(len(files))
        return read(files)

    monkeypatch.setattr(bank, "read", counted)
    return times


def test_every_kind_comes_back_as_it_was(home: Path, files: list[Path], unread: list[int]) -> None:
    first: tuple[Question, ...] = bank.load(files)
    again = bank.load(files)
    assert again == first
    assert [type(one) for one in again] == [type(one) for one in first]
    assert len({type(one) for one in first}) == 5
    assert hash(again) == hash(first)
    assert unread == [6]
    assert len(copies(home)) == 1


def test_the_whole_bank_comes_back_as_it_was(home: Path) -> None:
    assert bank.load(bank.files()) == bank.load(bank.files()) == bank.read(bank.files())[0]
    assert len(copies(home)) == 1


def test_a_changed_file_is_read_again_and_the_old_copy_goes(
    home: Path, files: list[Path], unread: list[int]
) -> None:
    bank.load(files)
    files[0].write_text(GOOD.replace("Which port?", "Which port is it?"))
    assert bank.load(files)[0].prompt == "Which port is it?"
    assert unread == [6, 6]
    assert len(copies(home)) == 1


DAMAGED = ["", "[", "[{}]", "5", '[{"kind": "riddle"}]', "[1]", "[]", "{}"]


@pytest.mark.parametrize("content", DAMAGED)
@pytest.mark.parametrize("digest", ["without its digest", "with the old one"])
def test_a_damaged_copy_is_slow_once(
    home: Path, files: list[Path], content: str, digest: str, unread: list[int]
) -> None:
    first = bank.load(files)
    (copy,) = copies(home)
    head, _, _ = copy.read_text().partition("\n")
    copy.write_text(content if "without" in digest else f"{head}\n{content}")
    assert [bank.load(files) for _ in range(2)] == [first, first]
    assert unread == [6, 6]


def test_of_a_copy_that_lost_its_end_nothing_is_taken(
    home: Path, files: list[Path], unread: list[int]
) -> None:
    first = bank.load(files)
    (copy,) = copies(home)
    whole = copy.read_bytes()
    for length in (len(whole) - 1, len(whole) // 2, 64, 10):
        copy.write_bytes(whole[:length])
        assert bank.load(files) == first
        assert copy.read_bytes() == whole
    assert unread == [6] * 5


def test_a_new_rule_reads_the_files_anew(
    home: Path,
    files: list[Path],
    unread: list[int],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    room = tmp_path / "room"
    shutil.copytree(bank_cache.ROOM, room, ignore=shutil.ignore_patterns("[!a-z]*"))
    monkeypatch.setattr(bank_cache, "ROOM", room)
    bank.load(files)
    for times, name in enumerate(("question", "bank", "fields", "reading", "grading"), 2):
        with (room / f"{name}.py").open("a") as code:
            code.write("# a new rule\n")
        bank.load(files)
        bank.load(files)
        assert unread == [6] * times, name
    assert len(copies(home)) == 1


def test_slips_are_never_kept(home: Path, files: list[Path]) -> None:
    files[0].write_text(GOOD.replace("difficulty: 1", "difficulty: hard"))
    for _ in range(2):
        with pytest.raises(bank.BankError, match="no difficulty"):
            bank.load(files)
    assert copies(home) == []


def test_where_nothing_can_be_written_the_bank_is_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: list[Path]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path / "file"))
    assert len(bank.load(files)) == 6
