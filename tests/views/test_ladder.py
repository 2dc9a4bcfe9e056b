"""The layout: a Trace in, plain data out. Stories are written by hand, tshark is the oracle."""

import subprocess
from dataclasses import replace

from portlab import load, save
from portlab.errors import ConnectionRefused
from portlab.network.faults import drop
from portlab.packets import ACK, SYN, IcmpMessage, UdpDatagram
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from portlab.views.ladder import layout
from portlab.views.shapes import Arrow, Conversation, Mark
from tests.requires import needs
from tests.views import stories
from tests.views.stories import CLIENT_ISS, SERVER_ISS, Story


def arrows(trace: Trace, *, relative: bool = True) -> list[Arrow]:
    drawn = layout(trace, relative=relative)
    return [row for one in drawn.conversations for row in one.rows if isinstance(row, Arrow)]


def only(trace: Trace) -> Conversation:
    (conversation,) = layout(trace).conversations
    return conversation


def test_a_handshake_is_three_arrows_between_client_and_server():
    drawn = only(stories.handshake())
    assert [(lane.name, lane.address, lane.port) for lane in drawn.lanes] == [
        ("client", "10.0.0.2", 49152),
        ("server", "10.0.0.1", 80),
    ]
    assert [(a.number, a.kind, a.start, a.end, a.time, a.arrival) for a in drawn.rows] == [
        (1, "syn", 0, 1, 0, 10_000),
        (2, "syn", 1, 0, 10_000, 20_000),
        (3, "ack", 0, 1, 20_000, 30_000),
    ]
    assert drawn.heading == "TCP, 3 packets, modelled"


def test_numbers_count_from_each_sides_syn_and_go_round_at_2_to_the_32():
    last = arrows(stories.transfer(10, None))[-1]
    assert (last.seq, last.ack) == (1, 14_601)
    assert last.raw_seq == (SERVER_ISS + 1) % 2**32 == 4_294_967_291
    assert last.raw_ack == CLIENT_ISS + 14_601
    raw = arrows(stories.transfer(10, None), relative=False)[-1]
    assert (raw.seq, raw.ack) == (raw.raw_seq, raw.raw_ack)
    assert f"seq={SERVER_ISS + 1}" in raw.label


def test_over_the_end_of_the_numbers_relative_ones_go_on():
    story = Story()
    story.tcp("server", SYN | ACK, 0, 1, at=0)
    story.tcp("server", ACK, 100, 1, at=1, payload=b"x")
    assert SERVER_ISS + 100 > 2**32
    first, second = arrows(story.trace())
    assert (first.raw_seq, second.raw_seq) == (SERVER_ISS, SERVER_ISS + 100 - 2**32)
    assert (first.seq, second.seq) == (0, 100)


def test_the_reset_of_a_closed_port_keeps_its_zero():
    """RFC 9293 3.10.7.1: <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>."""
    _, reset = arrows(stories.refused())
    assert (reset.kind, reset.seq, reset.raw_seq, reset.ack) == ("reset", 0, 0, 1)


def test_states_stand_at_the_ends_of_the_arrows_that_made_them():
    drawn = only(stories.closed())
    assert drawn.before == ("CLOSED", "LISTEN")
    told = [
        (row.number, [c.new for c in row.sent], [c.new for c in row.arrived])
        for row in drawn.rows
        if isinstance(row, Arrow) and (row.sent or row.arrived)
    ]
    assert told == [
        (1, ["SYN-SENT"], ["SYN-RECEIVED"]),
        (2, [], ["ESTABLISHED"]),
        (3, [], ["ESTABLISHED"]),
        (6, ["FIN-WAIT-1"], ["CLOSE-WAIT"]),
        (7, ["LAST-ACK"], ["FIN-WAIT-2", "TIME-WAIT"]),
        (8, [], ["CLOSED"]),
    ]


def test_every_state_change_is_shown_once():
    for trace in (stories.closed(), stories.handshake([1]), stories.handshake([2])):
        shown = [
            (c.time, drawn.lanes[c.lane].name, c.new)
            for drawn in layout(trace).conversations
            for row in drawn.rows
            for c in (row.changes if isinstance(row, Mark) else (*row.sent, *row.arrived))
        ]
        assert sorted(shown) == sorted((c.time, c.host, c.new) for c in trace.changes)


def test_a_timeout_that_sends_nothing_is_a_mark_of_its_own():
    mark = only(stories.closed()).rows[-1]
    assert isinstance(mark, Mark)
    assert (mark.lane, mark.text, mark.changes[0].new) == (0, "timeout 2 MSL", "CLOSED")


def test_a_slice_does_not_tell_of_states_whose_packets_were_cut_off():
    drawn = only(stories.closed()[:3])
    assert [type(row) for row in drawn.rows] == [Arrow, Arrow, Arrow]
    assert [c.new for c in drawn.rows[-1].arrived] == ["ESTABLISHED"]


def test_a_lost_packet_arrives_nowhere_and_says_why():
    lost = arrows(stories.handshake([1]))[0]
    assert (lost.fate, lost.arrival, lost.arrived) == ("lost", None, ())
    assert lost.label.endswith("lost: drop(1)")


def test_what_is_sent_again_is_marked_as_inferred():
    again = {a.number: a.again for a in arrows(stories.handshake([2])) if a.again}
    assert again == {3: 1, 4: 2}
    trace = stories.handshake([2])
    assert "retransmission of 1*" in arrows(trace)[2].label
    assert any(note.startswith("* inferred") for note in layout(trace).notes)


def test_an_acknowledgment_is_never_a_retransmission():
    story = Story()
    for at in range(3):
        story.tcp("server", ACK, 1, 1, at=at)
    assert [a.again for a in arrows(story.trace())] == [None, None, None]


def test_a_copy_that_a_link_made_is_not_a_retransmission():
    story = Story()
    story.tcp("client", SYN, 0, at=0)
    story.tcp("client", SYN, 0, at=0, copy=True)
    copy = arrows(story.trace())[1]
    assert (copy.fate, copy.again) == ("duplicate", None)
    assert "copy" in copy.label


def test_an_icmp_error_belongs_to_the_packet_it_quotes_in_both_ip_versions():
    for v6 in (False, True):
        drawn = only(stories.udp_refused(v6))
        sent, error = drawn.rows
        assert (sent.kind, error.kind, error.about) == ("udp", "icmp", 1)
        assert (error.start, error.end) == (1, 0)
        assert "port unreachable" in error.label
        assert "about 1*" in error.label


def test_a_router_that_answers_is_neither_client_nor_server():
    story = Story(("10.0.0.2", 5000), ("10.9.9.9", 53), {})
    sent = story.packet("10.0.0.2", "10.9.9.9", UdpDatagram(5000, 53, b"?"), 0, None, "lost")
    story.packet("10.0.0.254", "10.0.0.2", IcmpMessage.unreachable(sent.raw, 1), 5, 10)
    drawn = only(story.trace())
    assert [lane.address for lane in drawn.lanes] == ["10.0.0.2", "10.9.9.9", "10.0.0.254"]
    assert (drawn.rows[1].start, drawn.rows[1].end) == (2, 0)


def test_conversations_have_a_heading_and_rows_of_their_own():
    one, two = stories.handshake(), stories.udp_refused()
    later = [replace(r, number=r.number + 3, time=r.time + 50_000) for r in two]
    both = Trace([*one, *later], changes=one.changes, hosts=one.hosts)
    drawn = layout(both)
    assert [c.heading for c in drawn.conversations] == [
        "Conversation 1 of 2: TCP, 3 packets, modelled",
        "Conversation 2 of 2: UDP, 2 packets, modelled",
    ]
    assert [row.number for row in drawn.conversations[1].rows] == [4, 5]
    assert drawn.conversations[1].rows[0].time == 50_000


def test_a_file_knows_no_arrivals_names_or_states():
    trace = stories.from_file()
    drawn = only(trace)
    assert [(a.arrival, a.fate, a.origin) for a in drawn.rows] == [(None, "seen", "recorded")] * 2
    assert [lane.name for lane in drawn.lanes] == ["10.0.0.1", "10.0.0.2"]
    assert drawn.before == (None, None)
    notes = layout(trace).notes
    assert "Record 3: ARP: not an IP packet" in notes


def test_socket_calls_are_marks_on_the_callers_lane():
    drawn = only(stories.loopback())
    assert [lane.port for lane in drawn.lanes] == [40404, 5000]
    assert [(row.number, row.lane, row.text) for row in drawn.rows] == [
        (1, 1, "listen on 127.0.0.1:5000"),
        (2, 0, "connect -> 127.0.0.1:5000"),
        (3, 1, "accept"),
        (4, 0, "send 18 bytes"),
        (5, 1, "receive 18 bytes"),
        (6, 0, "close"),
    ]
    assert drawn.heading == "TCP, 6 socket calls, no packet seen"


def test_hosts_that_share_an_address_are_told_apart_by_port():
    trace = stories.loopback()
    trace.hosts = {"127.0.0.1:40404": "client", "127.0.0.1:5000": "server"}
    assert [lane.name for lane in only(trace).lanes] == ["client", "server"]


def test_a_listener_that_nobody_called_has_one_lane():
    drawn = only(stories.loopback()[:1])
    assert len(drawn.lanes) == 1
    assert len(drawn.rows) == 1


def test_nothing_at_all_is_said_in_a_sentence():
    drawn = layout(Trace())
    assert drawn.conversations == ()
    assert drawn.notes == ("Nothing to show: no packet was sent and no socket was called.",)


def test_how_the_run_ended_and_faults_that_met_nothing_are_notes():
    error = ConnectionRefused("Nobody listens.")
    trace = Trace(stories.refused(), error=error, unused_faults=[drop(9)])
    notes = layout(trace).notes
    assert "It ended with ConnectionRefused: Nobody listens." in notes
    assert "Met nothing, because no packet had that number: drop(9)." in notes


def test_control_characters_from_outside_are_written_out():
    trace = Trace([Record(1, 0, "recorded", "seen", problem="bad \x1b[31m frame\n")])
    assert layout(trace).notes == (r"Record 1: bad \x1b[31m frame\n",)


def test_the_layout_can_be_compared_and_hashed():
    assert layout(stories.closed()) == layout(stories.closed())
    assert hash(layout(stories.closed())) == hash(layout(stories.closed()))


def test_tshark_counts_and_recognises_the_same(tmp_path):
    """Relative numbers, and which frames repeat earlier ones, as Wireshark sees them."""
    needs("tshark")
    for name, trace in {
        "transfer": stories.transfer(30, 7),
        "syn-ack lost": stories.handshake([2]),
        "closed": stories.closed(),
        "begun in the middle": stories.transfer(30, 7)[5:],
    }.items():
        file = str(tmp_path / "story.pcapng")
        save(trace, file)
        fields = ["frame.number", "tcp.seq", "tcp.ack", "tcp.window_size"]
        fields.append("tcp.analysis.retransmission")
        command = ["tshark", "-r", file, "-T", "fields", "-E", "separator=,"]
        for field in fields:
            command += ["-e", field]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        theirs = [line.split(",") for line in printed.splitlines()]
        ours = arrows(load(file))
        assert [(int(n), int(s)) for n, s, *_ in theirs] == [(a.number, a.seq) for a in ours], name
        acks = [int(ack) for _, _, ack, *_ in theirs]
        assert acks == [a.ack or 0 for a in ours], name
        windows = [f"win={window}" for _, _, _, window, _ in theirs]
        assert windows == [p.text for a in ours for p in a.pieces if p.name == "win"], name
        assert [bool(again) for *_, again in theirs] == [a.again is not None for a in ours], name
