"""The page's files put together: several ES modules as the one that a widget may have.

A widget's code is a single module, and there is no build step. So the files of this folder are
written as ordinary modules that import each other by `./name.js`, and joined here: the imports
between them go, and so does `export` before a declaration. Names at the top of a file must be
unique over all files; a test holds that.
"""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent

_IMPORT = re.compile(r'^import\s[^;]*?from "(\.\.?/[\w./-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|const|let|class)\b)", re.MULTILINE)


@cache
def esm(*names: str | Path) -> str:
    """These files as one ES module, and before each all that it imports.

    A name is that of a file in this folder; a whole path names one of another room.

    >>> esm("header.js").index("function html(") < esm("header.js").index("function headerView(")
    True
    """
    found: dict[Path, str] = {}
    for name in names:
        _collect((FOLDER / name).resolve(), found)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in found.values())


@cache
def css(*names: str | Path) -> str:
    """These style sheets as one."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


def _collect(file: Path, found: dict[Path, str]) -> None:
    """Put the file and its text into `found`, behind all that it imports."""
    if file in found:
        return
    text = file.read_text(encoding="utf-8")
    for where in _IMPORT.findall(text):
        _collect((file.parent / where).resolve(), found)
    found[file] = text
