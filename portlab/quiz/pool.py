"""Which questions there are to a topic: a lesson, a row, a part of the exam, what is weak, or all.

The bank's questions are joined by generated ones, where a generator covers the rows.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from portlab import material
from portlab.errors import QuizError
from portlab.quiz import bank
from portlab.quiz.generated import GENERATORS, again, generate
from portlab.quiz.progress import Answer
from portlab.quiz.question import Question
from portlab.quiz.review import Memory, due, memories
from portlab.quiz.topics import TOPICS, letter_of, letters_about
from portlab.quiz.verdict import key_in_words
from portlab.wording import listed

WEAK = "weak"
RANGES = "ranges"
"""No topic: in the terminal this word opens a quiz of its own, so it means that everywhere."""
MADE_OF_EACH = 3
"""So many questions of each generator that fits go into a pool."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the exam, the lessons that support it, and the rows that belong to it.

    A row may be a letter, for all of its rows. Where there are `words`, a question must speak of
    one of them as well, for its rows hold more.
    """

    number: str
    about: str
    lessons: tuple[str, ...]
    rows: tuple[str, ...]
    words: tuple[str, ...] = ()

    def __contains__(self, question: Question) -> bool:
        rows = {*question.covers, *map(letter_of, question.covers)}
        spoken = not self.words or any(_speaks_of(question, word) for word in self.words)
        return bool(rows & {*self.rows}) and spoken


@cache
def blueprint() -> tuple[Topic, ...]:
    """The exam's topics that this course supports, from `data/blueprint.yaml`."""
    from ruamel.yaml import YAML

    read = YAML(typ="safe").load(material.data() / "blueprint.yaml")
    lists = ("lessons", "rows", "words")
    return tuple(
        Topic(one["topic"], one["about"], *(tuple(one.get(name, ())) for name in lists))
        for one in read
    )


def pool(
    topic: str | None, seed: int, answers: Iterable[Answer] = (), count: int = 20
) -> list[Question]:
    """All core questions to `topic`; None is everything, `WEAK` what was not known in `answers`.

    A topic is a lesson ("05"), a row ("S1"), a letter of rows or what it is about ("S",
    "services"), a topic of the exam ("4.2"), a generator ("next-ack"), or else a word that
    questions speak of ("mail"). A generator gives `count` that are not the same, or as many as it
    has. Raises QuizError where there are none, with what there is.
    """
    if topic == WEAK:
        return weak(answers, seed)
    if topic in GENERATORS:
        return _made(topic, seed, count)
    files = [file for file in bank.files() if file.stem == _as_lesson(topic)] or bank.files()
    there = [question for question in bank.load_sound(files) if not question.further]
    made = [
        generate(name, seed * 1000 + number)
        for name in GENERATORS
        for number in range(MADE_OF_EACH)
    ]
    return list({question.id: question for question in _found((*there, *made), topic)}.values())


def written(topic: str | None) -> list[Question]:
    """The bank's own questions to `topic`, core and further, in order: none that are generated.

    Topics and errors are those of `pool`.
    """
    return _found(bank.load(bank.files()), topic)


def weak(answers: Iterable[Answer], seed: int) -> list[Question]:
    """What was answered wrong last, or not at once, or is soonest forgotten; the worst first."""
    order = {"wrong": 0, "second try": 1, "right": 2}
    known = memories(answers).values()
    worst = sorted(known, key=lambda one: (order[one.last], one.stability, one.question))
    return _once_more(worst, seed)


def to_review(answers: Iterable[Answer], at: int) -> list[Question]:
    """What is due to be asked again at `at` (seconds of Unix time), longest due first."""
    return _once_more(due(answers, at), at // 86_400)  # another conversation each day


def _once_more(known: Iterable[Memory], seed: int) -> list[Question]:
    """The questions that are remembered, without those that are there no longer."""
    by_id = {question.id: question for question in bank.load_sound(bank.files())}
    found = []
    for one in known:
        question = by_id.get(one.question) or again(one.question, seed)
        if question is not None:  # also of another conversation it is the same question
            found.append(replace(question, id=one.question))
    return found


def draw(there: list[Question], count: int, seed: int) -> list[Question]:
    """`count` of them, over as many rows as there are; always the same for a `seed`.

    Always the next question is one whose rows were asked least so far.
    """
    chance = Random(seed)
    left = sorted(there, key=lambda _: chance.random())
    asked: dict[str, int] = {}
    drawn: list[Question] = []
    while left and len(drawn) < count:
        best = min(left, key=lambda question: max(asked.get(row, 0) for row in question.covers))
        left.remove(best)
        drawn.append(best)
        for row in best.covers:
            asked[row] = asked.get(row, 0) + 1
    return drawn


def _found(there: Sequence[Question], topic: str | None) -> list[Question]:
    """What belongs to `topic`, or else speaks of it. Raises QuizError where nothing does."""
    if topic is not None and topic.casefold() == RANGES:
        raise QuizError(
            "The port-range quiz is called so: `port_range_quiz()`, in a terminal `portlab quiz "
            'ranges`. For all questions about ranges of ports, give their letter, "R".'
        )
    for fits in (_belongs, _speaks_of):
        if found := [question for question in there if fits(question, topic)]:
            return found
    raise QuizError(_unknown(str(topic), there))


def _made(generator: str, seed: int, count: int) -> list[Question]:
    made: dict[str, Question] = {}
    for number in range(_TURNS * count):
        question = generate(generator, seed * 1000 + number)
        made.setdefault(question.id, question)
        if len(made) == count:
            break
    return list(made.values())


_TURNS = 10
"""So often, for each question that is wanted, one is made before there are held to be no more."""


def _belongs(question: Question, topic: str | None) -> bool:
    if topic is None:
        return True
    return (
        question.lesson == _as_lesson(topic)
        or any(question in one for one in blueprint() if one.number == topic)
        or topic.upper() in question.covers
        or bool(letters_about(topic) & set(map(letter_of, question.covers)))
    )


def _as_lesson(topic: str | None) -> str | None:
    """Lesson 5 may be called so, or "05"."""
    return topic.zfill(2) if topic is not None and topic.isdecimal() else topic


def _speaks_of(question: Question, topic: str | None) -> bool:
    said = f"{question.prompt} {key_in_words(question)} {question.explanation}"
    words = re.escape(str(topic))
    return re.search(rf"(?<!\w){words}(?!\w)", said, re.IGNORECASE) is not None


def _unknown(topic: str, there: Sequence[Question]) -> str:
    lessons = sorted({question.lesson for question in there})
    rows = sorted({row for question in there for row in question.covers})
    return (
        f"There are no questions to {topic!r}. Give a lesson ({listed(lessons, 'or')}), a row of "
        f"the contents ({', '.join(rows)}), what they are about ({', '.join(TOPICS.values())}), a "
        f"topic of the exam ({', '.join(one.number for one in blueprint())}), a generator "
        f"({', '.join(GENERATORS)}), or a word that questions speak of, such as mail."
    )
