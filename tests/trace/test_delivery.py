"""When a program could read what came: held against the model host's own programs."""

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from portlab import Lab, Link, apps, conversations, delay, drop, duplicate, load, run, save
from portlab.trace.delivery import Delivery, deliveries, sendings
from portlab.trace.trace import Trace


class Ear:
    """A program that notes each piece it is given, and when; the oracle for what packets tell."""

    name = "Ear"

    def __init__(self, lab: Lab) -> None:
        self._network = lab._world._network
        self.heard: list[Delivery] = []

    def session(self, local: apps.Address, peer: apps.Address) -> "Ear":
        return self

    def handle(self, event: apps.Event) -> Iterable[apps.Action]:
        if isinstance(event, apps.Data | apps.Datagram):
            self.heard.append(Delivery(self._network.now, event.data))
        return ()


PIECES = st.lists(st.binary(min_size=1, max_size=4000), min_size=1, max_size=4)
CHANCE = st.sampled_from([0.0, 0.1, 0.3])
LINKS = st.builds(Link, loss=CHANCE, reorder=CHANCE, duplicate=CHANCE)


@given(pieces=PIECES, link=LINKS, seed=st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_a_stream_is_there_when_its_program_gets_it(
    pieces: list[bytes], link: Link, seed: int
) -> None:
    with Lab(seed=seed, link=link) as lab:
        server, client = lab.hosts("server", "client")
        ear = Ear(lab)
        server.listen(80, ear)
        connection = client.connect(server, 80, timeout=300)
        for piece in pieces:
            connection.send(piece)
        lab.run()
        (one,) = conversations(lab.trace)
        assert _by_time(deliveries(one.trace, one.server)) == _by_time(ear.heard)
        assert b"".join(one.data for one in sendings(one.trace, one.server)) == b"".join(pieces)
        assert deliveries(one.trace, one.client) == []


def _by_time(come: list[Delivery]) -> list[tuple[int, bytes]]:
    """What is there at each moment: two segments may arrive at once."""
    joined: dict[int, bytes] = {}
    for one in come:
        joined[one.time] = joined.get(one.time, b"") + one.data
    return list(joined.items())


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=20), LINKS, st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_datagrams_are_there_as_they_come(pieces: list[bytes], link: Link, seed: int) -> None:
    with Lab(seed=seed, link=link) as lab:
        server, client = lab.hosts("server", "client")
        ear = Ear(lab)
        server.udp(53, ear)
        socket = client.udp()
        for piece in pieces:
            socket.send_to(piece, server, 53)
            lab.run(0.001)
        lab.run()
        assert deliveries(lab.trace, ("10.0.0.1", 53)) == ear.heard


def two_pieces(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(80)
    connection = client.connect(server, 80)
    connection.send(b"a" * 1460 + b"b" * 1460)


def told(trace: Trace) -> list[tuple[int, bytes]]:
    (one,) = conversations(trace)
    return [(piece.time // 1000, piece.data[:1]) for piece in deliveries(one.trace, one.server)]


def test_what_follows_a_lost_segment_waits_for_it() -> None:
    assert told(run(two_pieces)) == [(30, b"a"), (30, b"b")]
    held_back = run(two_pieces, faults=[delay(4, 0.1)])
    assert told(held_back) == [(130, b"a")]
    (both,) = deliveries(held_back, ("10.0.0.1", 80))
    assert both.data == b"a" * 1460 + b"b" * 1460
    assert told(run(two_pieces, faults=[duplicate(4)])) == [(30, b"a"), (30, b"b")]
    assert len(told(run(two_pieces, faults=[drop(4)]))) == 1


def test_a_file_knows_when_packets_passed_and_no_more(tmp_path) -> None:
    save(run(two_pieces), tmp_path / "two.pcapng")
    assert told(load(tmp_path / "two.pcapng")) == [(20, b"a"), (20, b"b")]


def test_a_capture_that_begins_in_the_middle_is_read_from_there() -> None:
    trace = run(two_pieces)
    assert [one.data[:1] for one in deliveries(trace[4:], ("10.0.0.1", 80))] == [b"b"]
