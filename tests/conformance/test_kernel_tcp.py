"""The model and Linux on one wire, nothing lost: each open, exchange and end, from both sides."""

import pytest

from tests.oracle.scenes import FINISHED, MIXED, PORT, carry, closed, opened, stream, wire
from tests.requires import needs

needs("kernel")

pytestmark = pytest.mark.parametrize(("client", "server"), MIXED)
BULK = 200_000


@pytest.mark.parametrize("ipv6", [False, True], ids=["IPv4", "IPv6"])
def test_open_echo_and_close(client, server, ipv6):
    with wire(client, server, ipv6=ipv6) as pump:
        caller, called = opened(pump)
        carry(pump, caller, called, b"hello")
        carry(pump, called, caller, b"hello yourself")
        closed(pump, caller, called)


@pytest.mark.parametrize("ipv6", [False, True], ids=["IPv4", "IPv6"])
def test_bulk_from_the_client(client, server, ipv6):
    with wire(client, server, ipv6=ipv6) as pump:
        caller, called = opened(pump)
        carry(pump, caller, called, stream(BULK))
        closed(pump, caller, called)


@pytest.mark.parametrize("ipv6", [False, True], ids=["IPv4", "IPv6"])
def test_bulk_from_the_server(client, server, ipv6):
    with wire(client, server, ipv6=ipv6) as pump:
        caller, called = opened(pump)
        carry(pump, called, caller, stream(BULK))
        closed(pump, called, caller)


def test_bulk_both_ways_at_once(client, server):
    with wire(client, server) as pump:
        caller, called = opened(pump)
        there, back = stream(BULK), stream(BULK)[::-1]
        caller.send(there)
        called.send(back)
        pump.run(lambda: len(called.received) >= BULK and len(caller.received) >= BULK, "the bulk")
        assert (called.received, caller.received) == (there, back)
        closed(pump, caller, called)


def test_the_server_closes_first(client, server):
    with wire(client, server) as pump:
        caller, called = opened(pump)
        carry(pump, called, caller, b"the time is late")
        closed(pump, called, caller)


def test_close_right_after_the_last_bytes(client, server):
    """The FIN rides behind data that is still in flight."""
    with wire(client, server) as pump:
        caller, called = opened(pump)
        caller.send(stream(20_000))
        caller.shutdown()
        pump.run(lambda: called.peer_closed, "the FIN")
        assert called.received == stream(20_000)
        called.shutdown()
        pump.run(lambda: {caller.state, called.state} <= FINISHED, "the end")


def test_both_close_at_once(client, server):
    with wire(client, server) as pump:
        caller, called = opened(pump)
        caller.shutdown()
        called.shutdown()
        pump.run(lambda: {caller.state, called.state} <= FINISHED, "the end")
        assert caller.peer_closed
        assert called.peer_closed


def test_half_close_lets_the_other_side_go_on(client, server):
    with wire(client, server) as pump:
        caller, called = opened(pump)
        carry(pump, caller, called, b"all that I have to ask")
        caller.shutdown()
        pump.run(lambda: called.peer_closed, "the FIN")
        pump.run(lambda: caller.state == "FIN-WAIT-2", "the ACK of the FIN")
        carry(pump, called, caller, stream(50_000))
        called.shutdown()
        pump.run(lambda: {caller.state, called.state} <= FINISHED, "the end")
        assert caller.peer_closed


def test_a_call_to_a_port_where_nobody_listens_is_refused(client, server):
    with wire(client, server) as pump:
        caller, _ = pump.ends
        caller.connect(PORT)
        pump.run(lambda: caller.error, "an answer")
        assert caller.error == "refused"
        assert caller.state == "CLOSED"
        syn, reset = pump.segments()
        assert (syn.flag_names, reset.flag_names) == ("SYN", "RST,ACK")


@pytest.mark.parametrize("aborts", ["client", "server"])
def test_an_abort_reaches_the_other_side_as_reset(client, server, aborts):
    with wire(client, server) as pump:
        caller, called = opened(pump)
        carry(pump, caller, called, b"hello")
        first, second = (caller, called) if aborts == "client" else (called, caller)
        first.abort()
        pump.run(lambda: second.error, "the reset")
        assert (first.state, second.state, second.error) == ("CLOSED", "CLOSED", "reset")
        resets = [one for one in pump.segments() if one.has_rst]
        assert len(resets) == 1, pump.story()


def test_an_abort_throws_away_what_was_not_sent(client, server):
    with wire(client, server) as pump:
        caller, called = opened(pump)
        called.reading = False
        caller.send(stream(2_000_000))
        pump.run(lambda: any(one.window == 0 for one in pump.segments(1)), "a full window")
        caller.abort()
        pump.run(lambda: called.state == "CLOSED", "the reset")
        called.reading = True
        pump.run(lambda: called.error, "the reset")
        assert called.error == "reset"


def test_both_open_at_once(client, server):
    """The SYNs cross on the wire (RFC 9293 figure 7)."""
    with wire(client, server) as pump:
        caller, called = pump.ends
        caller.connect(1002, source_port=1001)
        called.connect(1001, source_port=1002)
        pump.run(lambda: caller.state == called.state == "ESTABLISHED", "the handshake")
        flags = [segment.flag_names for segment in pump.segments()[:4]]
        assert flags == ["SYN", "SYN", "SYN,ACK", "SYN,ACK"]
        carry(pump, caller, called, b"hello")
        carry(pump, called, caller, b"hello")
        closed(pump, caller, called)


@pytest.mark.parametrize("leaves", ["client", "server"])
def test_leaving_bytes_unread_resets(client, server, leaves):
    """What the program never read is lost, and the peer is to know it (RFC 9293 3.6.1)."""
    with wire(client, server) as pump:
        caller, called = opened(pump)
        first, second = (caller, called) if leaves == "client" else (called, caller)
        first.reading = False
        second.send(b"nobody will read this")
        pump.run(lambda: second.unsent == 0, "the acknowledgment")
        first.discard()
        pump.run(lambda: second.error, "the reset")
        assert (second.error, second.state) == ("reset", "CLOSED")


@pytest.mark.parametrize("leaves", ["client", "server"])
def test_data_for_a_program_that_has_gone_resets(client, server, leaves):
    with wire(client, server) as pump:
        caller, called = opened(pump)
        first, second = (caller, called) if leaves == "client" else (called, caller)
        first.discard()
        pump.run(lambda: second.peer_closed, "the FIN")
        second.send(b"too late")
        pump.run(lambda: second.error, "the reset")
        assert (second.error, second.state) == ("reset", "CLOSED")
