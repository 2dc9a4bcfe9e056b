"""The tables of docs/model-and-kernel.md, from the lists that the tests expect.

`python -m tests.differential.document` writes them anew.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from portlab.wording import listed
from tests.conformance.differences import DIFFERENCES as ANSWERS
from tests.differential.differences import DIFFERENCES
from tests.scripts.differences import DIFFERENCES as SCRIPTS

DOC = Path(__file__).parents[2] / "docs/model-and-kernel.md"


def conversations() -> str:
    """One row for each difference of a whole conversation."""
    return _table(
        ("scenario", "the model is the", "Linux", "the model", "why"),
        (
            (
                one.scenario,
                one.model_is,
                _side(one.changes, "-"),
                _side(one.changes, "+"),
                one.why,
            )
            for one in DIFFERENCES
        ),
    )


def _side(changes: tuple[str, ...], sign: str) -> str:
    return "<br>".join(f"`{line[2:]}`" for line in changes if line[0] == sign) or "no such packet"


def answers() -> str:
    """One row for each kind of difference in the answer to a single segment."""
    rows = sorted(ANSWERS.items(), key=lambda item: (item[1].why, item[1].linux, item[1].model))
    found = []
    for (linux, model, why), same in groupby(
        rows, key=lambda item: (item[1].linux, item[1].model, item[1].why)
    ):
        places = [place for place, _ in same]
        states = listed(dict.fromkeys(state for state, _ in places))
        arrivals = "; ".join(dict.fromkeys(arrival for _, arrival in places))
        found.append((states, arrivals, linux, model, why))
    return _table(("in state", "arrives", "Linux", "the model", "why"), sorted(found))


def scripts() -> str:
    """One row for each script of segments that Linux answers otherwise."""
    rows = []
    for name, one in sorted(SCRIPTS.items()):
        asked = f"`{one.line}`" if one.line else "nothing more"
        seen = one.seen if one.seen == "nothing" else f"`{one.seen}`"
        rows.append((f"[{name}](../tests/scripts/{name}.pkt)", asked, seen, one.why))
    return _table(("script", "the script and the model", "Linux", "why"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


TABLES = {"conversations": conversations, "answers": answers, "scripts": scripts}


def written(text: str) -> str:
    """`text` with every table made anew between its two marks."""
    for name, make in TABLES.items():
        marks = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        text, count = re.subn(
            marks, lambda found, make=make: f"{found[1]}{make()}\n{found[2]}", text, flags=re.S
        )
        assert count == 1, f"{DOC} has no place for {name}"
    return text


if __name__ == "__main__":
    DOC.write_text(written(DOC.read_text(encoding="utf-8")), encoding="utf-8")
