"""What to ask next: chosen by what was answered, so that nobody is asked long what they know.

No chance is in it but the seed: the same seed and the same answers ask the same questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from portlab.quiz.generated import GENERATORS
from portlab.quiz.progress import Outcome
from portlab.quiz.question import Question

TRIES = 20
"""To find a question of a guise that has not been asked yet."""


@dataclass(frozen=True, slots=True)
class Guise:
    """A way to ask something: one generator, and the subjects it is given; "" leaves it to it."""

    generator: str
    subjects: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True)
class Skill:
    """Something to master by itself.

    Of its `steps`, each with its guises, the last is hardest, and asks for what all others ask.
    `ordered` guises are taken as they stand, for the first shows most; others by chance.
    """

    name: str
    about: str
    steps: tuple[tuple[Guise, ...], ...]
    ordered: bool = False


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
    """How a skill stands: the `score` says at which step to ask next; `missed` means that its last
    answer was not right at once."""

    score: int = 0
    missed: bool = False
    mastered: bool = False


def standing(skill: Skill, history: Sequence[Told]) -> Standing:
    """What the answers say of `skill`.

    Right at once is one step up, or as far as the step that was asked; all else begins anew. It is
    mastered beyond the last step. Who has missed it once must be right once more than that, and in
    each guise of the last step: less could be luck.
    """
    own = [told for told in history if told.asked.skill is skill]
    score = 0
    for told in own:
        score = max(score, told.asked.step) + 1 if told.outcome == "right" else 0
    missed = [told for told in own if told.outcome != "right"]
    if not missed:
        return Standing(score, mastered=score >= len(skill.steps))
    enough = score > len(skill.steps) and set(skill.steps[-1]) <= _right_since(own)
    return Standing(score, missed=score == 0, mastered=enough)


def _right_since(own: Sequence[Told]) -> set[Guise]:
    """The guises in which all is right since the last miss."""
    right: set[Guise] = set()
    for told in own:
        right = right | {told.asked.guise} if told.outcome == "right" else set()
    return right


def next_question(skills: Sequence[Skill], history: Sequence[Told], seed: int) -> Asked | None:
    """What to ask after `history`; None once every skill is mastered.

    1. A skill that was missed comes again as soon as one other question has been asked since; of
       several, the one that waits longest. It begins at its first step, in another guise. After
       such a return 2 goes first, so that nobody goes round between a few that are hard.
    2. Else a skill that was never asked, in their order: at its first step, but at its last for
       who has just answered twice right at once.
    3. Else, of those that are known and not mastered, the one that was asked longest ago, one step
       harder. So what is known is asked less often, and what is mastered no more.

    Of the guises, one comes first that has not been right since the last miss, and the one just
    missed comes last. No question comes twice while there are others.
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
    own = [told for told in history if told.asked.skill is skill]
    chance = Random(f"{seed} {skill.name} {len(own)}")
    used, right = [told.asked.guise for told in own], _right_since(own)
    missed = used[-1] if own and own[-1].outcome != "right" else None
    mixed = {guise: 0.0 if skill.ordered else chance.random() for guise in skill.steps[step]}
    guises = sorted(
        skill.steps[step],
        key=lambda one: (one == missed, one in right, used.count(one), mixed[one]),
    )
    there = {told.asked.question.id for told in history}
    for guise in guises:
        for _ in range(TRIES):
            made = _made(guise, chance)
            if made.id not in there:
                return Asked(made, skill, step, guise)
    return Asked(_made(guises[0], chance), skill, step, guises[0])


def _made(guise: Guise, chance: Random) -> Question:
    subject = guise.subjects[int(chance.random() * len(guise.subjects))]
    return GENERATORS[guise.generator](chance, subject)
