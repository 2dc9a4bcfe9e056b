"""Two ends on one wire, made and cleaned away, and the moves that most scenarios begin with."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from tests.oracle.ends import LinuxEnd, ModelEnd
from tests.oracle.kernel_host import KernelHost
from tests.oracle.pump import WRAP, Pump

PORT = 80
LINUX_RTO = 200_000  # microseconds: what Linux waits at least; RFC 6298 2.4 would have a second
FINISHED = {"CLOSED", "TIME-WAIT"}
MIXED = [("model", "linux"), ("linux", "model")]
ALL = [*MIXED, ("linux", "linux"), ("model", "model")]


@contextmanager
def wire(client, server, *, faults=None, ipv6=False, mtu=1500, sysctls=None, config=None):
    """A Pump between a client and a server, each `"linux"` or `"model"`.

    `sysctls` and `mtu` are for Linux, `config` for the model.
    """
    with ExitStack() as stack:

        def end(kind, number):
            mine, other = (1, 2) if number == 1 else (2, 1)
            if kind == "model":
                net = "fd00::" if ipv6 else "10.0.0."
                return ModelEnd(f"{net}{mine}", f"{net}{other}", config=config)
            host = KernelHost(
                f"10.0.0.{mine}",
                f"10.0.0.{other}",
                address6=f"fd00::{mine}" if mtu >= 1280 else None,  # RFC 8200 section 5
                peer6=f"fd00::{other}",
                mtu=mtu,
                sysctls=sysctls,
            )
            return LinuxEnd(stack.enter_context(host), ipv6=ipv6)

        yield Pump(end(client, 1), end(server, 2), faults)


def opened(pump):
    """Both ends established."""
    client, server = pump.ends
    server.listen(PORT)
    client.connect(PORT)
    pump.run(lambda: client.state == server.state == "ESTABLISHED", "the handshake")
    return client, server


def carry(pump, sender, receiver, data, seconds=10.0):
    """All of `data` from one end to the other, and checked."""
    before = len(receiver.received)
    sender.send(data)
    pump.run(lambda: len(receiver.received) - before >= len(data), f"{len(data)} bytes", seconds)
    assert receiver.received[before:] == data, f"other bytes arrived\n{pump.story()}"


def lose_next(pump, sender):
    """Have the next segment with new data from `sender` lost; gives a list that will hold it."""
    number, lost = 0, []
    for one in pump.segments(sender):
        end = (one.seq + one.sequence_length) % WRAP
        if not number or (end - number) % WRAP < WRAP // 2:
            number = end

    def rule(direction, packet):
        segment = packet.payload
        if lost or direction != sender or not segment.payload or segment.seq != number:
            return None
        lost.append(segment)
        return "drop"

    pump.rule = rule
    return lost


def closed(pump, first, second):
    """`first` closes, then `second` on hearing of it; no error on either side."""
    first.shutdown()
    pump.run(lambda: second.peer_closed, "the first FIN")
    second.shutdown()
    pump.run(lambda: first.peer_closed, "the second FIN")
    pump.run(lambda: {first.state, second.state} <= FINISHED, "the end")
    assert (first.error, second.error) == (None, None), pump.story()


def together(scenario, cases):
    """Run `scenario(case)` for all cases at once, since most of each is waiting for timers."""
    with ThreadPoolExecutor(len(cases)) as pool:
        running = [(case, pool.submit(scenario, case)) for case in cases]
    problems = {case: one.exception() for case, one in running if one.exception()}
    assert not problems, "\n\n".join(f"--- {case}:\n{why}" for case, why in problems.items())


def stream(length):
    """Bytes in which no part looks like another."""
    return b"".join(number.to_bytes(4) for number in range(length // 4 + 1))[:length]
