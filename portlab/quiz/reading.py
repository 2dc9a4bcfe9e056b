"""A file of questions as YAML nodes that know their lines; whatever is wrong with it is a Slip.

Each question is parsed by itself, so that a quote left open in one does not hide the others. A
file is YAML 1.2; what its scalars mean is left to `fields`, for `no` and `22:22` are text where
text is meant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple


class Place(NamedTuple):
    """Where something stands: a file's name, and a line of it, from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"


@dataclass(frozen=True, slots=True, order=True)
class Slip:
    """One thing wrong in a file: where, what rule is broken, and how to mend it. Lines from 1."""

    file: str
    line: int
    field: str
    rule: str
    remedy: str

    def __str__(self) -> str:
        where = f"{Place(self.file, self.line)}" + (f", {self.field}" if self.field else "")
        return f"{where}: {self.rule} {self.remedy}"


def entries(file: Path, slips: list[Slip]) -> Iterator[Any]:
    """The YAML node of each question in `file`; what cannot be parsed is added to `slips`.

    Raises OSError where the file cannot be read.
    """

    def slip(line: int, rule: str, remedy: str) -> None:
        slips.append(Slip(file.name, line, "", rule, remedy))

    # Not splitlines: to that a few characters end a line which no editor counts as one.
    lines = re.split(r"\r\n|\r|\n", _text(file.read_bytes(), slip))
    for number, line in enumerate(lines, 1):
        words = line.lstrip()
        indent = line.removesuffix(words)
        if strange := indent.strip(" "):
            name = "tab" if "\t" in strange else "space of another kind, as pages have them,"
            slip(number, f"A {name} indents this line.", "YAML wants spaces: two for each level.")
            lines[number - 1] = re.sub("[^ ]", " ", indent.replace("\t", "  ")) + words
    starts = [number for number, line in enumerate(lines) if re.match(r"-(\s|$)", line)]
    for number, line in enumerate(lines[: starts[0] if starts else None], 1):
        if line.strip() and not line.startswith(("#", "---", "%YAML")):
            remedy = "Begin each question with `- ` at the very left."
            slip(number, "This line belongs to no question.", remedy)
            break
    for start, end in pairwise([*starts, len(lines)]):
        if (node := _parsed(lines[start:end], start, slip)) is not None:
            yield node


_OTHERS = (
    (rb"\xff\xfe\0\0|\0\0\xfe\xff", "utf-32"),
    (rb"\xff\xfe|\xfe\xff", "utf-16"),
    (rb".\0", "utf-16-le"),
    (rb"\0.", "utf-16-be"),
)
"""How files begin that are no UTF-8: with their mark, or with a letter in two bytes."""


def _text(raw: bytes, slip: Any) -> str:
    """The file's text; in another encoding than UTF-8 it is read as far as that goes."""
    remedy = "Save the file as UTF-8 (in most editors: Save with encoding)."
    for beginning, encoding in _OTHERS:
        if re.match(beginning, raw, re.DOTALL):
            slip(1, f"The file is written in {encoding[:6].upper()}.", remedy)
            return raw.decode(encoding, "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        byte = raw[error.start]
        slip(line, f"The byte 0x{byte:02x} is not UTF-8, so a letter here is unreadable.", remedy)
        return raw.decode("utf-8-sig", "replace")


def _parsed(lines: list[str], before: int, slip: Any) -> Any:
    """The node of one question that stands behind `before` other lines; None if it is no YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    # Empty lines in front keep every line number that of the file.
    text = "\n" * before + "\n".join(lines) + "\n"
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        problem, context = (getattr(error, name, "") or "" for name in ("problem", "context"))
        # Of something that was never finished, the line to look at is the one where it began.
        opened = "quoted scalar" in context
        begun = opened or "simple key" in context
        mark = getattr(error, "context_mark" if begun else "problem_mark", None)
        line = min(mark.line + 1 if mark else before + 1, before + len(lines))
        slip(line, *_in_words(problem or str(error), opened))
        return None
    return node.value[0]


def _in_words(problem: str, opened: bool) -> tuple[str, str]:
    """What the parser complains of, and a remedy, as somebody would say it who writes a quiz."""
    if opened:
        return "A quotation mark is opened and never closed.", "Close it, or double it inside."
    if "mapping values are not allowed" in problem:
        return (
            "There is a colon where none can be, or the indentation is off.",
            "Text that holds a colon and a space goes in quotes; fields stand one below the other.",
        )
    if "character '\\t'" in problem:
        return "A tab stands here.", "Put a space in its place; at the end of a line, nothing."
    if "could not find expected ':'" in problem:
        return (
            "A colon is missing behind the name of a field, or the space behind that colon.",
            "Write `name: value`, and indent text of several lines by more than its name.",
        )
    if found := re.search(r"character '(.)' that cannot start", problem):
        return f"Text cannot begin with {found[1]} here.", "Put the whole text in quotes."
    if "expected <block end>" in problem:
        return (
            "Something here is out of place.",
            "Indent it as its neighbours are; double an apostrophe that stands between two others.",
        )
    problem = " ".join(problem.split())
    return (
        f"This is not YAML: {problem}.",
        "Compare its indentation and quotes with its neighbours.",
    )
