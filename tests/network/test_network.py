"""The loop: virtual clock or wall clock, one after the other, nothing torn."""

import pytest

from portlab.errors import LabError, LimitReached
from portlab.network.host import ModelHost
from portlab.network.link import Link
from portlab.network.network import Network
from portlab.network.stack import Stack
from portlab.packets import Packet, UdpDatagram


class Parrot:
    """A node that sends every packet back after `pause` microseconds."""

    origin = "modelled"

    def __init__(self, network, name, address, pause=0):
        self.network, self.name, self.addresses, self.pause = network, name, (address,), pause
        self.heard = []
        self.waiting = []
        network.add(self)

    def receive(self, packet, now):
        self.heard.append((now, packet.payload.payload))
        self.waiting.append((now + self.pause, packet))

    def next_deadline(self):
        return self.waiting[0][0] if self.waiting else None

    def on_deadline(self, now):
        _, packet = self.waiting.pop(0)
        self.say(packet.payload.payload, packet.src)

    def say(self, data, to):
        self.network.send(self, Packet.build(self.addresses[0], to, UdpDatagram(1, 1, data)))

    def is_quiet(self):
        return not self.waiting


def two_parrots(**options):
    network = Network(**options)
    return network, Parrot(network, "a", "10.0.0.1"), Parrot(network, "b", "10.0.0.2", 300)


def test_the_clock_stands_at_each_event_and_then_at_the_deadline():
    network, a, b = two_parrots(link=Link(delay=0.001))
    with network.acting(a):
        a.say(b"hello", "10.0.0.2")
    assert network.next_event() == 1_000
    assert network.run(lambda: bool(a.heard), None)
    assert (b.heard, a.heard, network.now) == ([(1_000, b"hello")], [(2_300, b"hello")], 2_300)
    assert not network.run(lambda: False, 10_000)
    assert network.now == 10_000


def test_nothing_left_to_happen_ends_a_wait_without_moving_the_clock():
    network, _, _ = two_parrots()
    assert not network.run(lambda: False, None)
    assert network.now == 0
    assert network.next_event() is None


def test_a_packet_for_nobody_is_lost_and_says_why():
    network, a, _ = two_parrots()
    a.say(b"?", "192.0.2.1")
    (record,) = network.records
    assert (record.fate, record.cause) == ("lost", "no host has 192.0.2.1")


def test_packets_that_arrive_together_keep_their_order():
    network, a, b = two_parrots(link=Link(delay=0.001))
    for number in range(20):
        a.say(bytes([number]), "10.0.0.2")
    network.run_until(1_000)
    assert [data[0] for _, data in b.heard] == list(range(20))


def test_another_host_leaves_the_luck_of_the_others_alone():
    def lost(names):
        network = Network(seed=5, link=Link(loss=0.5))
        nodes = {name: Parrot(network, name, f"10.0.0.{ord(name)}") for name in names}
        for _ in range(100):
            for name in names[2:]:
                nodes[name].say(b"noise", nodes["a"].addresses[0])
            nodes["a"].say(b"signal", nodes["b"].addresses[0])
        return [r.fate for r in network.records if r.packet.payload.payload == b"signal"]

    assert lost("ab") == lost("abc") == lost("abcd")
    assert set(lost("ab")) == {"delivered", "lost"}


def test_both_directions_of_a_link_have_luck_of_their_own():
    network, a, b = two_parrots(seed=1, link=Link(loss=0.5))
    for _ in range(64):
        a.say(b"", "10.0.0.2")
        b.say(b"", "10.0.0.1")
    fates = [record.fate for record in network.records]
    assert fates[::2] != fates[1::2]


def download(drive):
    """A small transfer over a bad line, moved along by `drive(network, done)`."""
    network = Network(seed=2, link=Link(delay=0.003, loss=0.1, rate=1_000_000))
    hosts = []
    for number, name in enumerate(("server", "client"), 1):
        stack = Stack(name, (f"10.0.0.{number}", f"fd00::{number}"), network, 2)
        network.add(stack)
        hosts.append(ModelHost(stack, lambda peer: peer.addresses[0]))
    server, client = hosts
    listener = server.listen(80)
    with network.acting(client._stack):
        socket = client._stack.tcp.open(("10.0.0.1", 80))
        socket.endpoint.send(b"x" * 30_000, network.now)
    taken = []

    def done():
        if not taken and (accepted := server._stack.tcp.accept(listener._listening)):
            taken.append(accepted.endpoint)
        return bool(taken) and taken[0].readable == 30_000

    drive(network, done)
    assert done()
    return network.records


def test_a_wall_clock_drives_the_same_nodes_to_the_same_packets():
    def virtual(network, done):
        network.run(done, None)

    def wall(network, done):
        # Sleep until the next event as a real driver would, with an idle tick now and then.
        while not done():
            due = network.next_event()
            network.run_until(max(network.now, due - 1))
            network.run_until(due)

    by_virtual, by_wall = download(virtual), download(wall)
    assert len(by_virtual) > 40
    assert by_wall[: len(by_virtual)] == by_virtual


def test_a_late_wall_clock_does_late_what_was_due():
    network, a, _ = two_parrots(link=Link(delay=0.001))
    a.say(b"hello", "10.0.0.2")
    assert network.next_event() == 1_000
    network.run_until(1_000)
    # The answer was due at 1300, and leaves then even if the driver wakes at 9000.
    network.run_until(9_000)
    assert [record.time for record in network.records] == [0, 1_300, 2_300, 3_600, 4_600, 5_900,
                                                           6_900, 8_200]  # fmt: skip
    assert network.now == 9_000


def test_what_never_rests_is_stopped():
    network, a, _ = two_parrots(link=Link(delay=10))
    a.say(b"for ever", "10.0.0.2")
    with pytest.raises(LimitReached, match="does not come to rest"):
        network.run_to_quiet()
    assert 3_590_000_000 < network.now <= 3_600_000_000


def test_a_storm_is_stopped_too(monkeypatch):
    monkeypatch.setattr("portlab.network.network.MOST_EVENTS", 1_000)
    network, a, _ = two_parrots(link=Link(delay=0))
    a.say(b"for ever", "10.0.0.2")
    with pytest.raises(LimitReached):
        network.run(lambda: False, 1_000_000_000)
    assert len(network.records) == 501


def test_a_node_cannot_reach_round_into_the_loop():
    network, a, b = two_parrots()
    b.receive = lambda packet, now: network.run(lambda: True, None)
    a.say(b"hello", "10.0.0.2")
    with pytest.raises(LabError, match="busy with another call"):
        network.run(lambda: False, None)


def test_an_interrupt_half_way_stops_the_network_for_good():
    network, a, b = two_parrots()

    def interrupted(packet, now):
        raise KeyboardInterrupt

    b.receive = interrupted
    a.say(b"hello", "10.0.0.2")
    with pytest.raises(KeyboardInterrupt):
        network.run(lambda: False, None)
    with pytest.raises(LabError, match=r"interrupted.*lab\.trace"):
        network.run(lambda: False, None)
    assert network.is_over
    assert len(network.records) == 1
