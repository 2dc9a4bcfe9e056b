"""The commands `quiz`, `review` and `progress`: what they ask, print and refuse."""

import json
from pathlib import Path

import pytest

from portlab import exam, material, practice, service
from portlab.cli import main
from portlab.quiz import bank, sittings
from portlab.quiz.generated import GENERATORS
from portlab.quiz.progress import Answer, Progress
from portlab.quiz.question import OneChoice
from tests.quiz.answers import right_text

pytestmark = pytest.mark.usefixtures("at_home")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What will be typed, line by line; then the input ends."""
    lines: list[str] = []

    def read(prompt: str) -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr("builtins.input", read)
    return lines


def test_a_quiz_in_the_terminal(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    asked = practice("range-of-port", count=2, seed=7).questions
    sittings._open.clear()
    first, second = asked
    assert isinstance(first, OneChoice)
    assert isinstance(second, OneChoice)
    wrong = next(c for c in first.choices if not c.right)
    typed += ["z", wrong.text, str(right_text(first)), str(right_text(second))]
    assert main(["quiz", "range-of-port", "--count", "2", "--seed", "7"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "'z' is no choice" in said
    assert f"Not yet. Try once more. {wrong.text}: {wrong.why}" in said
    assert said.count("Right.") == 2
    assert said.endswith("2 of 2 right")
    outcomes = [answer.outcome for answer in Progress().answers()]
    assert outcomes == ["not yet", "second try", "right", "over"]


def test_what_is_left_in_the_middle_is_kept(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    question = practice("range-of-port", count=2, seed=7).questions[0]
    typed.append(str(right_text(question)))
    assert main(["quiz", "range-of-port", "--count", "2", "--seed", "7"]) == 0
    assert "Left here." in capsys.readouterr().out
    assert len(Progress().answers()) == 1


def test_an_exam_in_the_terminal_explains_at_the_end(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = exam("range-of-port", count=2, minutes=5, seed=7).questions
    sittings._open.clear()
    typed += ["", str(right_text(second))]
    words = ["quiz", "range-of-port", "--exam", "--count", "2", "--minutes", "5", "--seed", "7"]
    assert main(words) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "1 of 2, 5 minutes left" in said or "1 of 2, 4 minutes left" in said
    head, _, end = said.partition("1 of 2 right")
    assert "Taken." in head
    assert second.explanation not in head
    assert first.explanation in end


def test_questions_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quiz", "--json", "--seed", "3", "--count", "8"]) == 0
    once = capsys.readouterr().out
    assert main(["quiz", "--json", "--seed", "3", "--count", "8"]) == 0
    assert capsys.readouterr().out == once
    questions = json.loads(once)
    assert len(questions) == 8
    for question in questions:
        assert {"kind", "prompt", "choices", "key", "explanation", "reference"} <= set(question)
        right = [choice["text"] for choice in question["choices"] if choice["right"]]
        assert not right or question["key"] in (right, *right)
        assert bool(question["bounds"]) == (question["kind"] == "number")
    assert main(["quiz", "R4", "--json", "--count", "20"]) == 0
    by_id = {question["id"]: question for question in json.loads(capsys.readouterr().out)}
    assert by_id["lent-and-dynamic"]["bounds"] == [49152, 60999]
    assert by_id["size-of-dynamic-range"]["bounds"] == [16384, 16384]


def test_each_says_what_data_it_came_from(capsys: pytest.CaptureFixture[str]) -> None:
    """And the data is that very data: the line of the file, the segments, the entry."""
    assert main(["quiz", "--json", "--count", "60"]) == 0
    for question in json.loads(capsys.readouterr().out):
        origin = question["from"]
        if "file" in origin:
            text = (material.data() / "questions" / origin["file"]).read_text(encoding="utf-8")
            assert text.splitlines()[origin["line"] - 1] == f"- id: {question['id']}"
        elif "trace" in origin:
            assert origin["trace"][0]["flags"] == "SYN"
        elif "service" in origin:
            assert service(origin["service"]["number"])
        elif "rules" in origin:
            assert [f"`{10 * n} {rule}`" for n, rule in enumerate(origin["rules"], 1)] == [
                choice["text"] for choice in question["choices"][:-1]
            ]
        elif "range" in origin:
            assert question["id"].endswith(f"-{origin['port']}")
            assert origin["range"]["first"] <= origin["port"] <= origin["range"]["last"]
        else:
            assert origin, question["id"]
    assert main(["quiz", "next-ack", "--json", "--count", "3"]) == 0
    for question in json.loads(capsys.readouterr().out):
        acks = {record["ack"] for record in question["from"]["trace"]}
        assert question["key"] in acks


def test_progress_moves_to_another_computer(
    at_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Progress().add(Answer(1, bank.lesson("05")[0].id, "right"))
    file = at_home / "mine.json"
    assert main(["progress", "--export", str(file)]) == 0
    assert main(["progress", "--reset"]) == 0
    assert Progress().answers() == ()
    assert main(["progress", "--import", str(file)]) == 0
    assert len(Progress().answers()) == 1
    assert main(["progress"]) == 0
    said = capsys.readouterr().out
    assert "1 answer written to" in said
    assert "1 answer taken over" in said
    assert "1 of" in said
    assert main(["progress", "--import", str(at_home / "none.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_what_does_not_go_together_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quiz", "--minutes", "5"]) == 2
    assert "Only an exam" in capsys.readouterr().err
    assert main(["quiz", "nothing-of-that-name"]) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in GENERATORS)
