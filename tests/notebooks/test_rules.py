"""The rules of `rules.py` hold for every notebook, and each rule can be broken."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.notebooks import rules
from tests.notebooks.lessons import NOTEBOOKS, name_of


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_every_notebook_keeps_the_rules(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert rules.breaches(notebook) == []


def test_few_outputs_in_all_are_not_compared() -> None:
    total = sum(rules.not_compared(nbformat.read(path, as_version=4)) for path in NOTEBOOKS)
    assert total <= rules.MAX_NOT_COMPARED_IN_ALL


def lesson(*cells: Any, **metadata: Any) -> Any:
    neutral = {"kernelspec": rules.KERNEL, "language_info": rules.LANGUAGE}
    return new_notebook(cells=list(cells), metadata=nbformat.from_dict({**neutral, **metadata}))


def ran(source: str = "1 + 1", *outputs: Any, **metadata: Any) -> Any:
    return new_code_cell(
        source,
        execution_count=1,
        outputs=list(outputs),
        metadata=nbformat.from_dict(metadata),
    )


ERROR = new_output("error", ename="ZeroDivisionError", evalue="", traceback=[])
TAGGED = {"tags": ["nbval-ignore-output"]}
REASON = {"portlab": {"why_not_compared": "it shows this computer's own ports"}}

WORDS = new_markdown_cell("## Words learned\n\n- **port**: a number", id="words")

SOLUTION = "### BEGIN SOLUTION\nx = 2\n### END SOLUTION\n"

GOOD = {
    "a plain lesson": lesson(new_markdown_cell("# Why?"), ran()),
    "a reason given": lesson(ran(**TAGGED, **REASON)),
    "an error on purpose": lesson(ran("1 / 0", ERROR, tags=["raises-exception"])),
    "ten lines": lesson(ran("x = 1\n" * 10)),
    "ten lines beside a solution": lesson(ran("x = 1\n" * 10 + SOLUTION)),
    "a term that returns": lesson(new_markdown_cell("**Ports** are numbers."), WORDS),
    "bold, and no term": lesson(new_markdown_cell("**Look.** **All of this stays here**.")),
}

BROKEN = {
    "never executed": lesson(new_code_cell("1 + 1")),
    "an error is stored": lesson(ran("1 / 0", ERROR)),
    "widget state": lesson(ran(), widgets={"state": {}}),
    "a widget is stored": lesson(
        ran(
            "w",
            new_output(
                "display_data",
                {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "w"},
            ),
        )
    ),
    "without text": lesson(ran("w", new_output("display_data", {"image/png": "AAAA"}))),
    "gives no reason": lesson(ran(**TAGGED)),
    "a comment to nbval": lesson(ran("# NBVAL_IGNORE_OUTPUT\n1 + 1", **REASON)),
    "are not compared": lesson(
        *[ran(**TAGGED, **REASON) for _ in range(rules.MAX_NOT_COMPARED + 1)]
    ),
    "11 lines": lesson(ran("x = 1\n" * 11)),
    "121 words": lesson(new_markdown_cell("word " * 121)),
    "not among the words learned: ['socket']": lesson(new_markdown_cell("A **socket**."), WORDS),
    "an empty code cell": lesson(ran("")),
    "an empty text cell": lesson(new_markdown_cell(" ")),
    "nobody's in particular": lesson(ran(), kernelspec={"name": "mine", "display_name": "Mine"}),
    "no version": lesson(ran(), language_info={"name": "python", "version": "3.11.2"}),
    "not the lesson's": lesson(ran(), authors=[]),
    "the time it ran": lesson(ran(execution={"iopub.status.busy": "2026-01-01T00:00:00Z"})),
}


@pytest.mark.parametrize("notebook", GOOD.values(), ids=GOOD)
def test_a_good_notebook_breaks_no_rule(notebook: Any) -> None:
    assert rules.breaches(notebook) == []


@pytest.mark.parametrize(("breach", "notebook"), BROKEN.items(), ids=BROKEN)
def test_a_broken_rule_is_named(breach: str, notebook: Any) -> None:
    found = rules.breaches(notebook)
    assert any(breach in what for what in found), found
