"""The schema that editors check question files by says the same as the reader of the bank.

An editor sees a file as YAML, so values come typed; `portlab` takes them as text. Where a slip is
one of form, both tell it; what only the reader can know (a key among the choices) only it tells.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from portlab import material
from portlab.quiz import bank
from portlab.quiz.question import KINDS
from tests.quiz.kinds import FILL, MATCH, ORDER
from tests.quiz.test_bank import GOOD, RANGE

SCHEMA = json.loads((material.data() / "questions" / "schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
HEAD = "# yaml-language-server: $schema=schema.json\n"


def complaints(text: str) -> list[str]:
    read: Any = YAML(typ="safe", pure=True).load(text)
    return [error.message for error in VALIDATOR.iter_errors(read)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("file", bank.files(), ids=lambda file: file.stem)
def test_every_file_of_the_bank_keeps_it_and_names_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith(HEAD)
    assert complaints(text) == []


def test_it_knows_every_kind() -> None:
    kinds = [kind.kind for kind in KINDS]
    assert SCHEMA["items"]["properties"]["kind"]["enum"] == kinds
    assert [one["properties"]["kind"]["const"] for one in SCHEMA["items"]["oneOf"]] == kinds
    for text in (GOOD, RANGE, MATCH, ORDER, FILL):
        assert complaints(text) == []


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (GOOD, "  prompt: Which port?\n", ""),
        (GOOD, "  prompt: W", "  promt: W"),
        (GOOD, "kind: one choice", "kind: onechoice"),
        (GOOD, "difficulty: 1", "difficulty: hard"),
        (GOOD, "covers: [A1]", "covers: A1"),
        (GOOD, "covers: [A1]", "covers: []"),
        (GOOD, "covers: [A1]", "covers: [A1, A1]"),
        (GOOD, "id: which-port", "id: Which_Port"),
        (GOOD, "  key: 22:22\n", ""),
        (GOOD, "      why: Not that one.", "      wy: Not that one."),
        (RANGE, "to: 65535", "to: many"),
        (RANGE, "to: 65535", "to: 65535\n  tolerance: 1"),
        (RANGE, "to: 65535", "too: 65535"),
        (MATCH, "      why: It comes before all others.\n", ""),
        (MATCH, "others: [carries a name]", "other: [carries a name]"),
        (ORDER, 'items: [SYN, "SYN,ACK", ACK]', "items: [SYN]"),
        (ORDER, "items: [", f"items: [{', '.join(f'more {n}' for n in range(24))}, "),
        (FILL, "      key: 1001\n", ""),
        (FILL, "  blanks:", "  blank:"),
    ],
)
def test_a_slip_of_form_is_told_by_both(text: str, old: str, new: str, tmp_path: Path) -> None:
    assert old in text
    wrong = text.replace(old, new)
    assert complaints(wrong) != []
    file = tmp_path / "05.yaml"
    file.write_text(wrong)
    assert bank.read([file])[1] != ()
