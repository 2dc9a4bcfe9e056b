"""Whatever the wire does, every byte arrives once and in order, or the program is told."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portlab import Lab, Link, delay, drop, duplicate
from portlab.errors import ConnectError, ConnectionAborted
from portlab.tcp import TRANSITIONS

TABLE = {(str(t.state), str(t.cause), str(t.new)) for t in TRANSITIONS}

links = st.builds(
    Link,
    delay=st.sampled_from([0.0, 0.001, 0.02, 0.3]),
    rate=st.sampled_from([None, 1_000_000, 50_000_000]),
    loss=st.sampled_from([0.0, 0.01, 0.1, 0.3]),
    reorder=st.sampled_from([0.0, 0.1, 0.5]),
    duplicate=st.sampled_from([0.0, 0.1, 0.5]),
)
faults = st.lists(
    st.one_of(
        st.builds(drop, st.integers(1, 30)),
        st.builds(delay, st.integers(1, 30), st.sampled_from([0.001, 0.05, 2.5])),
        st.builds(duplicate, st.integers(1, 30)),
    ),
    max_size=6,
    unique_by=lambda fault: fault.number,
)
sizes = st.sampled_from([1, 100, 1460, 1461, 20_000, 60_000])


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), links, faults, sizes, sizes)
def test_both_directions_arrive_whole_or_somebody_is_told(seed, link, faults, there, back) -> None:
    up, down = (
        bytes(range(256)) * (there // 256 + 1),
        bytes(reversed(range(256))) * (back // 256 + 1),
    )
    lab = Lab(seed=seed, link=link, faults=faults)
    server, client = lab.hosts("server", "client")
    listener = server.listen(80)
    told = False
    try:
        near = client.connect(server, 80)
        far = listener.accept(timeout=900)
        near.send(up[:there])
        far.send(down[:back])
        near.shutdown()
        far.shutdown()
        assert far.receive_all(timeout=3000) == up[:there]
        assert near.receive_all(timeout=3000) == down[:back]
    except (ConnectError, ConnectionAborted):
        told = True
    trace = lab.trace
    lab.close()
    if link.loss == 0 and not faults:
        assert not told, "nothing was lost, and yet it failed"
    seen = {(change.old, change.event, change.new) for change in trace.changes}
    assert seen <= TABLE


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32), links, faults)
def test_the_same_seed_gives_the_same_bytes_at_the_same_times(seed, link, faults) -> None:
    def once() -> list[tuple[int, int | None, bytes]]:
        with Lab(seed=seed, link=link, faults=faults) as lab:
            server, client = lab.hosts("server", "client")
            listener = server.listen(80)
            try:
                with client.connect(server, 80) as near:
                    near.send(b"x" * 5000)
                    listener.accept(timeout=60).receive(5000, timeout=60)
            except (ConnectError, ConnectionAborted):
                pass
        return [(r.time, r.arrival, r.packet.raw) for r in lab.trace if r.packet]

    assert once() == once()
