"""The learner's own copy of the course: filled where something is missing, never overwritten.

A lesson is laid out without its outputs and solutions (`release.py`), because they would answer
its predictions and exercises. One that nobody changed since is renewed when the course has a newer
one; running it is no change, only what its cells say counts. To know that, the folder keeps the
fingerprints of what was laid out in `.portlab/laid-out.json`; if that file is lost or damaged,
every lesson counts as the learner's own.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portlab.course.release import release
from portlab.errors import PortlabError
from portlab.system import replace_file, unwritable_because, write_new_file

HIDDEN = ".portlab"
"""The folder inside the copy that holds what portlab itself must remember."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """What happened to the copy: paths relative to it, with forward slashes.

    `added` were missing, `renewed` were untouched and old; of `kept` the course has a newer one,
    but the learner changed it.
    """

    added: tuple[str, ...]
    renewed: tuple[str, ...]
    kept: tuple[str, ...]


def lay_out(source: Path, folder: Path) -> LaidOut:
    """Fill `folder` from `source`. Raises PortlabError where the folder cannot be used."""
    _make_usable(folder)
    memory = folder / HIDDEN / "laid-out.json"
    known = _read(memory)
    now_known = dict(known)
    added, renewed, kept = [], [], []
    for name in _files(source):
        content = _as_released(name, (source / name).read_bytes())
        mark, target = _fingerprint(name, content), folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if write_new_file(target, content):
                added.append(name)
                now_known[name] = mark
                continue
            if target.is_dir():
                raise PortlabError(
                    f"{target} is a folder, but the course has a lesson of that name. "
                    "Rename the folder, or give another place: `portlab lab DIR`."
                )
            current = _fingerprint(name, target.read_bytes())
            if current == mark:
                now_known[name] = mark
            elif current == known.get(name):
                replace_file(target, content)
                renewed.append(name)
                now_known[name] = mark
            elif name in known and known[name] != mark:
                kept.append(name)
        except OSError as error:
            raise _unusable(folder, error) from error
    if now_known != known:
        try:
            memory.parent.mkdir(exist_ok=True)
            replace_file(memory, json.dumps(now_known, indent=1, sort_keys=True).encode())
        except OSError as error:
            raise _unusable(folder, error) from error
    return LaidOut(tuple(added), tuple(renewed), tuple(kept))


def left_off(source: Path, folder: Path, lessons: Sequence[str]) -> str:
    """The lesson in the copy that was worked on last; the first of `lessons` while none was."""
    for name in sorted(lessons, key=lambda name: _saved(folder / name), reverse=True):
        try:
            laid_out = _as_released(name, (source / name).read_bytes())
            if (folder / name).read_bytes() != laid_out:
                return name
        except OSError:
            continue  # gone, or not to be read: JupyterLab will say so
    return lessons[0] if lessons else ""


def _saved(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _make_usable(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise PortlabError(
            f"{folder} is a file, so the course cannot be laid out in it. "
            "Give a folder, or a name that is not taken: `portlab lab DIR`."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(folder, error) from error
    if problem := unwritable_because(folder):
        raise _unusable(folder, problem)


def _unusable(folder: Path, problem: OSError | str) -> PortlabError:
    if isinstance(problem, OSError):
        problem = f"{problem.filename or folder}: {problem.strerror or problem}"
    return PortlabError(
        f"The course cannot be laid out in {folder}: {problem}. "
        "Give a folder that you may write to: `portlab lab DIR`."
    )


def _files(source: Path) -> Iterator[str]:
    """Everything a learner sees: no hidden files, no caches, nothing of the tests."""
    for path in sorted(source.rglob("*")):
        parts = path.relative_to(source).parts
        if path.is_file() and not any(part.startswith((".", "__")) for part in parts):
            if path.suffix == ".py":
                continue
            yield "/".join(parts)


def _read(memory: Path) -> dict[str, str]:
    try:
        known = json.loads(memory.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {name: mark for name, mark in known.items() if isinstance(mark, str)}


def _as_released(name: str, content: bytes) -> bytes:
    """A notebook as if nobody had ever run or solved it; any other file as it is."""
    notebook = _notebook(name, content)
    if notebook is None:
        return content
    try:
        release(notebook)
    except PortlabError as error:
        raise PortlabError(f"The lesson {name} cannot be given to learners: {error}") from error
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _fingerprint(name: str, content: bytes) -> str:
    """Of a notebook only what its cells say, of any other file every byte."""
    notebook = _notebook(name, content)
    if notebook is not None:
        said = [[cell.get("cell_type"), "".join(cell["source"])] for cell in notebook["cells"]]
        content = json.dumps(said).encode()
    return hashlib.sha256(content).hexdigest()


def _notebook(name: str, content: bytes) -> dict[str, Any] | None:
    """The notebook in `content`; None for what is none, or is damaged."""
    if not name.endswith(".ipynb"):
        return None
    try:
        notebook: dict[str, Any] = json.loads(content)
        for cell in notebook["cells"]:
            "".join(cell["source"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return notebook
