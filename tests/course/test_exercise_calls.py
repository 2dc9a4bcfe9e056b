"""What a learner calls, as a learner calls it: exercise, check, hint, solution and student."""

import ast
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from portlab import PortlabError, check, exercise, hint, material, solution, student
from portlab.cli import main
from portlab.course.exercises import learner
from portlab.course.exercises.finding import exercises
from portlab.course.exercises.learner import NotRightYet
from portlab.course.release import solution_of
from portlab.errors import ExerciseError

HINTS = 3
"""Of exercise 05.1, which these tests use."""


@pytest.fixture(autouse=True)
def a_new_learner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody in particular, who has tried nothing yet."""
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(learner, "_tried", set())
    monkeypatch.setattr(learner, "_hints_given", {})
    forget(monkeypatch)


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As another notebook, which has said nothing itself."""
    monkeypatch.setattr("portlab.course.exercises.students._said_here", None)


def answers() -> dict[str, int]:
    """All right, worked out by hand."""
    given = exercise("05.1")
    x, y = given.client_isn, given.server_isn
    after_x, after_y = (x + 1) % 2**32, (y + 1) % 2**32
    return {"syn_ack_seq": y, "syn_ack_ack": after_x, "ack_seq": after_x, "ack_ack": after_y}


def test_what_is_given_is_had_by_attribute_and_by_item() -> None:
    given = exercise("05.1")
    assert given.client_isn == given["client_isn"] != given.server_isn
    assert str(given.client_isn) in repr(given)
    assert "Asked for: syn_ack_seq, syn_ack_ack" in repr(given)
    with pytest.raises(AttributeError, match="It gives client_isn and server_isn"):
        given.clientisn  # noqa: B018
    with pytest.raises(KeyError, match="It gives client_isn and server_isn"):
        given["x"]


def test_all_right() -> None:
    feedback = check("05.1", **answers())
    assert feedback.is_right
    assert str(feedback).startswith("05.1 The numbers of a handshake: all right.\n")
    assert str(feedback).count("✓ right") == 4
    assert "RFC 9293" in str(feedback)


def test_each_field_is_judged_by_itself() -> None:
    mixed = {**answers(), "ack_seq": "7", "ack_ack": -1, "syn_ack_ack": ...}
    text = str(check("05.1", **mixed))
    assert "1 of 4 right" in text
    for sign, name in (
        ("✓ right", "syn_ack_seq"),
        ("○ open", "syn_ack_ack"),
        ("? unclear", "ack_seq"),
        ("✗ not yet", "ack_ack"),
    ):
        assert f"{sign}: {name}\n" in text


def test_signs_come_with_words_in_the_page_too_and_nothing_is_markup_by_accident() -> None:
    page = check("05.1", ack_seq="<b>7</b>", syn_ack_seq=answers()["syn_ack_seq"])._repr_html_()
    assert "<strong>✓ right:</strong> <code>syn_ack_seq</code>" in page
    assert "<strong>? unclear:</strong> <code>ack_seq</code>" in page
    assert "<b>" not in page
    assert "style" not in page


def test_misspelt_and_unnamed_answers_are_pointed_out() -> None:
    text = str(check("05.1", 7, ack_sek=7, colour="red"))
    assert "Give each answer its name, as in check(..., syn_ack_seq=...)." in text
    assert "Nothing called ack_sek is asked for here. Did you mean ack_seq?" in text
    assert "Nothing called colour is asked for here. Asked for: syn_ack_seq," in " ".join(
        text.split()
    )


@pytest.mark.parametrize("call", [exercise, check, hint, solution], ids=lambda call: call.__name__)
def test_an_exercise_that_there_is_not(call: Any) -> None:
    with pytest.raises(ExerciseError, match=r"There is no exercise '05\.9'. Did you mean .*05\.1"):
        call("05.9")
    with pytest.raises(ExerciseError, match=r"There are 00\.1, "):
        call("handshake")
    with pytest.raises(ExerciseError, match="in quotes"):
        call(5.1)
    with pytest.raises(ExerciseError, match="no exercise"):
        call("")
    assert issubclass(ExerciseError, PortlabError)


def test_hints_come_one_by_one_and_say_how_many_are_left() -> None:
    said = [" ".join(str(hint("05.1")).split()) for _ in range(HINTS + 1)]
    assert [text.partition(":")[0] for text in said] == [
        "Hint 1 of 3",
        "Hint 2 of 3",
        "Hint 3 of 3",
        "Hint 3 of 3",
    ]
    assert '2 more hints are left: hint("05.1")' in said[0]
    assert "One more hint is left" in said[1]
    assert "That was the last hint" in said[2]
    assert "Hint 1 of" in str(hint("01.1"))


def test_the_solution_is_shown_only_after_a_try() -> None:
    assert "once you have tried" in str(solution("05.1"))
    assert "A restarted kernel has forgotten" in " ".join(str(solution("05.1")).split())
    check("05.1", ack_seq=None, ack_ack="unclear")
    assert "once you have tried" in str(solution("05.1"))
    check("05.1", ack_seq=1)
    shown = str(solution("05.1"))
    assert "given.client_isn + 1" in shown
    assert "SOLUTION" not in shown
    assert "once you have tried" in str(solution("01.1"))


@pytest.mark.parametrize("id", [one.id for one in exercises()])
def test_a_solution_holds_answers_and_nothing_of_the_starter(id: str) -> None:
    """`ack = ...` above `ack = 4` would make a reader ask which of the two counts."""
    shown = solution_of(id)
    assert "= ..." not in shown
    assert "your answer here" not in shown
    ast.parse(shown)


def test_what_does_not_exist_is_one_line_and_no_traceback_through_our_files() -> None:
    """As IPython shows it: it asks the exception first."""
    shell = InteractiveShell()
    with redirect_stdout(StringIO()) as said:
        shell.run_cell("from portlab import hint\nhint('10.9')")
    lines = [line for line in said.getvalue().splitlines() if line]
    assert lines[0].startswith("ExerciseError: There is no exercise '10.9'. Did you mean")
    assert len(lines) == 1


def test_a_lesson_without_its_solution_is_a_damaged_installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(material, "notebooks", lambda: tmp_path)
    check("05.1", ack_seq=1)
    with pytest.raises(PortlabError, match="Install portlab again"):
        solution("05.1")


def test_a_student_is_remembered_from_one_notebook_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everybodys = exercise("05.1").client_isn
    assert "You have given no name" in str(student())
    assert "You are student 'ana'" in str(student("Ana "))
    anas = exercise("05.1").client_isn
    assert anas != everybodys
    forget(monkeypatch)
    assert exercise("05.1").client_isn == anas
    assert "You are student 'ana'" in str(student())
    student(None)
    forget(monkeypatch)
    assert exercise("05.1").client_isn == everybodys


def test_a_number_and_its_text_are_one_student() -> None:
    student(17)
    seventeen = exercise("05.1").client_isn
    student("17")
    assert exercise("05.1").client_isn == seventeen


def test_the_environment_goes_before_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    student("ana")
    anas = exercise("05.1").client_isn
    monkeypatch.setenv("PORTLAB_STUDENT", "Ben")
    assert exercise("05.1").client_isn != anas
    said = str(student("ana"))
    assert "You are student 'ben'" in said
    assert "PORTLAB_STUDENT" in said


@pytest.mark.parametrize("name", [True, 1.5, ["ana"], "a" * 101, "two\nlines"], ids=repr)
def test_what_names_no_student_is_refused(name: object) -> None:
    with pytest.raises(ExerciseError):
        student(name)
    assert "You have given no name" in str(student())


def test_a_folder_that_cannot_be_written_costs_only_the_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path / "file" / "below"))
    assert "counts in this notebook only" in " ".join(str(student("ana")).split())
    assert "You are student 'ana'" in str(student())
    forget(monkeypatch)
    assert "You have given no name" in str(student())


@pytest.mark.parametrize("damaged", [b"\xff\xfe", bytes(40), b"ana\nben", b"a" * 101], ids=repr)
def test_a_damaged_memory_is_nobody(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "student").write_bytes(damaged)
    assert "You have given no name" in str(student())


def test_a_memory_that_an_editor_wrote_counts(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "student").write_bytes(b"\xef\xbb\xbfAna\r\n")
    assert "You are student 'ana'" in str(student())


@pytest.mark.parametrize("name", ["\udcff", "a" * 101], ids=["no text", "long"])
def test_an_environment_that_holds_no_name_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("PORTLAB_STUDENT", name)
    with pytest.raises(ExerciseError, match="names no student"):
        exercise("05.1")


@pytest.fixture
def under_nbgrader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def put(how: str) -> None:
        monkeypatch.setenv("NBGRADER_EXECUTION", how)

    return put


def test_under_autograde_a_check_is_worth_its_right_fields(under_nbgrader: Any) -> None:
    right = answers()
    under_nbgrader("autograde")
    assert repr(check("05.1", **right)) == "4"
    partly = check("05.1", **{**right, "ack_ack": 1, "ack_seq": None})
    assert repr(partly) == "2"
    assert "not yet" in partly._repr_html_()


@pytest.mark.parametrize("how", ["autograde", "validate"])
def test_under_nbgrader_what_earns_nothing_raises_kindly(under_nbgrader: Any, how: str) -> None:
    under_nbgrader(how)
    with pytest.raises(NotRightYet, match="not begun yet") as raised:
        check("05.1")
    assert not any("Traceback" in line for line in raised.value._render_traceback_())


def test_under_validate_a_learner_reads_what_is_not_right_yet(under_nbgrader: Any) -> None:
    right = answers()
    under_nbgrader("validate")
    assert repr(check("05.1", **right)) == "4"
    with pytest.raises(NotRightYet, match="3 of 4 right"):
        check("05.1", **{**right, "ack_ack": 1})


def test_under_autograde_only_the_notebook_says_who_the_student_is(
    under_nbgrader: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    student("the teacher")
    forget(monkeypatch)
    under_nbgrader("autograde")
    assert "You have given no name" in str(student())
    student("ana")
    assert "You are student 'ana'" in str(student())
    assert (tmp_path / "home" / "student").read_text() == "the teacher"


def test_the_command_line_remembers_a_student_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("portlab.course.jupyter.serve", lambda *_, **__: None)
    assert main(["lab", str(tmp_path / "course"), "--student", "Ana"]) == 0
    assert "You are student 'ana'" in capsys.readouterr().out
    forget(monkeypatch)
    assert "You are student 'ana'" in str(student())
    assert main(["lab", str(tmp_path / "course"), "--student", "two\nlines"]) == 2
    assert "on one line" in capsys.readouterr().err
