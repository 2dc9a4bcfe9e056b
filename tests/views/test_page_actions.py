"""What the page may ask, and what it is answered: whatever it sends, never an exception."""

import json
import subprocess
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab import Link, apps, drop, run
from portlab.trace.capture import load
from portlab.trace.record import EPOCH
from portlab.trace.trace import Trace
from portlab.views.page.actions import answer
from portlab.views.page.session import Session
from portlab.views.picture import ladder
from tests.requires import needs
from tests.views import stories


def hello(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Http())
    with client.connect(server, 80) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: server\r\n\r\n")
        return connection.receive_until(b"\r\n\r\n")


def handshake(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80)


def asked(session: Session, **message: object) -> dict:
    """The answer to one message; nothing that comes with it as bytes."""
    content, buffers = answer(session, {"ask": 7, **message})
    assert content.pop("answer") == 7
    assert buffers == []
    json.dumps(content)
    return content


def scene(session: Session) -> dict:
    return json.loads(zlib.decompress(session.scene()))


def faults(session: Session) -> list[list[str]]:
    return [list(map(repr, trace.faults)) for trace in session.traces]


# ---- one packet


def test_a_packet_comes_with_its_header_and_the_reason_it_was_sent():
    session = Session([run(hello, seed=1)])
    said = asked(session, do="packet", ladder=0, number=2)
    raw = session.traces[0][1].packet.raw
    assert bytes.fromhex(said["header"]["bytes"]) == raw
    assert said["why"].startswith("Agrees, and expects byte 1: my SYN is number 0")
    assert said["source"] == "RFC 9293 3.10.7.2"


def test_reasons_and_fields_are_told_in_the_numbers_that_are_shown():
    trace = run(hello, seed=1)
    session = Session([trace])
    first = asked(session, do="packet", ladder=0, number=3)
    asked(session, do="numbers", relative=False)
    said = asked(session, do="packet", ladder=0, number=2)
    assert f"expects byte {trace[1].ack}" in said["why"]
    assert session.layout(0).conversations[0].rows[0].seq == trace[0].seq
    # Header fields always say both, as the header itself does.
    assert asked(session, do="packet", ladder=0, number=3)["header"] == first["header"]


def test_a_captured_packet_has_no_reason_but_what_an_observer_infers():
    said = asked(Session([stories.from_file()]), do="packet", ladder=0, number=1)
    assert (said["why"], said["source"]) == ("It carries 10 new bytes.", "inferred")


def test_a_packet_of_a_part_of_a_trace_goes_by_its_own_number():
    trace = run(hello, seed=1)
    session = Session([trace[3:]])
    said = asked(session, do="packet", number=4)
    assert bytes.fromhex(said["header"]["bytes"]) == trace[3].packet.raw
    assert "no packet 1" in asked(session, do="packet", number=1)["problem"]


def test_a_socket_call_shows_no_packet():
    problem = asked(Session([stories.loopback()]), do="packet", number=2)["problem"]
    assert "socket call" in problem


# ---- faults


def test_a_fault_puts_the_new_ladder_beside_the_old_one_and_undo_takes_it_away():
    session = Session([run(handshake, seed=1)])
    said = asked(session, do="fault", ladder=0, kind="drop", number=2)
    assert faults(session) == [[], ["drop(2)"]]
    assert said["says"].startswith("drop(2). Marked: 1 row only in the first, 3 only in the")
    shown = scene(session)
    assert [len(one["conversations"][0]["rows"]) for one in shown["ladders"]] == [3, 5]
    assert shown["differences"]["only"] == [[2], [2, 3, 4]]
    assert shown["can"] == {"fault": True, "undo": True, "why": None}
    assert shown["ladders"][1]["code"] == (
        "ladder(run(handshake, seed=1, faults=[drop(2)]))"
        "  # from tests.views.test_page_actions import handshake"
    )
    assert asked(session, do="undo") == {"says": "Undone: drop(2)."}
    assert faults(session) == [[]]
    assert scene(session)["differences"] is None
    assert "nothing to undo" in asked(session, do="undo")["problem"]


def test_faults_on_either_ladder_and_all_the_way_back():
    session = Session([run(handshake, seed=1)])
    asked(session, do="fault", ladder=0, kind="drop", number=2)
    asked(session, do="fault", ladder=1, kind="delay", number=4, seconds=0.25)
    assert faults(session) == [["drop(2)"], ["drop(2)", "delay(4, 0.25)"]]
    asked(session, do="fault", ladder=0, kind="duplicate", number=1)
    # A change of packet 1 clears what was to happen to packet 2.
    assert faults(session) == [["drop(2)"], ["duplicate(1)"]]
    for before in ([["drop(2)"], ["drop(2)", "delay(4, 0.25)"]], [[], ["drop(2)"]], [[]]):
        asked(session, do="undo")
        assert faults(session) == before


def test_a_widget_that_began_with_two_goes_back_to_those_two():
    trace = run(handshake, seed=1)
    session = Session([trace, trace.rerun([drop(1)])])
    assert session.comparison.only == ((1,), (1, 2))
    asked(session, do="fault", ladder=1, kind="drop", number=3)
    asked(session, do="undo")
    assert faults(session) == [[], ["drop(1)"]]
    assert "nothing to undo" in asked(session, do="undo")["problem"]


def test_a_run_that_ends_in_an_error_is_still_shown():
    session = Session([run(handshake, seed=1)])
    for number in range(1, 20):
        said = asked(
            session, do="fault", ladder=len(session.traces) - 1, kind="drop", number=number
        )
        if session.traces[-1].unused_faults:
            break
    old, new = session.traces
    assert {record.fate for record in old} == {"lost"}
    assert type(new.error).__name__ == "TimedOut"
    assert f"Met nothing, because no packet had that number: drop({number})." in said["says"]
    notes = scene(session)["ladders"][1]["notes"]
    assert any(note.startswith("It ended with TimedOut") for note in notes)
    assert any(note.startswith("Met nothing") for note in notes)


def test_a_fault_on_a_packet_that_was_never_sent_says_so():
    session = Session([run(handshake, seed=1)])
    says = asked(session, do="fault", ladder=0, kind="drop", number=40)["says"]
    assert says == (
        "drop(40). No difference: each packet of one is in the other. "
        "Met nothing, because no packet had that number: drop(40)."
    )


def test_no_faults_where_real_sockets_or_a_file_made_the_trace():
    def call(lab):
        lab.host("client").udp()

    session = Session([run(call, world="loopback")])
    said = asked(session, do="fault", ladder=0, kind="drop", number=1)
    assert "loopback world" in said["problem"]
    assert "world='model'" in said["problem"]
    session = Session([stories.from_file()])
    said = asked(session, do="fault", ladder=0, kind="drop", number=1)
    assert "came from a file" in said["problem"]
    assert scene(session)["can"]["fault"] is False


class Notebook:
    """What a learner's cell reads beside the lab, and may change later."""

    def __init__(self):
        self.port = 80
        self.raises = None

    def experiment(self, lab):
        if self.raises:
            raise self.raises
        server, client = lab.hosts("server", "client")
        server.listen(self.port)
        client.connect(server, self.port)


class Nameless(Exception):
    def __str__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NameError("name 'sever' is not defined"), "NameError: name 'sever' is not defined."),
        (ZeroDivisionError(), "ZeroDivisionError."),
        (SystemExit(3), "SystemExit: 3."),
        (Nameless(), "Nameless"),
        (KeyboardInterrupt(), "Interrupted"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_experiment_that_stops_is_told_and_nothing_changes(error, words):
    notebook = Notebook()
    session = Session([run(notebook.experiment)])
    before = session.scene()
    notebook.raises = error
    said = asked(session, do="fault", ladder=0, kind="drop", number=1)
    assert words in said["problem"]
    assert "stays as it was" in said["problem"]
    assert session.scene() == before
    assert not session.can_undo
    notebook.raises = None
    assert "says" in asked(session, do="fault", ladder=0, kind="drop", number=1)


def test_a_notebook_that_has_changed_since_is_noticed():
    notebook = Notebook()
    session = Session([run(notebook.experiment)])
    notebook.port = 8080
    says = asked(session, do="fault", ladder=0, kind="drop", number=3)["says"]
    assert "Nothing was to change before packet 3, and yet packet 1 is another one" in says


# ---- numbers and files


def test_numbers_are_relative_or_those_of_the_headers():
    trace = run(handshake, seed=1)
    session = Session([trace, trace.rerun([drop(1)])])
    assert "headers" in asked(session, do="numbers", relative=False)["says"]
    shown = scene(session)
    assert shown["relative"] is False
    assert f"seq={trace[0].seq}" in shown["ladders"][0]["conversations"][0]["rows"][0]["p"]
    assert shown["differences"]["only"] == [[1], [1, 2]]
    asked(session, do="numbers", relative=True)
    assert scene(session)["relative"] is True


def saved(session: Session, **message: object) -> tuple[str, str, bytes]:
    content, (file,) = answer(session, {"ask": 1, "do": "save", **message})
    return content["file"], content["mime"], file


def test_pictures_and_text_are_those_of_the_ladder():
    trace = run(handshake, seed=1)
    session = Session([trace])
    for form, mime in (("svg", "image/svg+xml"), ("png", "image/png")):
        assert saved(session, **{"as": form}) == (
            f"handshake.{form}",
            mime,
            ladder(trace).as_file(f".{form}"),
        )
    name, mime, text = saved(session, **{"as": "txt", "ladder": None})
    assert (name, mime) == ("handshake.txt", "text/plain;charset=utf-8")
    assert text.decode() == ladder(trace).text(ascii=False) + "\n"


def test_of_two_ladders_one_or_both_are_saved():
    session = Session([run(handshake, seed=1)])
    asked(session, do="fault", ladder=0, kind="drop", number=2)
    one, other = session.traces
    assert saved(session, **{"as": "txt", "ladder": 1})[::2] == (
        "handshake-drop-2.txt",
        ladder(other).as_file(".txt"),
    )
    assert saved(session, **{"as": "txt", "ladder": None})[::2] == (
        "handshake-and-handshake-drop-2.txt",
        ladder(one, other).as_file(".txt"),
    )
    content = asked(session, do="save", **{"as": "pcapng"})
    assert "say which one" in content["problem"]


def test_packets_are_saved_as_a_file_that_tshark_reads_and_that_equals_the_trace(tmp_path):
    needs("tshark")
    session = Session([run(hello, seed=1, link=Link(loss=0.1))])
    name, mime, data = saved(session, **{"as": "pcapng", "ladder": 0})
    assert (name, mime) == ("hello.pcapng", "application/x-pcapng")
    (tmp_path / name).write_bytes(data)
    fields = ("frame.time_epoch", "ip.src", "ip.dst", "tcp.seq_raw", "tcp.ack_raw", "tcp.len")
    command = ["tshark", "-n", "-r", str(tmp_path / name), "-T", "fields"]
    command += ["-o", "tcp.relative_sequence_numbers:FALSE"]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seen = [line.split("\t") for line in done.stdout.splitlines()]
    trace = session.traces[0]
    assert len(trace) >= 6
    assert [row[1:] for row in seen] == [
        [r.src, r.dst, str(r.seq), str(r.segment.ack), str(r.length)] for r in trace
    ]
    assert [row[0][:17] for row in seen] == [
        f"{EPOCH + r.time // 1_000_000}.{r.time % 1_000_000:06d}" for r in trace
    ]
    assert [r.packet for r in load(tmp_path / name)] == [r.packet for r in trace]


def test_what_has_no_packets_cannot_be_saved_as_packets():
    said = asked(Session([stories.loopback()]), do="save", **{"as": "pcapng", "ladder": 0})
    assert "no packets" in said["problem"]


def test_a_file_has_a_plain_name_whatever_the_trace_is_called():
    trace = stories.handshake()
    trace.title = "../größe\n/etc"
    assert saved(Session([trace]), **{"as": "txt"})[0] == "gr-e-etc.txt"
    assert saved(Session([Trace()]), **{"as": "txt"})[0] == "ladder.txt"


# ---- whatever it sends

PLAIN = run(handshake, seed=1)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 5), st.integers(), st.floats(), st.text(max_size=5),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.none()),
)  # fmt: skip
WORDS = {
    "do": st.sampled_from(["packet", "fault", "undo", "numbers", "save"]) | VALUES,
    "ask": VALUES,
    "ladder": st.integers(0, 1) | VALUES,
    "number": st.integers(1, 4) | VALUES,
    "kind": st.sampled_from(["drop", "delay", "duplicate"]) | VALUES,
    "seconds": st.floats(0, 2) | VALUES,
    "relative": st.booleans() | VALUES,
    "as": st.sampled_from(["txt", "pcapng"]) | VALUES,
}


@settings(deadline=None, max_examples=150)
@given(st.lists(st.fixed_dictionaries({}, optional=WORDS) | VALUES, max_size=5))
def test_any_messages_at_all_are_answered_in_words_or_well(messages):
    session = Session([PLAIN])
    for message in messages:
        content, buffers = answer(session, message)
        expected = message.get("ask") if isinstance(message, dict) else None
        assert content["answer"] is expected
        assert ("problem" in content) + ("says" in content) + ("header" in content) + len(
            buffers
        ) == 1
        if "problem" in content:
            assert content["problem"].endswith(".")
            assert "inside portlab" not in content["problem"]
    assert 1 <= len(scene(session)["ladders"]) <= 2
