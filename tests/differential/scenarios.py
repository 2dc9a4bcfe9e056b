"""The stories that are played in every pairing of model and Linux.

Each move of a program is carried to its end before the next one begins, so that two correct TCPs
leave the same packets in the same order however busy the computer is.
"""

import socket

from tests.oracle.pump import WRAP, clock
from tests.oracle.scenes import FINISHED, PORT, opened, stream

LITTLE = 8192  # bytes of room at a receiver
BULK = 100_000  # bytes, far more than fit
HALF_OPEN = 3.5  # seconds that a caller of nobody is watched


def acknowledged(pump):
    """Carry packets until everything sent is acknowledged, without the wait of a delayed ACK."""

    def done():
        for end in pump.ends:
            end.quick()
        return all(end.unsent == 0 for end in pump.ends)

    pump.run(done, "the acknowledgment")


def over(pump):
    pump.run(lambda: {end.state for end in pump.ends} <= FINISHED, "the end")


def say(pump, speaker, data):
    speaker.send(data)
    acknowledged(pump)


def half_closed(pump, first, second):
    first.shutdown()

    def half():
        second.quick()
        return first.state == "FIN-WAIT-2" and second.peer_closed

    pump.run(half, "the half-close")


def finish(pump, first, second):
    half_closed(pump, first, second)
    second.shutdown()
    over(pump)


def hello(pump):
    client, server = opened(pump)
    say(pump, client, b"hello")
    say(pump, server, b"hello yourself")
    finish(pump, client, server)


def the_server_closes_first(pump):
    client, server = opened(pump)
    say(pump, server, b"12:00\r\n")
    finish(pump, server, client)


def nothing_is_said(pump):
    client, server = opened(pump)
    finish(pump, client, server)


def half_close(pump):
    client, server = opened(pump)
    say(pump, client, b"a question")
    half_closed(pump, client, server)
    say(pump, server, b"an answer")
    say(pump, server, b"and another")
    server.shutdown()
    over(pump)


def close_at_once(pump):
    client, server = opened(pump)
    client.shutdown()
    server.shutdown()
    over(pump)


def refused(pump):
    client, _ = pump.ends
    client.connect(PORT)
    pump.run(lambda: client.error == "refused", "the refusal")


def the_client_aborts(pump):
    client, server = opened(pump)
    say(pump, client, b"never mind")
    client.abort()
    pump.run(lambda: server.error == "reset", "the reset")


def the_server_aborts(pump):
    client, server = opened(pump)
    say(pump, client, b"hello")
    server.abort()
    pump.run(lambda: client.error == "reset", "the reset")


def the_client_closes_with_unread_data(pump):
    client, server = opened(pump)
    client.reading = False
    say(pump, server, b"nobody reads this")
    client.discard()
    pump.run(lambda: server.error == "reset", "the reset")


def the_server_closes_with_unread_data(pump):
    client, server = opened(pump)
    server.reading = False
    say(pump, client, b"nobody reads this")
    server.discard()
    pump.run(lambda: client.error == "reset", "the reset")


def data_for_a_program_that_is_gone(pump):
    """It closed, and was sent more: a reset (RFC 9293 3.6.1)."""
    client, server = opened(pump)
    server.discard()

    def acknowledged_fin():
        client.quick()
        fin, last = pump.segments(1)[-1], pump.segments(0)[-1]
        return fin.has_fin and last.ack == (fin.seq + 1) % WRAP

    pump.run(acknowledged_fin, "the acknowledgment of the FIN")
    client.send(b"are you there?")
    pump.run(lambda: client.error == "reset", "the reset")


def one_byte_more_than_a_segment(pump):
    client, server = opened(pump)
    say(pump, client, bytes(1460))
    say(pump, server, bytes(1461))
    finish(pump, client, server)


def two_segments_each_way(pump):
    """Of the size that both agreed on; two fit into any initial window (RFC 5681 3.1)."""
    client, server = opened(pump)
    client.send(stream(2 * pump.mss))
    acknowledged(pump)
    server.send(stream(2 * pump.mss))
    acknowledged(pump)
    finish(pump, client, server)


def much_at_once(pump):
    """Twenty segments to send, and no acknowledgment of any."""
    client, _ = opened(pump)
    pump.rule = lambda sender, packet: "drop" if sender == 1 else None
    client.send(stream(20 * pump.mss))
    pump.settle()


def nobody_answers(pump):
    """Three and a half seconds of calling a host that is not there."""
    client, _ = pump.ends
    pump.rule = lambda sender, packet: "drop"
    client.connect(PORT)
    start = clock()
    pump.run(lambda: clock() - start > HALF_OPEN * 1e6, "the patience", HALF_OPEN + 5)


def zero_window(pump):
    """The server's program reads nothing until the window is closed and was probed twice."""
    for end in pump.ends:
        if hasattr(end, "options"):
            end.options[socket.SOL_SOCKET, socket.SO_RCVBUF] = LITTLE
    client, server = opened(pump)
    server.reading = False
    client.send(stream(BULK))
    pump.run(lambda: pump.segments(1)[-1].window == 0, "a window of zero")
    pump.settle()
    pump.quiet_from, answers = len(pump.seen), len(pump.segments(1))
    pump.run(lambda: len(pump.segments(1)) >= answers + 2, "the answers to two probes")
    server.reading = True
    pump.run(lambda: len(server.received) == BULK, "the rest", 30)
    assert server.received == stream(BULK)
    finish(pump, client, server)
