"""What is installed from a wheel works without the checkout: the lessons come along."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with portlab alone; its libraries are those of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--no-index", "--target", str(folder), str(wheel))
    return folder


def test_the_wheel_holds_the_course_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    lessons = [*(ROOT / "notebooks").rglob("*.ipynb")]
    lessons = [path for path in lessons if ".ipynb_checkpoints" not in path.parts]
    files = "portlab/files"
    assert {f"{files}/{path.relative_to(ROOT).as_posix()}" for path in lessons} <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"portlab"}
    assert {"LICENSE", "LICENSE-TEXT"} <= {name.rsplit("/")[-1] for name in names}
    assert not [name for name in names if "checkpoint" in name or "test" in name.split("/")[-1]]


def test_the_wheel_holds_what_the_page_is_made_of(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    files = [*(ROOT / "portlab").rglob("page/*.js"), *(ROOT / "portlab").rglob("page/*.css")]
    assert len(files) > 20
    assert {path.relative_to(ROOT).as_posix() for path in files} <= names


def test_lessons_and_data_are_found(installed: Path, tmp_path: Path) -> None:
    code = (
        "from portlab.material import data, notebooks\n"
        "print(*sorted(path.name for path in notebooks().rglob('*.ipynb')))\n"
        "print(notebooks(), data(), sep='\\n')"
    )
    lessons, *folders = python(installed, tmp_path, "-c", code).splitlines()
    assert "05-tcp-handshake.ipynb" in lessons.split()
    assert all(Path(folder).is_relative_to(installed) for folder in folders)


def test_a_handshake_runs(installed: Path, tmp_path: Path) -> None:
    """Byte for byte what the checkout says."""
    here = subprocess.run(
        [sys.executable, "-m", "portlab", "handshake"], capture_output=True, text=True, check=True
    )
    assert python(installed, tmp_path, "-m", "portlab", "handshake") == here.stdout


def pip(*arguments: str) -> None:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    run = subprocess.run(
        [sys.executable, "-m", "pip", *arguments, *quiet],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def python(installed: Path, folder: Path, *arguments: str) -> str:
    """Run Python in `folder` with portlab from `installed`, not from the checkout."""
    paths = [str(installed), os.environ["PYTHONPATH"]]
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout
