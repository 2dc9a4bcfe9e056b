"""Generated questions, a thousand of each: one right answer, and the key found by another route.

tshark reads the segments that a question is about; the registry is read as the file it is; and
what a standard or the course's contents says stands here as a table of its own.
"""

import csv
import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import pytest

from portlab import Trace, material, save
from portlab.errors import QuizError
from portlab.quiz.generated import GENERATORS, again, generate, talks, traces
from portlab.quiz.grading import grade
from portlab.quiz.question import Fill, Match, Number, OneChoice, Order, Question, ShortText
from portlab.trace.conversations import Conversation
from portlab.trace.record import Record
from tests.requires import needs

SEEDS = range(1000)
EACH = pytest.mark.parametrize("name", GENERATORS)

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

MOVES = {
    ("CLOSED", "the program connects"): "SYN-SENT",
    ("LISTEN", "a SYN arrives"): "SYN-RECEIVED",
    ("SYN-SENT", "a SYN,ACK arrives that acknowledges its SYN"): "ESTABLISHED",
    ("SYN-RECEIVED", "the ACK of its SYN arrives"): "ESTABLISHED",
    ("ESTABLISHED", "the program closes"): "FIN-WAIT-1",
    ("ESTABLISHED", "a FIN arrives"): "CLOSE-WAIT",
    ("FIN-WAIT-1", "the ACK of its FIN arrives"): "FIN-WAIT-2",
    ("FIN-WAIT-1", "a FIN arrives"): "CLOSING",
    ("FIN-WAIT-2", "a FIN arrives"): "TIME-WAIT",
    ("CLOSING", "the ACK of its FIN arrives"): "TIME-WAIT",
    ("CLOSE-WAIT", "the program closes"): "LAST-ACK",
    ("LAST-ACK", "the ACK of its FIN arrives"): "CLOSED",
    ("TIME-WAIT", "twice the longest life of a segment has passed"): "CLOSED",
}
"""RFC 9293, figure 5."""


@cache
def made(name: str) -> tuple[Question, ...]:
    return tuple(generate(name, seed) for seed in SEEDS)


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


def right_words(question: Question) -> object:
    match question:
        case OneChoice():
            return next(choice.text for choice in question.choices if choice.right)
        case Number() | ShortText():
            return question.key
        case Order():
            return list(question.items)
        case Fill():
            return [blank.key for blank in question.blanks]
        case Match():
            return [pair.right for pair in question.pairs]
    raise AssertionError(question)


@EACH
def test_a_place_of_the_right_choice_is_as_likely_as_another(name: str) -> None:
    questions = [q for q in made(name) if isinstance(q, OneChoice)]
    if not questions:
        pytest.skip("nothing to choose from")
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


# ---- segments, as tshark reads them ------------------------------------------------------------


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[dict[str, str]]]]:
    """By generator and seed: the segments of the conversation, read by tshark from one file."""
    needs("tshark")
    found = {}
    for name, lines in (("next-ack", 2), ("hidden-fields", 2), ("order-of-segments", 1)):
        file = tmp_path_factory.mktemp("talks") / f"{name}.pcap"
        asked = [drawn(name, seed, lines).trace for seed in SEEDS]
        records = [record for talk in asked for record in talk]
        save(Trace(list(_numbered(records))), file)
        rows = iter(_tshark(file))
        found[name] = [[next(rows) for _ in talk] for talk in asked]
    return found


def drawn(name: str, seed: int, lines: int) -> Conversation:
    """What the generator has drawn: made just now, or captured from Linux."""
    if name == "order-of-segments":
        return talks.drawn(Random(f"{name} {seed}"), lines, traces.begins_with_a_question)
    return talks.drawn(Random(f"{name} {seed}"), lines)


def test_some_are_about_what_linux_has_done(seen: dict[str, list[list[dict[str, str]]]]) -> None:
    origins = [drawn("next-ack", seed, 2).trace.records[0].origin for seed in SEEDS]
    assert origins.count("modelled") > 500
    assert origins.count("recorded") > 250


def _numbered(records: list[Record]) -> Iterator[Record]:
    for number, record in enumerate(records, start=1):
        yield Record(number, number, record.origin, record.fate, record.packet)


FIELDS = ("srcport", "dstport", "seq_raw", "ack_raw", "len", "flags.str", "flags.syn", "flags.fin")


def _tshark(file: Path) -> list[dict[str, str]]:
    wanted = [word for field in FIELDS for word in ("-e", f"tcp.{field}")]
    run = subprocess.run(
        ["tshark", "-n", "-r", str(file), "-T", "fields", *wanted],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in run.stdout.splitlines()]


def test_the_next_ack_is_what_tsharks_numbers_give(
    seen: dict[str, list[list[dict[str, str]]]],
) -> None:
    for question, talk in zip(made("next-ack"), seen["next-ack"], strict=True):
        assert isinstance(question, Number)
        seq = re.search(r"seq=(\d+)", question.prompt)[1]  # type: ignore[index]
        length = re.search(r", (\d+) bytes of data", question.prompt)[1]  # type: ignore[index]
        (row,) = {
            (int(r["seq_raw"]), int(r["len"]), r["flags.syn"], r["flags.fin"])
            for r in talk
            if r["seq_raw"] == seq and r["len"] == length and (
                int(length) or "1" in (r["flags.syn"], r["flags.fin"])
            )
        }  # fmt: skip
        counted = sum(flag in ("1", "True") for flag in row[2:])
        assert question.key == (row[0] + row[1] + counted) % 2**32
        # And somebody did acknowledge just that.
        assert str(question.key) in {r["ack_raw"] for r in talk}


def test_hidden_fields_are_what_tshark_sees(seen: dict[str, list[list[dict[str, str]]]]) -> None:
    for question, talk in zip(made("hidden-fields"), seen["hidden-fields"], strict=True):
        assert isinstance(question, Fill)
        number = int(re.search(r"segment (\d)", question.prompt)[1])  # type: ignore[index]
        row = talk[number - 1]
        assert [blank.key for blank in question.blanks] == [row["srcport"], row["ack_raw"]]
        assert question.shown.count("?") == 2


def test_the_order_is_that_of_the_capture(seen: dict[str, list[list[dict[str, str]]]]) -> None:
    for question, talk in zip(made("order-of-segments"), seen["order-of-segments"], strict=True):
        assert isinstance(question, Order)
        client, server = talk[0]["srcport"], talk[0]["dstport"]
        base = {client: int(talk[0]["seq_raw"]), server: int(talk[1]["seq_raw"])}
        for item, row in zip(question.items, talk, strict=False):
            who = "client" if row["srcport"] == client else "server"
            seq = (int(row["seq_raw"]) - base[row["srcport"]]) % 2**32
            assert item.startswith(f"{who}: ")
            assert f", seq {seq}," in item
            assert item.endswith(f", {row['len']} bytes")
            if "ack" in item:
                ack = (int(row["ack_raw"]) - base[row["dstport"]]) % 2**32
                assert f", ack {ack}," in item


# ---- who is who, states and outcomes ------------------------------------------------------------


def test_the_client_is_the_end_whose_port_was_lent() -> None:
    for question in made("client-or-server"):
        ends = re.findall(r"\d+\.\d+\.\d+\.\d+:(\d+)", question.prompt)
        (lent,) = [port for port in ends if int(port) >= 32768]
        assert str(right_words(question)).endswith(f":{lent}")


def test_states_follow_the_figure_of_the_rfc() -> None:
    asked = set()
    for question in made("state-after"):
        found = re.search(r"is in ([\w-]+), and (.+)\. And then", question.prompt)
        assert found is not None
        state, what = found.groups()
        asked.add((state, what))
        assert right_words(question) == MOVES[state, what]
    assert len(asked) >= 8


def test_outcomes_are_what_the_story_says() -> None:
    right = set()
    for question in made("what-the-client-sees"):
        asked = re.search(r"to TCP port (\d+)\.", question.prompt)[1]  # type: ignore[index]
        listens = f"listens on TCP port {asked}." in question.prompt
        if "drops" in question.prompt or "No computer" in question.prompt:
            wanted = "nothing, until it gives up"
        else:
            wanted = "the connection opens" if listens else "refused, after one round trip"
        assert right_words(question) == wanted, question.prompt
        right.add(wanted)
    assert len(right) == 3
