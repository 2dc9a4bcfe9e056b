"""What hosts say about their TCP, held against what stands in the segments on the wire.

The oracle is RFC 9293 3.3.1: what each variable must be can be worked out from the segments that
a host has sent and got so far, without looking inside it.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from portlab import Lab, Link, apps, drop, run
from portlab.packets import Segment, WindowScale
from portlab.trace.conversations import conversations
from portlab.trace.record import Record
from portlab.trace.snapshot import Snapshot
from portlab.trace.trace import Trace
from tests.network.story import connected

SECOND = 1_000_000
MS = 1000


def talk(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(7, apps.Echo())
    with client.connect(server, 7) as connection:
        connection.send(b"hello")
        connection.receive_until(b"hello")


def transfer(lab: Lab) -> None:
    one, other = connected(*lab.hosts("server", "client"))
    one.send(bytes(30_000))
    one.shutdown()
    other.receive_all()
    other.close()


def closed_window(lab: Lab) -> None:
    """The server has room for 4,000 bytes, and its program reads only after four seconds."""
    server, client = lab.hosts("server", "client")
    server.config = replace(server.config, receive_buffer=4000)
    one, other = connected(server, client)
    one.send(bytes(6000))
    lab.run(4)
    for _ in range(2):
        other.receive()
    lab.run(1)


EXPERIMENTS = {
    "talk": lambda: run(talk, seed=1),
    "transfer": lambda: run(transfer, seed=2),
    "transfer with loss": lambda: run(transfer, seed=2, faults=[drop(4), drop(9), drop(20)]),
    "transfer on a bad line": lambda: run(transfer, seed=5, link=Link(loss=0.1)),
    "lost SYN": lambda: run(talk, seed=1, faults=[drop(1), drop(3)]),
    "closed window": lambda: run(closed_window, seed=1),
}


@pytest.fixture(params=EXPERIMENTS, ids=lambda name: name.replace(" ", "-"))
def trace(request: pytest.FixtureRequest) -> Trace:
    return EXPERIMENTS[request.param]()


def of(trace: Trace, host: str, until: int | None = None) -> list[Snapshot]:
    return [
        snapshot
        for snapshot in trace.snapshots
        if snapshot.host == host and (until is None or snapshot.time <= until)
    ]


def sent_by(trace: Trace, host: str, until: int) -> Iterator[tuple[Record, Segment]]:
    for record in trace:
        if record.segment and record.time <= until and trace.name_of(record.src or "") == host:
            yield record, record.segment


def came_to(trace: Trace, host: str, until: int) -> list[tuple[Record, Segment]]:
    """What has arrived by `until`, in the order of arrival."""
    came = [
        (record, record.segment)
        for record in trace
        if record.segment
        and record.arrival is not None
        and record.arrival <= until
        and trace.name_of(record.dst or "") == host
    ]
    return sorted(came, key=lambda one: one[0].arrival or 0)


def last_of_each_moment(trace: Trace) -> list[Snapshot]:
    return list({(one.host, one.time): one for one in trace.snapshots}.values())


def past(number: int, start: int) -> int:
    return (number - start) % 2**32


# ---- the numbers, worked out from the wire ------------------------------------------------------


def test_snd_nxt_is_just_past_all_that_was_sent(trace: Trace) -> None:
    for one in last_of_each_moment(trace):
        ends = [
            past(segment.seq + segment.sequence_length, one.iss)
            for _, segment in sent_by(trace, one.host, one.time)
        ]
        assert past(one.snd_nxt, one.iss) == max(ends), one


def test_snd_una_is_the_highest_acknowledgment_that_came(trace: Trace) -> None:
    for one in last_of_each_moment(trace):
        acks = [
            past(segment.ack, one.iss)
            for _, segment in came_to(trace, one.host, one.time)
            if segment.has_ack
        ]
        assert past(one.snd_una, one.iss) == max(acks, default=0), one


def test_rcv_nxt_and_the_window_are_what_the_next_segment_says(trace: Trace) -> None:
    checked = 0
    shifts = {
        trace.name_of(record.src or ""): option.shift
        for record in trace
        if record.segment and (option := record.segment.option(WindowScale))
    }
    for record in trace:
        segment, host = record.segment, trace.name_of(record.src or "")
        assert segment is not None
        if not segment.has_ack or segment.has_rst:
            continue
        mine = of(trace, host, record.time)
        # What it held when this was sent: the last before this moment, or one within it.
        held = [one for one in mine if one.time == record.time] or mine[-1:]
        shift = 0 if segment.has_syn else shifts[host]
        most = 0xFFFF << shift
        assert (segment.ack, segment.window) in {
            (one.rcv_nxt, min(one.rcv_wnd or 0, most) >> shift) for one in held
        }, record
        checked += 1
    assert checked > 3


def test_snd_wnd_is_what_the_peer_last_offered_times_its_scale() -> None:
    for name in ("talk", "transfer", "closed window"):
        trace = EXPERIMENTS[name]()
        shifts = {
            trace.name_of(record.dst or ""): option.shift
            for record in trace
            if record.segment and (option := record.segment.option(WindowScale))
        }
        for one in last_of_each_moment(trace):
            came = came_to(trace, one.host, one.time)
            if not came:
                assert (one.snd_wnd, one.irs, one.rcv_nxt, one.rcv_wnd) == (None,) * 4
                continue
            last = came[-1][1]
            shift = 0 if last.has_syn else shifts[one.host]
            assert one.snd_wnd == last.window << shift, one
        offered = {one.snd_wnd for one in trace.snapshots}
        assert (0 in offered) == (name == "closed window")


def test_states_are_those_of_the_changes(trace: Trace) -> None:
    for host in ("client", "server"):
        moves = [change.new for change in trace.changes if change.host == host]
        stood = [snapshot.state for snapshot in of(trace, host)]
        seen = [state for at, state in enumerate(stood) if at == 0 or stood[at - 1] != state]
        # Two moves in one moment, such as FIN-WAIT-1 to TIME-WAIT, may leave no time between.
        at = iter(moves)
        assert all(state in at for state in seen), (moves, seen)
        assert seen[-1] == moves[-1]


def test_every_snapshot_says_something_new(trace: Trace) -> None:
    for host in ("client", "server"):
        mine = of(trace, host)
        assert all(one != replace(other, time=one.time) for other, one in pairwise(mine))
    times = [snapshot.time for snapshot in trace.snapshots]
    assert times == sorted(times)


# ---- the figures of RFC 9293 --------------------------------------------------------------------

Line = tuple[int, str, str, int, int, int | None]
"""Time in ms, host, state, and SND.UNA, SND.NXT, RCV.NXT in the RFC's own numbers."""


def told(trace: Trace, iss: int, irs: int) -> list[Line]:
    """`iss` is the first number of the client, as in the figure; `irs` that of the server."""
    bases = {"client": (iss, irs), "server": (irs, iss)}
    return [
        (
            one.time // MS,
            one.host,
            one.state,
            bases[one.host][0] + past(one.snd_una, one.iss),
            bases[one.host][0] + past(one.snd_nxt, one.iss),
            None if one.irs is None or one.rcv_nxt is None
            else bases[one.host][1] + past(one.rcv_nxt, one.irs),
        )
        for one in last_of_each_moment(trace)
    ]  # fmt: skip


def test_figure_6_the_handshake_and_the_first_data() -> None:
    def experiment(lab: Lab) -> None:
        one, _ = connected(*lab.hosts("server", "client"))
        lab.run(0.01)
        one.send(b"data")
        lab.run(0.015)

    # Line 2: <SEQ=100><CTL=SYN>; 3: <SEQ=300><ACK=101><CTL=SYN,ACK>; 4 and 5: <SEQ=101><ACK=301>.
    assert told(run(experiment), 100, 300)[:5] == [
        (0, "client", "SYN-SENT", 100, 101, None),
        (10, "server", "SYN-RECEIVED", 300, 301, 101),
        (20, "client", "ESTABLISHED", 101, 101, 301),
        (30, "server", "ESTABLISHED", 301, 301, 101),
        (40, "client", "ESTABLISHED", 101, 105, 301),
    ]


def test_figure_12_a_normal_close() -> None:
    def experiment(lab: Lab) -> None:
        one, other = connected(*lab.hosts("server", "client"))
        lab.run(0.01)
        one.shutdown()
        lab.run(0.025)
        other.close()
        lab.run(240)

    # Line 2: <SEQ=100><ACK=300><CTL=FIN,ACK>; 3: <SEQ=300><ACK=101>; 4: <SEQ=300><ACK=101>
    # <CTL=FIN,ACK>; 5: <SEQ=101><ACK=301>; 6: 2 MSL.
    assert told(run(experiment), 99, 299)[4:] == [
        (40, "client", "FIN-WAIT-1", 100, 101, 300),
        (50, "server", "CLOSE-WAIT", 300, 300, 101),
        (60, "client", "FIN-WAIT-2", 101, 101, 300),
        (65, "server", "LAST-ACK", 300, 301, 101),
        (75, "client", "TIME-WAIT", 101, 101, 301),
        (85, "server", "CLOSED", 301, 301, 101),
        (240_075, "client", "CLOSED", 101, 101, 301),
    ]


# ---- timers -------------------------------------------------------------------------------------


def timers(trace: Trace, host: str) -> list[tuple[float, str, float]]:
    """(seconds, name, seconds until it is due) whenever a timer is set anew."""
    found: list[tuple[float, str, float]] = []
    running: dict[str, int] = {}
    for one in last_of_each_moment(trace):
        if one.host != host:
            continue
        found += [
            (one.time / SECOND, name, (due - one.time) / SECOND)
            for name, due in one.timers
            if running.get(name) != due
        ]
        running = dict(one.timers)
    return found


def test_a_timer_waits_for_every_acknowledgment(trace: Trace) -> None:
    for one in trace.snapshots:
        names = {name for name, _ in one.timers}
        waits = one.snd_una != one.snd_nxt and one.state != "CLOSED"
        assert waits == bool(names & {"retransmission", "persist"}) or "persist" in names, one
        assert all(due >= one.time for _, due in one.timers)
        if one.state == "CLOSED":
            assert one.timers == ()


def test_the_retransmission_timer_doubles() -> None:
    def call(lab: Lab) -> None:
        lab.host("client").connect("10.0.0.99", 80, timeout=20)

    # RFC 6298: 1 second at first (2.1), and twice as long after each expiry (5.5).
    assert timers(run(call), "client") == [
        (0, "retransmission", 1),
        (1, "retransmission", 2),
        (3, "retransmission", 4),
        (7, "retransmission", 8),
        (15, "retransmission", 16),
    ]


def test_a_closed_window_is_probed_and_time_passes_between_the_probes() -> None:
    trace = EXPERIMENTS["closed window"]()
    set_anew = timers(trace, "client")
    assert (0.05, "override", 0.5) in set_anew  # 1,080 bytes of room, 3,080 to send (3.8.6.2.1)
    probes = [(at, left) for at, name, left in set_anew if name == "persist"]
    # RFC 9293 3.8.6.1: the first after an RTO, then "increase exponentially the interval".
    assert probes == [(0.77, 1), (1.77, 2), (3.77, 4)]
    closed = [one for one in of(trace, "client") if ("persist" in dict(one.timers))]
    assert {one.snd_wnd for one in closed} == {0}
    assert {one.snd_nxt - one.snd_una for one in closed} == {0, 1}


def test_time_wait_lasts_2_msl() -> None:
    trace = run(talk, seed=1)
    (waits,) = [one for one in timers(trace, "client") if one[1] == "TIME-WAIT"]
    assert waits[2] == 2 * 120  # MSL of two minutes (RFC 9293 3.4.2)
    assert not [one for one in timers(trace, "server") if one[1] == "TIME-WAIT"]


def test_the_delayed_ack_waits_a_fifth_of_a_second_for_company() -> None:
    def experiment(lab: Lab) -> None:
        one, _ = connected(*lab.hosts("server", "client"))
        one.send(b"alone")
        lab.run(1)

    trace = run(experiment)
    assert timers(trace, "server")[-1] == (0.04, "delayed ACK", 0.2)
    (acked,) = [record for record in trace if record.time == 240 * MS]
    assert acked.flags == "ACK"
    after = next(one for one in trace.snapshots if one.time == acked.time)
    assert after.timers == ()


def test_keep_alive_is_due_two_hours_after_the_last_word() -> None:
    def experiment(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        client.config = replace(client.config, keep_alive=True)
        connected(server, client)

    # RFC 9293 3.8.4: no less than two hours; the client's last word was its ACK at 20 ms.
    assert timers(run(experiment), "client")[-1] == (0.02, "keep-alive", 7200)


# ---- a trace keeps them -------------------------------------------------------------------------


def test_same_seed_same_snapshots() -> None:
    assert list(run(transfer, seed=4).snapshots) == list(run(transfer, seed=4).snapshots)


def test_parts_of_a_trace_keep_them_and_a_lab_goes_on() -> None:
    with Lab(seed=1) as lab:
        one, _ = connected(*lab.hosts("server", "client"))
        early = lab.trace
        assert list(early[:1].snapshots) == list(early.snapshots)
        count = len(early.snapshots)
        one.send(b"more")
        lab.run(1)
        assert len(early.snapshots) == count < len(lab.trace.snapshots)
        assert list(lab.trace.snapshots)[:count] == list(early.snapshots)


def test_each_conversation_has_its_own() -> None:
    def twice(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(7, apps.Echo())
        client.connect(server, 7, source_port=5000).abort()
        lab.run()
        client.connect(server, 7, source_port=5000)

    first, second = conversations(run(twice))
    for talked in (first, second):
        assert {one.iss for one in talked.trace.snapshots if one.host == "client"} == {
            talked.trace[0].seq
        }
    assert first.trace[0].seq != second.trace[0].seq


def test_nobody_can_ask_a_kernel() -> None:
    trace = run(talk, world="loopback")
    assert len(trace) > 0
    assert list(trace.snapshots) == []
