"""The repository as a stranger finds it: its layout, its links, its version, nobody's machine."""

import json
import re
import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.architecture import ROOT

LAYOUT = {
    ".ci", ".github", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "LICENSE-TEXT",
    "README.md", "benchmarks", "conftest.py", "data", "docs", "environment.yml", "notebooks",
    "portlab", "pyproject.toml", "tests",
}  # fmt: skip
PICTURES = {".png", ".pcap", ".pcapng", ".pdf"}
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.:/}])/(?:home|Users|root|work|workspace|mnt)/\w[\w./-]*")


def _files() -> list[Path]:
    """What git would commit; without git, what .gitignore does not name."""
    listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if shutil.which("git") and (ROOT / ".git").exists():
        # The checkout may be another user's, in a container for one.
        run = subprocess.run(
            ["git", "-c", "safe.directory=*", *listing],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        names = [name for name in run.stdout.split("\0") if name]
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().split()]
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and not any(
            fnmatch(part, name) for part in path.relative_to(ROOT).parts for name in ignored
        )
    ]


FILES = _files()
TEXTS = [path for path in FILES if path.suffix not in PICTURES]


def test_the_top_folder_is_as_laid_out() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in FILES}
    assert top >= LAYOUT
    assert top - LAYOUT == set()


def test_no_file_names_a_folder_of_somebodys_computer() -> None:
    found = {}
    for path in TEXTS:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            text = _without_pictures(text)
        if path != Path(__file__) and (names := SOMEBODYS_FOLDER.findall(text)):
            found[path.relative_to(ROOT).as_posix()] = names
    assert found == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [("saved to /home/ann/x.pcap", True), ("see https://a.example/home/x", False), ("~/x", False)],
)
def test_a_folder_is_told_from_an_address(text: str, found: bool) -> None:
    assert bool(SOMEBODYS_FOLDER.search(text)) is found


def test_links_between_the_texts_lead_somewhere() -> None:
    broken = []
    for path in (path for path in TEXTS if path.suffix == ".md"):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8")):
            if "://" not in target and not (path.parent / target).exists():
                broken.append(f"{path.name}: {target}")
    assert broken == []


def test_the_version_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changes, re.M)
    assert released[0] == project["version"]


def _without_pictures(notebook: str) -> str:
    content = json.loads(notebook)
    for cell in content["cells"]:
        for output in cell.get("outputs", []):
            for kind in [kind for kind in output.get("data", {}) if kind.startswith("image/")]:
                del output["data"][kind]
    return json.dumps(content)


def test_contributors_and_ci_require_the_same() -> None:
    """And nothing that no test asks for."""
    from tests.requires import _PROBES

    named = re.search(r"PORTLAB_REQUIRE=(\S+) pytest", (ROOT / "CONTRIBUTING.md").read_text())
    assert named is not None
    ours = re.findall(r"PORTLAB_REQUIRE\+?=(\S+)", (ROOT / ".ci/run").read_text())
    assert "".join(ours).split(",") == named[1].split(",")
    assert set(named[1].split(",")) <= set(_PROBES)
