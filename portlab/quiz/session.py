"""A session: some questions asked one after another, what was answered, and how it went.

It holds the keys; what it shows of a question before it is answered for good has none. To practise,
one may try twice, with a hint between; in an exam each answer counts, nothing is said before the
end, and time may be short.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from portlab.errors import QuizError
from portlab.quiz.answered import Answered, hint_for_page, map_for_page, verdict_for_page
from portlab.quiz.asking import asked, choices, example, in_lines
from portlab.quiz.diary import Diary
from portlab.quiz.grading import grade
from portlab.quiz.progress import Answer, Outcome
from portlab.quiz.question import Fill, ManyChoices, Match, Order, Question
from portlab.quiz.showing import bundle
from portlab.quiz.verdict import Verdict, key_in_words
from portlab.system import now
from portlab.wording import count, wrapped

if TYPE_CHECKING:
    from portlab.views.port_map import PortMap


class Session:
    """Questions of one sitting, in order; `verdicts` has one for each, None until it is answered.

    `call` is the code that opens it, for who answers by typing; `more` says how to get others.
    `tries` may be 2: a first wrong answer then brings a hint. `exam` says nothing before the end,
    and `seconds`, if given, is all the time there is from the first look on. What is answered is
    written into `diary`, and a sitting that was left in the middle goes on, unless it is always
    `afresh`; the time of an exam runs on meanwhile.
    """

    def __init__(
        self,
        title: str,
        questions: Sequence[Question],
        call: str,
        more: str,
        *,
        tries: int = 1,
        exam: bool = False,
        seconds: int | None = None,
        diary: Diary | None = None,
        afresh: bool = False,
        clock: Callable[[], int] = now,
    ) -> None:
        self.title = title
        self.questions = tuple(questions)
        self.verdicts: list[Verdict | None] = [None] * len(self.questions)
        self.exam = exam
        self._hints: list[Verdict | None] = [None] * len(self.questions)
        self._call = call
        self._more = more
        self._tries = 1 if exam else tries
        self._seconds = seconds
        self._clock = clock
        self._ends: int | None = None
        self._diary = diary
        self._place = 0
        self._ended = False
        if diary is not None and not afresh:
            self._go_on(diary.left())

    def _go_on(self, left: Sequence[Answer]) -> None:
        """Take up what was `left` another day, and stand before the first open question."""
        places = {question.id: place for place, question in enumerate(self.questions)}
        for answer in left:
            if answer.outcome == "begun" and self._seconds is not None:
                self._ends = answer.time + self._seconds
            elif answer.question in places:
                self._take_up(places[answer.question], answer)
        self._place = self._first_open

    def _take_up(self, place: int, answer: Answer) -> bool:
        """Give an answer again that was written down; whether it counts, and is no first try."""
        question, given = self.questions[place], answer.given
        whole = isinstance(question, ManyChoices | Match | Order | Fill)
        try:
            verdict = grade(question, list(given) if whole else given[0])
        except (QuizError, IndexError):  # the question has changed since
            return False
        kept = self._hints if answer.outcome == "not yet" else self.verdicts
        kept[place] = verdict
        return kept is self.verdicts

    @property
    def over(self) -> bool:
        """Whether every question is answered, or an exam is handed in or its time is up."""
        return self._ended or None not in self.verdicts or self._time_is_up

    @property
    def _first_open(self) -> int:
        """Which question is the first without an answer, from 0; the first of all if none is."""
        return self.verdicts.index(None) if None in self.verdicts else 0

    @property
    def left(self) -> int | None:
        """Seconds that are left of an exam; None where time does not matter."""
        if self._seconds is None:
            return None
        at = self._clock()
        if self._ends is None:
            self._ends = at + self._seconds
            if self._diary is not None:
                self._diary.begin()
        # A clock that is set back gives no more time than there was.
        return min(max(0, self._ends - at), self._seconds)

    @property
    def _time_is_up(self) -> bool:
        if self.left != 0:
            return False
        self.hand_in()
        return True

    def answer(self, number: int, answer: Any) -> "Answered":
        """Answer question `number`, from 1: with a letter, letters, a number or a text.

        Raises QuizError for a question that is not there or is answered, and for what is no answer.
        """
        if not isinstance(number, int) or not 1 <= number <= len(self.questions):
            raise QuizError(
                f"There is no question {number!r}: they are 1 to {len(self.questions)}."
            )
        if self._time_is_up:
            raise QuizError("The time is up: what was answered before counts.")
        if self._ended:
            raise QuizError("The exam is over: what was answered before counts.")
        if self.verdicts[number - 1] is not None:
            raise QuizError(f"Question {number} is answered, and that answer counts.")
        verdict = grade(self.questions[number - 1], answer)
        first = self._hints[number - 1] is None
        if not verdict.right and first and self._tries > 1:
            self._hints[number - 1] = verdict
            if self._diary is not None:
                self._diary.note(verdict, "not yet")
            return Answered(verdict, self._problem, final=False)
        outcome: Outcome = "wrong"
        if verdict.right:
            outcome = "right" if first else "second try"
        self._settle(number, verdict, outcome)
        tally = self.tally() if self.over else ""
        return Answered(
            verdict, tally, self._problem, silent=self.exam and not self.over, map=self.map(number)
        )

    def _settle(self, number: int, verdict: Verdict, outcome: Outcome) -> None:
        """Take an answer that counts."""
        self.verdicts[number - 1] = verdict
        if self._diary is not None:
            self._diary.note(verdict, outcome, over=self._ends_with(outcome))
        if self.exam:
            self._pass_what_is_answered()

    def _ends_with(self, outcome: Outcome) -> bool:
        """Whether the sitting is over with an answer that counts so."""
        return None not in self.verdicts

    def hand_in(self) -> None:
        """End an exam: what is open stays open."""
        if not self._ended and None in self.verdicts and self._diary is not None:
            self._diary.end()
        self._ended = True

    def _pass_what_is_answered(self) -> None:
        """Stand before the next open question of an exam; behind the last one it is over."""
        while self._place < len(self.questions) and self.verdicts[self._place] is not None:
            self._place += 1
        if self._place == len(self.questions):
            self.hand_in()

    def map(self, number: int) -> "PortMap | None":
        """Where the numbers lie that question `number`, from 1, is about; None where it has none
        to show, and before it is answered."""
        return None

    def counted(self, number: int) -> str:
        """Which question this is, of how many."""
        return f"{number} of {len(self.questions)}"

    def tally(self) -> str:
        """How many are right so far, at once or at the second try."""
        right = sum(verdict is not None and verdict.right for verdict in self.verdicts)
        return f"{right} of {len(self.questions)} right"

    def summary(self) -> str:
        """What else the answers show, in a sentence or two; empty where that is all."""
        return ""

    def _end(self) -> str:
        return f"{self.summary()} {self._more}".strip()

    @property
    def _problem(self) -> str:
        return self._diary.problem if self._diary is not None else ""

    def state(self) -> dict[str, Any]:
        """What the page shows: one question, what was said to its answer, or how it all went."""
        shown: dict[str, Any] = {
            "title": self.title,
            "place": self._place,
            "count": len(self.questions),
            "counted": self.counted(self._place + 1),
            "left": self.left,
            "problem": self._problem,
        }
        if self._place < len(self.questions) and not self._time_is_up and not self._ended:
            question = self.questions[self._place]
            verdict, hint = self.verdicts[self._place], self._hints[self._place]
            return shown | {
                "kind": question.kind,
                "prompt": question.prompt,
                **asked(question),
                "exam": self.exam,
                "hint": None if hint is None or verdict else hint_for_page(hint),
                "verdict": None if verdict is None or self.exam else verdict_for_page(verdict),
                "map": map_for_page(self.map(self._place + 1)),
            }
        return shown | {"tally": self.tally(), "missed": self._missed(), "more": self._end()}

    def _missed(self) -> list[list[str]]:
        """Prompt and key of each question that is not right; after an exam the explanation too."""
        return [
            [question.prompt, key_in_words(question), question.explanation if self.exam else ""]
            for question, verdict in zip(self.questions, self.verdicts, strict=True)
            if verdict is None or not verdict.right
        ]

    def hear(self, message: Any) -> None:
        """Do what the page asks: {do: "answer", answer: numbers of choices, or text}, {do: "next"}.

        {do: "leave"} leaves a question of an exam open. Anything else is ignored. Raises QuizError
        for an answer that cannot be graded.
        """
        if self._place == len(self.questions) or self._ended:
            return
        verdict = self.verdicts[self._place]
        match message:
            case {"do": "next"} if verdict is not None:
                self._place += 1
            case {"do": "leave"} if self.exam:
                self._place += 1
                self._pass_what_is_answered()
            case {"do": "answer", "answer": list() | str() as answer} if verdict is None:
                self.answer(self._place + 1, self._from_page(answer))

    def _from_page(self, answer: Any) -> Any:
        """A page names choices by their numbers, which are not to be taken for their words."""
        question = self.questions[self._place]
        if isinstance(question, Match | Order):
            there = range(len(question.offered))
            if not all(number in there for number in answer):
                raise QuizError("Something is missing. Choose one for each.")
            return [question.offered[number] for number in answer]
        offered = choices(question)
        if not offered:
            return answer
        picked = [offered[number].text for number in answer if number in range(len(offered))]
        return picked if isinstance(question, ManyChoices) else "".join(picked[:1])

    def __str__(self) -> str:
        lines = [f"{self.title}: {self._size()}", ""]
        for number, (question, verdict) in enumerate(
            zip(self.questions, self.verdicts, strict=True), 1
        ):
            lines.append(wrapped(f"{number}. {question.prompt}", hanging="   "))
            lines += in_lines(question)
            if verdict is not None:
                said = "" if self.exam and not self.over else _right(verdict)
                lines.append(f"   Answered: {verdict.given}{said}")
            lines.append("")
        if self.over:
            return "\n".join([*lines, self.tally(), wrapped(self._end())])
        number = self._first_open + 1
        return "\n".join([
            *lines,
            f"If you see no buttons here, {self._call}.answer({number}, "
            f"{example(self.questions[number - 1])})",
            f"answers question {number}.",
        ])  # fmt: skip

    def _size(self) -> str:
        return count(len(self.questions), "question")

    def __repr__(self) -> str:
        return str(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return bundle(str(self), self._widget)

    def _widget(self) -> Any:
        from portlab.quiz.widget import QuestionsWidget

        return QuestionsWidget(self)


def _right(verdict: Verdict) -> str:
    return f" ({'right' if verdict.right else 'not right'})"
