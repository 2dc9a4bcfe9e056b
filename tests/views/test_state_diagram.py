"""The state diagram says what the table says, and a trace lights the moves that it holds."""

import pytest

from portlab import PortlabError, apps, run, state_diagram
from portlab.tcp import TRANSITIONS, State
from portlab.views.state_map import PLACES, SUDDEN
from tests.tcp.test_figures import FIGURE_5


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def short_talk(lab):
    server, client = lab.hosts("server", "client")
    server.listen(7, apps.Echo())
    with client.connect(server, 7) as connection:
        connection.send(b"hello")
        connection.receive()


def test_every_state_has_its_box_and_every_arrow_of_figure_5_its_label() -> None:
    assert set(PLACES) == set(State)
    said = texts(state_diagram().figure())
    assert {str(state) for state in State} <= set(said)
    labels = {line for text in said for line in text.split("\n")}
    assert {cause for _, cause, _ in FIGURE_5} <= labels


def test_what_is_not_drawn_is_said_below() -> None:
    note = state_diagram().sudden()
    for cause in SUDDEN:
        assert str(cause) in note
    resets = len({row.state for row in TRANSITIONS if row.cause == "rcv RST"})
    assert f"rcv RST (from {resets})" in note


def test_without_a_trace_the_text_is_the_whole_table() -> None:
    lines = str(state_diagram()).split("\n")
    assert len(lines) == len(TRANSITIONS)
    assert any("SYN-SENT" in x and "rcv SYN,ACK" in x and "9293 3.10.7.3" in x for x in lines)


def test_a_trace_lights_its_moves_in_order() -> None:
    trace = run(short_talk, seed=1)
    diagram = state_diagram(trace)
    assert str(diagram).split("\n") == [
        f"{c.host}  {c.old} -> {c.new}  ({c.event})" for c in trace.changes
    ]
    assert "client, ends in CLOSED" in texts(diagram.figure())
    bundle, sizes = diagram._repr_mimebundle_()
    assert bundle["text/plain"] == str(diagram)
    assert set(bundle) == {"text/plain", "image/png"}
    assert sizes == {"image/png": {"width": 840, "height": 700}}


def test_lit_arrows_are_those_of_the_trace() -> None:
    trace = run(short_talk, seed=1)
    plain = len(texts(state_diagram().figure()))
    lit = len(texts(state_diagram(trace).figure()))
    moves = {(c.host, c.old, c.new) for c in trace.changes}
    hosts = {c.host for c in trace.changes}
    assert lit - plain == len(moves) + len(hosts)  # an arrow for each move, a line for each host


def test_what_is_no_trace_is_refused() -> None:
    with pytest.raises(PortlabError, match="Trace"):
        state_diagram("05")  # type: ignore[arg-type]
