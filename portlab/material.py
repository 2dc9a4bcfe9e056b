"""Where the lessons and their data are: inside the wheel, or beside the package in a checkout.

The only place that knows the two homes. Everything else asks here.
"""

from pathlib import Path

from portlab.errors import PortlabError

_PACKAGED = Path(__file__).parent / "files"
_CHECKOUT = Path(__file__).parents[1]


def notebooks() -> Path:
    """The folder of the course's sources. Raises PortlabError when the installation lacks it."""
    return _folder("notebooks")


def data() -> Path:
    """The folder of services, questions and captures. Raises PortlabError when it is missing."""
    return _folder("data")


def checkout_notebooks() -> Path:
    """The notebooks as they are edited. Raises PortlabError outside a checkout."""
    folder = _CHECKOUT / "notebooks"
    if (_CHECKOUT / "pyproject.toml").is_file() and folder.is_dir():
        return folder
    raise PortlabError(
        "There are no sources to edit: this portlab was installed from a package, not from a "
        "checkout of its repository. Leave --edit away to open your own copy of the course, or "
        "clone the repository and run `pip install -e .` in it."
    )


def lessons() -> list[str]:
    """The file names of the lessons, in the order of the course."""
    return sorted(path.name for path in notebooks().glob("[0-9][0-9]-*.ipynb"))


def _folder(name: str) -> Path:
    for home in (_PACKAGED, _CHECKOUT):
        if (home / name).is_dir():
            return home / name
    raise PortlabError(
        f"The course's folder `{name}` is missing from this installation, so there is nothing to "
        "open. Install portlab again: `pip install --force-reinstall portlab`."
    )
