"""The page's files: joined they are one module, and what Python hands to them is compact."""

import json
import re
import shutil
import subprocess
import zlib
from collections import Counter
from pathlib import Path

import pytest

import portlab
from portlab import Lab, drop, run
from portlab.trace.trace import Trace
from portlab.views.comparison import compare
from portlab.views.ladder import layout
from portlab.views.page import module
from portlab.views.page.scene import as_scene, encoded
from portlab.views.shapes import Arrow
from tests.views import stories

PACKAGE = Path(portlab.__file__).parent
FILES = sorted(PACKAGE.rglob("page/*.js"))
_TOP = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let|var)\s+(\w+)", re.MULTILINE)
_IMPORTED = re.compile(r"^import\s*\{([^}]*)\}\s*from \"(\.[^\"]*)\";", re.MULTILINE)


SHEETS = sorted(PACKAGE.rglob("page/*.css"))
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SELECTORS = re.compile(r"([^{}]+)\{")
_BETWEEN = re.compile(r",(?![^(]*\))")
_FIRST = re.compile(r"(?:body\S* )?(?:\.portlab )?[^\s>+~]+")


def classes_of(sheet: str) -> set[str]:
    """The classes that a style sheet is about: those at the beginning of its selectors.

    What stands behind them is met inside of them only. `.portlab`, which all have, does not count.
    """
    found = _SELECTORS.findall(_COMMENT.sub("", sheet))
    rules = [one.strip() for one in found if not one.strip().startswith("@")]
    first = [_FIRST.match(one.strip()) for rule in rules for one in _BETWEEN.split(rule)]
    return {name for one in first if one for name in re.findall(r"\.(portlab-[\w-]+)", one[0])}


def names(file: Path) -> list[str]:
    return _TOP.findall(file.read_text(encoding="utf-8"))


def test_names_are_unique_over_all_files() -> None:
    """The files are joined into one scope; a name declared twice would be an error there."""
    found = Counter(name for file in FILES for name in names(file))
    assert len(found) > 50
    assert [name for name, count in found.items() if count > 1] == []


def test_a_class_belongs_to_one_style_sheet() -> None:
    """A page has the sheets of all its widgets: a class in two of them would be a mix of both."""
    found = Counter(name for file in SHEETS for name in classes_of(file.read_text("utf-8")))
    assert len(found) > 100
    assert [name for name, count in found.items() if count > 1] == []


@pytest.mark.parametrize(
    ("sheet", "classes"),
    [
        (".portlab-a, .portlab-b:hover { x: y }", {"portlab-a", "portlab-b"}),
        (".portlab-a.portlab-b > .portlab-c {}", {"portlab-a", "portlab-b"}),
        ("@media print { .portlab .portlab-a p {} }", {"portlab-a"}),
        (".portlab { x: y }\n/* .portlab-b {} */ .portlab-a:is(.portlab-b, p) {}",
         {"portlab-a", "portlab-b"}),
    ],
)  # fmt: skip
def test_how_the_classes_of_a_style_sheet_are_told(sheet: str, classes: set[str]) -> None:
    assert classes_of(sheet) == classes


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_imports_only_what_the_other_exports(file: Path) -> None:
    """Joined, an import that is missing or wrong would not be noticed until it is called."""
    text = file.read_text(encoding="utf-8")
    for wanted, where in _IMPORTED.findall(text):
        other = (file.parent / where).read_text(encoding="utf-8")
        for name in (part.strip() for part in wanted.split(",")):
            assert re.search(rf"^export .*\b{name}\b", other, re.MULTILINE), f"{name} of {where}"
            assert len(re.findall(rf"\b{name}\b", text)) > 1, f"{name} is imported for nothing"
    imported = {n.strip() for wanted, _ in _IMPORTED.findall(text) for n in wanted.split(",")}
    code = re.sub(r"//.*|\"[^\"\n]*\"", "", text)
    for other_file in FILES:
        if other_file != file:
            for name in set(names(other_file)) - imported - set(names(file)):
                used = re.search(rf"(?<![.\w]){name}\(", code)
                assert not used, f"{name} of {other_file.name} is used without its import"


def test_nothing_is_fetched_and_nothing_is_markup() -> None:
    for file in [*FILES, *PACKAGE.rglob("page/*.css")]:
        text = file.read_text(encoding="utf-8")
        found = re.findall(
            r"innerHTML|insertAdjacentHTML|document\.write|\bfetch\(|@import|url\(h", text
        )
        assert found == [], file.name


def test_joining_drops_what_only_separate_files_need() -> None:
    joined = module.esm("talk.js", "conversation.js")
    assert not re.search(r"^import ", joined, re.MULTILINE)
    assert not re.search(r"^export (?!default)", joined, re.MULTILINE)
    assert "function askPython(" in joined
    assert "class ConversationView" in joined
    assert joined.count("\nfunction freshId(") == 1


def test_the_whole_widget_is_one_module(tmp_path: Path) -> None:
    from portlab.views.page.widget import STYLES

    whole = module.esm("ladder.js")
    assert whole.count("export default") == 1
    assert len(module.css(*STYLES)) > 1000
    if node := shutil.which("node"):
        file = tmp_path / "whole.mjs"
        file.write_text(whole, encoding="utf-8")
        subprocess.run([node, "--check", file], check=True)


def unpacked(data: bytes) -> dict[str, object]:
    found: dict[str, object] = json.loads(zlib.decompress(data))
    return found


def scene_of(*traces: Trace, **more: bool) -> dict[str, object]:
    shown = [(trace, layout(trace)) for trace in traces]
    found = compare(*(one for _, one in shown)) if len(shown) > 1 else None
    return unpacked(encoded(as_scene(shown, comparison=found, **more)))


def test_a_scene_says_what_the_layout_says() -> None:
    trace = stories.closed()
    made = layout(trace)
    (ladder,) = scene_of(trace)["ladders"]
    (talk,) = ladder["conversations"]
    assert talk["lanes"] == [["client", "10.0.0.2", 49152], ["server", "10.0.0.1", 80]]
    assert talk["before"] == ["CLOSED", "LISTEN"]
    rows = made.conversations[0].rows
    assert len(talk["rows"]) == len(rows)
    for sent, row in zip(talk["rows"], rows, strict=True):
        assert sent["t"] == row.time
        if isinstance(row, Arrow):
            assert (sent["n"], sent["s"], sent["e"]) == (row.number, row.start, row.end)
            assert " ".join(sent["p"]) == row.label
            assert len(sent["r"]) == len(sent["p"])
            assert [c[4] for c in sent.get("c", [])] == [c.new for c in row.sent]
            assert [c[4] for c in sent.get("d", [])] == [c.new for c in row.arrived]
        else:
            assert (sent["x"], sent["l"]) == (row.text, row.lane)


def test_a_scene_is_small_enough_to_be_sent() -> None:
    """A Jupyter server drops messages of a kernel that says more than 3 MB in three seconds."""
    trace = stories.transfer(10_000, lose=None)
    assert len(trace) >= 10_000
    pair = [(trace, layout(trace))] * 2
    assert len(encoded(as_scene(pair))) < 1_000_000


def handshake(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80)


def test_what_can_be_done_is_said_with_the_reason_why_not() -> None:
    able = scene_of(run(handshake))["can"]
    assert able == {"fault": True, "undo": False, "why": None}
    from_file = scene_of(stories.from_file())["can"]
    assert from_file["fault"] is False
    assert "file" in from_file["why"]
    loopback = scene_of(run(handshake, world="loopback"))["can"]
    assert loopback["fault"] is False
    assert "sockets" in loopback["why"]


def test_two_ladders_say_how_they_differ() -> None:
    trace = run(handshake)
    scene = scene_of(trace, trace.rerun([drop(1)]), undo=True)
    assert [ladder["faults"] for ladder in scene["ladders"]] == [[], ["drop(1)"]]
    assert scene["differences"]["only"] == [[1], [1, 2]]
    assert scene["differences"]["beside"] == [[0, 0]]
    assert "Marked" in scene["differences"]["summary"][0]
    assert scene["can"]["undo"] is True
