"""What an exchange costs, counted by hand for those that are known."""

import pytest

from portlab import Lab, Link, apps, drop, load, run, save
from portlab.trace.cost import Cost, cost
from portlab.trace.trace import Trace


def over_udp(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.udp(7, apps.Echo())
    socket = client.udp()
    socket.send_to(b"hello", server, 7)


def over_tcp(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(7, apps.Echo())
    with client.connect(server, 7) as connection:
        connection.send(b"hello")
        connection.receive_until(b"o")


def test_udp_costs_the_question_and_the_answer() -> None:
    assert cost(run(over_udp)) == Cost(2, 2 * (20 + 8 + 5), 0, 1, 20_000)


def test_tcp_costs_a_round_trip_more_and_what_opens_and_closes() -> None:
    """Two with 12 bytes of options, two with 5 bytes of data, four bare ones; a FIN each way."""
    assert cost(run(over_tcp)) == Cost(8, 2 * 52 + 2 * 45 + 4 * 40, 0, 2, 40_000)


def test_no_answer_has_no_time() -> None:
    assert cost(run(over_udp, faults=[drop(2)])) == Cost(2, 66, 1, None, None)
    assert cost(Trace()) == Cost(0, 0, 0, None, None)


def test_a_repetition_is_waited_for_and_crosses_the_line_no_more_often() -> None:
    found = cost(run(over_tcp, faults=[drop(1)]))
    assert (found.packets, found.lost) == (9, 1)
    assert (found.round_trips, found.answered) == (2, 1_040_000)


@pytest.mark.parametrize(("segments", "trips"), [(3, 2), (4, 3), (9, 3), (10, 4), (21, 4), (22, 5)])
def test_slow_start_takes_its_round_trips(segments: int, trips: int) -> None:
    """Three segments at first (RFC 5681 3.1), and with each round trip up to twice as many: 3, 6,
    12. The handshake is one round trip more."""

    class Much:
        name = "Much"

        def session(self, local, peer):
            return self

        def handle(self, event):
            return (apps.Send(bytes(1460 * segments)),) if isinstance(event, apps.Data) else ()

    def fetch(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.config = client.config = type(server.config)(delayed_ack=False)
        server.listen(80, Much())
        client.connect(server, 80).send(b"x")

    assert cost(run(fetch)).round_trips == trips


def test_the_first_packet_need_not_be_answered_by_its_own_kind() -> None:
    def nobody(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        client.connect(server, 80)

    assert cost(run(nobody)).answered is None


def test_a_capture_tells_the_same_but_for_the_moment_it_was_taken(tmp_path) -> None:
    """A packet is noted when it leaves, so the answer's way back is in no file's times."""
    for experiment in (over_udp, over_tcp):
        modelled = run(experiment)
        save(modelled, tmp_path / "run.pcapng")
        there, told = cost(modelled), cost(load(tmp_path / "run.pcapng"))
        assert (told.packets, told.bytes, told.lost) == (there.packets, there.bytes, 0)
        assert told.round_trips == there.round_trips
        assert told.answered == (there.answered or 0) - 10_000


def test_each_line_has_its_own_round_trip() -> None:
    for milliseconds in (1, 5, 80):
        link = Link(delay=milliseconds / 1000)
        assert cost(run(over_udp, link=link)).answered == 2_000 * milliseconds
        assert cost(run(over_tcp, link=link)).answered == 4_000 * milliseconds
