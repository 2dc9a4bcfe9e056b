"""A slip in one file of the bank: the rest is asked all the same, and the file is named once."""

import warnings
from pathlib import Path

import pytest

from portlab import practice, review
from portlab.cli import main
from portlab.quiz import bank, pool, sittings
from portlab.quiz.bank import BankError, BankWarning
from portlab.quiz.mastery import mastery
from portlab.quiz.progress import Answer, Progress
from tests.quiz.test_bank import GOOD, SECOND, write

LEFT_OUT = r"something to mend in 06\.yaml: `portlab quiz lint` tells what"


@pytest.fixture(autouse=True)
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """Lesson 05 is sound; of lesson 06, one question of two is."""
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path))
    monkeypatch.setattr(sittings, "_open", {})
    bad = GOOD.replace("which-port", "bad-port").replace("difficulty: 1", "difficulty: 9")
    there = [write(tmp_path, GOOD), write(tmp_path, bad + "\n" + SECOND, "06.yaml")]
    monkeypatch.setattr(bank, "files", lambda: there)
    return there


def test_who_practises_gets_what_is_sound() -> None:
    with pytest.warns(BankWarning, match=LEFT_OUT):
        asked = [question.id for question in practice("A1", count=5).questions]
    assert sorted(asked) == ["second-port", "which-port"]
    with pytest.warns(BankWarning, match=LEFT_OUT):
        assert "second-port" in [question.id for question in practice("06", count=60).questions]


def test_a_lesson_without_a_slip_is_not_bothered() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "which-port" in [question.id for question in practice("5", count=60).questions]


def test_review_mastery_and_weakness_go_on_too() -> None:
    Progress().add(Answer(1, "second-port", "wrong"), Answer(2, "bad-port", "wrong"))
    with pytest.warns(BankWarning, match=LEFT_OUT):
        assert [question.id for question in review().questions] == ["second-port"]
    with pytest.warns(BankWarning, match=LEFT_OUT):
        assert mastery().due == 1
    with pytest.warns(BankWarning, match=LEFT_OUT):
        assert [question.id for question in practice("weak").questions] == ["second-port"]


def test_the_terminal_names_the_file_once_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    Progress().add(Answer(1, "second-port", "wrong"))
    bank.__dict__.pop("__warningregistry__", None)  # as in a new process
    assert main(["progress"]) == 0
    said = capsys.readouterr()
    assert "1 question due" in said.out
    assert said.err == (
        "portlab: Some questions are left out, for there is something to mend in 06.yaml: "
        "`portlab quiz lint` tells what.\n"
    )


def test_who_writes_a_file_for_others_is_told_before(files: list[Path]) -> None:
    with pytest.raises(BankError, match=r"06\.yaml, line 5, difficulty"):
        pool.written("A1")
    with pytest.raises(BankError) as told:
        bank.load(files)
    assert [question.id for question in told.value.sound] == ["which-port", "second-port"]
