"""Form and types, checked where the tests are, so that one command is enough."""

import subprocess
import sys

import pytest

from tests.architecture import ROOT


@pytest.mark.parametrize(
    "tool",
    [["ruff", "format", "--check"], ["ruff", "check"], ["mypy"]],
    ids=["format", "lint", "types"],
)
def test_quality(tool: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", *tool], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
