"""Learners with one wrong picture each, who are played against the port-range quiz.

A learner is a function that answers a question.
"""

import re
from collections.abc import Callable, Sequence
from random import Random

from portlab.quiz.adaptive import Asked, Told, next_question
from portlab.quiz.generated import GENERATORS
from portlab.quiz.grading import grade
from portlab.quiz.question import OneChoice, Question
from portlab.quiz.range_skills import SKILLS
from tests.quiz.thousands import right_words

Learner = Callable[[Question], object]
Chooser = Callable[[Sequence[Told], int], Asked | None]
COUNT = 20


def believes(system_ends: int, user_ends: int) -> Learner:
    """One who has the ranges elsewhere, and all else right."""
    table = {
        "system": (0, system_ends), "user": (system_ends + 1, user_ends),
        "dynamic": (user_ends + 1, 65535),
    }  # fmt: skip
    old = {"well-known": "system", "registered": "user", "private": "dynamic",
           "ephemeral": "dynamic"}  # fmt: skip

    def answer(question: Question) -> object:
        if found := re.search(r"range does port (\d+)", question.prompt):
            home = (name for name, (a, b) in table.items() if a <= int(found[1]) <= b)
            return f"the {next(home)} ports"
        if found := re.search(r"one of the ([\w-]+) ports", question.prompt):
            first, last = table[old.get(found[1], found[1])]
            assert isinstance(question, OneChoice)
            fits = [c.text for c in question.choices if first <= int(c.text) <= last]
            return (fits or [question.choices[0].text])[0]
        if found := re.search(r"(lowest|highest) number of the ([\w-]+)", question.prompt):
            return table[old.get(found[2], found[2])][found[1] == "highest"]
        return right_words(question)

    return answer


def chooses(*patterns: str) -> Learner:
    """One who takes the choice that fits any of these, where there is one."""

    def answer(question: Question) -> object:
        if isinstance(question, OneChoice):
            for choice in question.choices:
                if any(re.search(pattern, choice.text) for pattern in patterns):
                    return choice.text
        return right_words(question)

    return answer


def higher_is_the_clients(question: Question) -> object:
    """True of all but high services."""
    found = re.search(r"capture: \S+:(\d+) to \S+:(\d+),.* What is (\d+)", question.prompt)
    if found is None:
        return right_words(question)
    first, second, asked = map(int, found.groups())
    if asked == max(first, second):
        return "the client's own port, lent to it for this conversation"
    return "the port of the service that is called"


def lets_in_the_clients(question: Question) -> object:
    """One who would have the firewall let in the number that the client calls from."""
    found = re.search(r"whose own port is (\d+)", question.prompt)
    return f"TCP to port {found[1]}" if found else right_words(question)


MISTAKEN: dict[str, tuple[Learner, str]] = {
    # what they believe, and the skill in which it shows
    "1024 is a system port": (believes(1024, 49151), "low edge"),
    "system ports end at 1000": (believes(1000, 49151), "low edge"),
    "49152 is a user port": (believes(1023, 49152), "high edge"),
    "dynamic ports begin at 49151": (believes(1023, 49150), "high edge"),
    "the higher number is the client's": (higher_is_the_clients, "side"),
    "a server moves to a second port": (chooses("^a second port of the server"), "side"),
    "who calls needs a right": (chooses("its clients need one too"), "rights"),
    "the registry must allow it": (chooses("^it could not be: IANA"), "other number"),
    "the client's port must be let in": (lets_in_the_clients, "rule"),
    "another number hides": (chooses("who does not know it", "tries other ports"), "finding it"),
    "the port is behind the slash": (chooses(r"^`https?://server/\d+`$"), "address"),
    "the firewall refuses": (chooses("ICMP message, from the firewall"), "firewall"),
}


def play(learner: Learner, seed: int, chosen: Chooser | None = None) -> list[Told]:
    """What is asked and answered in at most COUNT questions."""
    history: list[Told] = []
    while len(history) < COUNT:
        asked = (chosen or by_the_rule)(history, seed)
        if asked is None:
            break
        right = grade(asked.question, learner(asked.question)).right
        history.append(Told(asked, "right" if right else "wrong"))
    return history


def by_the_rule(history: Sequence[Told], seed: int) -> Asked | None:
    return next_question(SKILLS, history, seed)


def at_random(history: Sequence[Told], seed: int) -> Asked:
    """The same questions in any order, whatever was answered."""
    chance = Random(f"{seed} {len(history)} at random")

    def pick(things: Sequence[object]) -> object:
        return things[int(chance.random() * len(things))]

    skill = SKILLS[int(chance.random() * len(SKILLS))]
    step = int(chance.random() * len(skill.steps))
    guise = skill.steps[step][int(chance.random() * len(skill.steps[step]))]
    question = GENERATORS[guise.generator](chance, str(pick(guise.subjects)))
    return Asked(question, skill, step, guise)


def skills(history: Sequence[Told]) -> list[str]:
    return [told.asked.skill.name for told in history]
