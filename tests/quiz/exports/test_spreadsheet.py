"""Python's csv reads the table back; no cell of it is a formula."""

import csv
from io import StringIO
from pathlib import Path

import pytest

from portlab.quiz.exports import export
from portlab.quiz.exports.spreadsheet import COLUMNS, safe
from portlab.quiz.verdict import key_in_words
from tests.quiz.exports.samples import BY_ID, EVERY


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("csv") / "bank.csv"
    export(EVERY, "csv", file)
    return file.read_bytes()


@pytest.fixture(scope="module")
def rows(content: bytes) -> dict[str, dict[str, str]]:
    there = csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    return {row["id"]: row for row in there}


def test_a_line_for_each_question_with_all_columns(rows: dict[str, dict[str, str]]) -> None:
    assert list(rows) == [question.id for question in EVERY]
    for id, question in BY_ID.items():
        row = rows[id]
        assert tuple(row) == COLUMNS
        assert row["prompt"] == question.prompt
        assert row["explanation"] == question.explanation
        assert row["reference"] == question.reference
        assert row["covers"].split() == list(question.covers)
        assert row["further"] == ("yes" if question.further else "no")
        assert (row["lesson"], row["kind"]) == (question.lesson, question.kind)


def test_choices_key_and_whys(rows: dict[str, dict[str, str]]) -> None:
    for question in EVERY:
        row = rows[question.id]
        if choices := getattr(question, "choices", ()):
            lines = [f"{'abcdefgh'[n]}) {choice.text}" for n, choice in enumerate(choices)]
            assert row["choices"] == "\n".join(lines)
            right = [line for line, c in zip(lines, choices, strict=True) if c.right]
            assert row["key"] == "\n".join(right)
            wrong = [f"{c.text}: {c.why}" for c in choices if not c.right]
            assert row["whys"].removeprefix("'") == "\n".join(wrong)
        elif question.kind in ("number", "short text"):
            assert key_in_words(question) in row["key"]
    assert rows["odd-match"]["parts"] == "`a<b`\n{b}\nthird"
    assert rows["odd-fill"]["given"] == BY_ID["odd-fill"].shown  # type: ignore[attr-defined]


def test_a_spreadsheet_takes_no_cell_for_a_formula(content: bytes) -> None:
    lines = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))
    cells = [cell for line in lines for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert any(cell.startswith("'@third") or "@third" in cell for cell in cells)
    assert [safe(text) for text in ("=1", "+1", "-1", "@a", "\t=1", "1-1", "'a", "")] == [
        "'=1", "'+1", "'-1", "'@a", "'\t=1", "1-1", "'a", "",
    ]  # fmt: skip


def test_excel_is_told_that_it_is_unicode(content: bytes) -> None:
    assert content.startswith(b"\xef\xbb\xbf")
    assert "Köln" in content.decode("utf-8-sig")
    assert content.endswith(b"\r\n")


def test_the_same_questions_are_the_same_bytes(content: bytes, tmp_path: Path) -> None:
    export(EVERY, "csv", tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == content
