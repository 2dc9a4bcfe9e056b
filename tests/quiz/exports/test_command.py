"""`portlab quiz export`: which questions, into which file, and what is said when it cannot be."""

import csv
import errno
import re
from pathlib import Path
from typing import NoReturn

import pytest

from portlab.cli import exporting, main
from portlab.errors import QuizError
from portlab.quiz import bank
from portlab.quiz.exports import FORMATS, export, writing
from portlab.quiz.progress import Answer, Progress
from portlab.quiz.verdict import key_in_words
from tests.quiz.committed import QUESTIONS
from tests.quiz.exports.samples import BY_ID


@pytest.fixture(autouse=True)
def sound_questions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A home of its own; a slip in one question, told elsewhere, keeps none from being asked."""
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(bank, "load", lambda files: bank.read(files)[0])


def exported(folder: Path, *options: str) -> list[str]:
    """The ids that the command writes, in order."""
    file = folder / "bank.csv"
    assert main(["quiz", "export", str(file), "--to", "csv", "--replace", *options]) == 0
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [row["id"] for row in csv.DictReader(lines)]


@pytest.mark.parametrize("to", FORMATS)
def test_the_whole_bank_in_every_format(
    to: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"bank{FORMATS[to].ending}"
    assert main(["quiz", "export", "--to", to, str(file)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{len(QUESTIONS)} questions written to {file}.")
    assert file.stat().st_size > 10_000
    assert [path.name for path in tmp_path.iterdir() if path != file] in ([], ["home"])


def test_the_command_knows_the_formats() -> None:
    assert tuple(FORMATS) == exporting.FORMATS


def test_topics_are_those_of_a_quiz(tmp_path: Path) -> None:
    assert exported(tmp_path) == [q.id for q in QUESTIONS]
    assert any(q.further for q in QUESTIONS)
    assert exported(tmp_path, "--topic", "05") == [q.id for q in QUESTIONS if q.lesson == "05"]
    assert exported(tmp_path, "--topic", "T2") == [q.id for q in QUESTIONS if "T2" in q.covers]
    said = {q.id: f"{q.prompt} {key_in_words(q)} {q.explanation}" for q in QUESTIONS}
    about = exported(tmp_path, "--topic", "mail")
    assert about == [id for id in said if re.search(r"\bmail\b", said[id], re.IGNORECASE)]
    assert about
    made = exported(tmp_path, "--topic", "next-ack", "--seed", "3")
    assert made
    assert all(id.startswith("made-next-ack-") for id in made)


def test_what_is_weak_can_be_taken_to_anki(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "weak.apkg")
    assert main(["quiz", "export", file, "--to", "anki", "--topic", "weak"]) == 2
    assert "Nothing is known to be weak yet" in capsys.readouterr().err
    Progress().add(Answer(1, QUESTIONS[0].id, "right"), Answer(2, QUESTIONS[1].id, "wrong"))
    assert exported(tmp_path, "--topic", "weak", "--count", "1") == [QUESTIONS[1].id]


def test_the_same_seed_draws_the_same(tmp_path: Path) -> None:
    once = exported(tmp_path, "--count", "8", "--seed", "4")
    assert len(set(once)) == 8
    assert exported(tmp_path, "--count", "8", "--seed", "4") == once
    assert exported(tmp_path, "--count", "8", "--seed", "5") != once


def test_a_file_that_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bank.csv"
    file.write_text("mine")
    assert main(["quiz", "export", str(file), "--to", "csv"]) == 2
    said = capsys.readouterr().err
    assert "is there already, and stays as it is" in said
    assert "--replace" in said
    assert file.read_text() == "mine"
    assert main(["quiz", "export", str(file), "--to", "csv", "--replace"]) == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbfid,")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none/bank.csv", "--to", "csv"], "There is no folder"),
        (["bank.txt", "--to", "anki"], "Anki opens files that end in .apkg, and 'bank.txt' does"),
        (["folder.csv", "--to", "csv"], "is a folder. Name a file in it"),
        (
            ["bank.csv", "--to", "csv", "--topic", "Z9"],
            "There are no questions to 'Z9'. Give a les",
        ),
    ],
)
def test_what_is_wrong_is_told_and_nothing_written(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "folder.csv").mkdir()
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert main(["quiz", "export", *words]) == 2
    assert said in capsys.readouterr().err
    assert [path for path in sorted(tmp_path.iterdir()) if path.name != "home"] == before


def test_formats_are_named_where_one_is_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["quiz", "export", "bank.pdf", "--to", "pdf"])
    said = capsys.readouterr().err
    assert all(name in said for name in FORMATS)
    with pytest.raises(QuizError, match="anki, qti, moodle, csv and paper"):
        export(QUESTIONS, "pdf", tmp_path / "bank.pdf")


@pytest.mark.parametrize("there", [False, True])
def test_a_full_disk_leaves_what_was_there(
    there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing, "replace_file" if there else "write_new_file", full)
    file = tmp_path / "bank.csv"
    if there:
        file.write_text("mine")
    with pytest.raises(QuizError, match="cannot be written: No space left on device"):
        export(QUESTIONS, "csv", file, replace=there)
    assert [path.read_text() for path in tmp_path.glob("*.csv")] == (["mine"] if there else [])


def test_a_folder_of_another_user_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        writing, "unwritable_because", lambda folder: f"{folder}: Permission denied"
    )
    with pytest.raises(
        QuizError, match=r"Permission denied\. Name a file in a folder that is yours"
    ):
        export(QUESTIONS, "csv", tmp_path / "bank.csv")


def test_what_no_program_could_tell_apart_is_refused(tmp_path: Path) -> None:
    one = BY_ID["odd-one"]
    with pytest.raises(QuizError, match="Two questions are called odd-one"):
        export([one, one], "anki", tmp_path / "a.apkg")
    with pytest.raises(QuizError, match="There are no questions to export"):
        export([], "anki", tmp_path / "a.apkg")
    assert not list(tmp_path.iterdir())


def test_a_quiz_is_still_a_quiz(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quiz", "05", "--json", "--count", "1"]) == 0
    assert '"prompt"' in capsys.readouterr().out
    assert main(["quiz", "exports"]) == 2
    assert "There are no questions to 'exports'" in capsys.readouterr().err
