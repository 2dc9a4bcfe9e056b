"""What several test files of the quiz begin with."""

from pathlib import Path

import pytest

from portlab.quiz import bank, sittings


@pytest.fixture
def nothing_open_yet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nor written down; and no slip in one question keeps the others from being asked."""
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path))
    monkeypatch.setattr(sittings, "_open", {})
    monkeypatch.setattr(bank, "load", lambda files: bank.read(files)[0])
