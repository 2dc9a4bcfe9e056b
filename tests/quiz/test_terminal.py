"""Questions in the terminal: what is typed is taken as it is meant, and one can always go on."""

import io
import re
import shlex
from pathlib import Path
from random import Random

import pytest

from portlab.cli import main
from portlab.cli.quizzing import ask
from portlab.quiz import sittings
from portlab.quiz.session import Session
from tests.quiz.kinds import COMMON, FILL, made

COMMAS = f"""\
- id: fields-with-commas
  kind: fill the fields
{COMMON}  prompt: Fill it in.
  shown: SYN to a closed port
  blanks:
    - name: flags
      key: RST, ACK
      accept: ["RST,ACK"]
    - name: highest port
      key: 65535
"""


pytestmark = pytest.mark.usefixtures("at_home")


def answered(session: Session, *lines: str) -> list[str]:
    """Ask `session` of somebody who types these lines; what they are asked for, line by line."""
    prompts, left = [], list(lines)

    def read(prompt: str) -> str:
        prompts.append(prompt)
        if not left:
            raise EOFError
        return left.pop(0)

    ask(session, "portlab quiz", read)
    assert left == []
    return prompts


def typed(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw), "utf-8"))


def test_each_field_is_asked_by_itself_so_that_it_may_hold_a_comma(tmp_path: Path) -> None:
    session = Session("A try", [made(tmp_path, COMMAS)], "", "")
    assert answered(session, "RST,ACK", "65,535") == ["flags: ", "highest port: "]
    (verdict,) = session.verdicts
    assert verdict is not None
    assert verdict.right


def test_fields_without_a_word_are_asked_again_and_left_open_in_an_exam(tmp_path: Path) -> None:
    question = made(tmp_path, FILL)
    session = Session("A try", [question], "", "")
    answered(session, "", "", "1001", "from the server")
    assert [verdict is not None and verdict.right for verdict in session.verdicts] == [True]
    session = Session("An exam", [question], "", "", exam=True)
    answered(session, "", "")
    assert session.verdicts == [None]


def test_a_byte_that_is_no_letter_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, b"\xff\n")
    assert main(["quiz", "range-of-port", "--seed", "7"]) == 0
    assert "'\ufffd' is no choice" in capsys.readouterr().out


@pytest.mark.parametrize("words", ["quiz range-of-port --count 3", "quiz ranges --count 3"])
def test_who_leaves_is_told_how_to_go_on(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Any seed may be drawn; with this one, a is wrong twice.
    monkeypatch.setattr("portlab.cli.quizzing.SystemRandom", lambda: Random(4))
    typed(monkeypatch, b"a\na\n")
    assert main(words.split()) == 0
    out = capsys.readouterr().out
    (line,) = re.findall(r"^To go on: portlab (.*)$", out, re.MULTILINE)
    assert re.fullmatch(rf"{words} --seed \d+", line)
    sittings._open.clear()  # another day
    typed(monkeypatch, b"")
    assert main(shlex.split(line)) == 0
    out = capsys.readouterr().out
    assert re.findall(r"^(\d) of", out, re.MULTILINE) == ["2"]


def test_after_ctrl_c_it_is_told_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)
    assert main(["quiz", "range-of-port", "--exam", "--seed", "7"]) == 130
    out = capsys.readouterr().out
    assert "To go on: portlab quiz range-of-port --exam --seed 7" in out
