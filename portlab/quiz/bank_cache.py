"""Questions kept as JSON once their files were read: YAML with line numbers takes seconds to read.

A copy belongs to the very bytes of the files and of the code that reads them, so it is never stale.
Its first line is the digest of the rest: one that is damaged only costs the time to read the files
and to write it again.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from portlab.quiz.question import KINDS, Blank, Choice, Mistake, Number, Pair, Question
from portlab.system import cache_folder, write_new_file

ROOM = Path(__file__).parent
"""Whose files have a say in what a question is."""


def kept(files: Sequence[Path], read: Callable[[], tuple[Question, ...]]) -> tuple[Question, ...]:
    """The questions of `files`: from the copy that is kept, or from `read()`, which makes it."""
    try:
        names, content = _digests(files)
        copy = cache_folder() / f"questions-{names}-{content}.json"
    except OSError:
        return read()
    try:
        return _unpacked(copy.read_bytes())
    except (OSError, ValueError):
        pass  # not there yet, or damaged
    questions = read()
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        for old in copy.parent.glob(f"questions-{names}-*.json"):
            old.unlink(missing_ok=True)
        write_new_file(copy, _packed(questions))
    except OSError:
        pass  # a full disk, or a home that is read-only
    return questions


def _digests(files: Sequence[Path]) -> tuple[str, str]:
    """Of the files' names, and of what is in them and in this room: a new rule reads them anew."""
    names = sha256("\n".join(str(file.absolute()) for file in files).encode())
    content = sha256()
    for file in (*sorted(ROOM.glob("*.py")), *files):
        raw = file.read_bytes()
        content.update(len(raw).to_bytes(8, "big") + raw)
    return names.hexdigest()[:12], content.hexdigest()[:24]


def _packed(questions: tuple[Question, ...]) -> bytes:
    body = json.dumps(list(map(_as_json, questions))).encode()
    return sha256(body).hexdigest().encode() + b"\n" + body


def _unpacked(raw: bytes) -> tuple[Question, ...]:
    """Raises ValueError for anything but what `_packed` has made."""
    digest, _, body = raw.partition(b"\n")
    if digest != sha256(body).hexdigest().encode():
        raise ValueError("The copy is damaged.")
    return tuple(map(_question, json.loads(body)))


def _as_json(question: Question) -> dict[str, Any]:
    fields = asdict(question) | {"kind": question.kind}
    return {name: str(v) if isinstance(v, Decimal) else v for name, v in fields.items()}


def _question(fields: dict[str, Any]) -> Question:
    kind = fields.pop("kind")
    made = {name: _VALUES.get(name, _plain)(value) for name, value in fields.items()}
    maker: Callable[..., Question] = {one.kind: one for one in KINDS}[kind]
    if kind == Number.kind:
        made |= {name: Decimal(fields[name]) for name in ("key", "tolerance")}
        made["to"] = None if fields["to"] is None else Decimal(fields["to"])
    return maker(**made)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _mistakes(values: Any) -> tuple[Mistake, ...]:
    return tuple(Mistake(**value) for value in values)


_VALUES: dict[str, Callable[[Any], Any]] = {
    "choices": lambda values: tuple(Choice(**value) for value in values),
    "mistakes": _mistakes,
    "pairs": lambda values: tuple(Pair(**value) for value in values),
    "blanks": lambda values: tuple(
        Blank(v["name"], v["key"], tuple(v["accept"]), _mistakes(v["mistakes"])) for v in values
    ),
}
"""How the fields are made that are more than text, numbers and lists of text."""
