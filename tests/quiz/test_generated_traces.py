"""Generated questions about conversations, a thousand of each, with keys found by another route.

tshark reads the segments that a question is about; what RFC 9293 says stands here as a table.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from portlab import Trace, save
from portlab.quiz.generated import talks, traces
from portlab.quiz.question import Fill, Number, Order
from portlab.trace.conversations import Conversation
from portlab.trace.record import Record
from tests.quiz.thousands import SEEDS, made, right_words
from tests.requires import needs

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
