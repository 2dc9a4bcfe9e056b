"""The calls of `on_linux` in the notebooks: each names an experiment and its recording."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from tests.notebooks.lessons import NOTEBOOKS


@dataclass(frozen=True)
class Shown:
    """One call."""

    lesson: str
    experiment: Callable[[Any], object]
    recording: str


def shown_on_linux() -> list[Shown]:
    return [found for path in NOTEBOOKS for found in _in_notebook(path)]


def _in_notebook(path: Path) -> Iterator[Shown]:
    names: dict[str, Any] = {}
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef)
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        kept: list[ast.stmt] = [node for node in tree.body if isinstance(node, kinds)]
        exec(compile(ast.Module(kept, []), path.name, "exec"), names)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "on_linux":
                experiment, name = (ast.unparse(argument) for argument in node.args)
                yield Shown(path.stem, eval(experiment, names), ast.literal_eval(name))
