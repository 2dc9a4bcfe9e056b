"""A learner's answers outlive kills, second notebooks and full disks; nothing else is kept."""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab.errors import ProgressError
from portlab.quiz.progress import Answer, Progress

FIRST = Answer(1_767_225_600, "syn-counts-one", "right")
LATER = Answer(1_767_312_000, "syn-counts-one", "wrong")
OTHER = Answer(1_767_225_601, "what-fin-means", "second try")

ANSWERS = st.lists(
    st.builds(
        Answer,
        time=st.integers(0, 2**40),
        question=st.text(min_size=1),
        outcome=st.sampled_from(["right", "second try", "wrong"]),
        session=st.text(),
        given=st.lists(st.text(), max_size=3).map(tuple),
    )
)


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path / "mine" / "progress.json")


def test_answers_are_there_the_next_day_in_the_order_they_were_given(progress: Progress) -> None:
    assert progress.answers() == ()
    progress.add(LATER)
    progress.add(OTHER, FIRST)
    assert Progress(progress.file).answers() == (LATER, OTHER, FIRST)


def test_it_is_this_users_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path))
    Progress().add(FIRST)
    assert Progress(tmp_path / "progress.json").answers() == (FIRST,)


@given(answers=ANSWERS)
def test_whatever_was_answered_comes_back(
    answers: list[Answer], tmp_path_factory: pytest.TempPathFactory
) -> None:
    progress = Progress(tmp_path_factory.mktemp("any") / "progress.json")
    progress.add(*answers)
    assert progress.answers() == tuple(answers)


def test_afresh_keeps_the_old_file(progress: Progress) -> None:
    assert progress.reset() is None or not progress.file.exists()
    progress.add(FIRST)
    kept = progress.reset()
    assert kept is not None
    assert progress.answers() == ()
    assert Progress(kept).answers() == (FIRST,)
    progress.add(LATER)
    again = progress.reset()
    assert again not in (None, kept)


def test_another_computers_answers_join_ours_once(progress: Progress, tmp_path: Path) -> None:
    theirs = Progress(tmp_path / "theirs.json")
    theirs.add(FIRST, OTHER)
    progress.add(FIRST, LATER)
    copy = tmp_path / "copy.json"
    assert theirs.export(copy) == 2
    assert progress.import_from(copy) == 1
    assert progress.import_from(copy) == 0
    assert progress.answers() == (FIRST, OTHER, LATER)
    with pytest.raises(ProgressError, match="there already"):
        theirs.export(copy)


def test_what_is_here_twice_stays_and_is_not_taken_over(progress: Progress, tmp_path: Path) -> None:
    """Two tries of one second may be equal in all that is written down."""
    progress.add(FIRST, FIRST)
    copy = tmp_path / "copy.json"
    progress.export(copy)
    assert progress.import_from(copy) == 0
    assert progress.answers() == (FIRST, FIRST)
    progress.add(LATER)
    theirs = Progress(tmp_path / "theirs.json")
    theirs.add(OTHER, OTHER)
    assert theirs.import_from(copy) == 1
    assert theirs.answers() == (FIRST, OTHER, OTHER)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "damaged"),
        ("{", "damaged"),
        ("[1, 2]", "no file of answers"),
        ('{"format": "portlab progress", "version": 2, "answers": []}', "newer portlab"),
        ('{"format": "portlab progress", "version": 1}', "damaged"),
        ('{"format": "portlab progress", "version": 1, "answers": [\n[1, "a", "great", "", []]\n]}',
         "line 2 is damaged"),
        ('{"format": "portlab progress", "version": 1, "answers": [[-1, "a", "right", "", []]]}',
         "damaged"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_told_and_left_alone(
    progress: Progress, content: str, said: str
) -> None:
    progress.file.parent.mkdir()
    progress.file.write_text(content)
    for use in (progress.answers, lambda: progress.add(FIRST)):
        with pytest.raises(ProgressError, match=said):
            use()
    assert progress.file.read_text() == content
    assert progress.reset() is not None
    progress.add(FIRST)
    assert progress.answers() == (FIRST,)


# ---- other programs, kills and full disks -----------------------------------------------------

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, to be killed quickly")


def write_until_killed(progress: Progress, told: int, start: int) -> None:
    """In a child: one answer after another, each told to the parent once it is written."""
    try:
        for number in range(start, start + 1000):
            progress.add(Answer(number, f"question-{number}", "right"))
            os.write(told, b".")
    finally:
        os._exit(1)


@forks
def test_two_hundred_kills_at_random_moments_lose_nothing(progress: Progress) -> None:
    chance = random.Random(1)
    wrote = 0
    for kill in range(200):
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            write_until_killed(progress, theirs, wrote)
        os.close(theirs)
        told = 0
        while told < kill % 3:  # at its first answer, or in the midst of it
            told += len(os.read(ours, 1))
        time.sleep(chance.uniform(0, 0.004))  # the moment is what is tried: nothing waits for it
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while piece := os.read(ours, 1000):
            told += len(piece)
        os.close(ours)
        there = progress.answers()
        # The last one may be written down, and its writer killed before it could say so.
        assert len(there) in (wrote + told, wrote + told + 1)
        assert [answer.time for answer in there] == list(range(len(there)))
        wrote = len(there)
    assert wrote > 100
    progress.add(Answer(wrote, "the-last-one", "right"))
    left = {file.name for file in progress.file.parent.iterdir()}
    assert left <= {"progress.json", "progress.json.lock"}


@forks
def test_two_notebooks_write_at_once(progress: Progress) -> None:
    children = []
    for notebook in range(2):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                for number in range(100):
                    progress.add(Answer(number, f"notebook-{notebook}", "right"))
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert len(progress.answers()) == 200


@forks
def test_a_full_disk_is_told_and_what_was_there_stays(progress: Progress) -> None:
    progress.add(*(Answer(number, "x" * 50, "right") for number in range(100)))
    before = progress.file.read_bytes()
    resource = pytest.importorskip("resource")
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:  # a process for which no file may grow longer than this one is
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(before), len(before)))
            progress.add(FIRST)
        except ProgressError as error:
            os.write(theirs, str(error).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    os.waitpid(child, 0)
    said = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "could not be written down" in said
    assert "Make room" in said
    assert progress.file.read_bytes() == before
    assert json.loads(before)["version"] == 1
    assert not list(progress.file.parent.glob(".*"))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProgressError, match="could not be written down"):
        Progress(tmp_path / "file" / "progress.json").add(FIRST)


@forks
def test_a_folder_that_is_not_yours_to_read_is_told(progress: Progress) -> None:
    progress.add(FIRST)
    progress.file.parent.chmod(0)
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:  # who may read everything
                os.setuid(65534)
            progress.answers()
        except BaseException as error:
            os.write(theirs, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(theirs)
    os.waitpid(child, 0)
    said = os.read(ours, 10_000).decode()
    os.close(ours)
    progress.file.parent.chmod(0o700)
    assert said.startswith("ProgressError: ")
    assert "yours to read?" in said


def test_where_there_can_be_no_file_there_are_no_answers(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Progress(tmp_path / "file" / "progress.json").answers() == ()
    assert Progress(tmp_path / "none" / "progress.json").answers() == ()
