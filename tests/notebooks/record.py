"""Record what `on_linux` shows where it cannot run: `python -m tests.notebooks.record`.

Every call of it in the notebooks names an experiment and a recording. The experiment is run in the
kernel world, and what passed on the wire is stored in `data/captures`. Needs what that world needs
(`portlab doctor` says it). Refresh the notebooks afterwards.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from portlab import save
from portlab.lab import run
from portlab.trace.trace import Trace
from tests.notebooks.lessons import NOTEBOOKS, ROOT

CAPTURES = ROOT / "data" / "captures"


@dataclass(frozen=True)
class Recording:
    """One call of `on_linux`: the experiment, the name of its recording, how it is run."""

    name: str
    experiment: Callable[[Any], object]
    how: dict[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return CAPTURES / f"{self.name}.pcapng"

    def live(self) -> Trace:
        return run(self.experiment, world="kernel", **self.how)


def recordings() -> list[Recording]:
    return [found for path in NOTEBOOKS for found in _in_notebook(path)]


def _in_notebook(path: Path) -> Iterator[Recording]:
    names: dict[str, Any] = {}
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef)
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        kept = [node for node in tree.body if isinstance(node, kinds)]
        exec(compile(ast.Module(kept, []), path.name, "exec"), names)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "on_linux":
                experiment, name = (ast.unparse(argument) for argument in node.args)
                how = {one.arg: eval(ast.unparse(one.value), names) for one in node.keywords}
                yield Recording(ast.literal_eval(name), eval(experiment, names), how)


def main() -> None:
    CAPTURES.mkdir(exist_ok=True)
    for recording in recordings():
        save(recording.live(), recording.file)
        print(recording.file)


if __name__ == "__main__":
    main()
