"""What is kept of the bank is the bank, whatever happens to the copy or to the files."""

from pathlib import Path

import pytest

from portlab.quiz import bank
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


@pytest.mark.parametrize("content", ["", "[", "[{}]", "5", '[{"kind": "riddle"}]'])
def test_a_damaged_copy_is_only_slow(
    home: Path, files: list[Path], content: str, unread: list[int]
) -> None:
    first = bank.load(files)
    copies(home)[0].write_text(content)
    assert bank.load(files) == first
    assert unread == [6, 6]


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
