"""The lint of questions on a made-up bank: sound, and with each rule broken once.

Whatever is broken, the lint tells that and nothing besides.
"""

import json
import re
from collections.abc import Callable
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from random import Random

import pytest

from portlab.cli import main
from portlab.quiz.guessing import ENOUGH
from portlab.quiz.lint import OF_ALL, OF_EACH, Finding, lint
from portlab.quiz.near_duplicates import near_duplicates
from tests.quiz.committed import QUESTIONS
from tests.quiz.kinds import FILL, MATCH, ORDER

THINGS = """
    ladders rivers pencils windows engines lanterns gardens kettles harbours violins markets bridges
    feathers mirrors compasses orchards tunnels candles saddles anchors blankets chimneys hammers
    meadows needles parcels quarries rafters sleighs thimbles umbrellas valleys waggons yachts
    zithers acorns
""".split()  # noqa: SIM905
"""So that no two prompts are alike."""

SOME = 36


def things(number: int) -> list[str]:
    return [THINGS[at % SOME] for at in (number, 7 * number + 11, 5 * number + 3)]


def text(number: int, **changed: str) -> str:
    """One question; the right choice stands in each place in turn, and has the usual length."""
    place = number % 4
    choices = [f"answer {number} {letter}" for letter in "wxyz"]
    choices[(place + 1) % 4] += ", or longer"
    choices[(place + 2) % 4] = choices[(place + 2) % 4].replace("answer ", "")
    fields = {
        "covers": "[T1]",
        "difficulty": str(1 + number % 3),
        "kind": "one choice",
        "prompt": "Who has {}, {} and {}?".format(*things(number)),
        "choices": "".join(
            f"\n    - text: {words}" + (f"\n      why: Not {words}." if at != place else "")
            for at, words in enumerate(choices)
        ),
        "key": choices[place],
        "explanation": f"So it is with {THINGS[number]}.",
        "reference": f"RFC {1000 + number} section 2; listen(2) of Linux",
    } | changed
    lines = (f"  {name}: {value}" for name, value in fields.items() if value)
    return "\n".join([f"- id: question-{number}", *lines, ""])


CHOICES = "\n    - text: one\n    - text: two\n      why: No.\n    - text: six\n      why: No."
NUMBER = {"kind": "number", "choices": "", "key": "5"}

BROKEN: dict[str, tuple[str, dict[str, str], str]] = {
    # what is broken: the check that finds it, what is changed in question 7, words of what is told
    "prompt": ("sentences", {"prompt": "Ships that pass in the"}, 'prompt does not .*"Ships that'),
    "explanation": ("sentences", {"explanation": "because"}, "explanation does not end"),
    "why": ("sentences", {"choices": CHOICES.replace("No.", "no", 1), "key": "one"}, 'why .*"no"'),
    "code": ("code", {"explanation": '"It is `ss."'}, "backtick"),
    "code in a choice": ("code", {"choices": CHOICES.replace("one", "o`ne"), "key": "o`ne"}, "`"),
    "given away": ("given away", {"choices": CHOICES.replace("No", "It is one", 1), "key": "one"},
                   'holds the key "one"'),
    "above": ("tricks", {"choices": CHOICES.replace("two", "all of these"), "key": "one"}, "all"),
    "except": ("tricks", {"prompt": "Which of these is so EXCEPT on Sundays?"}, "EXCEPT"),
    "mistakes": ("foreseen", NUMBER, "No wrong answer"),
    "no reference": ("reference", {"reference": "a friend told me"}, "a friend told me"),
    "one of two": ("reference", {"reference": "RFC 768; page 12"}, '"page 12"'),
    "not in Linux": ("reference", {"reference": "listen(2)"}, '"listen'),
    "no row": ("rows", {"covers": "[T1, T77]"}, 'no row "T77"'),
    "alike": ("choices", {"choices": CHOICES.replace("six", "TWO"), "key": "one"}, 'read "two"'),
    "a coin": ("choices", {"choices": CHOICES[: CHOICES.index("\n    - text: six")], "key": "one"},
               "There are 2 choices"),
    "one of many": ("choices", {"kind": "many choices", "choices": CHOICES, "key": "[one]"},
                    "Only one"),
    "length": ("length", {"choices": CHOICES.replace("one", "one for all"), "key": "one for all"},
               "twice as long"),
    "other words": ("asked twice", {"prompt": "Who has got {}, {} and {}?".format(*things(3))},
                    "question-3 in other words"),
    "other order": ("asked twice", {"prompt": '"{}, {}, {}: and who has?"'.format(*things(3))},
                    r"question-3 in other words \(100%"),
    "explained": ("explained twice", {"explanation": f"So it is with {THINGS[2]}."}, "question-2,"),
}  # fmt: skip


def findings(folder: Path, *questions: str, name: str = "05.yaml") -> list[Finding]:
    file = folder / name
    file.write_text("\n".join(questions), encoding="utf-8")
    return list(lint([file]).findings)


def bank(change: Callable[[int], dict[str, str]] = lambda number: {}) -> list[str]:
    return [text(number, **change(number)) for number in range(SOME)]


def test_nothing_is_found_in_a_sound_bank(tmp_path: Path) -> None:
    assert SOME >= ENOUGH
    others = [one.replace("explanation: So", f"explanation: {n} so").replace("So it is.", "It is.")
              for n, one in enumerate((MATCH, ORDER, FILL))]  # fmt: skip
    assert findings(tmp_path, *bank(), *others) == []


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_told_with_its_place_and_nothing_besides(
    broken: str, tmp_path: Path
) -> None:
    check, changed, words = BROKEN[broken]
    questions = bank(lambda number: changed if number == 7 else {})
    (found,) = findings(tmp_path, *questions)
    line = 1 + "\n".join(questions).split("- id: question-7\n")[0].count("\n")
    assert (found.file, found.line, found.question, found.check) == (
        "05.yaml", line, "question-7", check,
    )  # fmt: skip
    assert str(found).startswith(f"05.yaml, line {line}, question-7: ")
    assert re.search(words, found.rule), found.rule
    assert found.remedy.endswith((".", "?"))


def test_a_pair_and_a_blank_have_whys_too(tmp_path: Path) -> None:
    match = MATCH.replace("So it is.", "A.").replace("The other side may go on.", "because")
    fill = FILL.replace("So it is.", "B.").replace("The SYN counts as one.", "so it is")
    found = findings(tmp_path, *bank(), match, fill)
    assert [(one.check, one.question) for one in found] == [
        ("sentences", "who-sends-what"), ("sentences", "fill-second-segment"),
    ]  # fmt: skip
    without = FILL.replace("So it is.", "B.").partition("      mistakes:")[0]
    (one,) = findings(tmp_path, *bank(), without)
    assert one.check == "foreseen"


def test_a_lesson_without_a_difficulty_is_told_where_it_begins(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, *bank(lambda number: {"difficulty": "2"} if number % 3 else {}))
    assert (found.check, found.line) == ("difficulties", 1)
    assert "Lesson 05 has no question of difficulty 3." in found.rule


def test_a_file_of_another_name_is_no_lesson_and_needs_no_difficulties(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(bank(lambda _: {})[0])
    report = lint([file])
    assert report.findings == ()
    assert "Of 1 question with one right choice" in str(report)


def test_an_id_of_the_course_is_taken_in_a_file_of_another_name(tmp_path: Path) -> None:
    taken = bank(lambda _: {})[0].replace("id: question-0", "id: second-segment")
    mine, copy = tmp_path / "mine.yaml", tmp_path / "05.yaml"
    for file in (mine, copy):
        file.write_text(taken)
    (found,) = lint([mine]).findings
    assert re.search(r'"second-segment" is taken: it is in 05\.yaml, line \d+', found.rule)
    assert [one for one in lint([copy]).findings if "taken" in one.rule] == []


# ---- what can be guessed ----------------------------------------------------------------------


def written(right: str, *wrong: str, place: int) -> dict[str, str]:
    lines = [f"\n    - text: {words}\n      why: No." for words in wrong]
    lines.insert(place, f"\n    - text: {right}")
    return {"choices": "".join(lines), "key": right}


GUESSED: dict[str, tuple[Callable[[int], dict[str, str]], str]] = {
    "place": (lambda n: written("two", "one", "three", "six", place=1 if n % 2 else n % 4),
              "a in 25%, b in 50%, c in 25% and d in 0%"),
    "longest": (lambda n: written("right", "no", "not", "none", place=n % 4),
                "In 100% of 36 questions the right choice is the longest"),
    "shortest": (lambda n: written("so", "never", "maybe", "often", place=n % 4),
                 "In 100% of 36 questions the right choice is the shortest"),
    "words": (lambda n: written(f"{THINGS[n]}", "something long", "a", "else", place=n % 4)
              if n < 12 else {}, "In 33% of 36 questions the right choice shares more words"),
}  # fmt: skip


@pytest.mark.parametrize("hint", GUESSED)
def test_what_gives_answers_away_is_told_with_its_numbers(hint: str, tmp_path: Path) -> None:
    change, words = GUESSED[hint]
    (found,) = findings(tmp_path, *bank(change))
    assert (found.file, found.line, found.question, found.check) == ("", 0, "", "guessable")
    assert words in found.rule
    assert str(found).startswith("All questions together: ")
    if hint == "words":
        assert "Where it is so: question-0, question-1," in found.remedy


def test_of_a_few_questions_nobody_can_say_that_they_are_guessable(tmp_path: Path) -> None:
    few = [text(number, **GUESSED["place"][0](number)) for number in range(ENOUGH - 1)]
    assert findings(tmp_path, *few) == []


def test_every_check_is_tried_here() -> None:
    tried = {check for check, _, _ in BROKEN.values()} | {"difficulties", "guessable"}
    assert tried == {*OF_EACH, *OF_ALL}


# ---- near duplicates --------------------------------------------------------------------------


def test_none_is_missed_that_a_comparison_of_all_pairs_finds() -> None:
    """Prompts of the bank, some with a few words changed, as somebody does who asks it again."""
    chance = Random(5)
    prompts = [question.prompt for question in QUESTIONS[:60]]
    for prompt in prompts[:30]:
        words = prompt.split()
        for _ in range(1 + len(words) // 8):
            words[int(chance.random() * len(words))] = THINGS[int(chance.random() * SOME)]
        prompts.append(" ".join(words))
    slowly = {
        pair
        for pair in combinations(range(len(prompts)), 2)
        if SequenceMatcher(None, *(prompts[one] for one in pair), autojunk=False).ratio() >= 0.8
    }
    assert len(slowly) >= 10
    assert slowly <= {(one, other) for one, other, _ in near_duplicates(prompts, 0.8)}


def test_four_hundred_prompts_are_compared_with_few_looks_at_characters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which is what takes time; nothing here judges by the clock."""
    looks = 0

    def counted(*_: object) -> float:
        nonlocal looks
        looks += 1
        return 0.0

    monkeypatch.setattr("portlab.quiz.near_duplicates._in_characters", counted)
    prompts = [question.prompt for question in QUESTIONS] * 2
    assert len(prompts) >= 400
    list(near_duplicates(prompts, 2.0))
    pairs = len(prompts) * (len(prompts) - 1) // 2
    assert 0 < looks < pairs / 20


# ---- in the terminal --------------------------------------------------------------------------


def test_slips_and_findings_are_told_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = bank(lambda number: {"reference": "hearsay"} if number == 7 else {})
    questions[9] = questions[9].replace("key: ", "kye: ")
    file = tmp_path / "mine.yaml"
    file.write_text("\n".join(questions))
    assert main(["quiz", "lint", str(file)]) == 1
    first, second, third, *rest = capsys.readouterr().out.splitlines()
    assert ", question-7: The reference" in first
    assert ": key: The field is missing." in second
    assert ": kye: There is no field" in third
    assert " ".join(rest).startswith("35 questions read, 3 findings. Of 35 questions with one")


def test_for_scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "05.yaml"
    file.write_text("\n".join(bank(lambda n: BROKEN["code"][1] if n == 7 else {})))
    assert main(["quiz", "lint", "--json", str(file)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["questions"] == 36
    (found,) = told["findings"]
    assert found["check"] == "code"
    assert {"file", "line", "question", "rule", "remedy"} <= set(found)
    assert told["bias"]["places"] == [0.25] * 4
    file.write_text("\n".join(bank()))
    assert main(["quiz", "lint", str(file)]) == 0
    assert main(["quiz", "lint", str(tmp_path / "none.yaml")]) == 1
    assert "none.yaml, line 1: Cannot be read" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "# Questions for May\n\n", "---\n"])
def test_of_a_file_without_a_question_nobody_is_told_that_all_is_well(
    text: str, tmp_path: Path
) -> None:
    (found,) = findings(tmp_path, text)
    assert str(found).startswith("05.yaml, line 1: There is no question in this file.")


def test_without_a_file_it_is_the_bank_of_the_course(capsys: pytest.CaptureFixture[str]) -> None:
    main(["quiz", "lint", "--json"])
    assert json.loads(capsys.readouterr().out)["questions"] == len(QUESTIONS)
