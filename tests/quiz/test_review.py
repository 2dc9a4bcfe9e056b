"""Questions come again: soon when they went wrong, later and later when they went right."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from portlab.quiz.progress import Answer
from portlab.quiz.review import due, memories

START = 1_767_225_600
DAY = 86_400


def answered(question: str, *outcomes: str, start: int = START) -> list[Answer]:
    """Each answer is given on the day when the question is due again."""
    history: list[Answer] = []
    now = start
    for outcome in outcomes:
        history.append(Answer(now, question, outcome))
        now = memories(history)[question].due
    return history


def waits(*outcomes: str) -> list[int]:
    history = answered("any", *outcomes)
    times = [answer.time for answer in history] + [memories(history)["any"].due]
    return [later - sooner for sooner, later in pairwise(times)]


def test_what_is_known_is_asked_less_and_less_often() -> None:
    after_right = waits(*["right"] * 6)
    assert after_right == sorted(after_right)
    assert after_right[0] < DAY < after_right[-1]


def test_a_slip_brings_it_back_soon() -> None:
    long_known = waits(*["right"] * 5, "wrong")
    assert long_known[-1] < DAY < long_known[-2]


def test_a_second_try_counts_less_than_the_first_and_more_than_none() -> None:
    known = [memories(answered("any", "right", "right", last))["any"].stability
             for last in ("wrong", "second try", "right")]  # fmt: skip
    assert known == sorted(known)
    assert len(set(known)) == 3


def test_longest_due_comes_first_and_what_is_not_due_does_not_come() -> None:
    history = [*answered("old", "wrong"), *answered("new", "wrong", start=START + 60),
               *answered("known", *["right"] * 5)]  # fmt: skip
    at = [memory.question for memory in due(history, START + DAY)]
    assert at == ["old", "new"]
    assert due(history, START) == []
    last = memories(history)["known"]
    assert (last.answers, last.right, last.last) == (5, 5, "right")
    assert "known" in [memory.question for memory in due(history, last.due)]


@given(
    st.lists(
        st.tuples(st.integers(0, 10**7), st.sampled_from(["right", "second try", "wrong"])),
        min_size=1,
    ),
    st.randoms(use_true_random=False),
)
def test_only_what_was_answered_matters_not_how_it_is_read(
    given_answers: list[tuple[int, str]], chance: object
) -> None:
    history = [Answer(START + at, "any", outcome) for at, outcome in given_answers]
    shuffled = sorted(history, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert memories(history) == memories(shuffled)
    assert memories(history)["any"].due > max(answer.time for answer in history)
