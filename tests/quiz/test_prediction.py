"""A prediction is locked in once, and the run has the last word."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from portlab import compare, predict
from portlab.errors import PortlabError
from portlab.quiz import prediction
from portlab.quiz.progress import Progress
from portlab.quiz.review import memories

WHO = ["the client", "the server"]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A learner who has predicted nothing yet."""
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path))
    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    monkeypatch.setattr(prediction, "_asked", {})
    return tmp_path


def another_kernel() -> None:
    """The notebook is closed and opened again: what Python held is gone."""
    prediction._asked.clear()


def test_what_is_locked_in_stays_when_the_cell_runs_again() -> None:
    predict("05.who", "Who notices?", WHO, answer="the server")
    assert "-> b  the server" in str(predict("05.who", "Who notices?", WHO))
    again = predict("05.who", "Who notices?", WHO, answer="the client")
    assert again.locked == 1
    assert not again.late


@pytest.mark.parametrize("answer", [3, "3", "b", " B "])
def test_an_answer_is_a_choice_what_it_reads_or_its_letter(answer: object) -> None:
    assert predict("05.count", "How many?", [2, 3, 4], answer=answer).locked == 1


def test_a_choice_that_is_a_letter_is_meant_by_it() -> None:
    assert predict("05.letters", "Which?", ["b", "a"], answer="a").locked == 1


def test_a_right_prediction_is_called_right_and_the_reason_follows() -> None:
    predict("05.who", "Who notices?", WHO, answer="a")
    said = compare("05.who", "the client", "Only it knows that it called.")
    assert said.right
    assert "You predicted: the client\nThe run shows: the client" in str(said)
    assert "Right! Only it knows that it called." in str(said)


def test_a_wrong_one_is_told_warmly_beside_what_came() -> None:
    predict("05.count", "How many?", [3, 4], answer=4)
    said = compare("05.count", 3)
    assert not said.right
    assert "You predicted: 4\nThe run shows: 3" in str(said)
    assert "Right" not in str(said)
    assert "wrong" not in str(said).lower()


def test_after_the_run_was_shown_a_lock_is_late_and_stays_late() -> None:
    predict("05.count", "How many?", [3, 4])
    assert "nothing was locked in" in str(compare("05.count", 3))
    late = predict("05.count", "How many?", [3, 4], answer=3)
    assert late.late
    said = compare("05.count", 3)
    assert "You predicted: 3 (late: the run had been shown)" in str(said)
    assert "late" in str(predict("05.count", "How many?", [3, 4]))


def test_what_was_locked_in_time_never_becomes_late() -> None:
    predict("05.count", "How many?", [3, 4], answer=3)
    compare("05.count", 3)
    assert "late" not in str(compare("05.count", 3))


def test_the_text_without_buttons_says_how_to_answer_and_that_code_works() -> None:
    text = str(predict("05.who", "Who notices?", WHO))
    assert "a  the client" in text
    assert "b  the server" in text
    assert 'answer="a"' in text
    assert "->" not in text
    assert predict("05.who", "Who notices?", WHO, answer="a").locked == 0


def test_another_question_under_the_name_begins_afresh() -> None:
    predict("05.who", "Who notices?", WHO, answer="a")
    assert predict("05.who", "Who notices?", [*WHO, "nobody"]).locked is None
    assert predict("05.who", "Who waits?", [*WHO, "nobody"]).locked is None


def test_an_outcome_computed_as_a_number_finds_a_choice_written_as_text() -> None:
    predict("05.count", "How many?", ["3", "4"], answer="3")
    assert compare("05.count", len("abc")).right


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ("yes", "no list"),
        (None, "no list"),
        ([], "0 choices"),
        (["only"], "1 choices"),
        (["", "no"], "shows nothing"),
        ([3, "3"], "read the same: 3"),
        (list(range(27)), "27 choices"),
    ],
)
def test_choices_that_nobody_could_choose_from(choices: object, said: str) -> None:
    with pytest.raises(PortlabError, match=said):
        predict("05.x", "Which?", choices)  # type: ignore[arg-type]


@pytest.mark.parametrize("answer", ["c", "", "the", "the client.", 0, "A B", "ä"])
def test_an_answer_that_is_no_choice_says_what_is_one(answer: object) -> None:
    with pytest.raises(PortlabError, match="letters a to b"):
        predict("05.who", "Who notices?", WHO, answer=answer)


def test_nothing_is_asked_without_words() -> None:
    with pytest.raises(PortlabError, match="name of a prediction"):
        predict("", "Who?", WHO)
    with pytest.raises(PortlabError, match="question of a prediction"):
        predict("05.who", " ", WHO)


def test_an_unknown_name_is_told_with_those_that_are_known() -> None:
    predict("05.who", "Who notices?", WHO)
    with pytest.raises(PortlabError, match=r"'05\.woh'.*known here: '05\.who'"):
        compare("05.woh", "the client")


def test_an_outcome_outside_the_choices_does_not_count_as_shown() -> None:
    predict("05.count", "How many?", [3, 4])
    with pytest.raises(PortlabError, match=r"shows 5, which is none of .* 3, 4\."):
        compare("05.count", 5)
    assert not predict("05.count", "How many?", [3, 4], answer=3).late


@pytest.mark.parametrize(
    "message",
    [None, {}, {"do": "lock"}, {"do": "lock", "choice": 2}, {"do": "lock", "choice": -1},
     {"do": "lock", "choice": "0"}, {"do": "unlock", "choice": 0}],
)  # fmt: skip
def test_a_page_that_sends_nonsense_locks_nothing(message: object) -> None:
    asked = predict("05.who", "Who notices?", WHO)
    asked.hear(message)
    assert asked.locked is None


def test_a_page_cannot_change_what_is_locked_in() -> None:
    asked = predict("05.who", "Who notices?", WHO)
    asked.hear({"do": "lock", "choice": 1})
    asked.hear({"do": "lock", "choice": 0})
    assert asked.state()["locked"] == 1


def test_what_is_locked_in_waits_for_the_run_through_a_new_kernel() -> None:
    predict("05.who", "Who notices?", WHO, answer="b")
    another_kernel()
    again = predict("05.who", "Who notices?", WHO, answer="a")
    assert again.locked == 1
    said = compare("05.who", "the client")
    assert "You predicted: the server\nThe run shows: the client" in str(said)


def test_after_the_run_another_day_predicts_afresh_and_knows_what_was_before() -> None:
    predict("05.who", "Who notices?", WHO, answer="b")
    compare("05.who", "the client")
    another_kernel()
    again = predict("05.who", "Who notices?", WHO)
    assert again.locked is None
    assert f"Before, you predicted: the server, on {date.today()}" in str(again)
    # Who opens the notebook in its middle and runs what is above has lost nothing.
    assert f"You predicted: the server, on {date.today()}" in str(compare("05.who", "the client"))
    another_kernel()
    predict("05.who", "Who notices?", WHO, answer="a")
    assert "You predicted: the client\n" in str(compare("05.who", "the client"))


def test_what_was_locked_in_late_is_known_another_day_as_well() -> None:
    predict("05.who", "Who notices?", WHO)
    compare("05.who", "the client")
    assert predict("05.who", "Who notices?", WHO, answer="b").late
    another_kernel()
    again = predict("05.who", "Who notices?", WHO)
    assert (again.locked, again.before) == (None, f"the server, on {date.today()}")


def test_what_was_predicted_of_another_question_is_not_taken_for_it() -> None:
    predict("05.who", "Who notices?", WHO, answer="b")
    another_kernel()
    assert predict("05.who", "Who waits?", WHO).locked is None
    another_kernel()
    assert predict("05.who", "Who notices?", ["the client", "nobody"]).locked is None


def test_how_predictions_came_out_is_kept_and_is_no_matter_of_review() -> None:
    predict("05.who", "Who notices?", WHO, answer="b")
    predict("05.count", "How many?", [3, 4], answer=3)
    compare("05.who", "the client")
    compare("05.count", 3)
    compare("05.count", 3)
    answers = Progress().answers()
    assert sorted((one.question, one.outcome) for one in answers) == [
        ("05.count", "as predicted"),
        ("05.count", "locked in"),
        ("05.who", "locked in"),
        ("05.who", "surprise"),
    ]
    assert memories(answers) == {}


def test_a_prediction_counts_though_it_cannot_be_written_down(home: Path) -> None:
    (home / "progress.json").write_text("damaged")
    said = str(predict("05.who", "Who notices?", WHO, answer="b"))
    assert "Locked in: the server" in said
    assert "progress.json is damaged" in " ".join(said.split())


def test_in_a_static_notebook_nothing_is_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTLAB_STATIC", "1")
    predict("05.who", "Who notices?", WHO, answer="b")
    compare("05.who", "the client")
    assert list(home.iterdir()) == []


def test_outside_a_notebook_it_is_text_alone() -> None:
    shown = predict("05.who", "Who notices?", WHO)._repr_mimebundle_()
    assert list(shown) == ["text/plain"]


def test_importing_it_costs_no_widget_library() -> None:
    code = (
        "import sys; from portlab import predict, compare, questions; "
        "from portlab.quiz import bank; bank.load = lambda files: bank.read(files)[0]; "
        "str(questions('05')); print({'anywidget', 'ipywidgets', 'IPython'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
