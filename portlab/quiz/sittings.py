"""What a learner calls: practice, an exam, what is due for review, and the port-range quiz.

`practice("S1")`, `exam("4.2", minutes=20)`, `review()`: each gives a Session, which the page and
the terminal ask alike. The same seed asks everybody the same.
"""

from collections.abc import Callable
from hashlib import sha256

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
"""The sittings of this kernel, by their call, so that running a cell again loses no answer."""


def practice(topic: str | Trace | None = None, *, count: int = 10, seed: int = 1) -> Session:
    """Questions with a word to each answer at once, and a second try after a hint.

    `topic` is a lesson ("05"), a row of the contents ("S1"), a letter of them or its words
    ("S", "services"), a topic of the exam ("4.2"), a generator ("next-ack"), "weak" for what you
    did not know, a word that questions speak of ("mail"), a Trace of your own, such as
    `load("mine.pcapng")`, whose orderly TCP conversations are then asked about, or None for all.
    Raises QuizError for a topic without questions, and a count under 1.
    """
    call = _call("practice", topic, count=(count, 10), seed=(seed, 1))
    return _sitting(call + _content(topic), lambda: _practice(topic, count, seed, call))


def exam(
    topic: str | Trace | None = None,
    *,
    count: int = 20,
    minutes: float | None = None,
    seed: int = 1,
) -> Session:
    """Questions without a word before the end; `minutes` is all the time there is, None no limit.

    A minute and a half for each question is usual. Topics, seed and errors are those of `practice`.
    """
    if minutes is not None and not minutes > 0:
        raise QuizError(f"minutes={minutes!r} is no time. Give more than 0, or leave it away.")
    call = _call("exam", topic, count=(count, 20), minutes=(minutes, None), seed=(seed, 1))

    def make() -> Session:
        asked = draw(_there(topic, seed, count), count, seed)
        seconds = None if minutes is None else round(60 * minutes)
        more = "Each key stands beside what was missed. `practice()` explains at once."
        diary = None if is_static() else Diary(call + _content(topic))
        return Session(
            "Exam" + _about(topic), asked, call, more, exam=True, seconds=seconds, diary=diary
        )

    return _sitting(call + _content(topic), make)


def review(*, count: int = 20) -> Session:
    """What is due to be asked again, longest due first. Raises QuizError if nothing is."""
    call = _call("review", None, count=(count, 20))

    def make() -> Session:
        asked = to_review(Progress().answers(), now())
        if not asked:
            raise QuizError(
                "Nothing is due for review. What you answer in lessons and in `practice()` comes "
                "back here when it is about to be forgotten."
            )
        more = "Run the cell again another day: what is due then is asked then."
        return Session("Review", asked[: _checked(count)], call, more, diary=Diary(call))

    return _sitting(call, make)


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
    call = _call("port_range_quiz", None, count=(count, 20), seed=(seed, 1))
    other = _call("port_range_quiz", None, count=(count, 20), seed=(seed + 1, 1))

    def make() -> Session:
        return RangeSession(
            call,
            f"For others, run `{other}`.",
            at_most=_checked(count),
            seed=seed,
            diary=None if is_static() else Diary(call),
        )

    return _sitting(call, make)


def _practice(topic: str | Trace | None, count: int, seed: int, call: str) -> Session:
    there = _there(topic, seed, count)
    asked = there[:count] if topic == WEAK else draw(there, count, seed)
    other = _call("practice", topic, count=(count, 10), seed=(seed + 1, 1))
    diary = None if is_static() else Diary(call + _content(topic))
    title = "Practice" + _about(topic)
    return Session(title, asked, call, f"For others, run `{other}`.", tries=2, diary=diary)


def _there(topic: str | Trace | None, seed: int, count: int) -> list[Question]:
    _checked(count)
    if isinstance(topic, Trace):
        return asked_of(topic, count, seed)
    answers = Progress().answers() if topic == WEAK else ()
    there = pool(topic, seed, answers)
    if not there:
        raise QuizError("Nothing is known to be weak yet: first answer some, with `practice()`.")
    return there


def _checked(count: int) -> int:
    if not isinstance(count, int) or count < 1:
        raise QuizError(f"count={count!r} asks nothing. Give 1 or more.")
    return count


def _content(topic: str | Trace | None) -> str:
    """What tells one trace from another, for whoever calls both of them `trace`."""
    if not isinstance(topic, Trace):
        return ""
    packets = b"".join(bytes(one.packet.raw) for one in topic if one.packet is not None)
    return f" {sha256(packets).hexdigest()[:12]}"


def _sitting(call: str, make: Callable[[], Session]) -> Session:
    if call not in _open or _open[call].over:
        _open[call] = make()
    return _open[call]


def _about(topic: str | Trace | None) -> str:
    if isinstance(topic, Trace):
        return f", {topic.title or 'a trace'}"
    return "" if topic is None else f", {topic}"


def _call(name: str, topic: str | Trace | None, **given: tuple[object, object]) -> str:
    """The code that opens this sitting, without what is so anyway."""
    words = [] if topic is None else ["trace"] if isinstance(topic, Trace) else [f'"{topic}"']
    words += [f"{key}={value}" for key, (value, usual) in given.items() if value != usual]
    return f"{name}({', '.join(words)})"
