"""Ids in a file of answers that no generator gives now: from another portlab, or misspelt."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import review
from portlab.errors import QuizError
from portlab.quiz.generated import GENERATORS, again
from portlab.quiz.mastery import mastery
from portlab.quiz.pool import to_review
from portlab.quiz.progress import Answer, Progress

OLD = (
    "made-range-of-port-abc", "made-range-of-port-70000", "made-range-of-port-",
    "made-number-in-range--1", "made-edge-of-range-5000", "made-service-of-port-gopher-70",
    "made-what-to-write-81-8080", "made-without-number-8080-80-open", "made-found-by-scan-80-8080",
    "made-right-to-listen-22", "made-right-to-listen-22-22", "made-rule-to-let-in-x-443",
    "made-past-the-firewall-stays", "made-which-rule-turn-99999", "made-which-rule-no-such-80",
    "made-by-a-generator-of-old", "a-question-of-old",
)  # fmt: skip
DAY = 86_400


pytestmark = pytest.mark.usefixtures("at_home")


@pytest.mark.parametrize("id", OLD)
def test_an_old_id_asks_nothing_and_ends_nothing(id: str) -> None:
    if id != "made-range-of-port-":  # which says nothing of what it was about
        assert again(id, 1) is None
    Progress().add(Answer(1, id, "wrong"))
    mastery()


@given(
    st.sampled_from(
        [name for name in GENERATORS if not re.search("next|hidden|order|state", name)]
    ),
    st.from_regex(r"[a-z0-9-]{1,14}|[0-9]{1,6}(-[0-9]{1,6}){0,2}", fullmatch=True),
)
def test_whatever_an_id_ends_with_there_is_a_question_or_none(name: str, end: str) -> None:
    question = again(f"made-{name}-{end}", 1)
    assert question is None or question.id.startswith(f"made-{name}-")


def test_due_is_only_what_can_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    Progress().add(*(Answer(at, id, "wrong") for at, id in enumerate(OLD[3:], 1)))
    with pytest.raises(QuizError, match="Nothing is due"):
        review()
    assert mastery().due == 0
    Progress().add(Answer(1000, "made-range-of-port-1024", "wrong"))
    assert [question.id for question in review().questions] == ["made-range-of-port-1024"]
    assert mastery().due == 1
    assert to_review(Progress().answers(), 1000) == []
