"""Run the notebooks and store what they show: `python -m tests.notebooks.refresh [FILE]...`.

Each runs as nbval will run it: by this Python, from its own folder, static, guarded. What is saved
says nothing of when, where or by whom it was run. A notebook that raises is left as it was.
"""

import argparse
import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.reader import NotJSONError
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager
from nbval.plugin import coalesce_streams

from tests import audit
from tests.notebooks import rules
from tests.notebooks.lessons import NOTEBOOKS


def refresh(path: Path) -> None:
    """Run one notebook in place. Raises nbclient's CellExecutionError, the file untouched."""
    notebook = nbformat.read(path, as_version=4)
    execute(notebook, path.parent)
    tidy(notebook)
    beside = path.with_suffix(".ipynb.new")
    nbformat.write(notebook, beside)
    beside.replace(path)


def execute(notebook: Any, folder: Path) -> None:
    """Run all cells in `folder`, as the tests do, and put the outputs into `notebook`."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        client = NotebookClient(
            notebook,
            kernel_name=CURRENT_ENV_KERNEL_NAME,
            resources={"metadata": {"path": str(folder)}},
            record_timing=False,
            timeout=60,
        )
        client.km = client.create_kernel_manager()
        client.km.kernel_spec_manager = NbvalKernelspecManager()
        client.execute(
            env={
                **os.environ,
                **audit.environment(Path(scratch) / "refused.log"),
                "IPYTHONDIR": scratch,
                "PORTLAB_HOME": scratch,
                "PORTLAB_STATIC": "1",
                "PORTLAB_STUDENT": "",
            }
        )


def tidy(notebook: Any) -> None:
    """Leave nothing that differs between two runs, or between two people."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": rules.KERNEL,
            "language_info": rules.LANGUAGE,
            **{key: value for key, value in notebook.metadata.items() if key == "portlab"},
        }
    )
    # Cells have ids since 4.5; an id once given stays, so that links and diffs stay small.
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: set[str] = set()
    count = 0
    for number, cell in enumerate(notebook.cells):
        if not cell.get("id") or cell["id"] in seen:
            cell["id"] = hashlib.sha256(f"{number} {cell.source}".encode()).hexdigest()[:8]
        seen.add(cell["id"])
        for key in ("execution", "collapsed", "scrolled"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = coalesce_streams(cell.outputs)
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count


def main() -> int:
    audit.install()
    parser = argparse.ArgumentParser(prog="python -m tests.notebooks.refresh")
    parser.add_argument("files", nargs="*", type=Path, help="all of notebooks/ when none is given")
    failed = 0
    files = parser.parse_args().files
    if missing := [str(path) for path in files if not path.is_file()]:
        there = ", ".join(path.name for path in NOTEBOOKS)
        parser.error(f"there is no {', '.join(missing)}; notebooks/ has {there}")
    for path in files or NOTEBOOKS:
        try:
            refresh(path)
        except (CellExecutionError, NotJSONError) as error:
            failed += 1
            print(f"{path}: left as it was\n{error}", file=sys.stderr)
        else:
            print(path)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
