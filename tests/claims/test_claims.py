"""Every claim is put to the test in every world that can, and every judge can find otherwise."""

import re
from dataclasses import replace

import pytest

from portlab import claim, ladder
from portlab.claims import CLAIMS, Trial, TriedClaim
from portlab.errors import LabError, PortInUse, WorldError
from portlab.ports import DYNAMIC, PortRange
from portlab.system import ephemeral_ports, low_ports
from portlab.worlds import world_class
from tests.claims.counter_examples import COUNTER_EXAMPLES, CounterExample
from tests.requires import needs

DEPENDS = {
    (1, "model"): lambda: True,
    (1, "kernel"): lambda: False,
    (1, "loopback"): lambda: all(port in DYNAMIC for port in ends(ephemeral_ports().range)),
    (2, "model"): lambda: False,
    (2, "loopback"): lambda: low_ports().first > 1023,
}
"""Where a verdict is *depends*, what it depends on, as this computer's own settings say."""

TRIALS = [(number, world) for number, one in CLAIMS.items() for world in one.worlds]
WITH_A_RUN = [number for number, one in CLAIMS.items() if one.worlds]


@pytest.mark.parametrize(("number", "world"), TRIALS)
def test_the_evidence_is_as_the_verdict_says(number: int, world: str) -> None:
    if world == "kernel":
        needs("kernel")
    tried = claim(number, world=world)
    assert tried.verdict == ("depends" if (number, world) in DEPENDS else "false")
    assert tried.holds is DEPENDS.get((number, world), lambda: False)(), str(tried)
    assert len(tried.trace) > 0
    assert tried.trace.world == tried.evidence.world == world
    assert len(tried.lines) >= 2
    assert str(ladder(tried.trace))


@pytest.mark.parametrize("example", COUNTER_EXAMPLES, ids=lambda example: example.name)
def test_the_judge_can_find_that_a_statement_holds(example: CounterExample) -> None:
    judge = CLAIMS[example.number].trials["model"].judge
    assert judge(example.trace()).holds is example.holds


def test_what_depends_is_seen_to_hold_and_to_fail() -> None:
    """In the model world, or in an example of what other systems do."""
    for number in {number for number, _ in DEPENDS}:
        examples = {one.holds for one in COUNTER_EXAMPLES if one.number == number}
        assert examples | {claim(number).holds} == {True, False}


def ends(ports: PortRange) -> tuple[int, int]:
    return ports.first, ports.last


def test_every_judge_has_a_counter_example() -> None:
    assert {example.number for example in COUNTER_EXAMPLES} == set(WITH_A_RUN)
    for one in CLAIMS.values():
        assert len({trial.judge for trial in one.trials.values()}) <= 1


@pytest.mark.parametrize("number", list(CLAIMS))
def test_the_text_of_the_model_world_is_always_the_same(number: int) -> None:
    shown = [claim(number)._repr_mimebundle_() for _ in range(2)]
    assert shown[0] == shown[1]
    assert set(shown[0]) == {"text/plain", "text/markdown"}


@pytest.mark.parametrize("number", list(CLAIMS))
def test_what_is_shown_says_all_there_is(number: int) -> None:
    tried = claim(number)
    text = " ".join(str(tried).split())
    for part in (tried.statement, *tried.lines, tried.right, tried.authority):
        assert part in text
    assert f"Claim {number}:" in text
    assert f"Verdict: {tried.verdict}." in text
    assert max(map(len, str(tried).splitlines())) <= 88
    marked = " ".join(tried._repr_mimebundle_()["text/markdown"].split())
    assert re.sub(r"\*\*", "", marked) == text


def test_a_statement_that_held_is_said_to_have_held() -> None:
    example = next(one for one in COUNTER_EXAMPLES if one.number == 26)
    assert example.experiment is not None
    judge = CLAIMS[26].trials["model"].judge
    other = replace(CLAIMS[26], trials={"model": Trial(example.experiment, judge)})
    tried = TriedClaim(other, other.evidence())
    assert tried.holds is True
    assert "In this run the statement held." in str(tried)


def test_a_word_is_looked_up_and_not_run() -> None:
    tried = claim(31)
    assert (tried.holds, tried.lines) == (None, ())
    assert "Put to the test" not in str(tried)
    with pytest.raises(WorldError, match="nothing to run"):
        _ = tried.trace
    with pytest.raises(WorldError, match="nothing to run"):
        claim(31, world="model")


def test_a_world_that_cannot_show_it_says_why_and_which_can() -> None:
    for number in set(CLAIMS) - {31} - {number for number, world in TRIALS if world == "loopback"}:
        with pytest.raises(WorldError, match=r"loopback world\. Use world='model'( or .*)?: .+\.$"):
            claim(number, world="loopback")
    with pytest.raises(WorldError, match="no world"):
        claim(4, world="moon")
    with pytest.raises(WorldError, match=r"kernel world\. Use world='model'"):
        claim(4, world="kernel")


def test_windows_answers_where_a_full_queue_is_to_be_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world_class("loopback")  # its modules are read before they take this for Windows
    monkeypatch.setattr("sys.platform", "win32")
    assert CLAIMS[35].worlds == ("model",)
    with pytest.raises(WorldError, match=r"Use world='model': on Linux and macOS a full queue"):
        claim(35, world="loopback")
    assert claim(35).holds is False


@pytest.mark.parametrize("number", ["27", " 27 ", "027"])
def test_a_number_in_quotes_is_asked_for_without(number: str) -> None:
    with pytest.raises(LabError, match=r"^Give the number without quotes: claim\(27\)\.$"):
        claim(number)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [7, 0, "four", None, 4.5, [4]])
def test_there_is_no_such_claim(number: object) -> None:
    with pytest.raises(LabError, match=r"no claim .* There are 1, 2, 4, 8, "):
        claim(number)


def test_a_computer_that_does_not_let_it_be_tried_is_named_as_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """macOS and Windows give no port to a second socket, even for another peer."""
    from portlab.worlds.sockets import opening

    def refuse(*_: object) -> None:
        raise PortInUse("TCP 127.0.0.1:5000 is taken.")

    monkeypatch.setattr(opening, "bind", refuse_source_ports(opening.bind, refuse))
    with pytest.raises(WorldError, match=r"own sockets: TCP .* is taken\. Use world='model'"):
        claim(9, world="loopback")


def refuse_source_ports(bind, refuse):
    def only_listeners(core, sock, held):
        if held.local[1]:
            refuse()
        bind(core, sock, held)

    return only_listeners
