"""Generated questions about ranges, a thousand of each, their keys found by another route.

RFC 6335's table stands here; tshark reads the segments; Python's own URL parser the addresses; and
what Linux says of rights is tried on it.
"""

import re
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest

from portlab import Lab, Trace, run, save
from portlab.quiz.generated import calls, relocation
from portlab.quiz.question import Number, OneChoice
from portlab.system.port_rules import refused_without_rights
from portlab.trace.record import Record
from tests.quiz.thousands import SEEDS, made, right_words
from tests.requires import needs

RANGES = {
    "system": (0, 1023), "well-known": (0, 1023), "user": (1024, 49151),
    "registered": (1024, 49151), "dynamic": (49152, 65535), "private": (49152, 65535),
    "ephemeral": (49152, 65535),
}  # fmt: skip
"""RFC 6335, section 6."""


def found(pattern: str, text: str) -> tuple[str, ...]:
    match = re.search(pattern, text)
    assert match is not None, text
    return match.groups()


def test_one_number_alone_is_in_the_range() -> None:
    names, edges = set(), set()
    for question in made("number-in-range"):
        assert isinstance(question, OneChoice)
        (name,) = found(r"one of the ([\w-]+) ports", question.prompt)
        names.add(name)
        first, last = RANGES[name]
        for choice in question.choices:
            assert choice.right == (first <= int(choice.text) <= last)
        edges.update(set(map(int, (c.text for c in question.choices))) & {first - 1, last + 1})
    assert names == set(RANGES)
    assert edges == {1023, 1024, 49151, 49152, 65536}


def test_edges_are_those_of_the_table() -> None:
    asked = set()
    for question in made("edge-of-range"):
        assert isinstance(question, Number)
        end, name = found(r"(lowest|highest) number of the ([\w-]+) ports", question.prompt)
        asked.add((end, name))
        assert question.key == RANGES[name][end == "highest"]
        foreseen = {int(mistake.answer) for mistake in question.mistakes}
        beside = {int(question.key) - 1, int(question.key) + 1} & set(range(65537))
        assert beside <= foreseen
    assert len(asked) == 2 * len(RANGES)


# ---- whose number, as tshark reads the segments -------------------------------------------------


def tshark(folder: Path, records: Sequence[Record], *fields: str) -> list[list[str]]:
    """These fields of every segment, read from one file."""
    needs("tshark")
    numbered = [
        Record(number, number, record.origin, record.fate, record.packet)
        for number, record in enumerate(records, start=1)
    ]
    file = folder / "calls.pcap"
    save(Trace(numbered), file)
    wanted = [word for field in fields for word in ("-e", field)]
    told = subprocess.run(
        ["tshark", "-n", "-r", str(file), "-T", "fields", *wanted],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [line.split("\t") for line in told.stdout.splitlines()]


ENDS = ("tcp.srcport", "tcp.dstport", "tcp.flags.syn", "tcp.flags.ack")


def talks(name: str) -> list[Trace]:
    """The calls that a generator has made for each seed."""
    found = []
    for seed in SEEDS:
        chance = Random(f"{name} {seed}")
        found.append(calls.called(chance, calls.level_of(chance, "")).trace)
    return found


@pytest.fixture(scope="module")
def callers(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[tuple[str, str]]]:
    """Of each call the port that the SYN came from and the one it went to."""

    def of(name: str) -> list[tuple[str, str]]:
        records = [record for talk in talks(name) for record in talk]
        rows = tshark(tmp_path_factory.mktemp(name), records, *ENDS)
        true = ("1", "True")
        syns = [row for row in rows if row[2] in true and row[3] not in true]
        assert len(syns) == len(SEEDS)
        return [(source, target) for source, target, _, _ in syns]

    return of


def test_the_clients_number_is_where_the_syn_came_from(
    callers: Callable[[str], list[tuple[str, str]]],
) -> None:
    higher = 0
    for question, (source, target) in zip(made("whose-port"), callers("whose-port"), strict=True):
        (asked,) = found(r"What is (\d+) here", question.prompt)
        assert asked in (source, target)
        assert f":{source}" in question.prompt
        assert f":{target}" in question.prompt
        words = {source: "the client's own port, lent to it for this conversation",
                 target: "the port of the service that is called"}  # fmt: skip
        assert right_words(question) == words[asked]
        higher += int(target) > int(source)
    assert 400 < higher < 600  # so often the higher number is the service's


def test_only_the_number_that_is_called_must_be_known(
    callers: Callable[[str], list[tuple[str, str]]],
) -> None:
    for question, (source, target) in zip(
        made("other-number"), callers("other-number"), strict=True
    ):
        asked, other = found(r"the end with (\d+) been given (\d+) instead", question.prompt)
        assert other not in (source, target)
        words = {source: f"nothing: answers would go to {other}",
                 target: f"clients must call {other}, firewalls let it pass"}  # fmt: skip
        assert right_words(question) == words[asked]


def test_with_another_number_at_the_client_the_same_happens(tmp_path: Path) -> None:
    """Which is what the key says: tshark sees no other difference between two such calls."""

    def call(own: int) -> list[list[str]]:
        def experiment(lab: Lab) -> None:
            server, client = lab.hosts("server", "client")
            server.listen(443)
            client.connect(server, 443, source_port=own)

        fields = (*ENDS[2:], "tcp.len", "tcp.window_size_value", "ip.src", "ip.dst")
        return tshark(tmp_path, list(run(experiment, seed=1)), *fields)

    assert call(40123) == call(60001) != []


# ---- a server that has moved --------------------------------------------------------------------


def test_the_address_leads_to_the_other_port_and_no_other_choice_does() -> None:
    default = {"http": 80, "https": 443}
    away = back = 0
    for question in made("what-to-write"):
        assert isinstance(question, OneChoice)
        port, before, other = found(r"port (\d+),.* write `(.+)`\. Had it listened on (\d+)",
                                    question.prompt)  # fmt: skip
        scheme = urlsplit(before).scheme
        assert (urlsplit(before).port or default[scheme]) == int(port)
        for choice in question.choices:
            address = urlsplit(choice.text.strip("`"))
            reaches = (
                address.scheme == scheme
                and address.hostname == "server"
                and (address.port or default[scheme]) == int(other)
                and address.path == "/"
            )
            assert choice.right == reaches, choice
        away += int(port) == default[scheme]
        back += int(other) == default[scheme]
    assert away > back > 100


OPENS, REFUSED, SILENCE = (
    "the connection opens",
    "refused, after one round trip",
    "nothing, until it gives up",
)


def test_a_browser_calls_the_number_of_its_scheme() -> None:
    for question in made("without-number"):
        other, port = found(r"listens on TCP port (\d+) instead of (\d+)", question.prompt)
        (scheme,) = found(r"`(https?)://server/`", question.prompt)
        assert int(port) == {"http": 80, "https": 443}[scheme] != int(other)
        dropped = f"drops what goes to {port}," in question.prompt
        assert right_words(question) == (SILENCE if dropped else REFUSED)


def test_a_scan_finds_what_it_tries() -> None:
    both = set()
    for question in made("found-by-scan"):
        other, last = map(int, found(r"port (\d+) instead.*from 1 to (\d+)\.", question.prompt))
        tried = other in range(1, last + 1)
        both.add(tried)
        nothing = f"no open port, for it ends before {other}"
        assert right_words(question) == (f"port {other} open" if tried else nothing)
    assert both == {True, False}


def test_a_call_must_pass_and_then_find_a_program() -> None:
    outcomes = set()
    for question in made("past-the-firewall"):
        port, new, rule, called = found(
            r"to port (\d+) of .* moves to (\d+), and the rule (.+)\. A client calls (\d+)\.",
            question.prompt,
        )
        lets_in = {"is left as it was": port, f"now has {new} instead": new}[rule]
        wanted = SILENCE if called != lets_in else OPENS if called == new else REFUSED
        assert right_words(question) == wanted, question.prompt
        outcomes.add(wanted)
    assert outcomes == {OPENS, REFUSED, SILENCE}


def test_one_rule_fits_the_first_segment(tmp_path: Path) -> None:
    syns = []
    for seed in SEEDS:
        chance = Random(f"rule-to-let-in {seed}")
        _, _, other = relocation.moved(chance)
        syns.append(relocation.call(chance, listens=other, calls=other).records[0])
    rows = tshark(tmp_path, syns, *ENDS)
    for question, (source, target, syn, _) in zip(made("rule-to-let-in"), rows, strict=True):
        assert isinstance(question, OneChoice)
        assert syn in ("1", "True")
        for choice in question.choices:
            way, number = found(r"TCP (to|from) port (\d+)", choice.text)
            assert choice.right == (number == {"to": target, "from": source}[way])


def test_rights_are_those_of_linux() -> None:
    numbers = set()
    for question in made("right-to-listen"):
        port, other = map(int, found(r"port (\d+)\. Had it listened on (\d+)", question.prompt))
        numbers.update((port, other))
        low = [number for number in (port, other) if number < 1024]
        wanted = ("on neither", f"on {low[0] if low else ''} alone", "on both")[len(low)]
        assert right_words(question) == wanted
    assert {1023, 1024} <= numbers


def test_linux_refuses_just_those_that_are_said_to_need_a_right() -> None:
    needs("usual-ports")
    needs("root")  # to give its rights away
    for question in made("right-to-listen"):
        port, other = found(r"port (\d+)\. Had it listened on (\d+)", question.prompt)
        refused = [number for number in (port, other) if _is_refused(int(number))]
        wanted = ("on neither", f"on {''.join(refused)} alone", "on both")[len(refused)]
        assert right_words(question) == wanted


@cache
def _is_refused(number: int) -> bool | None:
    return refused_without_rights(number)
