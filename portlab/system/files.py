"""Files and folders of this user: where they are, and how they are written whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portlab.errors import PortlabError


def user_folder() -> Path:
    """Where portlab keeps what belongs to this user; `PORTLAB_HOME` names another place."""
    if named := os.environ.get("PORTLAB_HOME"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("portlab", appauthor=False))


def cache_folder() -> Path:
    """Where portlab keeps for this user what it can make again at any time."""
    if named := os.environ.get("PORTLAB_HOME"):
        return Path(named) / "cache"
    import platformdirs

    return Path(platformdirs.user_cache_dir("portlab", appauthor=False))


def course_folder() -> Path:
    """Where `portlab lab` puts the learner's copy. Raises PortlabError without a home folder."""
    try:
        return Path.home() / "portlab-course"
    except RuntimeError as error:
        raise PortlabError(
            "This user has no home folder for the course. Name a folder: `portlab lab DIR`."
        ) from error


def unwritable_because(folder: Path) -> str | None:
    """Why no file can be made in `folder` or, while it is missing, made for it; None if one can."""
    place = folder
    while not place.exists() and place.parent != place:
        place = place.parent
    if not place.is_dir():
        return f"{place} is a file, not a folder"
    try:
        with tempfile.TemporaryFile(dir=place):
            return None
    except OSError as error:
        return f"{place}: {error.strerror or error}"


def write_new_file(path: Path, content: bytes) -> bool:
    """Make `path` with all of `content`, or, if anything has that name, change nothing: False.

    Never leaves half a file. Raises OSError.
    """
    if os.path.lexists(path):
        return False
    with _beside(path, content) as whole:
        try:
            os.link(whole, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            if os.path.lexists(path):
                return False
            os.rename(whole, path)
    return True


def replace_file(path: Path, content: bytes) -> None:
    """Give `path` this content in one step: a reader sees the old file or the new one. OSError."""
    with _beside(path, content) as whole:
        os.replace(whole, path)


@contextmanager
def only_one(path: Path, seconds: float = 10.0) -> Iterator[None]:
    """While this lasts, no other process that asks for the same `path` gets here.

    A process that is killed lets go. Raises TimeoutError after `seconds`, and OSError.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_name(f"{path.name}.lock"))
    try:
        with lock.acquire(timeout=seconds):
            yield
    except Timeout as error:
        raise TimeoutError(f"{lock.lock_file} is held by another program") from error


@contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Path]:
    """A complete file in the same folder, gone afterwards unless it was moved."""
    whole = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with whole.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or the name may outlive a power cut, and the bytes not
        yield whole
    finally:
        whole.unlink(missing_ok=True)
