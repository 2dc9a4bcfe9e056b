"""The course's sources, in a checkout and in a wheel."""

from pathlib import Path

import pytest

from portlab import material
from portlab.errors import PortlabError


def test_in_a_checkout_the_sources_are_beside_the_package() -> None:
    checkout = Path(__file__).parents[1]
    assert material.notebooks() == material.checkout_notebooks() == checkout / "notebooks"
    assert material.data() == checkout / "data"


def test_the_lessons_come_in_the_order_of_the_course() -> None:
    lessons = material.lessons()
    assert "05-tcp-handshake.ipynb" in lessons
    assert lessons == sorted(lessons)
    assert all((material.notebooks() / name).is_file() for name in lessons)


def test_in_a_wheel_they_are_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("notebooks", "data"):
        (tmp_path / "files" / name).mkdir(parents=True)
    monkeypatch.setattr(material, "_PACKAGED", tmp_path / "files")
    monkeypatch.setattr(material, "_CHECKOUT", tmp_path / "nowhere")
    assert material.notebooks() == tmp_path / "files" / "notebooks"
    assert material.data() == tmp_path / "files" / "data"
    with pytest.raises(PortlabError, match="no sources to edit"):
        material.checkout_notebooks()


def test_a_damaged_installation_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material, "_PACKAGED", tmp_path)
    monkeypatch.setattr(material, "_CHECKOUT", tmp_path)
    with pytest.raises(PortlabError, match="missing from this installation"):
        material.notebooks()
