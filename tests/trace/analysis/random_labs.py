"""Labs of the model world in which everything is drawn: who says how much, and what goes wrong.

One seed is one lab. The same traffic is seen from three places: from above, where portlab's own
Trace stands and sees every packet as it is sent, and at each host, where what was lost on the way
is missing and what overtook comes first, as in a capture of tcpdump's.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from random import Random

from portlab import Lab, Link
from portlab.errors import PortlabError
from portlab.host import Connection
from portlab.network.host import ModelHost
from portlab.tcp import Config
from portlab.trace.record import Record
from portlab.trace.trace import Trace

SECOND = 1_000_000
_SIZES = (1, 1, 2, 100, 1460, 1461, 5000, 40_000)


def traffic(seed: int) -> Trace:
    """What happened in the lab of that seed."""
    draw = Random(seed)
    link = Link(
        delay=draw.choice([0.0005, 0.005, 0.02, 0.1]),
        rate=draw.choice([None, None, 2_000_000]),
        loss=draw.choice([0.0, 0.01, 0.05, 0.2]),
        reorder=draw.choice([0.0, 0.0, 0.05, 0.3]),
        duplicate=draw.choice([0.0, 0.0, 0.05]),
    )
    with Lab(seed=seed, link=link) as lab:
        server, client = hosts = lab.hosts("server", "client")
        for host in hosts:
            assert isinstance(host, ModelHost)
            host.config = _config(draw)
        listener = server.listen(80)
        for _ in range(draw.randint(1, 3)):
            address = server.addresses[draw.randrange(2)]
            port = draw.choice([80, 80, 80, 80, 81])
            with suppress(PortlabError):
                near = client.connect(address, port, source_port=draw.choice([0, 0, 5000]))
                far = listener.accept(timeout=200)
                for _ in range(draw.randint(0, 5)):
                    _do_something(draw, lab, near, far)
                _end(draw, lab, near, far)
        lab.run(5)
        return lab.trace


def _config(draw: Random) -> Config:
    return Config(
        mss=draw.choice([536, 1460]),
        receive_buffer=draw.choice([1500, 3000, 20_000, 1 << 18]),
        window_scale=draw.random() < 0.7,
        sack=draw.random() < 0.7,
        timestamps=draw.random() < 0.2,
        nagle=draw.random() < 0.7,
        delayed_ack=draw.random() < 0.8,
        keep_alive=draw.random() < 0.2,
        keep_alive_time=5 * SECOND,
        keep_alive_interval=2 * SECOND,
    )


def _do_something(draw: Random, lab: Lab, near: Connection, far: Connection) -> None:
    one, other = draw.sample([near, far], 2)
    what = draw.choice(["send", "send", "send", "read", "wait", "wait long", "both"])
    if what in ("send", "both"):
        one.send(bytes(draw.choice(_SIZES)))
    if what == "both":
        other.send(bytes(draw.choice(_SIZES)))
    if what == "read":
        one.receive(draw.choice(_SIZES), timeout=5)
    if what.startswith("wait"):
        lab.run(30 if what == "wait long" else draw.choice([0.001, 0.1, 3]))


def _end(draw: Random, lab: Lab, near: Connection, far: Connection) -> None:
    one, other = draw.sample([near, far], 2)
    what = draw.choice(["close", "close", "read and close", "abort", "at once", "half-close"])
    if what == "abort":
        one.abort()
    elif what == "at once":
        one.shutdown()
        other.shutdown()
    elif what == "half-close":
        one.shutdown()
        other.send(bytes(5000))
        one.receive_all(timeout=20)
    elif what == "read and close":
        one.shutdown()
        other.receive_all(timeout=100)
        other.close()
    one.close()
    lab.run(draw.choice([0.1, 10, 250]))


def seen_at(trace: Trace, host: str) -> Trace:
    """What a capture on that host would hold: what it sent, and what reached it, when it did."""
    names = trace.hosts

    def passing() -> Iterator[Record]:
        for record in trace:
            assert record.packet is not None
            here = names.get(record.packet.src) == host
            if here and record.fate != "duplicate":
                yield record
            elif not here and names.get(record.packet.dst) == host and record.arrival is not None:
                yield replace(record, time=record.arrival)

    in_order = sorted(passing(), key=lambda record: record.time)
    return numbered(Trace(in_order, hosts=names))


def numbered(trace: Trace) -> Trace:
    """The records numbered from 1, as a file has them."""
    return trace.with_records(replace(r, number=i) for i, r in enumerate(trace, start=1))


def views(seed: int) -> dict[str, Trace]:
    """The same lab from above and from both ends."""
    trace = traffic(seed)
    return {
        "from above": trace,
        "client": seen_at(trace, "client"),
        "server": seen_at(trace, "server"),
    }
