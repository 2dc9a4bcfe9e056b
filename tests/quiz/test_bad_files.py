"""Every kind of slip that somebody makes who writes questions at night, by name.

Each is told with file, line, field, rule and remedy, and the question behind it loads all the same.
"""

from pathlib import Path

import pytest

from portlab.quiz import bank
from portlab.quiz.question import OneChoice
from portlab.quiz.reading import Slip
from tests.quiz.test_bank import GOOD, SECOND, write

WHICH = GOOD.replace("22:22", "443")
"""Its right choice and its key are a number, which YAML would read as one."""

REMEDY_TAB = "YAML wants spaces: two for each level."
REMEDY_SAVE = "Save the file as UTF-8 (in most editors: Save with encoding)."
REMEDY_KEY = 'A choice reads "443": write the key letter by letter as it stands there.'

SLIPS = {
    "a tab that indents": (
        ("  prompt", "\tprompt"),
        (7, "", "A tab indents this line.", REMEDY_TAB),
    ),
    "a tab behind a colon": (
        ("prompt: ", "prompt:\t"),
        (7, "", "A tab stands here.", "Put a space in its place; at the end of a line, nothing."),
    ),
    "a tab at the end": (
        ("port?", "port?\t"),
        (7, "", "A tab stands here.", "Put a space in its place; at the end of a line, nothing."),
    ),
    "spaces out of a page": (
        ("  prompt", "\u00a0\u00a0prompt"),
        (7, "", "A space of another kind, as pages have them, indents this line.", REMEDY_TAB),
    ),
    "22:22 where a number is meant": (
        ("difficulty: 1", "difficulty: 22:22"),
        (5, "difficulty", '"22:22" is no difficulty.', "Write one of: 1, 2 or 3."),
    ),
    "no where a list is meant": (
        ("covers: [A1]", "covers: no"),
        (
            4,
            "covers",
            "This is one value, and a list is meant.",
            "Write `covers: [a, b]`.",
        ),
    ),
    "No where the choice is no": (
        ("key: 443", "key: No"),
        (
            14,
            "key",
            'The key "No" is none of the choices.',
            'A choice reads "no": write the key letter by letter as it stands there.',
        ),
    ),
    "a missing quote": (
        ("prompt: Which", 'prompt: "Which'),
        (
            7,
            "",
            "A quotation mark is opened and never closed.",
            "Close it, or double it inside.",
        ),
    ),
    "a missing colon": (
        ("prompt: ", "prompt "),
        (
            7,
            "",
            "A colon is missing behind the name of a field, or the space behind that colon.",
            "Write `name: value`, and indent text of several lines by more than its name.",
        ),
    ),
    "a key not among the choices": (
        ("key: 443", "key: 8080"),
        (14, "key", 'The key "8080" is none of the choices.', "Copy the words of the right one."),
    ),
    "a key with a zero in front": (
        ("key: 443", "key: 0443"),
        (14, "key", 'The key "0443" is none of the choices.', REMEDY_KEY),
    ),
    "a key with a point": (
        ("key: 443", 'key: "443.0"'),
        (14, "key", 'The key "443.0" is none of the choices.', REMEDY_KEY),
    ),
    "two equal choices": (
        ("text: 080", "text: no"),
        (
            12,
            "choices 3 text",
            'Two choices read "no".',
            "Leave one away, or tell them apart.",
        ),
    ),
    "two equal choices, one in quotes": (
        ("text: 080\n      why: Not with a zero in front.", 'text: "443"'),
        (
            12,
            "choices 3 text",
            'Two choices read "443".',
            "Leave one away, or tell them apart.",
        ),
    ),
}
EACH = pytest.mark.parametrize(("change", "told"), SLIPS.values(), ids=SLIPS)


def found(folder: Path, raw: str | bytes) -> tuple[list[str], list[Slip]]:
    """The questions that load nevertheless, and the slips."""
    questions, slips = bank.read([write(folder, raw)])
    return [question.id for question in questions], list(slips)


@EACH
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["", "with Windows line ends"])
def test_each_is_told_with_file_line_and_remedy_and_the_rest_loads(
    change: tuple[str, str], told: tuple[int, str, str, str], ends: str, tmp_path: Path
) -> None:
    assert WHICH.count(change[0]) == 1
    text = (WHICH.replace(*change) + SECOND).replace("\n", ends)
    ids, slips = found(tmp_path, text.encode())
    assert slips == [Slip("05.yaml", *told)]
    assert "second-port" in ids


def test_a_number_in_one_place_and_text_in_another_are_the_same(tmp_path: Path) -> None:
    """All is text here, so what YAML makes of it cannot part a key from its choice."""
    for text in (
        WHICH,
        WHICH.replace("key: 443", 'key: "443"'),
        WHICH.replace("text: 443", 'text: "443"'),
        WHICH.replace("text: 443", "text: '443'").replace("key: 443", 'key: "443"'),
    ):
        (question,) = bank.load([write(tmp_path, text)])
        assert isinstance(question, OneChoice)
        assert [choice.text for choice in question.choices if choice.right] == ["443"]


def test_an_id_that_is_there_twice_in_a_file(tmp_path: Path) -> None:
    again = SECOND.replace("second-port", "which-port")
    ids, slips = found(tmp_path, WHICH + again + SECOND)
    line = len(WHICH.splitlines()) + 1
    rule = 'The id "which-port" is taken, in 05.yaml, line 3.'
    remedy = "Give the newer of the two questions another."
    assert slips == [Slip("05.yaml", line, "id", rule, remedy)]
    assert ids == ["which-port", "second-port"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_encoding_is_named_and_read_nevertheless(encoding: str, tmp_path: Path) -> None:
    ids, slips = found(tmp_path, (WHICH + SECOND).encode(encoding))
    rule = f"The file is written in {encoding[:6].upper()}."
    assert slips == [Slip("05.yaml", 1, "", rule, REMEDY_SAVE)]
    assert ids == ["which-port", "second-port"]


@pytest.mark.parametrize(
    ("encoding", "prompt", "byte"),
    [("latin-1", "Für wen?", "0xfc"), ("cp1252", "Say \u201cport\u201d?", "0x93")],
)
def test_a_letter_in_one_byte_is_told_with_the_line_of_the_first(
    encoding: str, prompt: str, byte: str, tmp_path: Path
) -> None:
    text = WHICH.replace("Which port?", prompt) + SECOND.replace("Which", "Où")
    ids, slips = found(tmp_path, text.replace("\n", "\r\n").encode(encoding))
    rule = f"The byte {byte} is not UTF-8, so a letter here is unreadable."
    assert slips == [Slip("05.yaml", 7, "", rule, REMEDY_SAVE)]
    assert ids == ["which-port", "second-port"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["without", "with a mark"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_marks_and_line_ends_of_other_systems_are_no_slip(
    mark: bytes, ends: str, tmp_path: Path
) -> None:
    there = bank.load([write(tmp_path, WHICH + SECOND)])
    raw = mark + (WHICH + SECOND).replace("\n", ends).encode()
    assert bank.load([write(tmp_path, raw)]) == there


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029", "\x0c"])
def test_a_line_is_what_editors_count_as_one(character: str, tmp_path: Path) -> None:
    """Some characters that come along when text is copied end a line for Python, and for no one."""
    text = WHICH.replace("# A comment in front.", f"# A comment{character} in front.")
    _, slips = found(tmp_path, text.replace("difficulty: 1", "difficulty: 9"))
    assert [slip.line for slip in slips] == [5]


def test_all_slips_at_once_stand_in_one_message(tmp_path: Path) -> None:
    one = write(tmp_path, WHICH.replace("  prompt", "\tprompt"), "01.yaml")
    two = write(tmp_path, SECOND.replace("key: 22:22", "key: 22.22"), "02.yaml")
    with pytest.raises(bank.BankError) as raised:
        bank.load([one, two])
    head, *lines = str(raised.value).splitlines()
    assert head == "2 slips in 01.yaml and 02.yaml. To mend:"
    assert [line.partition(":")[0] for line in lines] == [
        "01.yaml, line 7",
        "02.yaml, line 12, key",
    ]
