"""What the computer says about itself, and files that are written whole or not at all."""

import os
import socket
import sys
from pathlib import Path

import pytest

from portlab.errors import PortlabError
from portlab.system import (
    course_folder,
    free_port,
    has_screen,
    is_static,
    replace_file,
    unwritable_because,
    user_folder,
    write_new_file,
)


def test_a_new_file_is_written_and_an_old_one_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "lesson"
    assert write_new_file(path, b"ours")
    assert not write_new_file(path, b"another")
    assert path.read_bytes() == b"ours"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_that_leads_nowhere_counts_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "lesson"
    try:
        path.symlink_to(tmp_path / "missing")
    except OSError:
        pytest.fail("this system makes no symbolic links")
    assert not write_new_file(path, b"ours")
    assert path.is_symlink()


def test_a_file_system_without_hard_links_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    assert write_new_file(tmp_path / "lesson", b"ours")
    assert not write_new_file(tmp_path / "lesson", b"another")
    assert (tmp_path / "lesson").read_bytes() == b"ours"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_that_appears_meanwhile_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody saves between our look and our writing: theirs stays."""
    path = tmp_path / "lesson"
    link = os.link

    def late(source: Path, target: Path) -> None:
        path.write_bytes(b"theirs")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    assert not write_new_file(path, b"ours")
    assert path.read_bytes() == b"theirs"


def test_a_file_is_replaced_in_one_step_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lesson"
    path.write_bytes(b"old")
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="full"):
        replace_file(path, b"newer")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_writable_where_a_file_can_be_made(tmp_path: Path) -> None:
    assert unwritable_because(tmp_path) is None
    assert unwritable_because(tmp_path / "not" / "yet" / "there") is None
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    assert "is a file" in (unwritable_because(tmp_path / "file" / "below") or "")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux")
def test_not_even_root_can_write_everywhere() -> None:
    assert unwritable_because(Path("/proc/self")) is not None


def test_the_users_folder_can_be_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path))
    assert user_folder() == tmp_path
    monkeypatch.delenv("PORTLAB_HOME")
    assert user_folder().name == "portlab"


def test_the_course_is_in_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("USERPROFILE" if sys.platform == "win32" else "HOME", str(tmp_path))
    assert course_folder() == tmp_path / "portlab-course"


def test_a_user_without_a_home_is_told_to_name_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(PortlabError, match="portlab lab DIR"):
        course_folder()


def test_a_screen_is_what_the_session_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    assert not has_screen()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert has_screen()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert has_screen()
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")
    assert not has_screen()


@pytest.mark.parametrize(
    ("said", "static"), [(None, False), ("1", True), ("0", False), ("", False)]
)
def test_what_is_shown_is_static_where_the_environment_says_so(
    monkeypatch: pytest.MonkeyPatch, said: str | None, static: bool
) -> None:
    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    if said is not None:
        monkeypatch.setenv("PORTLAB_STATIC", said)
    assert is_static() is static


def test_a_free_port_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", free_port())):
        pass
