"""`doctor()` in a notebook: the findings of `portlab doctor`, as far as lessons need them."""

import pytest

from portlab import doctor
from portlab.course import report
from portlab.course.doctor import Finding, examine, table
from portlab.course.report import ABOUT_THE_LAB, BEHIND_US, ENOUGH, EXAMPLE, Report


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTLAB_STATIC", raising=False)


def test_it_is_what_portlab_doctor_finds(live: None) -> None:
    """And every name that decides what is shown is the name of a finding."""
    found = examine()
    names = {finding.what for finding in found}
    assert set(ABOUT_THE_LAB) | set(BEHIND_US) <= names
    shown = doctor()
    assert [finding.what for finding in shown.findings] == [finding.what for finding in found]
    assert shown["model world"].works
    assert shown["model world"].seen == "a handshake of 3 packets"
    with pytest.raises(KeyError):
        _ = shown["the moon"]


def test_what_lessons_use_is_shown_and_of_the_rest_what_is_broken() -> None:
    whole = Report(
        [
            Finding("model world", True, "a handshake of 3 packets"),
            Finding("capture by Python", False, "no rights", "Not needed."),
            Finding("a browser window", False, "this session has no screen", "Open it."),
            Finding("scapy", False, "not installed", "`pip install scapy`"),
            Finding("h11", True, "0.16.0"),
        ]
    )
    assert [one.what for one in whole.shown] == ["model world", "capture by Python", "scapy"]
    assert str(whole) == f"{table(whole.shown)}\n\n{ENOUGH}"
    assert whole._repr_mimebundle_()["text/markdown"] == (
        "| works | what | seen | remedy |\n"
        "|---|---|---|---|\n"
        "| yes | **model world** | a handshake of 3 packets |  |\n"
        "| no | **capture by Python** | no rights | Not needed. |\n"
        "| no | **scapy** | not installed | `pip install scapy` |\n"
        f"\n{ENOUGH}"
    )


def test_stored_outputs_show_an_example_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTLAB_STATIC", "1")
    monkeypatch.setattr(report, "examine", lambda: pytest.fail("nothing is tried"))
    assert doctor() is EXAMPLE
    assert "This is an example" in str(EXAMPLE)
    assert [one.what for one in EXAMPLE.findings] == list(ABOUT_THE_LAB)
