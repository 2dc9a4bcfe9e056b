"""What the README shows is what happens."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture import ROOT
from tests.requires import needs

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"^```console\n\$ portlab (.*)\n([\s\S]*?)^```$", README, re.M)
PYTHON = re.findall(r"^```python\n([\s\S]*?)^```$", README, re.M)


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("command", "shown"), CONSOLE, ids=[command for command, _ in CONSOLE])
def test_a_command_prints_what_is_shown(command: str, shown: str, tmp_path: Path) -> None:
    assert run(tmp_path, "-m", "portlab", *shlex.split(command)) == shown


@pytest.mark.parametrize("code", PYTHON)
def test_the_python_code_prints_what_is_shown(code: str, tmp_path: Path) -> None:
    """What it prints stands at its end as comments."""
    if 'Lab("kernel")' in code:
        needs("kernel")
        needs("curl")
    shown = "".join(line[2:] + "\n" for line in code.splitlines() if line.startswith("# "))
    assert run(tmp_path, "-c", code) == shown
    assert shown


def test_the_handshake_and_the_two_commands_are_shown() -> None:
    assert "handshake" in [command for command, _ in CONSOLE]
    assert "pip install -e . && portlab lab" in README
    assert 'pip install -e ".[test]" && pytest' in README
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "test" in extras["optional-dependencies"]


def test_it_fits_two_or_three_screens() -> None:
    assert len(README.splitlines()) <= 140
