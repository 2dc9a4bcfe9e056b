"""What several test files of the quiz begin with."""

from pathlib import Path

import pytest

from portlab.quiz import bank, sittings


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A learner who has answered nothing yet, and what is kept of the answers."""
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path))
    monkeypatch.setattr(sittings, "_open", {})
    return tmp_path


@pytest.fixture
def nothing_open_yet(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no slip in one question keeps the others from being asked."""
    monkeypatch.setattr(bank, "load", lambda files: bank.read(files)[0])
