"""What an Analysis can be asked, and that nothing it is given can break it."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab import drop, ladder, run, table
from portlab.errors import PacketError
from portlab.packets import ACK, FIN, RST, SYN, Packet, Segment, WindowScale
from portlab.tcp import State
from portlab.trace.analysis import Analysis, analyse
from portlab.trace.capture import load
from portlab.trace.json import as_dicts
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from tests.packets.strategies import any_bytes, packets
from tests.trace.analysis.stories import FROM_EITHER_SIDE, HANDSHAKE, WHOLE
from tests.trace.analysis.story import write


def understood(path: Path, *stories: str) -> Analysis:
    return analyse(load(write(path / "story.pcap", stories)))


def test_it_can_be_asked_by_record_and_by_number(tmp_path: Path) -> None:
    trace = load(write(tmp_path / "story.pcap", [HANDSHAKE + FROM_EITHER_SIDE["a keep-alive"]]))
    analysis = analyse(trace)
    (label,) = analysis.of(trace[5])
    assert (label.kind, label.record, label.conversation, label.about) == ("keep-alive", 6, 1, 5)
    assert label.inferred
    assert analysis.of(6) == (label,)
    assert analysis.of(1) == analysis.of(99) == ()
    assert [one.record for one in analysis] == [6, 7, 8, 9]


def test_it_prints_every_conversation_with_its_labels(tmp_path: Path) -> None:
    assert str(understood(tmp_path, WHOLE["a refusal"], WHOLE["from the SYN,ACK on"])) == (
        "1: tcp 10.0.0.2:40000 > 10.0.0.1:80, 2 packets, 0 bytes\n"
        "  2: refused*: It answers the SYN in record 1: nothing listens on that port.\n"
        "  at the end: client CLOSED*, server CLOSED*\n"
        "2: tcp 10.0.0.2:40001 > 10.0.0.1:80 (client inferred), 4 packets, 200 bytes\n"
        "  The SYN of one side was not seen.\n"
        "  The scale of its windows stands in the SYNs and is not known: windows are as in the "
        "headers, and when one is full cannot be told.\n"
        "  6: retransmission*: What it carries (100 bytes) was sent before, in record 5, and no "
        "ACK for it was seen.\n"
        "  at the end: client ESTABLISHED*, server ESTABLISHED*\n"
        "* inferred by comparing packets; no header says so."
    )
    assert str(analyse(Trace())) == "No conversations."


def test_the_middle_of_a_conversation_is_said_to_be_that(tmp_path: Path) -> None:
    analysis = understood(tmp_path, WHOLE["the middle of a conversation"])
    (one,) = analysis.observed
    assert one.notes[0] == "It begins in mid-conversation: no SYN was seen."
    assert one.states_after(1) == (State.ESTABLISHED, State.ESTABLISHED)
    assert "window full" not in {label.kind for label in one.labels}
    # As in Wireshark, the first byte that was seen is number 1.
    first = one.conversation.trace[0].segment
    assert first is not None
    assert one.numbers.seq(0, first.seq) == one.numbers.seq(0, first.seq) == 1


def test_states_are_told_packet_by_packet(tmp_path: Path) -> None:
    closing = """
        > FA 1 1
        < A 1 2
        < FA 1 2
        > A 2 2
    """
    (one,) = understood(tmp_path, HANDSHAKE + closing).observed
    assert [tuple(map(str, states)) for states in one.states] == [
        ("1", "SYN-SENT", "SYN-RECEIVED"),
        ("2", "ESTABLISHED", "SYN-RECEIVED"),
        ("3", "ESTABLISHED", "ESTABLISHED"),
        ("4", "FIN-WAIT-1", "CLOSE-WAIT"),
        ("5", "FIN-WAIT-2", "CLOSE-WAIT"),
        ("6", "TIME-WAIT", "LAST-ACK"),
        ("7", "TIME-WAIT", "CLOSED"),
    ]
    assert one.states_after(0) == (None, None)


def test_nothing_is_known_of_who_does_not_answer(tmp_path: Path) -> None:
    (one,) = understood(tmp_path, WHOLE["a SYN that nobody answers"]).observed
    assert one.states_after(1) == (State.SYN_SENT, State.SYN_RECEIVED)
    assert one.states_after(3) == (State.SYN_SENT, None)


def test_a_window_is_counted_by_its_scale(tmp_path: Path) -> None:
    """Full is what fills the window in bytes, and that is the field times the scale."""
    story = """
        > S 0 0 scale=0
        < SA 0 1 scale=3 win=400
        > A 1 1 len=400            : window full
        < A 1 401 win=50
        > A 401 1 len=50
        > A 451 1 len=350          : window full
    """
    analysis = understood(tmp_path, story)
    assert [(label.record, label.kind) for label in analysis] == [
        (3, "window full"),
        (6, "window full"),
    ]
    without = understood(tmp_path, story.replace("> S 0 0 scale=0", "> S 0 0"))
    assert [label.record for label in without if label.kind == "window full"] == [3, 5]


def test_a_ladder_of_a_file_says_what_it_infers_and_one_of_the_model_gives_reasons(
    tmp_path: Path,
) -> None:
    story = HANDSHAKE + FROM_EITHER_SIDE["a fast retransmission"]
    shown = ladder(load(write(tmp_path / "story.pcap", [story])))
    text = shown.text(why=True)
    assert "seq=101 ack=1 len=100 win=8000 fast retransmission of 6*" in text
    assert text.count("duplicate ACK*") == 3
    assert "(inferred)" in text
    assert "* inferred by comparing packets; no header says so." in text

    assert "fast retransmission of 6*" in str(table(shown.trace))

    def ask(lab):
        server, client = lab.hosts("server", "client")
        server.listen(80)
        client.connect(server, 80)

    text = ladder(run(ask, faults=[drop(1)])).text(why=True)
    assert "retransmission of 1*" in text
    assert "(inferred)" not in text


# ---- whatever comes -----------------------------------------------------------------------------


def can_be_read(packet: Packet) -> bool:
    """As all that `load` gives can be."""
    try:
        return Packet.decode(packet.raw) == packet
    except PacketError:
        return False


numbers = st.sampled_from([0, 1, 2, 99, 100, 101, 1000, 2**31, 2**32 - 1])
segments = st.builds(
    Segment,
    st.sampled_from([80, 81]),
    st.sampled_from([80, 81]),
    numbers,
    numbers,
    st.sets(st.sampled_from([SYN, FIN, RST, ACK, ACK, ACK]), max_size=3).map(sum),
    st.sampled_from([0, 0, 1, 100]),
    st.sampled_from([(), (WindowScale(3),), (WindowScale(255),)]),
    st.sampled_from([b"", b"", b"1", bytes(2), bytes(99), bytes(100)]),
)
talk = st.lists(
    st.one_of(
        segments.map(lambda segment: Packet.build("10.0.0.1", "10.0.0.1", segment)),
        segments.map(lambda segment: Packet.build("fd00::1", "fd00::2", segment)),
        segments.map(lambda segment: Packet.build("fd00::2", "fd00::1", segment)),
        packets.filter(can_be_read),
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=300)
@given(talk, st.lists(st.integers(-5, 5_000), max_size=30))
def test_any_packets_in_any_order(seen: list[Packet], pauses: list[int]) -> None:
    times = [sum(pauses[:at]) for at in range(len(seen))]
    trace = Trace(
        Record(number, time, "recorded", "seen", packet)
        for number, (packet, time) in enumerate(zip(seen, times, strict=True), start=1)
    )
    analysis = analyse(trace)
    assert str(analysis)
    json.dumps(as_dicts(trace))
    for label in analysis:
        assert label.sentence.endswith(".")
        assert label.about is None or 1 <= label.about < label.record
    for one in analysis.observed:
        assert len(one.states) == len({states.record for states in one.states})
        assert one.numbers.seq(0, 0) >= 0


@settings(deadline=None, max_examples=100)
@given(st.lists(any_bytes.map(Packet), max_size=20))
def test_packets_that_cannot_be_read_are_a_packet_error_and_nothing_else(
    seen: list[Packet],
) -> None:
    records = [Record(n, n, "recorded", "seen", packet) for n, packet in enumerate(seen, start=1)]
    with suppress(PacketError):
        assert str(analyse(Trace(records)))


@pytest.mark.parametrize("first", [1, 2, 3, 5])
def test_a_slice_of_a_trace_is_understood_by_itself(tmp_path: Path, first: int) -> None:
    trace = load(write(tmp_path / "story.pcap", [HANDSHAKE + FROM_EITHER_SIDE["an abort"]]))
    labels = list(analyse(trace[first - 1 :]))
    assert labels[-1].kind == "reset: abort"
