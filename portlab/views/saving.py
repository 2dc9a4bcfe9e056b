"""A view written to a file: its name says in which form."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from portlab.errors import PortlabError

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = (".png", ".svg", ".pdf", ".txt")


def save(what: str, path: "str | Path", as_file: Callable[[str], bytes]) -> None:
    """Write what `as_file` gives for the suffix of `path`: .png, .svg, .pdf or .txt.

    Raises PortlabError for any other suffix, and where the file cannot be written.
    """
    name = str(path)
    suffix = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), None)
    if suffix is None:
        raise PortlabError(
            f"{name} does not say what kind of file to write. "
            f"End its name in one of {', '.join(SUFFIXES)}."
        )
    data = as_file(suffix)
    try:
        with open(name, "wb") as file:
            file.write(data)
    except OSError as error:
        raise PortlabError(
            f"The {what} could not be written to {name}: {error.strerror}. "
            "Choose a folder that exists and that you may write to."
        ) from error
