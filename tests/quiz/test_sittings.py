"""Practice, exams and review, as a learner calls them; and what is known, as a chart."""

import json
import re
from pathlib import Path

import pytest

from portlab import exam, material, practice, review, service
from portlab.cli import main
from portlab.errors import QuizError
from portlab.quiz import bank, mastery, pool, sittings
from portlab.quiz.generated import GENERATORS
from portlab.quiz.ports_named import ports_of
from portlab.quiz.progress import Answer, Progress
from portlab.quiz.question import OneChoice, Question
from portlab.quiz.session import Session
from portlab.quiz.topics import TOPICS
from portlab.quiz.verdict import key_in_words

DAY = 86_400


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path))
    monkeypatch.setattr(sittings, "_open", {})
    return tmp_path


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
    lessons = next(one.lessons for one in pool.blueprint() if one.number == "1.1")
    assert all(q.lesson in lessons for q in practice("1.1").questions)


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
    with pytest.raises(QuizError, match=r"(?s)no questions to 'T99'.*05.*T1.*4\.2.*next-ack"):
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
    session.answer(1, right_answer(session.questions[0]))
    assert practice("05", count=2) is session
    sittings._open.clear()  # another day, another kernel
    again = practice("05", count=2)
    assert again is not session
    assert again.verdicts[0] is not None
    assert again.verdicts[1] is None


def right_answer(question: Question) -> object:
    if isinstance(question, OneChoice):
        return key_in_words(question)
    if (choices := getattr(question, "choices", None)) is not None:
        return [choice.text for choice in choices if choice.right]
    if (items := getattr(question, "items", None)) is not None:
        return list(items)
    if (blanks := getattr(question, "blanks", None)) is not None:
        return [blank.key for blank in blanks]
    return question.key  # type: ignore[attr-defined]


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
        session.answer(number, right_answer(question))
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

    from portlab import material

    found = {}
    for file in sorted(material.notebooks().glob("[0-9][0-9]-*.ipynb")):
        first = "".join(json.loads(file.read_text(encoding="utf-8"))["cells"][0]["source"])
        said = re.search(r"supports CCNA 200-301 topics? ([^\n]*)", first)
        assert said is not None, file.name
        found[file.name[:2]] = set(re.findall(r"\d\.\d+", said[1]))
    return found


def test_mastery_counts_last_answers_and_what_was_never_asked() -> None:
    there = [q for q in bank.lesson("05") if q.covers[0][0] == "T"][:4]
    history = [Answer(1, there[0].id, "wrong"), Answer(2, there[0].id, "right"),
               Answer(3, there[1].id, "second try"), Answer(4, there[2].id, "wrong")]  # fmt: skip
    (known,) = mastery.by_topic(there, history)
    assert (known.name, known.questions, known.asked) == ("T", 4, 3)
    assert known.share == pytest.approx((1 + 0.5 + 0 + 0) / 4)
    chart = mastery.Mastery((known,), (), due=0)
    assert "38%, 3 of 4 asked" in str(chart)
    bars = chart.figure().axes[0].patches
    assert bars[1].get_width() / bars[0].get_width() == pytest.approx(known.share)  # type: ignore[attr-defined]


def test_mastery_of_a_range_counts_what_names_its_ports_and_what_was_generated() -> None:
    there = {question.id: question for question in bank.load(bank.files())}
    written = [there[id] for id in ("port-of-time", "first-dynamic-port", "port-number-bits")]
    history = [
        Answer(1, "port-of-time", "right"),
        Answer(2, "made-range-of-port-1023", "wrong"),
        Answer(3, "made-range-of-port-5060", "right"),
        Answer(4, "05.who", "as predicted"),
    ]
    system, user, dynamic = mastery.by_range(written, history)
    assert (system.questions, system.asked, system.share) == (2, 2, 0.5)
    assert (user.questions, user.asked, user.share) == (1, 1, 1)
    assert (dynamic.questions, dynamic.asked, dynamic.share) == (1, 0, 0)
    assert "user ports" in str(mastery.Mastery((), (system, user, dynamic), due=0))
    assert mastery.by_range([], [])[0].share == 0


@pytest.mark.parametrize(
    ("id", "ports"),
    [("port-of-time", {123}), ("port-number-bits", set()), ("partner-of-143", {143, 993}),
     ("which-one-to-ask-about", {52210, 60123}), ("dhcp-server-port", {67})],
)  # fmt: skip
def test_a_question_is_about_the_ports_that_it_names(id: str, ports: set[int]) -> None:
    (question,) = (one for one in bank.load(bank.files()) if one.id == id)
    assert ports_of(question) == ports


def test_every_topic_of_the_bank_is_named() -> None:
    topics = {row.rstrip("0123456789") for q in bank.load(bank.files()) for row in q.covers}
    assert topics <= set(TOPICS)


# ---- in the terminal --------------------------------------------------------------------------


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What will be typed, line by line; then the input ends."""
    lines: list[str] = []

    def read(prompt: str) -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr("builtins.input", read)
    return lines


def test_a_quiz_in_the_terminal(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    asked = practice("range-of-port", count=2, seed=7).questions
    sittings._open.clear()
    first, second = asked
    assert isinstance(first, OneChoice)
    assert isinstance(second, OneChoice)
    wrong = next(c for c in first.choices if not c.right)
    typed += ["z", wrong.text, str(right_answer(first)), str(right_answer(second))]
    assert main(["quiz", "range-of-port", "--count", "2", "--seed", "7"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "'z' is no choice" in said
    assert f"Not yet. Try once more. {wrong.text}: {wrong.why}" in said
    assert said.count("Right.") == 2
    assert said.endswith("2 of 2 right")
    outcomes = [answer.outcome for answer in Progress().answers()]
    assert outcomes == ["not yet", "second try", "right", "over"]


def test_what_is_left_in_the_middle_is_kept(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    question = practice("range-of-port", count=2, seed=7).questions[0]
    typed.append(str(right_answer(question)))
    assert main(["quiz", "range-of-port", "--count", "2", "--seed", "7"]) == 0
    assert "Left here." in capsys.readouterr().out
    assert len(Progress().answers()) == 1


def test_an_exam_in_the_terminal_explains_at_the_end(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = exam("range-of-port", count=2, minutes=5, seed=7).questions
    sittings._open.clear()
    typed += ["", str(right_answer(second))]
    words = ["quiz", "range-of-port", "--exam", "--count", "2", "--minutes", "5", "--seed", "7"]
    assert main(words) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "There are 5 minutes." in said or "There are 4 minutes." in said
    head, _, end = said.partition("1 of 2 right")
    assert "Taken." in head
    assert second.explanation not in head
    assert first.explanation in end


def test_questions_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quiz", "--json", "--seed", "3", "--count", "8"]) == 0
    once = capsys.readouterr().out
    assert main(["quiz", "--json", "--seed", "3", "--count", "8"]) == 0
    assert capsys.readouterr().out == once
    questions = json.loads(once)
    assert len(questions) == 8
    for question in questions:
        assert {"kind", "prompt", "choices", "key", "explanation", "reference"} <= set(question)
        right = [choice["text"] for choice in question["choices"] if choice["right"]]
        assert not right or question["key"] in (right, *right)
        assert bool(question["bounds"]) == (question["kind"] == "number")
    assert main(["quiz", "R4", "--json", "--count", "20"]) == 0
    by_id = {question["id"]: question for question in json.loads(capsys.readouterr().out)}
    assert by_id["lent-and-dynamic"]["bounds"] == [49152, 60999]
    assert by_id["size-of-dynamic-range"]["bounds"] == [16384, 16384]


def test_each_says_what_data_it_came_from(capsys: pytest.CaptureFixture[str]) -> None:
    """And the data is that very data: the line of the file, the segments, the entry."""
    assert main(["quiz", "--json", "--count", "60"]) == 0
    for question in json.loads(capsys.readouterr().out):
        origin = question["from"]
        if "file" in origin:
            text = (material.data() / "questions" / origin["file"]).read_text(encoding="utf-8")
            assert text.splitlines()[origin["line"] - 1] == f"- id: {question['id']}"
        elif "trace" in origin:
            assert origin["trace"][0]["flags"] == "SYN"
        elif "service" in origin:
            assert service(origin["service"]["number"])
        elif "rules" in origin:
            assert [f"`{10 * n} {rule}`" for n, rule in enumerate(origin["rules"], 1)] == [
                choice["text"] for choice in question["choices"][:-1]
            ]
        elif "range" in origin:
            assert question["id"].endswith(f"-{origin['port']}")
            assert origin["range"]["first"] <= origin["port"] <= origin["range"]["last"]
        else:
            assert origin, question["id"]
    assert main(["quiz", "next-ack", "--json", "--count", "3"]) == 0
    for question in json.loads(capsys.readouterr().out):
        acks = {record["ack"] for record in question["from"]["trace"]}
        assert question["key"] in acks


def test_progress_moves_to_another_computer(
    at_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Progress().add(Answer(1, bank.lesson("05")[0].id, "right"))
    file = at_home / "mine.json"
    assert main(["progress", "--export", str(file)]) == 0
    assert main(["progress", "--reset"]) == 0
    assert Progress().answers() == ()
    assert main(["progress", "--import", str(file)]) == 0
    assert len(Progress().answers()) == 1
    assert main(["progress"]) == 0
    said = capsys.readouterr().out
    assert "1 answer written to" in said
    assert "1 answer taken over" in said
    assert "1 of" in said
    assert main(["progress", "--import", str(at_home / "none.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_what_does_not_go_together_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quiz", "--minutes", "5"]) == 2
    assert "Only an exam" in capsys.readouterr().err
    assert main(["quiz", "nothing-of-that-name"]) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in GENERATORS)
