"""To match, to put in order, to fill fields: answers of several parts, each with its own word."""

import json
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab.errors import QuizError
from portlab.quiz import bank
from portlab.quiz.asking import asked
from portlab.quiz.grading import grade
from portlab.quiz.question import Fill, Match, Order, Question, mixed
from portlab.quiz.reading import Slip
from portlab.quiz.session import Session
from tests.quiz.answers import right
from tests.quiz.kinds import FILL, MANY, MATCH, ONE, ORDER, made


@pytest.fixture
def match(tmp_path: Path) -> Match:
    question = made(tmp_path, MATCH)
    assert isinstance(question, Match)
    return question


@pytest.fixture
def order(tmp_path: Path) -> Order:
    question = made(tmp_path, ORDER)
    assert isinstance(question, Order)
    return question


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    question = made(tmp_path, FILL)
    assert isinstance(question, Fill)
    return question


def test_a_file_has_them_as_they_are_written(match: Match, order: Order, fill: Fill) -> None:
    assert [pair.left for pair in match.pairs] == ["SYN", "FIN", "RST"]
    assert match.others == ("carries a name",)
    assert order.items == ("SYN", "SYN,ACK", "ACK")
    assert fill.shown.splitlines() == ["1  SYN      seq=1000", "2  SYN,ACK  seq=5000  ack=?"]
    assert [blank.name for blank in fill.blanks] == ["ack", "direction"]


@given(st.text(), st.lists(st.text(min_size=1), min_size=2, max_size=8, unique=True))
def test_what_is_offered_is_mixed_always_alike_and_never_right(seed: str, items: list[str]) -> None:
    offered = mixed(seed, tuple(items))
    assert sorted(offered) == sorted(items)
    assert offered != tuple(items)
    assert offered == mixed(seed, tuple(items))


def letters(question: Match | Order, words: list[str]) -> str:
    return " ".join("abcdefgh"[question.offered.index(word)] for word in words)


def test_one_order_of_all_is_right(order: Order) -> None:
    sound = [p for p in permutations(order.items) if grade(order, letters(order, list(p))).right]
    assert sound == [order.items]
    assert grade(order, list(order.items)).right


def test_each_place_gets_its_own_word(order: Order) -> None:
    verdict = grade(order, ["SYN", "ACK", "SYN,ACK"])
    assert [part.right for part in verdict.parts] == [True, False, False]
    assert "2.: ACK (right is: SYN,ACK)" in str(verdict)


def test_each_pair_gets_its_own_word(match: Match) -> None:
    assert grade(match, {"SYN": "opens", "FIN": "ends one side", "RST": "ends both sides"}).right
    verdict = grade(match, letters(match, ["opens", "carries a name", "ends both sides"]))
    assert [part.right for part in verdict.parts] == [True, False, True]
    assert verdict.parts[1].note == "The other side may go on."
    assert "The other side may go on." in str(verdict)
    assert "It comes before all others." not in str(verdict)


def test_one_right_side_may_be_given_twice_and_is_wrong_once(match: Match) -> None:
    verdict = grade(match, letters(match, ["opens", "opens", "ends both sides"]))
    assert [part.right for part in verdict.parts] == [True, False, True]


def test_each_field_gets_its_own_word(fill: Fill) -> None:
    assert grade(fill, {"ack": 1001, "direction": "From the server."}).right
    assert grade(fill, ["1,001", "server to client"]).right
    verdict = grade(fill, {"ack": "1000"})
    assert [part.right for part in verdict.parts] == [False, False]
    assert verdict.parts[0].note == "The SYN counts as one."
    assert verdict.parts[1].given == "nothing"
    assert not grade(fill, ["about 1001", "server to client"]).right


@pytest.mark.parametrize(
    ("kind", "answer", "said"),
    [
        ("order", "a b", "3 answers are wanted, and 2 came"),
        ("order", "a a b", "stands there twice"),
        ("order", "a b z", "no choice of this question"),
        ("match", {"SYN": "opens", "PSH": "opens"}, "'PSH' is not asked for"),
        ("match", ["opens"], "3 answers are wanted, and 1 came"),
        ("fill", {"seq": 1}, "Asked for are: ack; direction"),
        ("fill", 1001, "2 answers are wanted, and 1 came"),
    ],
)
def test_what_is_no_answer_is_told_and_not_graded(
    kind: str, answer: object, said: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(QuizError, match=said):
        grade(request.getfixturevalue(kind), answer)


@pytest.mark.parametrize(
    ("text", "old", "new", "said"),
    [
        (MATCH, "left: FIN", "left: SYN", 'pairs 2 left: Two pairs have "SYN"'),
        (MATCH, "others: [carries a name]", "others: [opens]", "stands among the others"),
        (
            MATCH,
            "      why: It comes before all others.\n",
            "",
            "pairs 1 why: The field is missing",
        ),
        (MATCH, "left: FIN", "left: FIN\n      wy: W", "no field of this name: `wy`"),
        (ORDER, 'items: [SYN, "SYN,ACK", ACK]', "items: [SYN]", "at least two"),
        (ORDER, 'items: [SYN, "SYN,ACK", ACK]', "items: [SYN, SYN]", "in the list twice"),
        (ORDER, "items: ", "steps: ", "items: The field is missing"),
        (FILL, "name: direction", "name: ack", 'Two fields are called "ack"'),
        (FILL, "answer: 1000", "answer: 01001", "is a right answer, and stands among the mistakes"),
        (FILL, "      key: 1001\n", "", "blanks 1 key: The field is missing"),
    ],
)
def test_slips_are_told_with_their_place(
    text: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    assert old in text
    file = tmp_path / "05.yaml"
    file.write_text(text.replace(old, new))
    questions, slips = bank.read([file])
    assert questions == ()
    assert any(said in str(slip) for slip in slips), slips


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (ONE, "    - text: ACK\n", "    - text: more {}\n      why: No.\n"),
        (MANY, "    - text: the first\n", "    - text: more {}\n      why: No.\n"),
        (MATCH, "  others: [", "more {}, "),
        (MATCH, "    - left: SYN\n", "    - left: L{0}\n      right: R{0}\n      why: So.\n"),
        (ORDER, "items: [", "more {}, "),
    ],
)
def test_there_is_a_letter_for_each_that_is_offered(
    text: str, old: str, new: str, tmp_path: Path
) -> None:
    """Else it loads, and the session that shows it breaks."""
    file = tmp_path / "05.yaml"

    def of(more: int) -> tuple[tuple[Question, ...], tuple[Slip, ...]]:
        added = "".join(new.format(number) for number in range(more))
        at = text.index(old) + (0 if old.endswith("\n") else len(old))
        file.write_text(text[:at] + added + text[at:])
        return bank.read([file])

    (few,), _ = of(1)
    fitting = 1 + 26 - len(asked(few)["choices"])
    (question,), slips = of(fitting)
    assert slips == ()
    assert "   z  " in str(Session("A try", [question], "questions()", "More."))
    questions, (slip,) = of(fitting + 1)
    assert questions == ()
    assert (slip.line, slip.rule) == (8, "There are 27 of them, and letters for 26.")


@pytest.mark.parametrize("kind", ["match", "order", "fill"])
def test_the_page_learns_the_key_with_the_verdict(
    kind: str, request: pytest.FixtureRequest
) -> None:
    question = request.getfixturevalue(kind)
    session = Session("A try", [question], "questions()", "More.")
    before = json.dumps(session.state())
    assert question.explanation not in before
    if isinstance(question, Fill):
        assert "1001" not in before
    assert all(pair.why not in before for pair in getattr(question, "pairs", ()))
    session.hear({"do": "answer", "answer": right(question)})
    verdict = session.state()["verdict"]
    assert verdict["right"]
    assert all(good for _, _, _, good, _ in verdict["parts"])


@pytest.mark.parametrize("kind", ["match", "order"])
def test_a_page_that_left_something_open_hears_so(
    kind: str, request: pytest.FixtureRequest
) -> None:
    question = request.getfixturevalue(kind)
    session = Session("A try", [question], "questions()", "More.")
    with pytest.raises(QuizError, match="Choose one for each"):
        session.hear({"do": "answer", "answer": [0, None, 1]})
    assert session.verdicts == [None]


@pytest.mark.parametrize("kind", ["match", "order", "fill"])
def test_in_text_all_that_is_needed_to_answer_stands_there(
    kind: str, request: pytest.FixtureRequest
) -> None:
    question = request.getfixturevalue(kind)
    words = str(Session("A try", [question], "questions()", "More."))
    offered = getattr(question, "offered", ())
    assert all(f"{'abcdefgh'[n]}  {text}" in words for n, text in enumerate(offered))
    assert all(pair.left in words for pair in getattr(question, "pairs", ()))
    assert all(blank.name in words for blank in getattr(question, "blanks", ()))
    assert "answers question 1." in words
