"""What is said to an answer: in text, on a page, and on the port map where numbers lie on it."""

from typing import TYPE_CHECKING, Any

from portlab.quiz.asking import choices
from portlab.quiz.question import Match, Order
from portlab.quiz.verdict import Verdict
from portlab.wording import wrapped

if TYPE_CHECKING:
    from portlab.views.port_map import PortMap


class Answered:
    """What is said to a typed answer, with the tally once all are answered.

    One that is not `final` is to be given again, after a hint. `silent` says that it was taken and
    no more. `problem` is why it could not be written down. `map` shows where the numbers lie that
    were asked for.
    """

    def __init__(
        self,
        verdict: Verdict,
        tally: str = "",
        problem: str = "",
        *,
        final: bool = True,
        silent: bool = False,
        map: "PortMap | None" = None,
    ) -> None:
        self.verdict = verdict
        self.final = final
        self.map = map
        self._silent = silent
        self._tally = tally
        self._problem = problem

    @property
    def words(self) -> str:
        """What is said to this answer alone, without the tally."""
        if self._silent:
            said = ["Taken."]
        elif not self.final:
            hint = [wrapped(sentence) for sentence in self.verdict.hint]
            said = ["\n".join(["Not yet. Try once more.", *hint])]
        else:
            said = [str(self.verdict), *([] if self.map is None else [self.map.located()])]
        return "\n\n".join([*said, *([self._problem] if self._problem else [])])

    def __str__(self) -> str:
        return "\n\n".join([self.words, *([self._tally] if self._tally else [])])

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if self.map is None:
            return {"text/plain": str(self)}
        return self.map.with_words(str(self))


def hint_for_page(verdict: Verdict) -> dict[str, Any]:
    """What helps to try again: the answer as it was, which parts of it are right, and no key."""
    question = verdict.question
    offered = question.offered if isinstance(question, Match | Order) else ()
    given = [part.given for part in verdict.parts]
    return {
        "given": verdict.given,
        "picked": list(verdict.picked),
        "parts": [offered.index(text) for text in given] if offered else given,
        "said": list(verdict.hint),
    }


def verdict_for_page(verdict: Verdict) -> dict[str, Any]:
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


def map_for_page(map: "PortMap | None") -> dict[str, Any] | None:
    """What is laid on the map, as its own page has it, and the same in sentences."""
    if map is None:
        return None
    from portlab.views.ports.data import laid
    from portlab.views.ports.text import located

    return {"laid": laid(map.layout), "said": located(map.layout)}
