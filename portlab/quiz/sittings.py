"""What a learner calls: practice, an exam, what is due for review, and the port-range quiz.

`practice("S1")`, `exam("4.2", minutes=20)`, `review()`: each gives a Session, which the page and
the terminal ask alike. The same seed asks everybody the same.
"""

from collections.abc import Callable
from hashlib import sha256
from math import isfinite

from portlab.errors import QuizError
from portlab.quiz.diary import Diary
from portlab.quiz.generated.traces import asked_of
from portlab.quiz.pool import WEAK, draw, pool, to_review
from portlab.quiz.progress import Progress
from portlab.quiz.question import Question
from portlab.quiz.range_quiz import RangeSession
from portlab.quiz.session import Session
from portlab.system import is_static, now
from portlab.trace.trace import Trace

_open: dict[str, Session] = {}
"""The sittings of this kernel, by their names, so that running a cell again loses no answer."""

Topic = str | int | Trace | None


def practice(topic: Topic = None, *, count: int = 10, seed: int = 1) -> Session:
    """Questions with a word to each answer at once, and a second try after a hint.

    `topic` is a lesson ("05"), a row of the contents ("S1"), a letter of them or its words
    ("S", "services"), a topic of the exam ("4.2"), a generator ("next-ack"), "weak" for what you
    did not know, a word that questions speak of ("mail"), a Trace of your own, such as
    `load("mine.pcapng")`, whose orderly TCP conversations are then asked about, or None for all.
    Raises QuizError for a topic without questions, a count under 1, and a seed that is no number.
    """
    topic = _checked(topic, count, seed)
    call = call_of("practice", topic, count=(count, 10), seed=(seed, 1))
    other = call_of("practice", topic, count=(count, 10), seed=(seed + 1, 1))
    name = call + _content(topic)

    def make() -> Session:
        asked = _there(topic, seed, count)
        # What is weak changes with every answer, so such a sitting never goes on another day.
        is_weak = topic == WEAK
        return Session(
            "Practice" + _about(topic),
            asked[:count] if is_weak else draw(asked, count, seed),
            call,
            f"For others, run `{other}`.",
            tries=2,
            diary=diary(name),
            afresh=is_weak,
        )

    return sitting(name, make)


def exam(
    topic: Topic = None, *, count: int = 20, minutes: float | None = None, seed: int = 1
) -> Session:
    """Questions without a word before the end; `minutes` is all the time there is, None no limit.

    A minute and a half for each question is usual. The time runs from the first look on, also
    while the notebook is closed. Topics, seed and errors are those of `practice`.
    """
    topic = _checked(topic, count, seed)
    if minutes is not None and not (
        isinstance(minutes, int | float) and minutes > 0 and isfinite(minutes)
    ):
        raise QuizError(f"minutes={minutes!r} is no time. Give more than 0, or leave it away.")
    call = call_of("exam", topic, count=(count, 20), minutes=(minutes, None), seed=(seed, 1))
    name = call + _content(topic)
    return sitting(
        name,
        lambda: Session(
            "Exam" + _about(topic),
            draw(_there(topic, seed, count), count, seed),
            call,
            "Each key stands beside what was missed. `practice()` explains at once.",
            exam=True,
            seconds=None if minutes is None else max(1, round(60 * minutes)),
            diary=diary(name),
        ),
    )


def review(*, count: int = 20) -> Session:
    """What is due to be asked again, longest due first. Raises QuizError if nothing is."""
    _checked(None, count, 1)
    call = call_of("review", None, count=(count, 20))

    def make() -> Session:
        asked = to_review(Progress().answers(), now())
        if not asked:
            raise QuizError(
                "Nothing is due for review. What you answer in lessons and in `practice()` comes "
                "back here when it is about to be forgotten."
            )
        more = "Run the cell again another day: what is due then is asked then."
        # What was answered is due no more, so there is nothing to go on with.
        return Session("Review", asked[:count], call, more, diary=diary(call), afresh=True)

    return sitting(call, make)


def port_range_quiz(*, count: int = 20, seed: int = 1) -> Session:
    """Which range is it, whose number, and what if it were another? Asked until it is known.

    Of eleven skills, each edge between ranges among them, the next question is about the one that
    your answers call for. What was not right at once comes again after one other question, in
    another guise, until it is right several times; what is right comes again harder, once nothing
    else is left, and then no more. `quiz.adaptive.next_question` has the whole rule: the same
    `seed` and the same answers ask the same. It ends when all is mastered, or after `count`
    questions. After each answer the port map shows where the numbers lie.
    Raises QuizError for a count under 1.
    """
    _checked(None, count, seed)
    call = call_of("port_range_quiz", None, count=(count, 20), seed=(seed, 1))
    other = call_of("port_range_quiz", None, count=(count, 20), seed=(seed + 1, 1))
    more = f"For others, run `{other}`."
    return sitting(
        call, lambda: RangeSession(call, more, at_most=count, seed=seed, diary=diary(call))
    )


def sitting(name: str, make: Callable[[], Session]) -> Session:
    """The one of this name that is not over yet, or else a new one."""
    if name not in _open or _open[name].over:
        _open[name] = make()
    return _open[name]


def diary(name: str) -> Diary | None:
    """Where the sitting of this name is written down; nowhere while outputs are made static."""
    return None if is_static() else Diary(name)


def call_of(function: str, topic: Topic, **given: tuple[object, object]) -> str:
    """The code that opens a sitting, without what is so anyway."""
    words = [] if topic is None else ["trace"] if isinstance(topic, Trace) else [f'"{topic}"']
    words += [f"{key}={value}" for key, (value, usual) in given.items() if value != usual]
    return f"{function}({', '.join(words)})"


def _there(topic: str | Trace | None, seed: int, count: int) -> list[Question]:
    if isinstance(topic, Trace):
        return asked_of(topic, count, seed)
    there = pool(topic, seed, Progress().answers() if topic == WEAK else (), count)
    if not there:
        raise QuizError("Nothing is known to be weak yet: first answer some, with `practice()`.")
    return there


def _checked(topic: Topic, count: int, seed: int) -> str | Trace | None:
    """`topic` with a lesson as a text. Raises QuizError for what cannot be meant."""
    if not isinstance(count, int) or count < 1:
        raise QuizError(f"count={count!r} asks nothing. Give 1 or more.")
    if not isinstance(seed, int):
        raise QuizError(f"seed={seed!r} is no whole number. Give one, such as 7.")
    if not isinstance(topic, str | int | Trace | None):
        raise QuizError(f'{topic!r} is no topic. Give one in quotes, such as "05" or "S1".')
    return f"{topic:02}" if isinstance(topic, int) else topic


def _about(topic: str | Trace | None) -> str:
    if isinstance(topic, Trace):
        return f", {topic.title or 'a trace'}"
    return "" if topic is None else f", {topic}"


def _content(topic: str | Trace | None) -> str:
    """What tells one trace from another, for whoever calls both of them `trace`."""
    if not isinstance(topic, Trace):
        return ""
    packets = b"".join(bytes(one.packet.raw) for one in topic if one.packet is not None)
    return f" {sha256(packets).hexdigest()[:12]}"
