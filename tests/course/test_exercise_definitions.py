"""A definition that was broken the night before says where, and leaves the other lessons alone."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import portlab.course.exercises
from portlab.course.exercises import check, finding
from portlab.course.exercises.draw import Draw
from portlab.errors import ExerciseError

Write = Callable[[str], Path]

GOOD = """\
from portlab.course.exercises.definition import Task, define
from portlab.course.exercises.fields import Choice, Whole


@define("99.1", "Count", covers=("A2",), source="RFC 6335 6")
def count(draw):
    n = draw.whole(1, 9)
    return Task(
        given={"n": n},
        fields=[Whole("next", n + 1, right="One more.", look="What comes after it?")],
        hints=["Count on.", "Add one."],
    )
"""


@pytest.fixture
def lesson_99(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Write]:
    """Writes a lesson of its own beside the course's."""
    here = Path(portlab.course.exercises.__file__).parent
    for file in here.glob("lesson_*.py"):
        (tmp_path / file.name).touch()  # found by name, imported from its own place
    monkeypatch.setattr(finding, "_HERE", tmp_path)
    monkeypatch.setattr(portlab.course.exercises, "__path__", [str(here), str(tmp_path)])

    def write(source: str) -> Path:
        sys.modules.pop("portlab.course.exercises.lesson_99", None)
        file = tmp_path / "lesson_99.py"
        file.write_text(source)
        return file

    yield write
    sys.modules.pop("portlab.course.exercises.lesson_99", None)


def test_a_new_exercise_is_found_and_checked(lesson_99: Write) -> None:
    lesson_99(GOOD)
    exercise = finding.find("99.1")
    n = exercise.task("ana").given["n"]
    assert isinstance(n, int)
    assert "99" in finding.lessons()
    assert exercise in list(finding.exercises())
    assert check("99.1", next=finding.find("99.1").task("").given["n"]).right == 0


BROKEN = {
    "no Python": ("return Task(", "return Task((", 8, "never closed"),
    "a name that is not there": ("draw.whole", "drow.whole", 7, "NameError: name 'drow'"),
    "a name outside the function": ('"RFC 6335 6"', "RFC", 5, "NameError: name 'RFC'"),
    "an argument too few": (', look="What comes after it?"', "", 10, "look"),
    "an id of another lesson": ('"99.1"', '"98.1"', 5, "'98.1' is no id here: take 99.1"),
    "no source": ('"RFC 6335 6"', '""', 5, "needs a title, a source"),
    "rows as text": ('covers=("A2",)', 'covers="A2"', 5, "rows, as covers=('T1',)"),
    "no Task": ("return Task(", "return dict(", 5, "and not a Task"),
    "no fields": ('fields=[Whole("next", n + 1, right="One more.", look="What comes after it?")]',
                  "fields=[]", 5, "`fields` is empty"),
    "one hint": ('"Count on.", ', "", 5, "it has 1 hints; give 2 or 3"),
    "no name for a field": ('"next"', '"what next"', 5, "is called 'what next'"),
    "no name for what is given": ('"n": n', '"an n": n', 5, "'an n' in `given`"),
    "a taken name for what is given": ('"n": n', '"values": n', 5, "'values' in `given` is taken"),
    "a key of another kind": ("n + 1", "str(n)", 5, "next has "),
    "a wrong answer of another kind": (
        "look=", 'wrong=[(1.5, "Half?")], look=', 5, "next has 1.5 among its key and wrong answers"
    ),
    "a wrong answer that is the key": (
        "look=", 'wrong=[(n, "Go on."), (1 + n, "One too many.")], look=', 5,
        "among its wrong answers, and that is its key. Change the wrong answer",
    ),
    "no reason": ('right="One more."', 'right=" "', 5, "does not say why"),
    "no direction": ('look="What comes after it?"', 'look=""', 5, "no `look`"),
    "a key that is no choice": (
        'Whole("next", n + 1,', 'Choice("next", "up", choices=("on",),', 5, "none of the choices"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "line", "says"), BROKEN.values(), ids=BROKEN)
def test_a_broken_definition_names_its_file_and_line(
    lesson_99: Write, good: str, bad: str, line: int, says: str
) -> None:
    assert good in GOOD
    file = lesson_99(GOOD.replace(good, bad))
    with pytest.raises(ExerciseError) as raised:
        finding.find("99.1").task("ana")
    assert f"{file}, line {line}: " in str(raised.value)
    assert says in str(raised.value)


def test_a_wrong_answer_that_is_the_key_is_named_and_nobody_hears_that_it_is_wrong(
    lesson_99: Write,
) -> None:
    """However it is spelled: a Choice takes capitals, spaces and hyphens as they come."""
    lesson_99(
        GOOD.replace(
            'Whole("next", n + 1,',
            'Choice("way", "up", choices=("up", "down"), wrong=[("UP ", "Not that way.")],',
        )
    )
    says = r"99\.1: way has 'UP ' among its wrong answers.*take the pair away.*'Not that way\.'"
    with pytest.raises(ExerciseError, match=says):
        check("99.1", way="up")


def test_one_name_twice_is_seen(lesson_99: Write) -> None:
    twice = GOOD + "\n\n" + GOOD.partition("\n\n\n")[2].replace("def count", "def again")
    file = lesson_99(twice)
    with pytest.raises(ExerciseError, match=r"99\.1 is defined twice") as raised:
        finding.find("99.1")
    assert f"{file}, line 15: " in str(raised.value)
    lesson_99(twice.replace('"99.1", "Count"', '"99.2", "Count"', 1).replace("again", "count"))
    with pytest.raises(ExerciseError, match="count is defined twice"):
        finding.find("99.1")


def test_a_broken_lesson_leaves_the_others_alone(lesson_99: Write) -> None:
    lesson_99("1 / 0")
    assert finding.find("05.1").id == "05.1"
    with pytest.raises(ExerciseError, match=r"Did you mean 05\.[123]"):
        finding.find("05.8")
    with pytest.raises(ExerciseError, match="line 1: ZeroDivisionError"):
        finding.find("99.1")


def test_chance_is_the_same_on_every_computer() -> None:
    """Written down once: if Python ever broke its promise, students would get other numbers."""
    draw = Draw("05.1 ana")
    drawn = (draw.seed(), draw.whole(1, 6), draw.one_of("abc"), draw.shuffled("abcde"))
    assert drawn == (9224, 1, "b", ["d", "c", "a", "b", "e"])
    assert sorted(Draw("x").shuffled(range(9))) == list(range(9))
    assert {Draw(str(seed)).whole(1, 3) for seed in range(50)} == {1, 2, 3}
