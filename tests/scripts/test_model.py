"""Every script of ours is met by the model host, and says what it is there for."""

import re
from pathlib import Path

import pytest

from portlab.scripts import Assumed, play
from tests.scripts.ours import FILES, NAMES, STATES, text

RFC_AND_SECTION = re.compile(r"RFC (\d+ \d+|768)")  # which has no numbers


@pytest.mark.parametrize("name", NAMES)
def test_the_model_does_what_the_script_says(name: str) -> None:
    outcome = play(text(name), name=name)
    assert outcome.passed, outcome.report()
    assert outcome.unasked == (), "it has sent more than the script speaks of"


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_changes_nothing(name: str) -> None:
    """Other initial sequence numbers and ports: a script counts from the SYN."""
    outcome = play(text(name), name=name, seed=7)
    assert outcome.passed, outcome.report()


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_its_scripts(state: str) -> None:
    assert sum(name.startswith(f"{state}/") for name in NAMES) >= 5


def test_there_are_many() -> None:
    assert len(NAMES) >= 60


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_each_begins_with_what_an_rfc_asks_for(file: Path) -> None:
    comment = file.read_text(encoding="utf-8").split("\n\n", 1)[0]
    lines = comment.split("\n")
    assert all(line.startswith("// ") and len(line) <= 100 for line in lines)
    assert RFC_AND_SECTION.search(" ".join(line[3:] for line in lines)), comment


@pytest.mark.parametrize("name", ["established/data", "syn-sent/syn-ack", "closed/syn"])
def test_they_hold_over_ipv6_too(name: str) -> None:
    moved = text(name).replace("mss 1460", "mss 1440")
    outcome = play(moved, name=name, assumed=Assumed(ip_version="ipv6"))
    assert outcome.passed, outcome.report()
    assert outcome.trace is not None
    assert all(":" in str(record.src) for record in outcome.trace)
