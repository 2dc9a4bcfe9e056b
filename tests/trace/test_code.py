"""A run as one line of code: executed, it makes the same bytes; where it cannot, it says so."""

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import portlab
from portlab import Link, Trace, apps, delay, drop, duplicate, run


def hello(lab, words=b"hello"):
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Echo())
    with client.connect(server, 80) as connection:
        connection.send(words)
        return connection.receive()


class Visits:
    def __init__(self, times):
        self.times = times

    def go(self, lab):
        for _ in range(self.times):
            lab.host("client")

    @staticmethod
    def once(lab):
        lab.host("client")

    def __call__(self, lab):
        self.go(lab)


def pasted(trace: Trace) -> Trace:
    """What the line gives, after the imports that its comment asks for."""
    assert trace.code is not None
    code, _, needs = trace.code.partition("  # ")
    names = {name: getattr(portlab, name) for name in portlab.__all__}
    exec(needs, names)
    return eval(code, names).trace


FAULTS = st.lists(
    st.integers(1, 8).flatmap(
        lambda number: st.one_of(
            st.just(drop(number)),
            st.just(duplicate(number)),
            st.floats(0, 3).map(lambda seconds: delay(number, seconds)),
        )
    ),
    max_size=3,
)
LINKS = st.none() | st.builds(
    Link, delay=st.floats(0, 0.3), loss=st.sampled_from([0.0, 0.1]), queue=st.integers(2, 100)
)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(), faults=FAULTS, link=LINKS, size=st.none() | st.integers(1, 9))
def test_the_line_executed_gives_the_same_bytes_at_the_same_times(seed, faults, link, size):
    experiment = hello if size is None else partial(hello, words=b"x" * size)
    trace = run(experiment, seed=seed, faults=faults, link=link)
    again = pasted(trace)
    assert again.records == trace.records
    assert again.result == trace.result
    assert again.faults == trace.faults


def told(trace: Trace) -> str:
    return trace.code.removesuffix("  # from tests.trace.test_code import hello")


def test_what_is_as_usual_is_left_out():
    assert told(run(hello)) == "ladder(run(hello, seed=0))"
    assert told(run(hello, seed=1, link=Link())) == "ladder(run(hello, seed=1))"
    assert told(run(hello, link=Link(loss=0.0, delay=0.1))) == (
        "ladder(run(hello, seed=0, link=Link(delay=0.1)))"
    )
    trace = run(hello, seed=1, faults=[drop(2), delay(3, 0.25), duplicate(5)])
    assert told(trace) == (
        "ladder(run(hello, seed=1, faults=[drop(2), delay(3, 0.25), duplicate(5)]))"
    )
    assert told(run(Visits.once, world="loopback")).startswith(
        'ladder(run(Visits.once, world="loopback", seed=0))  # from tests.trace.test_code'
    )


def test_a_notebooks_own_function_needs_nothing(monkeypatch):
    monkeypatch.setattr("__main__.hello", hello, raising=False)
    monkeypatch.setattr(hello, "__module__", "__main__")
    assert run(hello, seed=1).code == "ladder(run(hello, seed=1))"
    # A cell that is run again makes another function that does the same.
    again = type(hello)(hello.__code__, globals(), "hello", hello.__defaults__)
    monkeypatch.setattr("__main__.hello", again)
    assert run(hello, seed=1).code == "ladder(run(hello, seed=1))"
    monkeypatch.setattr("__main__.hello", Visits.once)
    assert "put your own function" in run(hello, seed=1).code


def test_the_line_brings_what_a_notebook_has_not_imported(monkeypatch):
    """Whoever dropped a packet by a button never wrote `drop`."""
    monkeypatch.setattr("__main__.hello", hello, raising=False)
    monkeypatch.setattr(hello, "__module__", "__main__")
    trace = run(hello, seed=1, link=Link(delay=0.1), faults=[drop(2), delay(3, 0.25)])
    line = "ladder(run(hello, seed=1, link=Link(delay=0.1), faults=[drop(2), delay(3, 0.25)]))"
    assert trace.code == f"from portlab import Link, delay, drop; {line}"
    for name in ("Link", "delay", "drop"):
        monkeypatch.setattr(f"__main__.{name}", getattr(portlab, name), raising=False)
    assert trace.code == line


def inner():
    def nested(lab):
        lab.host("client")

    return nested


@pytest.mark.parametrize(
    "experiment",
    [
        lambda lab: None,
        inner(),
        Visits(1),
        Visits(1).go,
        partial(lambda lab, n: None, n=1),
        partial(hello, words=bytearray(b"x")),
    ],
    ids=["lambda", "nested", "callable", "method", "partial of lambda", "odd argument"],
)
def test_what_has_no_name_to_write_is_said_and_not_made_up(experiment):
    code = run(experiment, seed=3).code
    assert code.startswith(("ladder(run(experiment, ", "ladder(run(partial(experiment, n=1), "))
    assert code.endswith("for experiment put your own function: it has no name to write here")
    compile(code, "line", "eval")


def test_a_trace_without_an_experiment_has_no_line():
    assert Trace().code is None
    assert not Trace().takes_faults
