"""Question files as instructors write them at night: each slip is told, and all of them at once."""

from pathlib import Path

import pytest

from portlab.errors import PortlabError
from portlab.quiz import bank
from portlab.quiz.question import ManyChoices, Number, OneChoice, ShortText

GOOD = """\
# A comment in front.

- id: which-port
  covers: [A1]
  difficulty: 1
  kind: one choice
  prompt: Which port?
  choices:
    - text: no
      why: Not that one.
    - text: 22:22
    - text: 080
      why: Not with a zero in front.
  key: 22:22
  explanation: It says so.
  reference: RFC 768
"""
SECOND = GOOD.replace("which-port", "second-port").partition("\n\n")[2]


def write(folder: Path, text: str | bytes, name: str = "05.yaml") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def slips(folder: Path, text: str | bytes) -> list[str]:
    return [str(slip) for slip in bank.read([write(folder, text)])[1]]


def test_text_stays_what_was_written_where_text_is_meant(tmp_path: Path) -> None:
    (question,) = bank.load([write(tmp_path, GOOD)])
    assert isinstance(question, OneChoice)
    assert [choice.text for choice in question.choices] == ["no", "22:22", "080"]
    assert [choice.right for choice in question.choices] == [False, True, False]
    assert question.lesson == "05"
    assert question.difficulty == 1
    assert not question.further


@pytest.mark.parametrize("change", [
    lambda text: text.replace("\n", "\r\n").encode(),
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: ("%YAML 1.2\n---\n" + text).encode(),
    lambda text: text.rstrip().encode(),
])  # fmt: skip
def test_line_ends_and_marks_of_other_editors_do_no_harm(change, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert bank.load([write(tmp_path, change(GOOD))]) == bank.load([write(tmp_path, GOOD)])


def test_the_other_kinds(tmp_path: Path) -> None:
    common = "difficulty: 2\n  covers: [T1]\n  prompt: P\n  explanation: E\n  reference: R\n"
    text = (
        f"- id: a-many\n  kind: many choices\n  {common}  choices:\n    - text: x\n    - text: y\n"
        "    - text: z\n      why: W\n  key: [x, y]\n"
        f"- id: a-number\n  kind: number\n  {common}  key: 1.50\n  tolerance: 0.1\n  further: yes\n"
        f"- id: a-text\n  kind: short text\n  {common}  key: SYN\n  accept: [no]\n"
        "  mistakes:\n    - answer: 22:22\n      why: W\n"
    )
    many, number, short = bank.load([write(tmp_path, text)])
    assert isinstance(many, ManyChoices)
    assert [choice.right for choice in many.choices] == [True, True, False]
    assert isinstance(number, Number)
    assert (str(number.key), str(number.tolerance), number.further) == ("1.50", "0.1", True)
    assert isinstance(short, ShortText)
    assert short.accept == ("no",)
    assert short.mistakes[0].answer == "22:22"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("  prompt", "\tprompt", 7, "A tab indents this line"),
        ("prompt: Which port?", "prompt: `ss` says?", 7, "Text cannot begin with `"),
        ("prompt: Which port?", "prompt: Say: why?", 7, "a colon where none can be"),
        ("prompt: Which port?", 'prompt: "Which port?', 7, "quotation mark is opened and never"),
        ("prompt: Which port?", "prompt: 'It's a port'", 7, "out of place"),
        ("prompt: Which port?", "prompt: [a, b]", 7, "prompt: This is a list or has fields"),
        ("prompt: Which port?", "prompt:", 7, "prompt: The field is empty"),
        ("  prompt: Which port?\n", "", 3, "prompt: The field is missing. Add `prompt:`"),
        ("  prompt: W", "  promt: W", 7, "no field of this name: `promt`. Is `prompt` meant?"),
        ("  prompt", "  kind: number\n  prompt", 7, "kind: The field is there twice"),
        ("kind: one choice", "kind: onechoice", 6, '"onechoice" is no kind. Write one of: one'),
        ("difficulty: 1", "difficulty: hard", 5, '"hard" is no difficulty. Write one of: 1, 2 or'),
        ("covers: [A1]", "covers: A1", 4, "one value, and a list is meant. Write `covers: [a, b]`"),
        ("covers: [A1]", "covers: []", 4, "The list is empty"),
        ("covers: [A1]", "covers: [A1, A1]", 4, "A value is in the list twice"),
        ("id: which-port", "id: Which_Port", 3, "is not written as an id"),
        ("key: 22:22", "key: 1342", 14, 'key: The key "1342" is none of the choices'),
        ("text: no", "text: 22:22", 11, 'choices 2 text: Two choices read "22:22"'),
        ("      why: Not that one.\n", "", 9, "choices 1 why: The field is missing"),
        ("text: 22:22", "text: 22:22\n      why: Yes.", 12, "A right choice says why it is wrong"),
        ("    - text: no\n", "    - no\n", 10, "There is a colon where none can be"),
        ("      why: Not", "       why: Not", 10, "or the indentation is off. Text that holds"),
        ("reference: RFC 768", "reference: RFC 768\n  further: perhaps", 17, "is no further"),
        ("key: 22:22", "key: *k", 14, "This is not YAML: found undefined alias"),
        ("# A comment in front.", "questions:", 1, "This line belongs to no question"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_its_line_and_remedy(
    old: str, new: str, line: int, said: str, tmp_path: Path
) -> None:
    assert GOOD.count(old) >= 1
    told = slips(tmp_path, GOOD.replace(old, new, 1))
    where = f"05.yaml, line {line}"
    assert any(slip.startswith(where) and said in slip for slip in told), told


def test_a_key_that_is_no_number(tmp_path: Path) -> None:
    number = GOOD.replace("one choice", "number")
    start, end = number.index("  choices"), number.index("  key")
    (told,) = slips(tmp_path, number[:start] + number[end:])
    assert 'line 8, key: "22:22" is no number.' in told


@pytest.mark.parametrize(
    ("kind", "mistake", "said"),
    [
        ("number\n  key: 65535", "65535", '"65535" is a right answer, and stands among'),
        ("number\n  key: 65535", '"65,535"', '"65,535" is a right answer'),
        ("number\n  key: 100\n  tolerance: 5", "95.0", '"95.0" is a right answer'),
        ("number\n  key: 100\n  to: 200", "150", '"150" is a right answer'),
        ("number\n  key: 100\n  to: 200", "many", '"many" is no number.'),
        ("number\n  key: 65535", "1.0", '"1.0" is foreseen twice'),
        ("number\n  key: 65535", "1e9999999", '"1e9999999" is no number.'),
        ("number\n  key: 65535", "many", '"many" is no number.'),
        ("short text\n  key: SYN-SENT", "syn-sent.", '"syn-sent." is a right answer'),
        ("short text\n  key: SYN\n  accept: [synchronize]", "Synchronize", "is a right answer"),
        ("short text\n  key: SYN", " '1.' ", '"1." is foreseen twice'),
    ],
)  # fmt: skip
def test_a_mistake_foreseen_is_a_mistake(
    kind: str, mistake: str, said: str, tmp_path: Path
) -> None:
    """As grading takes it: else a right answer has a why, or a why is never said."""
    text = (
        f"- id: a-question\n  covers: [T1]\n  difficulty: 2\n  kind: {kind}\n  prompt: P\n"
        "  explanation: E\n  reference: R\n  mistakes:\n    - answer: 1\n      why: W\n"
    )
    assert slips(tmp_path, text) == []
    (told,) = slips(tmp_path, text + f"    - answer: {mistake}\n      why: W\n")
    line = len(text.splitlines()) + 1
    assert told.startswith(f"05.yaml, line {line}, mistakes 2 answer: ")
    assert said in told


RANGE = """\
- id: any-of-them
  covers: [R1]
  difficulty: 2
  kind: number
  prompt: Name a port that nobody is assigned.
  key: 49152
  to: 65535
  mistakes:
    - answer: 49151
      why: One too low.
  explanation: It says so.
  reference: RFC 6335
"""


def test_a_range_of_right_numbers(tmp_path: Path) -> None:
    (question,) = bank.load([write(tmp_path, RANGE)])
    assert isinstance(question, Number)
    assert question.bounds == (49152, 65535)
    assert bank.load([write(tmp_path, RANGE)]) == (question,)  # from the copy that is kept


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("to: 65535", "to: many", 7, 'to: "many" is no number. Write digits alone'),
        ("to: 65535", "to: [65535]", 7, "to: This is a list or has fields"),
        ("to: 65535", "to:", 7, "to: The field is empty"),
        ("to: 65535", "to: 49152", 7, "to: No numbers go from 49152 to 49152. The lowest right"),
        ("to: 65535", "to: 1024", 7, "to: No numbers go from 49152 to 1024."),
        ("to: 65535", "to: 65535\n  tolerance: 1", 8, "tolerance: The right numbers go from `key`"),
        ("to: 65535", "tolerance: -1", 7, "tolerance: Nothing is within -1 of the key. Write 0 or"),
        ("to: 65535", "too: 65535", 7, "Is `to` meant?"),
        ("49151", "50000", 9, 'mistakes 1 answer: "50000" is a right answer'),
        ("key: 49152", "key: ten", 6, 'key: "ten" is no number.'),
        ("key: 49152", "key: 1e9999999", 6, 'key: "1e9999999" is no number.'),
        ("to: 65535", "to: 65_535", 7, 'to: "65_535" is no number.'),
        ("to: 65535", "to: 65,535", 7, 'to: "65,535" is no number.'),
    ],
)
def test_a_slip_in_a_range(old: str, new: str, line: int, said: str, tmp_path: Path) -> None:
    (told,) = slips(tmp_path, RANGE.replace(old, new))
    assert told.startswith(f"05.yaml, line {line}")
    assert said in told


@pytest.mark.parametrize(
    ("key", "slip"), [("", "key: The field is missing"), ("  key: ten\n", "key: ")]
)
def test_where_the_key_is_no_number_only_that_is_told(key: str, slip: str, tmp_path: Path) -> None:
    text = (
        "- id: a-question\n  covers: [T1]\n  difficulty: 2\n  kind: number\n  prompt: P\n"
        f"{key}  explanation: E\n  reference: R\n  mistakes:\n    - answer: 0\n      why: W\n"
    )
    (told,) = slips(tmp_path, text)
    assert slip in told


def test_choices_that_are_no_choices(tmp_path: Path) -> None:
    start, end = GOOD.index("  choices"), GOOD.index("  key")
    (told,) = slips(tmp_path, GOOD[:start] + "  choices: 22:22\n" + GOOD[end:])
    assert "line 8, choices: A list is meant here" in told
    told = "".join(
        slips(tmp_path, GOOD[:start] + "  choices:\n    - no\n    - text: 22:22\n" + GOOD[end:])
    )
    assert "line 9, choices 1: Here should be fields" in told


def test_an_id_is_taken_once_for_the_whole_bank(tmp_path: Path) -> None:
    one = write(tmp_path, GOOD, "01.yaml")
    five = write(tmp_path, GOOD, "05.yaml")
    questions, (slip,) = bank.read([one, five])
    assert [question.lesson for question in questions] == ["01"]
    assert str(slip).startswith(
        '05.yaml, line 3, id: The id "which-port" is taken, in 01.yaml, line 3'
    )


def test_another_encoding_is_told_with_the_line_of_the_first_bad_byte(tmp_path: Path) -> None:
    (told,) = slips(tmp_path, GOOD.replace("Which port?", "Où?").encode("latin-1"))
    assert told.startswith("05.yaml, line 7: The byte 0xf9 is not UTF-8")
    (told,) = slips(tmp_path, GOOD.encode("utf-16"))
    assert told.startswith("05.yaml, line 1: The file is written in UTF-16")


def test_all_slips_of_all_questions_are_told_at_once_and_the_rest_loads(tmp_path: Path) -> None:
    broken = GOOD.replace("prompt: Which port?", 'prompt: "Which').replace(
        "difficulty: 1", "difficulty: 9"
    )
    third = (
        SECOND.replace("second-port", "third-port")
        .replace("  reference: RFC 768\n", "")
        .replace("A1", "")
    )
    file = write(tmp_path, broken + SECOND + third)
    questions, found = bank.read([file])
    assert [question.id for question in questions] == ["second-port"]
    assert [(slip.line, slip.field) for slip in found] == [
        (7, ""),
        (31, "reference"),
        (32, "covers"),
    ]
    with pytest.raises(bank.BankError) as raised:
        bank.load([file])
    assert raised.value.slips == found
    assert str(raised.value).startswith("3 slips in 05.yaml. To mend:\n05.yaml, line 7")
    assert len(str(raised.value).splitlines()) == 4


@pytest.mark.parametrize("text", ["", "\n# nothing yet\n", "---\n"])
def test_a_file_without_questions_has_none(text: str, tmp_path: Path) -> None:
    assert bank.load([write(tmp_path, text)]) == ()


@pytest.mark.parametrize(
    "text",
    [
        "-\n",
        "- 5\n",
        "- [a]\n",
        "- - a\n",
        "- {}\n",
        "- ? [a]\n  : b\n",
        "- &a [*a]\n",
        "- a: \x07\n",
    ],
)
def test_what_is_no_question_at_all_is_a_slip_and_no_traceback(text: str, tmp_path: Path) -> None:
    assert slips(tmp_path, text)


def test_a_file_that_cannot_be_read_is_a_slip(tmp_path: Path) -> None:
    (slip,) = bank.read([tmp_path / "07.yaml"])[1]
    assert "Cannot be read" in str(slip)


def test_a_lesson_without_questions_names_those_that_have_some() -> None:
    with pytest.raises(PortlabError, match=r"no questions for lesson '77'\.[^.]* 00, 01, 02"):
        bank.lesson("77")
