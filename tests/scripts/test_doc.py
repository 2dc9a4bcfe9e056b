"""What docs/scripts.md shows is what happens."""

import re
from textwrap import dedent

import pytest

from portlab.scripts import play
from portlab.scripts.arguments import CALLS, OPTIONS
from portlab.scripts.settings import Assumed
from tests.architecture import ROOT

DOC = (ROOT / "docs" / "scripts.md").read_text(encoding="utf-8")
SCRIPTS = re.findall(r"^```packetdrill\n([\s\S]*?)^```$", DOC, re.M)
PYTHON = re.findall(r"^```python\n([\s\S]*?)^```$", DOC, re.M)
REPORT = re.findall(r"\n\n((?:    .*\n|\n)*    fail  mine\.pkt\n(?:    .*\n|\n)*)", DOC)


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_scripts_pass_and_say_everything(script: str) -> None:
    outcome = play(script)
    assert outcome.passed, outcome.report()
    assert not outcome.unasked


@pytest.mark.parametrize("code", PYTHON)
def test_the_python_code_prints_what_is_shown(
    code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = "".join(line[2:] + "\n" for line in code.splitlines() if line.startswith("# "))
    exec(code, {})
    assert capsys.readouterr().out == shown
    assert shown


def test_the_report_of_a_failure_is_as_shown() -> None:
    (block,) = REPORT
    whole = SCRIPTS[1].replace("ack 1 <mss 1460>", "ack 2 <mss 1460>").replace("\n\n", "\n", 1)
    report = play(whole, name="mine.pkt").report()
    shown = dedent(block).strip().removesuffix("\n...")
    assert [line.split() for line in report.splitlines()[: shown.count("\n") + 1]] == [
        line.split() for line in shown.splitlines()
    ]


def test_there_are_three_kinds_of_examples() -> None:
    assert (len(SCRIPTS), len(PYTHON), len(REPORT)) == (4, 2, 1)


def test_every_call_and_option_is_named() -> None:
    words = set(re.findall(r"\w+", DOC))
    assert CALLS | OPTIONS | {"SO_SNDBUF"} <= words


def test_the_defaults_are_those_of_the_code() -> None:
    default = Assumed()
    assert f"| MSS | {default.mss}, 20 less over IPv6 |" in DOC
    assert f"| receive buffer | {default.window:,} bytes |" in DOC
    assert f"| window scale offered | {default.wscale} |" in DOC
    assert (default.config.initial_window, default.config.min_rto) == (10, 200_000)
