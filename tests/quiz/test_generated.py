"""Generated questions, a thousand of each: one right answer, and the key found by another route.

The registry is read as the file it is, and what the course's contents say stands here as a table.
Those about conversations have a file of their own, test_generated_traces.py.
"""

import csv
import json
import re

import pytest

from portlab import material
from portlab.errors import QuizError
from portlab.quiz.generated import GENERATORS, again, generate
from portlab.quiz.grading import grade
from portlab.quiz.question import Fill, Number, OneChoice, Order
from tests.quiz.thousands import made, right_words

EACH = pytest.mark.parametrize("name", GENERATORS)
TO_CHOOSE = [name for name in GENERATORS if isinstance(generate(name, 0), OneChoice)]
"""Those whose questions have choices; the others want a number, fields or an order."""

UDP_ALONE = {67, 68, 69, 123, 161, 162, 514, 1812, 1813}
BOTH = {53, 389, 3389}
"""Of the ports by heart; the rest are TCP's. 443 is both since QUIC."""

RENAMED = {"465"}
"""Our copy of the registry has urd there; RFC 8314 assigned it to submissions as well."""

FACTS = {
    "service-of-port", "port-of-service", "transport-of-service", "range-of-port",
    "number-in-range", "edge-of-range", "what-to-write", "without-number", "found-by-scan",
    "right-to-listen", "rule-to-let-in", "past-the-firewall",
}  # fmt: skip
"""Whose ids say all that is asked: it comes again, mixed anew."""


@EACH
def test_the_same_seed_gives_the_same_and_others_give_others(name: str) -> None:
    assert [generate(name, seed) for seed in range(5)] == list(made(name)[:5])
    assert len({question.id for question in made(name)}) >= 5


@EACH
def test_exactly_one_answer_is_right_and_all_are_different(name: str) -> None:
    for question in made(name):
        if isinstance(question, OneChoice):
            texts = [choice.text for choice in question.choices]
            assert len(set(texts)) == len(texts) >= 3
            assert [choice.right for choice in question.choices].count(True) == 1
            assert all(choice.right or choice.why for choice in question.choices), question
        elif isinstance(question, Order):
            assert len(set(question.items)) == len(question.items) >= 4
        elif isinstance(question, Fill):
            for blank in question.blanks:
                assert blank.key not in [mistake.answer for mistake in blank.mistakes]
        else:
            assert isinstance(question, Number)
            answers = [mistake.answer for mistake in question.mistakes]
            assert len(set(answers)) == len(answers) >= 1
            assert all(not grade(question, answer).right for answer in answers)
        assert grade(question, right_words(question)).right


@pytest.mark.parametrize("name", TO_CHOOSE)
def test_a_place_of_the_right_choice_is_as_likely_as_another(name: str) -> None:
    questions = [q for q in made(name) if isinstance(q, OneChoice)]
    assert len(questions) == len(made(name))
    for count in {len(q.choices) for q in questions}:
        rows = [
            [choice.right for choice in q.choices] for q in questions if len(q.choices) == count
        ]
        fair = len(rows) / count
        places = [row.index(True) for row in rows]
        for place in range(count):
            assert 0.75 * fair < places.count(place) < 1.25 * fair


@EACH
def test_it_is_written_as_the_bank_is(name: str) -> None:
    for question in made(name)[:50]:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", question.id), question.id
        assert question.prompt.endswith(("?", "."))
        assert question.explanation.endswith((".", "!", "?")), question.explanation
        assert question.reference
        assert json.loads(json.dumps(question.origin))
        assert question.covers
        assert "  " not in question.prompt + question.explanation


@EACH
def test_what_was_asked_can_be_asked_again(name: str) -> None:
    facts = name in FACTS
    for question in made(name)[:20]:
        other = again(question.id, 99)
        assert other is not None
        assert type(other) is type(question)
        assert not facts or other.id == question.id
    assert again("syn-counts-one", 1) is None


def test_no_generator_of_another_name() -> None:
    with pytest.raises(QuizError, match="There are: service-of-port"):
        generate("ports", 1)


# ---- the registry and the course's contents -----------------------------------------------------


def registry() -> set[tuple[str, str, str]]:
    with (material.data() / "registry.csv").open() as file:
        return {(row["port"], row["transport"], row["service"]) for row in csv.DictReader(file)}


def catalogue() -> list[dict[str, str]]:
    with (material.data() / "services.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_number_leads_to_the_one_service_that_has_it() -> None:
    assigned, rows = registry(), catalogue()
    for question in made("service-of-port"):
        assert isinstance(question, OneChoice)
        found = re.search(r"(\w+) port (\d+)\?", question.prompt)
        assert found is not None
        over, number = found.groups()
        here = [r for r in rows if r["number"] == number and over.lower() in r["used"]]
        right = right_words(question)
        assert [row["short"] for row in here] == [right]
        if here[0]["status"] == "assigned" and number not in RENAMED:
            assert (number, over.lower(), here[0]["name"]) in assigned
        for choice in question.choices:  # and no wrong one is there as well
            others = [r for r in rows if r["short"] == choice.text and r not in here]
            assert choice.right or others
            assert choice.right or choice.text not in [r["short"] for r in here]


def test_a_service_leads_to_its_number() -> None:
    assigned, rows = registry(), catalogue()
    for question in made("port-of-service"):
        assert isinstance(question, Number)
        called = re.search(r"server of (.+?)(?: \(([^()]+)\))? listen", question.prompt)
        assert called is not None
        here = [r for r in rows if r["long"] == called[1] or called[0][10:-7] == r["long"]]
        assert [row["number"] for row in here] == [str(question.key)], question.prompt
        if here[0]["status"] == "assigned" and str(question.key) not in RENAMED:
            names = {name for port, _, name in assigned if port == str(question.key)}
            assert here[0]["name"] in names


def test_transports_are_those_of_the_course() -> None:
    for question in made("transport-of-service"):
        number = int(re.search(r"port (\d+)\?", question.prompt)[1])  # type: ignore[index]
        if number in (443, 514):
            continue  # QUIC; and 514 is two services
        wanted = "TCP alone"
        if number in UDP_ALONE | BOTH:
            wanted = "UDP alone" if number in UDP_ALONE else "both TCP and UDP"
        assert right_words(question) == wanted, number


def test_ranges_are_those_of_rfc_6335() -> None:
    numbers = set()
    for question in made("range-of-port"):
        number = int(re.search(r"port (\d+) ", question.prompt)[1])  # type: ignore[index]
        numbers.add(number)
        name = "system" if number < 1024 else "user" if number < 49152 else "dynamic"
        assert right_words(question) == f"the {name} ports"
    assert {1023, 1024, 49151, 49152} <= numbers
