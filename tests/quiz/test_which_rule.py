"""Which line decides: the key found by reading the printed lines, and by Linux's packet filter."""

import re
from collections import Counter
from functools import cache
from ipaddress import IPv4Address
from random import Random

from portlab.quiz.generated import again, generate
from portlab.quiz.generated.access_list import drawn
from portlab.quiz.question import OneChoice
from tests.oracle.access_list import PROTOCOLS, Line, Seen, first_match, seen
from tests.requires import needs

SEEDS = range(1000)
FLAGS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16}
PACKET = re.compile(
    r"A packet meets it: (TCP|UDP) from ([\d.]+):(\d+) to ([\d.]+):(\d+)(?:, flags ([A-Z,]+))?\. "
)
SAID = {
    "protocol": "It is about ",
    "source": "It wants a packet from ",
    "destination": "It wants a packet to ",
    "source port": "It wants source port",
    "destination port": "It wants destination port",
    "established": "`established` wants ACK or RST",
}
MIXED_UP = {
    "protocol": ("protocol",),
    "side": ("source port", "destination port"),
    "network": ("source", "destination"),
    "server": ("source", "destination"),
    "neighbour": ("source port", "destination port"),
    "service": ("source port", "destination port"),
    "range": ("source port", "destination port"),
    "established": ("established",),
}


@cache
def made() -> tuple[OneChoice, ...]:
    questions = tuple(generate("which-rule", seed) for seed in SEEDS)
    assert all(isinstance(question, OneChoice) for question in questions)
    return questions  # type: ignore[return-value]


def lines(question: OneChoice) -> list[Line]:
    """The list as it is printed, its last choice the deny that is not."""
    *printed, last = [choice.text for choice in question.choices]
    assert last.startswith("none of them")
    numbers, texts = zip(*(text.strip("`").split(" ", 1) for text in printed), strict=True)
    assert numbers == ("10", "20", "30", "40", "50")[: len(printed)]
    return [Line.read(text) for text in texts]


def packet(question: OneChoice) -> Seen:
    """The packet as it is told to the learner."""
    found = PACKET.search(question.prompt)
    assert found is not None, question.prompt
    protocol, source, sport, target, dport, flags = found.groups()
    return Seen(
        PROTOCOLS[protocol.lower()],
        IPv4Address(source),
        IPv4Address(target),
        int(sport),
        int(dport),
        sum(FLAGS[name] for name in flags.split(",")) if flags else None,
    )


def key(question: OneChoice) -> int:
    return [choice.right for choice in question.choices].index(True)


def test_the_key_is_what_the_printed_lines_say_to_the_packet_told() -> None:
    for question in made():
        assert key(question) == first_match(lines(question), packet(question)), question


def test_the_key_is_what_linux_says_to_the_packets_bytes() -> None:
    needs("kernel")
    needs("nft")
    from tests.oracle.nftables import first_matches

    printed = [[c.text.strip("`").split(" ", 1)[1] for c in q.choices[:-1]] for q in made()]
    packets = [drawn(Random(f"which-rule {seed}"))[-1].raw for seed in SEEDS]
    assert first_matches(printed, packets) == [key(question) for question in made()]


def test_what_is_told_of_the_packet_is_what_its_bytes_say() -> None:
    for seed, question in zip(SEEDS, made(), strict=True):
        assert packet(question) == seen(drawn(Random(f"which-rule {seed}"))[-1].raw)


def test_each_wrong_choice_is_told_what_does_not_match_or_who_came_before() -> None:
    for question in made():
        told, right = packet(question), key(question)
        for place, line in enumerate(lines(question)):
            missed, why = line.differs_in(told), question.choices[place].why
            for name, words in SAID.items():
                assert (words in why) == (name in missed), (question, place)
            before = f"matches too, but line {10 * (right + 1)} comes before it"
            assert (before in why) == (not missed and place != right)
        said = question.explanation
        assert (f"Line {10 * (right + 1)} is the first" in said) == (right < len(lines(question)))
        action = lines(question)[right].action if right < len(lines(question)) else "deny"
        assert {"permit": "is permitted", "deny": "denied"}[action] in said


def test_what_an_id_says_is_mixed_up_is_in_the_list() -> None:
    asked: Counter[str] = Counter()
    for question in made():
        trap = re.fullmatch(r"made-which-rule-([a-z]+)-\d+", question.id)[1]  # type: ignore[index]
        asked[trap] += 1
        told, right, there = packet(question), key(question), lines(question)
        later = [line for line in there[right + 1 :] if not line.differs_in(told)]
        if trap == "turn":
            assert [line.action for line in later] != [there[right].action] * len(later)
        elif trap == "implicit":
            assert right == len(there)
        else:
            missed = [line.differs_in(told) for line in there[:right]]
            names = MIXED_UP[trap]
            assert any(one == [name] for one in missed for name in names), question
        other = again(question.id, 5)
        assert other is not None
        assert other.id == question.id
    assert set(asked) == {"turn", "implicit", *MIXED_UP}
    assert min(asked.values()) >= 40


def test_most_lists_have_a_line_that_never_gets_its_turn() -> None:
    """Told by its first match alone; that the last line fits better must not count."""
    better = 0
    for question in made():
        told, right, there = packet(question), key(question), lines(question)
        if right < len(there) - 1:
            assert not there[-1].differs_in(told)
            assert there[-1].action != there[right].action
            better += there[-1].source.num_addresses < there[right].source.num_addresses
    assert better > 100
