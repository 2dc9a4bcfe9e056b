"""The learner's copy: filled, renewed where untouched, and never overwritten."""

from pathlib import Path

import pytest

from portlab.course.learner_copy import LaidOut, lay_out
from portlab.errors import PortlabError


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "pictures").mkdir(parents=True)
    (folder / "00-start.ipynb").write_text("start")
    (folder / "05-handshake.ipynb").write_text("first edition")
    (folder / "pictures" / "ladder.png").write_bytes(b"\x89PNG")
    for hidden in (".keep", ".ipynb_checkpoints/00-start.ipynb", "__pycache__/x.pyc", "conf.py"):
        (folder / hidden).parent.mkdir(exist_ok=True)
        (folder / hidden).touch()
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy"


def seen(folder: Path) -> dict[str, str]:
    """What a learner sees in the folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("latin-1")
        for path in folder.rglob("*")
        if path.is_file() and ".portlab" not in path.parts
    }


def test_the_first_time_everything_a_learner_needs_is_laid_out(source: Path, copy: Path) -> None:
    names = ("00-start.ipynb", "05-handshake.ipynb", "pictures/ladder.png")
    assert lay_out(source, copy) == LaidOut(names, (), ())
    assert set(seen(copy)) == set(names)


def test_the_second_time_nothing_happens(source: Path, copy: Path) -> None:
    lay_out(source, copy)
    before = seen(copy)
    assert lay_out(source, copy) == LaidOut((), (), ())
    assert seen(copy) == before


def test_what_was_deleted_comes_back_and_what_was_changed_stays(source: Path, copy: Path) -> None:
    lay_out(source, copy)
    (copy / "00-start.ipynb").unlink()
    (copy / "05-handshake.ipynb").write_text("mine")
    assert lay_out(source, copy) == LaidOut(("00-start.ipynb",), (), ())
    assert (copy / "05-handshake.ipynb").read_text() == "mine"


def test_a_new_edition_replaces_only_what_nobody_touched(source: Path, copy: Path) -> None:
    lay_out(source, copy)
    (copy / "00-start.ipynb").write_text("mine")
    (source / "00-start.ipynb").write_text("start, second edition")
    (source / "05-handshake.ipynb").write_text("second edition")
    laid_out = lay_out(source, copy)
    assert laid_out == LaidOut((), ("05-handshake.ipynb",), ("00-start.ipynb",))
    assert (copy / "00-start.ipynb").read_text() == "mine"
    assert (copy / "05-handshake.ipynb").read_text() == "second edition"


def test_without_a_memory_every_file_counts_as_the_learners(source: Path, copy: Path) -> None:
    lay_out(source, copy)
    (source / "05-handshake.ipynb").write_text("second edition")
    for damaged in ("", "[]", '{"05-handshake.ipynb": 7}', "\x00"):
        (copy / ".portlab" / "laid-out.json").write_text(damaged)
        assert lay_out(source, copy).renewed == ()
        assert (copy / "05-handshake.ipynb").read_text() == "first edition"


def test_a_lesson_of_ones_own_under_a_name_of_the_course_stays(source: Path, copy: Path) -> None:
    copy.mkdir()
    (copy / "05-handshake.ipynb").write_text("mine, from before")
    lay_out(source, copy)
    lay_out(source, copy)
    assert (copy / "05-handshake.ipynb").read_text() == "mine, from before"


def test_a_place_that_cannot_hold_the_course_is_refused(source: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(PortlabError, match="is a file"):
        lay_out(source, file)
    with pytest.raises(PortlabError, match="cannot be laid out"):
        lay_out(source, file / "below")
    folder = tmp_path / "folder"
    (folder / "05-handshake.ipynb").mkdir(parents=True)
    with pytest.raises(PortlabError, match="Rename the folder"):
        lay_out(source, folder)
    assert file.read_text() == "mine"
