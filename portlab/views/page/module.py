"""The page's files put together: several ES modules as the one that a widget may have.

A widget's code is a single module, and there is no build step. So the files of this folder are
written as ordinary modules that import each other by `./name.js`, and joined here: the imports
between them go, and so does `export` before a declaration. The last file of a list keeps its
`export default`. Names at the top of a file must be unique over all files; a test holds that.
"""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent

_IMPORT = re.compile(r'^import\s[^;]*?from "\.\.?/[\w./-]+\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|const|let|class)\b)", re.MULTILINE)


@cache
def esm(*names: str | Path) -> str:
    """These files of the folder as one ES module, each after those that it imports.

    A whole path names a file of another room.

    >>> esm("dom.js").startswith("// ")
    True
    """
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", _read(name))) for name in names)


@cache
def css(*names: str | Path) -> str:
    """These style sheets as one."""
    return "\n".join(map(_read, names))


def _read(name: str | Path) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
