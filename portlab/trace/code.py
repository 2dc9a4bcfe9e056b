"""A run as one line of Python to paste: the experiment's name, and all that makes it this very run.

A function knows its name, but not whether that name still leads to it: this looks before it
writes. What cannot be written is named in a comment, never left out in silence.
"""

import sys
from ast import literal_eval
from collections.abc import Iterable
from dataclasses import fields
from functools import partial
from typing import Any


def line_to_paste(
    experiment: object,
    *,
    world: str,
    seed: int,
    link: Any = None,
    capture: bool = False,
    faults: Iterable[object] = (),
) -> str:
    """`ladder(run(hello, seed=1, faults=[drop(2)]))`, without what is as usual.

    A comment behind it says what the line needs beside `from portlab import ...`. In a notebook
    whose own function it is, the line brings what was pressed but never imported, such as `drop`.

    >>> line_to_paste(sorted, world="model", seed=1)
    'ladder(run(sorted, seed=1))  # from builtins import sorted'
    """
    name, needs = _name_to_call(experiment)
    arguments = [name]
    if world != "model":
        arguments.append(f'world="{world}"')
    arguments.append(f"seed={seed!r}")
    makers = []
    if link is not None and (changed := _changed_fields(link)):
        makers.append(type(link).__name__)
        arguments.append(f"link={makers[0]}({changed})")
    if capture:
        arguments.append("capture=True")
    if listed := list(map(repr, faults)):
        makers += [one.partition("(")[0] for one in listed]
        arguments.append(f"faults=[{', '.join(listed)}]")
    line = f"ladder(run({', '.join(arguments)}))"
    return f"{line}  # {needs}" if needs else f"{_imports_missing(makers)}{line}"


def _name_to_call(experiment: object) -> tuple[str, str]:
    """How a line of code can name an experiment, and what must be there before it."""
    if isinstance(experiment, partial):
        given = [repr(value) for value in experiment.args]
        given += [f"{key}={value!r}" for key, value in experiment.keywords.items()]
        if all(map(_is_literal, (*experiment.args, *experiment.keywords.values()))):
            name, needs = _name_to_call(experiment.func)
            needs = "; ".join(filter(None, ("from functools import partial", needs)))
            return f"partial({', '.join((name, *given))})", needs
    module = getattr(experiment, "__module__", None) or ""
    path = getattr(experiment, "__qualname__", "")
    if not _is_at(module, path, experiment):
        return "experiment", "for experiment put your own function: it has no name to write here"
    return path, "" if module == "__main__" else f"from {module} import {path.split('.')[0]}"


def _imports_missing(names: Iterable[str]) -> str:
    """What a notebook lacks of these names of portlab, as a statement before the line."""
    missing = sorted(set(names).difference(vars(sys.modules["__main__"])))
    return f"from portlab import {', '.join(missing)}; " if missing else ""


def _is_at(module: str, path: str, experiment: object) -> bool:
    """Does this name lead to this function, or to one that does the same?"""
    found: object = sys.modules.get(module)
    for part in path.split("."):
        found = getattr(found, part, None)
    code = getattr(experiment, "__code__", None)
    bound = code is not None and hasattr(experiment, "__self__")
    same = code is not None and getattr(found, "__code__", None) == code
    return not bound and (found is experiment or same)


def _is_literal(value: object) -> bool:
    try:
        return bool(literal_eval(repr(value)) == value)
    except (SyntaxError, ValueError):
        return False


def _changed_fields(link: Any) -> str:
    """The properties of a link that are not the usual ones, as arguments."""
    values = ((field.name, getattr(link, field.name), field.default) for field in fields(link))
    return ", ".join(f"{name}={value!r}" for name, value, usual in values if value != usual)
