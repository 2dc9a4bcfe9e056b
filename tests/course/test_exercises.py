"""Every exercise, for two hundred students: no wrong answer is right, each is told why it is wrong.

The notebooks' own cells are tried in tests/notebooks/test_exercises.py.
"""

import re
from collections.abc import Iterator, Mapping

import pytest

from portlab.course.exercises.definition import Exercise
from portlab.course.exercises.fields import Valued
from portlab.course.exercises.finding import exercises, exercises_of, find, lessons
from portlab.course.exercises.made import OfExperiment, OfTrace
from portlab.trace.trace import Trace
from tests.course.tasks import task
from tests.quiz.rows import ABOUT_THE_COURSE, ROWS

STUDENTS = ["", *map(str, range(1, 200))]
ALL = list(exercises())


def name_of(exercise: Exercise) -> str:
    return exercise.id


def values(given: Mapping[str, object]) -> str:
    """What is given, written out; of a Trace its packets, because its repr only counts them."""
    return repr([list(v.records) if isinstance(v, Trace) else v for v in given.values()])


@pytest.mark.parametrize("exercise", ALL, ids=name_of)
def test_every_wrong_answer_is_wrong_and_is_told_why(exercise: Exercise) -> None:
    for student in STUDENTS:
        for field in task(exercise, student).fields:
            if not isinstance(field, Valued):
                continue
            where = f"{exercise.id} {field.name}, for student {student!r}"
            assert field.judge(field.key).mark == "right", f"{where}: the key is not right"
            assert field.judge(field.key).says == field.right
            for answer, says in field.wrong:
                judged = field.judge(answer)
                assert (judged.mark, judged.says) == ("wrong", says), (
                    f"{where}: the wrong answer {answer!r} is answered with {judged.says!r} "
                    f"and not with its own {says!r}"
                )
            said = [says for _, says in field.wrong]
            assert len({*said, field.look, field.right}) == len(said) + 2


@pytest.mark.parametrize("exercise", ALL, ids=name_of)
def test_what_a_trace_lacks_is_said_property_by_property(exercise: Exercise) -> None:
    for student in STUDENTS[:20]:
        for field in task(exercise, student).fields:
            if isinstance(field, OfTrace):
                for want in field.wants:
                    judged = field.judge(want.unlike())
                    assert (judged.mark, judged.says) == ("wrong", want.says), student
                assert len({want.says for want in field.wants}) == len(field.wants)


@pytest.mark.parametrize("exercise", ALL, ids=name_of)
def test_students_have_parameters_of_their_own_and_always_the_same(exercise: Exercise) -> None:
    drawn = [values(task(exercise, student).given) for student in STUDENTS]
    assert drawn[:20] == [values(task(exercise, student).given) for student in STUDENTS[:20]]
    assert len(set(drawn)) >= 5
    assert sum(one == drawn[0] for one in drawn) < 60


@pytest.mark.parametrize("exercise", ALL, ids=name_of)
def test_no_message_gives_a_number_or_an_address_away(exercise: Exercise) -> None:
    for student in STUDENTS[:50]:
        its = task(exercise, student)
        for field in its.fields:
            key = str(getattr(field, "key", ""))
            if not re.fullmatch(r"[\d.]{2,}", key):
                continue
            said = [field.while_open(), field.look, *(says for _, says in field.wrong)]
            for text in (*said, *its.hints):
                assert key not in re.findall(r"[\d.]*\d", text), (student, field.name, text)


@pytest.mark.parametrize("exercise", ALL, ids=name_of)
def test_every_exercise_says_what_it_covers_and_where_to_read_on(exercise: Exercise) -> None:
    lesson = exercise.id.partition(".")[0]
    assert set(exercise.covers) <= set(ROWS[lesson])
    assert exercise.covers or lesson in ABOUT_THE_COURSE
    assert exercise.source
    assert lesson in lessons()
    assert find(exercise.id) is exercise


def test_lessons_have_three_exercises_of_several_kinds() -> None:
    for lesson in lessons():
        found = exercises_of(lesson)
        assert len(found) >= 3
        kinds = {type(field) for one in found for field in task(one, "").fields}
        assert len(kinds) >= 3
        assert kinds & {OfTrace, OfExperiment}


def every_sentence(exercise: Exercise) -> Iterator[str]:
    its = task(exercise, "")
    yield from its.hints
    for field in its.fields:
        yield from (field.right, field.while_open())
        if isinstance(field, Valued):
            yield from (field.look, *(says for _, says in field.wrong))
        elif isinstance(field, OfTrace):
            yield from (want.says for want in field.wants)


@pytest.mark.parametrize("exercise", ALL, ids=name_of)
def test_what_is_said_is_short_and_in_whole_sentences(exercise: Exercise) -> None:
    for sentence in every_sentence(exercise):
        assert len(sentence.split()) <= 40, sentence
        assert sentence[-1] in ".?!", sentence
