"""The learner's copy: filled, renewed where untouched, and never overwritten."""

import json
import os
from pathlib import Path

import pytest

from portlab.course.learner_copy import LaidOut, lay_out, left_off
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


def test_the_course_goes_on_where_it_was_left(source: Path, copy: Path) -> None:
    lessons = ["00-start.ipynb", "05-handshake.ipynb"]
    lay_out(source, copy)
    for age, name in enumerate(lessons):
        os.utime(copy / name, (age, age))
    assert left_off(source, copy, lessons) == "00-start.ipynb"
    (copy / "05-handshake.ipynb").write_text("mine")
    assert left_off(source, copy, lessons) == "05-handshake.ipynb"
    (copy / "00-start.ipynb").write_text("mine as well")
    os.utime(copy / "05-handshake.ipynb", (1, 1))
    assert left_off(source, copy, lessons) == "00-start.ipynb"
    (copy / "00-start.ipynb").unlink()
    assert left_off(source, copy, lessons) == "05-handshake.ipynb"
    assert left_off(source, copy, []) == ""


def test_a_new_edition_replaces_only_what_nobody_touched(source: Path, copy: Path) -> None:
    lay_out(source, copy)
    (copy / "00-start.ipynb").write_text("mine")
    (source / "00-start.ipynb").write_text("start, second edition")
    (source / "05-handshake.ipynb").write_text("second edition")
    laid_out = lay_out(source, copy)
    assert laid_out == LaidOut((), ("05-handshake.ipynb",), ("00-start.ipynb",))
    assert (copy / "00-start.ipynb").read_text() == "mine"
    assert (copy / "05-handshake.ipynb").read_text() == "second edition"


def notebook(code: str, *, outputs: list[dict[str, str]], count: int | None) -> str:
    cell = {"cell_type": "code", "source": [code], "outputs": outputs, "execution_count": count}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_a_lesson_is_laid_out_as_if_nobody_had_run_it(source: Path, copy: Path) -> None:
    """What it shows would answer the predictions that it asks for."""
    ran = notebook("1 + 1", outputs=[{"output_type": "stream", "text": "2"}], count=1)
    (source / "05-handshake.ipynb").write_text(ran)
    lay_out(source, copy)
    fresh = json.loads((copy / "05-handshake.ipynb").read_text())
    assert fresh == json.loads(notebook("1 + 1", outputs=[], count=None))


def test_a_lesson_that_was_only_run_is_renewed_and_one_that_was_edited_is_kept(
    source: Path, copy: Path
) -> None:
    for name in ("00-start.ipynb", "05-handshake.ipynb"):
        (source / name).write_text(notebook("guess = 4", outputs=[], count=1))
    lay_out(source, copy)
    ran = [{"output_type": "stream", "text": "4"}]
    (copy / "00-start.ipynb").write_text(notebook("guess = 4", outputs=ran, count=7))
    (copy / "05-handshake.ipynb").write_text(notebook("guess = 3", outputs=ran, count=7))
    for name in ("00-start.ipynb", "05-handshake.ipynb"):
        (source / name).write_text(notebook("guess = 5", outputs=[], count=1))
    kept = ("05-handshake.ipynb",)
    assert lay_out(source, copy) == LaidOut((), ("00-start.ipynb",), kept)
    assert "guess = 3" in (copy / "05-handshake.ipynb").read_text()
    assert "guess = 5" in (copy / "00-start.ipynb").read_text()


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
