"""How fast the model world is: segments a second, against scapy, and whether it stays linear.

Each segment is made, encoded, recorded, carried, decoded, checked, answered and explained; scapy
merely builds and dissects the same ones. Everything is measured in one run, so that the ratios
hold on a slow computer too.
"""

from time import perf_counter

from portlab import Lab
from portlab.trace.trace import Trace

Measure = tuple[str, float, str, float]
"""What was measured, the value, `<=` or `>=`, and the target."""

MEGABYTE = 1_000_000
_ROUNDS = 3


def transfer(size: int) -> tuple[Trace, float]:
    """One host sends another `size` bytes: what was seen, and the seconds it took."""
    with Lab(seed=1) as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen(80)
        sender = client.connect(server, 80)
        receiver = listener.accept()
        data = bytes(size)
        start = perf_counter()
        sender.send(data)
        sender.shutdown()
        received = len(receiver.receive_all(timeout=3600))
        seconds = perf_counter() - start
    if received != size:
        raise AssertionError(f"{received} of {size} bytes arrived")
    return lab.trace, seconds


def cost(size: int, rounds: int) -> float:
    """Seconds for each segment, the best of some transfers: what else runs only adds."""
    return min(seconds / len(trace) for trace, seconds in (transfer(size) for _ in range(rounds)))


def scapy_cost(trace: Trace) -> float:
    """Seconds that scapy takes to build and dissect one of these segments."""
    from scapy.layers.inet import IP, TCP

    seen = [(record.packet.raw, record.segment) for record in trace if record.packet]
    best = float("inf")
    for _ in range(_ROUNDS):
        start = perf_counter()
        for _, segment in seen:
            assert segment is not None
            bytes(
                IP(src="10.0.0.1", dst="10.0.0.2")
                / TCP(
                    sport=segment.source_port,
                    dport=segment.destination_port,
                    seq=segment.seq,
                    ack=segment.ack,
                    flags=segment.flags,
                    window=segment.window,
                )
                / segment.payload
            )
        for raw, _ in seen:
            IP(raw)
        best = min(best, (perf_counter() - start) / len(seen))
    return best


def measure() -> list[Measure]:
    """The three targets of the model world, as (what, value, `<=` or `>=`, target)."""
    transfer(MEGABYTE)  # imports, and the interpreter finding its pace
    sample, _ = transfer(MEGABYTE)
    ten, one = cost(10 * MEGABYTE, _ROUNDS), cost(MEGABYTE, 3 * _ROUNDS)
    fifty = cost(50 * MEGABYTE, 2)
    return [
        ("model: segments a second in a transfer of 10 MB", 1 / ten, ">=", 20_000),
        ("model: times as fast as scapy builds and dissects", scapy_cost(sample) / ten, ">=", 10),
        ("model: cost of a segment at 50 MB against 1 MB", fifty / one, "<=", 1.4),
    ]


if __name__ == "__main__":
    for what, value, sign, target in measure():
        print(f"{what}: {value:,.2f} (target {sign} {target})")
