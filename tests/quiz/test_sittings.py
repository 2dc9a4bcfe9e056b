"""Practice, exams and review, as a learner calls them, and the topics that they take."""

import json
import re

import pytest

from portlab import exam, material, practice, review
from portlab.cli import main
from portlab.errors import QuizError
from portlab.quiz import bank, pool, sittings
from portlab.quiz.progress import Answer, Progress
from portlab.quiz.session import Session
from portlab.quiz.topics import TOPICS
from portlab.quiz.verdict import key_in_words
from tests.quiz.answers import right_text

DAY = 86_400


pytestmark = pytest.mark.usefixtures("at_home")


def ids(session: Session) -> list[str]:
    return [question.id for question in session.questions]


def test_a_word_leads_to_the_questions_that_speak_of_it() -> None:
    for question in practice("mail", count=20).questions:
        said = f"{question.prompt} {key_in_words(question)} {question.explanation}"
        assert re.search(r"\bmail\b", said, re.IGNORECASE), question.id
    for question in practice("ports").questions:
        assert {row[0] for row in question.covers} & {"A", "R"}


@pytest.mark.parametrize("topic", ["05", "5", "T1", "t1", "T", "tcp", "1.5", "next-ack", None])
def test_a_topic_leads_to_its_questions_and_a_seed_to_the_same(topic: str | None) -> None:
    session = practice(topic, count=6, seed=4)
    assert len(session.questions) == len(set(ids(session))) == 6
    sittings._open.clear()
    assert ids(practice(topic, count=6, seed=4)) == ids(session)
    assert ids(practice(topic, count=6, seed=5)) != ids(session)


def test_each_topic_keeps_to_itself() -> None:
    assert all(q.lesson == "05" for q in practice("05").questions)
    assert all("T1" in q.covers for q in practice("T1").questions)
    assert all({row[0] for row in q.covers} & {"T"} for q in practice("T").questions)
    assert all(q.id.startswith("made-next-ack-") for q in practice("next-ack").questions)
    for question in practice("4.2", count=20).questions:
        told = f"{question.prompt} {key_in_words(question)} {question.explanation}"
        assert re.search("NTP|stratum|clock", told, re.IGNORECASE), question.id
    assert {row for q in practice("4.1").questions for row in q.covers} <= {"F7", "F8"}


@pytest.mark.parametrize("topic", pool.blueprint(), ids=lambda topic: topic.number)
def test_a_topic_of_the_exam_has_questions_enough_of_its_own(topic: pool.Topic) -> None:
    asked = practice(topic.number, count=100).questions
    assert len(asked) >= 6
    assert all(question in topic for question in asked)
    others = [one for one in pool.blueprint() if one is not topic]
    assert {q.id for q in asked} not in [
        {q.id for q in practice(one.number, count=100).questions} for one in others
    ]


def test_written_and_generated_questions_stand_beside_each_other() -> None:
    made = [question.id.startswith("made-") for question in practice(count=40).questions]
    assert True in made
    assert False in made


def test_generated_ones_alone_need_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def unread(files: object) -> None:
        pytest.fail("The bank was read.")

    monkeypatch.setattr(bank, "load", unread)
    assert len(pool.pool("which-rule", 1)) == 20


def test_what_is_no_topic_is_told_with_all_that_are() -> None:
    with pytest.raises(QuizError, match=r"(?s)no questions to 'T99'\. Is T9 .*A1.*4\.2.*next-ack"):
        practice("T99")
    with pytest.raises(QuizError, match="asks nothing"):
        practice("05", count=0)
    with pytest.raises(QuizError, match="no time"):
        exam("05", minutes=0)


def test_the_word_of_the_port_range_quiz_is_no_topic_anywhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(QuizError, match=r'port_range_quiz\(\).*quiz ranges.*"R"'):
        practice("ranges")
    assert main(["quiz", "--json", "Ranges"]) == 2
    assert "give their letter" in capsys.readouterr().err
    assert main(["quiz", "--json", "R"]) == 0
    covered = [row for one in json.loads(capsys.readouterr().out) for row in one["covers"]]
    assert any(row.startswith("R") for row in covered)


def test_a_cell_run_again_goes_on_where_it_stands() -> None:
    session = practice("05", count=2)
    session.answer(1, right_text(session.questions[0]))
    assert practice("05", count=2) is session
    sittings._open.clear()  # another day, another kernel
    again = practice("05", count=2)
    assert again is not session
    assert again.verdicts[0] is not None
    assert again.verdicts[1] is None


def test_what_was_wrong_is_weak_and_comes_first() -> None:
    with pytest.raises(QuizError, match="Nothing is known to be weak"):
        practice("weak")
    first, second, third = bank.lesson("05")[:3]
    Progress().add(
        Answer(10, first.id, "right"),
        Answer(11, second.id, "wrong"),
        Answer(12, third.id, "second try"),
        Answer(13, "made-range-of-port-1024", "wrong"),
        Answer(14, "a-question-of-old", "wrong"),
    )
    assert ids(practice("weak")) == ["made-range-of-port-1024", second.id, third.id, first.id]


def test_review_asks_what_is_due_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(QuizError, match="Nothing is due"):
        review()
    first, second = bank.lesson("05")[:2]
    Progress().add(Answer(1000, second.id, "wrong"), Answer(1001, first.id, "wrong"))
    Progress().add(Answer(1002, "made-port-of-service-https-443", "wrong"))
    monkeypatch.setattr(sittings, "now", lambda: 1002 + DAY)
    session = review()
    assert ids(session) == [second.id, first.id, "made-port-of-service-https-443"]
    for number, question in enumerate(session.questions, 1):
        session.answer(number, right_text(question))
    # Answered now, by this computer's clock, which is long after: so not due at once again.
    monkeypatch.setattr(sittings, "now", lambda: Progress().answers()[-1].time)
    with pytest.raises(QuizError, match="Nothing is due"):
        review()


def test_the_blueprint_is_what_the_lessons_say(lesson_topics: dict[str, set[str]]) -> None:
    for lesson, topics in lesson_topics.items():
        assert {one.number for one in pool.blueprint() if lesson in one.lessons} == topics, lesson


@pytest.fixture
def lesson_topics() -> dict[str, set[str]]:
    """By lesson: the topics named in its first cell."""
    import re

    found = {}
    for file in sorted(material.notebooks().glob("[0-9][0-9]-*.ipynb")):
        first = "".join(json.loads(file.read_text(encoding="utf-8"))["cells"][0]["source"])
        said = re.search(r"supports CCNA 200-301 topics? ([^\n]*)", first)
        assert said is not None, file.name
        found[file.name[:2]] = set(re.findall(r"\d\.\d+", said[1]))
    return found


def test_every_topic_of_the_bank_is_named() -> None:
    topics = {row.rstrip("0123456789") for q in bank.load(bank.files()) for row in q.covers}
    assert topics <= set(TOPICS)
