"""A session: some questions asked one after another, what was answered, and how it went.

It holds the keys; what it shows of a question before it is answered has none.
"""

from collections.abc import Sequence
from typing import Any

from portlab.errors import QuizError
from portlab.quiz import lettered
from portlab.quiz.grading import Verdict, grade
from portlab.quiz.question import (
    Choice,
    Fill,
    ManyChoices,
    Match,
    OneChoice,
    Order,
    Question,
)
from portlab.quiz.showing import bundle
from portlab.wording import count, wrapped


class Session:
    """Questions of one sitting, in order; `verdicts` has one for each, None until it is answered.

    `call` is the code that opens it, for who answers by typing; `more` says how to get others.
    """

    def __init__(self, title: str, questions: Sequence[Question], call: str, more: str) -> None:
        self.title = title
        self.questions = tuple(questions)
        self.verdicts: list[Verdict | None] = [None] * len(self.questions)
        self._call = call
        self._more = more
        self._place = 0

    @property
    def over(self) -> bool:
        """Whether every question is answered."""
        return None not in self.verdicts

    def answer(self, number: int, answer: Any) -> "Answered":
        """Answer question `number`, from 1: with a letter, letters, a number or a text.

        Raises QuizError for a question that is not there or is answered, and for what is no answer.
        """
        if not isinstance(number, int) or not 1 <= number <= len(self.questions):
            raise QuizError(
                f"There is no question {number!r}: they are 1 to {len(self.questions)}."
            )
        if self.verdicts[number - 1] is not None:
            raise QuizError(f"Question {number} is answered, and the first answer counts.")
        verdict = self.verdicts[number - 1] = grade(self.questions[number - 1], answer)
        return Answered(verdict, self.tally() if self.over else "")

    def tally(self) -> str:
        """How many are right so far."""
        right = sum(verdict is not None and verdict.right for verdict in self.verdicts)
        return f"{right} of {len(self.questions)} right"

    def state(self) -> dict[str, Any]:
        """What the page shows: one question, what was said to its answer, or how it all went."""
        shown = {
            "title": self.title,
            "place": self._place,
            "count": len(self.questions),
        }
        if self._place < len(self.questions):
            question = self.questions[self._place]
            verdict = self.verdicts[self._place]
            return shown | {
                "kind": question.kind,
                "prompt": question.prompt,
                **_asked(question),
                "verdict": None if verdict is None else _for_page(verdict),
            }
        missed = [verdict for verdict in self.verdicts if verdict and not verdict.right]
        return shown | {
            "tally": self.tally(),
            "missed": [[verdict.question.prompt, verdict.key] for verdict in missed],
            "more": self._more,
        }

    def hear(self, message: Any) -> None:
        """Do what the page asks: {do: "answer", answer: numbers of choices, or text}, {do: "next"}.

        Anything else is ignored. Raises QuizError for an answer that cannot be graded.
        """
        if self._place == len(self.questions):
            return
        verdict = self.verdicts[self._place]
        match message:
            case {"do": "next"} if verdict is not None:
                self._place += 1
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
        lines = [f"{self.title}: {count(len(self.questions), 'question')}", ""]
        for number, (question, verdict) in enumerate(
            zip(self.questions, self.verdicts, strict=True), 1
        ):
            lines.append(wrapped(f"{number}. {question.prompt}", hanging="   "))
            lines += _listed(question)
            if verdict is not None:
                said = "right" if verdict.right else "not right"
                lines.append(f"   Answered: {verdict.given} ({said})")
            lines.append("")
        if self.over:
            return "\n".join([*lines, self.tally(), self._more])
        example = _example(self.questions[0])
        return "\n".join([
            *lines,
            f"If you see no buttons here, {self._call}.answer(1, {example})",
            "answers question 1.",
        ])  # fmt: skip

    def __repr__(self) -> str:
        return str(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        def widget() -> Any:
            from portlab.quiz.widget import QuestionsWidget

            return QuestionsWidget(self)

        return bundle(str(self), widget)


class Answered:
    """What is said to a typed answer, with the tally once all are answered."""

    def __init__(self, verdict: Verdict, tally: str) -> None:
        self.verdict = verdict
        self._tally = tally

    def __str__(self) -> str:
        return f"{self.verdict}\n\n{self._tally}" if self._tally else str(self.verdict)

    __repr__ = __str__


def choices(question: Question) -> tuple[Choice, ...]:
    """What there is to choose; nothing for a question that wants words or a number."""
    return question.choices if isinstance(question, OneChoice | ManyChoices) else ()


def _asked(question: Question) -> dict[str, Any]:
    """What the page needs to ask it, beside its prompt: no key, no why."""
    match question:
        case Match():
            lefts = [pair.left for pair in question.pairs]
            return {"choices": list(question.offered), "parts": lefts}
        case Order():
            return {"choices": list(question.offered)}
        case Fill():
            blanks = [blank.name for blank in question.blanks]
            return {"choices": [], "parts": blanks, "shown": question.shown}
    return {"choices": [choice.text for choice in choices(question)]}


def _listed(question: Question) -> list[str]:
    """The same in lines of text."""
    match question:
        case Match():
            lefts = [f"   {n}  {pair.left}" for n, pair in enumerate(question.pairs, 1)]
            return [*lefts, "   belong to", *lettered.listed(question.offered)]
        case Order():
            return lettered.listed(question.offered)
        case Fill():
            shown = [f"   {line}" for line in question.shown.splitlines()]
            return [*shown, *(f"   {blank.name} = ..." for blank in question.blanks)]
    return lettered.listed([choice.text for choice in choices(question)])


def _example(question: Question) -> str:
    """How an answer to it is written in code."""
    match question:
        case Match():
            return f'"{" ".join("abcdefgh"[: len(question.pairs)])}"'
        case Order():
            return f'"{" ".join(lettered.LETTERS[: len(question.items)])}"'
        case Fill():
            return "{" + ", ".join(f'"{blank.name}": ...' for blank in question.blanks) + "}"
    return '"a"' if choices(question) else "..."


def _for_page(verdict: Verdict) -> dict[str, Any]:
    question = verdict.question
    return {
        "right": verdict.right,
        "given": verdict.given,
        "key": verdict.key,
        "note": verdict.note,
        "picked": list(verdict.picked),
        "choices": [[choice.right, choice.why] for choice in choices(question)],
        "parts": [[p.name, p.given, p.key, p.right, p.note] for p in verdict.parts],
        "explanation": question.explanation,
        "reference": question.reference,
    }
