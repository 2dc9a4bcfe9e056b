"""How fast Python answers the page: a packet chosen, a packet dropped, long ladders compared."""

from collections.abc import Callable
from functools import partial
from time import perf_counter

from benchmarks import Row, median
from portlab import Lab, apps, drop, run
from portlab.views.comparison import compare
from portlab.views.ladder import layout
from portlab.views.page.actions import answer
from portlab.views.page.session import Session

TURNS = 15
BYTES = 9_000_000
"""Makes some ten thousand segments."""


def handshake(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80)


def hello(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Http())
    with client.connect(server, 80) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: server\r\n\r\n")
        connection.receive_until(b"\r\n\r\n")


def upload(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Discard())
    with client.connect(server, 80) as connection:
        connection.send(bytes(BYTES))


def measure() -> list[Row]:
    """(what, value, "<=" or ">=", target)."""
    rows: list[Row] = []
    for experiment in (handshake, hello):
        session = Session([run(experiment, seed=1)])
        what = f"a packet of {experiment.__name__} dropped, answered with a new scene, ms"
        rows.append((what, _milliseconds(partial(_drop, session)), "<=", 50))
    trace = run(upload, seed=1)
    bad = trace.rerun([drop(500)])
    count = f"{len(trace):,}"
    session = Session([trace])
    choose = partial(answer, session, {"do": "packet", "number": len(trace) // 2})
    rows.append((f"a packet of {count} chosen, ms", _milliseconds(choose), "<=", 50))
    what = f"{count} packets compared with {len(bad):,} of the same with a loss, ms"
    rows.append((what, _milliseconds(partial(compare, layout(trace), layout(bad))), "<=", 300))
    return rows


def _drop(session: Session) -> None:
    content, _ = answer(session, {"do": "fault", "ladder": 0, "kind": "drop", "number": 2})
    assert "says" in content
    session.scene()
    session.undo()


def _milliseconds(call: Callable[[], object]) -> float:
    """The median, after one that is not counted."""
    call()
    times = []
    for _ in range(TURNS):
        start = perf_counter()
        call()
        times.append((perf_counter() - start) * 1000)
    return median(times)
