"""Learners with one wrong picture each are played against the port-range quiz, and against chance.

A learner is a function that answers a question. What they get wrong must come again soon, in
another guise, until it is right; what they know must not be asked long.
"""

import re
from collections import Counter

import pytest

from portlab.quiz.adaptive import Asked, Skill, Standing, Told, standing
from portlab.quiz.grading import grade
from portlab.quiz.progress import Outcome
from portlab.quiz.question import OneChoice, Question
from portlab.quiz.range_skills import SKILLS
from tests.quiz.learners import COUNT, MISTAKEN, Learner, at_random, by_the_rule, play, skills
from tests.quiz.thousands import right_words

# ---- what they are asked ------------------------------------------------------------------------


@pytest.mark.parametrize("belief", MISTAKEN)
def test_what_is_believed_wrongly_is_asked_far_more_than_by_chance(belief: str) -> None:
    learner, skill = MISTAKEN[belief]
    seeds = range(20)
    found, by_chance = 0, 0
    for seed in seeds:
        history = play(learner, seed)
        wrong = {told.asked.skill.name for told in history if told.outcome == "wrong"}
        assert skill in wrong, "the quiz has not met it"
        found += skills(history).count(skill)
        by_chance += skills(play(learner, seed, at_random)).count(skill)
        # Never forgotten: what was missed last is not counted as known.
        assert not standing(next(s for s in SKILLS if s.name == skill), history).mastered
    assert found >= 2 * by_chance, (found, by_chance)


@pytest.mark.parametrize("belief", MISTAKEN)
def test_what_was_missed_comes_again_soon_and_in_another_guise(belief: str) -> None:
    learner, skill = MISTAKEN[belief]
    history = play(learner, 3)
    asked = [at for at, name in enumerate(skills(history)) if name == skill]
    missed = [at for at in asked if history[at].outcome == "wrong"]
    assert len(missed) >= 3
    for at in missed:
        later = [other for other in asked if other > at]
        if not later:
            assert at >= COUNT - 3
            continue
        again = later[0]
        if again == at + 1:  # only where all else is mastered
            stands = [standing(one, history[:again]) for one in SKILLS]
            assert sum(not stand.mastered for stand in stands) == 1
        assert again - at <= 3  # one other between, or two where a new one goes first
        before, now = history[at].asked, history[again].asked
        assert now.question.id != before.question.id or len(asked) > 6
        assert now.step == 0  # from the beginning
        earlier = [told.asked for told in history[:again] if told.asked.skill is now.skill]
        others = {one.question.id for one in earlier if one.guise != before.guise}
        if len(now.skill.steps[0]) > 1 and not ("edge" in skill and len(others) == 4):
            assert now.guise != before.guise
    if "edge" in skill:
        numbers = {number for at in asked
                   for number in re.findall(r"-(\d+)$", history[at].asked.question.id)}  # fmt: skip
        edge = {"low edge": {"1023", "1024"}, "high edge": {"49151", "49152"}}[skill]
        assert numbers == edge


def test_who_knows_all_is_let_go_early_and_was_asked_every_skill() -> None:
    for seed in range(30):
        history = play(right_words, seed)
        assert len(history) <= 13
        assert set(skills(history)) == {skill.name for skill in SKILLS}
        assert by_the_rule(history, seed) is None
        # Whoever is right is soon asked the hard ones.
        hard = [told for told in history if told.asked.step == len(told.asked.skill.steps) - 1]
        assert len(hard) >= 11


def test_who_knows_nothing_is_still_shown_every_skill() -> None:
    def wrong(question: Question) -> object:
        if isinstance(question, OneChoice):
            return next(choice.text for choice in question.choices if not choice.right)
        return 7

    for seed in range(10):
        history = play(wrong, seed)
        assert len(history) == COUNT
        assert len(set(skills(history))) >= 9
        assert max(Counter(skills(history)).values()) <= 4


@pytest.mark.parametrize("belief", MISTAKEN)
def test_who_learns_is_asked_until_it_is_right_twice_and_then_no_more(belief: str) -> None:
    learner, skill = MISTAKEN[belief]
    for seed in range(5):
        times = 0

        def learning(question: Question) -> object:
            """Wrong twice, and then it is understood."""
            nonlocal times
            answer = learner(question)
            wrong = not grade(question, answer).right
            times += wrong
            return answer if not wrong or times <= 2 else right_words(question)

        history = play(learning, seed)
        own = [told for told in history if told.asked.skill.name == skill]
        last_wrong = max(at for at, told in enumerate(own) if told.outcome == "wrong")
        after = own[last_wrong + 1 :]
        skilled = own[0].asked.skill
        assert len(after) <= max(len(skilled.steps) + 1, len(skilled.steps[-1]) + 1)
        if by_the_rule(history, seed) is None:
            assert len(after) > len(skilled.steps)
            assert {told.asked.guise for told in after} >= set(skilled.steps[-1])


# ---- the rule itself ----------------------------------------------------------------------------


def test_the_same_seed_and_answers_ask_the_same_and_others_others() -> None:
    learner, _ = MISTAKEN["1024 is a system port"]

    def ids(learner: Learner, seed: int) -> list[str]:
        return [told.asked.question.id for told in play(learner, seed)]

    assert ids(learner, 5) == ids(learner, 5)
    assert ids(learner, 5) != ids(learner, 6)
    known, mistaken = ids(right_words, 5), ids(learner, 5)
    assert known[0] == mistaken[0]
    assert known != mistaken


def test_no_question_is_asked_twice_before_all_there_are() -> None:
    for learner, skill in MISTAKEN.values():
        for seed in range(5):
            history = play(learner, seed)
            asked = Counter(told.asked.question.id for told in history)
            again = [id for id, times in asked.items() if times > 1]
            if again:  # three guises of two numbers
                assert "edge" in skill
                own = {told.asked.question.id for told in history if told.asked.skill.name == skill}
                assert len(own) == 6


TWO_STEPS = next(one for one in SKILLS if one.name == "rights")
TWO_GUISES = next(one for one in SKILLS if one.name == "finding it")


def answered(skill: Skill, *answers: tuple[Outcome, int, int]) -> list[Told]:
    """How questions of a skill were answered, at which step and in which guise of it."""
    asked = by_the_rule([], 1)
    assert asked is not None
    return [
        Told(Asked(asked.question, skill, step, skill.steps[step][guise]), outcome)
        for outcome, step, guise in answers
    ]


@pytest.mark.parametrize(
    ("skill", "answers", "score", "missed", "mastered"),
    [
        (TWO_STEPS, [], 0, False, False),
        (TWO_STEPS, [("right", 0, 0)], 1, False, False),
        (TWO_STEPS, [("right", 0, 0), ("right", 1, 0)], 2, False, True),
        (TWO_STEPS, [("right", 1, 0)], 2, False, True),
        (TWO_STEPS, [("second try", 0, 0)], 0, True, False),
        (TWO_STEPS, [("wrong", 1, 0), ("right", 0, 0), ("right", 1, 0)], 2, False, False),
        (TWO_STEPS, [("wrong", 0, 0), *[("right", 0, 0), ("right", 1, 0)] * 2], 4, False, True),
        (TWO_GUISES, [("right", 0, 1)], 1, False, True),
        (TWO_GUISES, [("wrong", 0, 1), ("right", 0, 0), ("right", 0, 0)], 2, False, False),
        (TWO_GUISES, [("wrong", 0, 1), ("right", 0, 0), ("right", 0, 1)], 2, False, True),
        (TWO_GUISES, [("right", 0, 1), ("wrong", 0, 0), ("right", 0, 0)], 1, False, False),
    ],
)
def test_how_a_skill_stands(
    skill: Skill,
    answers: list[tuple[Outcome, int, int]],
    score: int,
    missed: bool,
    mastered: bool,
) -> None:
    assert standing(skill, answered(skill, *answers)) == Standing(score, missed, mastered)
    assert standing(SKILLS[0], answered(skill, *answers)) == Standing()
