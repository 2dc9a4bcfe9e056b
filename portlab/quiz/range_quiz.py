"""The port-range quiz as a session: it grows by one question with every answer, until all is known.

Where the numbers lie that were asked for is shown on the port map after each answer.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from portlab.quiz.adaptive import Asked, Told, next_question, standing
from portlab.quiz.diary import Diary
from portlab.quiz.progress import Answer, Outcome
from portlab.quiz.range_skills import SKILLS, on_the_map
from portlab.quiz.session import Session
from portlab.quiz.verdict import Verdict
from portlab.wording import count

if TYPE_CHECKING:
    from portlab.views.port_map import PortMap


class RangeSession(Session):
    """Asks at most `at_most` questions, as `adaptive.next_question` chooses them by `seed`."""

    def __init__(
        self, call: str, others: str, *, at_most: int, seed: int, diary: Diary | None = None
    ) -> None:
        self._at_most = at_most
        self._seed = seed
        self._history: list[Told] = []
        self._asked = self._next()
        super().__init__(
            "The port-range quiz", [self._asked.question], call, others, tries=2, diary=diary
        )

    def _go_on(self, left: Sequence[Answer]) -> None:
        """Give the answers of earlier days again, and stand where they lead."""
        for answer in left:
            same = answer.question == self.questions[-1].id
            if same and self._take_up(len(self.questions) - 1, answer):
                self._advance(answer.outcome)
        self._place = len(self.questions) - 1

    def _settle(self, number: int, verdict: Verdict, outcome: Outcome) -> None:
        super()._settle(number, verdict, outcome)
        self._advance(outcome)

    def _ends_with(self, outcome: Outcome) -> bool:
        return self._after(outcome) is None

    def _after(self, outcome: Outcome) -> Asked | None:
        """What is asked after such an answer to the last question; None if that is all."""
        if len(self.questions) == self._at_most:
            return None
        told = Told(self._asked, outcome)
        return next_question(SKILLS, [*self._history, told], self._seed)

    def _advance(self, outcome: Outcome) -> None:
        following = self._after(outcome)
        self._history.append(Told(self._asked, outcome))
        if following is None:
            return
        self._asked = following
        self.questions = (*self.questions, following.question)
        self.verdicts.append(None)
        self._hints.append(None)

    def _next(self) -> Asked:
        first = next_question(SKILLS, self._history, self._seed)
        assert first is not None  # nothing is mastered yet
        return first

    def summary(self) -> str:
        """Which skills are mastered, and which are not."""
        mastered = {skill: standing(skill, self._history).mastered for skill in SKILLS}
        left = [skill.about for skill in SKILLS if not mastered[skill]]
        done = f"{len(SKILLS) - len(left)} of {count(len(SKILLS), 'skill')} mastered."
        return f"{done} Not yet: {'; '.join(left)}." if left else done

    def map(self, number: int) -> "PortMap | None":
        laid = on_the_map(self.questions[number - 1])
        if self.verdicts[number - 1] is None or not laid:
            return None
        from portlab.views.port_map import port_map

        return port_map(laid)

    def counted(self, number: int) -> str:
        return super().counted(number) if self.over else f"{number} of at most {self._at_most}"

    def _size(self) -> str:
        many = super()._size()
        return many if self.over else f"at most {count(self._at_most, 'question')}"

    def _widget(self) -> Any:
        from portlab.quiz.widget import RangeQuizWidget

        return RangeQuizWidget(self)
