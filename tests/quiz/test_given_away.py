"""What is said before a second try helps, and does not hold the key."""

from pathlib import Path

import pytest

from portlab.quiz.generated import GENERATORS, generate
from portlab.quiz.grading import grade
from portlab.quiz.lint import OF_EACH
from portlab.quiz.question import Question
from tests.quiz.committed import QUESTIONS
from tests.quiz.kinds import FILL, MANY, MATCH, NUMBER, ONE, TEXT, made


def told(question: Question) -> list[str]:
    return [rule for rule, _ in OF_EACH["given away"](question)]


RANGE = NUMBER.replace("key: 3", "key: 49152\n  to: 65535")


@pytest.mark.parametrize(
    ("question", "why", "key"),
    [
        (ONE, "It follows on the `SYN`.", "SYN"),
        (MANY, "Look at the second.", "the second"),
        (NUMBER, "There are 3.", "3"),
        (NUMBER, "Count 2, 3.", "3"),
        (RANGE, "The range ends at 65,535.", "65535"),
        (TEXT, "First it is in syn-sent, then here.", "SYN-SENT"),
        (MATCH, "It opens a conversation.", "opens"),
        (FILL, "Byte 1,001 is next.", "1001"),
    ],
)
def test_a_why_with_the_key_in_it_is_found_in_each_kind(
    question: str, why: str, key: str, tmp_path: Path
) -> None:
    before, _, after = question.partition("why: ")
    changed = f"{before}why: {why}\n{after.partition(chr(10))[2]}"
    assert told(made(tmp_path, question)) == []
    (rule,) = told(made(tmp_path, changed))
    assert f'holds the key "{key}"' in rule


@pytest.mark.parametrize("why", ["It is 13.", "Take 3.5 of it.", "3-way it is called."])
def test_other_words_with_the_same_letters_are_not(why: str, tmp_path: Path) -> None:
    assert told(made(tmp_path, NUMBER.replace("SYN and ACK go together.", why))) == []


def test_what_the_choice_says_itself_may_be_said_again(tmp_path: Path) -> None:
    changed = ONE.replace("text: ACK", "text: SYN and ACK").replace("It answers", "SYN answers")
    assert told(made(tmp_path, changed)) == []


def test_no_question_of_the_course_gives_its_key_away() -> None:
    assert [rule for question in QUESTIONS for rule in told(question)] == []


@pytest.mark.parametrize("name", GENERATORS)
def test_no_generated_question_does(name: str) -> None:
    for seed in range(25):
        assert told(generate(name, seed)) == []


def test_a_hint_to_an_edge_does_not_name_it() -> None:
    question = generate("edge-of-range", 1)
    assert grade(question, "1022").hint == ("Near, by one. The range goes on by one.",)
