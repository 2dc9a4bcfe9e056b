"""What to ask next: chosen by what was answered, so that nobody is asked long what they know.

No chance is in it but the seed: the same seed and the same answers ask the same questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from portlab.quiz.generated import GENERATORS
from portlab.quiz.progress import Outcome
from portlab.quiz.question import Question


@dataclass(frozen=True, slots=True)
class Guise:
    """A way to ask something: one generator, and the subjects it is given; "" leaves it to it."""

    generator: str
    subjects: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True)
class Skill:
    """Something to master by itself. Of its `steps`, each with its guises, the last is hardest."""

    name: str
    about: str
    steps: tuple[tuple[Guise, ...], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the skill that it is about, and at which step and in which guise it asked."""

    question: Question
    skill: Skill
    step: int
    guise: Guise


@dataclass(frozen=True, slots=True)
class Told:
    """What was asked, and how it was answered."""

    asked: Asked
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Standing:
    """How a skill stands: `score` of `need` are reached; `missed` means that its last answer was
    not right at once."""

    score: int
    need: int
    missed: bool

    @property
    def mastered(self) -> bool:
        return self.score >= self.need


def standing(skill: Skill, history: Sequence[Told]) -> Standing:
    """What the answers say of `skill`.

    Right at once is one step up, or as far as the step that was asked. All else begins anew, and
    from then on takes one right answer more: one could be luck.
    """
    score, ever_missed, missed = 0, False, False
    for told in history:
        if told.asked.skill is skill:
            missed = told.outcome != "right"
            score = 0 if missed else max(score, told.asked.step) + 1
            ever_missed |= missed
    return Standing(score, len(skill.steps) + ever_missed, missed)


def next_question(skills: Sequence[Skill], history: Sequence[Told], seed: int) -> Asked | None:
    """What to ask after `history`; None once every skill is mastered.

    1. A skill that was missed comes again as soon as one other question has been asked since; of
       several, the one that waits longest. It begins at its first step, in another guise. After
       such a return 2 goes first, so that nobody goes round between a few that are hard.
    2. Else a skill that was never asked, in their order: at its first step, but at its last for
       who has just answered twice right at once.
    3. Else, of those that are known and not mastered, the one that was asked longest ago, one step
       harder. So what is known is asked less often, and what is mastered no more.

    A guise that was used less often comes first; never the one just missed, if there is another;
    and no question twice.
    """
    last = {told.asked.skill.name: at for at, told in enumerate(history)}
    stands = {skill.name: standing(skill, history) for skill in skills}
    left = [skill for skill in skills if not stands[skill.name].mastered]
    left.sort(key=lambda skill: last.get(skill.name, -1))
    missed = [skill for skill in left if stands[skill.name].missed]
    waiting = [skill for skill in missed if last[skill.name] < len(history) - 1]
    new = [skill for skill in left if skill.name not in last]
    known = [skill for skill in left if skill.name in last and skill not in missed]
    returned = any(told.asked.skill is history[-1].asked.skill for told in history[:-1])
    first = (*new, *waiting) if returned else (*waiting, *new)
    for skill in (*first, *known, *missed):
        step = min(stands[skill.name].score, len(skill.steps) - 1)
        if skill in new and [told.outcome for told in history[-2:]] == ["right", "right"]:
            step = len(skill.steps) - 1
        return _asked(skill, step, history, seed)
    return None


def _asked(skill: Skill, step: int, history: Sequence[Told], seed: int) -> Asked:
    before = [told for told in history if told.asked.skill is skill]
    chance = Random(f"{seed} {skill.name} {len(before)}")
    guises = list(skill.steps[step])
    if before and before[-1].outcome != "right" and len(guises) > 1:
        guises = [guise for guise in guises if guise != before[-1].asked.guise]
    used = [told.asked.guise for told in before]
    guises.sort(key=lambda guise: (used.count(guise), chance.random()))
    there = {told.asked.question.id for told in history}
    for _ in range(50):
        for guise in guises:
            subject = guise.subjects[int(chance.random() * len(guise.subjects))]
            question = GENERATORS[guise.generator](chance, subject)
            if question.id not in there:
                return Asked(question, skill, step, guise)
    return Asked(question, skill, step, guise)  # of a few numbers, each was asked
