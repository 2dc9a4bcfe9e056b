"""Which names the cells of a notebook make and take, and who takes another's name away.

A cell that is run again must show what it showed before, although later cells have run since. So
what a cell takes from above gets no other value below, and exercises make names of their own.
"""

import ast
import symtable
from collections.abc import Iterator
from typing import Any


def taken_away(cells: list[Any]) -> Iterator[str]:
    """Each name that a cell takes from above and a later cell makes anew, as a sentence."""
    taken: dict[str, str] = {}
    above: set[str] = set()
    for cell in cells:
        if cell.cell_type != "code":
            continue
        made, takes = names(cell.source)
        taken = dict.fromkeys(takes, cell.id) | taken
        is_solution = cell.metadata.get("nbgrader", {}).get("solution", False)
        for name in sorted(made):
            if is_solution and name in above:
                yield f"{cell.id} answers an exercise and makes {name}, which the lesson has"
            elif name in taken:
                yield f"{cell.id} makes {name} anew, which {taken[name]} takes from above"
        if "nbgrader" not in cell.metadata:
            above |= made | takes


def names(source: str) -> tuple[set[str], set[str]]:
    """What a cell makes (imports left out), and what it takes from the cells above."""
    made: set[str] = set()
    known: set[str] = set()
    takes: set[str] = set()
    for statement in ast.parse(source).body:
        table = symtable.symtable(ast.unparse(statement), "<cell>", "exec")
        loaded = set(_read(table))
        bound = {one.get_name() for one in table.get_symbols() if one.is_assigned()}
        binds_first = hasattr(statement, "body")  # loops, with, try and functions
        takes |= loaded - known - (bound if binds_first else set())
        known |= bound | {one.get_name() for one in table.get_symbols() if one.is_imported()}
        made |= bound
    return made, takes


def _read(table: symtable.SymbolTable) -> Iterator[str]:
    """Names that stand for the notebook's own, wherever in the cell they are read."""
    for one in table.get_symbols():
        if one.is_referenced() and (table.get_type() == "module" or one.is_global()):
            yield one.get_name()
    for child in table.get_children():
        yield from _read(child)
