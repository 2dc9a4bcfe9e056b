"""What docs/model-and-kernel.md lists is what the tests expect."""

from tests.differential.document import DOC, written


def test_the_tables_are_those_of_the_lists():
    text = DOC.read_text(encoding="utf-8")
    assert text == written(text), "run: python -m tests.differential.document"
