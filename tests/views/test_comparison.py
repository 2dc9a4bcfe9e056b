"""Two ladders compared: told as what happens when one packet goes wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab import Link, apps, delay, drop, duplicate, run
from portlab.trace.capture import load, save
from portlab.trace.trace import Trace
from portlab.views.comparison import Comparison, compare, is_marked
from portlab.views.folding import folded
from portlab.views.ladder import layout
from portlab.views.shapes import Arrow, Layout
from tests.views import stories
from tests.views.stories import MS


def compared(one: Trace, other: Trace) -> Comparison:
    return compare(layout(one), layout(other))


def told(shown: Layout, numbers: tuple[int, ...]) -> list[str]:
    """The marked rows of a ladder in few words."""
    rows = [row for one in shown.conversations for row in one.rows if row.number in numbers]
    return [
        f"{row.number} {row.pieces[0].text} {'again' if row.again else row.fate}" for row in rows
    ]


def handshake(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80)


STORIES = {
    # The SYN that arrived is not there; a lost one is, and one sent again.
    drop(1): (["1 SYN delivered"], ["1 SYN lost", "2 SYN again"]),
    # The client hears nothing and asks again, so the server answers again.
    drop(2): (["2 SYN,ACK delivered"], ["2 SYN,ACK lost", "3 SYN again", "4 SYN,ACK again"]),
    # The client is content; the server is not, and answers until an ACK comes.
    drop(3): ([], ["3 ACK lost", "4 SYN,ACK again"]),
    # The same packets, one of them late.
    delay(2, 0.5): (["2 SYN,ACK delivered"], ["2 SYN,ACK delivered"]),
    # The copy, and the ACK that says so.
    duplicate(2): ([], ["3 SYN,ACK duplicate", "4 ACK delivered"]),
    drop(4): ([], []),
}


@pytest.mark.parametrize("fault", STORIES, ids=repr)
def test_a_handshake_with_one_fault(fault):
    plain = run(handshake, seed=1)
    one, other = layout(plain), layout(plain.rerun([fault]))
    found = compare(one, other)
    assert (told(one, found.only[0]), told(other, found.only[1])) == STORIES[fault]
    assert found.marked == found.only


def test_what_is_alike_says_how_much_later_it_comes():
    found = compared(stories.handshake(), stories.handshake([2]))
    assert [(pair.one, pair.other, pair.later) for pair in found.alike] == [
        (1, 1, 0),
        (3, 5, 1000 * MS),
    ]
    assert "From number 3 (5 in the second) on, what is alike comes 1 s later in the second." in (
        found.summary
    )


def test_the_summary_counts_both():
    assert compared(stories.handshake(), stories.handshake([2])).summary == (
        "Marked: 1 row only in the first, 3 only in the second. 2 are alike in both.",
        "From number 3 (5 in the second) on, what is alike comes 1 s later in the second.",
        "Packets: 3 in the first, 5 in the second.",
        # SYN and SYN,ACK have 12 bytes of options each, an ACK none (RFC 9293 3.1).
        "Bytes, headers included: 144 in the first, 248 in the second.",
        "Bytes of data alone: none in both.",
        "Lost packets: none in the first, 1 in the second.",
        "Retransmissions*: none in the first, 2 in the second.",
        "From the first packet to the last arrival: 30 ms in the first, 1.03 s in the second.",
    )


def test_tcp_beside_udp_marks_nothing_and_counts():
    found = compared(stories.closed(), stories.udp_refused())
    assert found.alike == ()
    assert found.marked == ((), ())
    assert found.only == (tuple(range(1, 9)), (1, 2))
    assert found.beside == ((0, 0),)
    assert found.summary[0] == "Nothing is alike in both, so nothing is marked."
    assert "Packets: 8 in the first, 2 in the second." in found.summary
    # What the ICMP error quotes is no data of anybody's.
    assert "Bytes of data alone: 126 in the first, 5 in the second." in found.summary


def ask_over_udp(lab):
    server, client = lab.hosts("server", "client")
    server.udp(7, apps.Echo())
    question = client.udp()
    question.send_to(b"hello", server, 7)
    question.receive(timeout=30)


@pytest.mark.parametrize("lost", [1, 2])
def test_a_client_that_gave_up_is_not_told_as_the_faster_one(lost):
    """Its last arrival is early because nothing else ever came; the client waited half a minute."""
    answered = run(ask_over_udp)
    in_vain = answered.rerun([drop(lost)])
    found = " ".join(compared(answered, in_vain).summary)
    assert "times do not compare: the second ended in an error" in found
    assert "in 30 s" in found
    assert "compare: the first ended" in " ".join(compared(in_vain, answered).summary)
    for both in ((answered, answered), (in_vain, in_vain)):
        assert "do not compare" not in " ".join(compared(*both).summary)


def test_how_both_ended_is_told():
    def nobody_listens(lab):
        server, client = lab.hosts("server", "client")
        client.connect(server, 80)

    found = compared(run(handshake), run(nobody_listens))
    assert found.summary[-2] == "The first: It ran to its end."
    assert found.summary[-1].startswith("The second: It ended with ConnectionRefused: ")
    same = compared(run(nobody_listens), run(nobody_listens))
    assert same.summary[-1].startswith("Both ended alike. It ended with ConnectionRefused: ")


def test_a_trace_that_went_through_a_file_is_still_like_itself(tmp_path):
    trace = stories.closed()
    save(trace, tmp_path / "closed.pcapng")
    loaded = load(tmp_path / "closed.pcapng")
    loaded.hosts = trace.hosts
    assert compared(trace, loaded).only == ((), ())


def test_numbers_in_the_headers_differ_from_seed_to_seed_and_relative_ones_do_not():
    one, other = run(handshake, seed=1), run(handshake, seed=2)
    assert compared(one, other).only == ((), ())
    raw = compare(layout(one, relative=False), layout(other, relative=False))
    assert raw.only == ((1, 2, 3), (1, 2, 3))


def three_visits(lab):
    server, client, third = lab.hosts("server", "client", "third")
    server.listen(80, apps.Echo())
    server.listen(7, apps.Echo())
    for who, port in ((client, 80), (client, 7), (third, 80)):
        with who.connect(server, port) as connection:
            connection.send(b"hello")
            connection.receive()


def two_visits(lab):
    server, client, third = lab.hosts("server", "client", "third")
    server.listen(80, apps.Echo())
    for who in (third, client):
        with who.connect(server, 80) as connection:
            connection.send(b"hello")
            connection.receive()


def test_conversations_find_their_own_in_whatever_order_they_come():
    found = compared(run(three_visits), run(two_visits))
    assert found.beside == ((0, 1), (1, None), (2, 0))
    assert "Conversations: 3 in the first, 2 in the second." in found.summary
    backwards = compared(run(two_visits), run(three_visits))
    assert backwards.beside == ((0, 2), (1, 0), (None, 1))


def test_socket_calls_are_compared_too():
    one = stories.loopback()
    story = stories.Story(("127.0.0.1", 40404), ("127.0.0.1", 5000), {})
    for name in ("listen", "connect"):
        story.call("server" if name == "listen" else "client", name, 0)
    found = compared(one, story.trace())
    assert found.only == ((3, 4, 5, 6), ())
    assert "Socket calls: 6 in the first, 2 in the second." in found.summary
    assert not any(sentence.startswith("Packets") for sentence in found.summary)


def test_nothing_beside_something():
    found = compared(Trace(), stories.handshake())
    assert found.only == ((), (1, 2, 3))
    assert found.beside == ((None, 0),)
    assert compared(Trace(), Trace()).summary[0].startswith("No difference")


def test_a_fold_is_marked_if_anything_in_it_is():
    whole = layout(stories.transfer(60, None))
    short = folded(whole, conversations=1, rows=10, rows_in_all=10)
    fold = next(row for row in short.conversations[0].rows if not isinstance(row, Arrow))
    assert is_marked(fold, {fold.last})
    assert not is_marked(fold, {fold.first - 1, fold.last + 1})


TRACES = st.builds(
    lambda lose, segments, gap: stories.transfer(segments, lose, gap),
    st.one_of(st.none(), st.integers(0, 29)),
    st.integers(1, 30),
    st.sampled_from([0.0, 0.3]),
) | st.sampled_from(
    [
        stories.handshake(),
        stories.handshake([1, 2, 3]),
        stories.closed(),
        stories.refused(),
        stories.udp_refused(),
        stories.router_refuses(),
        stories.loopback(),
        stories.from_file(),
        Trace(),
    ]
)


@settings(deadline=None, max_examples=60)
@given(TRACES)
def test_nothing_differs_from_itself(trace):
    found = compared(trace, trace)
    assert found.only == ((), ())
    assert all(pair.one == pair.other and pair.later == 0 for pair in found.alike)
    assert " in the first" not in "".join(found.summary)


@settings(deadline=None, max_examples=60)
@given(TRACES, TRACES)
def test_both_ways_round_the_same_is_found(one, other):
    there, back = compared(one, other), compared(other, one)
    assert back.only == there.only[::-1]
    assert {(p.other, p.one, -p.later) for p in back.alike} == {
        (p.one, p.other, p.later) for p in there.alike
    }


@settings(deadline=None, max_examples=60)
@given(TRACES, TRACES)
def test_every_numbered_row_is_alike_or_only_there(one, other):
    first, second = layout(one), layout(other)
    found = compare(first, second)
    sides = [{pair.one for pair in found.alike}, {pair.other for pair in found.alike}]
    for shown, only, alike in zip((first, second), found.only, sides, strict=True):
        rows = [row.number for c in shown.conversations for row in c.rows if row.number]
        assert sorted([*only, *alike]) == sorted(rows)


def test_a_long_transfer_with_one_loss_is_alike_but_for_what_the_loss_did():
    """7,500 packets and more on a side; only the burst with the loss and its repair are marked."""
    one, other = stories.transfer(5000, None), stories.transfer(5000, 2500)
    found = compared(one, other)
    assert len(one) > 7500
    assert len(found.only[0]) + len(found.only[1]) < 30
    assert min(found.only[1]) > 2500


def big(lab):
    server, client = lab.hosts("server", "client")
    listener = server.listen(80)
    with client.connect(server, 80) as connection:
        accepted = listener.accept()
        connection.send(bytes(300_000))
        connection.shutdown()
        accepted.receive_all(timeout=100)


def test_a_run_over_a_bad_line_meets_the_run_over_a_good_one_again():
    found = compared(run(big, seed=3), run(big, seed=3, link=Link(loss=0.02)))
    lost = next(sentence for sentence in found.summary if sentence.startswith("Lost"))
    assert lost.startswith("Lost packets: none in the first, ")
    assert "Bytes of data alone: 300,000 in the first" in "".join(found.summary)
    assert found.alike[-1].later > 0
