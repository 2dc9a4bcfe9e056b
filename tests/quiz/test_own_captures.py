"""Questions about a capture of one's own: what can be asked of it is asked, and nothing guessed."""

from pathlib import Path

import pytest

from portlab import Lab, Trace, apps, drop, load, material, practice, run, save
from portlab.cli import main
from portlab.errors import QuizError
from portlab.quiz.generated.talks import acknowledged, orderly
from portlab.quiz.question import Number

CAPTURES = material.data() / "captures"


pytestmark = pytest.mark.usefixtures("at_home")


def hello(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Echo())
    with client.connect(server, 80) as connection:
        connection.send(b"hello")
        connection.receive_until(b"o")


def test_all_that_can_be_asked_of_a_conversation_is_asked_once() -> None:
    session = practice(load(CAPTURES / "http.pcapng"), count=50)
    kinds = {question.kind for question in session.questions}
    assert kinds == {"number", "fill the fields", "order", "one choice"}
    ids = [question.id for question in session.questions]
    assert len(ids) == len(set(ids)) >= 8
    assert session.title == "Practice, http.pcapng"
    assert "practice(trace, count=50).answer(1, " in str(session)


def test_every_number_in_a_question_is_one_of_the_capture() -> None:
    trace = load(CAPTURES / "http.pcapng")
    acks = {record.ack for record in trace}
    asked = [one for one in practice(trace, count=50).questions if isinstance(one, Number)]
    assert len(asked) >= 4
    assert {int(one.key) for one in asked} <= acks


def test_a_run_of_ones_own_will_do_as_well() -> None:
    session = practice(run(hello, seed=4), count=4)
    assert len(session.questions) == 4
    assert practice(run(hello, seed=4), count=4) is session  # the cell has run again
    assert practice(run(hello, seed=5), count=4) is not session


def test_what_is_lost_repeated_or_begins_in_the_middle_is_not_asked_about() -> None:
    whole = run(hello, seed=4)
    assert len(orderly(whole)) == 1
    for number in range(1, len(whole) + 1):
        trace = run(hello, seed=4, faults=[drop(number)])
        assert orderly(trace) == [], f"without packet {number}"
    for first in (1, 2, 3):
        assert orderly(Trace(list(whole)[first:])) == []


def test_nothing_is_asked_that_nobody_acknowledged() -> None:
    (made,) = orderly(run(hello, seed=4))
    answered = {segment.seq for _, segment in acknowledged(made)}
    assert {one.segment.seq for one in made.trace if one.segment and one.length} <= answered
    opening = Trace([*made.trace.records[:3], made.trace.records[3]])
    (unanswered,) = orderly(opening)
    assert [segment.flag_names for _, segment in acknowledged(unanswered)] == ["SYN", "SYN,ACK"]


@pytest.mark.parametrize("name", ["refused", "udp-closed-port", "filtered", "zero-window"])
def test_where_nothing_is_whole_that_is_said(name: str) -> None:
    with pytest.raises(QuizError, match=f"In {name}.pcapng there is nothing to ask about"):
        practice(load(CAPTURES / f"{name}.pcapng"))


def test_in_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def left(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", left)
    file = tmp_path / "mine.pcapng"
    save(run(hello, seed=4), file)
    assert main(["quiz", "--capture", str(file), "--count", "2"]) == 0
    assert capsys.readouterr().out.startswith("Practice, mine.pcapng\n")
    assert main(["quiz", "05", "--capture", str(file)]) == 2
    assert "leave one of the two away" in capsys.readouterr().err
    assert main(["quiz", "--capture", str(tmp_path / "none.pcapng")]) == 2
    assert "none.pcapng" in capsys.readouterr().err
